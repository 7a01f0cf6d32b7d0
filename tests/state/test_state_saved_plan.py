"""A saved plan as a file: it is read as it was written, or not at all."""

from datetime import UTC, datetime

import pytest

from notion_gitops.model.errors import Refused
from notion_gitops.model.records import Side
from notion_gitops.model.restores import RestoreWish
from notion_gitops.model.saved_plan import Origin, SavedPlan
from notion_gitops.state.saved_plan import dump_saved, parse_saved

PLAN = SavedPlan(
    made=datetime(2026, 11, 24, 14, 21, tzinfo=UTC),
    origin=Origin("a1", "b2", "c3", {"tasks": "d4"}, "sandbox", "0.1.0"),
    offline=False,
    accepted={"tasks.deletes": frozenset({37})},
    all_new=False,
    relist=True,
    restores=(RestoreWish("20261124T1421Z-7k3f", "tasks", "dig", "due", Side.GIT),),
    operations={("tasks", "dig"): "e5", ("tasks", "lay"): "f6"},
    text="1 page",
    markdown="**1 page**",
    json="{}",
)
TEXT = dump_saved(PLAN)


def test_it_is_read_as_it_was_written() -> None:
    assert parse_saved(TEXT, "x.plan") == PLAN


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "no JSON", '{"format_version": 1}'])
def test_p01_what_is_no_saved_plan_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"x\.plan cannot be used as a saved plan"):
        parse_saved(text, "x.plan")


def test_p01_a_file_that_is_cut_short_anywhere_is_refused() -> None:
    for end in range(len(TEXT) - 1):  # without its last line break it is whole
        with pytest.raises(Refused):
            parse_saved(TEXT[:end], "x.plan")


def test_p02_a_file_with_any_character_changed_is_refused() -> None:
    for at, char in enumerate(TEXT):
        for bit in (1, 4, 32):
            other = TEXT[:at] + chr(ord(char) ^ bit) + TEXT[at + 1 :]
            with pytest.raises(Refused):
                parse_saved(other, "x.plan")


def test_a_file_of_a_newer_version_is_refused_as_such() -> None:
    newer = TEXT.replace('"format_version": 1', '"format_version": 2')
    with pytest.raises(Refused, match="newer version"):
        parse_saved(newer, "x.plan")
