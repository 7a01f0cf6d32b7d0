"""Reading a conflict file: what was asked, and what a person wrote after ``resolution:``."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from notion_gitops.formats.file_values import Look
from notion_gitops.formats.nodes import Entry, Node, Scalar, Table, problem
from notion_gitops.formats.schema import suggestion
from notion_gitops.formats.values import ValueReader
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping, Take
from notion_gitops.model.nearest import nearest
from notion_gitops.model.operations import ConflictFile, EditTime, Resolution
from notion_gitops.model.people import People
from notion_gitops.state.conflict_tree import (
    answer_in,
    answers_in,
    checked,
    comment_on,
    fields_in,
    text_in,
    with_following,
    with_lines,
)
from notion_gitops.state.writing import read_moment

_EDITED = re.compile(
    r"(?:empty; )?page last edited(?: by (?P<by>.*?))??(?:, (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d))?"
)
_CHOICES = ("git", "notion", "base")
_NO_BASE = 'write git or notion; or, on the same line, "value: " and a value of your own'
_OWN = 'write git, notion or base; or, on the same line, "value: " and a value of your own'


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a conflict file, as it stands there."""

    asked: str  # digest of the values that it is about
    text: str  # its lines, with what a person wrote
    answer: Any = None  # as it stands behind `resolution:`, as plain data; None if nobody answered


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
        Of the answers, only those that were given; an empty ``resolution:`` is none.

    Raises:
        InvalidInput: with all that is wrong, each at its place.
    """
    root = checked(text, path)
    problems = _identity_problems(root, path, mapping)
    reader = _Reader(mapping, ValueReader(mapping.timezone, people or People(), look), problems)
    fields = {name: a for name, table in fields_in(root) if (a := reader.field(name, table))}
    record = reader.answer(root, None) if root.get("asked") is not None else None
    since = _since(root, problems)
    if problems:
        raise InvalidInput(*with_lines(problems, text))
    times = {name: edit for name, table in fields_in(root) if (edit := _notion_edit(table))}
    key = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    asked = frozenset(name for name, _ in fields_in(root))
    return ConflictFile(mapping.name, key, since, path, fields, record, times, asked)


def questions(text: str) -> tuple[datetime, dict[str | None, Question]]:
    """The questions of a conflict file by field (None: about the record), and since when.

    Raises:
        InvalidInput: it cannot be read.
    """
    path = "the conflict file"
    root = checked(text, path)
    found: dict[str | None, Question] = {}
    if root.get("asked") is not None:
        lines = _lines(text, root.entries, "git", "fields")
        found[None] = Question(text_in(root, "asked"), lines, answer_in(root))
    for entry, following in with_following(root):
        table = entry.value
        if isinstance(table, Table):
            until = len(text) if following is None else following.key.start
            block = text[_line_start(text, entry.key.start) : _line_start(text, until)]
            asked, answer = text_in(table, "asked"), answer_in(table)
            found[entry.key.text] = Question(asked, _closed(block), answer)
    problems: list[Diagnostic] = []
    since = _since(root, problems)
    if problems:
        raise InvalidInput(*problems)
    return since, found


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
        if next(answers_in(table), None) is not None:
            fix = suggestion(name, self.mapping.fields)
            self.problems.append(problem(table, f'the mapping has no field "{name}"', fix=fix))
        return None  # a question about a field that is no longer mapped has gone away

    def answer(self, table: Table, field: str | None) -> Resolution | None:
        """What was decided; None if nothing was."""
        given = list(answers_in(table))
        for extra, _ in given[1:]:
            what = "there are two resolutions"
            fix = "keep one of the two"
            self.problems.append(problem(extra.key, what, fix=fix, also=given[0][0].key))
        if not given:
            return None
        entry, own = given[0]
        common = Resolution(asked=text_in(table, "asked"), place=entry.key.place)
        if own:
            return self.own_value(entry.value, field, common)
        agreed = table.entry("base") is not None
        return self.choice(entry.value, field, common, agreed=agreed)

    def choice(
        self, node: Node, field: str | None, common: Resolution, *, agreed: bool
    ) -> Resolution | None:
        word = node.text.strip() if isinstance(node, Scalar) else ""
        match word.casefold():
            case "git":
                return replace(common, take=Take.GIT)
            case "notion":
                return replace(common, take=Take.NOTION)
            case "base" if field is not None and agreed:
                return replace(common, take_base=True)
            case _:
                self.problems.append(_no_choice(node, word, field, agreed=agreed))
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


def _no_choice(node: Node, word: str, field: str | None, *, agreed: bool) -> Diagnostic:
    if not isinstance(node, Scalar):
        return problem(node, "this is no resolution", fix=_OWN)
    if field is not None and word.casefold() == "base":
        return problem(node, "there is no last agreed value to return to", fix=_NO_BASE)
    words = _CHOICES if field is not None and agreed else _CHOICES[:2]
    near = nearest(word, words)
    own = _OWN if agreed else _NO_BASE
    other = own if field is not None else "write git or notion"
    fix = f'did you mean "{near}"?' if near else other
    return problem(node, f'"{word}" is not possible here', fix=fix)


def _identity_problems(root: Table, path: str, mapping: DatabaseMapping) -> list[Diagnostic]:
    key = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    expected = f"{mapping.name}/{key}"
    entry = root.entry("record")
    if entry is None or text_in(root, "record") == expected:
        return []
    return [
        problem(
            entry.value,
            f'this file is about "{text_in(root, "record")}", and its name says "{expected}"',
            fix="restore it from git; only what follows resolution: is to be edited",
        )
    ]


def _since(root: Table, problems: list[Diagnostic]) -> datetime:
    entry = root.entry("since")
    try:
        return read_moment(text_in(root, "since"))
    except ValueError:
        fix = "restore it from git; only what follows resolution: is to be edited"
        problems.append(problem(entry.value if entry else root, "this is no time", fix=fix))
        return datetime.min.replace(tzinfo=UTC)


def _notion_edit(table: Table) -> EditTime | None:
    """When and by whom the page was edited, as the comment says that we wrote."""
    match = _EDITED.fullmatch(comment_on(table, "notion"))
    if match is None or match["at"] is None:
        return None
    at = datetime.strptime(match["at"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    return EditTime(at, match["by"] or "")


def _lines(text: str, entries: tuple[Entry, ...], first: str, after: str) -> str:
    """The lines from one entry of the file up to another, or to the end."""
    starts = {e.key.text: e.key.start for e in entries}
    return _closed(text[starts[first] : starts.get(after, len(text))])


def _line_start(text: str, offset: int) -> int:
    return offset if offset == len(text) else text.rfind("\n", 0, offset) + 1


def _closed(block: str) -> str:
    """The block without blank lines at its end, and with a line break there."""
    return block.rstrip() + "\n"
