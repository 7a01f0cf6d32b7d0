"""Files of a work tree, replaced as a whole or not at all, and never outside of it.

A path is followed folder by folder from an open root, refusing symbolic links, so that no link in
a repository can make a sync write elsewhere.
"""

import glob
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Refused

_NAME = 80  # letters of a file's name that its temporary file carries

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def write_bytes(root: Path, relative: str, data: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new, even across a power cut.

    Missing folders are made. An existing file keeps its mode.

    Args:
        root: the folder that must not be left.
        relative: the file, from the root, with forward slashes.
        data: the new content.

    Raises:
        Refused: the path leaves the root, or a part of it is a symbolic link.
        OSError: the disk is full, or the like; the old file is untouched.
    """
    parts = path_parts(relative)
    with parent_folder(root, parts, make=True) as folder:
        mode = _mode(folder, parts[-1], relative)
        temporary = _temporary(parts[-1][:_NAME], str(os.getpid()))
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        _discard(folder, temporary)
        handle = os.open(temporary, flags, 0o666, dir_fd=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if mode is not None:
                    os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            os.replace(temporary, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            _discard(folder, temporary)
            raise
        os.fsync(folder)


def unfinished(name: str) -> str:
    """The pattern of the temporary files that a write of this file leaves when it is killed."""
    return _temporary(glob.escape(name[:_NAME]), "[0-9]*")


def _temporary(name: str, process: str) -> str:
    return f".{name}.{process}.tmp"


def remove(root: Path, relative: str) -> None:
    """Remove a file; it is no error if there is none.

    Raises:
        Refused: the path leaves the root, or a folder on it is a symbolic link.
    """
    parts = path_parts(relative)
    try:
        with parent_folder(root, parts, make=False) as folder:
            _discard(folder, parts[-1])
            os.fsync(folder)
    except FileNotFoundError:
        return


def _discard(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return


def path_parts(relative: str) -> tuple[str, ...]:
    """The parts of a path from the repository's root.

    Raises:
        Refused: it leads out, or into git's own folder.
    """
    parts = PurePosixPath(relative).parts
    unsafe = relative.startswith("/") or "\0" in relative or "\\" in relative
    if not parts or unsafe or any(p == ".." or p.casefold() == ".git" for p in parts):
        raise Refused(
            Diagnostic(
                f"{relative!r} is no path inside the repository",
                fix="use a path from the repository's root, without .. and outside .git",
            )
        )
    return parts


@contextmanager
def parent_folder(root: Path, parts: tuple[str, ...], *, make: bool) -> Iterator[int]:
    """The folder of a file, open; folders are made where they are missing, if `make` says so.

    Raises:
        Refused: one on the way is a symbolic link.
        FileNotFoundError: one is missing.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for index, part in enumerate(parts[:-1]):
            inner = _enter(folder, part, "/".join(parts[: index + 1]), make=make)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _enter(folder: int, name: str, path: str, *, make: bool) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
        os.mkdir(name, dir_fd=folder)
        return os.open(name, _FOLDER, dir_fd=folder)
    except OSError:
        if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise Refused(_symlink(path)) from None
        raise


def _mode(folder: int, name: str, relative: str) -> int | None:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        raise Refused(_symlink(relative))
    return stat.S_IMODE(found.st_mode)


def _symlink(path: str) -> Diagnostic:
    return Diagnostic(
        f"{path} is a symbolic link; nothing is written through links",
        fix="put the file or folder itself there, or map the path that the link leads to",
    )
