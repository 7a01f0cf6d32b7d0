"""Members of relations that Notion hides as long as their pages are in the trash."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from notion_gitops.engine.fields import same
from notion_gitops.engine.planner import Inputs
from notion_gitops.model.mapping import Field, PropertyType
from notion_gitops.model.operations import Action, Operation, State
from notion_gitops.model.records import Record


def with_hidden_members(
    inputs: Mapping[str, Inputs], operations: Mapping[str, Iterable[Operation]]
) -> Mapping[str, Inputs]:
    """The inputs with members that nobody took out of a relation: their pages may come back.

    Notion leaves a page that is in the trash out of every list that names it, and puts it in again
    once it is restored. That is no edit of those lists as long as somebody is asked about the
    record, or if the plan restores it.

    Returns:
        The very inputs if nothing is hidden in them.
    """
    away = {name: _may_come_back(of) for name, of in operations.items()}
    if not any(away.values()):
        return inputs
    return {name: _shown(each, away) for name, each in inputs.items()}


def _may_come_back(operations: Iterable[Operation]) -> frozenset[str]:
    return frozenset(
        o.key
        for o in operations
        if any(w.action is Action.RESTORE for w in o.writes)
        or any(c.field is None and c.notion is State.DELETED for c in o.open_conflicts)
    )


def _shown(each: Inputs, away: Mapping[str, Collection[str]]) -> Inputs:
    relations = [
        (spec, away[spec.to])
        for spec in each.mapping.fields.values()
        if spec.type is PropertyType.RELATION and spec.to and away.get(spec.to)
    ]
    records = dict(each.notion.records)
    for key in each.notion.records:
        for spec, hidden in relations:
            records[key] = _with(each, records[key], spec, hidden)
    return replace(each, notion=replace(each.notion, records=records)) if relations else each


def _with(each: Inputs, record: Record, spec: Field, hidden: Collection[str]) -> Record:
    """The record with the members that Notion hides; as it is, if git changed the list."""
    base, git = each.base.records.get(record.key), each.git.records.get(record.key)
    if base is None or spec.name not in base.known:
        return record
    agreed, there = base.in_notion(spec.name), record.value(spec.name)
    if git is None or not same(spec, git.value(spec.name), base.fields.get(spec.name)):
        return record
    if not isinstance(agreed, frozenset) or not isinstance(there, frozenset | None):
        return record
    members = (there or frozenset()) | (agreed & frozenset(hidden))
    return replace(record, fields={**record.fields, spec.name: members}) if members else record
