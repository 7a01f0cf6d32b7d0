"""Keys that change in git while the record, or another one, cannot be read: no page is lost."""

import json
from pathlib import Path

import pytest
import yaml

from notion_gitops.model.errors import ExitCode
from tests.faults.faults_samples import TASKS
from tests.faults.faults_world import Ran, World

ALL = ["t1", "t2", "t3", "t4", "t5", "t6"]
RECORDS = "state/records/tasks"
MAY_BE = "t2 is gone from git, and may be what cannot be read here"
IN_FIELD = TASKS.replace("key: {", "key: {field: id, ")


def told(ran: Ran, *said: str) -> None:
    assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text
    for text in said:
        assert text in ran.said, ran.text


def move(world: World, old: str, new: str, change: tuple[str, str] = ("", "")) -> None:
    """Rename a record's file, edit it, and commit."""
    file = world.root / RECORDS / old
    text = file.read_text()
    file.unlink()
    (world.root / RECORDS / new).write_text(text.replace(*change))
    world.commit(f"{old} is {new}")


def edit(world: World, key: str, *changes: tuple[str, str]) -> None:
    """Change the text of a record's file, and commit."""
    text = world.record(key).read_text()
    for change in changes:
        text = text.replace(*change)
    world.record(key).write_text(text)
    world.commit(f"Edit {key}")


def in_one_file(world: World, form: str) -> Path:
    """The tasks in one file, synced."""
    path = f"{RECORDS}, format: yaml", f"{RECORDS}.{form}, format: {form}"
    (world.root / "mappings/tasks.yaml").write_text(IN_FIELD.replace(*path))
    rows = [{"id": key, **world.in_git(key)} for key in ALL]
    rows[-1]["hours"] = 60  # so that there is something to record
    world.git("rm", "-rq", RECORDS)
    file = world.root / f"{RECORDS}.{form}"
    if form == "csv":
        plain = [[v[0] if isinstance(v, list) else str(v) for v in r.values()] for r in rows]
        file.write_text("".join(",".join(cells) + "\n" for cells in [list(rows[0]), *plain]))
    else:
        file.write_text(json.dumps(rows, indent=1) if form == "json" else yaml.dump(rows))
    world.commit("One file")
    assert world.apply().code == ExitCode.DONE
    return file


@pytest.mark.parametrize(
    ("new", "change", "said"),
    [
        ("x2.yaml", ("hours: 2", "hours: two"), f"{RECORDS}/x2.yaml:"),
        ("x2.yaml", ("title:", "<<<<<<< ours\ntitle:"), f"{RECORDS}/x2.yaml:1:1"),
        ("t 2.yaml", ("", ""), f"{RECORDS}/t 2.yaml:1:1"),
    ],
)
def test_i5_a_record_that_cannot_be_read_under_its_new_key_keeps_its_page(
    world: World, new: str, change: tuple[str, str], said: str
) -> None:
    page = world.page("t2")["id"]
    world.write("t1", hours=11)
    world.record("t5").unlink()
    move(world, "t2.yaml", new, change)
    told(world.apply(), "t2 and t5 are gone from git, and may be what cannot be read here", said)
    assert world.keys() == ALL
    assert world.in_notion("t1", "Hours") == 11
    move(world, new, "x2.yaml", (change[1], change[0]))
    assert world.apply().code == ExitCode.DONE
    assert world.page("x2")["id"] == page
    assert world.keys() == ["t1", "t3", "t4", "t6", "x2"]
    world.at_rest()


def test_i5_f087_a_record_renamed_to_what_git_ignores_keeps_its_page(world: World) -> None:
    (world.root / ".gitignore").write_text(".notion-gitops/\n*-draft.yaml\n")
    world.record("t2").rename(world.record("t2-draft"))
    world.git("add", "-A")
    world.git("commit", "-qm", "t2 is a draft")
    told(world.apply(), MAY_BE, f"{RECORDS}/t2-dr")
    assert world.keys() == ALL


def test_i5_the_others_are_renamed_deleted_and_made_as_ever(world: World) -> None:
    """What is one record for sure is no other one."""
    page = world.page("t3")["id"]
    world.record("t1").write_text("<<<<<<< ours\n")
    world.record("t4").unlink()
    world.write("n1", title="Quite new", hours=1)
    move(world, "t3.yaml", "x3.yaml")
    told(world.apply(), f"{RECORDS}/t1.yaml:1:1")
    assert world.keys() == ["n1", "t1", "t2", "t5", "t6", "x3"]
    assert world.page("x3")["id"] == page


def test_i5_a_rename_is_found_beside_what_cannot_be_read(world: World) -> None:
    page = world.page("t3")["id"]
    move(world, "t2.yaml", "x2.yaml", ("hours: 2", "hours: two"))
    move(world, "t3.yaml", "x3.yaml")
    told(world.apply(), MAY_BE)
    assert world.keys() == ["t1", "t2", "t4", "t5", "t6", "x3"]
    assert world.page("x3")["id"] == page


@pytest.fixture
def keyed(world: World) -> World:
    """The keys stand in a field of each file."""
    (world.root / "mappings/tasks.yaml").write_text(IN_FIELD)
    for key in ALL:
        world.record(key).write_text(f"id: {key}\n\n{world.record(key).read_text()}")
    edit(world, "t6", ("hours: 6", "hours: 60"))
    assert world.apply().code == ExitCode.DONE
    assert "id: t3" in world.state_file(f"{RECORDS}/t3.yaml")
    return world


@pytest.mark.parametrize(
    ("typed", "hours"), [("t3", "2"), ("T3", "2"), ("t3", "two"), ("[t3]", "2"), ("x 2", "2")]
)
def test_i5_f094_a_key_typed_into_the_wrong_file_loses_no_page(
    keyed: World, typed: str, hours: str
) -> None:
    keyed.record("t5").unlink()
    edit(keyed, "t2", ("id: t2", f"id: {typed}"), ("hours: 2", f"hours: {hours}"))
    told(keyed.apply(), f"{RECORDS}/t2.yaml:1:")
    assert keyed.keys() == ALL
    edit(keyed, "t2", (f"id: {typed}", "id: t2"), (f"hours: {hours}", "hours: 2"))
    assert keyed.apply().code == ExitCode.DONE
    assert keyed.keys() == [key for key in ALL if key != "t5"]
    keyed.at_rest()


def test_i5_files_that_change_their_names_and_cannot_be_read_lose_no_page(keyed: World) -> None:
    """t2 stands in a file that was t1's, and cannot be read."""
    move(keyed, "t1.yaml", "done.yaml")
    move(keyed, "t2.yaml", "t1.yaml", ("title:", "<<<<<<< ours\ntitle:"))
    told(keyed.apply(), MAY_BE, f"{RECORDS}/t1.yaml:")
    assert keyed.keys() == ALL
    edit(keyed, "t1", ("<<<<<<< ours\n", ""))
    assert keyed.apply().code == ExitCode.DONE
    assert keyed.keys() == ALL


@pytest.mark.parametrize("form", ["csv", "json", "yaml"])
@pytest.mark.parametrize("new", ["t3", "T3", "x2"])
def test_i5_f094_a_key_typed_into_the_wrong_row_loses_no_page(
    world: World, form: str, new: str
) -> None:
    file = in_one_file(world, form)
    before = file.read_text()
    quote = '"' if form == "json" else ""
    after = before.replace(f"{quote}t2{quote}", f"{quote}{new}{quote}", 1)
    assert after != before
    if new == "x2":
        two = {"csv": (",doing,2", ",doing,two"), "json": ('"hours": 2', '"hours": "two"')}
        after = after.replace(*two.get(form, ("hours: 2", "hours: two")))
    file.write_text(after.replace("Task 1", "Task one"))
    world.commit("Another key")
    told(world.apply(), MAY_BE, f"{RECORDS}.{form}:")
    assert world.keys() == ALL
    assert world.in_notion("t1", "Name") == "Task one"
    file.write_text(before)
    world.commit("Put right")
    assert world.apply().code == ExitCode.DONE
    assert world.keys() == ALL
    world.at_rest()


def test_i5_an_offline_plan_and_why_delete_nothing_that_may_be_unreadable(world: World) -> None:
    move(world, "t2.yaml", "x2.yaml", ("hours: 2", "hours: two"))
    ran = world.run("plan", "--offline")
    assert "trash" not in ran.said, ran.text
    assert MAY_BE in ran.said
    assert MAY_BE in world.run("why", "tasks", "t2", "--offline").said
