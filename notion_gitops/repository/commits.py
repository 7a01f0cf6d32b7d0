"""Writing: blobs, trees, commits and refs, through an index of our own.

The user's index and work tree are not involved, so whatever is staged or changed stays as it is.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.repository.calls import Answer, Call, failure
from notion_gitops.repository.checkout import encode_lines
from notion_gitops.repository.nouns import RaceLost, SigningFailed
from notion_gitops.repository.trees import Entry, Trees

Content = bytes | str | None
"""What a path is to hold: bytes, the id of a blob that exists, or None: nothing."""

_NOBODY = {"NAME": "notion-gitops", "EMAIL": "notion-gitops@localhost"}
_PLAIN_FILE = "100644"
_EXECUTABLE = "100755"
_INDEX_INFO = ("update-index", "-z", "--replace", "--index-info")
_INDEX_TRIES = 8
_INDEX_WAIT = 0.25  # seconds between tries for an index that another git holds


@dataclass(frozen=True, slots=True)
class Commits(Trees):
    """The writing half of a repository."""

    def commit(
        self,
        ref: str,
        parent: str,
        changes: Mapping[str, Content],
        message: str,
        *,
        base_tree_from_parent: bool = True,
    ) -> str:
        """Make one commit and move `ref` to it, if `ref` still is at `parent`.

        Args:
            ref: the full name of a ref (``refs/...``).
            parent: the commit to stand on; "" makes a first commit, of a ref that must not exist.
            changes: what paths are to hold; the mode of a file that was there is kept.
            message: subject, blank line, body and trailers; in UTF-8.
            base_tree_from_parent: all other paths stay as they are in `parent`; else the tree is
                `changes` and nothing more.

        Returns:
            The full id of the new commit. The author is the user, else notion-gitops.

        Raises:
            RaceLost: `ref` is not at `parent` (any more).
            SigningFailed: the user signs commits, and it did not work.
            GitFailed: anything else; `ref` is where it was.
        """
        _require_full(ref)
        tree = self._write_tree(parent, changes, whole=not base_tree_from_parent)
        commit = self._commit_tree(tree, parent, message, sign=self._signs())
        self.update_ref(ref, commit, parent)
        return commit

    def make_commit(self, parent: str, files: Mapping[str, bytes], message: str) -> str:
        """Make a commit that holds these files and nothing more, for a push; no ref moves.

        It is not signed: it is no record of anything, and is made often.

        Raises:
            GitFailed: it could not be made.
        """
        tree = self._write_tree(parent, files, whole=True)
        return self._commit_tree(tree, parent, message, sign=False)

    def update_ref(self, ref: str, new: str, expected: str) -> None:
        """Move a ref from `expected` to `new` ("" in `expected`: it must not exist yet).

        Raises:
            RaceLost: it is not at `expected` (any more).
        """
        _require_full(ref)
        reason = ("--create-reflog", "-m", "notion-gitops")
        answer = self._run("update-ref", *reason, "--end-of-options", ref, new, expected)
        self._settle(answer, ref, expected)

    def update_refs(self, moves: Mapping[str, tuple[str, str]]) -> None:
        """Move several refs at once, or none.

        Args:
            moves: full ref name -> where it is to be ("" deletes it), where it has to be now ("":
                nowhere).

        Raises:
            RaceLost: one of them is not where it has to be.
        """
        for ref in moves:
            _require_full(ref)
        nothing = "0" * len(self._empty_tree())
        lines = [
            f"update {r} {new or nothing} {old or nothing}\n" for r, (new, old) in moves.items()
        ]
        reason = ("--create-reflog", "-m", "notion-gitops", "--stdin")
        answer = self._run("update-ref", *reason, call=Call("".join(lines).encode()))
        for ref, (_, old) in moves.items():
            self._settle(answer, ref, old)

    def delete_ref(self, ref: str, expected: str) -> None:
        """Delete a ref that is at `expected`.

        Raises:
            RaceLost: it is not at `expected` (any more).
        """
        _require_full(ref)
        answer = self._run("update-ref", "-d", "--end-of-options", ref, expected)
        self._settle(answer, ref, expected)

    def write_blobs(self, contents: Iterable[bytes]) -> list[str]:
        """Store contents as they are; their blob ids, in the same order."""
        parts = [b"feature done\n"]
        count = 0
        for count, content in enumerate(contents, start=1):
            header = f"blob\nmark :{count}\ndata {len(content)}\n".encode("ascii")
            parts += [header, content, f"\nget-mark :{count}\n".encode("ascii")]
        if count == 0:
            return []
        # One process for all (git-fast-import(1)); it writes no ref.
        stdin = b"".join([*parts, b"done\n"])
        answer = self._must("fast-import", "--quiet", call=Call(stdin=stdin))
        return answer.out.decode("ascii").split()

    def refresh_index(self, paths: Iterable[str]) -> bool:
        """Bring exactly these paths of the user's index to what HEAD holds.

        Everything else that is staged stays staged.

        Returns:
            False if another git kept the index locked; then the paths show as changed in
            ``git status`` until ``git reset -q -- PATHS``.
        """
        wanted = sorted(set(paths))
        if not wanted:
            return True
        at_head = self._entries(self.resolve("HEAD") or "", wanted)
        lines = self._index_lines({path: at_head.get(path) for path in wanted})
        for _ in range(_INDEX_TRIES):
            answer = self._run(*_INDEX_INFO, call=Call(lines))
            if answer.ok:
                # Fills in sizes and times, so that the next `git status` need not read the files;
                # it complains about files that are changed, which is not our business.
                self._run("update-index", "-q", "--refresh")
                return True
            if "index.lock" not in answer.err:
                raise failure(_INDEX_INFO, answer)
            time.sleep(_INDEX_WAIT)
        return False

    def _write_tree(self, parent: str, changes: Mapping[str, Content], *, whole: bool) -> str:
        entries = self._new_entries(parent, changes)
        with TemporaryDirectory(prefix="notion-gitops-") as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            if parent and not whole:
                self._must("read-tree", "--end-of-options", parent, call=Call(env=env))
            lines = Call(stdin=self._index_lines(entries), env=env)
            answer = self._must(*_INDEX_INFO, call=lines)
            if "Ignoring path" in answer.err:  # one that git does not take, such as .git/x
                raise failure(_INDEX_INFO, answer)
            return self._must("write-tree", call=Call(env=env)).line

    def _new_entries(self, parent: str, changes: Mapping[str, Content]) -> dict[str, Entry | None]:
        before = self._entries(parent, list(changes))
        blobs = self._store(changes)
        return {
            path: None if content is None else Entry(_mode(before.get(path)), blobs[path])
            for path, content in changes.items()
        }

    def _store(self, changes: Mapping[str, Content]) -> dict[str, str]:
        """The blob id of every path that is to hold something."""
        plain = {path: c for path, c in changes.items() if isinstance(c, bytes)}
        blobs = {path: c for path, c in changes.items() if isinstance(c, str)}
        for path in self._converted(plain):
            blobs[path] = self._store_converted(path, plain.pop(path))
        return {**blobs, **dict(zip(plain, self.write_blobs(plain.values()), strict=True))}

    def _converted(self, contents: Mapping[str, bytes]) -> list[str]:
        """The paths whose content git stores otherwise than it stands in the work tree.

        Line endings (gitattributes(5), "End-of-line conversion") need a carriage return to be
        converted; so for nearly all files nothing has to be asked.
        """
        asked = sorted(contents)
        attributes = ("filter", "ident", "working-tree-encoding")
        options = ("-z", "--stdin", *attributes)
        answer = self._must("check-attr", *options, call=Call(encode_lines(asked)))
        parts = answer.out.split(b"\0")
        unset = (b"unspecified", b"unset")
        states = zip(parts[0::3], parts[2::3], strict=False)
        by_attribute = {path for path, state in states if state not in unset}
        return [p for p in asked if p.encode() in by_attribute or b"\r" in contents[p]]

    def _store_converted(self, path: str, content: bytes) -> str:
        arguments = ("hash-object", "-w", "--stdin", f"--path={path}")
        return self._must(*arguments, call=Call(stdin=content)).line

    def _index_lines(self, entries: Mapping[str, Entry | None]) -> bytes:
        nothing = "0" * len(self._empty_tree())
        return encode_lines(
            [
                f"0 {nothing}\t{path}" if entry is None else f"{entry.mode} {entry.blob}\t{path}"
                for path, entry in entries.items()
            ]
        )

    def _signs(self) -> bool:
        return self._setting("commit.gpgsign", "bool") == "true"

    def _commit_tree(self, tree: str, parent: str, message: str, *, sign: bool) -> str:
        options = ["-S"] if sign else []
        parents = ["-p", parent] if parent else []
        call = Call(stdin=message.encode("utf-8"), env=self._identity())
        encoding = ("-c", "i18n.commitEncoding=UTF-8")
        answer = self._run(*encoding, "commit-tree", *options, *parents, "-F", "-", tree, call=call)
        if answer.ok:
            return answer.line
        if not sign:
            raise failure(("commit-tree",), answer)
        raise SigningFailed(
            Diagnostic(
                "the commit could not be signed, and commit.gpgsign is set",
                detail=answer.err.strip(),
                fix="Unlock or repair the signing key, then run it again: nothing is lost.",
            )
        )

    def _identity(self) -> dict[str, str]:
        """The variables that name author and committer where git does not know the user."""
        values: dict[str, str] = {}
        for role in ("AUTHOR", "COMMITTER"):
            # Without this setting git would make an identity up from the host's name.
            known = self._run("-c", "user.useConfigOnly=true", "var", f"GIT_{role}_IDENT").ok
            if not known:
                values |= {f"GIT_{role}_{part}": value for part, value in _NOBODY.items()}
        return values

    def _settle(self, answer: Answer, ref: str, expected: str) -> None:
        """Tell a lost race from other failures of ``update-ref``."""
        if answer.ok:
            return
        actual = self.resolve(ref) or ""
        if actual == expected:
            raise failure(("update-ref",), answer)
        raise RaceLost(
            Diagnostic(
                f"{ref} was moved meanwhile: it is at {actual[:12] or 'nothing'}, "
                f"not at {expected[:12] or 'nothing'}",
                fix="Run it again: it is computed anew from what is there now.",
            )
        )


def _mode(before: Entry | None) -> str:
    return _EXECUTABLE if before is not None and before.mode == _EXECUTABLE else _PLAIN_FILE


def _require_full(ref: str) -> None:
    if not ref.startswith("refs/"):
        raise UsageError(
            Diagnostic(f"{ref!r} is not the full name of a ref", fix="Write refs/heads/NAME.")
        )
