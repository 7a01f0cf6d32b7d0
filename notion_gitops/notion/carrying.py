"""What codecs are given, and how they say that a value cannot be carried."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from notion_gitops.model.mapping import Field
from notion_gitops.model.people import People
from notion_gitops.model.values import FileRef
from notion_gitops.notion.failures import Json
from notion_gitops.notion.schema import PropertySchema

PageIds = Mapping[str, Mapping[str, str]]
"""Mapping's name -> record's key -> page id."""


class NotCarried(Exception):  # noqa: N818  becomes a finding; nobody sees it as an exception
    """A value that cannot be told, or that would be lost on the way.

    Args:
        reason: why, in words that fit after "NAME of FIELD: ".
        fix: what to do about it.
        check: what kind of finding it is.
    """

    def __init__(self, reason: str, *, fix: str = "", check: str = "value") -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix
        self.check = check


@dataclass(frozen=True, slots=True)
class Context:
    """What one value is read or written with."""

    field: Field
    schema: PropertySchema
    people: People
    zone: ZoneInfo
    page_ids: PageIds = dataclasses.field(default_factory=dict)  # for writing relations
    previous: Json | None = None  # for writing: the property as the page holds it, whole
    uploads: Mapping[FileRef, str] = dataclasses.field(default_factory=dict)  # file -> upload's id
    hosted: Mapping[FileRef, FileRef] = dataclasses.field(default_factory=dict)  # as on the page
