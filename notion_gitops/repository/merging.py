"""Merging another branch into the one that is checked out, as `git merge` does, without hooks."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Refused
from notion_gitops.repository.calls import Answer, Call, failure
from notion_gitops.repository.checkout import encode_lines
from notion_gitops.repository.commits import Commits
from notion_gitops.repository.nouns import SigningFailed
from notion_gitops.repository.trees import Entry

# Whatever the attributes say of record files: git merges them as text first, and we after it.
_DRIVER = "git merge-file --marker-size=%L -L HEAD -L base -L {there} %A %O %B || exit 1"
_MERGE = (
    "merge",
    "-q",
    "--no-edit",
    "--no-squash",
    "--no-stat",
    "--no-autostash",
    "--no-verify-signatures",
    "--no-rerere-autoupdate",
)
_CUT_OFF = Diagnostic(
    "this clone is shallow: its history ends before the two branches meet",
    fix="Fetch the rest with git fetch --unshallow, then run this again. Nothing was changed.",
)
_INDEX_INFO = ("update-index", "-z", "--index-info")

Stages = Mapping[int, Entry]  # 1: the common ancestor, 2: this branch, 3: the other


@dataclass(frozen=True, slots=True)
class Merging(Commits):
    """The half of a repository that changes the work tree: only in a merge that was asked for."""

    def merge_bases(self, one: str, other: str) -> list[str]:
        """The best common ancestors of two commits; several where branches were merged crosswise.

        None if their histories have nothing in common.
        """
        answer = self._run("merge-base", "--all", "--end-of-options", one, other)
        return answer.line.splitlines() if answer.ok else []

    def fast_forward(self, ref: str) -> None:
        """Move the branch, the index and the work tree on to a descendant.

        Raises:
            Refused: files that are not in git are in the way.
        """
        self._merge(ref, "--ff-only")

    def move_work_tree(self, before: str, after: str) -> None:
        """Bring the index and the work tree from one commit to another, as a checkout does.

        What is staged or changed stays; no ref moves.

        Raises:
            GitFailed: files that would be written over are in the way; nothing was changed.
        """
        self._must("read-tree", "-m", "-u", "--no-recurse-submodules", before, after)

    def begin_merge(self, ref: str, name: str, *, renames: bool = True) -> None:
        """Merge into the index and the work tree, and commit nothing; conflicts are left in both.

        Args:
            ref: of the other branch.
            name: of it, for the markers in files that are no records.
            renames: whether a file that is only alike may be taken for one that went.

        Raises:
            Refused: git would not begin; nothing was changed.
        """
        alike = () if renames else ("-X", "find-renames=100%")
        driver = _DRIVER.format(there=shlex.quote(name).replace("%", "%%"))
        self._merge(ref, "--no-commit", "--no-ff", *alike, driver=driver)

    def abort_merge(self) -> None:
        """Back to where the branch was before `begin_merge`."""
        self._must("merge", "--abort")

    def unmerged(self) -> dict[str, Stages]:
        """What the index holds of each file that a merge left in conflict."""
        found: dict[str, dict[int, Entry]] = {}
        for line in self._must("ls-files", "--unmerged", "-z").out.split(b"\0"):
            about, _, path = line.partition(b"\t")
            if path:
                mode, blob, stage = about.decode("ascii").split(" ")
                found.setdefault(os.fsdecode(path), {})[int(stage)] = Entry(mode, blob)
        return dict(found)

    def stages(self, path: str, base: str, here: str, there: str) -> Stages:
        """What the index would hold of a file in conflict; a commit without the file has none."""
        found = {
            n: self._entries(c, [path]).get(path) for n, c in enumerate((base, here, there), 1)
        }
        return {number: entry for number, entry in found.items() if entry is not None}

    def put_merged(self, contents: Mapping[str, bytes], conflicts: Mapping[str, Stages]) -> None:
        """Put merged files into the index and the work tree, in the work tree's own form.

        Args:
            contents: by path.
            conflicts: those of them that stay in conflict, with what the index is to hold.
        """
        modes = self._modes()
        blobs = dict(zip(contents, self.write_blobs(contents.values()), strict=True))
        merged: dict[str, Entry | None] = {
            p: Entry(modes.get(p, "100644"), blob) for p, blob in blobs.items()
        }
        self._must(*_INDEX_INFO, call=Call(self._index_lines(dict.fromkeys(merged))))
        self._must(*_INDEX_INFO, call=Call(self._index_lines(merged)))
        checkout = ("checkout-index", "-f", "-u", "-z", "--stdin")
        self._must(*checkout, call=Call(encode_lines(list(contents))))
        if conflicts:
            self._must(*_INDEX_INFO, call=Call(self._index_lines(dict.fromkeys(conflicts))))
            self._must(*_INDEX_INFO, call=Call(_stage_lines(conflicts)))

    def conclude_merge(self, message: str) -> str:
        """Commit the merge that was begun; the new commit.

        Raises:
            SigningFailed: the user signs commits, and it did not work.
            GitFailed: anything else; either way the merge is in progress still.
        """
        call = Call(stdin=message.encode("utf-8"), env=self._identity())
        options = ("-q", "--no-verify", "--cleanup=verbatim", "-F", "-")
        answer = self._run("-c", "i18n.commitEncoding=UTF-8", "commit", *options, call=call)
        if answer.ok:
            return self.resolve("HEAD") or ""
        if self._setting("commit.gpgsign", "bool") != "true":
            raise failure(("commit",), answer)
        raise SigningFailed(
            Diagnostic(
                "the merge could not be signed, and commit.gpgsign is set",
                detail=answer.err.strip(),
                fix="Unlock or repair the signing key, then run this again.",
            )
        )

    def _merge(self, ref: str, *options: str, driver: str = "false") -> None:
        settings = ("-c", f"merge.notion-gitops.driver={driver}", "-c", "submodule.recurse=false")
        answer = self._run(*settings, *_MERGE, *options, ref, call=Call(env=self._identity()))
        if answer.ok or (self.git_dir / "MERGE_HEAD").exists():
            return
        if self.is_shallow() and not self.merge_bases("HEAD", ref):
            raise Refused(_CUT_OFF)
        raise Refused(_not_begun(answer))

    def _modes(self) -> dict[str, str]:
        """The mode of every file of the index; of one in conflict, the three-way merge of its."""
        found: dict[str, dict[int, str]] = {}
        for line in self._must("ls-files", "--stage", "-z").out.split(b"\0"):
            about, _, path = line.partition(b"\t")
            if path:
                mode, _, stage = about.decode("ascii").split(" ")
                found.setdefault(os.fsdecode(path), {})[int(stage)] = mode
        return {path: _merged_mode(modes) for path, modes in found.items()}


def _merged_mode(modes: Mapping[int, str]) -> str:
    """The mode of a file, by its modes in the index by stage."""
    base, here, there = (modes.get(stage) for stage in (1, 2, 3))
    merged = here if here and here != base else there
    return modes.get(0) or merged or here or ""


def _stage_lines(conflicts: Mapping[str, Stages]) -> bytes:
    """Lines for ``update-index --index-info``, its third form: ``MODE ID STAGE<tab>PATH``."""
    return encode_lines(
        [
            f"{entry.mode} {entry.blob} {stage}\t{path}"
            for path, stages in conflicts.items()
            for stage, entry in stages.items()
        ]
    )


def _not_begun(answer: Answer) -> Diagnostic:
    said = [line.strip() for line in answer.err.splitlines() if line.strip()]
    first = said[0].removeprefix("error: ").removeprefix("fatal: ") if said else "it said nothing"
    return Diagnostic(
        f"git would not begin the merge: {first}",
        detail="\n".join(said[1:]),
        fix="Put that right, then run this again. Nothing was changed.",
    )
