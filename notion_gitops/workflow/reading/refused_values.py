"""Values in git that Notion has no place for: told in the plan, left alone on both sides."""

from collections.abc import Mapping
from dataclasses import replace

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.mapping import OPTIONS
from notion_gitops.model.people import People
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Record, Snapshot
from notion_gitops.model.values import Unknown, Value
from notion_gitops.notion.pages import Target, encode_properties
from notion_gitops.notion.schema import Schema
from notion_gitops.workflow.reading.notion_side import Database


def without_refused(
    database: Database, people: People, git: Snapshot
) -> tuple[Snapshot, tuple[Diagnostic, ...]]:
    """The records without the options that Notion does not have, and what to do about those.

    A typing error would otherwise become a choice for everybody, or fail when it is written.
    """
    mapping, schema = database.mapping, database.schema
    names = [n for n, f in mapping.fields.items() if f.type in OPTIONS and not f.derived]
    if schema is None or not names:
        return git, ()
    asked: dict[tuple[str, Value], Finding | None] = {}  # the same few words, again and again
    records: dict[str, Record] = {}
    problems: list[Diagnostic] = []
    for key, record in git.records.items():
        refused = {}
        for name in names:
            value = record.value(name)
            if value is None or isinstance(value, Unknown):
                continue
            at = (name, value)
            if at not in asked:
                asked[at] = _refusal(database, schema, people, at)
            if (finding := asked[at]) is not None:
                refused[name] = finding
        records[key] = _left_alone(record, refused)
        problems += [_told(mapping.name, record, f) for f in refused.values()]
    return replace(git, records=records), tuple(problems)


def _refusal(
    database: Database, schema: Schema, people: People, at: tuple[str, Value]
) -> Finding | None:
    name, value = at
    target = Target(database.mapping, schema, people)
    return encode_properties({name: value}, target).left_out.get(name)


def _left_alone(record: Record, refused: Mapping[str, Finding]) -> Record:
    if not refused:
        return record
    unknown = {name: Unknown(finding.message) for name, finding in refused.items()}
    return replace(record, fields={**record.fields, **unknown})


def _told(mapping: str, record: Record, finding: Finding) -> Diagnostic:
    return Diagnostic(
        f"{mapping}/{record.key}: {finding.message}",
        record.file.place if record.file else finding.place,
        fix=finding.fix,
        detail="The field is left as it is on both sides.",
    )
