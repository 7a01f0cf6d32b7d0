"""Reading a file of the work tree, and never one that a symbolic link puts in its place.

Whoever may propose a change may commit a link, and what is wrong in a file is told with its line:
through a link that would be a line of any file of this machine, such as its environment.
"""

import os
import stat
from pathlib import Path

from notion_gitops.formats.atomic import parent_folder, path_parts
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput, Refused

MOST_BYTES = 10_000_000  # of a file that people write by hand
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not hang us


def read_inside(root: Path, relative: str) -> bytes | None:
    """The content of a file; None if there is none.

    Args:
        root: the folder that must not be left.
        relative: the file, from the root, with forward slashes.

    Raises:
        InvalidInput: it or a folder on the way is a symbolic link, it is no regular file, it is
            larger than 10 MB, or it cannot be read.
    """
    parts = path_parts(relative)
    try:
        with parent_folder(root, parts, make=False) as folder:
            handle = os.open(parts[-1], _FILE, dir_fd=folder)
    except FileNotFoundError:
        return None
    except Refused:
        what = f"{relative} is reached through a symbolic link"
        raise _unreadable(relative, what) from None
    except OSError as error:
        is_link = (root / relative).is_symlink()
        what = f"{relative} is a symbolic link" if is_link else f"{relative}: {error.strerror}"
        raise _unreadable(relative, what) from None
    try:
        return _content(handle, relative)
    finally:
        os.close(handle)


def _content(handle: int, relative: str) -> bytes:
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        raise _unreadable(relative, f"{relative} is no file")
    if found.st_size > MOST_BYTES:
        what = f"{relative} is larger than {MOST_BYTES // 1_000_000} MB"
        raise _unreadable(relative, what, "split it, or take out what nobody reads")
    with os.fdopen(handle, "rb", closefd=False) as file:
        return file.read(MOST_BYTES)


def _unreadable(relative: str, what: str, fix: str = "put the file itself there") -> InvalidInput:
    return InvalidInput(Diagnostic(what, Place(relative), fix=fix))
