"""Writes that Notion refused: not tried again until the record, its page or the schema changes.

Notion answered 400, so the same request would be refused again, in every run (design, decision
45). What it would be is told by a digest, which is kept with the pending records.
"""

from collections.abc import Mapping
from dataclasses import replace

from notion_gitops import __version__
from notion_gitops.engine.planner import Decided
from notion_gitops.mapping.fingerprints import fingerprint
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.mapping import Field
from notion_gitops.model.operations import Operation
from notion_gitops.model.records import Side
from notion_gitops.model.values import Fields, digest
from notion_gitops.notion.schema import PropertySchema
from notion_gitops.state.sync import PendingRecord
from notion_gitops.workflow.reading.compared import Compared, Comparison

_LENGTH = 16  # hex digits


def refusal(compared: Compared, operation: Operation) -> str:
    """Stands for what an operation would write to Notion, and for all that it depends on.

    Of this program as well: a newer one may send it otherwise.
    """
    write = operation.write(Side.NOTION)
    if write is None:
        return ""
    page = compared.notion.snapshot.records.get(operation.renamed_from or operation.key)
    fields = compared.mapping.fields
    held = {n: v for n, v in page.fields.items() if not fields[n].derived} if page else {}
    written = write.fields()
    meanings = (_meaning(compared, fields[name]) for name in sorted(written))
    key = _key(compared) if write.key_to_write else ""
    told = (__version__, write.action.value, *_flat(written), "", *_flat(held), *meanings, key)
    return digest(*told, length=_LENGTH)


def without_refused(comparison: Comparison, decided: Decided) -> tuple[Comparison, Decided]:
    """The same without the operations that Notion refused before, which are told of instead."""
    mappings, operations = dict(comparison.mappings), dict(decided.operations)
    for name, compared in comparison.mappings.items():
        still = _still_refused(compared, decided.operations[name])
        if still:
            told = tuple(_told(compared, one) for one in still.values())
            mappings[name] = replace(
                compared, refused=(*compared.refused, *told), refused_writes=tuple(still.values())
            )
            operations[name] = tuple(o for o in decided.operations[name] if o.key not in still)
    if all(mappings[n] is comparison.mappings[n] for n in mappings):
        return comparison, decided
    return replace(comparison, mappings=mappings), replace(decided, operations=operations)


def _still_refused(
    compared: Compared, operations: tuple[Operation, ...]
) -> Mapping[str, PendingRecord]:
    pending = compared.recorded.sync.pending if compared.recorded.sync else ()
    before = {one.key: one for one in pending if one.refused}
    return {
        o.key: before[o.key]
        for o in operations
        if o.key in before and refusal(compared, o) == before[o.key].refused
    }


def _flat(fields: Fields) -> tuple[str, ...]:
    return tuple(part for name in sorted(fields) for part in (name, digest(fields[name])))


def _meaning(compared: Compared, spec: Field) -> str:
    schema = compared.database.schema
    prop = schema.properties.get(spec.property_name) if schema else None
    return f"{spec.name} {fingerprint(spec)} {_seen(prop)}"


def _key(compared: Compared) -> str:
    schema, name = compared.database.schema, compared.mapping.key.property_name
    return _seen(schema.properties.get(name or "") if schema else None)


def _seen(prop: PropertySchema | None) -> str:
    """A property as it is now; its name too, since messages of Notion's may be about that."""
    return f"{prop.id} {prop.name} {prop.type} {sorted(prop.options.items())}" if prop else ""


def _told(compared: Compared, refused: PendingRecord) -> Diagnostic:
    return Diagnostic(
        f"{compared.mapping.name}/{refused.key} was refused by Notion, and is not sent again",
        detail=f"On {refused.since:%Y-%m-%d %H:%M} UTC: {refused.reason}",
        fix="Change the record, its page, or the property that is meant: then it is sent again.",
    )
