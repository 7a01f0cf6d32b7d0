"""The record files of a mapping in a work tree."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
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
LFS_POINTER = b"version https://git-lfs.github.com/spec/"  # git-lfs, docs/spec.md
LFS_PULL = "fetch the file itself: git lfs pull"
MOST_BYTES = 100_000_000  # far beyond what one database of Notion can answer with
_NO_LINK = "put the file or folder itself there; records are not read through links"


def is_record_path(mapping: DatabaseMapping, path: str) -> bool:
    """Whether a path from the repository's root is one of the mapping's record files."""
    if mapping.git.single_file:
        return path == mapping.git.path
    folder = mapping.git.path.rstrip("/") + "/"
    hidden = any(part.startswith(".") for part in path.removeprefix(folder).split("/"))
    return path.startswith(folder) and path.endswith(SUFFIXES[mapping.git.format]) and not hidden


def list_files(root: Path, mapping: DatabaseMapping) -> list[str]:
    """The record files of a mapping in a work tree, by path from its root, sorted.

    Folders are searched recursively; hidden files and other suffixes are left out. Symbolic links
    are listed, those to folders too, so that `read_files` refuses them by name.
    """
    path = mapping.git.path.rstrip("/")
    if mapping.git.single_file:
        return [path] if os.path.lexists(root / path) else []
    return sorted(_search(root, path, SUFFIXES[mapping.git.format]))


@dataclass(frozen=True, slots=True)
class FilesRead:
    """What stands in some files."""

    contents: Mapping[str, bytes] = field(default_factory=dict)  # by path
    problems: Mapping[str, Diagnostic] = field(default_factory=dict)  # by path: cannot be read


def read_files(root: Path, paths: Iterable[str]) -> FilesRead:
    """The contents of files by path; a file that is not there is left out.

    Symbolic links are not followed, neither on the way nor at the end: git keeps the link and not
    what it leads to, so the base could not hold it, and a link may lead out of the repository.
    A file that is there and cannot be read is a problem of its own, and stops no other.
    """
    contents: dict[str, bytes] = {}
    problems: dict[str, Diagnostic] = {}
    folders: dict[str, bool] = {}
    for path in paths:
        try:
            _check_folders(root, path, folders)
            contents[path] = _read(root, path)
        except FileNotFoundError:
            continue
        except _Refused as error:
            problems[path] = Diagnostic(f"{path} {error}", Place(path), fix=error.fix)
        except OSError as error:
            what = f"{path} cannot be read: {error.strerror}"
            problems[path] = Diagnostic(what, Place(path), fix="check what stands there")
    return FilesRead(contents, problems)


class _Refused(Exception):  # noqa: N818  caught above
    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


def _search(root: Path, path: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    try:
        found = list(os.scandir(root / path))
    except FileNotFoundError:
        return
    except NotADirectoryError:
        yield path  # reading it says what is wrong
        return
    for entry in found:
        inner = f"{path}/{entry.name}"
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _search(root, inner, suffixes)
        elif entry.name.endswith(suffixes) or (entry.is_symlink() and entry.is_dir()):
            yield inner


def _check_folders(root: Path, path: str, known: dict[str, bool]) -> None:
    folder = path.rpartition("/")[0]
    if not folder:
        return
    if folder not in known:
        _check_folders(root, folder, known)
        known[folder] = (root / folder).is_symlink()
    if known[folder]:
        raise _Refused(f"is reached through the symbolic link {folder}", _NO_LINK)


def _read(root: Path, path: str) -> bytes:
    full = root / path
    if full.is_symlink():
        raise _Refused("is a symbolic link", _NO_LINK)
    with os.fdopen(os.open(full, _READ), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise _Refused("is no regular file", "correct git.path in the mapping, or remove it")
        if found.st_size > MOST_BYTES:
            raise _Refused(f"is larger than {MOST_BYTES // 1_000_000} MB", "split it")
        content = file.read()
    if content.startswith(LFS_POINTER):
        raise _Refused("is a pointer of Git LFS, and not the file that it stands for", LFS_PULL)
    return content
