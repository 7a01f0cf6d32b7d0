"""Reading a conflict file: what was asked, and what a person wrote after ``resolution:``."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from notion_gitops.formats.file_values import Look
from notion_gitops.formats.nodes import Entry, Node, Scalar, Table, plain, problem
from notion_gitops.formats.schema import check_schema, suggestion
from notion_gitops.formats.values import ValueReader
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.asked import Asked
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping, Take
from notion_gitops.model.nearest import nearest
from notion_gitops.model.operations import ConflictFile, EditTime, Resolution
from notion_gitops.model.people import People
from notion_gitops.state.reading import check_version, schema
from notion_gitops.state.writing import BLOCK, read_moment

# "resolution: value: x" is what people write, and no YAML. With the first colon blanked out it is
# a key, "resolution  value", and everything else of the file stays where it is.
_ONE_LINE = re.compile(r"^([ \t]*resolution):([ \t]+value:)(?=\s|$)", re.MULTILINE)
_OWN_VALUE = re.compile(r"resolution\s+value")
_EDITED = re.compile(
    r"(?:empty; )?page last edited(?: by (?P<by>.*?))??(?:, (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d))?"
)
_CHOICES = ("git", "notion", "base")
_OWN = 'write git, notion or base; or, on the same line, "value: " and a value of your own'


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a conflict file, as it stands there."""

    asked: str  # digest of the values that it is about
    text: str  # its lines, with what a person wrote


def asked_in(text: str, path: str) -> tuple[str, tuple[Asked, ...]]:
    """The title of the record that a conflict file is about, and its questions.

    Raises:
        InvalidInput: it cannot be read.
    """
    root = _root(text, path)
    tables = [(None, root)] if root.get("asked") is not None else []
    found = tuple(_asked(name, table) for name, table in (*tables, *_fields(root)))
    return _text(root, "title"), found


def parse_conflict_file(
    text: str,
    path: str,
    mapping: DatabaseMapping,
    people: People | None = None,
    look: Look | None = None,
) -> ConflictFile:
    """Read a conflict file.

    Args:
        text: without a byte order mark.
        path: of the file, from the repository's root.
        mapping: that the record belongs to; says what type a value is to have.
        people: who may be named in a value.
        look: looks at the files of the repository that a value names.

    Returns:
        Only the questions that were answered; an empty ``resolution:`` is none.

    Raises:
        InvalidInput: with all that is wrong, each at its place.
    """
    root = _root(text, path)
    problems = _identity_problems(root, path, mapping)
    reader = _Reader(mapping, ValueReader(mapping.timezone, people or People(), look), problems)
    fields = {name: a for name, table in _fields(root) if (a := reader.field(name, table))}
    record = reader.answer(root, None) if root.get("asked") is not None else None
    since = _since(root, problems)
    if problems:
        raise InvalidInput(*_with_lines(problems, text))
    times = {name: edit for name, table in _fields(root) if (edit := _notion_edit(table))}
    key = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    return ConflictFile(mapping.name, key, since, path, fields, record, times)


def questions(text: str) -> tuple[datetime, dict[str | None, Question]]:
    """The questions of a conflict file by field (None: about the record), and since when.

    Raises:
        InvalidInput: it cannot be read.
    """
    path = "the conflict file"
    root = _root(text, path)
    found: dict[str | None, Question] = {}
    if root.get("asked") is not None:
        found[None] = Question(_text(root, "asked"), _lines(text, root.entries, "git", "fields"))
    for entry, following in _with_following(root):
        table = entry.value
        if isinstance(table, Table):
            until = len(text) if following is None else following.key.start
            block = text[_line_start(text, entry.key.start) : _line_start(text, until)]
            found[entry.key.text] = Question(_text(table, "asked"), _closed(block))
    problems: list[Diagnostic] = []
    since = _since(root, problems)
    if problems:
        raise InvalidInput(*problems)
    return since, found


def _asked(name: str | None, table: Table) -> Asked:
    given = next(_answers(table), None)
    answer = "" if given is None else _said(plain(given[0].value))
    base, git, notion = (plain(table.get(key)) for key in ("base", "git", "notion"))
    return Asked(name, base, git, notion, _text(table, "reason"), answer)


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class _Reader:
    """Reads the answers, collecting all problems on the way."""

    def __init__(
        self, mapping: DatabaseMapping, values: ValueReader, problems: list[Diagnostic]
    ) -> None:
        self.mapping = mapping
        self.values = values
        self.problems = problems

    def field(self, name: str, table: Table) -> Resolution | None:
        """The answer about one field; None if there is none yet."""
        if name in self.mapping.fields:
            return self.answer(table, name)
        if next(_answers(table), None) is not None:
            fix = suggestion(name, self.mapping.fields)
            self.problems.append(problem(table, f'the mapping has no field "{name}"', fix=fix))
        return None  # a question about a field that is no longer mapped has gone away

    def answer(self, table: Table, field: str | None) -> Resolution | None:
        """What was decided; None if nothing was."""
        given = list(_answers(table))
        for extra, _ in given[1:]:
            what = "there are two resolutions"
            fix = "keep one of the two"
            self.problems.append(problem(extra.key, what, fix=fix, also=given[0][0].key))
        if not given:
            return None
        entry, own = given[0]
        common = Resolution(asked=_text(table, "asked"), place=entry.key.place)
        if own:
            return self.own_value(entry.value, field, common)
        return self.choice(entry.value, field, common)

    def choice(self, node: Node, field: str | None, common: Resolution) -> Resolution | None:
        word = node.text.strip() if isinstance(node, Scalar) else ""
        match word.casefold():
            case "git":
                return replace(common, take=Take.GIT)
            case "notion":
                return replace(common, take=Take.NOTION)
            case "base" if field is not None:
                return replace(common, take_base=True)
            case _:
                self.problems.append(_no_choice(node, word, field))
                return None

    def own_value(self, node: Node, field: str | None, common: Resolution) -> Resolution | None:
        if field is None:
            what = "a value is no answer to a question about the whole record"
            self.problems.append(problem(node, what, fix="write git or notion"))
            return None
        spec = self.mapping.fields[field]
        try:
            value = self.values.read(node, spec)
        except InvalidInput as error:
            self.problems.extend(error.diagnostics)
            return None
        if value is None and spec.required:
            what = f'"{field}" is required and cannot be emptied'
            self.problems.append(problem(node, what, fix="write a value"))
        return replace(common, value=value, has_value=True)


def _answers(table: Table) -> Iterator[tuple[Entry, bool]]:
    """The filled-in resolutions, and for each whether it is a value of one's own."""
    for entry in table.entries:
        name, value = entry.key.text, entry.value
        if _OWN_VALUE.fullmatch(name):
            yield entry, True
        elif name == "resolution" and isinstance(value, Table) and value.get("value") is not None:
            yield Entry(entry.key, value.entries[0].value), True
        elif name == "resolution" and not (isinstance(value, Scalar) and value.is_null):
            yield entry, False


def _no_choice(node: Node, word: str, field: str | None) -> Diagnostic:
    if not isinstance(node, Scalar):
        return problem(node, "this is no resolution", fix=_OWN)
    words = _CHOICES if field is not None else _CHOICES[:2]
    near = nearest(word, words)
    other = _OWN if field is not None else "write git or notion"
    fix = f'did you mean "{near}"?' if near else other
    return problem(node, f'"{word}" is not possible here', fix=fix)


def _root(text: str, path: str) -> Table:
    """The file as a table that fits the schema.

    Raises:
        InvalidInput: it does not.
    """
    try:
        node = parse_yaml(_ONE_LINE.sub(r"\1 \2", text), path)
    except InvalidInput as error:
        raise InvalidInput(*_with_lines(error.diagnostics, text)) from None
    if not isinstance(node, Table):
        fix = "restore it from git; or delete it, and the next sync asks again"
        raise InvalidInput(Diagnostic("this is no conflict file", Place(path), fix=fix))
    check_version(plain(node.get("format_version")), path)
    problems = check_schema(node, schema("conflict-file"))
    if problems:
        raise InvalidInput(*_with_lines(problems, text))
    return node


def _identity_problems(root: Table, path: str, mapping: DatabaseMapping) -> list[Diagnostic]:
    key = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    expected = f"{mapping.name}/{key}"
    entry = root.entry("record")
    if entry is None or _text(root, "record") == expected:
        return []
    return [
        problem(
            entry.value,
            f'this file is about "{_text(root, "record")}", and its name says "{expected}"',
            fix="restore it from git; only what follows resolution: is to be edited",
        )
    ]


def _fields(root: Table) -> Iterator[tuple[str, Table]]:
    for entry, _ in _with_following(root):
        if isinstance(entry.value, Table):
            yield entry.key.text, entry.value


def _with_following(root: Table) -> Iterator[tuple[Entry, Entry | None]]:
    fields = root.get("fields")
    entries = fields.entries if isinstance(fields, Table) else ()
    yield from zip(entries, (*entries[1:], None), strict=False)


def _text(table: Table, name: str) -> str:
    node = table.get(name)
    return node.text if isinstance(node, Scalar) else ""


def _since(root: Table, problems: list[Diagnostic]) -> datetime:
    entry = root.entry("since")
    try:
        return read_moment(_text(root, "since"))
    except ValueError:
        fix = "restore it from git; only what follows resolution: is to be edited"
        problems.append(problem(entry.value if entry else root, "this is no time", fix=fix))
        return datetime.min.replace(tzinfo=UTC)


def _notion_edit(table: Table) -> EditTime | None:
    """When and by whom the page was edited, as the comment says that we wrote."""
    entry = table.entry("notion")
    if entry is None:
        return None
    line = entry.key.source.line_at(entry.key.start)
    behind = max(entry.value.end, entry.key.end + 1) - entry.key.start
    if BLOCK in line[: line.find("#")]:  # a text of several lines: the comment is on the first
        behind = line.index(BLOCK) - (len(line) - len(line.lstrip())) + len(BLOCK)
    indent = len(line) - len(line.lstrip())
    _, _, comment = line[indent + behind :].partition("# ")
    match = _EDITED.fullmatch(comment.strip())
    if match is None or match["at"] is None:
        return None
    at = datetime.strptime(match["at"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    return EditTime(at, match["by"] or "")


def _lines(text: str, entries: tuple[Entry, ...], first: str, after: str) -> str:
    """The lines from one entry of the file up to another, or to the end."""
    starts: Mapping[str, int] = {e.key.text: e.key.start for e in entries}
    return _closed(text[starts[first] : starts.get(after, len(text))])


def _line_start(text: str, offset: int) -> int:
    return offset if offset == len(text) else text.rfind("\n", 0, offset) + 1


def _closed(block: str) -> str:
    """The block without blank lines at its end, and with a line break there."""
    return block.rstrip() + "\n"


def _with_lines(problems: tuple[Diagnostic, ...] | list[Diagnostic], text: str) -> list[Diagnostic]:
    """The problems with the lines as the person wrote them."""
    lines = text.splitlines()
    return [
        replace(d, source_line=lines[d.place.line - 1])
        if d.place and d.source_line and d.place.line <= len(lines)
        else d
        for d in problems
    ]
