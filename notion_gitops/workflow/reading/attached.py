"""Files that a plan sends to Notion, and those that it fetches from there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from notion_gitops.engine.files import agreed_pairs, to_upload
from notion_gitops.engine.forecast import Files
from notion_gitops.model.mapping import DatabaseMapping, Field, PropertyType
from notion_gitops.model.operations import Action, Operation
from notion_gitops.model.records import Side
from notion_gitops.model.values import LOCAL, FileRef, files_of
from notion_gitops.workflow.reading.compared import Compared

HIDDEN = "a file of a sensitive field"

Fetch = tuple[Field, str, FileRef]
"""The field, the folder that the file is to come to, and the file."""


def file_fields(mapping: DatabaseMapping) -> tuple[Field, ...]:
    """The fields that hold files."""
    return tuple(f for f in mapping.fields.values() if f.type is PropertyType.FILES)


def known_pairs(compared: Compared, operation: Operation, field: str) -> dict[str, FileRef]:
    """The address of a hosted file -> the file in git, as the record's base holds both."""
    base = compared.base.records.get(operation.renamed_from or operation.key)
    return agreed_pairs(base.fields.get(field), base.in_notion(field)) if base else {}


def planned_files(compared: Mapping[str, Compared], operations: Iterable[Operation]) -> Files:
    """What a plan sends, each file once, and what it fetches."""
    uploads: dict[tuple[str, str], FileRef] = {}
    downloads: list[str] = []
    for operation in operations:
        each = compared[operation.mapping]
        for ref in _uploads(each, operation):
            uploads.setdefault((ref.url, ref.digest), ref)
        downloads += [
            f"{HIDDEN if spec.sensitive else ref.name} to {path}/"
            for spec, path, ref in to_fetch(each.mapping, operation)
        ]
    return Files(tuple(uploads.values()), tuple(downloads))


def _uploads(compared: Compared, operation: Operation) -> Iterator[FileRef]:
    write = operation.write(Side.NOTION)
    if write is None or write.action is Action.DELETE:
        return
    fields = write.fields()
    page = compared.inputs.notion.records.get(operation.key)
    for spec in file_fields(compared.mapping):
        pairs = known_pairs(compared, operation, spec.name)
        held = page.value(spec.name) if page else None
        for ref in to_upload(fields.get(spec.name), held, pairs):
            yield replace(ref, url=f"{LOCAL}{HIDDEN}") if spec.sensitive else ref


def to_fetch(mapping: DatabaseMapping, operation: Operation) -> Iterator[Fetch]:
    """The hosted files that a record's file is to hold as files of the repository."""
    write = operation.write(Side.GIT)
    if write is None or write.action is Action.DELETE:
        return
    fields = write.fields()
    for spec in file_fields(mapping):
        for ref in files_of(fields.get(spec.name)):
            if ref.hosted and spec.download:
                yield spec, f"{spec.download}/{operation.key}", ref
