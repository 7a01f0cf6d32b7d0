import json
from datetime import UTC, date, datetime

import pytest

from notion_gitops.formats.nodes import Table
from notion_gitops.formats.schema import check_schema
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import StateUnusable
from notion_gitops.model.mapping import (
    DatabaseMapping,
    Field,
    GitFormat,
    GitSource,
    KeyRule,
    NotionSource,
    PropertyType,
    Take,
)
from notion_gitops.model.operations import Backup, Conflict, EditTime, EditTimes, State
from notion_gitops.model.outcomes import LogEntry, Status
from notion_gitops.model.people import People
from notion_gitops.model.plan import StepKind
from notion_gitops.model.records import Side
from notion_gitops.model.values import DateValue, FileRef, GeoPlace, Value
from notion_gitops.state.backups import dump_backups, parse_backups
from notion_gitops.state.log import (
    LoggedEdit,
    dump_log,
    parse_log,
)
from notion_gitops.state.reading import fits, schema
from notion_gitops.state.stored import dump_stored, parse_stored

AT = datetime(2026, 11, 24, 14, 6, 7, tzinfo=UTC)
STEP = LogEntry(AT, StepKind.UPDATE_PAGE, "tasks", "a", ("due",), Status.FAILED, "502\n\u2028")
BARE = LogEntry(AT, StepKind.DELETE_FILE, "tasks", "b", (), Status.APPLIED)
PLACE = Place("mappings/tasks.yaml", 31, 5)
TIMES = EditTimes(
    EditTime(AT, "Bo", commit="a1b2c3d"), EditTime(None, "Ann", reason="only our own edit")
)
DUE = Conflict(
    "tasks",
    "a",
    "due",
    DateValue(date(2026, 1, 1)),
    None,
    frozenset({"b", "a"}),
    "rule",
    Take.GIT,
    "the last edit",
    PLACE,
    TIMES,
)
WHOLE = Conflict("tasks", "b", None, None, State.DELETED, State.EDITED, "open")


def test_the_log_keeps_both_values_the_base_and_both_edits() -> None:
    text = dump_log([STEP, BARE], [DUE, WHOLE])
    log = parse_log(text)
    assert log.steps == (STEP, BARE)
    due, whole = log.conflicts
    assert (due.base, due.git, due.notion) == ("2026-01-01", None, ["a", "b"])
    assert (due.take, due.rule, due.rule_place) == (Take.GIT, "the last edit", str(PLACE))
    assert due.git_edit == LoggedEdit(AT, "Bo", "a1b2c3d")
    assert due.notion_edit == LoggedEdit(None, "Ann", reason="only our own edit")
    assert (whole.field, whole.git, whole.notion) == (None, "deleted", "edited")
    assert (whole.take, whole.git_edit) == (Take.MANUAL, None)


def test_every_line_fits_its_schema() -> None:
    lines = dump_log([STEP, BARE], [DUE, WHOLE]).removesuffix("\n").split("\n")
    assert len(lines) == 5
    assert all(fits(json.loads(line), "log-line") for line in lines)


def test_sensitive_values_are_logged_as_digests() -> None:
    text = dump_log([], [DUE], {"tasks": frozenset({"due"})})
    assert "2026-01-01" not in text
    assert str(parse_log(text).conflicts[0].base).startswith("(digest ")
    assert parse_log(text).conflicts[0].git is None


def test_backups_come_back() -> None:
    fields: dict[str, Value] = {"due": DateValue(date(2026, 1, 1)), "tags": frozenset({"x"})}
    why = {"due": 'rule "ours"'}
    text = dump_backups([Backup("tasks", "a", Side.NOTION, fields, "overwritten", why, "other")])
    (found,) = parse_backups(text)
    assert (found.why, found.page_key, found.whole) == (why, "other", False)
    assert (found.mapping, found.key, found.side) == ("tasks", "a", Side.NOTION)
    assert found.fields == {"due": "2026-01-01", "tags": ["x"]}
    assert all(fits(json.loads(t), "backup-line") for t in text.splitlines())
    assert parse_backups(dump_backups([])) == ()


@pytest.mark.parametrize("line", ["{", "[]", '{"at":"now"}', '{"step":"dance"}'])
def test_a_damaged_log_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(StateUnusable) as caught:
        parse_log(dump_log([STEP], []) + line + "\n")
    place = caught.value.diagnostics[0].place
    assert place is not None
    assert place.line == 3


def test_a_newer_log_asks_for_an_upgrade() -> None:
    with pytest.raises(StateUnusable, match="newer"):
        parse_backups('{"format_version":2}\n')


STORED: dict[str, tuple[PropertyType, Value]] = {
    "title": (PropertyType.TITLE, "no"),
    "notes": (PropertyType.RICH_TEXT, "a: b # c\nd"),
    "due": (PropertyType.DATE, DateValue(date(2026, 1, 1), date(2026, 1, 3))),
    "start": (PropertyType.DATE, DateValue(datetime(2026, 1, 1, 10, 30, tzinfo=UTC))),
    "hours": (PropertyType.NUMBER, 1e22),
    "done": (PropertyType.CHECKBOX, False),
    "tags": (PropertyType.MULTI_SELECT, frozenset({"on", "b"})),
    "files": (PropertyType.FILES, (FileRef("a, b.pdf", "https://x.org/a?b=c#d"),)),
    "where": (PropertyType.PLACE, GeoPlace(52.5, 13.0, "Büro: 1")),
    "emptied": (PropertyType.SELECT, None),
}


def mapping() -> DatabaseMapping:
    fields = {n: Field(n, n, kind, PLACE) for n, (kind, _) in STORED.items()}
    git = GitSource("state/records/tasks", GitFormat.YAML, PLACE)
    return DatabaseMapping(
        "tasks", PLACE, NotionSource("x", None, PLACE), git, KeyRule(None, None), fields
    )


def test_stored_forms_round_trip_for_every_kind_of_value() -> None:
    values = {name: value for name, (_, value) in STORED.items()}
    text = dump_stored(values)
    found = parse_stored(text, "tasks/notion/a.yaml", mapping(), People())
    assert found == values
    assert "emptied" in found
    node = parse_yaml(text, "x")
    assert isinstance(node, Table)
    assert check_schema(node, schema("stored")) == []


def test_a_field_that_is_no_longer_mapped_has_no_stored_form() -> None:
    text = "format_version: 1\nfields:\n  other: 1\n  title: a\n"
    assert parse_stored(text, "tasks/notion/a.yaml", mapping(), People()) == {"title": "a"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("format_version: 1\nfields:\n  due: soon\n", "no date"),
        ("format_version: 1\n", "missing"),
    ],
)
def test_a_damaged_stored_form_is_refused(text: str, told: str) -> None:
    with pytest.raises(StateUnusable, match=told):
        parse_stored(text, "tasks/notion/a.yaml", mapping(), People())
