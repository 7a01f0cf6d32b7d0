"""The texts of pages, kept in step with the texts below the front matter of Markdown files."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, NotShared
from notion_gitops.model.operations import Cause
from notion_gitops.model.outcomes import Status
from notion_gitops.model.records import Side
from notion_gitops.notion.failures import AmbiguousWrite
from notion_gitops.notion.gateway import Gateway
from notion_gitops.sandbox.clock import SettableClock
from notion_gitops.sandbox.weather import Effect, Rule
from notion_gitops.workflow.apply import carry_out
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing.lock import only_one
from notion_gitops.workflow.writing.put_back import put_back
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_samples import USERS
from tests.workflow.workflow_views import told
from tests.workflow.workflow_world import SILENT, World, make_world, open_file

NOTES = """\
version: 1
name: notes
notion: {database: "${NOTION_NOTES}"}
git: {path: state/records/notes, format: markdown}
mode: two-way
key: {property: Key}
fields:
  title: {property: Name, type: title, required: true}
  kind: {property: Kind, type: rich_text}
body: both
"""

PLAN = """\
---
title: The plan
kind: decision
---

# Why

Water came in twice.

- pump
  - old

Two more words.

```py

x = 1
```
"""
IN_NOTION = "# Why\nWater came in twice.\n- pump\n\t- old\nTwo more words.\n```python\n\nx = 1\n```"
BARE = "---\ntitle: Bare\n---\n"


def seed(**more: Any) -> dict[str, Any]:
    properties = {"Name": "title", "Key": "rich_text", "Kind": "rich_text"}
    notes = {"name": "Notes", "mapping": "notes", "properties": properties, "pages": []}
    return {"workspace": {"name": "Acme"}, "users": USERS, "databases": [{**notes, **more}]}


def build(root: Path, body: str = "both", **files: str) -> World:
    world = make_world(root, seed(), {}, {"notes": NOTES.replace("body: both", f"body: {body}")})
    for name, text in (files or {"plan": PLAN, "bare": BARE}).items():
        world.write(f"state/records/notes/{name}.md", text)
    world.commit("Notes")
    return world


@pytest.fixture(scope="module")
def _template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    root = tmp_path_factory.mktemp("bodies") / "world"
    world = build(root)
    world.apply()
    world.sandbox.close()
    return root, world.clock()


@pytest.fixture
def notes(tmp_path: Path, _template: tuple[Path, datetime]) -> Iterator[World]:
    """Two notes that both sides agree on, one of them without a text."""
    template, at = _template
    root = tmp_path / "world"
    copytree(template, root)
    clock = SettableClock(at)
    world = World(root, open_file(root, clock), clock)
    yield world
    world.sandbox.close()


def in_notion(world: World, key: str = "plan") -> str:
    text = world.api("GET", f"pages/{world.page_id(f'Notes/{key}')}/markdown")["markdown"]
    assert isinstance(text, str)
    return text


def write_notion(world: World, text: str, key: str = "plan") -> None:
    """A colleague gives a page another text."""
    world.clock.advance(timedelta(minutes=2))
    body = {"type": "replace_content", "replace_content": {"new_str": text}}
    world.api("PATCH", f"pages/{world.page_id(f'Notes/{key}')}/markdown", body)


def in_git(world: World, key: str = "plan") -> str:
    return world.read(f"state/records/notes/{key}.md")


def write_git(world: World, *changes: tuple[str, str], key: str = "plan") -> None:
    text = in_git(world, key)
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    world.write(f"state/records/notes/{key}.md", text)
    world.commit("Edit a text")


def block_ids(world: World, key: str = "plan") -> list[str]:
    return [b["id"] for b in blocks(world, key)]


def blocks(world: World, key: str = "plan") -> list[dict[str, Any]]:
    found = world.api("GET", f"blocks/{world.page_id(f'Notes/{key}')}/children")["results"]
    assert isinstance(found, list)
    return found


def test_a_new_page_carries_its_text(notes: World) -> None:
    assert in_notion(notes) == IN_NOTION
    assert in_notion(notes, "bare") == ""
    assert in_git(notes) == PLAN
    notes.settled()


def test_an_edit_in_git_changes_its_own_block_and_nothing_else(notes: World) -> None:
    before = block_ids(notes)
    write_git(notes, ("Two more words.", "Three more words, now."))
    result = notes.apply()
    assert in_notion(notes) == IN_NOTION.replace("Two more words.", "Three more words, now.")
    after = block_ids(notes)
    assert [i for i in before if i not in after] in ([], [before[3]])
    assert result.plan.forecast.requests > 0


def test_an_edit_in_notion_changes_its_own_line_and_nothing_else(notes: World) -> None:
    write_notion(notes, IN_NOTION.replace("twice.", "three times.\nAnd more."))
    notes.apply()
    assert in_git(notes) == PLAN.replace("twice.", "three times.\n\nAnd more.")


def test_edits_in_different_places_merge(notes: World) -> None:
    write_git(notes, ("Two more words.", "Three more words."))
    write_notion(notes, IN_NOTION.replace("twice.", "three times."))
    result = notes.apply()
    changes = [c for o in result.plan.operations.values() for w in o.writes for c in w.changes]
    assert {c.cause for c in changes} == {Cause.MERGED}
    merged = PLAN.replace("twice.", "three times.").replace("Two more", "Three more")
    assert in_git(notes) == merged
    assert "three times." in in_notion(notes)
    assert "Three more words." in in_notion(notes)


def test_edits_in_the_same_place_are_asked_about_and_the_rest_goes_on(notes: World) -> None:
    write_git(notes, ("twice.", "once."), ("kind: decision", "kind: minutes"))
    write_notion(notes, IN_NOTION.replace("twice.", "three times."))
    notes.apply(code=ExitCode.DECISIONS_REMAIN)
    assert notes.page("Notes/plan")["Kind"] == "minutes"
    text = notes.read(notes.conflict("notes/plan"))
    for said in ("Water came in twice.", "Water came in once.", "Water came in three times."):
        assert f"      {said}\n" in text
    assert "notion: |-" in text
    notes.answer("notes/plan", "notion")
    notes.apply()
    meant = PLAN.replace("twice.", "three times.").replace("decision", "minutes")
    assert in_git(notes) == meant
    assert not notes.conflicts()


def test_an_answer_for_git_writes_the_page(notes: World) -> None:
    write_git(notes, ("twice.", "once."))
    write_notion(notes, IN_NOTION.replace("twice.", "three times."))
    notes.apply(code=ExitCode.DECISIONS_REMAIN)
    notes.answer("notes/plan", "git")
    result = notes.apply()
    assert in_notion(notes) == IN_NOTION.replace("twice.", "once.")
    [backup] = [b for b in result.backups if b.side is Side.NOTION]
    assert "three times." in str(backup.fields["body"])


def test_the_same_edit_on_both_sides_agrees(notes: World) -> None:
    write_git(notes, ("twice.", "once."))
    write_notion(notes, IN_NOTION.replace("twice.", "once."))
    assert not notes.apply().plan.mappings[0].changes


def test_a_rule_decides_about_texts(tmp_path: Path) -> None:
    world = build(tmp_path / "world")
    rules = "conflicts: {rules: [{name: ours, fields: [body], take: git}]}\n"
    world.remap("notes", ("body: both\n", f"body: both\n{rules}"))
    world.apply()
    write_git(world, ("twice.", "once."))
    write_notion(world, IN_NOTION.replace("twice.", "three times."))
    result = world.apply()
    assert "once." in in_notion(world)
    assert [c.rule for c in result.plan.mappings[0].conflicts] == ["ours"]
    world.sandbox.close()


def test_spacing_is_no_edit(notes: World) -> None:
    notes.write("state/records/notes/plan.md", PLAN.replace("twice.\n\n", "twice.\n\n\n"))
    notes.commit("Space")
    planned = notes.plan()
    assert not planned.plan.mappings[0].changes, told(planned)
    notes.apply()
    assert in_notion(notes) == IN_NOTION


def test_an_edit_of_a_property_alone_leaves_the_text(notes: World) -> None:
    before = blocks(notes)
    notes.in_notion("Notes/plan", Kind="minutes")
    result = notes.apply()
    [operation] = result.plan.operations.values()
    assert [c.difference.field for w in operation.writes for c in w.changes] == ["kind"]
    assert blocks(notes) == before
    assert in_git(notes) == PLAN.replace("decision", "minutes")


def test_a_second_edit_in_the_minute_of_the_reading_is_seen(notes: World) -> None:
    write_notion(notes, IN_NOTION.replace("twice.", "three times."))
    notes.apply(rest=timedelta(), settled=False)
    body = {"type": "replace_content", "replace_content": {"new_str": "All new."}}
    notes.api("PATCH", f"pages/{notes.page_id('Notes/plan')}/markdown", body)
    notes.apply()
    assert in_git(notes) == "---\ntitle: The plan\nkind: decision\n---\n\nAll new.\n"


def test_a_text_is_read_only_if_its_page_moved(notes: World) -> None:
    notes.in_notion("Notes/bare", Kind="x")
    notes.apply()  # what was read is noted with it
    before = notes.sandbox.requests
    quiet = notes.plan()
    asked = notes.sandbox.requests - before
    assert quiet.plan.steps == ()
    assert "plan" not in quiet.comparison.mappings["notes"].bodies.read
    assert asked == quiet.plan.cost.requests


def test_all_texts_are_read_once_a_day(notes: World) -> None:
    planned = notes.plan(rest=timedelta(days=1, hours=1))
    assert planned.comparison.mappings["notes"].bodies.read.keys() == {"plan", "bare"}
    notes.apply()  # which is noted, though nothing changed
    assert not notes.plan().comparison.mappings["notes"].bodies.full


def test_a_page_born_in_notion_becomes_a_file_with_blank_lines_between_its_blocks(
    notes: World,
) -> None:
    page = notes.add_page("Notes", Name="Minutes")
    body = {"type": "replace_content", "replace_content": {"new_str": "# A\nb\n- c\n- d\ne"}}
    notes.api("PATCH", f"pages/{page}/markdown", body)
    notes.apply()
    key = f"minutes-{page.replace('-', '')[-6:]}"
    assert in_git(notes, key) == "---\ntitle: Minutes\n---\n\n# A\n\nb\n\n- c\n- d\n\ne\n"


def test_a_text_is_emptied_and_filled(notes: World) -> None:
    write_notion(notes, "", "plan")
    write_git(notes, ("title: Bare\n---\n", "title: Bare\n---\n\nNew.\n"), key="bare")
    notes.apply()
    assert in_git(notes) == "---\ntitle: The plan\nkind: decision\n---\n\n\n"
    assert in_notion(notes, "bare") == "New."


@pytest.mark.parametrize(("direction", "edit"), [("pull", "in git"), ("push", "in Notion")])
def test_an_edit_on_the_side_that_is_not_read_is_put_back(
    tmp_path: Path, direction: str, edit: str
) -> None:
    world = build(tmp_path / "world")
    world.apply()
    world.remap("notes", ("body: both", f"body: {direction}"))
    if edit == "in git":
        write_git(world, ("twice.", "once."))
    else:
        write_notion(world, IN_NOTION.replace("twice.", "once."))
    world.apply()
    assert in_notion(world) == IN_NOTION
    assert in_git(world) == PLAN
    world.sandbox.close()


def test_texts_that_were_left_alone_meet(make: MakeWorld) -> None:
    world = make(seed(), {}, {"notes": NOTES.replace("body: both\n", "")})
    world.write("state/records/notes/plan.md", PLAN)
    world.write("state/records/notes/bare.md", BARE)
    world.commit()
    world.apply()
    assert in_notion(world) == ""
    write_notion(world, "From Notion.", "bare")
    world.remap("notes", ("fields:", "body: both\nfields:"))
    world.apply()
    assert in_notion(world) == IN_NOTION
    assert in_git(world, "bare") == f"{BARE}\nFrom Notion.\n"


def test_a_page_whose_text_moved_is_not_deleted(notes: World) -> None:
    (notes.root / "state/records/notes/plan.md").unlink()
    notes.commit("Delete")
    write_notion(notes, IN_NOTION + "\nNot yet!")
    notes.apply(code=ExitCode.DECISIONS_REMAIN)
    assert notes.conflicts() == {"notes/plan"}
    assert in_notion(notes).endswith("Not yet!")


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
def test_a_text_that_would_lose_something_is_not_written_and_the_plan_says_why(
    notes: World, what: str
) -> None:
    page, block = notes.page_id("Notes/plan"), LOSSY[what]
    if block is None:
        title = {"title": {"title": [{"text": {"content": "Inside"}}]}}
        notes.api("POST", "pages", {"parent": {"page_id": page}, "properties": title})
    else:
        notes.api("PATCH", f"blocks/{page}/children", {"children": [block]})
    before = in_notion(notes)
    write_git(notes, ("twice.", "once."), ("kind: decision", "kind: minutes"))
    planned = notes.plan()
    findings = [f.message for f in planned.plan.findings]
    problems = [p.summary for m in planned.plan.mappings for p in m.problems]
    assert any(what in told for told in (*findings, *problems)), (findings, problems)
    code = ExitCode.DECISIONS_REMAIN if problems else ExitCode.DONE
    notes.apply(code=code, settled=False)
    assert notes.page("Notes/plan")["Kind"] == "minutes"
    assert in_notion(notes) == before
    assert "once." in in_git(notes)
    again = notes.plan()
    assert not again.plan.mappings[0].changes, told(again)


def test_a_page_with_something_that_would_be_lost_is_still_pulled(notes: World) -> None:
    page = notes.page_id("Notes/plan")
    notes.api("PATCH", f"blocks/{page}/children", {"children": [LOSSY["a table of contents"]]})
    notes.apply()
    assert in_git(notes).startswith(PLAN)
    assert len(in_git(notes)) > len(PLAN)


def test_a_text_that_is_cut_short_is_left_alone(notes: World) -> None:
    write_git(notes, ("twice.", "once."))
    notes.sandbox.markdown_cap = 2
    planned = notes.plan()
    assert "only a part of this text" in planned.plan.findings[0].message
    assert not planned.plan.mappings[0].changes


@pytest.mark.parametrize(
    ("text", "why"), [("x" * 2001, "2,000 in a block"), ("a\n" * 1001, "1,000 blocks")]
)
def test_a_text_that_notion_would_not_take_is_told_before_it_is_sent(
    notes: World, text: str, why: str
) -> None:
    notes.write("state/records/notes/big.md", f"---\ntitle: Big\n---\n\n{text}\n")
    notes.commit("Big")
    [problem] = notes.plan().plan.mappings[0].problems
    assert why in problem.summary
    assert problem.place is not None
    notes.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert in_notion(notes, "big") == ""


def test_offline_the_texts_that_git_changed_are_shown(notes: World) -> None:
    write_git(notes, ("twice.", "once."))
    _, said, _ = notes.command("plan", "--offline")
    assert "- Water came in twice." in said
    assert "+ Water came in once." in said
    assert "body      1 line added, 1 removed" in said


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

    def lossy(self: Gateway, page_id: str, command: dict[str, Any]) -> dict[str, Any]:
        calls.append(command)
        if len(calls) > 1:
            return right(self, page_id, command)
        if lost == "after":
            right(self, page_id, command)
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

    def partial(self: Gateway, page_id: str, command: dict[str, Any]) -> dict[str, Any]:
        updates = command["update_content"]["content_updates"]
        first = {**command, "update_content": {"content_updates": updates[:1]}}
        return right(self, page_id, first)

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


# --- what Notion spells otherwise, passes over or does not give ---------------------------


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

    def first_only(self: Gateway, page_id: str, command: dict[str, Any]) -> Any:
        updates = command["update_content"]["content_updates"][:1]
        return whole(self, page_id, {**command, "update_content": {"content_updates": updates}})

    monkeypatch.setattr(Gateway, "update_markdown", first_only)
    notes.apply(code=ExitCode.PARTLY_APPLIED, settled=False, exact=False)
    assert "Two more words." in in_notion(notes)
    monkeypatch.undo()
    notes.apply()
    assert in_notion(notes) == IN_NOTION.replace("twice", "once").replace("Two more words.\n", "")


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
