"""What a plan asks of people: open conflicts, and guards that stopped a mapping."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Conflict, Difference, Operation, State
from notion_gitops.model.plan import MappingPlan, Plan, Refusal
from notion_gitops.model.values import Value
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.plan_view import DecisionView, QuestionView, RefusalView, SideView
from notion_gitops.report.show import (
    cut,
    cut_pair,
    git_time,
    notion_time,
    page_url,
    place_text,
    value_text,
)
from notion_gitops.report.text_diff import without_common
from notion_gitops.text.words import listed, number

_FIRST_KEYS = 5
_EDITS = 10  # edited fields of a record that the other side deleted
_EDIT = 60  # characters of their values
_VALUE = 200  # characters of a value that somebody has to choose


def decision_views(
    plan: Plan, mappings: Mapping[str, DatabaseMapping], again: FollowUp
) -> tuple[DecisionView, ...]:
    """One for each record with an open conflict."""
    return tuple(
        _decision(operation, part, mappings.get(part.name), plan.made, again)
        for part in plan.mappings
        for operation in part.operations
        if operation.open_conflicts
    )


def question_view(conflict: Conflict, now: datetime) -> QuestionView:
    """The values of one conflict, with who gave them and when."""
    times = conflict.times
    base, git, notion = _what_differs(conflict)
    sides = (
        _side("last agreed", base, ""),
        _side("git", git, git_time(times.git, now) if times else "", conflict.edits),
        _side("Notion", notion, notion_time(times.notion, now) if times else "", conflict.edits),
    )
    at = f" ({place_text(conflict.place)})" if conflict.place else ""
    return QuestionView(conflict.field or "record", _told(sides, conflict), conflict.reason + at)


def _what_differs(conflict: Conflict) -> tuple[Value, Value | State, Value | State]:
    """The three values; of texts of several lines, those that differ."""
    values = (conflict.base, conflict.git, conflict.notion)
    texts = [v for v in values if type(v) is str]
    if len(texts) < len(values) or not any("\n" in text for text in texts):
        return values
    base, git, notion = (without_common(text, texts[1], texts[2]) for text in texts)
    return base, git, notion


def conflict_file(mapping: str, key: str) -> str:
    """Where the decision is written."""
    return f"state/conflicts/{mapping}/{key}.yaml"


def refusal_views(plan: Plan, again: FollowUp) -> tuple[RefusalView, ...]:
    """One for each guard that tripped."""
    return tuple(_refusal(refusal, again) for refusal in plan.refusals)


def _decision(
    operation: Operation,
    part: MappingPlan,
    mapping: DatabaseMapping | None,
    now: datetime,
    again: FollowUp,
) -> DecisionView:
    return DecisionView(
        record=f"{operation.mapping}/{operation.key}",
        title=operation.title,
        url=page_url(operation.page_url),
        questions=tuple(question_view(c, now) for c in operation.open_conflicts),
        meanwhile=_meanwhile(operation, mapping),
        file=conflict_file(operation.mapping, operation.key),
        missing=_missing(operation, part),
        command=again.offline(_command(operation)),
        others=_others(operation.open_conflicts),
    )


def _missing(operation: Operation, part: MappingPlan) -> str:
    if operation.key in part.on_file:
        return ""
    when = f" once {part.name} takes part" if part.left_out or part.refusals else ""
    return f"Both need that file, which is not there yet: apply writes it{when}."


def _meanwhile(operation: Operation, mapping: DatabaseMapping | None) -> str:
    if any(c.field is None for c in operation.open_conflicts):
        return "Neither side is written until this is decided."
    others = len(mapping.fields) - len(operation.open_conflicts) if mapping else 0
    going = {0: "", 1: " The other field goes on syncing."}
    more = going.get(others, f" The other {number(others)} fields go on syncing.")
    return f"Nobody's value was changed.{more}"


def _command(operation: Operation) -> str:
    """What decides the first question, for git."""
    first = operation.open_conflicts[0].field
    field = f" --field {first}" if first is not None else ""
    record = f"{operation.mapping}/{operation.key}"
    return f"conflicts resolve {record}{field} --take git"


def _others(conflicts: Sequence[Conflict]) -> str:
    if any(c.field is None for c in conflicts):
        return "or notion"
    more = [c.field for c in conflicts[1:] if c.field is not None]
    fields = f"; likewise for {listed(more, _FIRST_KEYS)}" if more else ""
    base = "or base, " if conflicts[0].agreed else ""
    return f"or notion, {base}or --value VALUE{fields}"


def _side(label: str, value: Value | State, who: str, edits: Sequence[Difference] = ()) -> SideView:
    if not isinstance(value, State):
        return SideView(label, cut(value_text(value), _VALUE), who)
    told = f": {edits_text(edits)}" if value is State.EDITED and edits else ""
    return SideView(label, f"{value.value}{told}", who)


def edits_text(edits: Sequence[Difference]) -> str:
    """``hours 6 -> 55; due 2026-11-28 -> (empty)``: what one side edited of a record."""
    more = len(edits) - _EDITS
    rest = f"; and {number(more)} more" if more > 0 else ""
    return "; ".join(map(_edit_text, edits[:_EDITS])) + rest


def _edit_text(edit: Difference) -> str:
    old, new = cut_pair(value_text(edit.before), value_text(edit.after), _EDIT)
    return f"{edit.field} {old} -> {new}"


def _told(sides: tuple[SideView, ...], conflict: Conflict) -> tuple[SideView, ...]:
    """At first contact there is no last agreed value; of a whole record, none worth a line."""
    return sides[1:] if conflict.field is None or not conflict.agreed else sides


def _refusal(refusal: Refusal, again: FollowUp) -> RefusalView:
    return RefusalView(
        mapping=refusal.mapping,
        message=refusal.message,
        limit=limit(refusal),
        keys=refusal.keys[:_FIRST_KEYS],
        total=len(refusal.keys),
        fixes=fixes(refusal, again),
        origin=refusal.origin,
        accept=again.command(f"apply {accepts([refusal])}") if refusal.acceptable else "",
    )


def limit(refusal: Refusal) -> str:
    """Which limit tripped, and where it is set; nothing where no number would let it pass."""
    if not refusal.acceptable:
        return ""
    if refusal.always:
        return "To leave nothing is always asked about, whatever the limit."
    at = place_text(refusal.place) or "built in"
    told = f"The limit is {number(refusal.limit)} ({', '.join(filter(None, (refusal.rule, at)))})."
    unset = refusal.to_set if refusal.place is None else ""
    return f"{told} To set another: {unset}." if unset else told


def fixes(refusal: Refusal, again: FollowUp) -> tuple[str, ...]:
    """What to do if it is a mistake."""
    commands = tuple(again.git(words) for words in refusal.takes_back)
    return (*commands, *([refusal.fix] if refusal.fix else []))


def accepts(refusals: Iterable[Refusal]) -> str:
    """The options that let guards pass: ``--accept tasks.deletes=412``."""
    words = (f"--accept {r.mapping}.{r.what}={r.count}" for r in refusals)
    return " ".join(dict.fromkeys(words))  # two sides may ask for the same number
