"""Reading: the work tree against HEAD, trees against trees, and the content of blobs."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.repository.calls import Call
from notion_gitops.repository.checkout import Checkout
from notion_gitops.repository.nouns import ChangeKind, GitFailed, WorkStatus

_ABSENT = "000000"  # the mode of what is not there
REGULAR = frozenset({"100644", "100755"})
_MANY = 200  # more paths than this are picked from the whole listing: git compares each with each


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a tree."""

    mode: str  # six octal digits
    blob: str


@dataclass(frozen=True, slots=True)
class Trees(Checkout):
    """The reading half of a repository."""

    def status(self, paths: Sequence[str], *, ignored: bool = False) -> WorkStatus:
        """What differs from HEAD under `paths` (files or folders; they need not exist).

        Submodules are left out. Ignored files are listed apart, if they are asked for.
        """
        if not paths:
            return WorkStatus()
        answer = self._must(
            "status",
            "--porcelain=v2",
            "-z",
            "--untracked-files=all",
            "--no-renames",
            f"--ignored={'traditional' if ignored else 'no'}",
            "--ignore-submodules=all",
            "--",
            *paths,
        )
        changed: dict[str, ChangeKind] = {}
        lines = [os.fsdecode(line) for line in answer.out.split(b"\0")]
        for line in lines:
            _note_status(line, changed)
        return WorkStatus(changed, frozenset(line[2:] for line in lines if line.startswith("! ")))

    def differing(self, before: str, after: str, paths: Sequence[str]) -> set[str]:
        """The files under `paths` whose content differs between two commits.

        Either may be "", which stands for an empty tree. Only subtrees that differ are read, so
        equal trees cost nothing, however large. File modes are not compared.
        """
        if not paths or before == after:
            return set()
        trees = [commit or self._empty_tree() for commit in (before, after)]
        options = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff")
        answer = self._must(
            "diff-tree", *options, "--no-textconv", "--end-of-options", *trees, "--", *paths
        )
        return _differing_paths(answer.out)

    def replaces_files(self, before: str, after: str, paths: Sequence[str]) -> bool:
        """Whether files under `paths` both went and came, other than by renames without an edit.

        Git may then take one that went for one that came, if they are alike.
        """
        options = ("-r", "-z", "--name-status", "-M100%", "-l0", "--diff-filter=AD")
        trees = ("--no-ext-diff", "--no-textconv", "--end-of-options", before, after)
        answer = self._must("diff-tree", *options, *trees, "--", *paths)
        return {b"A", b"D"} <= set(answer.out.split(b"\0")[0::2])

    def list_tree(self, commit: str, paths: Sequence[str]) -> dict[str, str]:
        """The blob id of every regular file under `paths` in a commit ("": an empty tree)."""
        entries = self._entries(commit, paths)
        return {path: e.blob for path, e in entries.items() if e.mode in REGULAR}

    def read_blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The content of blobs, by id.

        Raises:
            GitFailed: one of them is missing or broken.
        """
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        lines = "".join(f"{blob}\n" for blob in wanted).encode()
        raw = self._must("cat-file", "--batch", call=Call(stdin=lines)).out
        contents: dict[str, bytes] = {}
        start = 0
        for blob in wanted:
            start = _take_blob(blob, raw, start, contents)
        return contents

    def read_file(self, commit: str, path: str) -> bytes | None:
        """The content of a file in a commit; None if it is not there."""
        blob = self.list_tree(commit, [path]).get(path)
        return None if blob is None else self.read_blobs([blob])[blob]

    def file_in(self, path: str, commits: Iterable[str]) -> dict[str, str]:
        """The blob id that a file has in each of many commits; those without it are left out."""
        wanted = list(dict.fromkeys(commits))
        if not wanted:
            return {}
        asked = "".join(f"{commit}:{path}\n" for commit in wanted).encode()
        layout = "--batch-check=%(objecttype) %(objectname)"
        told = self._must("cat-file", layout, call=Call(stdin=asked)).out.decode("utf-8")
        kinds = (line.split(" ", 1) for line in told.splitlines())
        pairs = zip(wanted, kinds, strict=False)
        return {commit: kind[1] for commit, kind in pairs if kind[0] == "blob"}

    def _entries(self, commit: str, paths: Sequence[str]) -> Mapping[str, Entry]:
        if not commit or not paths:
            return {}
        picked = paths if len(paths) <= _MANY else ()
        options = ("-r", "-z", "--full-tree")
        raw = self._must("ls-tree", *options, "--end-of-options", commit, *picked).out
        entries = dict(_tree_entry(line) for line in raw.split(b"\0") if line)
        return entries if picked else _under(entries, paths)

    def _empty_tree(self) -> str:
        return self._must("hash-object", "-t", "tree", "--stdin").line


def _under(entries: Mapping[str, Entry], paths: Sequence[str]) -> dict[str, Entry]:
    """The entries that are one of `paths`, or in one of them."""
    wanted = {path.rstrip("/") for path in paths}
    return {
        path: entry
        for path, entry in entries.items()
        if path in wanted or any(parent in wanted for parent in _parents(path))
    }


def _parents(path: str) -> Iterable[str]:
    return (path[:i] for i, letter in enumerate(path) if letter == "/")


def _tree_entry(line: bytes) -> tuple[str, Entry]:
    """One line of ls-tree: ``MODE TYPE ID<tab>PATH``."""
    about, _, path = line.partition(b"\t")
    mode, _, blob = about.decode("ascii").split(" ")
    return os.fsdecode(path), Entry(mode, blob)


def _differing_paths(raw: bytes) -> set[str]:
    """The paths of diff-tree's raw lines, ``:MODE MODE ID ID LETTER`` NUL ``PATH`` NUL."""
    parts = raw.split(b"\0")
    found: set[str] = set()
    for about, path in zip(parts[0::2], parts[1::2], strict=False):
        _, _, before, after, _ = about.split(b" ")
        if before != after:
            found.add(os.fsdecode(path))
    return found


def _note_status(line: str, changed: dict[str, ChangeKind]) -> None:
    """Take one line of ``git status --porcelain=v2`` in (git-status(1), "Porcelain Format 2")."""
    match line[:2]:
        case "1 ":
            _, _, _, in_head, _, in_work, _, _, path = line.split(" ", 8)
            changed[path] = _kind(in_head, in_work)
        case "u ":
            changed[line.split(" ", 10)[10]] = ChangeKind.UNMERGED
        case "? ":
            path = line[2:]  # also when it was only taken out of the index
            changed[path] = ChangeKind.MODIFIED if path in changed else ChangeKind.UNTRACKED
        case _:
            pass  # what is ignored, or the end of the list; headers are not asked for


def _kind(in_head: str, in_work: str) -> ChangeKind:
    if in_work == _ABSENT:
        return ChangeKind.DELETED
    return ChangeKind.ADDED if in_head == _ABSENT else ChangeKind.MODIFIED


def _take_blob(blob: str, raw: bytes, start: int, contents: dict[str, bytes]) -> int:
    """Read one answer of ``cat-file --batch`` at `start`; return where the next one begins."""
    end = raw.index(b"\n", start)
    _, kind, *size = raw[start:end].decode("ascii").split(" ")
    if kind != "blob":
        raise GitFailed(
            Diagnostic(
                f"git has no file content {blob} (it says: {kind})",
                fix="Run `git fsck`; a fresh clone brings missing objects back.",
            )
        )
    begin = end + 1
    stop = begin + int(size[0])
    contents[blob] = raw[begin:stop]
    return stop + 1
