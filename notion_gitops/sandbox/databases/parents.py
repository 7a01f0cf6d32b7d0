"""The `parent` of a request: which kind it is of, and what it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    complaint,
    failed_validation,
    in_trash,
    invalid,
    not_one_of,
)
from notion_gitops.sandbox.call import checked_id
from notion_gitops.sandbox.databases.rows import row_parent

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.nouns import Source
    from notion_gitops.sandbox.call import Call

_KINDS = ("page_id", "database_id", "data_source_id", "block_id", "workspace")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new or moved object goes."""

    parent: Json  # as it is kept and shown
    source: Source | None = None  # of a row; None for all else


def named_parent(given: Any, *kinds: str) -> tuple[str, Any]:
    """The kind of a parent, and what stands under its key.

    Rows are shown with the database beside their data source, so the two may be sent together.

    Args:
        given: what stands under `parent`.
        kinds: those that the endpoint takes.

    Raises:
        ApiError: 400 for none of these, for another key beside it, and for another `type`.
    """
    if not isinstance(given, dict):
        raise failed_validation("body.parent", "defined", given)
    known = [kind for kind in kinds if kind in given]
    if not known:
        raise _none_of(kinds)
    as_shown = "data_source_id" in known and "database_id" in given
    kind = "data_source_id" if as_shown else known[0]
    for other in _KINDS:
        if other in given and other != kind and not (as_shown and other == "database_id"):
            raise failed_validation(f"body.parent.{other}", "not present", given[other])
    if given.get("type", kind) != kind:
        raise failed_validation("body.parent.type", f'`"{kind}"` or `undefined`', given["type"])
    if kind == "workspace" and given[kind] is not True:
        raise failed_validation("body.parent.workspace", "`true`", given[kind])
    return kind, given[kind]


def _none_of(kinds: tuple[str, ...]) -> Exception:
    if len(kinds) == 1:
        return failed_validation(f"body.parent.{kinds[0]}", "defined", UNDEFINED)
    return not_one_of([complaint(f"body.parent.{kind}", "defined", UNDEFINED) for kind in kinds])


def place_in(call: Call, given: Any, *kinds: str) -> Place:
    """Where the parent of a request leads to.

    Raises:
        ApiError: 400 for a wrong form, for a database with several data sources, and for what is
            in the trash; 404 for what is not there.
    """
    kind, value = named_parent(given, *kinds)
    place = f"body.parent.{kind}"
    match kind:
        case "page_id":
            page = call.find_page(value, place)
            if page.in_trash:
                raise in_trash()
            return Place({"type": "page_id", "page_id": page.id})
        case "data_source_id":
            source = call.find_source(value, place)
            _require_its_database(source, given)
        case "database_id":
            source = call.only_source(call.find_database(value, place))
        case _:
            return Place({"type": "workspace", "workspace": True})
    if source.doc["in_trash"]:
        raise in_trash()
    return Place(row_parent(source), source)


def _require_its_database(source: Source, given: Json) -> None:
    if "database_id" not in given:
        return
    place = "body.parent.database_id"
    if checked_id(given["database_id"], place) != source.database_id:
        raise failed_validation(place, f'`"{source.database_id}"`', given["database_id"])


def require_outside(call: Call, identity: str, parent: Json) -> None:
    """Refuse to put something into itself, or into what lies in it.

    Raises:
        ApiError: 400; its wording is not recorded.
    """
    if identity in call.above(parent):
        raise invalid("Cannot move something into itself or into what lies in it.")


def page_kinds(call: Call) -> tuple[str, ...]:
    """What a page can lie in, in the words of the client's version."""
    if call.has_tables:
        return "page_id", "database_id", "workspace"
    return "page_id", "database_id", "data_source_id", "workspace"
