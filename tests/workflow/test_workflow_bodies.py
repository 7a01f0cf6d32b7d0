"""The texts of pages, kept in step with the texts below the front matter of Markdown files."""

from datetime import timedelta
from pathlib import Path

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Cause
from notion_gitops.model.records import Side
from tests.workflow.conftest import MakeWorld
from tests.workflow.notes_world import (
    BARE,
    IN_NOTION,
    NOTES,
    PLAN,
    block_ids,
    blocks,
    build,
    in_git,
    in_notion,
    seed,
    write_git,
    write_notion,
)
from tests.workflow.workflow_views import told
from tests.workflow.workflow_world import World


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
    """Holds F022."""
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
    """Holds F022."""
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


@pytest.mark.parametrize(
    ("text", "why"), [("x" * 2001, "2,000 in a block"), ("a\n" * 1001, "1,000 blocks")]
)
def test_a_text_that_notion_would_not_take_is_told_before_it_is_sent(
    notes: World, text: str, why: str
) -> None:
    """Holds R21."""
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


TABLE = "| A | B |\n| --- | --- |\n| 1 | 2 |\n"


@pytest.mark.parametrize("behind", ["", "\nAfter it.\n"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 1 | 2 |\n", "| 1 | 2 |\n| 3 | 4 |\n"),
        ("| 1 | 2 |\n", "| 3 | 4 |\n| 1 | 2 |\n"),
        ("| 1 | 2 |\n", "| 1 | 5 |\n"),
        ("| 1 | 2 |\n", ""),
    ],
)
def test_a_row_of_a_table_is_added_edited_and_deleted_in_the_table(
    tmp_path: Path, behind: str, old: str, new: str
) -> None:
    text = f"---\ntitle: The plan\n---\n\nBefore.\n\n{TABLE}{behind}"
    world = build(tmp_path / "world", plan=text)
    world.apply()
    write_git(world, (old, new))
    world.apply()
    rows = [line for line in in_git(world).splitlines() if line.startswith("| ")]
    assert in_notion(world).count("<tr>") == len(rows) - 1  # but for the rule below the head
    assert "\n\\|" not in in_notion(world)
    assert in_git(world) == text.replace(old, new)
    world.sandbox.close()


def test_code_without_an_end_is_added_to(tmp_path: Path) -> None:
    world = build(tmp_path / "world", plan="---\ntitle: The plan\n---\n\nSay\n\n```py\nx = 1\n")
    world.apply()
    write_git(world, ("x = 1\n", "x = 1\ny = 2\n"))
    world.apply()
    assert in_notion(world) == "Say\n```python\nx = 1\ny = 2\n```"
    world.sandbox.close()


def test_code_that_has_just_begun_is_added_to(tmp_path: Path) -> None:
    world = build(tmp_path / "world", plan="---\ntitle: The plan\n---\n\nSay\n\n```\n")
    world.apply()
    write_git(world, ("```\n", "```\nx = 1\n"))
    world.apply()
    assert "x = 1" in in_notion(world)
    world.sandbox.close()
