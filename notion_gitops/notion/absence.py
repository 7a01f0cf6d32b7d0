"""Why a page that the base knows is not in the listing."""

from notion_gitops.model.errors import CannotReachNotion, NotShared
from notion_gitops.model.records import Absence
from notion_gitops.notion.failures import Json, RejectedRequest
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.ids import dashed
from notion_gitops.notion.schema import Schema

_LEAST = ("title",)  # what a page says of itself is asked for; Notion calls every title so


def classify(gateway: Gateway, page_id: str, schema: Schema, *, filtered: bool = False) -> Absence:
    """Read the page and say what became of it (one request; design decision 21).

    Args:
        gateway: asks.
        page_id: of the page.
        schema: of the database that it was in.
        filtered: whether the listing that it is not in was of a part of the database.
    """
    page = read_missing(gateway, page_id)
    return page if isinstance(page, Absence) else absence_of(page, schema, filtered=filtered)


def read_missing(gateway: Gateway, page_id: str) -> Json | Absence:
    """A page that is not in the listing (one request); or why it cannot be had."""
    try:
        return gateway.page(page_id)
    except NotShared:
        return Absence.UNREACHABLE
    except (CannotReachNotion, RejectedRequest):
        return Absence.UNPROVEN


def absence_of(page: Json, schema: Schema, *, filtered: bool = False) -> Absence:
    """What a page that is not in the listing says of itself.

    One that is where it was, and that no filter can have left out, should have been listed.
    """
    if page.get("object") != "page":
        return Absence.UNPROVEN
    if page.get("in_trash"):
        return Absence.TRASHED
    parent = page.get("parent") or {}
    source = parent.get("data_source_id")
    if source is None or dashed(source) != schema.data_source_id:
        return Absence.MOVED
    return Absence.OUT_OF_SCOPE if filtered or page.get("is_archived") else Absence.UNPROVEN
