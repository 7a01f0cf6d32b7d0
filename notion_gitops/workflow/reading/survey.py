"""Looking at a database to make a first mapping of it: what is there, what to take, and why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notion_gitops.formats.keys import key_problem
from notion_gitops.mapping.drafting import DraftField, LeftOut, MappingDraft, active_word
from notion_gitops.mapping.naming import field_name, free, holdable, words_for
from notion_gitops.model.mapping import COMPUTED, OPTIONS, PropertyType
from notion_gitops.model.survey import SurveyedProperty, Verdict
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.ids import parse_id
from notion_gitops.notion.pages import value_of
from notion_gitops.notion.schema import PropertySchema, Schema, read_schema
from notion_gitops.text.slugs import slug
from notion_gitops.text.words import count, listed

Json = dict[str, Any]

MOST_WORDS = 40  # a property with more options goes by their names
_NAMED = 4
_KEY = re.compile(r"(^|-)(id|uid|key|slug|code|ref|reference|identifier|handle|number|no|nr)$")
_WHY = {
    Verdict.COMPUTED: "Notion works it out: files would change that nobody edited",
    Verdict.NOT_SYNCED: "of a type that is not synced",
    Verdict.NOT_NAMEABLE: "a mapping cannot hold a name with ${...}; rename it in Notion",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A database as it is now."""

    schema: Schema
    database: str  # the id that names it in a mapping
    pages: tuple[Json, ...]
    complete: bool

    def values(self, prop: PropertySchema) -> list[Any]:
        """What each page says of a property, as Notion sends it."""
        sent = (value_of(page, prop) for page in self.pages)
        return [None if one is None else one[one["type"]] for one in sent]

    def empty(self, prop: PropertySchema) -> int:
        """The pages in which a property says nothing."""
        return sum(1 for value in self.values(prop) if value in (None, "", [], {}))


@dataclass(frozen=True, slots=True)
class Assessed:
    """One database as a mapping, and what was found on the way."""

    draft: MappingDraft
    properties: tuple[SurveyedProperty, ...]
    decisions: tuple[str, ...]


def look(gateway: Gateway, reference: str) -> Found:
    """Read a database's properties and all of its pages.

    Raises:
        InvalidInput: `reference` is no id or address of a database.
        CannotReachNotion: Notion does not show it, or does not answer.
    """
    schema = read_schema(gateway, reference)
    listing = gateway.query(schema.data_source_id)
    whole = parse_id(reference) == schema.database_id
    database = schema.database_id if whole else schema.data_source_id
    return Found(schema, database, listing.pages, listing.complete)


def assess(found: Mapping[str, Found], mapped: Mapping[str, str]) -> dict[str, Assessed]:
    """A first mapping of each database.

    Args:
        found: by the names that the mappings get.
        mapped: data source id -> mapping, of the mappings that are there already.
    """
    targets = {**mapped, **{f.schema.data_source_id: name for name, f in found.items()}}
    return {name: _Assessor(name, found, targets).assessed() for name in found}


@dataclass(frozen=True)
class _Assessor:
    """Goes through one database."""

    name: str
    found: Mapping[str, Found]
    targets: Mapping[str, str]  # data source id -> mapping

    @property
    def own(self) -> Found:
        """The database."""
        return self.found[self.name]

    def assessed(self) -> Assessed:
        key, passed_over = self._key()
        surveyed: list[SurveyedProperty] = []
        fields: list[DraftField] = []
        for prop in self._in_order():
            verdict, why = self._verdict(prop, key)
            taken = {one.field for one in surveyed}
            name = field_name(prop.name, prop.type, taken)
            if prop.type == PropertyType.TITLE and verdict is Verdict.TAKEN:
                name = "title"
            empty = self.own.empty(prop)
            surveyed.append(SurveyedProperty(prop.name, prop.type, verdict, name, why, empty))
            if verdict is Verdict.TAKEN:
                fields.append(self._field(name, prop))
        draft = MappingDraft(
            name=self.name,
            title=self.own.schema.title,
            url=self.own.schema.url,
            database=self.own.database,
            key=key,
            fields=tuple(fields),
            left_out=tuple(
                LeftOut(p.field, p.name, p.type, p.why)
                for p in surveyed
                if p.verdict not in (Verdict.TAKEN, Verdict.KEY)
            ),
        )
        decisions = (*self._about_key(draft, passed_over), *self._about(draft, surveyed))
        return Assessed(draft, tuple(surveyed), decisions)

    def _in_order(self) -> list[PropertySchema]:
        """The title first, the rest as Notion has it."""
        properties = self.own.schema.properties.values()
        return sorted(properties, key=lambda p: p.type != PropertyType.TITLE)

    # --- what becomes of a property ---

    def _verdict(self, prop: PropertySchema, key: str) -> tuple[Verdict, str]:
        if prop.name == key:
            return Verdict.KEY, ""
        verdict = Verdict.TAKEN
        if not prop.supported:
            verdict = Verdict.NOT_SYNCED
        elif prop.type in COMPUTED:
            verdict = Verdict.COMPUTED
        elif not holdable(prop.name):
            verdict = Verdict.NOT_NAMEABLE
        elif prop.type == PropertyType.RELATION:
            return self._relation(prop)
        return verdict, _WHY.get(verdict, "")

    def _relation(self, prop: PropertySchema) -> tuple[Verdict, str]:
        if prop.relation_data_source not in self.targets:
            return Verdict.NOT_MAPPED, "it leads to a database that no mapping covers"
        other = self._other_face(prop)
        if other is not None and not self._owns(prop, other):
            name, face = other
            return Verdict.OTHER_FACE, f'the other side of "{face.name}" in {name}'
        return Verdict.TAKEN, ""

    def _other_face(self, prop: PropertySchema) -> tuple[str, PropertySchema] | None:
        """The other side of a two-way relation, if its database gets a mapping now as well."""
        name = self.targets[prop.relation_data_source or ""]
        if name not in self.found or prop.relation_property_id is None:
            return None
        face = self.found[name].schema.by_id(prop.relation_property_id)
        if face is None or (name == self.name and face.id == prop.id):
            return None
        return name, face

    def _owns(self, prop: PropertySchema, other: tuple[str, PropertySchema]) -> bool:
        """Whether this side is the one to keep: that with fewer links in a page.

        A task belongs to one project, and a project has many tasks: the task says so.
        """
        name, face = other
        here = (_most_links(self.own, prop), _made_by_notion(prop), self.name, prop.id)
        there = (_most_links(self.found[name], face), _made_by_notion(face), name, face.id)
        return here < there

    def _field(self, name: str, prop: PropertySchema) -> DraftField:
        kind = PropertyType(prop.type)
        values: dict[str, str] = {}
        if kind in OPTIONS and kind is not PropertyType.MULTI_SELECT:
            holdable_ = all(holdable(option) for option in prop.options)
            if holdable_ and len(prop.options) <= MOST_WORDS:
                values = words_for(prop.options)
        to = self.targets[prop.relation_data_source or ""] if kind is PropertyType.RELATION else ""
        return DraftField(name, prop.name, kind, values, to)

    # --- the key ---

    def _key(self) -> tuple[str, list[str]]:
        """The text that can hold the key, "" if none can; and why others that look so cannot."""
        passed_over: list[str] = []
        for prop in self.own.schema.properties.values():
            looks = _KEY.search(slug(prop.name, 500))
            if prop.type != PropertyType.RICH_TEXT or not looks or not holdable(prop.name):
                continue
            why = self._no_key(prop)
            if not why:
                return prop.name, passed_over
            passed_over.append(f'"{prop.name}" {why}')
        return "", passed_over

    def _no_key(self, prop: PropertySchema) -> str:
        texts = [_text(value) for value in self.own.values(prop)]
        keys = [text for text in texts if text]
        if len(keys) * 2 < len(texts):
            return f"is empty in {count(len(texts) - len(keys), 'page')} of {len(texts)}"
        if len({key.casefold() for key in keys}) < len(keys):
            return "has the same text in several pages"
        bad = next((key for key in keys if key_problem(key)), None)
        return "" if bad is None else f'holds "{bad[:40]}", which cannot be the name of a file'

    def _about_key(self, draft: MappingDraft, passed_over: list[str]) -> list[str]:
        if not draft.key:
            why = f" {listed(passed_over)}." if passed_over else ""
            said = f"No property can hold the key.{why} Files are named by title and the end of "
            said += f'the page\'s id. Before two-way: uncomment `key:` ("{draft.key_to_make}"), '
            return [said + "and `schema apply` adds the property."]
        lacking = self.own.empty(self.own.schema.properties[draft.key])
        if not lacking:
            return []
        said = f'"{draft.key}" is empty in {count(lacking, "page")}: their files are named by '
        return [said + "title and the end of the page's id."]

    # --- what else a person has to know ---

    def _about(self, draft: MappingDraft, surveyed: Sequence[SurveyedProperty]) -> list[str]:
        said = [
            f'"{p.name}" leads to a database without a mapping: name it with --database as well, '
            "or leave the relation out."
            for p in surveyed
            if p.verdict is Verdict.NOT_MAPPED
        ]
        said += self._lookalikes()
        if not self.own.complete:
            said.append("Notion did not list all pages, so the key was judged by a part of them.")
        pages = len(self.own.pages)
        taken = {f.property_name for f in draft.fields}
        unused = [p.name for p in surveyed if pages and p.empty == pages and p.name in taken]
        if unused:
            names = listed([f'"{name}"' for name in unused], _NAMED)
            them = "it" if len(unused) == 1 else "them"
            told = f"Empty in every page: {names}. Take {them} out of the mapping if nobody needs"
            said.append(f"{told} {them}.")
        status, word = active_word(draft.fields)
        if status is None or not word:
            said.append("No status was found, so the sample rules say nothing about active work.")
        return said

    def _lookalikes(self) -> list[str]:
        said = []
        for prop in self.own.schema.properties.values():
            alike: dict[str, list[str]] = {}
            for option in prop.options:
                alike.setdefault(slug(option) or option, []).append(option)
            for names in alike.values():
                if len(names) > 1:
                    shown = " / ".join(f'"{name}"' for name in names[:_NAMED])
                    said.append(f'Options of "{prop.name}" that look alike: {shown}.')
        return said


def _most_links(found: Found, prop: PropertySchema) -> int:
    return max((len(value or []) for value in found.values(prop)), default=0)


def _made_by_notion(prop: PropertySchema) -> bool:
    """Whether it has the name that Notion gives the other side of a new relation."""
    return prop.name.startswith("Related to ")


def _text(value: Any) -> str:
    return "".join(str(run.get("plain_text", "")) for run in value or []).strip()


def unique_names(wished: Sequence[str], taken: Sequence[str]) -> list[str]:
    """The names, each different from the others and from those that are taken."""
    names: list[str] = []
    for one in wished:
        names.append(free(one, {*taken, *names}, "-"))
    return names
