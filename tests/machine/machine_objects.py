"""Git's objects, refs and index as files, read and written in this process.

Only what a small repository of loose objects needs; the formats are of gitformat-index(5),
gitrepository-layout(5) and "Git Internals". What is written here is what git itself would write:
see test_machine_git.py, which holds the two against each other.
"""

import hashlib
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

Entries = dict[str, tuple[str, str]]  # path -> mode, blob

NAME = 40  # letters of an object's name
FILE = "100644"
FOLDER = "40000"
_KNOWN: dict[str, tuple[str, bytes]] = {}  # every object that was seen: they never change
_COMMITS: dict[str, "Commit"] = {}


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, as far as anybody here asks."""

    tree: str
    parents: tuple[str, ...]
    at: int  # seconds
    message: str


@dataclass
class Objects:
    """The objects of one repository, and nothing of another's."""

    folder: Path  # `.git/objects`
    _here: set[str] = field(default_factory=set)
    _shared: Path | None = None  # objects of a template, which git reads too (alternates)

    def __post_init__(self) -> None:
        alternates = self.folder / "info" / "alternates"
        if alternates.exists():
            self._shared = Path(alternates.read_text().strip())
            self._here |= _names(self._shared)

    def has(self, name: str) -> bool:
        if name in self._here:
            return True
        found = len(name) == NAME and self._path(name).exists()
        if found:
            self._here.add(name)
        return found

    def read(self, name: str) -> tuple[str, bytes] | None:
        """Kind and content; None if it is not here."""
        if not self.has(name):
            return None
        if name not in _KNOWN:
            path = self._path(name)
            if self._shared is not None and not path.exists():
                path = Objects(self._shared)._path(name)
            raw = zlib.decompress(path.read_bytes())
            header, _, body = raw.partition(b"\0")
            _KNOWN[name] = (header.split(b" ")[0].decode(), body)
        return _KNOWN[name]

    def write(self, kind: str, body: bytes) -> str:
        name, packed = _packed(kind, body)
        if not self.has(name):
            path = self._path(name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(packed)
            path.chmod(0o444)
            _KNOWN[name] = (kind, body)
            self._here.add(name)
        return name

    def take(self, other: "Objects", wanted: str) -> None:
        """Bring an object and all that it leads to here, unless it is here."""
        todo = [wanted]
        while todo:
            name = todo.pop()
            if self.has(name):
                continue
            found = other.read(name)
            if found is None:
                raise KeyError(name)
            self.write(*found)
            todo += _leads_to(*found)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name[2:]

    # --- trees and commits ---

    def commit(self, name: str) -> Commit | None:
        found = self.read(name)
        if found is None or found[0] != "commit":
            return None
        if name not in _COMMITS:
            _COMMITS[name] = _commit_of(found[1])
        return _COMMITS[name]

    def tree_of(self, name: str) -> Entries:
        """The files of a commit or a tree; empty for ""."""
        if not name:
            return {}
        commit = self.commit(name)
        tree = commit.tree if commit else name
        if self.read(tree) is None:
            raise KeyError(tree)
        return dict(_files(tree))

    def write_tree(self, entries: Mapping[str, tuple[str, str]]) -> str:
        inner: dict[str, dict[str, tuple[str, str]]] = {}
        here: dict[str, tuple[str, str]] = {}
        for path, entry in entries.items():
            first, _, rest = path.partition("/")
            if rest:
                inner.setdefault(first, {})[rest] = entry
            else:
                here[first] = entry
        for name, below in inner.items():
            here[name] = (FOLDER, self.write_tree(below))
        order = sorted(here.items(), key=lambda e: e[0] + ("/" if e[1][0] == FOLDER else ""))
        lines = (f"{mode} {name}\0".encode() + bytes.fromhex(oid) for name, (mode, oid) in order)
        return self.write("tree", b"".join(lines))

    def ancestors(self, name: str) -> set[str]:
        """All commits that a commit holds in its history, and itself."""
        seen: set[str] = set()
        todo = [name]
        while todo:
            one = todo.pop()
            commit = None if one in seen else self.commit(one)
            if commit is not None:
                seen.add(one)
                todo += commit.parents
        return seen


@cache
def _names(folder: Path) -> frozenset[str]:
    """The objects of a template, which has come to its end."""
    return frozenset(f"{file.parent.name}{file.name}" for file in folder.glob("??/*"))


@cache
def _packed(kind: str, body: bytes) -> tuple[str, bytes]:
    whole = f"{kind} {len(body)}\0".encode() + body
    return hashlib.sha1(whole).hexdigest(), zlib.compress(whole, 1)  # noqa: S324  git's own


def blob_name(body: bytes) -> str:
    return _packed("blob", body)[0]


@cache
def _files(tree: str) -> tuple[tuple[str, tuple[str, str]], ...]:
    found = []
    for mode, name, oid in _tree_lines(_KNOWN[tree][1]):
        if mode == FOLDER:
            found += [(f"{name}/{path}", entry) for path, entry in _files(oid)]
        else:
            found.append((name, (mode, oid)))
    return tuple(found)


def _tree_lines(body: bytes) -> Iterator[tuple[str, str, str]]:
    at = 0
    while at < len(body):
        end = body.index(b"\0", at)
        mode, _, name = body[at:end].decode().partition(" ")
        yield mode, name, body[end + 1 : end + 21].hex()
        at = end + 21


def _commit_of(body: bytes) -> Commit:
    header, _, message = body.decode().partition("\n\n")
    lines = [line.partition(" ") for line in header.splitlines()]
    tree = next(value for name, _, value in lines if name == "tree")
    parents = tuple(value for name, _, value in lines if name == "parent")
    committer = next(value for name, _, value in lines if name == "committer")
    return Commit(tree, parents, int(committer.split()[-2]), message)


def _leads_to(kind: str, body: bytes) -> list[str]:
    if kind == "commit":
        commit = _commit_of(body)
        return [commit.tree, *commit.parents]
    return [oid for _, _, oid in _tree_lines(body)] if kind == "tree" else []


# --- refs ---


def refs_of(git_dir: Path) -> dict[str, str]:
    """All refs of a repository, by full name."""
    found = {}
    packed = git_dir / "packed-refs"
    if packed.exists():
        for line in packed.read_text().splitlines():
            if line and line[0] not in "#^":
                name, _, ref = line.partition(" ")
                found[ref] = name
    for folder, _, names in os.walk(git_dir / "refs"):
        for name in names:
            path = Path(folder, name)
            if not name.endswith(".lock"):
                found[path.relative_to(git_dir).as_posix()] = path.read_text().strip()
    return found


def ref_of(git_dir: Path, ref: str) -> str:
    """The commit of a ref; "" if there is none."""
    path = git_dir / ref
    if path.is_file():
        return path.read_text().strip()
    return refs_of(git_dir).get(ref, "") if (git_dir / "packed-refs").exists() else ""


def set_ref(git_dir: Path, ref: str, commit: str) -> None:
    """Move a ref; "" deletes it."""
    path = git_dir / ref
    if not commit:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(commit + "\n")


# --- the index ---

_ENTRY = struct.Struct(">10I20sH")


def read_index(path: Path) -> Entries:
    """The entries of an index of version 2, but for conflicts."""
    if not path.exists():
        return {}
    raw = path.read_bytes()
    magic, version, count = struct.unpack(">4sII", raw[:12])
    assert (magic, version) == (b"DIRC", 2), (magic, version)
    entries, at = {}, 12
    for _ in range(count):
        fields = _ENTRY.unpack_from(raw, at)
        end = raw.index(b"\0", at + _ENTRY.size)
        assert not fields[11] & 0x3000, "a conflict in the index"
        name = raw[at + _ENTRY.size : end].decode()
        entries[name] = (f"{fields[6]:o}", fields[10].hex())
        at += (end - at) // 8 * 8 + 8
    return entries


def write_index(path: Path, entries: Mapping[str, tuple[str, str]]) -> None:
    """An index without sizes and times: git finds them out when it needs them."""
    parts = [struct.pack(">4sII", b"DIRC", 2, len(entries))]
    for name, (mode, oid) in sorted(entries.items(), key=lambda e: e[0].encode()):
        raw = name.encode()
        zeros = (0,) * 6
        numbers = (*zeros, int(mode, 8), 0, 0, 0)
        entry = _ENTRY.pack(*numbers, bytes.fromhex(oid), min(len(raw), 0xFFF)) + raw
        parts.append(entry + b"\0" * (8 - len(entry) % 8))
    body = b"".join(parts)
    path.write_bytes(body + hashlib.sha1(body).digest())  # noqa: S324  git's own
