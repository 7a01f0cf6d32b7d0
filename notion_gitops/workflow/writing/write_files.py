"""Step 4, towards git: the record files that a sync changes, each written whole or not at all."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from notion_gitops.formats.atomic import remove as remove_file
from notion_gitops.formats.atomic import write_bytes
from notion_gitops.model.errors import NotionGitopsError
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Action
from notion_gitops.model.outcomes import Status
from notion_gitops.model.values import Fields
from notion_gitops.records.edits import FileEdits
from notion_gitops.records.writing import edit_file
from notion_gitops.workflow.workspace import Workspace
from notion_gitops.workflow.writing.run import Id


@dataclass(frozen=True, slots=True)
class FileEdit:
    """What happens to one record's text."""

    at: Id
    path: str
    action: Action  # CREATE, UPDATE or DELETE
    values: Fields = field(default_factory=dict)


class Unwritten(NamedTuple):
    """Why a record's file was not written."""

    status: Status
    why: str


@dataclass
class FileWriter:
    """Writes record files; a file that changed since it was read is left alone."""

    workspace: Workspace
    mappings: Mapping[str, DatabaseMapping]
    read: Mapping[str, bytes]  # path -> content that the plan was made from
    about_to_write: Callable[[str, bytes | None], None]  # is told of each file first
    written: dict[str, bytes | None] = field(default_factory=dict)  # None: deleted

    def write(self, edits: Iterable[FileEdit]) -> dict[Id, Unwritten]:
        """Carry out all edits, file by file.

        Returns:
            Why it was not done, for the records whose file could not be written.
        """
        by_path: dict[str, list[FileEdit]] = {}
        for edit in edits:
            by_path.setdefault(edit.path, []).append(edit)
        failed: dict[Id, Unwritten] = {}
        for path, together in sorted(by_path.items()):
            failed |= self._file(path, together)
        return failed

    def _file(self, path: str, edits: list[FileEdit]) -> dict[Id, Unwritten]:
        before = self.written.get(path, self.read.get(path))
        if not self._as_read(path, before):
            why = f"{path} was changed while the sync ran"
            return {e.at: Unwritten(Status.STALE, why) for e in edits}
        failed: dict[Id, Unwritten] = {}
        try:
            content = self._together(before, edits)
        except NotionGitopsError:
            content, failed = self._one_by_one(before, edits)
        if content != before:
            try:
                self._put(path, content)
            except (NotionGitopsError, OSError) as error:
                if not self._as_read(path, content):
                    why = f"{path} could not be written: {error}"
                    return {e.at: Unwritten(Status.PENDING, why) for e in edits}
                # It is there after all, and only its folder could not be synced. Taken for not
                # written it would stay behind uncommitted, and hold up every apply from then on.
                self.written[path] = content
        return failed

    def _together(self, content: bytes | None, edits: list[FileEdit]) -> bytes | None:
        """All edits of a file at once: it is parsed and checked one time, however many there are.

        Raises:
            NotionGitopsError: one of them cannot be made.
        """
        together = FileEdits(
            changed={e.at[1]: e.values for e in edits if e.action is Action.UPDATE},
            added={e.at[1]: e.values for e in edits if e.action is Action.CREATE},
            removed=frozenset(e.at[1] for e in edits if e.action is Action.DELETE),
        )
        return edit_file(self.mappings[edits[0].at[0]], content, edits[0].path, together)

    def _one_by_one(
        self, content: bytes | None, edits: list[FileEdit]
    ) -> tuple[bytes | None, dict[Id, Unwritten]]:
        """Those edits that can be made, and why the others cannot."""
        failed: dict[Id, Unwritten] = {}
        for edit in edits:
            try:
                content = self._together(content, [edit])
            except NotionGitopsError as error:
                failed[edit.at] = Unwritten(Status.FAILED, error.diagnostics[0].summary)
        return content, failed

    def _as_read(self, path: str, before: bytes | None) -> bool:
        file = self.workspace.root / path
        if before is None:
            return not file.exists()
        return file.is_file() and _digest(file.read_bytes()) == _digest(before)

    def _put(self, path: str, content: bytes | None) -> None:
        self.about_to_write(path, content)
        if content is None:
            remove_file(self.workspace.root, path)
        else:
            write_bytes(self.workspace.root, path, content)
        self.written[path] = content


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
