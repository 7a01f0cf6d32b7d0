"""Step 4, towards Notion: the files in git that pages are to hold, uploaded before the write."""

import threading
from dataclasses import dataclass, field

from notion_gitops.engine.files import hosted_twin, to_upload
from notion_gitops.formats.file_values import NoFile
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Status
from notion_gitops.model.values import Fields, FileRef
from notion_gitops.notion.failures import AmbiguousWrite
from notion_gitops.notion.uploads import upload_limit
from notion_gitops.records.attachments import Attachments, hosted_name
from notion_gitops.workflow.reading.attached import file_fields, known_pairs
from notion_gitops.workflow.writing.asking import NotWritten, asked
from notion_gitops.workflow.writing.run import Run

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sent:
    """The files of one write as Notion has them."""

    uploads: dict[FileRef, str] = field(default_factory=dict)  # file -> id of its upload
    hosted: dict[FileRef, FileRef] = field(default_factory=dict)  # file -> as on the page


@dataclass
class FileSender:
    """Uploads the files of one run, each content once. Threads may share it."""

    run: Run
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)  # path and digest -> upload
    _limit: list[int | None] = field(default_factory=list)  # of the workspace, once asked
    _lock: threading.Lock = field(default_factory=threading.Lock)  # no content is sent twice

    def sent(self, operation: Operation, values: Fields, held: Fields) -> Sent:
        """Upload what a page is to hold and does not.

        Args:
            operation: whose values they are.
            values: that are to be written.
            held: what the page holds now; empty for a new one.

        Raises:
            NotWritten: a file is not what was planned, or Notion does not take it.
        """
        sent = Sent()
        compared = self.run.planned.comparison.mappings[operation.mapping]
        for spec in file_fields(compared.mapping):
            wanted, page = values.get(spec.name), held.get(spec.name)
            pairs = known_pairs(compared, operation, spec.name)
            new = to_upload(wanted, page, pairs)
            sent.uploads.update({ref: self._upload(ref) for ref in new})
            for ref in wanted if isinstance(wanted, tuple) else ():
                twin = hosted_twin(ref, page, pairs) if isinstance(ref, FileRef) else None
                if isinstance(ref, FileRef) and ref.path and twin is not None:
                    sent.hosted[ref] = twin
        return sent

    def _upload(self, ref: FileRef) -> str:
        at = (ref.path, ref.digest)
        with self._lock:
            if at not in self._ids:
                content = self._content(ref)
                self._require_fit(ref)
                self._ids[at] = self._send(hosted_name(*at), content)
            return self._ids[at]

    def _send(self, name: str, content: bytes) -> str:
        gateway = self.run.connection.gateway
        try:
            return asked(lambda: gateway.upload_file(name, content))
        except AmbiguousWrite:
            pass  # nothing is attached yet, so the file can be sent anew
        try:
            return asked(lambda: gateway.upload_file(name, content))
        except AmbiguousWrite as unclear:
            why = "the upload of a file was not confirmed, twice; the next apply sends it again"
            raise NotWritten(Status.PENDING, why, unreachable=True) from unclear

    def _content(self, ref: FileRef) -> bytes:
        attachments = Attachments(self.run.planned.comparison.workspace.root)
        try:
            now = attachments.look(ref.path)
            content = attachments.find(ref.path).read_bytes()
        except (NoFile, OSError) as error:
            raise NotWritten(Status.STALE, f"{ref.path}: {error}") from None
        if now.digest != ref.digest or len(content) != now.size:
            why = f"{ref.path} does not hold any more what the plan meant"
            raise NotWritten(Status.STALE, why)
        return content

    def _require_fit(self, ref: FileRef) -> None:
        if not self._limit:
            self._limit.append(upload_limit(asked(self.run.connection.gateway.me)))
        most = self._limit[0]
        if most is not None and ref.size > most:
            why = (
                f"{ref.path} has {ref.size / _MEGABYTE:.1f} MB, and files of this workspace may "
                f"have {most / _MEGABYTE:.0f} MB"
            )
            raise NotWritten(Status.FAILED, why)
