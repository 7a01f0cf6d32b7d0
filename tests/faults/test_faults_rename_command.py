"""`rename`: a record gets another key, and keeps its page whatever else is edited at once."""

from collections.abc import Callable

import pytest
import yaml

from notion_gitops.model.errors import ExitCode
from tests.faults.faults_world import Ran, World
from tests.faults.test_faults_keys import IN_FIELD, RECORDS, in_one_file
from tests.faults.test_faults_renames import ALL, HOURS, X2, asked, move

FILE = "state/renames/tasks/x2.yaml"


def rename(world: World, *words: str) -> Ran:
    ran = world.run("rename", *words)
    assert ran.code == ExitCode.DONE, ran.text
    return ran


def refused(ran: Ran, *said: str, code: int = ExitCode.USAGE) -> None:
    assert ran.code == code, ran.text
    for text in said:
        assert text in ran.said, ran.text


def done(world: World, page: str, key: str = "x2") -> None:
    """The page has the key, nothing is left to do, and no rename file."""
    assert world.page(key)["id"] == page
    assert not list((world.root / "state").glob("renames/*/*"))
    world.at_rest()


def test_i5_a_rename_that_was_told_is_one_whatever_else_is_edited(world: World) -> None:
    page, other = world.page("t2")["id"], world.page("t3")["id"]
    world.edit_git("t3", parent=["t1", "t2"])
    world.edit_git("t2", parent=["t2"], tags=None)
    assert world.apply().code == ExitCode.DONE
    ran = rename(world, "tasks", "t2", "x2")
    assert "t2 of tasks is x2 now" in ran.said
    assert "1 record named it, and follow: tasks/t3" in ran.said
    assert sorted(world.in_git("t3")["parent"]) == ["t1", "x2"]
    assert world.in_git("x2")["parent"] == ["x2"]
    assert world.git("diff", "--cached", "--name-only") == ""
    world.write("x2", title="All new", hours=99, status="done", team=["red"], note="other")
    world.write("n1", title="Task 2", hours=2, status="doing", team=["blue"])
    world.record("t5").unlink()
    world.commit()
    assert "renamed in git, was t2" in world.run("plan").said
    assert world.apply().code == ExitCode.DONE
    assert world.keys() == ["n1", "t1", "t3", "t4", "t6", "x2"]
    assert world.in_notion("x2", "Name") == "All new"
    assert {"id": page} in world.in_notion("t3", "Parent")
    assert world.page("t3")["id"] == other
    done(world, page)


def test_a_rename_reaches_the_records_of_other_mappings(world: World) -> None:
    page = world.page("red", "teams")["id"]
    ran = rename(world, "teams/red", "crimson")
    assert "3 records named it" in ran.said
    assert [world.in_git(f"t{n}")["team"] for n in (1, 2, 3)] == [
        ["crimson"],
        ["blue"],
        ["crimson"],
    ]
    world.edit_git("crimson", "teams", name="The reds", lead="Bo")
    assert world.apply().code == ExitCode.DONE
    assert world.page("crimson", "teams")["id"] == page
    assert world.in_notion("t1", "Team") == [{"id": page}]
    assert not world.transport.writes() or all(
        "trash" not in str(w) for w in world.transport.writes()
    )
    world.at_rest()


def test_a_record_that_was_renamed_by_hand_and_is_asked_about_is_settled(world: World) -> None:
    page = world.page("t2")["id"]
    world.edit_git("t3", parent=["t2"])
    assert world.apply().code == ExitCode.DONE
    move(world, "t2", "x2", HOURS)
    world.commit()
    ran = world.apply()
    asked(ran, X2)
    assert "notion-gitops rename tasks t2 x2" in ran.said
    rename(world, "tasks", "t2", "x2")
    assert world.in_git("t3")["parent"] == ["x2"]
    world.commit()
    assert world.apply().code == ExitCode.DONE
    assert world.in_notion("x2", "Hours") == 22
    done(world, page)


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_rename_takes_an_open_conflict_and_its_answer_along(world: World, by_hand: bool) -> None:
    page = world.page("t2")["id"]
    world.edit_git("t2", hours=22)
    world.edit_notion("t2", hours=23)
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    assert world.run("conflicts resolve", "t2", "--take", "git").code == ExitCode.DONE
    if by_hand:
        move(world, "t2", "x2")
    rename(world, "tasks", "t2", "x2")
    assert not (world.root / "state/conflicts/tasks/t2.yaml").exists()
    moved = yaml.safe_load((world.root / "state/conflicts/tasks/x2.yaml").read_text())
    assert (moved["record"], moved["file"]) == ("tasks/x2", f"{RECORDS}/x2.yaml")
    assert world.run("validate").code == ExitCode.DONE
    world.edit_git("x2", note="edited as well")
    assert world.apply().code == ExitCode.DONE
    assert world.in_notion("x2", "Hours") == 22
    assert world.in_notion("x2", "Note") == "edited as well"
    done(world, page)


def test_a_rename_leaves_a_conflict_open_that_nobody_decided(world: World) -> None:
    page = world.page("t2")["id"]
    world.edit_git("t2", hours=22)
    world.edit_notion("t2", hours=23)
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    rename(world, "tasks", "t2", "x2")
    world.edit_git("x2", note="edited as well")
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    assert world.in_notion("x2", "Note") == "edited as well"
    assert world.in_notion("x2", "Hours") == 23
    assert world.in_git("x2")["hours"] == 22
    assert world.run("conflicts resolve", "x2", "--take", "notion").code == ExitCode.DONE
    world.commit()
    assert world.apply().code == ExitCode.DONE
    assert world.in_git("x2")["hours"] == 23
    done(world, page)


@pytest.mark.parametrize("form", ["csv", "json", "yaml"])
def test_a_row_is_renamed(world: World, form: str) -> None:
    file = in_one_file(world, form)
    page, before = world.page("t2")["id"], file.read_text()
    rename(world, "tasks", "t2", "x2")
    after = file.read_text()
    assert after == before.replace("t2", "x2")
    file.write_text(after.replace("Task 2", "Task two"))
    world.commit()
    assert world.apply().code == ExitCode.DONE
    assert world.in_notion("x2", "Name") == "Task two"
    done(world, page)


@pytest.mark.parametrize("name", ["t2", "second"])
def test_a_key_in_a_field_is_renamed_and_so_is_a_file_that_is_named_by_it(
    world: World, name: str
) -> None:
    (world.root / "mappings/tasks.yaml").write_text(IN_FIELD)
    world.write("t1", hours=11)
    world.record("t2").rename(world.record(name))
    world.record(name).write_text(f"# the second\nid: t2\n\n{world.record(name).read_text()}")
    world.commit()
    assert world.apply().code == ExitCode.DONE
    page = world.page("t2")["id"]
    rename(world, "tasks", "t2", "x2")
    now = "x2" if name == "t2" else name
    assert world.record(now).read_text().startswith("# the second\nid: x2\n")
    world.edit_git(now, hours=22, title="Two")
    assert world.apply().code == ExitCode.DONE
    done(world, page)


def test_what_cannot_be_renamed_is_told_and_nothing_changes(world: World) -> None:
    world.record("t4").write_text("<<<<<<< ours\n")
    world.record("t5").unlink()
    world.commit()
    refused(world.run("rename", "tasks", "t22", "x2"), 'no record "t22" in tasks', "t2")
    refused(world.run("rename", "task", "t2", "x2"), 'no mapping is named "task"')
    refused(world.run("rename", "tasks", "t2", "t3"), "has a record t3 already")
    refused(world.run("rename", "tasks", "t2", "T3"), "has a record t3 already")
    refused(world.run("rename", "tasks", "t2", "t2"), "has a record t2 already")
    refused(world.run("rename", "tasks", "t2", "a b"), "cannot be a key")
    refused(world.run("rename", "tasks", "t2", "../x"), "cannot be a key")
    refused(world.run("rename", "tasks", "t4", "x4"), "t4 of tasks cannot be read", "t4.yaml:1:1")
    refused(world.run("rename", "tasks", "t2", "t5"), "t5 was another record of tasks")
    refused(world.run("rename", "tasks", "t5", "x5"), 'no record "t5"')
    refused(world.run("rename", "tasks", "t2"), "MAPPING OLD NEW")
    assert world.git("status", "--porcelain") == ""


def test_a_record_that_was_never_synced_needs_no_rename_file(world: World) -> None:
    world.write("n1", title="New")
    ran = rename(world, "tasks", "n1", "n2")
    assert "The next apply" not in ran.said
    assert not (world.root / "state/renames").exists()
    world.commit()
    assert world.apply().code == ExitCode.DONE
    assert world.keys() == ["n2", *ALL]


def test_a_rename_of_a_rename_and_back(world: World) -> None:
    page = world.page("t2")["id"]
    rename(world, "tasks", "t2", "x2")
    rename(world, "tasks", "x2", "y2")
    assert [p.name for p in (world.root / "state/renames/tasks").iterdir()] == ["y2.yaml"]
    rename(world, "tasks", "y2", "t2")
    assert world.git("status", "--porcelain") == ""
    rename(world, "tasks", "t2", "T2")
    world.edit_git("T2", title="Another", hours=1)
    assert world.apply().code == ExitCode.DONE
    done(world, page, "T2")


@pytest.mark.parametrize("committed", [False, True])
def test_a_rename_file_that_is_over_goes(world: World, committed: bool) -> None:
    rename(world, "tasks", "t2", "x2")
    if committed:
        world.commit()
        move(world, "x2", "t2")
        world.commit()
    else:
        world.git("add", RECORDS)
        world.git("reset", "-q", "--hard")
        world.git("clean", "-fdq", RECORDS)
    assert (world.root / FILE).exists()
    assert world.plan_code() == 0
    assert world.apply().code == ExitCode.DONE
    done(world, world.page("t2")["id"], "t2")


def test_i5_a_record_that_is_there_under_both_keys_is_asked_about(world: World) -> None:
    page, text = world.page("t2")["id"], world.record("t2").read_text()
    rename(world, "tasks", "t2", "x2")
    world.record("t2").write_text(text.replace("hours: 2", "hours: 22"))
    world.commit()
    ran = world.apply()
    refused(ran, "x2 was t2, this file says, and t2 is in git as well", FILE, code=3)
    assert world.in_notion("t2", "Hours") == 22
    assert world.keys() == ALL
    world.delete_git("t2")
    assert world.apply().code == ExitCode.DONE
    done(world, page)


def test_i5_a_renamed_record_that_cannot_be_read_is_waited_for(world: World) -> None:
    page = world.page("t2")["id"]
    rename(world, "tasks", "t2", "x2")
    world.record("x2").write_text("<<<<<<< ours\n")
    world.commit()
    refused(world.apply(), f"{RECORDS}/x2.yaml:1:1", code=3)
    assert (world.root / FILE).exists()
    world.record("x2").write_text("title: Quite another\nhours: 7\n")
    world.commit()
    assert world.apply().code == ExitCode.DONE
    done(world, page)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("record: tasks/x2\nwas: t2\n", "format_version"),
        ("format_version: 1\nrecord: tasks/y2\nwas: t2\n", 'its name says "tasks/x2"'),
        ("format_version: 1\nrecord: tasks/x2\nwas: t 2\n", "this is no key"),
        ("- t2\n", "this is no rename file"),
        ("", "this is no rename file"),
    ],
)
def test_a_rename_file_that_is_wrong_is_told_with_its_place(
    world: World, text: str, said: str
) -> None:
    rename(world, "tasks", "t2", "x2")
    (world.root / FILE).write_text(text)
    world.commit()
    for command in (("plan",), ("plan", "--offline"), ("apply", "--yes"), ("validate",)):
        refused(world.run(*command), FILE, said, code=ExitCode.INVALID)
    assert world.keys() == ALL


def test_two_rename_files_of_one_record_are_refused(world: World) -> None:
    rename(world, "tasks", "t2", "x2")
    text = (world.root / FILE).read_text().replace("x2", "y2")
    (world.root / "state/renames/tasks/y2.yaml").write_text(text)
    refused(world.run("plan"), "cannot have become both x2 and y2", code=ExitCode.INVALID)


def test_an_offline_plan_shows_a_rename_as_one(world: World) -> None:
    world.edit_git("t3", parent=["t2"])
    assert world.apply().code == ExitCode.DONE
    rename(world, "tasks", "t2", "x2")
    world.edit_git("x2", hours=22)
    ran = world.run("plan", "--offline")
    assert "renamed in git, was t2" in ran.said, ran.text
    assert "2 -> 22" in ran.said
    assert "t3" not in ran.said
    assert "trash" not in ran.said
    assert "0 deletes" in ran.said or "delete" not in ran.said


def test_a_rename_that_came_by_a_pull_is_carried_out_there(
    world: World, remote: object, clone: Callable[..., World]
) -> None:
    page = world.page("t2")["id"]
    rename(world, "tasks", "t2", "x2")
    world.edit_git("x2", hours=22, title="Two")
    world.git("push", "-q", "origin", "main")
    runner = clone("runner")
    assert runner.apply("--push").code == ExitCode.DONE
    assert runner.page("x2")["id"] == page
    world.git("pull", "-q", "--no-rebase")
    assert not (world.root / FILE).exists()
    assert world.plan_code() == 0


def test_a_rename_waits_for_a_hold_and_says_so(world: World) -> None:
    page = world.page("t2")["id"]
    assert world.run("hold add", "tasks", "t2", "--reason", "counted").code == ExitCode.DONE
    world.commit()
    world.git("add", "state")
    ran = rename(world, "tasks", "t2", "x2")
    assert "is on hold, so its page keeps the old key until that ends" in ran.said
    world.edit_git("x2", hours=22)
    assert world.apply().code == ExitCode.DONE
    assert world.keys() == ALL
    assert world.run("hold remove", "tasks", "t2").code == ExitCode.DONE
    world.commit()
    assert world.apply().code == ExitCode.DONE
    assert world.in_notion("x2", "Hours") == 22
    done(world, page)


def test_a_write_that_fails_leaves_the_rename_to_the_next_apply(world: World) -> None:
    page = world.page("t2")["id"]
    rename(world, "tasks", "t2", "x2")
    world.edit_git("x2", hours=22, title="Two")
    world.when("PATCH", "/pages/", lambda: world.edit_notion("t2", note="meanwhile"))
    world.apply()
    assert world.apply().code == ExitCode.DONE
    assert world.in_git("x2")["note"] == "meanwhile"
    done(world, page)
