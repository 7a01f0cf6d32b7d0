"""Properties sent to a page, and what it means if Notion refuses them.

A refusal is the record's own matter, and is not tried again (design, decision 45), only if what is
around the record is as the plan saw it. What changed meanwhile may change back, and nothing would
tell that the same write is taken by then.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from notion_gitops.model.outcomes import Status
from notion_gitops.model.records import Absence
from notion_gitops.notion.absence import absence_of
from notion_gitops.notion.failures import RejectedRequest, RejectedWrite, TooLarge
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.schema import PropertySchema, Schema, parse_schema
from notion_gitops.workflow.writing.asking import NotWritten

Json = dict[str, Any]
Request = Callable[[Json], Json]  # the properties -> the page as it is then

_NO_PROPERTY = re.compile(r"is not a property that exists|Could not find property")
_AWAY = {
    Absence.TRASHED: "in the trash",
    Absence.MOVED: "in another database",
    Absence.OUT_OF_SCOPE: "archived",
}


@dataclass(frozen=True, slots=True)
class PageWrite:
    """What is sent to one page."""

    schema: Schema  # by which it was encoded
    properties: Json  # by what `Schema.key_of` says
    page_id: str = ""  # "": it is a new page

    @property
    def meant(self) -> Mapping[str, PropertySchema]:
        """The properties by the keys that stand for them."""
        by_key = {self.schema.key_of(p): p for p in self.schema.properties.values()}
        return {key: by_key[key] for key in self.properties}

    def by_name(self, now: Schema) -> Json:
        """The same by the names that the properties have now."""
        names = {key: found.name for key, p in self.meant.items() if (found := now.by_id(p.id))}
        return {names.get(key, key): value for key, value in self.properties.items()}


@dataclass(frozen=True, slots=True)
class PropertySender:
    """Sends properties by their ids. Threads may share it."""

    gateway: Gateway
    by_name: dict[str, Schema] = field(default_factory=dict)  # by data source: it took no ids

    def send(self, what: PageWrite, request: Request) -> Json:
        """The page as Notion answers.

        That it takes ids of properties is recorded of schemas; of pages its documentation says so.
        Should it not know one that is there, it is sent once more by name.

        Raises:
            NotWritten: it was refused, and what is around the record has changed.
            RejectedWrite: it is refused as it is, in words that name the properties.
            Exception: whatever else `request` raises.
        """
        source = what.schema.data_source_id
        known = self.by_name.get(source)
        try:
            return request(what.by_name(known) if known else what.properties)
        except TooLarge:
            raise
        except RejectedRequest as refused:
            self._require_page(what)
            now = self._require_unchanged(what)
            if not _NO_PROPERTY.search(refused.message):
                raise _in_names(refused, what) from refused
        self.by_name[source] = now
        try:
            return request(what.by_name(now))
        except RejectedRequest as refused:
            raise _in_names(refused, what) from refused

    def _require_page(self, what: PageWrite) -> None:
        """The page must be where it was."""
        page = self.gateway.page(what.page_id) if what.page_id else None
        away = _AWAY.get(absence_of(page, what.schema)) if page else None
        if away is not None:
            why = f"its page is {away} since the plan was made; the next plan takes it up"
            raise NotWritten(Status.STALE, why)

    def _require_unchanged(self, what: PageWrite) -> Schema:
        """The database must have all the properties as they were, whatever they are called."""
        now = parse_schema(self.gateway.data_source(what.schema.data_source_id))
        for prop in what.meant.values():
            found = now.by_id(prop.id)
            if found is None or (found.type, found.options) != (prop.type, prop.options):
                why = f'"{prop.name}" was changed in Notion since the plan was made'
                raise NotWritten(Status.STALE, f"{why}; the next plan takes it up")
        if now.in_trash:
            why = "its database is in the trash since the plan was made"
            raise NotWritten(Status.STALE, f"{why}; the next plan takes it up")
        return now


def _in_names(refused: RejectedRequest, what: PageWrite) -> RejectedWrite:
    """The same refusal for people: they know the names of properties, and no ids."""
    message = refused.message
    for key, prop in what.meant.items():
        message = re.sub(
            rf"(?<=properties\.){re.escape(key)}(?![\w%])|^{re.escape(key)}(?= is )",
            lambda _: prop.name,  # noqa: B023  called at once
            message,
        )
    return RejectedWrite(message)
