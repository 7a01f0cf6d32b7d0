"""What a mapping, its defaults and `state/holds.yaml` put on hold."""

from datetime import UTC, date, datetime

import pytest

from notion_gitops.mapping.holds import load_holds
from notion_gitops.mapping.loading import load_mappings
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import Refused
from notion_gitops.model.holds import Hold
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.state.holds import with_hold, without_hold

TASKS = """\
version: 1
name: tasks
notion: {database: 1f2e3d4c5b6a79881f2e3d4c5b6a7988}
git: {path: state/records/tasks}
fields:
  title: {property: Name, type: title}
  hours: {property: Hours, type: number}
"""
FILE = "state/holds.yaml"
ONE = Hold("tasks", "looked at", Place(FILE), "7", "hours", date(2026, 12, 24), "Ann: Lee")


def load(more: str = "", defaults: str = "") -> DatabaseMapping:
    files = {"mappings/tasks.yaml": (TASKS + more).encode()}
    if defaults:
        files["mappings/_defaults.yaml"] = f"version: 1\n{defaults}".encode()
    (mapping,) = load_mappings(files)
    return mapping


def test_a_reason_alone_holds_the_mapping() -> None:
    (hold,) = load("hold: the  owners change\n").holds
    assert hold == Hold("tasks", "the owners change", Place("mappings/tasks.yaml", 8, 7))
    assert hold.whole
    assert hold.name == "tasks"


def test_a_list_holds_records_and_fields() -> None:
    listed = "hold:\n  - {record: 7, reason: a}\n  - {field: hours, reason: b, until: 2026-12-24}\n"
    record, field = load(listed).holds
    assert (record.record, record.field, record.name) == ("7", "", "tasks/7")
    assert (field.record, field.field, field.name) == ("", "hours", "tasks: hours")
    assert field.until == date(2026, 12, 24)


def test_the_defaults_hold_what_a_mapping_has() -> None:
    listed = "hold:\n  - {field: nowhere, reason: a}\n  - {field: hours, reason: b}\n"
    assert [h.field for h in load(defaults=listed).holds] == ["hours"]
    assert load("hold: []\n", defaults="hold: all\n").holds == ()


def test_the_holds_of_the_defaults_are_added_to_those_of_a_mapping() -> None:
    own = "hold: [{field: hours, reason: own}]\n"
    listed = "hold: [{record: 7, reason: a}, {field: hours, reason: b, until: 2026-12-24}]\n"
    found = load(own, defaults=listed).holds
    assert [(h.name, h.reason) for h in found] == [
        ("tasks: hours", "own"), ("tasks/7", "a"), ("tasks: hours", "b"),
    ]  # fmt: skip
    assert [h.place.file for h in found[1:]] == ["mappings/_defaults.yaml"] * 2
    whole = load(own, defaults="hold: all stop\n").holds
    assert [(h.name, h.reason) for h in whole] == [("tasks: hours", "own"), ("tasks", "all stop")]
    assert load("hold: ours\n", defaults=listed).holds[0].whole


def test_what_is_written_is_read_again() -> None:
    since = datetime(2026, 11, 24, 14, 6, tzinfo=UTC)
    other = Hold("tasks", "# no comment", Place(FILE), since=since)
    text = with_hold(with_hold(None, ONE), other)
    mappings = {"tasks": load()}
    first, second = load_holds(text, FILE, mappings)
    assert (first.scope, first.until, first.by) == (ONE.scope, ONE.until, ONE.by)
    assert (second.scope, second.reason, second.since) == (other.scope, other.reason, since)
    alone = without_hold(text, first)
    assert alone is not None
    (left,) = load_holds(alone, FILE, mappings)
    assert left.scope == other.scope
    assert without_hold(alone, left) is None
    assert with_hold(None, ONE) == with_hold(None, ONE)


def test_a_persons_comments_stay_with_the_last_hold_and_the_first() -> None:
    text = "# Ask Ann first\nformat_version: 1\nholds: []  # see: the wiki\n# the end\n"
    added = with_hold(text, ONE)
    (one,) = load_holds(added, FILE, {"tasks": load()})
    assert one.scope == ONE.scope
    kept = [line for line in text.splitlines() if line.startswith("#")]
    assert [line for line in added.splitlines() if line.startswith("#")] == kept
    assert "holds:  # see: the wiki\n  - mapping: tasks\n" in added
    assert without_hold(added, one) == text
    inside = "format_version: 1\nholds:\n  # until the audit\n  - mapping: tasks\n    reason: a\n"
    (one,) = load_holds(inside, FILE, {"tasks": load()})
    left = without_hold(inside, one)
    assert left == "format_version: 1\nholds: []\n  # until the audit\n"
    assert load_holds(left, FILE, {}) == ()


def test_a_comment_in_the_brackets_is_for_a_person_to_move() -> None:
    with pytest.raises(Refused, match="in brackets"):
        with_hold("format_version: 1\nholds: [  # none\n]\n", ONE)


def test_a_dash_may_stand_alone() -> None:
    entry = "  -\n    mapping: tasks\n    record: {}\n    reason: a - b\n"
    between = "  # - about the next\n"
    text = f"format_version: 1\nholds:\n{entry.format('a')}{between}{entry.format('b')}"
    mappings = {"tasks": load()}
    first, second = load_holds(text, FILE, mappings)
    assert without_hold(text, first) == text.replace(entry.format("a"), "")
    assert without_hold(text, second) == text.replace(entry.format("b"), "")
    wide = "format_version: 1\nholds:\n  -   mapping: tasks\n      reason: a\n"
    assert len(load_holds(with_hold(wide, ONE), FILE, mappings)) == 2


def test_line_endings_stay_as_they_are() -> None:
    text = "format_version: 1\r\nholds:\r\n  - mapping: tasks\r\n    reason: a\r\n"
    added = with_hold(text, ONE)
    assert "\n" not in added.replace("\r\n", "")
    assert added.startswith(text)


def test_an_entry_is_added_as_the_others_are_indented() -> None:
    text = "format_version: 1\nholds:\n- mapping: tasks\n  reason: a  # why\n# the end"
    added = with_hold(text, ONE)
    assert added.startswith(f"{text.removesuffix('# the end')}- mapping: tasks\n  record:")
    assert added.endswith("# the end")
    assert len(load_holds(added, FILE, {"tasks": load()})) == 2
