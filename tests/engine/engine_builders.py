"""Small builders for tests of the core: a mapping, records on each side, a base, one plan."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from notion_gitops.engine.building import RecordView
from notion_gitops.engine.merge import merge_record
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.mapping import (
    DatabaseMapping,
    Field,
    GitFormat,
    GitSource,
    KeyRule,
    NotionSource,
    PropertyType,
)
from notion_gitops.model.operations import ConflictFile, Operation, Resolution
from notion_gitops.model.records import (
    Absence,
    BaseRecord,
    FileOrigin,
    PageOrigin,
    Record,
    Side,
    Tombstone,
)
from notion_gitops.model.values import Value

HERE = Place("mappings/tasks.yaml", 7, 3)
THEN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PAGE = "11111111-2222-3333-4444-555555abcdef"

Values = Mapping[str, Value]


def a_field(name: str, type_: PropertyType = PropertyType.RICH_TEXT, **more: Any) -> Field:
    return Field(name, name.capitalize(), type_, HERE, **more)


def a_mapping(*fields: Field, **more: Any) -> DatabaseMapping:
    """The mapping `tasks`; a title is put before the fields if none of them is one."""
    has_title = any(f.type is PropertyType.TITLE for f in fields)
    named = fields if has_title else (a_field("title", PropertyType.TITLE), *fields)
    given: dict[str, Any] = {"name": "tasks", "key": KeyRule("id", "Task ID", place=HERE)} | more
    return DatabaseMapping(
        place=HERE,
        notion=NotionSource("${TASKS}", None, HERE),
        git=GitSource(f"state/records/{given['name']}", GitFormat.YAML, HERE),
        fields={f.name: f for f in named},
        **given,
    )


def values(fields: Values) -> dict[str, Value]:
    """Canonical: no empty ones."""
    return {n: v for n, v in fields.items() if v is not None}


def in_git(key: str = "k", /, **fields: Value) -> Record:
    path = f"state/records/tasks/{key}.yaml"
    title = str(fields.get("title", ""))
    return Record(key, values(fields), file=FileOrigin(path, Place(path)), title=title)


def in_notion(key: str = "k", page: PageOrigin | None = None, /, **fields: Value) -> Record:
    page = page or a_page(key=key)
    return Record(key, values(fields), page=page, title=str(fields.get("title", "")))


def a_page(page_id: str = PAGE, key: str | None = "k", **more: Any) -> PageOrigin:
    given: dict[str, Any] = {"edited": THEN, "created": THEN, "edited_by": "u"} | more
    return PageOrigin(page_id, f"https://notion.so/{page_id}", key=key, **given)


def in_base(mapping: DatabaseMapping, key: str = "k", /, **fields: Value) -> BaseRecord:
    """A base in which every field of the mapping was agreed."""
    known = frozenset(mapping.fields)
    file = f"state/records/tasks/{key}.yaml"
    return BaseRecord(key, PAGE, values(fields), known, file=file, seen="digest")


def a_tombstone(side: Side, key: str = "k", /, **fields: object) -> Tombstone:
    return Tombstone(key, PAGE, side, fields)


def answers(record: Resolution | None = None, **fields: Resolution) -> ConflictFile:
    path = "state/conflicts/tasks/k.yaml"
    return ConflictFile("tasks", "k", THEN, path, fields=fields, record=record)


def decided(
    mapping: DatabaseMapping,
    *,
    base: BaseRecord | None = None,
    git: Record | None = None,
    notion: Record | None = None,
    **more: Any,
) -> Operation | None:
    """What is meant for the record `k`; a page of the base that is not there is in the trash."""
    if notion is None and base is not None:
        more.setdefault("absence", Absence.TRASHED)
    view = RecordView("k", base=base, git=git, notion=notion, **more)
    return merge_record(mapping, view).operation


def planned(mapping: DatabaseMapping, **sides: Any) -> Operation:
    """Likewise, where something is to be done."""
    operation = decided(mapping, **sides)
    assert operation is not None
    return operation


def written(operation: Operation | None, side: Side) -> dict[str, Value] | None:
    """The fields that are written on a side; None if nothing is."""
    write = operation.write(side) if operation else None
    return None if write is None else write.fields()
