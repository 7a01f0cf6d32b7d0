"""How the base moves: field by field, and only by what was confirmed."""

from dataclasses import dataclass

from notion_gitops.engine.fields import same
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Operation
from notion_gitops.model.records import BaseRecord
from notion_gitops.model.values import Fields, Unknown, digest


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What both sides are known to hold, after the writes of one operation succeeded.

    `notion` is what was read when the plan was made, with the fields that were written replaced
    by those of Notion's answer. A field that somebody edited meanwhile is not in it: taking it
    from the answer would swallow that edit.
    """

    page_id: str
    file: str
    agreed: Fields  # as the file reads
    notion: Fields  # as Notion reads, relations by key
    seen: Fields  # the same with relations by page id, as decoded from the page


def advance(
    mapping: DatabaseMapping, before: BaseRecord | None, operation: Operation, at: Confirmed
) -> BaseRecord:
    """The record's new base: settled fields move, the others keep what they had."""
    old: Fields = before.fields if before else {}
    fields = {n: v for n, v in old.items() if n in mapping.fields and n not in operation.settled}
    stored = {
        n: v
        for n, v in (before.stored if before else {}).items()
        if n in mapping.fields and n not in operation.settled
    }
    for name in operation.settled:
        agreed, reads = at.agreed.get(name), at.notion.get(name)
        if agreed is not None:
            fields[name] = agreed
        if not same(mapping.fields[name], agreed, reads):
            stored[name] = reads
    known = (before.known if before else frozenset()) & mapping.fields.keys()
    unsettled = frozenset(mapping.fields) - operation.settled
    return BaseRecord(
        key=operation.key,
        page_id=at.page_id,
        fields=fields,
        known=frozenset(known) | operation.settled,
        stored=stored,
        file=at.file,
        seen="" if unsettled else seen_digest(mapping, at.seen),
    )


def seen_digest(mapping: DatabaseMapping, fields: Fields) -> str:
    """Stands for what a page said of the mapped fields: equal digests need no look.

    "" when a value could not be told, so that the record is looked at every time.
    """
    values = [fields.get(name) for name in mapping.fields]
    if any(isinstance(v, Unknown) for v in values):
        return ""
    return digest(*values, length=16)
