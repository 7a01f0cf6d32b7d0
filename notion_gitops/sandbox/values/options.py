"""The options of select, multi-select and status properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.identity import digest
from notion_gitops.sandbox.basics.messages import UNDEFINED, Json, failed_validation, invalid

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.store import Store

COLORS = (
    "default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red",
)  # fmt: skip
_MAX_NAME = 100
MAX_OPTIONS = 100
"""So many options a request may name (Notion's documentation, "Request limits")."""


def find_option(options: list[Json], given: Json) -> Json | None:
    """The option that an id or a name means; names are unique ignoring case.

    Raises:
        ApiError: 400 for an id that no option has.
    """
    if "id" in given:
        for option in options:
            if option["id"] == given["id"]:
                return option
        if "name" not in given:
            raise invalid(f"Could not find option with ID: {given['id']}.")
    name = given.get("name")
    for option in options:
        if option["name"] == name:
            return option
    for option in options:
        if isinstance(name, str) and option["name"].casefold() == name.casefold():
            return option
    return None


def added_option(store: Store, name: str, color: object, place: int) -> Json:
    """A new option; its colour comes from its name if none is given.

    Raises:
        ApiError: 400 for a name with a comma, or one that is too long.
    """
    if "," in name:
        raise invalid("Invalid select option, commas not allowed: " + name)
    if len(name) > _MAX_NAME:
        raise failed_validation("body.name.length", f"≤ `{_MAX_NAME}`", len(name))
    chosen = color if color in COLORS else COLORS[int(digest(name, place)[:8], 16) % len(COLORS)]
    return {"id": store.new_uuid(), "name": name, "color": chosen, "description": None}


def replaced_options(store: Store, old: list[Json], given: Any, path: str) -> list[Json]:
    """The option list that a schema change asks for: what it leaves out is gone.

    An option is matched by id, else by name; its name and colour stay, as the API does not
    change them. A new one without a colour gets the default one, as ultimate-notion documents.

    Raises:
        ApiError: 400 for a wrong form or a name that is there twice.
    """
    if not isinstance(given, list):
        raise failed_validation(path, "an array", given)
    options: list[Json] = []
    if len(given) > MAX_OPTIONS:
        raise failed_validation(f"{path}.length", f"≤ `{MAX_OPTIONS}`", len(given))
    for at, entry in enumerate(given):
        if not isinstance(entry, dict):
            raise failed_validation(f"{path}[{at}]", "an object", entry)
        found = find_option(old, entry)
        if found is None:
            name = entry.get("name", UNDEFINED)
            if not isinstance(name, str) or not name:
                raise failed_validation(f"{path}[{at}].name", "a string", name)
            color = entry.get("color", "default")
            if color not in COLORS:
                known = ", ".join(f'`"{one}"`' for one in COLORS)
                raise failed_validation(f"{path}[{at}].color", f"one of {known}", color)
            found = added_option(store, name, color, at)
        if any(found["id"] == o["id"] or _same(found, o) for o in options):
            raise invalid(f"Option names must be unique: {found['name']}")
        options.append(found)
    return options


def _same(one: Json, other: Json) -> bool:
    return bool(one["name"].casefold() == other["name"].casefold())


_DEFAULT_GROUPS = (
    ("To-do", "gray", (("Not started", "default"),)),
    ("In progress", "blue", (("In progress", "blue"),)),
    ("Complete", "green", (("Done", "green"),)),
)


def default_status_config(store: Store) -> Json:
    """What `status: {}` makes: three groups with one option each."""
    named = {
        group: [added_option(store, name, color, 0) for name, color in options]
        for group, _, options in _DEFAULT_GROUPS
    }
    return status_config(store, named)


def status_config(store: Store, groups: dict[str, list[Json]]) -> Json:
    """The config of a status property with these options in its three groups."""
    colors = {group: color for group, color, _ in _DEFAULT_GROUPS}
    shown = [
        {
            "id": store.new_uuid(),
            "name": name,
            "color": colors.get(name, "gray"),
            "option_ids": [option["id"] for option in options],
        }
        for name, options in groups.items()
    ]
    return {"options": [o for options in groups.values() for o in options], "groups": shown}
