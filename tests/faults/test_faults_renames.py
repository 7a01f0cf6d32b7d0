"""Keys that change in git together with other edits: no page is lost, and a person is asked."""

import pytest

from notion_gitops.model.errors import ExitCode
from tests.faults.faults_world import Ran, World

ALL = ["t1", "t2", "t3", "t4", "t5", "t6"]


def move(world: World, old: str, new: str, change: tuple[str, str] = ("", "")) -> None:
    """Rename a record and edit it; uncommitted."""
    text = world.record(old).read_text()
    world.record(old).unlink()
    world.record(new).write_text(text.replace(*change))


def asked(ran: Ran, *questions: str) -> None:
    """These questions are asked, and no others."""
    assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text
    for question in questions:
        assert question in ran.said, ran.text
    assert ran.said.count("gone from git") == len(questions), ran.text


X2 = "t2 is gone from git, and x2 is new and much like it"
HOURS = ("hours: 2", "hours: 22")


def test_i5_a_rename_and_an_edit_beside_a_new_record(world: World) -> None:
    world.write("n1", title="Quite new", hours=1)
    move(world, "t2", "x2", HOURS)
    world.commit()
    asked(world.apply(), X2)
    assert world.keys() == ["n1", *ALL]


def test_i5_a_rename_and_an_edit_beside_a_deletion(world: World) -> None:
    move(world, "t2", "x2", HOURS)
    world.record("t5").unlink()
    world.commit()
    asked(world.apply(), X2)
    assert world.keys() == [key for key in ALL if key != "t5"]


def test_i5_a_rename_and_an_edit_beside_another_rename(world: World) -> None:
    page = world.page("t3")["id"]
    move(world, "t2", "x2", HOURS)
    move(world, "t3", "x3")
    world.commit()
    asked(world.apply(), X2)
    assert world.keys() == ["t1", "t2", "t4", "t5", "t6", "x3"]
    assert world.page("x3")["id"] == page


def test_i5_two_renames_with_edits(world: World) -> None:
    move(world, "t2", "x2", HOURS)
    move(world, "t3", "x3", ("title: Task 3", "title: Task three"))
    world.commit()
    asked(world.apply(), X2, "t3 is gone from git, and x3 is new and much like it")
    assert world.keys() == ALL


def test_i5_equal_records_that_are_renamed_and_edited_are_asked_about_together(
    world: World,
) -> None:
    for key in ("e1", "e2"):
        world.write(key, title="Equal", hours=1, note="the same")
    world.commit()
    assert world.apply().code == ExitCode.DONE
    pages = {world.page(key)["id"] for key in ("e1", "e2")}
    move(world, "e1", "f1")
    move(world, "e2", "f2", ("hours: 1", "hours: 7"))
    world.commit()
    asked(world.apply(), "e1 and e2 are gone from git, and f1 and f2 are new and much like them")
    assert pages <= {page["id"] for page in world.pages()}


def test_one_record_deleted_and_another_added_are_not_asked_about(world: World) -> None:
    world.record("t2").unlink()
    world.write("n1", title="Quite new", status="doing", team=["blue"], hours=1)
    world.commit()
    assert world.apply().code == ExitCode.DONE
    assert world.keys() == ["n1", "t1", "t3", "t4", "t5", "t6"]


@pytest.mark.parametrize("conflict", [False, True])
def test_a_rename_and_an_edit_that_is_asked_about_is_settled_as_the_plan_says(
    world: World, conflict: bool
) -> None:
    page = world.page("t2")["id"]
    if conflict:
        world.edit_git("t2", hours=22)
        world.edit_notion("t2", hours=23)
        assert world.apply().code == ExitCode.DECISIONS_REMAIN
        move(world, "t2", "x2")
    else:
        move(world, "t2", "x2", HOURS)
    world.commit()
    ran = world.apply()
    asked(ran, X2)
    assert "notion-gitops rename tasks t2 x2" in ran.said
    assert world.run("rename", "tasks", "t2", "x2").code == ExitCode.DONE
    world.commit()
    if conflict:
        assert world.apply().code == ExitCode.DECISIONS_REMAIN
        assert world.run("conflicts resolve", "x2", "--take", "git").code == ExitCode.DONE
        world.commit()
    assert world.apply().code == ExitCode.DONE
    assert world.page("x2")["id"] == page
    assert world.in_notion("x2", "Hours") == 22
    world.at_rest()


def test_two_records_that_are_asked_about_are_settled_as_the_plan_says(world: World) -> None:
    page = world.page("t2")["id"]
    move(world, "t2", "x2", HOURS)
    world.commit()
    ran = world.apply()
    asked(ran, X2)
    assert "take what is new out, apply, then add it again" in ran.said
    text = world.record("x2").read_text()
    world.delete_git("x2")
    assert world.apply().code == ExitCode.DONE
    world.record("x2").write_text(text)
    world.commit()
    assert world.apply().code == ExitCode.DONE
    assert world.page("x2")["id"] != page
    world.at_rest()
