"""Files of the repository that records name: found, and read, without ever leaving it."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from notion_gitops.formats.file_values import Content, NoFile
from notion_gitops.records.files import LFS_POINTER, LFS_PULL

LARGEST = 5 * 1024**3  # bytes: no plan of Notion's takes more (its documentation)
_PRIVATE = frozenset({".git", ".notion-gitops"})
_DIGITS = 16
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Attachments:
    """The files of one repository, by their paths from its root."""

    root: Path
    _seen: dict[str, Content] = field(default_factory=dict, repr=False)

    def look(self, path: str) -> Content:
        """The digest and the size of a file.

        Raises:
            NoFile: there is no such file in the repository, or it cannot be read.
        """
        if path not in self._seen:
            file = self.find(path)
            try:
                with file.open("rb") as stream:
                    if stream.peek(len(LFS_POINTER)).startswith(LFS_POINTER):
                        raise NoFile(f'"{path}" is a pointer of Git LFS', LFS_PULL)
                    digest = hashlib.sha256()
                    while chunk := stream.read(_CHUNK):
                        digest.update(chunk)
                    size = stream.tell()
            except OSError as error:
                what = f'"{path}" cannot be read: {error.strerror or error}'
                raise NoFile(what, "let this program read it") from None
            if size == 0:
                raise NoFile(f'"{path}" is empty, and Notion takes no empty file', "fill it in")
            self._seen[path] = Content(digest.hexdigest()[:_DIGITS], size)
        return self._seen[path]

    def find(self, path: str) -> Path:
        """Where a file is, its links followed.

        Raises:
            NoFile: the path is absolute, leads out of the repository or into git's own folder,
                or there is no file.
        """
        parts = PurePosixPath(path).parts
        inside = "write its path from the root of the repository, such as docs/plan.pdf"
        if path.startswith("/") or "\\" in path or (len(path) > 1 and path[1] == ":"):
            raise NoFile(f'"{path}" is no path inside of the repository', inside)
        if ".." in parts or not parts:
            raise NoFile(f'"{path}" leads out of the repository', inside)
        if "\0" in path or _PRIVATE & {part.casefold() for part in parts}:
            raise NoFile(f'"{path}" is none of the files that are kept in git', inside)
        try:
            found = (self.root / path).resolve(strict=True)
        except (OSError, RuntimeError):
            fix = f"put it there, or correct the path; {inside}"
            raise NoFile(f'there is no file "{path}" in the repository', fix) from None
        root = self.root.resolve()
        if not found.is_relative_to(root) or _PRIVATE & set(found.relative_to(root).parts):
            fix = "put the file itself there: what a link leads to is not in git"
            raise NoFile(f'"{path}" is a link that leads out of the repository', fix)
        if not found.is_file():
            raise NoFile(f'"{path}" is no regular file', inside)
        if found.stat().st_size > LARGEST:
            raise NoFile(
                f'"{path}" is larger than 5 GB, the most that Notion takes', "make it smaller"
            )
        return found


def hosted_name(path: str, digest: str) -> str:
    """What an upload is called: the file's name with its digest, which Notion's address keeps.

    So the page itself tells which content it holds, even where the base was lost.
    """
    name = PurePosixPath(path).name
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{digest}.{suffix}" if dot and stem else f"{name}.{digest}.txt"
