"""Large databases: only what was edited is read, and nothing is decided by what was not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Kind
from notion_gitops.sandbox import edits
from notion_gitops.workflow.apply import nothing_to_do
from notion_gitops.workflow.reading import how_read, incremental
from tests.workflow.incremental_world import (
    MAPPINGS,
    Walk,
    databases,
    in_notion,
    read_of,
    requests,
    told,
)
from tests.workflow.templates import Template, copied, synced
from tests.workflow.workflow_views import findings, kinds, part
from tests.workflow.workflow_world import World, make_world

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    root = tmp_path_factory.mktemp("large") / "world"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(how_read, "INCREMENTAL_ABOVE", 1)
        return synced(make_world(root, databases(), {}, MAPPINGS))


@pytest.fixture
def large(tmp_path: Path, _template: Template, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two boxes and eight parts that were synced; a mapping with two records counts as large."""
    monkeypatch.setattr(how_read, "INCREMENTAL_ABOVE", 1)
    monkeypatch.setattr(incremental, "PAGE_SIZE", 1)  # a listing of all pages is dear, as it is
    with copied(_template, tmp_path / "large") as world:
        yield world


def test_only_what_was_edited_is_read(large: World) -> None:
    planned, read = read_of(large)
    assert read == 0
    assert nothing_to_do(planned)
    assert in_notion(planned) == 8
    assert "0 of 8 pages read" in " ".join(planned.plan.notes)
    large.in_notion("parts/p3", Stock=33)
    with requests(large) as log:
        planned, read = read_of(large)
    assert read == 1
    assert sum(each.path.endswith("/query") for each in log) == 2  # one for each database
    assert kinds(planned) == {"parts/p3": Kind.TO_GIT}
    large.apply()
    assert large.record("parts/p3")["stock"] == "33"


def test_what_git_changed_is_read_by_its_keys_in_one_query(large: World) -> None:
    for number in range(3):
        large.spell(f"parts/p{number}", stock="99")
    large.commit()
    with requests(large) as log:
        planned, read = read_of(large)
    assert read == 3
    assert sum(each.path.endswith("/query") for each in log) == 3
    assert not [each for each in log if "/pages/" in each.path]
    assert set(kinds(planned).values()) == {Kind.TO_NOTION}
    large.apply()
    assert [large.page(f"Parts/p{n}")["Stock"] for n in range(4)] == [99, 99, 99, 3]


def test_an_incremental_reading_deletes_no_file_and_the_daily_listing_does(large: World) -> None:
    large.trash("parts/p5")
    planned = large.plan()
    assert kinds(planned) == {}
    assert kinds(large.plan(relist=None)) == {"parts/p5": Kind.DELETE_FILE}
    assert kinds(large.plan(relist=["boxes"])) == {}
    large.clock.advance(DAY)
    planned, read = read_of(large)
    assert read is None
    assert kinds(planned) == {"parts/p5": Kind.DELETE_FILE}
    large.apply()
    assert not large.path("parts/p5").exists()
    assert read_of(large)[1] == 0


def test_a_file_whose_page_is_in_the_trash_makes_the_listing_a_full_one(large: World) -> None:
    """Else the guards would see one delete of many."""
    large.trash("parts/p5")
    large.trash("parts/p6")
    large.edit("parts/p5", stock="55")
    planned, read = read_of(large)
    assert read is None
    assert kinds(planned) == {"parts/p5": Kind.OPEN, "parts/p6": Kind.DELETE_FILE}


def test_the_daily_listing_of_a_quiet_database_is_recorded(large: World) -> None:
    large.clock.advance(DAY)
    assert not nothing_to_do(large.plan())
    large.apply()
    planned, read = read_of(large)
    assert read == 0
    assert nothing_to_do(planned)


def test_what_gives_the_pages_their_meaning_changed(large: World) -> None:
    assert read_of(large)[1] == 0
    large.remap("parts", ('"${NOTION_PARTS}"}', f'"${{NOTION_PARTS}}", filter: {FILTER}}}'))
    planned, read = read_of(large)
    assert read is None
    assert part(planned, "parts").out_of_scope == tuple(f"p{n}" for n in range(5))
    large.apply()
    planned, read = read_of(large)
    assert read == 0
    assert part(planned, "parts").out_of_scope == tuple(f"p{n}" for n in range(5))
    large.schema("parts", {"Note": {"name": "Remark"}})
    assert read_of(large)[1] is None


FILTER = "{property: Stock, number: {greater_than: 4}}"


def test_a_key_that_changed_in_git_may_be_named_by_any_page(large: World) -> None:
    large.git("mv", "state/records/boxes/b1.yaml", "state/records/boxes/c1.yaml")
    large.commit("Rename")
    assert read_of(large, "parts")[1] is None
    assert read_of(large, "boxes")[1] == 1
    large.apply()
    assert large.record("parts/p1")["box"] in (["c1"], "c1")


def test_a_draft_is_taken_in_once_it_was_left_alone(large: World) -> None:
    """Nobody edits it any more, so that no time of an edit leads to it."""
    large.in_notion("parts/p1", Stock=11)
    edits.add_page(large.sandbox, "parts", {"Name": "Late"}, by="Eva Lind")
    large.apply(rest=timedelta(minutes=1), settled=False)
    assert not list(large.path("parts/x").parent.glob("late-*.yaml"))
    planned = large.plan(rest=timedelta(hours=3))
    assert planned.comparison.mappings["parts"].notion.pages.since is not None
    assert len(kinds(planned)) == 1
    large.apply()
    assert list(large.path("parts/x").parent.glob("late-*.yaml"))


def test_a_page_without_a_required_value_is_told_as_long_as_it_is_one(large: World) -> None:
    large.add_page("parts", Name="", Note="No title yet")
    large.in_notion("parts/p1", Stock=11)
    large.apply()
    planned = large.plan(rest=timedelta(hours=3))
    assert [d.title for d in part(planned, "parts").drafts] == ["(no title)"]


def test_an_open_question_is_looked_at_in_every_run(large: World) -> None:
    large.edit("parts/p2", stock="1")
    large.in_notion("parts/p2", Stock=7)
    large.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    planned = large.plan(rest=timedelta(hours=3))
    assert part(planned, "parts").conflicts
    assert part(planned, "parts").conflicts[0].open
    large.answer("parts/p2", "notion", "stock")
    large.apply()
    assert large.record("parts/p2")["stock"] == "7"


def test_an_edit_that_waits_behind_a_hold_is_told_in_every_run(large: World) -> None:
    large.extend_mapping("parts", "hold: [{record: p4, reason: Inventory}]\n")
    large.in_notion("parts/p4", Stock=44)
    large.in_notion("parts/p1", Stock=11)
    large.apply(settled=False)
    planned = large.plan(rest=timedelta(hours=3))
    assert planned.comparison.mappings["parts"].notion.pages.since is not None
    assert [w.key for held in part(planned, "parts").on_hold for w in held.waiting] == ["p4"]


def test_a_copy_of_a_record_is_told_in_every_run(large: World) -> None:
    large.add_page("parts", Name="Copy", Key="p1")
    large.in_notion("parts/p2", Stock=22)
    large.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    planned = large.plan(rest=timedelta(hours=3))
    assert "duplicate key" in findings(planned)


def test_an_emptied_column_is_counted_over_all_records(large: World) -> None:
    large.remap("parts", ("checks:\n  - {unique: [title]}\n", "safety: {updates: 20}\n"))
    large.apply()
    for number in range(6):
        large.spell(f"parts/p{number}", stock=None)
    large.commit()
    assert not large.plan().plan.refusals  # p6 and p7 have a stock
    for number in (6, 7):
        large.spell(f"parts/p{number}", stock=None)
    large.commit()
    (refusal,) = large.plan().plan.refusals
    assert (refusal.what, refusal.count) == ("stock", 8)


def test_f022_an_edit_that_moves_no_time_is_seen_by_the_daily_listing(large: World) -> None:
    page = large.page_id("parts/p3")
    with large.sandbox.acting() as call:
        before = call.store.all("SELECT edited FROM pages WHERE id=?", (page,))[0]["edited"]
    large.in_notion("parts/p3", Note="By stealth")
    with large.sandbox.acting() as call:
        call.store.write("UPDATE pages SET edited=? WHERE id=?", (before, page))
    assert kinds(large.plan()) == {}
    large.clock.advance(DAY)
    assert kinds(large.plan()) == {"parts/p3": Kind.TO_GIT}


@pytest.mark.parametrize("seconds", [0, 1, 25, 40])
def test_f023_an_edit_in_the_minute_of_the_last_reading_is_seen(large: World, seconds: int) -> None:
    """Both edits have the same time, to the minute; a sync was between them."""
    now = large.clock()
    large.clock.advance(timedelta(minutes=1, seconds=15 - now.second))
    edits.edit(large.sandbox, "parts", "p3", {"Stock": 31}, by="Eva Lind")
    large.apply(rest=timedelta(seconds=1), settled=False)
    large.clock.advance(timedelta(seconds=seconds))
    edits.edit(large.sandbox, "parts", "p3", {"Stock": 32}, by="Eva Lind")
    large.clock.advance(timedelta(seconds=1))
    assert kinds(large.plan()) == {"parts/p3": Kind.TO_GIT}
    large.apply()
    assert large.record("parts/p3")["stock"] == "32"


def test_a_listing_of_all_pages_is_read_in_parts_that_hold_all_of_them(
    large: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(how_read, "PART_SIZE", 3)
    for number in range(4):
        large.clock.advance(timedelta(hours=1))
        large.add_page("parts", Name=f"Late {number}", Key=f"late{number}")
    large.apply(relist=None)
    reading = json.loads(large.git("show", "notion-gitops/state:parts/reading.json"))
    assert reading["bounds"]
    with requests(large) as log:
        planned = large.plan(relist=None)
    assert nothing_to_do(planned)
    assert in_notion(planned) == 12
    assert sum(each.path.endswith("/query") for each in log) == 2 + len(reading["bounds"])


def test_times_part_pages_evenly_and_none_is_at_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(how_read, "PART_SIZE", 10)
    begin = datetime(2026, 6, 1, tzinfo=UTC)
    minutes = [begin + timedelta(minutes=n) for n in range(100)]
    assert how_read.bounds_of(minutes) == tuple(minutes[n].isoformat() for n in (25, 50, 75))
    assert how_read.bounds_of(minutes[:29]) == (minutes[14].isoformat(),)
    assert how_read.bounds_of(minutes[:19]) == ()
    assert how_read.bounds_of([begin] * 50) == ()
    assert how_read.bounds_of([]) == ()


def walk(large: World, seed: int, steps: int) -> None:
    made = Walk(large, seed)
    for _ in range(steps):
        made.go()
        part_of_it = large.plan(rest=timedelta())
        whole = large.plan(rest=timedelta(), relist=None)
        assert whole.comparison.mappings["parts"].notion.pages.since is None
        assert told(part_of_it) == told(whole), made.steps


def test_an_incremental_plan_is_the_plan_of_a_full_listing(large: World) -> None:
    """As long as nobody deletes anything. F022, F023: also within a minute of the last sync."""
    walk(large, seed=1, steps=14)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 42))
def test_an_incremental_plan_is_the_plan_of_a_full_listing_long(large: World, seed: int) -> None:
    walk(large, seed, steps=30)
