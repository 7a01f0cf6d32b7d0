"""Each reason for which something does not come back out of the backups."""

import pytest

from notion_gitops.model.errors import ExitCode, UsageError
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.model.records import Side
from notion_gitops.report.plan_build import plan_view
from notion_gitops.report.plan_text import plan_text
from notion_gitops.workflow.apply import nothing_to_do
from tests.workflow.restore_world import NOTE, left, planned, rename, wish
from tests.workflow.workflow_views import kinds, operation
from tests.workflow.workflow_world import World

PULLED = "  note: {property: Note, type: rich_text, direction: pull}\n"


@pytest.mark.parametrize("side", Side)
def test_an_edit_since_stays(edited: tuple[World, SyncResult], side: Side) -> None:
    world, sync = edited
    if side is Side.GIT:
        world.edit("tasks/dig", hours="30")
    else:
        world.in_notion("tasks/dig", Hours=30)
    one = left(world, wish(sync, "tasks/dig", "hours"))
    assert one.reason == f"edited in {side.label} since the last sync"
    assert one.fix == "Run apply first; then restore."
    world.apply(code=ExitCode.DECISIONS_REMAIN, restores=(wish(sync, "tasks/dig", "hours"),))
    assert (world.record("tasks/dig")["hours"], world.page("tasks/dig")["Hours"]) == ("30", 30)
    world.apply(restores=(wish(sync, "tasks/dig", "hours"),))  # now it does
    assert world.record("tasks/dig")["hours"] == "8"


def test_the_same_edit_on_both_sides_since_stays(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.edit("tasks/dig", hours="30")
    world.in_notion("tasks/dig", Hours=30)
    assert "edited in git and in Notion" in left(world, wish(sync, "tasks/dig", "hours")).reason


def test_an_open_question_is_decided_first(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.edit("tasks/dig", hours="30")
    world.in_notion("tasks/dig", Hours=40)
    one = left(world, wish(sync, "tasks/dig", "hours"))
    assert one.reason == "a decision about it is open"
    assert "conflicts resolve" in one.fix


def test_a_restore_that_was_interrupted_is_typed_again(edited: tuple[World, SyncResult]) -> None:
    """Both sides were written, and the base was not."""
    world, sync = edited
    world.edit("tasks/dig", hours="8")
    world.in_notion("tasks/dig", Hours=8)
    result = world.apply(restores=(wish(sync, "tasks/dig", "hours"),))
    assert [u.reason for u in result.plan.not_restored] == ["both sides hold it already"]
    assert "hours: 8" in world.base("state/records/tasks/dig.yaml")


@pytest.mark.parametrize("side", Side)
def test_a_restore_that_was_interrupted_half_way(
    edited: tuple[World, SyncResult], side: Side
) -> None:
    world, sync = edited
    if side is Side.GIT:
        world.edit("tasks/dig", hours="8")
    else:
        world.in_notion("tasks/dig", Hours=8)
    result = world.apply(restores=(wish(sync, "tasks/dig", "hours"),))
    assert [u.reason for u in result.plan.not_restored] == ["the ordinary sync brings it"]
    assert (world.record("tasks/dig")["hours"], world.page("tasks/dig")["Hours"]) == ("8", 8)


def test_a_sensitive_value_that_is_not_sent(world: World) -> None:
    world.in_notion("tasks/test", Kind="test")
    world.apply()
    world.in_notion("tasks/test", Kind=None)
    sync = world.apply()
    world.schema("tasks", {"Kind": {"select": {"options": [{"name": "build"}]}}})
    world.remap("tasks", ("type: select}", "type: select, sensitive: true}"))
    assert left(world, wish(sync, "tasks/test", "kind")).fix == "Set another one by hand."


def test_what_is_there_already(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.apply(restores=(wish(sync, "tasks/dig", "hours"),))
    one = left(world, wish(sync, "tasks/dig", "hours"))
    assert one.unchanged
    found = planned(world, wish(sync, "tasks/dig", "hours"))
    assert nothing_to_do(found)
    shown = plan_text(plan_view(found.plan, found.comparison.workspace.mappings), colour=False)
    assert "As in the backup already, nothing to restore: tasks/dig hours" in shown


@pytest.mark.parametrize(("old", "new", "reason"), [
    (NOTE, "", "the mapping has no such field"),
    (NOTE, PULLED, "edits of it come from Notion alone"),
    ("mode: two-way", "mode: mirror", "in a mirror all values come from Notion"),
    ("type: rich_text}", "type: rich_text, sensitive: true}", ""),
])  # fmt: skip
def test_what_the_mapping_does_not_take(
    edited: tuple[World, SyncResult], old: str, new: str, reason: str
) -> None:
    world, sync = edited
    world.remap("tasks", (old, new))
    if not reason:
        assert operation(planned(world, wish(sync, "tasks/dig", "note")), "tasks/dig").writes
        return
    assert left(world, wish(sync, "tasks/dig", "note")).reason == reason


def test_what_notion_computes(world: World) -> None:
    world.edit("projects/alpha", hours="77")
    sync = world.apply()
    assert left(world, wish(sync, "projects/alpha")).reason == "Notion computes it"


def test_a_word_that_the_mapping_has_no_more(world: World) -> None:
    world.in_notion("tasks/dig", Status="Done")
    sync = world.apply()
    world.remap("tasks", ("doing: In progress, ", "active: In progress, "))
    one = left(world, wish(sync, "tasks/dig", "status"))
    assert '"doing" is none of the words of status' in one.reason


def test_a_sensitive_word_that_the_mapping_has_no_more_is_not_shown(world: World) -> None:
    world.in_notion("tasks/dig", Status="Done")
    sync = world.apply()
    hidden = ("    type: status\n", "    type: status\n    sensitive: true\n")
    world.remap("tasks", ("doing: In progress, ", "active: In progress, "), hidden)
    assert "doing" not in left(world, wish(sync, "tasks/dig", "status")).reason


def test_an_option_and_a_record_that_are_no_more(world: World) -> None:
    world.in_notion("tasks/test", Kind="test", Project=[])
    world.apply()
    world.in_notion("tasks/test", Kind=None)
    kind = world.apply()
    world.schema("tasks", {"Kind": {"select": {"options": [{"name": "build"}]}}})
    assert 'has no option "test"' in left(world, wish(kind, "tasks/test", "kind")).reason


def test_a_relation_to_a_record_that_is_no_more(world: World) -> None:
    world.in_notion("tasks/test", Project=[])
    sync = world.apply()
    world.remove("projects/beta")
    world.apply()
    one = left(world, wish(sync, "tasks/test", "project"))
    assert one.reason == "project: there is no beta in projects"


def test_a_record_that_is_deleted_meanwhile(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.trash("tasks/dig")
    one = left(world, wish(sync, "tasks/dig"))
    assert one.reason == "it was deleted in Notion meanwhile"


def test_a_record_that_is_gone_comes_back_only_whole(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.edit("tasks/lay", after=None)
    world.remove("tasks/dig")
    world.apply()
    one = left(world, wish(sync, "tasks/dig"))
    assert (one.field, one.reason) == ("", "no record has that key any more")
    assert "the sync that deleted it" in one.fix


@pytest.mark.parametrize("side", Side)
def test_no_record_comes_back_beside_one_that_differs_in_capitals_alone(
    world: World, side: Side
) -> None:
    world.in_notion("tasks/lay", After=["test"])
    world.apply()
    world.remove("tasks/test", "tasks/lay")
    sync = world.apply()
    if side is Side.GIT:
        world.edit("tasks/Test", title="Another test", status="todo")
        world.apply()
    else:
        world.add_page("Tasks", Name="Another test", Key="Test")
    found = planned(world, wish(sync, "tasks/test"))
    (one,) = found.plan.not_restored
    assert one.reason == "its key differs from Test in capitals alone"
    assert "tasks/test" not in kinds(found)
    after = planned(world, wish(sync, "tasks")).plan.not_restored[0]
    assert (after.key, after.reason) == ("lay", "after: there is no test in tasks")


def test_of_two_records_that_differ_in_capitals_alone_none_comes_back(world: World) -> None:
    world.remove("tasks/test")
    first = world.apply()
    world.edit("tasks/Test", title="Another test", status="todo")
    world.apply()
    world.remove("tasks/Test")
    second = world.apply()
    found = planned(world, wish(first, "tasks/test"), wish(second, "tasks/Test"))
    assert [u.key for u in found.plan.not_restored] == ["Test", "test"]
    world.apply(exact=False, restores=(wish(second, "tasks/Test"),))
    assert world.record("tasks/Test")["title"] == "Another test"


def test_a_page_that_is_out_of_scope(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    filter_ = "filter: {property: Archived, checkbox: {equals: false}}}"
    world.remap("tasks", ('"${NOTION_TASKS}"}', f'"${{NOTION_TASKS}}", {filter_}'))
    world.in_notion("tasks/dig", Archived=True)
    one = left(world, wish(sync, "tasks/dig"))
    assert one.reason == "its page is archived, or out of the mapping's filter"


def test_a_file_that_cannot_be_read(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.edit("tasks/dig", due="soon")
    assert left(world, wish(sync, "tasks/dig")).reason == "its file cannot be read"


def test_a_record_that_is_renamed_meanwhile(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.git("mv", "state/records/tasks/dig.yaml", "state/records/tasks/excavate.yaml")
    world.spell("tasks/lay", after="[excavate]")
    world.commit()
    assert left(world, wish(sync, "tasks/dig")).reason == "its key is excavate now"


def test_a_record_that_was_renamed_since(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    rename(world, "dig", "excavate")
    world.apply()
    one = left(world, wish(sync, "tasks/dig"))
    assert one.reason == "no record has that key any more"
    assert "If it has another key now, set the value there" in one.fix


def test_a_record_that_is_asked_about(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.edit("tasks/lay", after=None)
    world.remove("tasks/dig")
    world.in_notion("tasks/dig", Hours=30)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    one = left(world, wish(sync, "tasks/dig"))
    assert one.reason == "a decision about it is open"
    assert "conflicts resolve" in one.fix


def test_a_mapping_that_takes_no_part(edited: tuple[World, SyncResult]) -> None:
    world, sync = edited
    world.schema("tasks", {"Hours": {"rich_text": {}}})
    assert left(world, wish(sync, "tasks/dig")).reason == "tasks takes no part"


# --- what is not there ----------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "told", "fix"), [
    (("nothing", "tasks/dig", ""), 'there is no sync "nothing"', "backups list"),
    (("", "task/dig", ""), 'no mapping is named "task"', '"tasks"'),
    (("", "projects/alpha", ""), "overwrote nothing of projects", "tasks"),
    (("", "tasks/digg", ""), "overwrote nothing of tasks/digg", '"dig"'),
    (("", "tasks/lay", ""), "overwrote nothing of tasks/lay", "use one of: dig"),
    (("", "tasks/dig", "hour"), 'holds no "hour"', '"hours"'),
    (("2026", "tasks/dig", ""), '"2026" can be', "Write more of it."),
])  # fmt: skip
def test_what_there_is_not(
    edited: tuple[World, SyncResult], asked: tuple[str, str, str], told: str, fix: str
) -> None:
    world, sync = edited
    word, record, name = asked
    with pytest.raises(UsageError, match=told) as caught:
        planned(world, wish(word or sync.sync_id, record, name))
    assert fix in caught.value.diagnostics[0].fix


def test_a_key_alone_does_not_come_back(world: World) -> None:
    world.in_notion("tasks/dig", Key="digging")
    sync = world.apply()
    with pytest.raises(UsageError, match="no value that could come back"):
        planned(world, wish(sync, "tasks/dig"))


def test_a_field_out_of_two_backups(edited: tuple[World, SyncResult]) -> None:
    world, first = edited
    world.in_notion("tasks/dig", Hours=40)
    second = world.apply()
    with pytest.raises(UsageError, match="hours of tasks/dig is asked for out of two"):
        planned(world, wish(first, "tasks/dig"), wish(second, "tasks/dig"))
