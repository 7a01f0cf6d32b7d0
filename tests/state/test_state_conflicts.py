from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import InvalidInput, StateUnusable
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
from notion_gitops.model.operations import (
    Conflict,
    Difference,
    EditTime,
    EditTimes,
    Resolution,
    State,
)
from notion_gitops.model.people import People, Person
from notion_gitops.model.values import DateValue, Value, digest
from notion_gitops.state.conflict_asked import asked_in
from notion_gitops.state.conflict_reading import parse_conflict_file
from notion_gitops.state.conflicts import ConflictHeader, dump_conflicts, update_conflict_file

HERE = Place("mappings/tasks.yaml", 1, 1)
PATH = "state/conflicts/tasks/fix-login-page-49b7ee.yaml"
KEY = "fix-login-page-49b7ee"
TYPES = {
    "title": PropertyType.TITLE,
    "due": PropertyType.DATE,
    "hours": PropertyType.NUMBER,
    "tags": PropertyType.MULTI_SELECT,
    "done": PropertyType.CHECKBOX,
    "assignee": PropertyType.PEOPLE,
}
MAPPING = DatabaseMapping(
    "tasks",
    HERE,
    NotionSource("x", None, HERE),
    GitSource("state/records/tasks", GitFormat.YAML, HERE),
    KeyRule("id", None),
    {
        name: Field(name, name.capitalize(), kind, HERE, required=name == "title")
        for name, kind in TYPES.items()
    },
)
TIMES = EditTimes(
    EditTime(datetime(2026, 11, 24, 14, 2, tzinfo=UTC), "Bo Chen", commit="a1b2c3d"),
    EditTime(datetime(2026, 11, 24, 13, 52, tzinfo=UTC), "Ann Lee"),
)
HEADER = ConflictHeader(
    f"tasks/{KEY}",
    "Fix login page",
    "https://www.notion.so/3fe0b1c2d4e54f6a8b9c0d1e2f49b7ee",
    f"state/records/tasks/2026/{KEY}.yaml",
    datetime(2026, 11, 24, 14, 6, tzinfo=UTC),
)


def day(month: int, number: int) -> DateValue:
    return DateValue(date(2026, month, number))


def conflict(field: str, base: Value, git: Value, notion: Value) -> Conflict:
    place = Place("mappings/tasks.yaml", 28, 3)
    reason = "no rule covers this field"
    return Conflict("tasks", KEY, field, base, git, notion, reason, place=place, times=TIMES)


DUE = conflict("due", day(11, 28), day(12, 5), day(12, 15))
HOURS = conflict("hours", 12, 16, 8.5)
WHOLE = Conflict(
    "tasks", KEY, None, None, State.DELETED, State.EDITED, "deleted in git", times=TIMES
)


def answered(text: str, answer: str) -> str:
    assert text.count("resolution:\n") == 1
    return text.replace("resolution:\n", f"resolution:{answer}\n")


def read(text: str) -> Resolution | None:
    people = People({"carla": Person("carla", "u-1", "Carla")})
    return parse_conflict_file(text, PATH, MAPPING, people).fields.get("due")


def test_the_file_reads_as_people_are_shown_it() -> None:
    assert (
        dump_conflicts([DUE], HEADER)
        == f"""\
# Two people changed the same thing. Write your choice after "resolution:"
# and commit; on GitHub the pencil button is enough. Choices:
#   git, notion, base, or a value of your own such as  value: 2026-12-10
# The next sync carries it out and removes this file.
format_version: 1
record: tasks/fix-login-page-49b7ee
title: Fix login page
page: https://www.notion.so/3fe0b1c2d4e54f6a8b9c0d1e2f49b7ee
file: state/records/tasks/2026/fix-login-page-49b7ee.yaml
since: 2026-11-24T14:06:00Z

fields:
  due:
    base:   2026-11-28
    git:    2026-12-05    # Bo Chen, 2026-11-24 14:02, commit a1b2c3d
    notion: 2026-12-15    # page last edited by Ann Lee, 2026-11-24 13:52
    reason: no rule covers this field (mappings/tasks.yaml:28)
    asked:  {DUE.asked}      # do not edit; a newer edit on either side asks again
    resolution:
"""
    )


def test_an_unanswered_file_has_no_answers_but_the_times_first_seen() -> None:
    found = parse_conflict_file(dump_conflicts([DUE, HOURS], HEADER), PATH, MAPPING)
    assert (found.fields, found.record) == ({}, None)
    assert (found.mapping, found.key, found.path) == ("tasks", KEY, PATH)
    assert found.since == HEADER.since
    assert found.notion_times == {"due": TIMES.notion, "hours": TIMES.notion}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (" git", Resolution(take=Take.GIT)),
        (" Notion  # we agreed on the phone", Resolution(take=Take.NOTION)),
        (" base", Resolution(take_base=True)),
        (" value: 2026-12-10", Resolution(value=day(12, 10), has_value=True)),
        ("   value:   2026-12-10  # ok", Resolution(value=day(12, 10), has_value=True)),
        ("\n      value: 2026-12-10", Resolution(value=day(12, 10), has_value=True)),
        (" {value: 2026-12-10}", Resolution(value=day(12, 10), has_value=True)),
        (" value:", Resolution(value=None, has_value=True)),
        (" value: null", Resolution(value=None, has_value=True)),
    ],
)
def test_every_way_to_answer(answer: str, expected: Resolution) -> None:
    text = answered(dump_conflicts([DUE], HEADER), answer)
    found = read(text)
    assert found is not None
    assert found.asked == DUE.asked
    assert found.place is not None
    assert text.splitlines()[found.place.line - 1].strip().startswith("resolution:")
    assert replace(found, asked="", place=None) == expected


def test_windows_line_endings_are_read() -> None:
    text = answered(dump_conflicts([DUE], HEADER), " value: 2026-12-10").replace("\n", "\r\n")
    found = read(text)
    assert found is not None
    assert found.value == day(12, 10)


@pytest.mark.parametrize(
    ("old", "new", "told", "fix", "place"),
    [
        ("resolution:", "resolution: nothion", '"nothion"', 'did you mean "notion"?', (19, 17)),
        ("resolution:", "resolution: 2026-12-10", '"2026-12-10"', '"value: "', (19, 17)),
        ("resolution:", "resolution: value: soon", "no date", "2026-06-01", (19, 24)),
        ("resolution:", "resolution: [git]", "no resolution", "git", (19, 17)),
        ("resolution:", "resolutoin: git", '"resolutoin"', '"resolution"', (19, 5)),
        ("resolution:", "resolution: git\n    resolution: base", "twice", "keep one", (20, 5)),
        ("resolution:", "resolution: {valeu: 1}", '"valeu"', '"value"', (19, 18)),
        ("record: tasks/", "record: notes/", "is about", "restore", (6, 9)),
        ("since: 2026", "since: soon 2026", "no time", "restore", (10, 8)),
        ("fields:", "felds:", "felds", '"fields"', (12, 1)),
    ],
)
def test_a_mistake_is_told_at_its_place(
    old: str, new: str, told: str, fix: str, place: tuple[int, int]
) -> None:
    text = dump_conflicts([DUE], HEADER)
    assert text.count(f"{old}") >= 1
    head, found, tail = text.rpartition(old)
    with pytest.raises(InvalidInput) as caught:
        read(head + new + tail)
    first = next(d for d in caught.value.diagnostics if told in d.summary)
    assert found
    assert fix in first.fix
    assert first.place is not None
    assert (first.place.file, first.place.line, first.place.column) == (PATH, *place)
    assert first.source_line == (head + new + tail).splitlines()[place[0] - 1]


def test_all_mistakes_are_told_at_once() -> None:
    text = dump_conflicts([DUE, HOURS], HEADER).replace("resolution:", "resolution: mine")
    with pytest.raises(InvalidInput) as caught:
        parse_conflict_file(text, PATH, MAPPING)
    assert len(caught.value.diagnostics) == 2


def test_a_required_field_is_not_emptied_by_an_answer() -> None:
    asked = conflict("title", "a", "b", "c")
    with pytest.raises(InvalidInput, match="required"):
        read(answered(dump_conflicts([asked], HEADER), " value:"))


def test_an_answer_about_a_field_that_is_not_mapped_is_told() -> None:
    asked = conflict("deu", None, "b", "c")
    text = dump_conflicts([asked], HEADER)
    assert parse_conflict_file(text, PATH, MAPPING).fields == {}
    with pytest.raises(InvalidInput, match="no field") as caught:
        read(answered(text, " git"))
    assert caught.value.diagnostics[0].fix == 'did you mean "due"?'


def test_a_value_of_ones_own_is_read_by_the_type_of_the_field() -> None:
    asked = conflict("assignee", None, frozenset({"carla"}), None)
    text = answered(dump_conflicts([asked], HEADER), " value: [carla]")
    people = People({"carla": Person("carla", "u-1", "Carla")})
    found = parse_conflict_file(text, PATH, MAPPING, people).fields["assignee"]
    assert found.value == frozenset({"carla"})


def test_where_nothing_was_agreed_on_there_is_no_base_to_take() -> None:
    text = dump_conflicts([replace(DUE, base=None, agreed=False)], HEADER)
    assert "base" not in text
    assert "#   git, notion, or a value of your own" in text
    with pytest.raises(InvalidInput, match="no last agreed value") as caught:
        read(answered(text, " base"))
    assert caught.value.diagnostics[0].fix.startswith("write git or notion; or")
    assert "base" in dump_conflicts([replace(DUE, base=None)], HEADER)  # agreed to be empty


def test_edit_against_delete_is_one_question_about_the_record() -> None:
    text = dump_conflicts([WHOLE], HEADER)
    assert "git:    deleted " in text
    assert "trash" in text
    assert parse_conflict_file(text, PATH, MAPPING).record is None
    found = parse_conflict_file(answered(text, " git"), PATH, MAPPING).record
    assert found is not None
    assert (found.take, found.asked) == (Take.GIT, WHOLE.asked)


def test_what_was_edited_of_a_deleted_record_is_told_in_comments() -> None:
    edits = (
        Difference("hours", 6, 55),
        Difference("title", "A", "B\nC"),
        Difference("due", None, day(1, 2)),
    )
    edited = replace(WHOLE, edits=edits)
    text = dump_conflicts([edited], HEADER, frozenset({"hours"}))
    assert '# edited: title A -> "B\\nC"\n# edited: due (empty) -> 2026-01-02\nreason:' in text
    (hours,) = (line for line in text.splitlines() if line.startswith("# edited: hours"))
    assert hours.count("(digest ") == 2
    assert "55" not in hours.replace(digest(55), "")
    assert asked_in(text, PATH, HEADER.record).questions[0].edits[1] == 'title A -> "B\\nC"'
    assert parse_conflict_file(answered(text, " git"), PATH, MAPPING).record is not None
    assert update_conflict_file(text, [WHOLE], HEADER) == text


@pytest.mark.parametrize("answer", [" base", " value: 3"])
def test_edit_against_delete_takes_a_side_or_nothing(answer: str) -> None:
    with pytest.raises(InvalidInput, match=r"possible|answer"):
        parse_conflict_file(answered(dump_conflicts([WHOLE], HEADER), answer), PATH, MAPPING)


def test_the_same_questions_keep_every_byte() -> None:
    """Holds I8."""
    text = answered(dump_conflicts([DUE], HEADER), " value: 2026-12-10 # mine")
    later = replace(HEADER, title="Renamed", since=datetime(2027, 1, 1, tzinfo=UTC))
    touched = replace(DUE, reason="another", times=None, place=None)
    assert update_conflict_file(text, [touched], later) == text
    whole = answered(dump_conflicts([WHOLE], HEADER), " git")
    assert update_conflict_file(whole, [WHOLE], later) == whole


def test_a_newer_edit_asks_again_and_leaves_the_other_answers() -> None:
    text = dump_conflicts([DUE, HOURS], HEADER)
    text = text.replace("    resolution:\n\n", "    resolution: git # sure\n\n")  # of due
    later = replace(HEADER, since=datetime(2027, 1, 1, tzinfo=UTC))
    moved = replace(HOURS, notion=9)
    updated = update_conflict_file(text, [DUE, moved], later)
    assert updated is not None
    found = parse_conflict_file(updated, PATH, MAPPING)
    assert found.since == HEADER.since
    assert found.fields.keys() == {"due"}
    assert "resolution: git # sure\n" in updated
    assert moved.asked in updated
    assert HOURS.asked not in updated


def test_a_question_that_went_away_leaves_the_file() -> None:
    text = dump_conflicts([DUE, HOURS], HEADER)
    assert update_conflict_file(text, [DUE], HEADER) == dump_conflicts([DUE], HEADER)
    assert update_conflict_file(text, [HOURS], HEADER) == dump_conflicts([HOURS], HEADER)
    assert update_conflict_file(None, [HOURS], HEADER) == dump_conflicts([HOURS], HEADER)


def test_what_cannot_be_decided_now_keeps_its_question_and_its_answer() -> None:
    text = dump_conflicts([DUE, HOURS], HEADER)
    text = text.replace("    resolution:\n\n", "    resolution: git # sure\n\n")  # of due
    waiting = frozenset({"due"})
    assert update_conflict_file(text, [HOURS], HEADER, waiting=waiting) == text
    left = update_conflict_file(text, [], HEADER, waiting=waiting)
    assert left is not None
    assert parse_conflict_file(left, PATH, MAPPING).fields.keys() == {"due"}
    assert "resolution: git # sure\n" in left
    assert update_conflict_file(left, [], HEADER, waiting=frozenset({"hours"})) is None


def test_a_broken_file_is_not_written_over() -> None:
    broken = dump_conflicts([DUE], HEADER).replace("resolution:", "resolution: [git")
    with pytest.raises(InvalidInput):
        update_conflict_file(broken, [HOURS], HEADER)


def test_the_question_stands_for_the_values_alone() -> None:
    assert replace(DUE, reason="x", times=None).asked == DUE.asked
    changed = [replace(DUE, base=None), replace(DUE, git=None), replace(DUE, notion=day(12, 16))]
    assert len({DUE.asked, *(c.asked for c in changed)}) == 4


NAMES = st.text(max_size=20)
VALUES = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))


@given(NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=20), VALUES, VALUES)
def test_text_from_people_cannot_forge_a_line(
    name: str, title: str, git: str | None, notion: str | None
) -> None:
    times = EditTimes(EditTime(None, name, reason=name), EditTime(HEADER.since, name))
    asked = replace(conflict("title", None, git, notion), times=times)
    text = dump_conflicts([asked], replace(HEADER, title=title))
    assert len(text.splitlines()) == len(dump_conflicts([asked], HEADER).splitlines()) - (not title)
    found = parse_conflict_file(text, PATH, MAPPING)
    assert found.fields == {}
    assert found.notion_times["title"].at == HEADER.since
    assert update_conflict_file(text, [asked], HEADER) == text


def test_sensitive_values_are_shown_as_digests() -> None:
    text = dump_conflicts([DUE], HEADER, frozenset({"due"}))
    assert "2026-12-05" not in text
    assert "(digest" in text


def test_a_newer_format_asks_for_an_upgrade() -> None:
    text = dump_conflicts([DUE], HEADER).replace("format_version: 1", "format_version: 2")
    with pytest.raises(StateUnusable, match="newer"):
        read(text)


@pytest.mark.parametrize("text", ["", "- 1\n", "git\n"])
def test_what_is_no_conflict_file_is_told(text: str) -> None:
    with pytest.raises(InvalidInput):
        read(text)
