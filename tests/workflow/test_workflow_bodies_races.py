"""Texts that Notion spells otherwise, loses or gets in part, and edits at the same moment."""

from datetime import timedelta
from typing import Any

import pytest

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, NotShared
from notion_gitops.model.outcomes import Status
from notion_gitops.model.records import Side
from notion_gitops.notion.failures import AmbiguousWrite
from notion_gitops.notion.gateway import Gateway
from notion_gitops.sandbox.weather.rules import Effect, Rule
from notion_gitops.workflow.apply import carry_out
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing.lock import only_one
from notion_gitops.workflow.writing.put_back import put_back
from tests.workflow.notes_world import (
    BARE,
    IN_NOTION,
    PLAN,
    in_git,
    in_notion,
    write_git,
    write_notion,
)
from tests.workflow.workflow_world import SILENT, World


def test_a_page_that_moved_between_plan_and_apply_is_left(notes: World) -> None:
    write_git(notes, ("twice.", "once."))
    planned = notes.plan()
    write_notion(notes, IN_NOTION.replace("Two more", "Ten more"))
    with only_one(planned.comparison.workspace.private):
        result = carry_out(planned, notes.connection(), SILENT)
    [outcome] = result.outcomes
    assert (outcome.status, "edited in Notion" in outcome.detail) == (Status.STALE, True)
    assert "twice." in in_notion(notes)
    notes.apply()  # both edits merge
    assert "once." in in_notion(notes)
    assert "Ten more" in in_git(notes)


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_lost_answer_is_looked_into(notes: World, lost: str, monkeypatch: Any) -> None:
    write_git(notes, ("twice.", "once."))
    right, calls = Gateway.update_markdown, []

    def lossy(self: Gateway, page_id: str, command: dict[str, Any], until: float) -> dict[str, Any]:
        calls.append(command)
        if len(calls) > 1:
            return right(self, page_id, command, until)
        if lost == "after":
            right(self, page_id, command, until)
        raise AmbiguousWrite("no answer came in time")

    monkeypatch.setattr(Gateway, "update_markdown", lossy)
    notes.apply(exact=False)
    assert in_notion(notes) == IN_NOTION.replace("twice.", "once.")
    assert len(calls) == (2 if lost == "before" else 1)


def test_a_text_that_notion_took_in_part_is_pending_and_then_complete(
    notes: World, monkeypatch: Any
) -> None:
    write_git(notes, ("twice.", "once."), ("Two more", "Ten more"))
    right = Gateway.update_markdown

    def partial(
        self: Gateway, page_id: str, command: dict[str, Any], until: float
    ) -> dict[str, Any]:
        updates = command["update_content"]["content_updates"]
        first = {**command, "update_content": {"content_updates": updates[:1]}}
        return right(self, page_id, first, until)

    monkeypatch.setattr(Gateway, "update_markdown", partial)
    result = notes.apply(code=ExitCode.PARTLY_APPLIED, settled=False, exact=False)
    assert [o.status for o in result.outcomes] == [Status.PENDING]
    monkeypatch.setattr(Gateway, "update_markdown", right)
    notes.apply()
    assert in_notion(notes) == IN_NOTION.replace("twice.", "once.").replace("Two more", "Ten more")


def test_a_run_that_is_killed_after_a_text_was_written_converges(
    notes: World, monkeypatch: Any
) -> None:
    write_git(notes, ("twice.", "once."))
    write_notion(notes, "From Notion.", "bare")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("notion_gitops.workflow.apply.commit_sync", killed)
        with pytest.raises(KeyboardInterrupt):
            notes.apply()
    assert "once." in in_notion(notes)
    put_back(open_workspace(notes.root))
    notes.apply()
    assert in_notion(notes) == IN_NOTION.replace("twice.", "once.")
    assert in_git(notes, "bare") == f"{BARE}\nFrom Notion.\n"


SPELLED_OTHERWISE = [
    "costs $5",
    "| a | b |\n| --- | --- |\n| 1 | 2 |",
    "***",
    "<details>\n<summary>More</summary>\nInside\n</details>",
    "a * star and a < sign",
    "first  \nsecond",
    "a note[^1]",
    "see https://acme.example/x",
    "1) one\n2) two",
    "* star\n* list",
    "~~~js\nlet x\n~~~",
    "    code first\nx",
    "under_score and [brackets]",
    "Title\n=====",
]


@pytest.mark.parametrize(
    ("text", "place"),
    [(t, "x = 1\n```") for t in SPELLED_OTHERWISE]
    + [(t, "Two more words.") for t in SPELLED_OTHERWISE[:4]],
)
def test_a_text_that_notion_spells_otherwise_is_written_once(
    notes: World, text: str, place: str
) -> None:
    """Holds F103."""
    write_git(notes, (place, f"{place}\n\n{text}"))
    mine = in_git(notes)
    notes.apply()
    assert in_git(notes) == mine
    write_git(notes, (f"\n\n{text}", ""))
    notes.apply()
    assert in_notion(notes) == IN_NOTION


def test_a_piece_that_notion_passes_over_is_pending(
    notes: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_git(notes, ("twice", "once"), ("Two more words.\n\n", ""))
    whole = Gateway.update_markdown

    def first_only(self: Gateway, page_id: str, command: dict[str, Any], until: float) -> Any:
        updates = command["update_content"]["content_updates"][:1]
        first = {**command, "update_content": {"content_updates": updates}}
        return whole(self, page_id, first, until)

    monkeypatch.setattr(Gateway, "update_markdown", first_only)
    notes.apply(code=ExitCode.PARTLY_APPLIED, settled=False, exact=False)
    assert "Two more words." in in_notion(notes)
    monkeypatch.undo()
    notes.apply()
    assert in_notion(notes) == IN_NOTION.replace("twice", "once").replace("Two more words.\n", "")


def test_a_text_that_notion_refuses_is_not_sent_again_before_it_changes(notes: World) -> None:
    write_git(notes, ("twice", "once"))
    notes.sandbox.weather.add(Rule(Effect.ANSWER, "PATCH", "/markdown$", status=400))
    result = notes.apply(code=ExitCode.PARTLY_APPLIED, settled=False, exact=False)
    assert [o.status for o in result.outcomes] == [Status.FAILED]
    assert "Notion refused it" in result.outcomes[0].detail
    planned = notes.plan()
    assert planned.plan.steps == ()
    assert any("not sent again" in w.summary for m in planned.plan.mappings for w in m.problems)
    notes.sandbox.weather.clear()
    write_git(notes, ("once", "three times"))
    notes.apply()
    assert "three times" in in_notion(notes)


def test_a_text_that_would_look_like_a_merge_conflict_stays_where_it_is(notes: World) -> None:
    before = in_git(notes)
    write_notion(notes, "One\n```\n<<<<<<< HEAD\nfoo\n=======\nbar\n>>>>>>> x\n```\nlast")
    notes.in_notion("Notes/plan", Kind="seen")
    notes.apply(settled=False, exact=False)
    assert in_git(notes) == before.replace("kind: decision", "kind: seen")
    planned = notes.plan()
    assert planned.plan.steps == ()
    assert any("merge conflict" in f.message for f in planned.plan.findings)
    write_notion(notes, "One")
    notes.apply()
    assert in_git(notes).endswith("---\n\nOne\n")


def test_a_text_that_cannot_be_read_leaves_the_others_to_go_on(
    notes: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.in_notion("Notes/plan", Kind="seen")
    notes.in_notion("Notes/bare", Kind="seen too")
    read, hidden = Gateway.markdown, notes.page_id("Notes/plan")

    def markdown(self: Gateway, page_id: str) -> Any:
        if page_id == hidden:
            raise NotShared(Diagnostic("Notion does not show it"))
        return read(self, page_id)

    monkeypatch.setattr(Gateway, "markdown", markdown)
    findings = notes.plan().plan.findings
    assert any("could not be read: Notion does not show it" in f.message for f in findings)
    notes.apply(settled=False)
    assert "kind: seen\n" in in_git(notes)
    assert "kind: seen too\n" in in_git(notes, "bare")
    assert PLAN.partition("---\n\n")[2] in in_git(notes)


@pytest.mark.parametrize("sent", ["Mine", "costs $5"])
def test_an_edit_made_right_after_a_page_was_made_is_not_lost(
    notes: World, monkeypatch: pytest.MonkeyPatch, sent: str
) -> None:
    notes.write("state/records/notes/fresh.md", f"---\ntitle: Fresh\n---\n\n{sent}\n")
    notes.commit("A new note")
    create = Gateway.create_page

    def edited_at_once(self: Gateway, *of_it: Any) -> Any:
        page = create(self, *of_it)
        notes.clock.advance(timedelta(minutes=1))
        body = {"type": "insert_content", "insert_content": {"content": "By Eva"}}
        notes.api("PATCH", f"pages/{page['id']}/markdown", body)
        return page

    monkeypatch.setattr(Gateway, "create_page", edited_at_once)
    notes.apply(exact=False, settled=False)
    monkeypatch.undo()
    step = notes.plan().plan.operations[("notes", "fresh")]
    assert step.open_conflicts or step.write(Side.GIT)


def test_an_edit_made_while_a_new_page_was_looked_for_is_not_lost(
    notes: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.write("state/records/notes/fresh.md", "---\ntitle: Fresh\n---\n\nMine\n")
    notes.commit("A new note")
    read, edited = Gateway.markdown, False
    old = {notes.page_id(f"Notes/{key}") for key in ("plan", "bare")}

    def markdown(self: Gateway, page_id: str) -> Any:
        nonlocal edited
        if not edited and page_id not in old:
            edited = True
            body = {"type": "replace_content", "replace_content": {"new_str": "Mine\nBy Eva"}}
            notes.api("PATCH", f"pages/{page_id}/markdown", body)
        return read(self, page_id)

    notes.sandbox.weather.add(Rule(Effect.DROP_AFTER, "POST", "/v1/pages$", nth=1))
    monkeypatch.setattr(Gateway, "markdown", markdown)
    notes.apply(exact=False, settled=False)
    assert edited
    monkeypatch.undo()
    notes.sandbox.weather.clear()
    step = notes.plan().plan.operations[("notes", "fresh")]
    assert step.open_conflicts or step.write(Side.GIT)
