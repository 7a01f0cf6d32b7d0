"""Checks that look at the fields of a mapping's own records: unique, required, order."""

from collections import defaultdict
from collections.abc import Hashable, Iterator

from notion_gitops.engine.checks.moments import begin, finish
from notion_gitops.engine.checks.scope import Scope, is_empty
from notion_gitops.model.mapping import PropertyType
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Record
from notion_gitops.model.values import DateValue, Unknown, Value, to_plain


def unique(scope: Scope) -> Iterator[Finding]:
    """Records that share the values of all fields named; an empty or unknown value shares nothing.

    Text is compared without regard to case and outer spaces.
    """
    groups: defaultdict[tuple[Hashable, ...], list[Record]] = defaultdict(list)
    for record in scope.own():
        values = [record.value(name) for name in scope.rule.fields]
        if not any(is_empty(value) or isinstance(value, Unknown) for value in values):
            groups[tuple(_comparable(value) for value in values)].append(record)
    for shared in groups.values():
        if len(shared) > 1:
            yield scope.finding(
                tuple(record.key for record in shared),
                _shared_text(scope, shared),
                why="One of them may be a copy made by mistake, and people cannot tell them apart.",
                fix="Rename one of them; or, if they are the same thing, move one to the trash.",
            )


def required(scope: Scope) -> Iterator[Finding]:
    """Records in which a field is empty that must not be."""
    for record in scope.own():
        for name in scope.rule.fields:
            if scope.leaves_empty(record, name):
                there = scope.mapping.fields[name].property_name
                yield scope.finding(
                    (record.key,),
                    f"has no {name}, and {name} is required",
                    why="The team agreed that this field is always filled in.",
                    fix=f"Fill in {name} in the record's file, or "
                    + (f'"{there}" in Notion.' if there else "write the page's text in Notion."),
                )


def order(scope: Scope) -> Iterator[Finding]:
    """Records whose dates run backwards: the second before the first, or a range within itself.

    Ranges may overlap: a finding needs all of the second to be over before the first begins.
    """
    for record in scope.own():
        dates = {name: record.value(name) for name in scope.rule.fields}
        for message in _out_of_order(scope, dates):
            yield scope.finding(
                (record.key,),
                message,
                why="Calendars and timelines show it wrongly, and nobody can plan by it.",
                fix="Correct one of the two dates, on either side.",
            )


def _comparable(value: Value) -> Hashable:
    return value.strip().casefold() if isinstance(value, str) else value


def _shared_text(scope: Scope, shared: list[Record]) -> str:
    fields = [scope.mapping.fields[name] for name in scope.rule.fields]
    values = [f'"{str(to_plain(shared[0].value(f.name))).strip()}"' for f in fields]
    if any(f.sensitive for f in fields):
        return f"{len(shared)} records share one value of {' and '.join(f.name for f in fields)}"
    if [f.type for f in fields] == [PropertyType.TITLE]:
        return f"{len(shared)} pages are titled {values[0]}"
    pairs = [f"{f.name} {value}" for f, value in zip(fields, values, strict=True)]
    return f"{len(shared)} records share {' and '.join(pairs)}"


def _out_of_order(scope: Scope, dates: dict[str, Value]) -> Iterator[str]:
    zone = scope.zone
    present = {name: value for name, value in dates.items() if isinstance(value, DateValue)}
    for name, value in present.items():
        if value.end is not None and finish(value.end, zone) < begin(value.start, zone):
            said = "" if scope.hides(name) else f": {value}"
            yield f"{name} ends before it starts{said}"
    if len(present) == len(scope.rule.fields) == 2:  # noqa: PLR2004  an earlier and a later one
        earlier, later = present.values()
        if finish(later.end or later.start, zone) < begin(earlier.start, zone):
            one, other = (n if scope.hides(n) else f"{n} {v}" for n, v in present.items())
            yield f"{other} is before {one}"
