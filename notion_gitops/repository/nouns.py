"""What git tells us, as values, and the ways in which it can fail.

StateUnusable
└── GitFailed            git could not do what was asked
    ├── RaceLost         somebody else moved the ref first: fetch and compute again
    └── SigningFailed    the user signs commits, and the signature could not be made
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from notion_gitops.model.errors import StateUnusable


class GitFailed(StateUnusable):
    """Git could not do what was asked; nothing was changed by the call that failed."""


class NotText(GitFailed):
    """A file is binary: git merges no such file."""


class RaceLost(GitFailed):
    """The ref was moved by somebody else meanwhile; nothing was written over."""


class SigningFailed(GitFailed):
    """``commit.gpgsign`` is set and the signature could not be made; no commit was made."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the work tree stands."""

    commit: str  # "" on an unborn branch
    branch: str  # short name; "" when detached
    operation_in_progress: str = ""  # merge, rebase, cherry-pick, revert, am or bisect

    @property
    def detached(self) -> bool:
        """Whether no branch is checked out."""
        return not self.branch

    @property
    def unborn(self) -> bool:
        """Whether the branch has no commit yet."""
        return not self.commit

    @property
    def ref(self) -> str:
        """The full name of the branch's ref; "" when detached."""
        return f"refs/heads/{self.branch}" if self.branch else ""


class ChangeKind(StrEnum):
    """How a path of the work tree (or of the index) differs from HEAD."""

    MODIFIED = "modified"
    ADDED = "added"  # staged, not in HEAD
    DELETED = "deleted"  # in HEAD, no longer in the work tree
    UNTRACKED = "untracked"
    UNMERGED = "unmerged"  # a merge left it in conflict


@dataclass(frozen=True, slots=True)
class WorkStatus:
    """The paths whose work-tree content or index entry differs from HEAD."""

    changed: Mapping[str, ChangeKind] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()  # files that .gitignore and the like leave out, if asked

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.changed


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """One commit of a path's history, along first parents."""

    commit: str
    time: datetime  # the committer's, in UTC
    author: str
    subject: str
    at_boundary: bool = False  # of a shallow clone: what came before it is not known here
    is_merge: bool = False  # it has two parents or more
    by_sync: bool = False  # a sync's own commit


@dataclass(frozen=True, slots=True)
class PathCommit:
    """One commit that changed a path, in the graph of those that did."""

    commit: str
    parents: tuple[str, ...]  # the nearest ones that changed the path
    by_sync: bool  # a sync made it: it has the trailer Sync-Id
    at_boundary: bool = False  # of a shallow clone


@dataclass(frozen=True, slots=True)
class SyncCommit:
    """One commit of the state branch, with its trailers."""

    commit: str
    time: datetime  # the committer's, in UTC
    subject: str
    trailers: Mapping[str, str] = field(default_factory=dict)  # Sync-Id, Sync-Records, ...


# What git and servers say of a ref that moved before the push or while it went on.
_LOST = ("stale info", "fetch first", "non-fast-forward", "failed to update ref", "cannot lock ref",
         "incorrect old value", "reference already exists")  # fmt: skip


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of an atomic push: every ref moved, or none."""

    ok: bool
    rejected: Mapping[str, str] = field(default_factory=dict)  # full ref -> why
    reason: str = ""  # why nothing was sent at all (no connection, no permission)

    @property
    def why(self) -> str:
        """Why nothing moved, each reason once; "" if all did."""
        return "; ".join(dict.fromkeys(self.rejected.values())) or self.reason.strip()

    @property
    def lost_race(self) -> bool:
        """Whether a ref was not where it had to be: somebody else was faster."""
        return any(word in why for why in self.rejected.values() for word in _LOST)
