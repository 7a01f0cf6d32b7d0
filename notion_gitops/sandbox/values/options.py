"""The options of select, multi-select and status properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.identity import digest
from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    failed_validation,
    invalid,
    text_in,
)

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.store import Store

COLORS = (
    "default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red",
)  # fmt: skip
_KEYS = ("id", "name", "color", "description", "group")
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
        ApiError: 400 for a wrong form, a name that is there twice, an option that would get another
            name or colour.
    """
    if not isinstance(given, list):
        raise failed_validation(path, "an array", given)
    options: list[Json] = []
    if len(given) > MAX_OPTIONS:
        raise failed_validation(f"{path}.length", f"≤ `{MAX_OPTIONS}`", len(given))
    for at, entry in enumerate(given):
        _check_form(entry, f"{path}[{at}]")
        found = find_option(old, entry)
        if found is None:
            name = entry.get("name", UNDEFINED)
            if not isinstance(name, str) or not name:
                raise failed_validation(f"{path}[{at}].name", "a string", name)
            found = added_option(store, name, entry.get("color", "default"), at)
        else:
            _check_unchanged(found, entry)
        if any(found["id"] == o["id"] or _same(found, o) for o in options):
            raise invalid(f"Option names must be unique: {found['name']}")
        options.append({**found, "description": entry.get("description", found["description"])})
    return options


def _check_form(entry: Any, path: str) -> None:
    if not isinstance(entry, dict):
        raise failed_validation(path, "an object", entry)
    for key, value in entry.items():
        if key not in _KEYS:
            raise failed_validation(f"{path}.{key}", "not present", value)
    text_in(entry, "description", path)
    color = entry.get("color", "default")
    if color not in COLORS:
        known = ", ".join(f'`"{one}"`' for one in COLORS)
        raise failed_validation(f"{path}.color", f"one of {known}", color)


def _check_unchanged(option: Json, entry: Json) -> None:
    """Refuse another colour, as Notion does. Another name it takes without a word, and ignores."""
    by_id = entry.get("id") == option["id"]
    named = f"id: {option['id']}" if by_id else f"name: {option['name']}"
    if entry.get("color", option["color"]) != option["color"]:
        raise invalid(f"Cannot update color of select with {named}.")


def _same(one: Json, other: Json) -> bool:
    return bool(one["name"].casefold() == other["name"].casefold())


# Status


_DEFAULT_GROUPS = (
    ("To-do", "gray", (("Not started", "default"),)),
    ("In progress", "blue", (("In progress", "blue"),)),
    ("Complete", "green", (("Done", "green"),)),
)


def status_config(store: Store, kept: list[Json] | None = None) -> Json:
    """The config of a status whose options are not named: three groups with one option each.

    Args:
        store: makes the ids.
        kept: the options of a select that becomes a status. One that is called like an option of a
            new status takes its place, the others are new options of the first group.
    """
    named = [
        (group, find_option(kept or [], {"name": name}) or added_option(store, name, color, 0))
        for group, _, options in _DEFAULT_GROUPS
        for name, color in options
    ]
    taken = [option["id"] for _, option in named]
    named += [(_DEFAULT_GROUPS[0][0], one) for one in kept or [] if one["id"] not in taken]
    return _grouped(store, named)


def new_status_config(store: Store, options: list[Json], given: list[Json], path: str) -> Json:
    """The config of a status with these options, each in the group that its entry names.

    Raises:
        ApiError: 400 for a group that does not exist.
    """
    groups = [{"name": name, "option_ids": []} for name, _, _ in _DEFAULT_GROUPS]
    ids = {one["name"]: one["option_ids"] for one in regrouped(groups, options, given, path)}
    return _grouped(store, [(name, o) for name in ids for o in options if o["id"] in ids[name]])


def _grouped(store: Store, options: list[tuple[str, Json]]) -> Json:
    """The config of a status with options that are told with the names of their groups."""
    groups = [
        {
            "id": store.new_uuid(),
            "name": name,
            "color": color,
            "option_ids": [option["id"] for group, option in options if group == name],
        }
        for name, color, _ in _DEFAULT_GROUPS
    ]
    ordered = [o for name, _, _ in _DEFAULT_GROUPS for group, o in options if group == name]
    return {"options": ordered, "groups": groups}


def regrouped(groups: list[Json], options: list[Json], given: list[Json], path: str) -> list[Json]:
    """The groups with each option where its entry says, else where it was, else in the first one.

    Raises:
        ApiError: 400 for a group that does not exist.
    """
    were = {identity: group["name"] for group in groups for identity in group["option_ids"]}
    placed: dict[str, list[str]] = {group["name"]: [] for group in groups}
    for at, (option, entry) in enumerate(zip(options, given, strict=True)):
        group = text_in(entry, "group", f"{path}[{at}]")
        name = group if group is not None else were.get(option["id"], groups[0]["name"])
        if name not in placed:
            raise failed_validation(f"{path}[{at}].group", "a group that exists", name)
        placed[name].append(option["id"])
    return [{**group, "option_ids": placed[group["name"]]} for group in groups]
