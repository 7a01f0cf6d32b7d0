"""Fetching and pushing, with the user's own settings for connections."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.repository.calls import Answer, Call
from notion_gitops.repository.nouns import GitFailed, PushResult
from notion_gitops.repository.trees import Trees

_TRANSPORT = Call(transport=True)
_HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Remotes(Trees):
    """The connected half of a repository. Remotes are given by name, never by address."""

    def remotes(self) -> list[str]:
        """The names of the configured remotes."""
        return self._must("remote").line.splitlines()

    def default_remote(self, branch: str) -> str:
        """The remote of a branch: its upstream's, else the only one, else origin; "" if none."""
        names = self.remotes()
        configured = self._setting(f"branch.{branch}.remote") if branch else ""
        if configured in names:
            return configured
        if len(names) == 1:
            return names[0]
        return "origin" if "origin" in names else ""

    def default_branch(self, remote: str) -> str:
        """The branch that the remote's own HEAD names; "" if it names none.

        Raises:
            GitFailed: the remote could not be reached.
        """
        self._require_remote(remote)
        arguments = ("ls-remote", "--symref", "-q", "--end-of-options", remote, "HEAD")
        lines = self._connected(remote, *arguments).line.splitlines()
        names = (line.partition("\t")[0].removeprefix("ref: ") for line in lines)
        return next((n.removeprefix(_HEADS) for n in names if n.startswith(_HEADS)), "")

    def remote_refs(self, remote: str, refs: Iterable[str]) -> dict[str, str]:
        """What the remote holds under these full names; those it does not have are left out.

        Raises:
            GitFailed: the remote could not be reached.
        """
        wanted = sorted(set(refs))
        self._require_remote(remote)
        arguments = ("ls-remote", "--refs", "-q", "--end-of-options", remote, *wanted)
        answer = self._connected(remote, *arguments)
        lines = (line.split("\t") for line in answer.line.splitlines())
        return {name: commit for commit, name in lines if name in wanted}

    def fetch(self, remote: str, refs: Iterable[str]) -> dict[str, str]:
        """Bring the commits of these full ref names here; the commit of each that the remote has.

        A branch moves its remote-tracking ref as well. No local branch moves.

        Raises:
            GitFailed: the remote could not be reached.
        """
        there = self.remote_refs(remote, refs)
        if there:
            specs = [_fetch_spec(remote, ref) for ref in there]
            self._connected(remote, *_FETCH, "--end-of-options", remote, *specs)
        return there

    def deepen(self, remote: str, commits: int | None = None) -> None:
        """Bring more history into a shallow clone: so many commits, or all (None).

        Raises:
            GitFailed: the remote could not be reached.
        """
        self._require_remote(remote)
        depth = "--unshallow" if commits is None else f"--deepen={commits}"
        if self.is_shallow():
            self._connected(remote, *_FETCH, depth, "--end-of-options", remote)

    def push_atomic(
        self, remote: str, refs: Mapping[str, str], leases: Mapping[str, str]
    ) -> PushResult:
        """Move all of these refs on the remote, or none.

        Args:
            remote: a configured remote's name.
            refs: full ref name -> the commit that it is to have ("" deletes it).
            leases: full ref name -> the commit that it must still have ("": must not exist).
                Every ref of `refs` needs one.

        Returns:
            What happened. A ref whose new commit does not contain its lease is rejected before
            anything is sent: history on a remote is never rewritten.
        """
        self._require_remote(remote)
        rewinding = {r: why for r in refs if (why := self._rewinds(refs[r], leases[r]))}
        if rewinding:
            return PushResult(ok=False, rejected=rewinding)
        specs = [f"{commit}:{ref}" for ref, commit in refs.items()]
        expected = [f"--force-with-lease={ref}:{leases[ref]}" for ref in refs]
        arguments = (*_PUSH, *expected, "--end-of-options", remote, *specs)
        return _push_result(self._run(*arguments, call=_TRANSPORT), refs)

    def _rewinds(self, new: str, old: str) -> str:
        """Why this would not be a step forward; "" if it is one."""
        if not old or not new or self.is_ancestor(old, new):
            return ""
        return "not a step forward from what the remote is expected to have"

    def _connected(self, remote: str, *arguments: str) -> Answer:
        answer = self._run(*arguments, call=_TRANSPORT)
        if answer.ok:
            return answer
        raise GitFailed(
            Diagnostic(
                f"the git remote {remote!r} could not be read",
                detail=answer.err.strip(),
                fix=f"Try `git fetch {remote}`: connection, credentials, and that it exists.",
            )
        )

    def _require_remote(self, remote: str) -> None:
        names = self.remotes()
        if remote not in names:
            known = ", ".join(names) or "none is configured"
            raise UsageError(
                Diagnostic(f"there is no git remote {remote!r}", fix=f"Remotes: {known}.")
            )


_FETCH = (
    "fetch",
    "-q",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
)
_PUSH = (
    "push",
    "--porcelain",
    "--atomic",
    "--no-verify",
    "--no-follow-tags",
    "--recurse-submodules=no",
)


def _fetch_spec(remote: str, ref: str) -> str:
    if ref.startswith(_HEADS):
        return f"+{ref}:refs/remotes/{remote}/{ref.removeprefix(_HEADS)}"
    return ref


def _push_result(answer: Answer, refs: Mapping[str, str]) -> PushResult:
    """Read ``git push --porcelain``: ``FLAG<tab>FROM:TO<tab>SUMMARY (REASON)`` per ref."""
    if answer.ok:
        return PushResult(ok=True)
    rejected: dict[str, str] = {}
    for line in answer.line.splitlines():
        flag, _, rest = line.partition("\t")
        names, _, summary = rest.partition("\t")
        ref = names.rpartition(":")[2]
        if flag == "!" and ref in refs:
            rejected[ref] = summary.partition("(")[2].rstrip(")") or summary
    return PushResult(ok=False, rejected=rejected, reason="" if rejected else answer.err.strip())
