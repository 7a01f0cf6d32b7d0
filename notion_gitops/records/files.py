"""The record files of a mapping in a work tree."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.mapping import DatabaseMapping, GitFormat

SUFFIXES = {
    GitFormat.YAML: (".yaml", ".yml"),
    GitFormat.MARKDOWN: (".md",),
    GitFormat.JSON: (".json",),
    GitFormat.CSV: (".csv",),
}
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not hang us
MOST_BYTES = 10_000_000  # of a file with one record; Notion takes far less


@dataclass(frozen=True, slots=True)
class RecordFiles:
    """What was found on disk."""

    contents: dict[str, bytes] = field(default_factory=dict)  # by path from the root, sorted
    unread: dict[str, Diagnostic] = field(default_factory=dict)  # by path: there, and not read


def record_paths(mapping: DatabaseMapping, paths: list[str]) -> list[str]:
    """Of paths from the repository's root, those that hold records of a mapping, sorted."""
    if mapping.git.single_file:
        return [p for p in paths if p == mapping.git.path]
    folder = mapping.git.path.rstrip("/") + "/"
    suffixes = SUFFIXES[mapping.git.format]
    return sorted(
        p
        for p in paths
        if p.startswith(folder)
        and p.endswith(suffixes)
        and not any(part.startswith(".") for part in p.removeprefix(folder).split("/"))
    )


def read_record_files(root: Path, mapping: DatabaseMapping) -> RecordFiles:
    """Read the record files of a mapping from a work tree.

    Folders are read recursively; hidden files and other suffixes are skipped. Symbolic links are
    not followed: git keeps the link and not what it leads to, so the base could not hold it.

    Args:
        root: the work tree.
        mapping: says where the records are.
    """
    run = _Run(root, SUFFIXES[mapping.git.format])
    path = mapping.git.path.rstrip("/")
    if run.linked(path):
        return RecordFiles({}, run.unread)
    if mapping.git.single_file:
        run.file(path, most=None)
    else:
        run.folder(path)
    return RecordFiles(dict(sorted(run.contents.items())), run.unread)


class _Run:
    def __init__(self, root: Path, suffixes: tuple[str, ...]) -> None:
        self.root = root
        self.suffixes = suffixes
        self.contents: dict[str, bytes] = {}
        self.unread: dict[str, Diagnostic] = {}

    def linked(self, path: str) -> bool:
        """Whether the path, or a folder on the way to it, is a symbolic link."""
        at = self.root
        for part in path.split("/"):
            at = at / part
            if at.is_symlink():
                self.refuse(at.relative_to(self.root).as_posix())
                return True
        return False

    def refuse(self, path: str) -> None:
        what = "is a symbolic link; records are not read through links"
        self.problem(path, what, "put the file or folder itself there")

    def folder(self, path: str) -> None:
        try:
            found = sorted(os.scandir(self.root / path), key=lambda e: e.name)
        except FileNotFoundError:
            return
        except NotADirectoryError:
            what = "is a file, where the mapping has a folder"
            self.problem(path, what, "correct git.path in the mapping")
            return
        for entry in found:
            inner = f"{path}/{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                if entry.name.endswith(self.suffixes) or entry.is_dir():
                    self.refuse(inner)
            elif entry.is_dir(follow_symlinks=False):
                self.folder(inner)
            elif entry.name.endswith(self.suffixes):
                self.file(inner, most=MOST_BYTES)

    def file(self, path: str, most: int | None) -> None:
        try:
            handle = os.open(self.root / path, _READ)
            with os.fdopen(handle, "rb") as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode):
                    self.problem(path, "is not a regular file", "remove it")
                elif most is not None and found.st_size > most:
                    what = f"is larger than {most // 1_000_000} MB"
                    self.problem(path, what, "shorten the record")
                else:
                    self.contents[path] = file.read()
        except FileNotFoundError:
            return
        except OSError as error:
            self.problem(path, f"cannot be read: {error.strerror}", "check its permissions")

    def problem(self, path: str, what: str, fix: str) -> None:
        self.unread[path] = Diagnostic(f"{path} {what}", Place(path), fix=fix)
