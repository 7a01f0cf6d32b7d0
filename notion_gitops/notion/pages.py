"""Pages as records, and records as the properties of pages."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.mapping import DatabaseMapping, Field, PropertyType
from notion_gitops.model.people import People
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import PageOrigin, Record
from notion_gitops.model.values import Fields, FileRef, Unknown, Value, to_plain
from notion_gitops.notion.carrying import Context, NotCarried, PageIds
from notion_gitops.notion.codecs_simple import plain_items
from notion_gitops.notion.failures import Json
from notion_gitops.notion.ids import dashed
from notion_gitops.notion.rich_text import plain_text
from notion_gitops.notion.schema import PropertySchema, Schema, decoded_id
from notion_gitops.notion.transforms import to_git, to_notion
from notion_gitops.notion.values import decode, encode


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page, read. Its key is decided elsewhere; `record.page.key` is what the page says."""

    record: Record  # with the key ""; relations as ``page:ID``
    findings: tuple[Finding, ...]  # about values that could not be told
    seen: str  # digest of all that the page says of the mapped fields and the key
    incomplete: tuple[str, ...] = ()  # fields that Notion cut short: see `complete_page`

    @property
    def created(self) -> datetime:
        """When the page was created."""
        if self.record.page is None:
            raise ValueError("a record read from Notion has an origin there")
        return self.record.page.created


def decode_page(page: Json, mapping: DatabaseMapping, schema: Schema, people: People) -> Decoded:
    """A page as a record. Values that cannot be told are `Unknown`, and no error.

    Args:
        page: as Notion answered it.
        mapping: which property is which field.
        schema: of the database, with renames followed.
        people: who is who.
    """
    origin = _origin(page, mapping, schema)
    values: dict[str, Value] = {}
    trouble: dict[str, NotCarried] = {}
    for field in mapping.properties:
        try:
            values[field.name] = _decoded(page, field, _Reading(mapping, schema, people))
        except NotCarried as error:
            values[field.name] = Unknown(error.reason)
            trouble[field.name] = error
    fields = {name: value for name, value in values.items() if value is not None}
    title = fields.get(mapping.title_field.name)
    return Decoded(
        Record("", fields, page=origin, title=title if isinstance(title, str) else ""),
        tuple(_finding(mapping, origin, name, error) for name, error in trouble.items()),
        _digest(fields, origin.key),
        tuple(name for name, error in trouble.items() if error.check == "cut"),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all values of a page are read with."""

    mapping: DatabaseMapping
    schema: Schema
    people: People

    def context(self, field: Field) -> Context:
        prop = property_of(field.property_name, self.schema)
        return Context(field, prop, self.people, ZoneInfo(self.mapping.timezone))


def property_of(name: str, schema: Schema) -> PropertySchema:
    """The property that a mapping calls so.

    Raises:
        NotCarried: the database has none.
    """
    prop = schema.properties.get(name)
    if prop is None:
        raise NotCarried(f'the database has no property "{name}"', check="schema")
    return prop


def value_of(page: Json, prop: PropertySchema) -> Json | None:
    """What a page holds of a property; None if the page does not show it."""
    name = name_on(page, prop)
    return None if name is None else page["properties"][name]


def name_on(page: Json, prop: PropertySchema) -> str | None:
    """Under which name a page shows a property; None if it does not.

    It is told by its id: between two answers names may be changed, and two may be swapped.
    """
    shown: Mapping[str, Json] = page.get("properties") or {}
    likely = shown.get(prop.name)
    if likely is not None and _is(likely, prop):
        return prop.name
    return next((name for name, value in shown.items() if _is(value, prop)), None)


def _is(value: Json, prop: PropertySchema) -> bool:
    return decoded_id(str(value.get("id"))) == prop.id


def _decoded(page: Json, field: Field, reading: _Reading) -> Value:
    context = reading.context(field)
    return to_git(decode(_shown(page, context.schema), context), context)


def _shown(page: Json, prop: PropertySchema) -> Json:
    found = value_of(page, prop)
    if found is None:
        raise NotCarried(f'the page does not show "{prop.name}"', check="schema")
    return found


def _origin(page: Json, mapping: DatabaseMapping, schema: Schema) -> PageOrigin:
    return PageOrigin(
        id=dashed(page["id"]),
        url=page.get("url") or "",
        edited=datetime.fromisoformat(page["last_edited_time"]),
        edited_by=str((page.get("last_edited_by") or {}).get("id") or ""),
        created=datetime.fromisoformat(page["created_time"]),
        key=_key(page, mapping, schema),
        in_trash=bool(page.get("in_trash")),
    )


def _key(page: Json, mapping: DatabaseMapping, schema: Schema) -> str | None:
    prop = schema.properties.get(mapping.key.property_name or "")
    found = value_of(page, prop) if prop else None
    items = found.get(found.get("type", "")) if found else None
    return plain_text(items).strip() or None if isinstance(items, list) else None


def _finding(
    mapping: DatabaseMapping, origin: PageOrigin, field: str, error: NotCarried
) -> Finding:
    return Finding(
        check=error.check,
        severity=Severity.WARNING,
        mapping=mapping.name,
        keys=(origin.key or f"page:{origin.id}",),
        message=f"{field}: {error.reason}",
        why="The field is left as it is on both sides; nothing is lost.",
        fix=error.fix,
        place=mapping.fields[field].place,
    )


def _digest(fields: Fields, key: str | None) -> str:
    said: dict[str, Any] = {name: to_plain(value) for name, value in fields.items()}
    text = json.dumps([key, said], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Target:
    """What records are written to."""

    mapping: DatabaseMapping
    schema: Schema
    people: People
    page_ids: PageIds = dataclasses.field(default_factory=dict)  # mapping -> key -> page id
    uploads: Mapping[FileRef, str] = dataclasses.field(default_factory=dict)  # file -> upload's id
    hosted: Mapping[FileRef, FileRef] = dataclasses.field(default_factory=dict)  # as on the page


@dataclass(frozen=True, slots=True)
class Encoded:
    """Properties to send, and the fields that cannot be sent."""

    properties: Json  # by what `Schema.key_of` says
    left_out: Mapping[str, Finding]  # by field: why it is not among them


def encode_properties(
    values: Fields,
    target: Target,
    *,
    previous_page: Json | None = None,
    key: str | None = None,
) -> Encoded:
    """The properties to send with a create or an update: of the given fields alone.

    A computed field, and an empty status (which Notion would turn into its default), are not
    sent, and that is no finding. A value that Notion would not take, or whose sending would
    destroy what this program cannot read, is left out with a finding.

    Args:
        values: by field, as git has them; None clears.
        target: mapping, schema, people, and the pages that relations can lead to.
        previous_page: the page as it is, completed; None for a create. Sets keep its order, and
            what it holds besides is kept.
        key: sent in the key property as well, if given.
    """
    properties: dict[str, Any] = {}
    left_out: dict[str, Finding] = {}
    for name, value in values.items():
        field = target.mapping.fields[name]
        if field.computed or (field.type is PropertyType.STATUS and value is None):
            continue
        try:
            context = _writing(field, target, previous_page)
            properties[target.schema.key_of(context.schema)] = encode(
                to_notion(value, context), context
            )
        except NotCarried as error:
            left_out[name] = _refusal(target.mapping, name, error, key)
    return Encoded({**properties, **_key_property(target, key)}, left_out)


def _writing(field: Field, target: Target, page: Json | None) -> Context:
    prop = property_of(field.property_name, target.schema)
    zone = ZoneInfo(target.mapping.timezone)
    context = Context(
        field, prop, target.people, zone, target.page_ids,
        uploads=target.uploads, hosted=target.hosted,
    )  # fmt: skip
    if page is None:
        return context
    previous = _shown(page, prop)
    decode(previous, context)  # what cannot be read must not be written over
    return dataclasses.replace(context, previous=previous)


def _refusal(mapping: DatabaseMapping, field: str, error: NotCarried, key: str | None) -> Finding:
    return Finding(
        check=error.check,
        severity=Severity.ERROR,
        mapping=mapping.name,
        keys=(key,) if key else (),
        message=f"{field}: {error.reason}",
        why="The field is not written to Notion; the rest of the record is.",
        fix=error.fix,
        place=mapping.fields[field].place,
    )


def _key_property(target: Target, key: str | None) -> Json:
    prop = target.schema.properties.get(target.mapping.key.property_name or "")
    if key is None or prop is None:
        return {}
    return {target.schema.key_of(prop): {prop.type: plain_items(key)}}


def mapped_property_ids(mapping: DatabaseMapping, schema: Schema) -> list[str]:
    """The (decoded) ids of all properties that a listing of this mapping needs."""
    names: Iterable[str | None] = (
        *(f.property_name for f in mapping.properties),
        mapping.key.property_name,
    )
    found = (schema.properties.get(name or "") for name in names)
    return list(dict.fromkeys(prop.id for prop in found if prop is not None))
