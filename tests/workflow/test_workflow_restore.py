"""What comes back out of the backups, on both sides."""

import pytest

from notion_gitops.model.errors import ExitCode, UsageError
from notion_gitops.model.operations import Kind
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.model.records import Side
from notion_gitops.report.sync import sync_text
from notion_gitops.sandbox.weather.rules import Effect, Rule
from tests.workflow.restore_world import NOTE, planned, wish
from tests.workflow.workflow_views import kinds, part
from tests.workflow.workflow_world import World

NOTED = "Mind the **cable**"


# --- fields ---------------------------------------------------------------------------------


def test_a_field_comes_back_on_both_sides(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    result = world.apply(restores=(wish(sync, "tasks/dig", "hours"),))
    assert world.record("tasks/dig")["hours"] == "8"
    assert world.page("tasks/dig")["Hours"] == 8
    assert world.record("tasks/dig")["due"] == "2026-05-05"  # only what was asked for
    kept = {(b.side, b.fields["hours"]) for b in result.backups}
    assert kept == {(Side.GIT, 20), (Side.NOTION, 20)}  # the way back has a way back


def test_all_fields_of_a_backup_come_back(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.apply(restores=(wish(sync, "tasks"),))
    found = world.record("tasks/dig")
    assert (found["hours"], found["due"], found["note"]) == ("8", "2026-02-01", NOTED)
    assert sorted(found["tags"]) == ["green", "red"]
    assert world.page("tasks/dig")["Note"] == "Mind the cable"
    assert sorted(world.page("tasks/dig")["Tags"]) == ["green", "red"]


def test_emptiness_comes_back_too(world: World) -> None:
    world.remap("tasks", ("fields:\n", "conflicts:\n  otherwise: notion\nfields:\n"))
    world.edit("tasks/dig", due=None)
    world.in_notion("tasks/dig", Due="2026-05-05")
    sync = world.apply()
    world.apply(restores=(wish(sync, "tasks/dig", "due"),))
    assert world.record("tasks/dig").get("due", "") == ""
    assert world.page("tasks/dig")["Due"] is None


def test_a_restore_is_one_edit_among_others(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.edit("tasks/dig", kind="test")
    world.in_notion("tasks/lay", Hours=5)
    world.apply(restores=(wish(sync, "tasks/dig", "hours"),))
    assert (world.page("tasks/dig")["Kind"], world.page("tasks/dig")["Hours"]) == ("test", 8)
    assert world.record("tasks/lay")["hours"] == "5"


def test_one_of_two_values_is_asked_for_by_its_side(world: World) -> None:
    world.edit("tasks/dig", tags="[green, blue]")
    world.in_notion("tasks/dig", Tags=["red"])
    sync = world.apply()
    with pytest.raises(UsageError, match="both sides of tasks/dig lost a value of tags"):
        planned(world, wish(sync, "tasks/dig"))
    world.apply(restores=(wish(sync, "tasks/dig", "tags", Side.NOTION),))
    assert world.record("tasks/dig")["tags"] == ["red"]


def test_a_pushed_field_takes_up_what_was_put_back(world: World) -> None:
    world.remap("tasks", (NOTE, NOTE.replace("rich_text", "rich_text, direction: push")))
    world.in_notion("tasks/dig", Note="Scribbled")
    sync = world.apply()
    world.apply(restores=(wish(sync, "tasks/dig"),))
    assert world.record("tasks/dig")["note"] == "Scribbled"
    assert world.page("tasks/dig")["Note"] == "Scribbled"


def test_what_a_killed_run_overwrote_comes_back(world: World) -> None:
    """Its backup is in the journal alone."""
    world.edit("tasks/dig", hours="9")
    result = world.apply()
    line = world.base("backup.jsonl").splitlines()[1]
    begin = '{"at": "2026-01-12T09:00:00+00:00", "what": "begin", "sync": "killed-0000"}\n'
    backups = f'{{"at": "2026-01-12T09:00:00+00:00", "what": "backups", "backups": [{line}]}}\n'
    world.write(".notion-gitops/journal-left-0000.jsonl", begin + backups)
    assert result.backups
    world.apply(restores=(wish("killed", "tasks/dig", "hours"),))
    assert (world.record("tasks/dig")["hours"], world.page("tasks/dig")["Hours"]) == ("8", 8)


# --- whole records --------------------------------------------------------------------------


@pytest.mark.parametrize("gone", [False, True])
def test_a_record_that_git_deleted_comes_back(world: World, gone: bool) -> None:
    page = world.page_id("tasks/test")
    world.remove("tasks/test")
    sync = world.apply()
    if gone:
        with world.sandbox.acting() as call:
            call.store.write("DELETE FROM links WHERE page=? OR target=?", (page, page))
            call.store.write("DELETE FROM pages WHERE id=?", (page,))
    result = world.apply(exact=False, restores=(wish(sync, "tasks/test"),))
    assert (world.page_id("tasks/test") == page) is not gone
    assert world.page("tasks/test")["Hours"] == 2.5
    assert world.record("tasks/test") == {
        "title": "Test the pipe", "status": "todo", "project": ["beta"], "hours": "2.5",
        "signed": "false",
    }  # fmt: skip
    told = " ".join(sync_text(result, {}, colour=False).split())
    assert f"Restored 1 record, from the backup of sync {sync.sync_id}" in told
    assert f"Undo git revert {result.record_commit[:7]}, then notion-gitops apply" in told


def test_a_record_comes_back_though_the_mapping_keeps_such_now(world: World) -> None:
    world.trash("Tasks/test")
    sync = world.apply()
    keep = "mode: two-way\ndeletes: {when_trashed_in_notion: keep}"
    world.remap("tasks", ("mode: two-way", keep))
    world.apply(exact=False, restores=(wish(sync, "tasks/test"),))
    assert world.record("tasks/test")["hours"] == "2.5"
    assert world.page("Tasks/test")["Hours"] == 2.5


def test_a_page_that_was_restored_by_hand_is_not_looked_for(world: World) -> None:
    world.remove("tasks/test")
    sync = world.apply()
    world.restore("Tasks/test")
    found = planned(world, wish(sync, "tasks/test"))
    assert kinds(found)["tasks/test"] is Kind.CREATE_FILE
    assert part(found, "tasks").out_of_scope == ()


def test_records_that_relate_to_one_another_come_back_together(world: World) -> None:
    world.remove("tasks/dig", "tasks/lay")
    sync = world.apply()
    world.apply(exact=False, restores=(wish(sync, "tasks"),))
    assert world.record("tasks/lay")["after"] == ["dig"]
    assert world.page("tasks/lay")["After"] == [world.page_id("tasks/dig")]


def test_a_restore_that_could_not_be_sent_is_not_first_in_the_next_apply(world: World) -> None:
    """The next apply knows nothing of it: it is for the person to ask again."""
    page = world.page_id("Tasks/test")
    world.remove("tasks/test")
    sync = world.apply()
    world.edit("tasks/lay", note="from git")
    world.sandbox.weather.add(Rule(Effect.ANSWER, "PATCH", f"/v1/pages/{page}"))
    asked = (wish(sync, "tasks/test"),)
    result = world.apply(code=ExitCode.PARTLY_APPLIED, settled=False, exact=False, restores=asked)
    assert "key: test" not in world.base("tasks/sync.yaml")
    world.sandbox.weather.clear()
    assert "not restored; type the same command again" in sync_text(result, {}, colour=False)
    world.apply(exact=False, restores=asked)
    assert world.record("tasks/test")["hours"] == "2.5"
