"""A record of what sandboxes answer, for developers who hold it against Notion's own types.

Where the environment names a folder, every sandbox of every process writes its answers there, in
one file per process: a JSON object a line with `method`, `path`, `status`, `body` and
`notion_version`. An answer is written once per form, not once per value: a form is what a type can
tell apart (which keys, which kinds of value, which constants). Lists and columns are taken apart,
so a hundred rows alike count as one, and a known column of a row is left out. Answers of the
weather are not recorded: they are wrong on purpose.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json, Request

FOLDER_VARIABLE = "NOTION_GITOPS_SANDBOX_RECORD"
"""The environment variable that names the folder."""

_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONSTANTS = frozenset({
    "code", "color", "function", "incomplete_reason", "language", "list_format", "object", "state",
    "status", "type",
})  # fmt: skip
"""Keys whose text is one of a few words, in Notion's published types."""

Form = tuple[Any, ...] | str


def form_of(value: Any, key: str = "") -> Form:
    """What a type can tell of a JSON value under a key; the same for values that it cannot."""
    match value:
        case dict():
            return tuple((name, form_of(inner, name)) for name, inner in value.items())
        case list():
            return ("list", frozenset(form_of(inner) for inner in value))
        case str():
            return value if key in _CONSTANTS else "(text)" if value else "(empty)"
        case _:
            return type(value).__name__


class Recorder:
    """Writes the answers of this process, each form once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[Form] = set()

    def record(self, request: Request, status: int, body: Json) -> None:
        """Write an answer, if anything of its form is new."""
        version = request.headers.get("notion-version", "")
        place = (request.method, _ID.sub("{}", request.path), status, version)
        kept = self._news(place, body)
        if kept is None:
            return
        line = {
            "method": request.method, "path": request.path, "status": status, "body": kept,
            "notion_version": version,
        }  # fmt: skip
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _news(self, place: tuple[object, ...], given: Json) -> Json | None:
        """An object without those members of its lists and columns that are known; None: all is."""
        parts: Json = {}
        properties = given.get("properties")
        if isinstance(properties, dict):
            parts["properties"] = {
                name: value
                for name, value in properties.items()
                if self._is_new((*place, "property"), value)
            }
        results = given.get("results")
        if isinstance(results, list):
            members = [self._news((*place, "member"), one) for one in results]
            parts["results"] = [one for one in members if one is not None]
        rest = {key: None if key in parts else value for key, value in given.items()}
        new = self._is_new(place, rest)
        return {**given, **parts} if new or any(parts.values()) else None

    def _is_new(self, place: tuple[object, ...], value: Json) -> bool:
        form = (*place, form_of(value))
        known = form in self._known
        self._known.add(form)
        return not known


_recorders: dict[str, Recorder] = {}  # one per folder, for all sandboxes of this process


def recorder() -> Recorder | None:
    """What the environment asks for: None, as a rule."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return None
    return _recorders.setdefault(folder, Recorder(Path(folder)))
