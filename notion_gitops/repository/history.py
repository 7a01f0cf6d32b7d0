"""Reading history: when a file came to hold what it holds, and which syncs there were."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from notion_gitops.repository import calls
from notion_gitops.repository.nouns import CommitInfo, PathCommit, SyncCommit
from notion_gitops.repository.trees import Trees

_LOG_ALL = ("log", "-z", "--no-show-signature", "--encoding=UTF-8", "--no-color")
_LOG = (*_LOG_ALL, "--first-parent")

_GRAPH = ("log", "--parents", "--topo-order", "-z", "--no-show-signature", "--encoding=UTF-8")
_SYNC = "%(trailers:key=Sync-Id,valueonly,separator=%x2C)"  # not empty: a sync made the commit


@dataclass(frozen=True, slots=True)
class History(Trees):
    """The history half of a repository."""

    def first_parent_log(self, path: str, head: str = "HEAD") -> Iterator[CommitInfo]:
        """The commits that changed a file, newest first, along first parents.

        An edit that came by a pull request shows as the merge that brought it. It is read lazily:
        git is stopped when nobody asks for more.
        """
        commit = self.resolve(head)
        if commit is None:
            return
        boundary = self._shallow_commits()
        layout = f"--format=%H%x00%ct%x00%an%x00%s%x00%P%x00{_SYNC}"
        arguments = (*_LOG, layout, "--end-of-options", commit, "--", path)
        for name, at, author, subject, parents, syncs in self._log(arguments, 6):
            yield CommitInfo(
                name,
                _moment(at),
                author,
                subject,
                at_boundary=name in boundary,
                is_merge=len(parents.split()) > 1,
                by_sync=bool(syncs.strip()),
            )

    def path_graph(self, path: str, tip: str) -> Iterator[PathCommit]:
        """The commits that changed a file, on all branches that led to `tip`, newest first.

        The parents of each are the nearest ones that changed the file, too; a commit comes before
        its parents. It is read lazily.
        """
        boundary = self._shallow_commits()
        layout = f"--format=%H%x00%P%x00{_SYNC}"
        arguments = (*_GRAPH, layout, "--end-of-options", tip, "--", path)
        for name, parents, syncs in self._log(arguments, 3):
            yield PathCommit(name, tuple(parents.split()), bool(syncs.strip()), name in boundary)

    def blob_at(self, commit: str, path: str) -> bytes | None:
        """The content of a file in a commit; None if it was not there."""
        return self.read_file(commit, path)

    def moved_from(self, commit: str, path: str) -> str:
        """Where a file was before a commit that moved it here; "" if it did not.

        A moved file may have been edited a little, too: git tells it by its likeness.
        """
        options = ("-r", "-z", "--no-commit-id", "--name-status", "--find-renames")
        filters = ("--diff-filter=R", "--no-ext-diff", "--no-textconv", "--end-of-options")
        answer = self._run("diff-tree", *options, *filters, f"{commit}^", commit)
        parts = [os.fsdecode(part) for part in answer.out.split(b"\0")] if answer.ok else []
        moves = zip(parts[1::3], parts[2::3], strict=False)
        return next((old for old, new in moves if new == path), "")

    def modified_at(self, path: str) -> datetime | None:
        """When the file of the work tree was last written; None if it is not there."""
        file = self.root / path
        return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.is_file() else None

    def log_syncs(self, ref: str, limit: int | None = None) -> list[SyncCommit]:
        """The commits of a state branch, newest first, with their trailers.

        Empty if there is no such ref.
        """
        commit = self.resolve(ref)
        if commit is None:
            return []
        layout = "--format=%H%x00%ct%x00%s%x00%(trailers:only,unfold)"
        count = [] if limit is None else [f"--max-count={limit}"]
        arguments = (*_LOG, *count, layout, "--end-of-options", commit, "--")
        return [
            SyncCommit(name, _moment(at), subject, _trailers(trailers))
            for name, at, subject, trailers in self._log(arguments, 4)
        ]

    def syncs_between(self, before: str, after: str) -> list[SyncCommit]:
        """The commits of syncs that `after` holds and `before` does not, newest first.

        Args:
            before: a commit; "" for none.
            after: a commit.
        """
        layout = "--format=%H%x00%ct%x00%s%x00%(trailers:only,unfold)"
        picked = (
            "-z",
            "--no-show-signature",
            "--encoding=UTF-8",
            "--no-color",
            "--grep=^Sync-Id: ",
        )
        left = [f"^{before}"] if before else []
        arguments = ("log", *picked, layout, "--end-of-options", after, *left, "--")
        found = (
            SyncCommit(name, _moment(at), subject, _trailers(trailers))
            for name, at, subject, trailers in self._log(arguments, 4)
        )
        return [sync for sync in found if "Sync-Id" in sync.trailers]

    def is_cut(self, commit: str) -> bool:
        """Whether the history of a commit is not here as a whole: a shallow clone ends in it."""
        return any(self.is_ancestor(end, commit) for end in self._shallow_commits())

    def syncs_naming(self, ref: str, path: str, pattern: str) -> Iterator[SyncCommit]:
        """The commits of a state branch that brought or took lines of a file, newest first.

        Args:
            ref: of the state branch.
            path: of the file.
            pattern: what the lines hold, as an extended regular expression.
        """
        commit = self.resolve(ref)
        if commit is None:
            return
        layout = "--format=%H%x00%ct%x00%s%x00%(trailers:only,unfold)"
        look = ("--no-textconv", "--no-ext-diff", "--text", f"-G{pattern}")
        arguments = (*_LOG, *look, layout, "--end-of-options", commit, "--", path)
        for name, at, subject, trailers in self._log(arguments, 4):
            yield SyncCommit(name, _moment(at), subject, _trailers(trailers))

    def _log(self, arguments: Sequence[str], width: int) -> Iterator[tuple[str, ...]]:
        """The `width` parts of each commit, as the format of `arguments` says.

        Git's own messages hold no NUL, which stands between them.
        """
        parts = (part.decode("utf-8", "replace") for part in calls.stream(self.root, arguments))
        while row := tuple(islice(parts, width)):
            yield row

    def _shallow_commits(self) -> frozenset[str]:
        """The commits at which a shallow clone was cut."""
        if not self.is_shallow():
            return frozenset()
        file = self.root / self._must("rev-parse", "--git-path", "shallow").line
        return frozenset(file.read_text("ascii").split()) if file.exists() else frozenset()


def _trailers(text: str) -> dict[str, str]:
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
