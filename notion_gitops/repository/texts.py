"""Merging texts, as git merges files."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from notion_gitops.repository.calls import failure
from notion_gitops.repository.checkout import Checkout

_MOST_CONFLICTS = 127  # more are answered with this number (git's documentation of merge-file)


@dataclass(frozen=True, slots=True)
class Texts(Checkout):
    """The half of a repository that looks at no commit."""

    def merge_text(self, base: str, one: str, other: str) -> str | None:
        """Three texts merged by `git merge-file`; None if the edits are in each other's way.

        Raises:
            GitFailed: git could not merge them at all.
        """
        with TemporaryDirectory(prefix="notion-gitops-") as folder:
            names = ("one", "base", "other")  # in the order that git wants
            for name, text in zip(names, (one, base, other), strict=True):
                Path(folder, name).write_bytes(f"{text}\n".encode())
            paths = (str(Path(folder, name)) for name in names)
            arguments = ("merge-file", "-p", "-q", "--", *paths)
            answer = self._run(*arguments)
        if answer.ok:
            return answer.out.decode().removesuffix("\n")
        if 0 < answer.status <= _MOST_CONFLICTS:
            return None
        raise failure(arguments, answer)
