"""What is told of holds besides what waits behind them: those that are over, those of nobody."""

from collections.abc import Iterator

from notion_gitops.formats.schema import suggestion
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.holds import Hold, OnHold
from notion_gitops.model.plan import Finding
from notion_gitops.report.holds import remove_command
from notion_gitops.workflow.reading.compare import Compared, Comparison
from notion_gitops.workflow.workspace import HOLDS

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
    near = suggestion(hold.record, known) if len(known) <= _MOST_KEYS else ""
    yield Finding(
        check="hold",
        severity=Severity.WARNING,
        mapping=hold.mapping,
        keys=(hold.record,),
        message="there is no such record, so this hold keeps nothing as it is",
        why=f"A hold is by the exact key. Its reason is: {hold.reason}",
        fix=f"{near[:1].upper()}{near[1:]} {_how_to_remove(hold)}".strip(),
        place=hold.place,
    )
