"""What comes back out of the backups, on both sides; and each reason for which it does not."""

from collections.abc import Callable

import pytest

from notion_gitops.model.errors import ExitCode, UsageError
from notion_gitops.model.operations import Cause, Kind
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.model.records import Side
from notion_gitops.model.restores import RestoreWish, Unrestored
from notion_gitops.report.plan_build import plan_view
from notion_gitops.report.plan_text import plan_text
from notion_gitops.report.sync import sync_text
from notion_gitops.sandbox.weather.rules import Effect, Rule
from notion_gitops.workflow.apply import nothing_to_do
from notion_gitops.workflow.plan import Planned
from tests.workflow.holds_world import hold
from tests.workflow.workflow_samples import TASKS
from tests.workflow.workflow_views import kinds, operation, part
from tests.workflow.workflow_world import World

NOTE = "  note: {property: Note, type: rich_text}\n"
NOTED = "Mind the **cable**"
PULLED = "  note: {property: Note, type: rich_text, direction: pull}\n"


def wish(
    sync: SyncResult | str, record: str, name: str = "", side: Side | None = None
) -> RestoreWish:
    sync_id = sync if isinstance(sync, str) else sync.sync_id
    mapping, _, key = record.partition("/")
    return RestoreWish(sync_id, mapping, key, name, side)


def rename(world: World, old: str, new: str) -> None:
    folder = "state/records/tasks"
    world.git("mv", f"{folder}/{old}.yaml", f"{folder}/{new}.yaml")
    world.commit("Rename")


def planned(world: World, *wishes: RestoreWish) -> Planned:
    return world.plan(restores=wishes)


def left(world: World, *wishes: RestoreWish) -> Unrestored:
    """What does not come back; and nothing else is planned for it."""
    found = planned(world, *wishes)
    (one,) = found.plan.not_restored
    writes = [w for o in found.plan.operations.values() for w in o.writes]
    assert Cause.RESTORED not in {c.cause for w in writes for c in w.changes}
    return one


@pytest.fixture
def edited(world: World) -> tuple[World, SyncResult]:
    """A sync that took Notion's hours, tags, due and note of a task."""
    world.in_notion("tasks/dig", Hours=20, Tags=["blue"], Due="2026-05-05", Note="From Notion")
    return world, world.apply()


# --- fields -------------------------------------------------------------------------------


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


# --- whole records ------------------------------------------------------------------------


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


# --- relations to what does not come back -------------------------------------------------


def hold_dig(world: World, sync: SyncResult) -> tuple[RestoreWish, ...]:
    hold(world, {"mapping": "tasks", "record": "dig"})
    return (wish(sync, "tasks"),)


def one_field_of_dig(_: World, sync: SyncResult) -> tuple[RestoreWish, ...]:
    return (wish(sync, "tasks/lay"), wish(sync, "tasks/dig", "hours"))


@pytest.mark.parametrize("ask", [hold_dig, one_field_of_dig])
def test_a_record_comes_back_without_a_relation_to_one_that_does_not(
    world: World, ask: Callable[[World, SyncResult], tuple[RestoreWish, ...]]
) -> None:
    world.remove("tasks/dig", "tasks/lay")
    restores = ask(world, world.apply())
    result = world.apply(exact=False, code=ExitCode.DECISIONS_REMAIN, restores=restores)
    (one,) = (u for u in result.plan.not_restored if u.key == "lay")
    assert one.reason == "after: there is no dig in tasks"
    assert world.record("tasks/lay").get("after", []) == []
    assert world.page("tasks/lay")["After"] == []


def test_a_record_of_a_mirror_does_not_come_back_for_one_that_relates_to_it(world: World) -> None:
    world.remove("tasks/test", "projects/beta")
    sync = world.apply()
    world.remap("projects", ("mode: two-way", "mode: mirror"))
    restores = (wish(sync, "tasks"), wish(sync, "projects"))
    world.apply(exact=False, code=ExitCode.DECISIONS_REMAIN, restores=restores)
    assert world.page("tasks/test")["Project"] == []


def test_an_edit_that_names_what_does_not_come_back_is_told(world: World) -> None:
    world.edit("tasks/lay", after=None)
    world.remove("tasks/dig")
    sync = world.apply()
    world.edit("tasks/lay", after="[dig]", note="from git")
    restores = (wish(sync, "tasks/dig", "hours"),)
    (problem,) = part(planned(world, *restores), "tasks").problems
    assert "there is no dig in tasks" in problem.summary
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False, restores=restores)
    assert world.page("tasks/lay")["Note"] == "from git"


def test_a_relation_does_not_come_back_to_a_key_that_is_changed_at_once(world: World) -> None:
    world.in_notion("tasks/lay", After=[])
    sync = world.apply()
    rename(world, "dig", "excavate")
    assert left(world, wish(sync, "tasks/lay")).reason == "after: there is no dig in tasks"


def test_an_edit_that_names_the_old_key_is_told_with_the_change_of_key(world: World) -> None:
    rename(world, "dig", "excavate")
    world.edit("tasks/test", after="[dig]", note="from git")
    (problem,) = part(world.plan(), "tasks").problems
    assert "there is no dig in tasks" in problem.summary
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.page("tasks/test")["Note"] == "from git"


# --- what does not come back --------------------------------------------------------------


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


# --- what is not there --------------------------------------------------------------------


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


assert NOTE in TASKS
