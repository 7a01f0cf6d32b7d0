"""Finding the repository, and what every part of it needs."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Self

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import StateUnusable
from notion_gitops.repository import calls
from notion_gitops.repository.calls import Answer, Call
from notion_gitops.repository.nouns import Head

_IN_PROGRESS = {
    "rebase-merge": "rebase",
    "rebase-apply/applying": "am",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}  # file in git's folder -> what is going on; the first that is there


@dataclass(frozen=True, slots=True)
class Checkout:
    """A work tree and its repository."""

    root: Path  # the work tree's top folder
    git_dir: Path  # this work tree's own git folder (that of a linked work tree differs)

    @classmethod
    def discover(cls, start: Path) -> Self:
        """The repository whose work tree holds `start`.

        Raises:
            StateUnusable: no repository, a bare one, one of another owner, or inside ``.git``.
            UsageError: git is not installed.
        """
        if not start.is_dir():
            raise StateUnusable(Diagnostic(f"there is no folder {start}"))
        question = ("rev-parse", "--show-toplevel")
        top = calls.run(start, question, Call(any_directory=True))
        if not top.ok or not top.line:
            _explain(start, top)
        git_dir = calls.must(start, ("rev-parse", "--absolute-git-dir")).line
        return cls(Path(top.line), Path(git_dir))

    @classmethod
    def create(cls, folder: Path) -> Self:
        """A new repository in a folder, on the branch `main`.

        Raises:
            GitFailed: git could not make it.
        """
        calls.must(folder, ("init", "-q", "--initial-branch=main"), Call(any_directory=True))
        return cls.discover(folder)

    def ignores(self, path: str) -> bool:
        """Whether git leaves a path out of account, by .gitignore and the like."""
        return self._run("--no-literal-pathspecs", "check-ignore", "-q", "--", path).ok

    def head(self) -> Head:
        """Where the work tree stands."""
        branch = self._run("symbolic-ref", "-q", "--short", "HEAD")
        return Head(
            commit=self.resolve("HEAD") or "",
            branch=branch.line if branch.ok else "",
            operation_in_progress=self._in_progress(),
        )

    def user(self) -> str:
        """The name that git knows the user by; "" if it knows none."""
        answer = self._run("-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
        return answer.line.rpartition(" <")[0] if answer.ok else ""

    def resolve(self, ref: str) -> str | None:
        """The full id of the commit that `ref` names; None if there is none."""
        answer = self._run("rev-parse", "--verify", "-q", "--end-of-options", f"{ref}^{{commit}}")
        return answer.line if answer.ok else None

    def refs(self, *patterns: str) -> dict[str, str]:
        """The commits of the refs that fit one of the patterns (git-for-each-ref(1)), by name."""
        layout = "--format=%(refname) %(objectname)"
        lines = self._must("for-each-ref", layout, *patterns).line.splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether `descendant` holds `ancestor` in its history (or is the same commit).

        A commit that is not in this repository is nobody's ancestor.
        """
        return self._run("merge-base", "--is-ancestor", ancestor, descendant).ok

    def is_shallow(self) -> bool:
        """Whether the clone's history was cut."""
        return self._must("rev-parse", "--is-shallow-repository").line == "true"

    def set_unset(self, name: str, value: str) -> bool:
        """Set what is not set yet in the clone's own configuration; whether it was.

        Raises:
            GitFailed: it could not be written.
        """
        if self._setting(name):
            return False
        self._must("config", "--local", "--", name, value)
        return True

    def _in_progress(self) -> str:
        return next((w for name, w in _IN_PROGRESS.items() if (self.git_dir / name).exists()), "")

    def _run(self, *arguments: str, call: Call | None = None) -> Answer:
        return calls.run(self.root, arguments, call or Call())

    def _must(self, *arguments: str, call: Call | None = None) -> Answer:
        return calls.must(self.root, arguments, call or Call())

    def _setting(self, name: str, kind: str = "") -> str:
        """One setting of the configuration; "" if it is not set."""
        typed = [f"--type={kind}"] if kind else []
        answer = self._run("config", *typed, "--get", "--", name)
        return answer.line if answer.ok else ""


def decode_paths(raw: bytes) -> list[str]:
    """The paths of a NUL-terminated list."""
    return [os.fsdecode(part) for part in raw.split(b"\0") if part]


def encode_lines(parts: Sequence[str]) -> bytes:
    """A NUL-terminated list."""
    return b"".join(os.fsencode(part) + b"\0" for part in parts)


def _explain(start: Path, answer: Answer) -> NoReturn:
    """Why `start` is in no work tree, and what to do about it."""
    if "dubious ownership" in answer.err:
        raise StateUnusable(
            Diagnostic(
                f"the repository at {start} belongs to another user, so git refuses to use it",
                detail=answer.err.strip(),
                fix=f"If you trust it: git config --global --add safe.directory '{start}'",
            )
        )
    inside = calls.run(
        start,
        ("rev-parse", "--is-bare-repository", "--is-inside-git-dir"),
        Call(any_directory=True),
    )
    if not inside.ok:
        raise StateUnusable(
            Diagnostic(
                f"{_named(start)} is not in a git repository",
                detail="" if "not a git repository" in answer.err else answer.err.strip(),
                fix="Change to the workspace's folder; or make it a repository with `git init` "
                "and commit what is there; or let `notion-gitops init` make a new workspace.",
            )
        )
    bare = inside.line.startswith("true")
    what = "a bare repository, which has no work tree" if bare else "inside git's own folder"
    raise StateUnusable(
        Diagnostic(
            f"{_named(start)} is {what}",
            fix="Run it in a clone with a work tree (git clone, or git worktree add)."
            if bare
            else "Run it in the work tree, outside of .git.",
        )
    )


def _named(start: Path) -> str:
    return "this folder" if start == Path() else str(start)
