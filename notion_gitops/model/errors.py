"""The errors that a person sees, each with the exit code of the contract.

NotionGitopsError
├── UsageError            64   the command line cannot be carried out
├── InvalidInput          65   a mapping or a record file is wrong
├── Refused                4   stopped for safety before anything was written
├── StateUnusable          6   the repository or the state branch needs a person
├── Locked                 7   another run is writing
├── LockLost               5   another run took the lock over while this one was writing
├── BranchLeft             5   another branch was checked out while this run was writing
├── Unfinished             5   an error after something was written; it is the cause
└── CannotReachNotion      1   nothing was written; running again is safe
    ├── NobodyListens      1   on this machine: no program at that address
    ├── NoBlocksLeft       1   the workspace may not grow any more (403); edits go on
    ├── NotShared          1   the token does not see an object (404)
    └── NotPermitted       1   the token may not do this (403)
        └── TokenRefused   1   the token itself is refused (401): no request has a chance
"""

from enum import IntEnum

from notion_gitops.model.diagnostics import Diagnostic


class ExitCode(IntEnum):
    """What a command's exit status says; a contract with scripts (README, "Exit codes")."""

    DONE = 0
    FAILED = 1
    CHANGES = 2
    DECISIONS_REMAIN = 3
    REFUSED = 4
    PARTLY_APPLIED = 5
    STATE_UNUSABLE = 6
    LOCKED = 7
    USAGE = 64
    INVALID = 65
    INTERRUPTED = 130
    TERMINATED = 143


class NotionGitopsError(Exception):
    """Something that a person must be told; carries one or more diagnostics.

    Args:
        diagnostics: what is wrong, most important first; never empty.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.summary for d in diagnostics))
        self.diagnostics = diagnostics


class UsageError(NotionGitopsError):
    """The command line cannot be carried out as it was given."""

    exit_code = ExitCode.USAGE


class InvalidInput(NotionGitopsError):  # noqa: N818  named for what it is, as its siblings
    """Mapping or record files are wrong; all problems are in `diagnostics`."""

    exit_code = ExitCode.INVALID


class Refused(NotionGitopsError):  # noqa: N818
    """Stopped for safety before anything was written, on either side."""

    exit_code = ExitCode.REFUSED


class StateUnusable(NotionGitopsError):  # noqa: N818
    """The repository or the state branch is not in a state to sync from."""

    exit_code = ExitCode.STATE_UNUSABLE


class Locked(NotionGitopsError):  # noqa: N818
    """Another run holds the lock."""

    exit_code = ExitCode.LOCKED


class LockLost(NotionGitopsError):  # noqa: N818
    """This run may not write any more: what it has left is the next one's."""

    exit_code = ExitCode.PARTLY_APPLIED


class BranchLeft(NotionGitopsError):  # noqa: N818
    """Another branch was checked out while the sync ran: its files do not belong there."""

    exit_code = ExitCode.PARTLY_APPLIED


class Unfinished(NotionGitopsError):  # noqa: N818
    """Something was written, and then the error came that this one is raised from."""

    exit_code = ExitCode.PARTLY_APPLIED


class CannotReachNotion(NotionGitopsError):  # noqa: N818
    """Notion could not be asked; nothing was written."""


class NobodyListens(CannotReachNotion):
    """No program listens at an address of this machine: no request has a chance."""


class NotShared(CannotReachNotion):
    """Notion answered 404: unshared or gone, which cannot be told apart."""


class NoBlocksLeft(CannotReachNotion):
    """Notion answered 403: the workspace has reached its limit of blocks; pages can be edited."""


class NotPermitted(CannotReachNotion):
    """Notion answered 403: the connection lacks a capability, for this object at least."""


class TokenRefused(NotPermitted):
    """Notion answered 401, or there is no token: no request has a chance."""
