"""Whatever a sync overwrites or deletes is in its backups, on either side."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from notion_gitops.model.backups import KeptBackup
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Backup
from notion_gitops.model.records import Side
from notion_gitops.model.restores import RestoreWish
from notion_gitops.state.backups import parse_backups
from notion_gitops.workflow.apply import carry_out
from notion_gitops.workflow.reading.journal_lines import unfinished_syncs
from notion_gitops.workflow.writing.journal import Journal
from tests.workflow.notes_world import in_notion, write_git, write_notion
from tests.workflow.workflow_world import SILENT, World

TAKE = "conflicts:\n  otherwise: {}\n"
NOTE = "{property: Note, type: rich_text}"


def kept(world: World, side: Side, key: str) -> KeptBackup | None:
    """What the last sync kept of a record's side."""
    found = parse_backups(world.git("show", "notion-gitops/state:backup.jsonl"))
    backups = [b for b in found if (b.side, b.key) == (side, key)]
    assert len(backups) <= 1, backups
    return backups[0] if backups else None


def values(world: World, side: Side, key: str) -> dict[str, object]:
    found = kept(world, side, key)
    return dict(found.fields) if found else {}


def with_rule(world: World, take: str) -> None:
    world.remap("tasks", ("fields:\n", TAKE.format(take) + "fields:\n"))


@pytest.mark.parametrize(("take", "side"), [("git", Side.NOTION), ("notion", Side.GIT)])
def test_what_a_rule_overwrites(world: World, take: str, side: Side) -> None:
    with_rule(world, take)
    world.edit("tasks/dig", hours="9", due=None)
    world.in_notion("tasks/dig", Hours=7, Due="2026-03-01")
    world.apply()
    lost = {"hours": 9, "due": None} if side is Side.GIT else {"hours": 7, "due": "2026-03-01"}
    found = kept(world, side, "dig")
    assert found is not None
    assert found.fields == lost  # that a person emptied it is a value, too
    assert found.why == dict.fromkeys(lost, 'rule "otherwise"')
    assert kept(world, side.other, "dig") is None


@pytest.mark.parametrize(("answer", "git", "notion"), [
    ("git", {}, {"due": "2026-03-02"}),
    ("notion", {"due": "2026-03-01"}, {}),
    ("base", {"due": "2026-03-01"}, {"due": "2026-03-02"}),
    ("{value: 2026-03-03}", {"due": "2026-03-01"}, {"due": "2026-03-02"}),
])  # fmt: skip
def test_what_a_person_decides_against(
    world: World, answer: str, git: dict[str, str], notion: dict[str, str]
) -> None:
    world.edit("tasks/dig", due="2026-03-01")
    world.in_notion("tasks/dig", Due="2026-03-02")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/dig", answer, "due")
    world.apply()
    assert (values(world, Side.GIT, "dig"), values(world, Side.NOTION, "dig")) == (git, notion)


def test_sets_that_are_merged(world: World) -> None:
    world.edit("tasks/dig", tags="[green, blue]")
    world.in_notion("tasks/dig", Tags=["red"])
    world.apply()
    assert world.record("tasks/dig")["tags"] == ["blue"]
    assert values(world, Side.GIT, "dig") == {"tags": ["blue", "green"]}
    assert values(world, Side.NOTION, "dig") == {"tags": ["red"]}


def test_texts_that_are_merged_and_overwritten(notes: World) -> None:
    write_git(notes, ("Water came in twice.", "Water came in three times."))
    write_notion(notes, "# Why\nWater came in twice.\n- pump\n\t- old\nTwo words.")
    notes.apply()
    assert "three times" in str(values(notes, Side.GIT, "plan")["body"])
    assert "Two words." in str(values(notes, Side.NOTION, "plan")["body"])


def test_a_deleted_page_with_its_text(notes: World) -> None:
    (notes.root / "state/records/notes/plan.md").unlink()
    notes.commit()
    notes.apply()
    found = kept(notes, Side.NOTION, "plan")
    assert found is not None
    assert found.whole
    assert found.fields["title"] == "The plan"
    assert "Water came in twice." in str(found.fields["body"])


def test_a_deleted_file_with_its_text(notes: World) -> None:
    notes.trash("Notes/plan")
    notes.apply()
    found = kept(notes, Side.GIT, "plan")
    assert found is not None
    assert found.whole
    assert "Two more words." in str(found.fields["body"])


def test_a_key_that_is_put_back(world: World) -> None:
    world.in_notion("tasks/dig", Key="digging")
    world.apply()
    found = kept(world, Side.NOTION, "dig")
    assert found is not None
    assert (found.page_key, found.fields) == ("digging", {})


def test_a_key_that_was_ours_before_a_rename_is_nobody_s_edit(world: World) -> None:
    world.git("mv", "state/records/tasks/test.yaml", "state/records/tasks/probe.yaml")
    world.commit()
    world.apply()
    assert kept(world, Side.NOTION, "probe") is None


def test_what_a_page_out_of_the_trash_held(world: World) -> None:
    """It was edited before it was trashed, and the file that comes back says otherwise."""
    page = world.page_id("tasks/test")
    world.in_notion("tasks/test", Hours=77, Note="Nobody read this")
    world.trash("tasks/test")
    world.apply()
    assert values(world, Side.GIT, "test")["hours"] == 2.5
    world.git("revert", "--no-edit", "HEAD")
    world.apply(exact=False, settled=False)
    assert world.page_id("tasks/test") == page
    assert values(world, Side.NOTION, "test") == {"hours": 77}
    assert world.page("tasks/test")["Note"] == "Nobody read this"  # the next plan takes it up


def test_the_text_of_a_page_out_of_the_trash(notes: World) -> None:
    write_git(notes, ("Two more words.", "Other words."))
    notes.trash("Notes/plan")
    notes.apply(code=ExitCode.DECISIONS_REMAIN)
    notes.answer("notes/plan", "git")
    notes.apply(exact=False)
    assert "Other words." in in_notion(notes)
    assert "Two more words." in str(values(notes, Side.NOTION, "plan")["body"])


def test_a_typed_value_that_notion_computes_of_a_new_record(world: World) -> None:
    world.edit("projects/shed", title="Shed", hours="41")
    world.edit("tasks/door", title="Door", hours="3", project="[shed]")
    world.apply()
    assert world.record("projects/shed")["hours"] == "3"
    found = kept(world, Side.GIT, "shed")
    assert found is not None
    assert (found.fields, found.why) == ({"hours": 41}, {"hours": "as Notion has it"})


def test_a_record_of_which_one_side_alone_was_written(world: World) -> None:
    with_rule(world, "git")
    world.edit("tasks/dig", hours="9")
    world.in_notion("tasks/dig", Hours=7, Note="From Notion")
    planned = world.plan()
    world.spell("tasks/dig", kind="test")  # so its file is not written
    result = carry_out(planned, world.connection(), SILENT)
    assert result.exit_code is ExitCode.PARTLY_APPLIED
    assert world.page("tasks/dig")["Hours"] == 9
    assert values(world, Side.NOTION, "dig") == {"hours": 7}
    assert values(world, Side.GIT, "dig") == {}  # its file still holds it


def test_what_was_not_written_is_not_kept(world: World) -> None:
    world.edit("tasks/dig", hours="9")
    planned = world.plan()
    world.in_notion("tasks/dig", Note="Meanwhile")
    world.clock.advance(timedelta(minutes=1))
    carry_out(planned, world.connection(), SILENT)
    assert kept(world, Side.NOTION, "dig") is None


def test_a_value_with_odd_line_breaks_hides_no_backup_of_a_run_that_was_cut_short(
    tmp_path: Path,
) -> None:
    odd = "one\u2028two\u0085three"
    backups = (
        Backup("tasks", "dig", Side.NOTION, {"note": odd}, "overwritten"),
        Backup("tasks", "lay", Side.NOTION, {"hours": 12}, "overwritten"),
    )
    ref = "refs/heads/notion-gitops/state"
    Journal.begin(tmp_path, "20260112T0900Z-abcd", ref, {}).keep(backups)
    (sync,) = unfinished_syncs(tmp_path, ref)
    assert [b.fields for b in sync.backups] == [{"note": odd}, {"hours": 12}]


def damage(world: World, sync_id: str) -> None:
    """Another sync at the end of the state branch, whose backups are not whole."""
    tree = str(world.root.parent / "state-branch")
    message = world.git("log", "-1", "--format=%B", "notion-gitops/state")
    last = re.search(r"Sync-Id: (\S+)", message)
    assert last is not None
    world.git("worktree", "add", "-q", tree, "notion-gitops/state")
    (Path(tree) / "backup.jsonl").write_text('{"format_version": 1}\n{"mapping": "tasks"}\n')
    message = message.replace(last[1], sync_id)
    world.git("-C", tree, "commit", "-q", "--no-verify", "-a", "-m", message)
    world.git("worktree", "remove", tree)


def test_damaged_backups_keep_no_others_back(world: World) -> None:
    world.in_notion("tasks/dig", Hours=20)
    sync = world.apply()
    damage(world, "20260112T0925Z-bad1")
    _, listed, _ = world.command("backups", "list")
    assert "1 backup of 1 sync" in listed
    assert "Backups that cannot be read" in listed
    assert "20260112T0925Z-bad1" in listed
    for words in (("show", "bad1"), ("list", "--sync", "bad1")):
        _, _, told = world.command("backups", *words, ok=(6,))
        assert "the backups of sync 20260112T0925Z-bad1 cannot be read" in told
    world.apply(restores=(RestoreWish(sync.sync_id, "tasks", "dig", "hours"),))
    assert world.page("tasks/dig")["Hours"] == 8


def test_a_shallow_clone_may_lack_older_backups(world: World) -> None:
    world.in_notion("tasks/dig", Hours=20)
    world.apply()
    clone = world.root.parent / "shallow"
    url = world.root.as_uri()
    world.git("clone", "-q", "--depth", "1", "--no-single-branch", url, str(clone))
    _, listed, _ = replace(world, root=clone).command("backups", "list")
    assert "1 backup of 1 sync" in listed
    assert "git fetch --unshallow" in listed
    assert "shallow" not in world.command("backups", "list")[1]
