"""What is on hold: the key `hold` of a mapping, and the file `state/holds.yaml`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from notion_gitops.formats.keys import key_problem
from notion_gitops.formats.nodes import Scalar
from notion_gitops.formats.schema import suggestion
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.mapping.document import as_table, check_form
from notion_gitops.mapping.problems import Problems, Seen
from notion_gitops.mapping.schemas import holds_schema
from notion_gitops.mapping.view import HOLD, View
from notion_gitops.model.holds import Hold
from notion_gitops.model.mapping import DatabaseMapping

_TWICE = ("this is on hold already", "keep one of the two")


def read_holds(root: View, name: str, names: tuple[str, ...], file: str) -> tuple[Hold, ...]:
    """What a mapping puts on hold.

    Args:
        root: the whole mapping.
        name: the mapping's.
        names: of its fields, with the text of the page if that is synced.
        file: the mapping's own; a hold of the defaults may be about a field that is not here.
    """
    short = root.scalar(HOLD)
    if short is not None:
        return tuple(_whole(short, name, root.problems))
    found: list[Hold] = []
    seen, seen_there = Seen(), Seen()  # the defaults may hold the same, for longer
    for view in root.views(HOLD):
        field = view.scalar("field")
        own = view.table is not None and view.table.source.file == file
        if field is not None and field.text not in names and not own:
            continue
        hold = _hold(view, name, names, seen if own else seen_there)
        found += [hold] if hold is not None else []
    return tuple(found)


def load_holds(text: str, file: str, mappings: Mapping[str, DatabaseMapping]) -> tuple[Hold, ...]:
    """What `state/holds.yaml` puts on hold.

    Args:
        text: of the file, without a byte order mark.
        file: named in the places.
        mappings: by name; those that it can be about.

    Raises:
        InvalidInput: with all that is wrong with it.
    """
    problems = Problems()
    table = as_table(parse_yaml(text, file), file, "format_version", problems)
    if table is not None:
        check_form(table, holds_schema(), problems)
    found: list[Hold] = []
    seen = Seen()
    for view in View(table, problems).views("holds"):
        name = view.scalar("mapping")
        if name is None:
            continue
        if name.text not in mappings:
            problems.at(name, f'no mapping is named "{name.text}"', _fix(name.text, mappings))
            continue
        hold = _hold(view, name.text, tuple(mappings[name.text].fields), seen)
        found += [hold] if hold is not None else []
    problems.raise_any()
    return tuple(found)


def _fix(word: str, mappings: Mapping[str, DatabaseMapping]) -> str:
    near = suggestion(word, mappings)
    stop = "" if near.endswith("?") else "."
    return f"{near}{stop} If the mapping is gone for good, take the entry out"


def _whole(node: Scalar, name: str, problems: Problems) -> list[Hold]:
    if not node.text.strip():
        problems.at(node, "a hold needs a reason", "say why, for those who wait for it")
        return []
    return [Hold(name, " ".join(node.text.split()), node.place)]


def _hold(view: View, name: str, names: tuple[str, ...], seen: Seen) -> Hold | None:
    """One entry of a list; None if it is not whole, and the problems know."""
    reason, record, field = view.scalar("reason"), view.scalar("record"), view.scalar("field")
    if view.table is None or reason is None:
        return None
    problems = view.problems
    if not reason.text.strip():
        problems.at(reason, "a hold needs a reason", "say why, for those who wait for it")
    if record is not None and (wrong := key_problem(record.text)):
        problems.at(record, f'"{record.text[:60]}" is no key: {wrong}', "name a record by its key")
    if field is not None and field.text not in names:
        problems.at(field, f'unknown field "{field.text}"', suggestion(field.text, names))
    hold = Hold(
        mapping=name,
        reason=" ".join(reason.text.split()),
        place=view.table.place,
        record=record.text if record is not None else "",
        field=field.text if field is not None else "",
        until=_until(view),
        by=view.text("by") or "",
        since=_since(view),
    )
    problems.once_as(seen, "\0".join(hold.scope), field or record or reason, _TWICE)
    return hold


def _until(view: View) -> date | None:
    node = view.scalar("until")
    if node is None:
        return None
    try:
        return date.fromisoformat(node.text)
    except ValueError:
        view.problems.at(
            node,
            f"there is no {node.text} in the calendar",
            "write a day such as 2026-12-24; the hold ends after it",
        )
        return None


def _since(view: View) -> datetime | None:
    node = view.scalar("since")
    if node is None:
        return None
    try:
        return datetime.fromisoformat(node.text).astimezone(UTC)
    except ValueError:
        view.problems.at(
            node,
            f"there is no {node.text} in the calendar",
            "write a time such as 2026-11-24T14:06:00Z, or take the line out",
        )
        return None
