"""How the base moves: field by field, and only by what was confirmed."""

from dataclasses import dataclass

from notion_gitops.engine.fields import same
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Operation
from notion_gitops.model.records import BaseRecord, Side, Tombstone
from notion_gitops.model.values import Fields, Unknown, digest, to_plain

LOOK_AGAIN = "-"
"""In place of a digest: the page is looked at in every plan, though nobody edits it."""

NOT_AS_SEEN = "?"
"""In place of a digest: the page is looked at as soon as it is listed again, and then known."""


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
    settled = {n for n in operation.settled if not isinstance(at.notion.get(n), Unknown)}
    kept = mapping.fields.keys() - settled
    fields = {n: v for n, v in (before.fields if before else {}).items() if n in kept}
    stored = {n: v for n, v in (before.stored if before else {}).items() if n in kept}
    for name in settled:
        agreed, reads = at.agreed.get(name), at.notion.get(name)
        if agreed is not None:
            fields[name] = agreed
        if not same(mapping.fields[name], agreed, reads):
            stored[name] = reads
    known = (before.known if before else frozenset()) & kept
    return BaseRecord(
        key=operation.key,
        page_id=at.page_id,
        fields=fields,
        known=known | settled,
        stored=stored,
        file=at.file,
        seen="" if kept else seen_digest(mapping, at.seen),
    )


def bury(mapping: DatabaseMapping, before: BaseRecord, *, in_git: bool) -> Tombstone:
    """The tombstone of a record that leaves the base: deleted on a side, or on both.

    Args:
        mapping: its mapping.
        before: its base.
        in_git: whether git still held it when that was planned: then Notion deleted it first.
    """
    # Not the body: the index is no place for long texts, and the file is in the history.
    body = mapping.body.name if mapping.body else ""
    fields = {name: to_plain(value) for name, value in before.fields.items() if name != body}
    return Tombstone(before.key, before.page_id, Side.NOTION if in_git else Side.GIT, fields)


def seen_digest(mapping: DatabaseMapping, fields: Fields) -> str:
    """Stands for what a page said of the mapped properties: equal digests need no look.

    "" when a value could not be told, so that the record is looked at every time.
    """
    values = [fields.get(field.name) for field in mapping.properties]
    if any(isinstance(v, Unknown) for v in values):
        return ""
    return digest(*values, length=16)
