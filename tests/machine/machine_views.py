"""What stands on either side, read past the product: files by YAML, pages by SQL."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import yaml

from notion_gitops.sandbox.sandbox import Sandbox
from tests.machine.machine_files import (
    BODY,
    CONFLICTS,
    RECORDS,
    RELATIONS,
    TITLES,
    Values,
    key_of,
    mapping_of,
    record_of,
)
from tests.machine.machine_git import Clone

STATE = "refs/heads/notion-gitops/state"
MAIN = "refs/heads/main"
TRACKED = "refs/remotes/origin/notion-gitops/state"
KEY = "Task ID"
MAPPINGS = ("tasks/", "teams/")

# --- git ---


def content(clone: Clone, blob: str) -> bytes:
    found = clone.objects.read(blob)
    assert found is not None, f"{blob} is missing"
    return found[1]


def records_in(clone: Clone, commit: str) -> dict[str, Values]:
    """The records of a commit, by key."""
    return {
        key_of(path): record_of(content(clone, blob))
        for path, (_, blob) in clone.objects.tree_of(commit).items()
        if path.startswith(RECORDS)
    }


def questions_in(clone: Clone, commit: str) -> dict[str, str]:
    """The texts of the conflict files of a commit, by key."""
    return {
        key_of(path): content(clone, blob).decode()
        for path, (_, blob) in clone.objects.tree_of(commit).items()
        if path.startswith(CONFLICTS)
    }


def newest_state(clone: Clone) -> str:
    """The newest state that a clone has; "" if the two that it has went apart, or it has none."""
    mine, theirs = clone.resolve(STATE), clone.resolve(TRACKED)
    if not mine or not theirs or mine == theirs:
        return mine or theirs
    if mine in clone.objects.ancestors(theirs):
        return theirs
    return mine if theirs in clone.objects.ancestors(mine) else ""


@dataclass(frozen=True)
class Base:
    """What a commit of the state branch says."""

    records: Mapping[str, Values]
    pages: Mapping[str, str]  # key -> page id
    files: frozenset[str]  # that its index names
    held: frozenset[str]  # files that it holds
    serial: int
    lineage: str
    backups: str


_BASES: dict[str, Base] = {}


def base_of(clone: Clone, commit: str) -> Base:
    if commit not in _BASES:
        tree = clone.objects.tree_of(commit)
        texts = {
            p: content(clone, blob).decode()
            for p, (_, blob) in tree.items()
            if p.startswith(MAPPINGS) or p == "backup.jsonl"
        }
        lines = [
            json.loads(line) | {"key": f"{mapping_of(path)}/{json.loads(line).get('key', '')}"}
            for path, text in texts.items()
            if "/pages/" in path
            for line in text.splitlines()
        ]
        entries = [line for line in lines if line.get("file") and line.get("page")]
        syncs = [yaml.load(texts[f"{name}sync.yaml"], Loader=yaml.CBaseLoader)  # noqa: S506
                 for name in MAPPINGS if f"{name}sync.yaml" in texts]  # fmt: skip
        _BASES[commit] = Base(
            records_in(clone, commit),
            {line["key"]: line["page"] for line in entries},
            frozenset(line["file"] for line in entries),
            frozenset(path for path in tree if path.startswith(RECORDS)),
            sum(int(sync["serial"]) for sync in syncs),
            " ".join(sorted({str(sync["lineage"]) for sync in syncs})),
            texts.get("backup.jsonl", ""),
        )
    return _BASES[commit]


# --- Notion ---


@dataclass(frozen=True)
class Page:
    """A page of the sandbox."""

    id: str
    key: str  # "" if it has none
    values: Values  # relations by page id, trashed pages too
    in_trash: bool
    archived: bool
    source: str
    mapping: str
    by_us: bool  # made by the connection that the product uses


@dataclass
class NotionView:
    """Reads the pages, and remembers every value that each of them ever held."""

    sandbox: Sandbox
    bot: str
    mappings: Mapping[str, str]  # data source -> mapping
    properties: Mapping[str, Mapping[str, str]]  # mapping -> id -> field; the key's is ""
    first_names: dict[str, str] = field(default_factory=dict)  # of options, by id
    held: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # page, field
    since: dict[str, datetime] = field(default_factory=dict)  # page -> when it was first there

    def pages(self) -> dict[str, Page]:
        rows = self.sandbox._store.all(
            "SELECT id, vals, in_trash, is_archived, source_id, created_by, 1 FROM pages"
            " WHERE source_id IS NOT NULL"
        )
        bodies, links = self._bodies(), self._links()
        return {row["id"]: self._page(row, bodies, links) for row in rows}

    def page(self, page_id: str) -> Page | None:
        row = self.sandbox._store.one("SELECT * FROM pages WHERE id=?", (page_id,))
        if row is None or row["source_id"] is None:
            return None
        return self._page(row, self._bodies(), self._links())

    def _links(self) -> dict[str, dict[str, list[str]]]:
        """Page -> property -> pages that it leads to."""
        found: dict[str, dict[str, list[str]]] = {}
        for row in self.sandbox._store.all(
            "SELECT page, property, target FROM links ORDER BY target"
        ):
            found.setdefault(row["page"], {}).setdefault(row["property"], []).append(row["target"])
        return found

    def _bodies(self) -> dict[str, str]:
        """The texts of the pages: a line for each block."""
        found: dict[str, list[str]] = {}
        for row in self.sandbox._store.all(
            "SELECT parent, content FROM blocks WHERE NOT in_trash ORDER BY parent, place"
        ):
            found.setdefault(row["parent"], []).append(_line(row["content"]))
        return {page: "\n".join(lines) for page, lines in found.items()}

    def pointing_to(self, page_id: str) -> list[Page]:
        """The pages whose relations show a page."""
        pages = [p for p in self.pages().values() if not p.in_trash]
        return [p for p in pages if any(page_id in p.values[n].splitlines() for n in RELATIONS)]

    def hides(self, value: str) -> bool:
        """Whether a relation leads to a page in the trash: nobody is shown that it does."""
        return any(page.in_trash and page.id in value for page in self.pages().values())

    def words(self, ids: str) -> str:
        """Options by the names that they had first: they are followed by id (design, 11.29)."""
        for row in self.sandbox._store.all("SELECT properties FROM data_sources"):
            for prop in json.loads(row[0]):
                for option in prop["config"].get("options", ()):
                    self.first_names.setdefault(option["id"], option["name"])
        return "\n".join(sorted(self.first_names.get(i, i) for i in ids.splitlines()))

    def note(self) -> None:
        """Remember what all pages hold now."""
        now = self.sandbox.clock()
        for page in self.pages().values():
            self.since.setdefault(page.id, now)
            for name, value in page.values.items():
                self.held.setdefault((page.id, name), set()).add(value)

    def _page(self, row: Any, bodies: Any, links: Any) -> Page:
        mapping = self.mappings.get(row["source_id"], "tasks")
        read = _values(row["vals"]) | {
            prop: "\n".join(targets) for prop, targets in links.get(row["id"], {}).items()
        }
        values = {name: read.get(i, "") for i, name in self.properties[mapping].items()}
        for name in TITLES:
            values.setdefault(name, "")
        values["tags"] = self.words(values["tags"])
        values[BODY] = bodies.get(row["id"], "")
        key = values.pop("", "")
        return Page(
            row["id"],
            f"{mapping}/{key}" if key else "",
            values,
            bool(row["in_trash"]),
            bool(row["is_archived"]),
            row["source_id"],
            mapping,
            row["created_by"] == self.bot,
        )


@cache
def _line(content: str) -> str:
    return "".join(part["plain_text"] for part in json.loads(content)["rich_text"])


@cache
def _values(text: str) -> dict[str, str]:
    return {name: shown(value) for name, value in json.loads(text).items()}


def shown(value: Any) -> str:
    """A value as the sandbox keeps it, or as it is sent, plainly."""
    match value:
        case None:
            return ""
        case [{"text": _} | {"plain_text": _}, *_]:
            return "".join(v.get("plain_text") or v["text"]["content"] for v in value)
        case [{"name": _} | {"id": _}, *_]:
            return "\n".join(sorted(v.get("name") or v["id"] for v in value))
        case list():
            return "\n".join(sorted(map(str, value)))
        case dict():
            return str(value.get("name") or value.get("id") or "")
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def sent(value: Mapping[str, Any]) -> str:
    """A property value of a request, plainly."""
    kinds = ("title", "rich_text", "number", "select", "multi_select", "relation")
    return next((shown(value[kind]) for kind in kinds if kind in value), "?")
