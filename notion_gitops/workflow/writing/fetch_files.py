"""Step 4, towards git: files that Notion hosts, fetched into the folder that a mapping names."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from notion_gitops.formats.atomic import write_bytes
from notion_gitops.formats.file_values import NoFile
from notion_gitops.model.errors import NotionGitopsError
from notion_gitops.model.mapping import Field
from notion_gitops.model.operations import Operation
from notion_gitops.model.values import LOCAL, FileRef, Value, files_of
from notion_gitops.notion.codecs_members import signed_url
from notion_gitops.notion.pages import value_of
from notion_gitops.notion.schema import PropertySchema
from notion_gitops.notion.uploads import Expired
from notion_gitops.records.attachments import Attachments
from notion_gitops.workflow.reading.attached import file_fields, to_fetch
from notion_gitops.workflow.writing.run import Id, Run

Json = dict[str, Any]

_ODD = re.compile(r"[^\w.()+@ -]+")
_LONGEST = 150  # bytes of a file's name without its suffix
_LONGEST_SUFFIX = 20


@dataclass
class FileFetcher:
    """Fetches the files of one run and lets the records name them."""

    run: Run
    answers: Mapping[Id, Json]  # pages as last answered
    written: dict[str, bytes | None] = field(default_factory=dict)  # by path, as record files are
    notes: list[str] = field(default_factory=list)  # what could not be fetched, for people

    def fetch(self) -> None:
        """Fetch what the operations that succeeded bring; their records then name paths."""
        for at, operation in list(self.run.operations.items()):
            compared = self.run.planned.comparison.mappings[at[0]]
            wanted = list(to_fetch(compared.mapping, operation))
            if wanted and self.run.results.sound(*at):
                folders = {ref: path for _, path, ref in wanted}
                self.run.operations[at] = self._operation(operation, folders)

    def _operation(self, operation: Operation, folders: Mapping[FileRef, str]) -> Operation:
        """The operation with the files that were fetched; a field of which one was not waits."""
        compared = self.run.planned.comparison.mappings[operation.mapping]
        agreed, settled = dict(operation.agreed), operation.settled
        git = compared.inputs.git.records.get(operation.key)
        for spec in file_fields(compared.mapping):
            value = agreed.get(spec.name)
            if not any(ref in folders for ref in files_of(value)):
                continue
            try:
                prop = self._property(operation, spec)
                agreed[spec.name] = self._here(operation, prop, value, folders)
            except (NotionGitopsError, NoFile, OSError) as error:
                told = error.diagnostics[0].summary if isinstance(error, NotionGitopsError) else ""
                self.notes.append(
                    f"{operation.mapping}/{operation.key}: {spec.name}: {told or error}; "
                    "the next apply tries again"
                )
                agreed[spec.name] = git.value(spec.name) if git else None
                settled -= {spec.name}
        present = {n: v for n, v in agreed.items() if v is not None}
        return replace(operation, agreed=present, settled=settled)

    def _property(self, operation: Operation, spec: Field) -> PropertySchema:
        """The property of a field, whatever it is called in Notion by now."""
        schema = self.run.planned.databases[operation.mapping].schema
        prop = schema.properties.get(spec.property_name) if schema else None
        if prop is None:
            raise NoFile("its property could not be read", "")
        return prop

    def _here(
        self,
        operation: Operation,
        prop: PropertySchema,
        value: Value,
        folders: Mapping[FileRef, str],
    ) -> Value:
        return tuple(
            self._one(operation, prop, ref, folders[ref]) if ref in folders else ref
            for ref in files_of(value)
        )

    def _one(
        self, operation: Operation, prop: PropertySchema, ref: FileRef, folder: str
    ) -> FileRef:
        content = self._content(operation, prop, ref)
        path = self._path(folder, ref, content)
        root = self.run.planned.comparison.workspace.root
        if not (root / path).exists():
            self.run.journal.about_to_write(path, content)
            write_bytes(root, path, content)
        self.written[path] = content
        now = Attachments(root).look(path)
        return FileRef(ref.name, LOCAL + path, now.digest, now.size)

    def _content(self, operation: Operation, prop: PropertySchema, ref: FileRef) -> bytes:
        """The bytes, by the address that was read last, or by a new one if that expired."""
        gateway = self.run.connection.gateway
        compared = self.run.planned.comparison.mappings[operation.mapping]
        page_id = operation.page_id
        at = (operation.mapping, operation.key)
        page = self.answers.get(at) or compared.notion.pages.raw.get(page_id) or {}
        url = _address(page, prop, ref)
        if url is not None:
            try:
                return gateway.fetch_file(url)
            except Expired:
                pass  # addresses are good for an hour: the page gives a new one
        url = _address(gateway.page(page_id), prop, ref)
        if url is None:
            raise NoFile(f"{ref.name} is not on the page any more", "")
        return gateway.fetch_file(url)

    def _path(self, folder: str, ref: FileRef, content: bytes) -> str:
        """Where a file goes: by its name, unless another content is there already."""
        name = _ODD.sub("_", ref.name).strip(" .") or "file"
        suffix = PurePosixPath(ref.url).suffix
        if not PurePosixPath(name).suffix and suffix:
            name += suffix
        stem = _cut(PurePosixPath(name).stem, _LONGEST)
        end = _cut(PurePosixPath(name).suffix, _LONGEST_SUFFIX)
        digest = hashlib.sha256(content).hexdigest()
        root = self.run.planned.comparison.workspace.root
        for candidate in (f"{stem}{end}", f"{stem}-{digest[:8]}{end}"):
            path = f"{folder}/{candidate}"
            file = root / path
            if not file.exists() or (file.is_file() and file.read_bytes() == content):
                return path
        raise NoFile(f"{folder}/{stem}{end} is there already, with another content", "")


def _cut(text: str, most: int) -> str:
    """So much of a name as fits into `most` bytes, which is how file systems count."""
    return text.encode()[:most].decode(errors="ignore")


def _address(page: Json, prop: PropertySchema, ref: FileRef) -> str | None:
    held = value_of(page, prop)
    return signed_url(held, ref) if held else None
