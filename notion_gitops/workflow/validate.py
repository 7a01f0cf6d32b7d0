"""Checking mappings and record files, offline."""

from dataclasses import dataclass
from datetime import UTC, datetime

from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.errors import InvalidInput
from notion_gitops.workflow.reading.all_records import read_mapping
from notion_gitops.workflow.reading.conflict_files import read_conflict_files
from notion_gitops.workflow.reading.doubtful_answers import doubtful_answers
from notion_gitops.workflow.reading.hold_findings import unknown_held
from notion_gitops.workflow.reading.known_keys import dangling, keys_of
from notion_gitops.workflow.reading.known_options import last_schemas, unknown_options
from notion_gitops.workflow.reading.told_renames import read_rename_files
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
    """Read every record file, conflict file and rename file; all problems at once."""
    read = {name: read_mapping(workspace, mapping) for name, mapping in workspace.mappings.items()}
    readings = {name: reading for name, (reading, _) in read.items()}
    schemas, keys = last_schemas(workspace), keys_of(readings)
    problems: list[Diagnostic] = []
    for name, (reading, words) in read.items():
        records = reading.records.values()
        problems += [*reading.problems, *reading.warnings]
        problems += unknown_options(words, records, schemas.get(name, {}))
        problems += dangling(words, records, keys)
        try:
            read_rename_files(workspace, words.mapping)
            files = read_conflict_files(workspace, words.mapping)
        except InvalidInput as error:
            problems += error.diagnostics
        else:
            problems += doubtful_answers(workspace, words.mapping, files, schemas, keys)
    problems += unknown_held(workspace, keys, datetime.now(UTC).date())
    count = sum(len(reading.records) + len(reading.lost) for reading in readings.values())
    return Validated(len(workspace.mappings), count, tuple(problems))
