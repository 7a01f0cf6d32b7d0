"""Checking mappings and record files, offline."""

from dataclasses import dataclass

from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.errors import InvalidInput
from notion_gitops.records.attachments import Attachments
from notion_gitops.records.files import list_files, read_files
from notion_gitops.records.reading import read_records
from notion_gitops.workflow.reading.conflict_files import read_conflict_files
from notion_gitops.workflow.reading.known_options import last_schemas, unknown_options
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Validated:
    """What was looked at, and what is wrong. Mappings that are wrong raise before this."""

    mappings: int
    records: int
    problems: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error (warnings are told, and pass)."""
        return not any(p.severity is Severity.ERROR for p in self.problems)


def validate(workspace: Workspace) -> Validated:
    """Read every record file and every conflict file; all problems at once."""
    problems: list[Diagnostic] = []
    records = 0
    schemas = last_schemas(workspace)
    for mapping in workspace.mappings.values():
        try:
            paths = list_files(workspace.root, mapping)
            contents = read_files(workspace.root, paths)
        except InvalidInput as error:
            problems += error.diagnostics
            continue
        look = Attachments(workspace.root).look
        reading = read_records(mapping, contents, workspace.people, look)
        records += len(reading.records) + len(reading.lost)
        problems += [*reading.problems, *reading.warnings]
        seen = schemas.get(mapping.name, {})
        problems += unknown_options(mapping, reading.records.values(), seen)
        try:
            read_conflict_files(workspace, mapping)
        except InvalidInput as error:
            problems += error.diagnostics
    return Validated(len(workspace.mappings), records, tuple(problems))
