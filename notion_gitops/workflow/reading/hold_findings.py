"""What is told of holds besides what waits behind them: those that are over, those of nobody."""

from collections.abc import Collection, Iterator
from datetime import date

from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.errors import Refused, StateUnusable
from notion_gitops.model.holds import Hold, OnHold
from notion_gitops.model.nearest import nearest
from notion_gitops.model.plan import Finding
from notion_gitops.report.holds import remove_command
from notion_gitops.workflow.reading.compared import Compared, Comparison
from notion_gitops.workflow.reading.known_keys import Keys
from notion_gitops.workflow.reading.state_branch import read_state
from notion_gitops.workflow.workspace import HOLDS, Workspace

_MOST_KEYS = 5000  # in so many, the nearest is not looked for: it would take seconds


def hold_findings(comparison: Comparison) -> Iterator[Finding]:
    """Holds that are over and can go, and those of records that there are not."""
    today = comparison.at.date()
    for name in comparison.workspace.mappings:
        for hold in comparison.workspace.holds_of(name):
            if hold.is_over(today):
                yield _ended(hold)
            elif hold.record and (each := comparison.mappings.get(name)) is not None:
                yield from _of_nobody(hold, each)


def not_compared(comparison: Comparison, name: str) -> tuple[OnHold, ...]:
    """The holds of a mapping that could not be read, so that nobody knows what waits."""
    why = comparison.stopped.get(name, "it was not read")
    return tuple(OnHold(hold, untold=why) for hold in comparison.holds(name).every)


def unknown_held(workspace: Workspace, keys: Keys, today: date) -> Iterator[Diagnostic]:
    """Warnings about holds of records that neither git nor the base has: offline.

    Somebody may have added the page in Notion; a plan knows.
    """
    wrong = [
        hold
        for name, known in keys.items()
        for hold in workspace.holds_of(name)
        if hold.record and hold.record not in known and not hold.is_over(today)
    ]
    if not wrong:
        return
    try:
        state = read_state(workspace)
    except (StateUnusable, Refused):
        return  # whoever needs the state itself, such as `plan`, tells what is wrong with it
    for hold in wrong:
        known = {*keys[hold.mapping], *state.of(hold.mapping).index.entries}
        if hold.record not in known:
            what = f'{hold.name}: there is no record "{hold.record}", so this hold keeps nothing'
            fix = _mended(hold, known)
            yield Diagnostic(what, hold.place, fix=fix, severity=Severity.WARNING)


def _mended(hold: Hold, known: Collection[str]) -> str:
    near = nearest(hold.record, known) if len(known) <= _MOST_KEYS else None
    meant = f'Did you mean "{near}"? ' if near else ""
    return f"{meant}{_how_to_remove(hold)}"


def _how_to_remove(hold: Hold) -> str:
    """What takes a hold out."""
    if hold.place.file != HOLDS:
        return f"Take it out of {hold.place.file}, line {hold.place.line}."
    return f"To take it out: {remove_command(hold)}"


def _ended(hold: Hold) -> Finding:
    of_it = f" of {hold.field}" if hold.field else ""
    return Finding(
        check="hold ended",
        severity=Severity.INFO,
        mapping=hold.mapping,
        keys=(hold.record,) if hold.record else (),
        message=f"the hold{of_it} ended after {hold.until}, and can be taken out",
        why=f"What waited behind it is planned again. Its reason was: {hold.reason}",
        fix=_how_to_remove(hold),
        place=hold.place,
    )


def _of_nobody(hold: Hold, each: Compared) -> Iterator[Finding]:
    if hold.place.file not in (HOLDS, each.mapping.place.file):
        return  # the defaults hold it for whichever mapping has it
    known = {*each.git.keys, *each.recorded.index.entries, *each.inputs.notion.records}
    if hold.record in known:
        return
    yield Finding(
        check="hold",
        severity=Severity.WARNING,
        mapping=hold.mapping,
        keys=(hold.record,),
        message="there is no such record, so this hold keeps nothing as it is",
        why=f"A hold is by the exact key. Its reason is: {hold.reason}",
        fix=_mended(hold, known),
        place=hold.place,
    )
