"""A database's schema, as Notion has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, unquote

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import CannotReachNotion, InvalidInput, NotShared
from notion_gitops.model.mapping import PropertyType
from notion_gitops.notion.failures import Json, RejectedRequest, printable
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.ids import dashed, parse_id

_AS_IT_IS = "!'()*"  # what Notion leaves alone in ids, as `encodeURIComponent` does

_COPY_LINK = "Open the database in Notion as a full page, and copy its link."


@dataclass(frozen=True, slots=True)
class PropertySchema:
    """One property of a database."""

    id: str  # decoded; it survives a rename
    name: str  # as Notion has it now
    type: str  # Notion's word; may be one that this program does not know
    options: Mapping[str, str] = field(default_factory=dict)  # option's name -> its id
    former: Mapping[str, str] = field(default_factory=dict)  # a name it had before -> its id
    relation_data_source: str | None = None  # relation: what its pages belong to
    relation_property_id: str | None = None  # relation: the other face, decoded; None: one-way
    reads: str = ""  # rollup: the id of its relation, decoded; formula: its expression

    @property
    def encoded_id(self) -> str:
        """Its id as Notion spells it in answers, and takes it as a key of `properties`."""
        return quote(self.id, safe=_AS_IT_IS)

    @property
    def supported(self) -> bool:
        """Whether a sync can carry it."""
        return self.type in set(PropertyType)

    @property
    def records_options(self) -> dict[str, str]:
        """The id of each option by the one name that records know it by."""
        known = {i: self.option_name(i, name) for name, i in self.options.items()}
        return {name: identity for identity, name in known.items() if name is not None}

    def option_id(self, name: str) -> str | None:
        """The id of the option that records call so: that had this name, or else has it now."""
        return self.former.get(name) or self.options.get(name)

    def option_name(self, identity: str, now: str) -> str | None:
        """What records call an option: its name when it was first seen.

        None if another option was called so before: which of the two is meant cannot be told.

        Args:
            identity: its id.
            now: its name as a page shows it; the schema's own counts, if it has the option.
        """
        if self.options.get(now) != identity:
            now = next((name for name, i in self.options.items() if i == identity), now)
        before = next((name for name, i in self.former.items() if i == identity), None)
        if before is not None:
            return before
        return None if now in self.former else now


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of the one data source behind a mapping."""

    data_source_id: str
    database_id: str
    title: str
    url: str
    properties: Mapping[str, PropertySchema]  # by the name that mappings use
    in_trash: bool = False

    def by_id(self, property_id: str) -> PropertySchema | None:
        """The property with that (decoded) id."""
        return next((p for p in self.properties.values() if p.id == property_id), None)

    def key_of(self, prop: PropertySchema) -> str:
        """What names a property in the `properties` of a request: its id, which a rename keeps.

        Its name, if another property is called like that id: Notion does not say which it takes.
        """
        return self._unless_called_so(prop.encoded_id, prop)

    def in_filters(self, prop: PropertySchema) -> tuple[str, ...]:
        """What may name a property in a filter, the best first.

        Notion takes ids there by its documentation, which does not say how they are spelled.
        """
        spelled = (prop.id, prop.encoded_id)
        return (*(self._unless_called_so(word, prop) for word in spelled), prop.name)

    def _unless_called_so(self, word: str, prop: PropertySchema) -> str:
        names = {other.name for other in self.properties.values() if other.id != prop.id}
        return prop.name if names & {word, unquote(word)} else word

    @property
    def unsupported(self) -> tuple[str, ...]:
        """Name (type) of the properties that are left alone."""
        return tuple(f"{p.name} ({p.type})" for p in self.properties.values() if not p.supported)


def read_schema(
    gateway: Gateway,
    reference: str,
    place: Place | None = None,
    *,
    data_source_id: str | None = None,
) -> Schema:
    """Read the schema of a database.

    Args:
        gateway: asks.
        reference: the id or URL of a database or of a data source.
        place: where the mapping says so.
        data_source_id: the data source that `reference` led to the last time; it saves a
            request, and is not believed if it belongs to another database now.

    Raises:
        InvalidInput: no id, the id of a page, or a database with several data sources.
        NotShared: neither a database nor a data source that the token sees.
    """
    identity = parse_id(reference)
    if identity is None:
        raise InvalidInput(Diagnostic(
            f'"{printable(reference)[:60]}" is not the id or address of a database',
            place,
            fix=_COPY_LINK,
        ))  # fmt: skip
    if data_source_id is not None:
        schema = _remembered(gateway, identity, data_source_id)
        if schema is not None:
            return schema
    try:
        database = gateway.database(identity)
    except NotShared as error:
        return _as_data_source(gateway, identity, place, error)
    except RejectedRequest as error:
        raise InvalidInput(_no_uuid(reference, place, error)) from None
    return parse_schema(gateway.data_source(_only_source(database, place)))


def _no_uuid(reference: str, place: Place | None, error: RejectedRequest) -> Diagnostic:
    """Notion takes the 32 digits for no id at all: some of them say of what kind an id is."""
    return Diagnostic(
        f'"{printable(reference)[:80]}" is not the id of a database: Notion does not take it',
        place,
        fix=f"{_COPY_LINK} To see the ids: notion-gitops init --list.",
        detail=error.message,
    )


def _remembered(gateway: Gateway, identity: str, data_source_id: str) -> Schema | None:
    try:
        schema = parse_schema(gateway.data_source(data_source_id))
    except NotShared:
        return None
    return schema if identity in {schema.database_id, schema.data_source_id} else None


def _as_data_source(
    gateway: Gateway, identity: str, place: Place | None, error: NotShared
) -> Schema:
    try:
        return parse_schema(gateway.data_source(identity))
    except NotShared:
        pass  # then it may be a page: a common mix-up, which has a remedy of its own
    try:
        gateway.page(identity)
    except NotShared:
        first = error.diagnostics[0]
        raise NotShared(Diagnostic(first.summary, place, first.fix, first.detail)) from None
    raise InvalidInput(Diagnostic(
        f"{identity} is a page, not a database",
        place,
        fix="If the database stands on that page, open it as a full page and copy its link.",
    ))  # fmt: skip


def _only_source(database: Json, place: Place | None) -> str:
    sources = database.get("data_sources") or []
    if len(sources) == 1:
        return str(sources[0]["id"])
    title = _plain(database.get("title"))
    if not sources:
        raise InvalidInput(Diagnostic(
            f'The database "{title}" has no data source that this connection sees',
            place,
            fix="If it is a linked view, share the original database with the connection.",
        ))  # fmt: skip
    listed = "\n".join(f"{s['id']}  {printable(str(s.get('name')))}" for s in sources)
    raise InvalidInput(Diagnostic(
        f'The database "{title}" has {len(sources)} data sources',
        place,
        fix="Name the one that you mean by its id instead: --database ID."
        if place is None
        else "Write the id of the one that you mean in the mapping, instead of the database's.",
        detail=listed,
    ))  # fmt: skip


def parse_schema(source: Json) -> Schema:
    """A data source, as Notion answers it, as a schema.

    Raises:
        CannotReachNotion: the answer has not the form of a data source.
    """
    try:
        return _parsed(source)
    except (KeyError, TypeError, AttributeError) as error:
        raise CannotReachNotion(Diagnostic(
            "Notion's answer about a database has a form that is not known",
            fix="Run the same command again later; nothing was written.",
        )) from error  # fmt: skip


def _parsed(source: Json) -> Schema:
    parent = source.get("parent") or {}
    properties = [_property(name, body) for name, body in source["properties"].items()]
    return Schema(
        data_source_id=dashed(source["id"]),
        database_id=dashed(parent.get("database_id") or source["id"]),
        title=_plain(source.get("title")),
        url=source.get("url") or "",
        properties={p.name: p for p in properties},
        in_trash=bool(source.get("in_trash")),
    )


def _property(name: str, body: Json) -> PropertySchema:
    type_ = body["type"]
    config = body.get(type_) or {}
    options = {o["name"]: o["id"] for o in config.get("options") or []}
    target = config.get("data_source_id")
    # The ids of properties come percent-encoded, those inside a configuration as they are.
    other = (config.get("dual_property") or {}).get("synced_property_id")
    return PropertySchema(
        id=decoded_id(body["id"]),
        name=name,
        type=type_,
        options=options,
        relation_data_source=dashed(target) if target else None,
        relation_property_id=decoded_id(other) if other else None,
        reads=str(config.get("relation_property_id") or config.get("expression") or ""),
    )


@lru_cache(maxsize=4096)
def decoded_id(identity: str) -> str:
    """The id of a property as it is kept here, from one as Notion spells it in answers."""
    return unquote(identity)


def _plain(rich_text: list[Json] | None) -> str:
    return printable("".join(item.get("plain_text", "") for item in rich_text or []))
