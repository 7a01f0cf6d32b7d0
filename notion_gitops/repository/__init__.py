"""Git, by plumbing: trees, blobs, history, commits, refs and push.

The only importer of GitPython. No call runs a hook, an fsmonitor, an external diff or a textconv,
and none changes a file of the work tree, but for a merge that was asked for (`merging`).
"""

from notion_gitops.repository.nouns import (
    ChangeKind,
    CommitInfo,
    GitFailed,
    Head,
    PushResult,
    RaceLost,
    SigningFailed,
    SyncCommit,
    WorkStatus,
)
from notion_gitops.repository.repository import Repository

__all__ = [
    "ChangeKind",
    "CommitInfo",
    "GitFailed",
    "Head",
    "PushResult",
    "RaceLost",
    "Repository",
    "SigningFailed",
    "SyncCommit",
    "WorkStatus",
]
