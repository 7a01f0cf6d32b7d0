"""Texts that a plan would write into a page where that would lose something: told, left alone."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from notion_gitops.engine.planner import Decided
from notion_gitops.model.errors import CannotReachNotion, TokenRefused
from notion_gitops.model.mapping import BODY
from notion_gitops.model.operations import Action, Operation
from notion_gitops.model.records import Side
from notion_gitops.model.values import Unknown
from notion_gitops.notion.bodies import blocks_that_are_lost, too_large
from notion_gitops.notion.gateway import Gateway
from notion_gitops.workflow.reading.bodies import text_left
from notion_gitops.workflow.reading.compared import Compared, Comparison

Refused = Mapping[str, Mapping[str, str]]  # why, by mapping and key


def refused_bodies(comparison: Comparison, decided: Decided, gateway: Gateway) -> Refused:
    """The texts that must not be written although the plan says so, and why.

    The blocks of a page are looked through only if its text is to be written.
    """
    return {
        name: dict(_refused(each, decided.operations[name], gateway))
        for name, each in comparison.mappings.items()
        if each.mapping.body is not None
    }


def without_bodies(comparison: Comparison, refused: Refused) -> Comparison:
    """The comparison with these texts of git's taken as not known: they are left alone."""
    mappings = {
        name: _without(each, refused[name]) if refused.get(name) else each
        for name, each in comparison.mappings.items()
    }
    return replace(comparison, mappings=mappings)


def _refused(
    each: Compared, operations: tuple[Operation, ...], gateway: Gateway
) -> Iterator[tuple[str, str]]:
    for operation in operations:
        write = operation.write(Side.NOTION)
        text = write.fields().get(BODY) if write else None
        if write is None or BODY not in write.fields():
            continue
        why = too_large(text) if isinstance(text, str) else ""
        if not why and write.action is Action.UPDATE:
            why = _lossy(each, operation, gateway)
        if why:
            yield operation.key, why


def _lossy(each: Compared, operation: Operation, gateway: Gateway) -> str:
    """Why a page's text cannot be written over; "" if it can, an empty one always."""
    key = operation.renamed_from or operation.key
    record, read = each.notion.unresolved.get(key), each.bodies.read.get(key)
    if record is None or record.value(BODY) is None:
        return ""
    try:
        what = (read.loses if read else "") or blocks_that_are_lost(gateway, operation.page_id)
    except TokenRefused:
        raise
    except CannotReachNotion as error:
        return f"its blocks could not be looked through: {error.diagnostics[0].summary}"
    return f"its page holds {what}, which would be lost" if what else ""


def _without(each: Compared, refused: Mapping[str, str]) -> Compared:
    inputs, mapping = each.inputs, each.mapping
    records = {
        key: replace(r, fields={**r.fields, BODY: Unknown(refused[key])}) if key in refused else r
        for key, r in inputs.git.records.items()
    }
    told = tuple(
        text_left(mapping.name, inputs.git.records.get(key), key, why)
        for key, why in refused.items()
    )
    git = replace(inputs.git, records=records)
    return replace(each, inputs=replace(inputs, git=git), refused=(*each.refused, *told))
