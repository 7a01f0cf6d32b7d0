"""The four commands that change the Markdown of a page, on text alone."""

from __future__ import annotations

from typing import Any

from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    failed_validation,
    invalid,
    object_in,
    text_in,
)

MAX_EDITS = 100
_KEYS = {
    "update_content": ("content_updates", "allow_deleting_content"),
    "replace_content": ("new_str", "allow_deleting_content"),
    "insert_content": ("content", "after", "position"),
    "replace_content_range": ("content", "content_range", "allow_deleting_content"),
}
_SHOWN = 80  # characters of a text that was not found, in a message


def edited_text(kind: str, given: Json, text: str, path: str) -> str:
    """The Markdown of a page after a command.

    Args:
        kind: the command.
        given: its arguments.
        text: the Markdown as it is.
        path: where the arguments stand, for messages.

    Raises:
        ApiError: 400 for wrong arguments, and for a text to replace that is not there.
    """
    _only(given, _KEYS[kind], path)
    checked_flag(given, "allow_deleting_content", path)
    match kind:
        case "update_content":
            return _updated(given, text, path)
        case "replace_content":
            return _text(given, "new_str", path)
        case "insert_content":
            return _inserted(given, text, path)
        case _:
            start, end = _range(text, _text(given, "content_range", path), "content_range")
            return text[:start] + _text(given, "content", path) + text[end:]


def _only(given: Json, known: tuple[str, ...], path: str) -> None:
    for key, value in given.items():
        if key not in known:
            raise failed_validation(f"{path}.{key}", "not present", value)


def checked_flag(given: Json, key: str, path: str) -> None:
    """Refuse (400) what is neither true nor false under a key, if the key is there."""
    if given.get(key) is not None and not isinstance(given[key], bool):
        raise failed_validation(f"{path}.{key}", "a boolean or `undefined`", given[key])


def _text(given: Json, key: str, path: str) -> str:
    text = given.get(key, UNDEFINED)
    if not isinstance(text, str):
        raise failed_validation(f"{path}.{key}", "a string", text)
    return text


def _updated(given: Json, text: str, path: str) -> str:
    """One edit after the other.

    As observed, an edit whose text is not there is passed over if another one of the same request
    finds its own; alone it is an error.
    """
    edits = given.get("content_updates", UNDEFINED)
    place = f"{path}.content_updates"
    if not isinstance(edits, list):
        raise failed_validation(place, "an array", edits)
    if not 1 <= len(edits) <= MAX_EDITS:
        expected = f"≤ `{MAX_EDITS}`" if edits else "≥ `1`"
        raise failed_validation(f"{place}.length", expected, len(edits))
    checked = [_edit(edit, f"{place}[{at}]") for at, edit in enumerate(edits)]
    missing = []
    for old, new, everywhere in checked:
        found = text.count(old)
        if found > 1 and not everywhere:
            raise invalid(
                f"old_str matches {found} locations in the page content: {_start(old)}. "
                "Set replace_all_matches to true, or provide more surrounding context."
            )
        if found == 0:
            missing.append(old)
        text = text.replace(old, new)
    if len(missing) == len(checked):
        raise invalid(f"old_str was not found in the page content: {_start(missing[0])}")
    return text


def _edit(edit: Any, path: str) -> tuple[str, str, bool]:
    if not isinstance(edit, dict):
        raise failed_validation(path, "an object", edit)
    _only(edit, ("old_str", "new_str", "replace_all_matches"), path)
    old = _text(edit, "old_str", path)
    if not old:
        raise failed_validation(f"{path}.old_str.length", "≥ `1`", 0)
    checked_flag(edit, "replace_all_matches", path)
    return old, _text(edit, "new_str", path), edit.get("replace_all_matches") is True


def _inserted(given: Json, text: str, path: str) -> str:
    content = _text(given, "content", path)
    after = text_in(given, "after", path)
    position = object_in(given, "position", path)
    where = position.get("type", "end")
    if after is not None and position:
        raise failed_validation(f"{path}.position", "not present", position)
    if where not in ("start", "end"):
        raise failed_validation(f"{path}.position.type", '`"start"` or `"end"`', where)
    if after is not None:
        _, end = _range(text, after, "after")
        line = text.find("\n", end)
        end = len(text) if line < 0 else line
        return f"{text[:end]}\n{content}{text[end:]}"
    return f"{content}\n{text}" if where == "start" else f"{text}\n{content}"


def _range(text: str, selection: str, name: str) -> tuple[int, int]:
    """Where a selection `start...end` stands: from the first `start` to the first `end` behind it.

    Raises:
        ApiError: 400 if it is nowhere.
    """
    first, dots, last = selection.partition("...")
    start = text.find(first) if first else -1
    end = start + len(first)
    if start >= 0 and dots:
        behind = text.find(last, end)
        end = behind + len(last) if behind >= 0 else -1
    if start < 0 or end < 0:
        raise invalid(f"The {name} selection does not match any content: {_start(selection)}")
    return start, end


def _start(text: str) -> str:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f'"{shown}"'
