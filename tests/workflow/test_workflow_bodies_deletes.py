"""Texts of pages that go into the trash and come out of it."""

from datetime import timedelta
from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.outcomes import Status
from notion_gitops.notion.gateway import Gateway
from tests.workflow.notes_world import (
    IN_NOTION,
    PLAN,
    blocks,
    in_git,
    in_notion,
    write_git,
    write_notion,
)
from tests.workflow.workflow_world import World


def test_a_page_whose_text_moved_is_not_deleted(notes: World) -> None:
    (notes.root / "state/records/notes/plan.md").unlink()
    notes.commit("Delete")
    write_notion(notes, IN_NOTION + "\nNot yet!")
    notes.apply(code=ExitCode.DECISIONS_REMAIN)
    assert notes.conflicts() == {"notes/plan"}
    assert in_notion(notes).endswith("Not yet!")


def test_a_text_that_is_edited_while_its_page_is_trashed_comes_back(
    notes: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (notes.root / "state/records/notes/plan.md").unlink()
    notes.commit("Delete")
    trash = Gateway.trash_page

    def edited_just_before(self: Gateway, page_id: str, until: float) -> Any:
        write_notion(notes, IN_NOTION + "\nNot yet!")
        return trash(self, page_id, until)

    monkeypatch.setattr(Gateway, "trash_page", edited_just_before)
    result = notes.apply(code=ExitCode.PARTLY_APPLIED, settled=False, exact=False)
    assert [o.status for o in result.outcomes] == [Status.STALE]
    monkeypatch.undo()
    assert in_notion(notes).endswith("Not yet!")
    notes.apply(code=ExitCode.DECISIONS_REMAIN)
    assert notes.conflicts() == {"notes/plan"}


def test_a_deleted_file_takes_its_page_along_and_comes_back_with_it(notes: World) -> None:
    (notes.root / "state/records/notes/plan.md").unlink()
    notes.commit("Delete")
    page = notes.page_id("Notes/plan")
    notes.apply()
    assert notes.api("GET", f"pages/{page}")["in_trash"]
    notes.write("state/records/notes/plan.md", PLAN)
    notes.commit("Bring back")
    notes.apply(exact=False)
    assert not notes.api("GET", f"pages/{page}")["in_trash"]
    assert in_notion(notes) == IN_NOTION


def test_a_page_that_comes_back_with_another_text_is_asked_about(notes: World) -> None:
    (notes.root / "state/records/notes/plan.md").unlink()
    notes.commit("Delete")
    notes.apply()
    notes.write("state/records/notes/plan.md", PLAN.replace("twice.", "once."))
    notes.commit("Bring back")
    result = notes.apply(exact=False, code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert "another text" in result.notes[0]
    notes.apply(code=ExitCode.DECISIONS_REMAIN)
    assert "twice." in in_notion(notes)
    assert "once." in in_git(notes)
    assert notes.conflicts() == {"notes/plan"}


def test_a_page_that_comes_back_keeps_what_its_text_does_not_tell(notes: World) -> None:
    page = notes.page_id("Notes/plan")
    contents = {"children": [{"type": "table_of_contents", "table_of_contents": {}}]}
    notes.api("PATCH", f"blocks/{page}/children", contents)
    notes.clock.advance(timedelta(minutes=3))
    notes.apply()
    before = [b["type"] for b in blocks(notes)]
    notes.trash("Notes/plan")
    write_git(notes, ("Water came in twice.", "Water came in."))
    notes.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    notes.answer("notes/plan", "git")
    notes.apply(code=ExitCode.DECISIONS_REMAIN, settled=False, exact=False)
    assert [b["type"] for b in blocks(notes)] == before
