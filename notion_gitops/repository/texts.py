"""Merging texts, as git merges files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.repository.calls import Answer, Call, failure
from notion_gitops.repository.checkout import Checkout, encode_lines
from notion_gitops.repository.nouns import NotText

_MOST_CONFLICTS = 127  # more are answered with this number (git's documentation of merge-file)
_MARKER_SIZE = 7  # unless an attribute says otherwise
_BINARY = Diagnostic(
    "it is a binary file, and git merges none",
    fix="take one version of it, with git checkout --ours or git checkout --theirs",
)


@dataclass(frozen=True, slots=True)
class Labels:
    """How `git merge-file` names the three texts between its markers."""

    one: str
    base: str
    other: str
    size: int = _MARKER_SIZE  # characters of a marker


@dataclass(frozen=True, slots=True)
class Texts(Checkout):
    """The half of a repository that looks at no commit."""

    def merge_text(self, base: str, one: str, other: str, *, favour: str = "") -> str | None:
        """Three texts merged by `git merge-file`; None if the edits are in each other's way.

        Args:
            base: the common ancestor.
            one: one version of it.
            other: another.
            favour: "ours" or "theirs": whose lines stand where the edits are in each other's way.

        Raises:
            GitFailed: git could not merge them at all.
        """
        options = [f"--{favour}"] if favour else []
        texts = [f"{text}\n".encode() for text in (one, base, other)]
        answer = self._merge_file(["-q", *options], texts)
        return answer.out.decode().removesuffix("\n") if answer.ok else None

    def merge_files(
        self, base: bytes, one: bytes, other: bytes, labels: Labels
    ) -> tuple[bytes, bool]:
        """Three files merged as git does without any driver; whether it came out clean.

        Conflicts are marked as the user's `merge.conflictStyle` says.

        Raises:
            NotText: one of them is binary.
            GitFailed: git could not merge them at all.
        """
        named = [f"-L{name}" for name in (labels.one, labels.base, labels.other)]
        options = ["-q", f"--marker-size={labels.size}", *named]
        answer = self._merge_file(options, [one, base, other])
        return answer.out, answer.ok

    def marks_base(self) -> bool:
        """Whether the user wants the common ancestor's lines in conflicts, too."""
        return self._setting("merge.conflictStyle") in {"diff3", "zdiff3"}

    def marker_size(self, path: str) -> int:
        """How many characters a conflict marker in a file has, by the attributes of its path."""
        asked = ("check-attr", "-z", "--stdin", "conflict-marker-size")
        answer = self._must(*asked, call=Call(encode_lines([path])))
        size = answer.out.split(b"\0")[2]
        return int(size) if size.isdigit() and int(size) else _MARKER_SIZE

    def _merge_file(self, options: Sequence[str], texts: Sequence[bytes]) -> Answer:
        """Run it on three texts, in the order that git wants: one, base, other."""
        with TemporaryDirectory(prefix="notion-gitops-") as folder:
            paths = [Path(folder, name) for name in ("one", "base", "other")]
            for path, text in zip(paths, texts, strict=True):
                path.write_bytes(text)
            arguments = ("merge-file", "-p", *options, "--", *map(str, paths))
            answer = self._run(*arguments)
        if 0 <= answer.status <= _MOST_CONFLICTS:
            return answer
        if any(b"\0" in text for text in texts):
            raise NotText(_BINARY)
        raise failure(arguments, answer)
