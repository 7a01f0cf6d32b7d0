"""Texts of pages that come back out of the backups."""

from pathlib import Path

from tests.workflow.notes_world import BARE, build, in_git, in_notion, write_notion
from tests.workflow.restore_world import wish
from tests.workflow.workflow_world import World


def test_a_text_comes_back(notes: World) -> None:
    before = in_git(notes)
    write_notion(notes, in_notion(notes).replace("Two more words.", "Other words."))
    sync = notes.apply()
    notes.apply(restores=(wish(sync, "notes/plan"),))
    assert in_git(notes) == before
    assert "Two more words." in in_notion(notes)


def test_a_record_that_was_trashed_comes_back(notes: World) -> None:
    before, page = in_git(notes), notes.trash("Notes/plan")
    sync = notes.apply()
    notes.apply(exact=False, restores=(wish(sync, "notes/plan"),))
    assert in_git(notes).partition("# Why")[2] == before.partition("# Why")[2]
    assert notes.page_id("Notes/plan") == page
    assert "Two more words." in in_notion(notes)


def test_a_text_that_notion_writes_otherwise_comes_back_and_rests(tmp_path: Path) -> None:
    """Nothing is agreed on such a text any more, and Notion escapes what need not be."""
    text = "---\ntitle: Pipe\n---\n\none | two, {three} > 2\n"
    world = build(tmp_path / "world", plan=text, bare=BARE)
    world.apply()
    world.trash("Notes/plan")
    sync = world.apply()
    world.apply(exact=False, restores=(wish(sync, "notes/plan"),))
    assert "one | two, {three} > 2" in in_git(world)
    world.in_notion("notes/plan", Kind="a sign")
    world.apply()
    assert "one | two, {three} > 2" in in_git(world)


def test_a_page_with_a_text_that_git_deleted_comes_back(notes: World) -> None:
    (notes.root / "state/records/notes/plan.md").unlink()
    notes.commit()
    sync = notes.apply()
    notes.apply(exact=False, restores=(wish(sync, "notes/plan"),))
    assert "Two more words.\n\n```python\n\nx = 1\n```" in in_git(notes)
    assert "Two more words." in in_notion(notes)


def test_a_text_that_would_lose_something(notes: World) -> None:
    write_notion(notes, in_notion(notes).replace("Two more words.", "Other words."))
    sync = notes.apply()
    child = {"parent": {"page_id": notes.page_id("Notes/plan")}, "properties": {"title": []}}
    notes.api("POST", "pages", child)
    notes.apply(exact=False)
    found = notes.plan(restores=(wish(sync, "notes/plan"),))
    told = found.plan.not_restored
    assert [one.field for one in told] == ["body"]
    assert "cannot be read, or not be sent" in told[0].reason
