"""Traps 8 and 9: texts that do not tell all that their pages hold."""

import pytest

from notion_gitops.model.errors import ExitCode
from tests.workflow.notes_world import IN_NOTION, PLAN, block_ids, in_git, in_notion, write_git
from tests.workflow.workflow_views import told
from tests.workflow.workflow_world import World

LOSSY = {
    "a table of contents": {"type": "table_of_contents", "table_of_contents": {}},
    "a synced block": {"type": "synced_block", "synced_block": {"synced_from": None}},
    "cannot be shown as Markdown": {
        "type": "bookmark",
        "bookmark": {"url": "https://acme.example"},
    },
    "a page inside of it": None,
}


@pytest.mark.parametrize("what", LOSSY)
def test_trap_08_a_text_that_would_lose_something_is_not_written_and_the_plan_says_why(
    notes: World, what: str
) -> None:
    """Holds F049."""
    page, block = notes.page_id("Notes/plan"), LOSSY[what]
    if block is None:
        title = {"title": {"title": [{"text": {"content": "Inside"}}]}}
        notes.api("POST", "pages", {"parent": {"page_id": page}, "properties": title})
    else:
        notes.api("PATCH", f"blocks/{page}/children", {"children": [block]})
    before = in_notion(notes)
    write_git(notes, ("twice.", "once."), ("kind: decision", "kind: minutes"))
    planned = notes.plan()
    problems = [p.summary for m in planned.plan.mappings for p in m.problems]
    assert [what in told for told in problems] == [True], problems
    notes.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert notes.page("Notes/plan")["Kind"] == "minutes"
    assert in_notion(notes) == before
    assert "once." in in_git(notes)
    again = notes.plan()
    assert not again.plan.mappings[0].changes, told(again)


def test_trap_08_a_page_with_something_that_would_be_lost_is_still_pulled(notes: World) -> None:
    page = notes.page_id("Notes/plan")
    notes.api("PATCH", f"blocks/{page}/children", {"children": [LOSSY["a table of contents"]]})
    notes.apply()
    assert in_git(notes).startswith(PLAN)
    assert len(in_git(notes)) > len(PLAN)


def test_trap_09_a_text_that_is_cut_short_is_left_alone(notes: World) -> None:
    write_git(notes, ("twice.", "once."))
    notes.sandbox.markdown_cap = 2
    planned = notes.plan()
    [problem] = planned.plan.mappings[0].problems
    assert "notes/plan: its text is not written to Notion" in problem.summary
    assert "only a part of this text" in problem.summary
    assert not planned.plan.mappings[0].changes


def test_trap_08_a_text_written_anew_deletes_no_page_inside(notes: World) -> None:
    """F049.

    Nothing of the old text is left in the file; the page inside of it stays all the same.
    """
    page = notes.page_id("Notes/plan")
    title = {"title": {"title": [{"text": {"content": "Inside"}}]}}
    inside = notes.api("POST", "pages", {"parent": {"page_id": page}, "properties": title})["id"]
    notes.write("state/records/notes/plan.md", "---\ntitle: The plan\n---\n\nAll new.\n")
    notes.commit("Write it anew")
    notes.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert not notes.api("GET", f"pages/{inside}")["in_trash"]


def test_trap_08_an_edit_keeps_the_ids_of_all_other_blocks(notes: World) -> None:
    """Holds I9."""
    before = block_ids(notes)
    write_git(notes, ("twice.", "once."))
    notes.apply()
    after = block_ids(notes)
    assert len(after) == len(before)
    assert len(set(before) - set(after)) <= 1


def test_trap_09_a_tail_that_is_not_shown_is_not_cut_off(notes: World) -> None:
    """Git's edit waits as long as the page does not tell all of its text."""
    write_git(notes, ("twice.", "once."), ("kind: decision", "kind: minutes"))
    whole, notes.sandbox.markdown_cap = notes.sandbox.markdown_cap, 2
    notes.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    notes.sandbox.markdown_cap = whole
    assert in_notion(notes) == IN_NOTION
    notes.apply()
    assert in_notion(notes) == IN_NOTION.replace("twice.", "once.")
