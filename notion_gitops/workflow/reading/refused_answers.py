"""Answers to conflicts that Notion has no place for: their questions stay open, and say why."""

from collections.abc import Mapping
from dataclasses import replace

from notion_gitops.model.operations import ConflictFile, Resolution
from notion_gitops.model.records import BaseRecord
from notion_gitops.model.values import Fields
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.refused_values import Known, refused_fields


def with_refusals(
    files: Mapping[str, ConflictFile],
    database: Database,
    known: Known,
    base: Mapping[str, BaseRecord],
) -> dict[str, ConflictFile]:
    """The conflict files with what keeps their answers from being carried out; by key.

    What either side holds, Notion can take; a value of a person's own, or the one last agreed on,
    need not be fit to be sent.

    Args:
        files: by key.
        database: with its mapping.
        known: what values may name.
        base: the records as last agreed.
    """
    return {
        key: _with_refusals(file, database, known, base.get(key)) for key, file in files.items()
    }


def _with_refusals(
    file: ConflictFile, database: Database, known: Known, base: BaseRecord | None
) -> ConflictFile:
    meant = _meant(file.fields, base.fields if base else {})
    refused = refused_fields(database, known, meant)
    if not refused:
        return file
    why = {name: f"{why}. {fix.rstrip('.')}" for name, (why, fix) in refused.items()}
    fields = {n: replace(a, refused=why.get(n, "")) for n, a in file.fields.items()}
    return replace(file, fields=fields)


def _meant(answers: Mapping[str, Resolution], agreed: Fields) -> Fields:
    """The values that are neither git's nor Notion's, by field."""
    own = {name: answer.value for name, answer in answers.items() if answer.has_value}
    back = {name: agreed.get(name) for name, answer in answers.items() if answer.take_base}
    return {**own, **back}
