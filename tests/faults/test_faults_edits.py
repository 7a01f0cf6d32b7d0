"""People edit while a sync runs: their edits stand, and what was planned upon them is stale."""

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_transport import Json
from tests.faults.faults_world import World

TASK = r"/pages/[0-9a-f-]+$"
QUERY = r"/query$"
FRESH = "last_edited_time"  # in the body of the freshness query alone


def statuses(result: Json) -> dict[str, str]:
    return {o["key"]: o["status"] for o in result["sync"]["outcomes"]}


def test_an_edit_between_plan_and_write_is_not_overwritten(world: World) -> None:
    """Holds D12, T03, F077."""
    world.write("t1", hours=71)
    world.write("t2", hours=72)
    world.commit()
    world.when("POST", QUERY, lambda: world.edit_notion("t1", hours=55), body=FRESH)
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert statuses(world.result(ran)) == {"t1": "stale", "t2": "applied"}
    assert world.in_notion("t1", "Hours") == 55
    assert world.in_notion("t2", "Hours") == 72
    status = world.run("status")
    assert status.code == ExitCode.PARTLY_APPLIED  # as the sync did
    assert "tasks/t1" in status.out
    after = world.apply()  # takes the other edit up: now a conflict for a person
    assert after.code == ExitCode.DECISIONS_REMAIN, after.text
    assert world.run("status").code == ExitCode.DECISIONS_REMAIN
    assert world.in_notion("t1", "Hours") == 55
    assert world.in_git("t1")["hours"] == 71


def test_a_long_apply_looks_again(world: World) -> None:
    """I10: A reading that has grown old is no reason to overwrite what somebody entered since."""
    for number in (1, 2, 3):
        world.write(f"t{number}", hours=70 + number)
    world.commit()

    def slow() -> None:
        world.edit_notion("t2", hours=55)
        world.clock.at += 6

    world.when("PATCH", TASK, slow, nth=1)
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert statuses(world.result(ran)) == {"t1": "applied", "t2": "stale", "t3": "applied"}
    assert world.in_notion("t2", "Hours") == 55


def test_an_edit_of_another_field_between_plan_and_write_is_merged_later(world: World) -> None:
    world.edit_git("t1", hours=71)
    world.when("POST", QUERY, lambda: world.edit_notion("t1", note="Mine"), body=FRESH)
    assert world.apply().code == ExitCode.PARTLY_APPLIED
    world.settle()
    assert world.in_notion("t1", "Note") == "Mine"
    assert world.in_notion("t1", "Hours") == 71
    assert world.in_git("t1")["note"] == "Mine"


def test_an_edit_of_another_field_after_the_last_look_survives_the_write(world: World) -> None:
    """F040: Only changed properties are sent."""
    world.edit_git("t1", hours=71)
    world.when("PATCH", TASK, lambda: world.edit_notion("t1", note="Mine", status="Done"))
    world.apply()
    world.settle()
    assert world.in_notion("t1", "Note") == "Mine"
    assert world.in_notion("t1", "Hours") == 71
    assert world.in_git("t1")["note"] == "Mine"
    assert world.in_git("t1")["status"] == "done"


def test_an_edit_right_after_the_write_is_seen_by_the_next_plan(world: World) -> None:
    """Holds F023."""
    world.edit_git("t1", hours=71)
    world.when("PATCH", TASK, lambda: world.edit_notion("t1", hours=55), after=True)
    ran = world.apply()
    assert "1 finding" in ran.out, ran.text  # read back, and not what was written
    world.settle()
    assert world.in_git("t1")["hours"] == 55


def test_a_page_that_is_trashed_between_plan_and_write_is_not_touched(world: World) -> None:
    world.edit_git("t1", hours=71)
    world.when("POST", QUERY, lambda: world.trash("t1"), body=FRESH)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "t1" not in world.keys()  # noqa: SIM118  not a mapping
    after = world.apply()
    assert after.code == ExitCode.DECISIONS_REMAIN, after.text  # edited here, deleted there
    assert world.in_git("t1")["hours"] == 71


def test_a_deletion_is_stale_when_the_page_was_edited_since(world: World) -> None:
    world.delete_git("t1")
    world.when("POST", QUERY, lambda: world.edit_notion("t1", hours=55), body=FRESH)
    assert world.apply().code == ExitCode.PARTLY_APPLIED
    assert world.in_notion("t1", "Hours") == 55
    after = world.apply()
    assert after.code == ExitCode.DECISIONS_REMAIN, after.text
    assert (world.root / "state/conflicts/tasks/t1.yaml").exists()


@pytest.mark.parametrize("restore", ["answered", "answer lost", "lost"])
def test_an_edit_at_the_moment_of_deleting_brings_the_page_back(world: World, restore: str) -> None:
    """Holds D7, F041."""
    world.delete_git("t1")
    world.when("PATCH", TASK, lambda: world.edit_notion("t1", hours=55))
    if restore != "answered":
        effect = Effect.DROP_AFTER if restore == "answer lost" else Effect.DROP_BEFORE
        world.weather(effect, "PATCH", TASK, nth=2)
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert statuses(world.result(ran)) == {"t1": "stale"}
    assert world.in_notion("t1", "Hours") == 55
    after = world.apply()
    assert after.code == ExitCode.DECISIONS_REMAIN, after.text
    assert world.in_notion("t1", "Hours") == 55
    assert not world.record("t1").exists()


def killed_before_bringing_back(world: World) -> None:
    """Somebody edits t1 as it is trashed, and the apply dies before it brings the page back."""
    world.delete_git("t1")
    world.when("PATCH", TASK, lambda: world.edit_notion("t1", hours=55))

    def die() -> None:
        raise KeyboardInterrupt

    world.when("GET", TASK, die)  # which comes before the page is brought back
    assert world.apply().code == ExitCode.INTERRUPTED
    world.transport.watched.clear()
    assert "t1" not in set(world.keys())
    assert not world.record("t1").exists()


@pytest.mark.parametrize("take", ["git", "notion"])
def test_f042_f053_killed_before_the_page_is_brought_back(world: World, take: str) -> None:
    """Deleted xor alive, and in between a person is asked: the edit is in the trash alone."""
    killed_before_bringing_back(world)
    for _ in range(2):  # it stays so, however often it is looked at
        ran = world.apply()
        assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text
    conflict = world.root / "state/conflicts/tasks/t1.yaml"
    text = conflict.read_text()
    assert "55" in text
    conflict.write_text(text.replace("resolution:\n", f"resolution: {take}\n", 1))
    world.commit()
    world.settle()
    assert not conflict.exists()
    assert world.record("t1").exists() == (take == "notion")
    assert ("t1" in set(world.keys())) == (take == "notion")
    if take == "notion":
        assert world.in_git("t1")["hours"] == 55
        assert world.in_notion("t1", "Hours") == 55


def test_f053_what_both_sides_deleted_is_no_conflict(world: World) -> None:
    """Also not if a page lost a link to another one that went with it."""
    world.edit_git("t1", parent=["t2"])
    world.settle()
    world.trash("t2")
    world.trash("t1")
    for key in ("t1", "t2"):
        world.record(key).unlink()
    world.commit()
    assert world.apply().code == ExitCode.DONE
    world.at_rest()


def test_a_file_that_is_edited_while_notion_is_asked_is_not_overwritten(world: World) -> None:
    world.edit_notion("t1", hours=55)
    world.edit_notion("t2", hours=56)
    world.edit_git("blue", "teams", lead="Bo")  # so that something is written, and we can act
    world.when("PATCH", TASK, lambda: world.write("t1", hours=71))
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert statuses(world.result(ran))["t1"] == "stale"
    assert statuses(world.result(ran))["t2"] == "applied"
    assert world.in_git("t1")["hours"] == 71
    assert world.in_git("t2")["hours"] == 56
    # The person's edit is still the person's: uncommitted, and in no commit of the sync.
    assert "t1.yaml" in world.git("status", "--porcelain")
    world.commit("Mine")
    after = world.apply()
    assert after.code == ExitCode.DECISIONS_REMAIN, after.text


@pytest.mark.parametrize("what", ["created", "deleted"])
def test_a_file_that_appears_or_goes_while_notion_is_asked(world: World, what: str) -> None:
    page = world.add_page(name="Born in Notion", status="Done", hours=3)
    world.edit_notion("t1", hours=55)
    world.edit_git("blue", "teams", lead="Bo")
    key = f"born-in-notion-{page.replace('-', '')[-6:]}"

    def act() -> None:
        if what == "created":
            world.record(key).write_text("title: Somebody else's\n")
        else:
            world.record("t1").unlink()

    world.when("PATCH", TASK, act)
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    stale = key if what == "created" else "t1"
    assert statuses(world.result(ran))[stale] == "stale"
    if what == "created":
        assert world.record(key).read_text() == "title: Somebody else's\n"
    else:
        assert not world.record("t1").exists()


def test_a_commit_of_somebody_else_while_the_sync_runs_is_kept(world: World) -> None:
    """F073: The branch moved: the sync's commit must not throw it away."""
    world.edit_notion("t1", hours=55)
    world.edit_git("t2", hours=72)

    def commit() -> None:
        (world.root / "other.txt").write_text("Mine\n")
        world.git("add", "other.txt")
        world.git("commit", "-qm", "Meanwhile")

    world.when("PATCH", TASK, commit)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "Meanwhile" in world.git("log", "--format=%s")
    assert world.in_notion("t2", "Hours") == 72
    world.settle()
    assert (world.root / "other.txt").read_text() == "Mine\n"
    assert world.in_git("t1")["hours"] == 55
    assert "Meanwhile" in world.git("log", "--format=%s")


def test_a_branch_that_is_switched_while_the_sync_runs_gets_none_of_its_files(world: World) -> None:
    world.edit_notion("t1", hours=55)
    world.edit_git("t2", hours=72)
    world.git("branch", "other", "HEAD~1")
    world.when("PATCH", TASK, lambda: world.git("switch", "-q", "other"))
    before = world.head("main"), world.head(world.state_ref), world.head("other")
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "other was checked out while the sync ran" in ran.said
    assert "git switch main" in ran.said
    assert world.git("status", "--porcelain") == ""
    assert (world.head("main"), world.head(world.state_ref), world.head("other")) == before
    world.git("switch", "-q", "main")
    world.settle()
    assert world.in_git("t1")["hours"] == 55
    assert world.in_notion("t2", "Hours") == 72


def test_what_is_staged_or_dirty_elsewhere_stays_as_it_is(world: World) -> None:
    world.edit_notion("t1", hours=55)
    (world.root / "staged.txt").write_text("staged\n")
    world.git("add", "staged.txt")
    (world.root / "dirty.txt").write_text("dirty\n")
    before = world.git("status", "--porcelain")
    assert world.apply().code == ExitCode.DONE
    assert world.git("status", "--porcelain") == before
    assert "staged.txt" not in world.git("show", "--stat", "HEAD")
