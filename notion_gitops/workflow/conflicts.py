"""The open conflicts: which there are, and answering them. The next apply carries answers out."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from notion_gitops.engine.holds import Holds
from notion_gitops.formats.atomic import write_bytes
from notion_gitops.formats.inside import read_inside
from notion_gitops.formats.schema import suggestion
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.model.asked import Asked, AskedRecord, Bulk
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput, Refused, UsageError
from notion_gitops.records.attachments import Attachments
from notion_gitops.report.holds import hold_text
from notion_gitops.state.conflict_answer import NO_ANSWER, answered
from notion_gitops.state.conflict_asked import asked_in
from notion_gitops.state.conflict_reading import parse_conflict_file
from notion_gitops.workflow.naming import require_mapping
from notion_gitops.workflow.reading.all_records import read_mapping
from notion_gitops.workflow.reading.doubtful_answers import doubtful_answers
from notion_gitops.workflow.reading.known_keys import keys_of
from notion_gitops.workflow.reading.known_options import last_schemas
from notion_gitops.workflow.reading.on_hold import holds_at
from notion_gitops.workflow.workspace import CONFLICTS, Workspace

_BASE = "base"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which questions are meant."""

    key: str | None = None  # of the record, or MAPPING/KEY; None: of any
    mapping: str | None = None
    field: str | None = None


def open_conflicts(workspace: Workspace) -> dict[str, Path]:
    """The conflict files, by MAPPING/KEY."""
    return {
        f"{name}/{path.stem}": path
        for name in workspace.mappings
        for path in sorted((workspace.root / CONFLICTS / name).glob("*.yaml"))
    }


def find_conflict(workspace: Workspace, key: str) -> Path:
    """The conflict file of a record.

    Args:
        workspace: the workspace.
        key: of the record, or MAPPING/KEY.

    Raises:
        UsageError: nothing is asked about that record, or several have that key.
    """
    files = open_conflicts(workspace)
    found = {record: path for record, path in files.items() if key in (record, path.stem)}
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        what, fix = f"{key} is the key of several records", f"Say which: {' or '.join(found)}."
    else:
        what, fix = f"nothing is asked about {key}", suggestion(key, _names(files))
    if not files:
        fix = "No decision is open; notion-gitops apply asks when one is needed."
    raise UsageError(Diagnostic(what, fix=fix))


def asked_about(workspace: Workspace, path: Path) -> AskedRecord:
    """What a conflict file asks, and what was answered so far.

    Raises:
        InvalidInput: the file cannot be read.
    """
    relative = path.relative_to(workspace.root).as_posix()
    record = f"{path.parent.name}/{path.stem}"
    asked = asked_in(_text(workspace, relative), relative, record)
    holds = holds_at(workspace, path.parent.name, datetime.now(UTC))
    return asked.only(tuple(_with_hold(holds, path.stem, q) for q in asked.questions))


def _with_hold(holds: Holds, key: str, asked: Asked) -> Asked:
    hold = holds.record(key) if asked.field is None else holds.field(asked.field, key)
    return asked if hold is None else replace(asked, held=hold_text(hold))


def asked_now(workspace: Workspace, wanted: Wanted) -> tuple[AskedRecord, ...]:
    """The conflict files that ask what is wanted, each with those questions alone.

    Raises:
        UsageError: there is no such record, mapping or field.
        InvalidInput: files cannot be read.
    """
    _require_known(workspace, wanted)
    key = wanted.key
    files = open_conflicts(workspace).values() if key is None else [find_conflict(workspace, key)]
    found: list[AskedRecord] = []
    problems: list[Diagnostic] = []
    for path in files:
        if wanted.mapping in (None, path.parent.name):
            try:
                found.append(asked_about(workspace, path))
            except InvalidInput as error:
                problems.extend(error.diagnostics)
    if problems:
        raise InvalidInput(*problems)
    narrowed = (r.only(tuple(_wanted(workspace, r, wanted.field))) for r in found)
    return tuple(record for record in narrowed if record.questions)


def bulk_of(records: Iterable[AskedRecord], choice: str, *, overwrite: bool) -> Bulk:
    """What one answer to all these questions does.

    Args:
        records: with the questions.
        choice: the answer; `NO_ANSWER` takes back those that there are.
        overwrite: answer those anew that were answered.
    """
    questions = [(record, asked) for record in records for asked in record.questions]
    if choice == NO_ANSWER:
        return Bulk(choice, tuple((r, q) for r, q in questions if q.answer))
    standing = tuple((r, q) for r, q in questions if q.answer and not overwrite)
    rest = [(r, q) for r, q in questions if overwrite or not q.answer]
    unfit = tuple((r, q) for r, q in rest if choice == _BASE and not q.takes_base)
    return Bulk(choice, tuple(pair for pair in rest if pair not in unfit), standing, unfit)


def the_question(record: AskedRecord, field: str | None) -> Asked:
    """The question of a record about a field; the only one, if no field is named.

    Raises:
        UsageError: it is not asked, or several are.
    """
    names = [asked.field or "the record" for asked in record.questions]
    if field is None and len(names) == 1:
        return record.questions[0]
    if field is None:
        what = f"{record.file} asks about several: {', '.join(names)}"
        raise UsageError(Diagnostic(what, fix="Say --field, or --all."))
    found = next((q for q in record.questions if q.field == field), None)
    if found is None:
        what = f'{record.file} does not ask about "{field}"'
        raise UsageError(Diagnostic(what, fix=f"It asks about: {', '.join(names)}."))
    return found


def write_answers(
    workspace: Workspace, questions: Sequence[tuple[AskedRecord, Asked]], choice: str
) -> tuple[str, ...]:
    """Write one answer to all these questions, or to none; the files that it is in.

    Raises:
        InvalidInput: the answer is none that is offered; every file stays as it is.
        Refused: a question is not the one any more that was looked at; likewise.
    """
    written: dict[str, bytes] = {}
    problems: list[Diagnostic] = []
    for path in dict.fromkeys(record.file for record, _ in questions):
        asked = [(record, q) for record, q in questions if record.file == path]
        try:
            written[path] = _with_answers(workspace, asked, choice)
        except InvalidInput as error:
            problems.extend(error.diagnostics)
    if problems:
        raise InvalidInput(*problems)
    for path, content in written.items():
        write_bytes(workspace.root, path, content)
    return tuple(written)


def doubts(workspace: Workspace, paths: Iterable[str]) -> tuple[Diagnostic, ...]:
    """Warnings about the answers in these conflict files, offline; plans tell it for certain."""
    seen = last_schemas(workspace)
    look = Attachments(workspace.root).look
    told: list[Diagnostic] = []
    for path in paths:
        mapping = workspace.mappings[Path(path).parent.name]
        text = _text(workspace, path)
        file = parse_conflict_file(text, path, mapping, workspace.people, look)
        targets = {mapping.fields[name].to for name in file.fields} & workspace.mappings.keys()
        readings = {to: read_mapping(workspace, workspace.mappings[to])[0] for to in targets if to}
        found = doubtful_answers(workspace, mapping, {file.key: file}, seen, keys_of(readings))
        told += found
    return tuple(told)


def _with_answers(
    workspace: Workspace, questions: Sequence[tuple[AskedRecord, Asked]], choice: str
) -> bytes:
    record = questions[0][0]
    file = workspace.root / record.file
    content = read_inside(workspace.root, record.file) or b""
    text = decode_utf8(content, record.file)
    now = asked_in(text, record.file, record.record).questions if text else ()
    if any(asked not in now for _, asked in questions):
        what = f"{record.file} has changed since it was read"
        fix = f"Look again: notion-gitops conflicts show {record.record}"
        raise Refused(Diagnostic(what, Place(record.file), fix=fix))
    for _, asked in questions:
        text = answered(text, record.file, asked.field, choice)
    mapping = workspace.mappings[file.parent.name]
    look = Attachments(workspace.root).look
    parse_conflict_file(text, record.file, mapping, workspace.people, look)  # or none is written
    mark = BOM_UTF8 if content.startswith(BOM_UTF8) else b""
    return mark + text.encode()


def _text(workspace: Workspace, path: str) -> str:
    return decode_utf8(read_inside(workspace.root, path) or b"", path)


def _names(files: dict[str, Path]) -> list[str]:
    return [*files, *(path.stem for path in files.values())]


def _wanted(workspace: Workspace, record: AskedRecord, field: str | None) -> Iterable[Asked]:
    """Without questions about fields that are not mapped any more: they go with the next sync."""
    mapped = {None, *workspace.mappings[record.record.partition("/")[0]].fields}
    return (q for q in record.questions if q.field in mapped and field in (None, q.field))


def _require_known(workspace: Workspace, wanted: Wanted) -> None:
    mappings = workspace.mappings
    if wanted.mapping is not None:
        require_mapping(wanted.mapping, mappings)
    meant = [m for name, m in mappings.items() if wanted.mapping in (None, name)]
    fields = {name for mapping in meant for name in mapping.fields}
    if wanted.field is not None and wanted.field not in fields:
        what = f'no field is named "{wanted.field}"'
        raise UsageError(Diagnostic(what, fix=suggestion(wanted.field, sorted(fields))))
