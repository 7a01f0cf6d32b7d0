"""How git is asked, and the forms of its answers."""

import os
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from notion_gitops.repository.calls import Call
from tests.machine.machine_objects import FILE, Entries, blob_name

NO_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
NOTHING = "0" * 40


def command(arguments: Sequence[str]) -> tuple[str, list[str]]:
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] == "-c" else rest[1:]
    return (rest[0], rest[1:]) if rest else ("", [])


def private(call: Call) -> str:
    """The path of an index that is not the user's; "" for the user's."""
    return (call.env or {}).get("GIT_INDEX_FILE", "")


def date(role: str) -> str:
    """Seconds; the harness sets both variables, in ISO 8601 with UTC."""
    from datetime import datetime  # noqa: PLC0415  the real one, whatever the tests put in place

    given = os.environ[f"GIT_{role.upper()}_DATE"]
    return str(int(datetime.fromisoformat(given).timestamp()))


def fits(ref: str, pattern: str) -> bool:
    if any(letter in pattern for letter in "*?["):
        return fnmatchcase(ref, pattern)
    return ref == pattern or ref.startswith(pattern.rstrip("/") + "/")


def under(path: str, wanted: Sequence[str]) -> bool:
    return any(path == w or path.startswith(w.rstrip("/") + "/") for w in wanted)


def no_tree(name: str) -> str:
    return "" if name == NO_TREE else name


def raw_lines(before: Entries, after: Entries) -> list[str]:
    lines = []
    for path in sorted({*before, *after}):
        one, other = before.get(path), after.get(path)
        if one != other:
            old, new = one or ("000000", NOTHING), other or ("000000", NOTHING)
            letter = "A" if one is None else "D" if other is None else "M"
            lines.append(f":{old[0]} {new[0]} {old[1]} {new[1]} {letter}\0{path}\0")
    return lines


def work_tree(root: Path, paths: Sequence[str]) -> Entries:
    found: Entries = {}
    for start in paths:
        top = root / start
        files = [top] if top.is_file() else [f for f in top.rglob("*") if f.is_file()]
        for file in files:
            name = file.relative_to(root).as_posix()
            found[name] = (FILE, blob_name(file.read_bytes()))
    return found


def status_line(
    path: str,
    head: tuple[str, str] | None,
    index: tuple[str, str] | None,
    work: tuple[str, str] | None,
) -> list[str]:
    if head is None and index is None:
        return []
    staged = "A" if head is None else "D" if index is None else "." if head == index else "M"
    there = index if index is None or work is not None else None
    kept = "." if index is None or index == work else "D" if there is None else "M"
    modes = [e[0] if e else "000000" for e in (head, index, work if index else None)]
    names = [e[1] if e else NOTHING for e in (head, index)]
    return [f"1 {staged}{kept} N... {' '.join([*modes, *names])} {path}\0"]


def push_lines(moves: Mapping[str, str], stale: set[str]) -> list[str]:
    lines = ["To the hub\n"]
    for ref, commit in moves.items():
        why = "stale info" if ref in stale else "atomic push failed"
        flag, summary = ("!", f"[rejected] ({why})") if stale else ("*", "[moved]")
        lines.append(f"{flag}\t{commit}:{ref}\t{summary}\n")
    return [*lines, *([] if stale else ["Done\n"])]
