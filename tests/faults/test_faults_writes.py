"""Writes to Notion that fail, or whose answers are lost: the rest goes on, nothing comes twice."""

import json

import pytest
import yaml

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_transport import Json
from tests.faults.faults_world import World, plain

TASK = r"/pages/[0-9a-f-]+$"
CREATE = r"/v1/pages$"
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def statuses(result: Json) -> dict[str, str]:
    return {o["key"]: o["status"] for o in result["sync"]["outcomes"]}


def task_path(world: World, key: str) -> str:
    return f"/pages/{world.page(key)['id']}$"


def new_task(world: World) -> None:
    world.edit_git("new", title="New task", status="doing", hours=7, team=["red"])


# --- one record is refused ---


def refuse_one(world: World) -> None:
    for number in (1, 2, 3):
        world.write(f"t{number}", hours=100 + number)
    world.commit()
    invalid = {"object": "error", "status": 400, "code": "validation_error", "message": "No."}
    world.weather(Effect.ANSWER, "PATCH", task_path(world, "t2"), status=400, body=invalid)


def test_a_refused_record_does_not_hold_up_the_others(world: World) -> None:
    """Holds F035."""
    refuse_one(world)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED
    assert "tasks/t2" in ran.out
    assert "1 of 3" in ran.out
    assert "No." in ran.out
    assert [world.in_notion(f"t{n}", "Hours") for n in (1, 2, 3)] == [101, 2, 103]


def test_a_refused_record_is_recorded_and_shown_and_finished_later(world: World) -> None:
    """Holds F035."""
    refuse_one(world)
    world.apply()
    assert "key: t2" in world.state_file("tasks/sync.yaml")
    status = world.run("status")
    assert "tasks/t2" in status.out
    assert status.code == ExitCode.PARTLY_APPLIED
    world.fair()
    world.edit_git("t2", note="Put right")  # as it was, it would be refused again
    world.settle()
    assert world.in_notion("t2", "Hours") == 102
    assert "t2" not in world.state_file("tasks/sync.yaml")
    assert world.run("status").code == ExitCode.DONE


def test_the_base_of_a_refused_record_stays(world: World) -> None:
    """D8: Its values do; how they are written is as in the file."""
    before = yaml.safe_load(world.state_file("state/records/tasks/t2.yaml"))
    refuse_one(world)
    world.apply()
    assert yaml.safe_load(world.state_file("state/records/tasks/t2.yaml")) == before
    assert "101" in world.state_file("state/records/tasks/t1.yaml")


def test_a_refused_create_is_not_taken_for_a_lost_one(world: World) -> None:
    world.edit_git("new", title="New", status="todo", team=["red"])
    world.weather(Effect.ANSWER, "POST", CREATE, status=400, body={"code": "validation_error"})
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED
    world.fair()
    world.edit_git("new", note="Put right")
    world.settle()  # at once: no two minutes to wait
    assert world.keys().count("new") == 1


# --- updates, deletions and restores whose answer is lost ---


def updates(world: World, key: str) -> int:
    path = f"/v1/pages/{world.page(key)['id']}"
    return sum(1 for w in world.transport.writes() if w[1] == path)


@pytest.mark.parametrize("status", [0, 500, 502, 503, 504, 409])
def test_an_update_that_took_effect_is_not_sent_again(world: World, status: int) -> None:
    """Holds F037, F033."""
    world.edit_git("t1", hours=77)
    effect = Effect.ANSWER_AFTER if status else Effect.DROP_AFTER
    world.weather(effect, "PATCH", TASK, status=status, nth=1)
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert updates(world, "t1") == 1
    world.at_rest()


def test_an_update_of_a_relation_that_took_effect_is_not_sent_again(world: World) -> None:
    world.edit_git("t1", team=["blue"], hours=77)
    world.weather(Effect.DROP_AFTER, "PATCH", TASK, nth=1)
    assert world.apply().code == ExitCode.DONE
    assert updates(world, "t1") == 1
    world.at_rest()


@pytest.mark.parametrize("status", [0, 500, 502, 503, 504])
def test_an_update_that_was_lost_is_sent_once_more(world: World, status: int) -> None:
    world.edit_git("t1", hours=77)
    effect = Effect.ANSWER if status else Effect.DROP_BEFORE
    world.weather(effect, "PATCH", TASK, status=status, nth=1)
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert updates(world, "t1") == 2
    assert world.in_notion("t1", "Hours") == 77
    world.at_rest()


def test_an_update_that_was_lost_is_not_sent_over_somebody_elses_edit(world: World) -> None:
    """Holds F033."""
    world.edit_git("t1", hours=77)
    world.weather(Effect.DROP_BEFORE, "PATCH", TASK, nth=1)
    world.when("GET", task_path(world, "t1"), lambda: world.edit_notion("t1", hours=55))
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    world.apply()  # takes the other edit up
    assert world.in_notion("t1", "Hours") == 55
    assert world.in_git("t1")["hours"] == 77  # both kept: a conflict now
    assert (world.root / "state/conflicts/tasks/t1.yaml").exists()


@pytest.mark.parametrize("change", ["update", "delete", "restore"])
def test_a_change_that_is_lost_again_and_again_is_pending(world: World, change: str) -> None:
    if change == "restore":
        deletion = world.delete_git("t1")
        world.settle()
        world.git("revert", "--no-edit", deletion)
    elif change == "delete":
        world.delete_git("t1")
    else:
        world.edit_git("t1", hours=77)
    world.edit_git("t2", hours=88)
    world.weather(Effect.ANSWER, "PATCH", task_path_any(world, "t1"), status=503)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert world.in_notion("t2", "Hours") == 88
    assert "t1" in world.state_file("tasks/sync.yaml")
    world.fair()
    world.settle()
    assert ("t1" in set(world.keys())) == (change != "delete")


def task_path_any(world: World, key: str) -> str:
    """Also of a page in the trash: the id that the base knows."""
    for line in world.state_file("tasks/pages/00/00.jsonl").splitlines():
        data = json.loads(line)
        if data.get("key") == key:
            return f"/pages/{data['page']}$"
    raise AssertionError(key)


@pytest.mark.parametrize("effect", [Effect.DROP_BEFORE, Effect.DROP_AFTER])
def test_a_deletion_whose_answer_is_lost(world: World, effect: Effect) -> None:
    world.delete_git("t1")
    world.weather(effect, "PATCH", TASK, nth=1)
    ran = world.apply()
    assert ran.code in (ExitCode.DONE, ExitCode.PARTLY_APPLIED), ran.text
    world.fair()
    world.settle()
    assert "t1" not in set(world.keys())
    assert len(world.keys()) == 5


@pytest.mark.parametrize("effect", [Effect.DROP_BEFORE, Effect.DROP_AFTER])
def test_a_restore_whose_answer_is_lost(world: World, effect: Effect) -> None:
    deletion = world.delete_git("t1")
    world.settle()
    world.git("revert", "--no-edit", deletion)
    world.weather(effect, "PATCH", TASK, nth=1)
    ran = world.apply()
    assert ran.code in (ExitCode.DONE, ExitCode.PARTLY_APPLIED), ran.text
    world.fair()
    world.settle()
    assert len(world.keys()) == 6
    assert world.keys().count("t1") == 1


# --- Notion says: slower ---


@pytest.mark.parametrize(("status", "header"), [(429, "60"), (529, "17"), (429, "0")])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_request_to_slow_down_is_obeyed(
    world: World, status: int, header: str, method: str
) -> None:
    world.write("t1", hours=77)
    new_task(world)
    path = CREATE if method == "POST" else TASK
    headers = {"retry-after": header}
    world.weather(Effect.ANSWER, method, path, nth=1, status=status, headers=headers)
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert sum(world.clock.waits) >= float(header)
    assert world.keys().count("new") == 1
    assert world.in_notion("t1", "Hours") == 77
    world.at_rest()


def test_endless_requests_to_slow_down_end_the_writing_but_not_the_truth(world: World) -> None:
    """Holds F034."""
    for number in (1, 2, 3, 4, 5, 6):
        world.write(f"t{number}", hours=100 + number)
    world.commit()
    headers = {"retry-after": "30"}
    world.weather(Effect.ANSWER, "PATCH", TASK, status=429, headers=headers)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert [world.in_notion(f"t{n}", "Hours") for n in range(1, 7)] == [1, 2, 3, 4, 5, 6]
    assert len(world.transport.writes()) <= 3 * 6  # it gives up: no endless knocking
    world.fair()
    world.settle()
    assert world.in_notion("t6", "Hours") == 106


# --- the token goes, Notion goes ---


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_token_that_is_revoked_in_the_middle(world: World, nth: int) -> None:
    """Holds F046."""
    for number in (1, 2, 3):
        world.write(f"t{number}", hours=100 + number)
    world.commit()
    revoked = 0

    def revoke() -> None:
        nonlocal revoked
        revoked = len(world.transport.sent)
        world.weather(Effect.ANSWER, None, "", status=401, body={"code": "unauthorized"})

    world.when("PATCH", TASK, revoke, nth=nth)
    ran = world.apply()
    # Without any write, and unable to read, there is nothing to record.
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "token" in ran.text
    world.fair()
    done = [n for n in (1, 2, 3) if world.in_notion(f"t{n}", "Hours") == 100 + n]
    assert len(done) == nth - 1
    world.settle()
    assert [world.in_notion(f"t{n}", "Hours") for n in (1, 2, 3)] == [101, 102, 103]
    assert len([w for w in world.transport.writes() if w[0] == "PATCH"]) <= 3 + 1


@pytest.mark.parametrize("status", [0, 401, 404, 429, 500, 502, 503])
def test_the_reading_back_fails(world: World, status: int) -> None:
    """D7: The writes took effect: the run says so, and records what the answers told."""
    world.write("t1", hours=101)
    new_task(world)

    def storm() -> None:
        effect = Effect.ANSWER if status else Effect.DROP_BEFORE
        world.weather(effect, "POST", "/query$", status=status)

    world.when("PATCH", TASK, storm, after=True)
    ran = world.apply("--reports", str(world.root.parent / "reports"))
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert world.head(world.state_ref)
    world.fair()
    world.settle()
    assert world.in_notion("t1", "Hours") == 101
    assert world.keys().count("new") == 1
    assert world.in_git("red", "teams")["load"] == 101 + 3 + 5 + 7


def test_notion_falls_silent_in_the_middle(world: World) -> None:
    for number in range(1, 7):
        world.write(f"t{number}", hours=100 + number)
    world.commit()

    def silence() -> None:
        world.weather(Effect.DROP_BEFORE, None, "")

    world.when("PATCH", TASK, silence, nth=2)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert world.run("status").code == ExitCode.PARTLY_APPLIED
    world.fair()
    assert world.in_notion("t1", "Hours") == 101
    world.settle()
    assert [world.in_notion(f"t{n}", "Hours") for n in range(1, 7)] == [
        101,
        102,
        103,
        104,
        105,
        106,
    ]


def test_the_wrong_answers_to_the_last_questions_do_not_hide_the_result(world: World) -> None:
    """The connection report asks who we are after everything was written."""
    world.edit_git("t1", hours=101)
    world.weather(Effect.ANSWER, "GET", "users/me", status=401)
    reports = world.root.parent / "reports"
    ran = world.apply("--reports", str(reports))
    assert ran.code in (ExitCode.DONE, ExitCode.PARTLY_APPLIED), ran.text
    assert "Sync" in ran.out
    assert {p.name for p in reports.iterdir()} >= {"4-transactions.txt", "6-metadata.txt"}


# --- reads ---


@pytest.mark.parametrize("status", [500, 502, 503, 504, 529, 429, 409])
def test_reads_are_tried_again(world: World, status: int) -> None:
    world.edit_git("t1", hours=77)
    body = HTML if status in {500, 502, 504} else None
    for path in ("/query$", r"/data_sources/[0-9a-f-]+$"):
        world.weather(Effect.ANSWER, None, path, status=status, body=body, nth=1)
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert "<html" not in ran.text
    assert world.in_notion("t1", "Hours") == 77


@pytest.mark.parametrize("status", [0, 401, 500, 502, 503, 529])
def test_if_notion_does_not_answer_at_all_nothing_is_written(world: World, status: int) -> None:
    world.edit_git("t1", hours=77)
    before = world.heads()
    effect = Effect.ANSWER if status else Effect.DROP_BEFORE
    world.weather(effect, None, "", status=status, body=HTML if status == 502 else None)
    ran = world.apply()
    assert ran.code == ExitCode.FAILED, ran.text
    assert "<html" not in ran.text
    assert world.heads() == before
    world.fair()
    world.settle()
    assert world.in_notion("t1", "Hours") == 77


def test_values_of_the_pages_are_as_meant_in_the_end(world: World) -> None:
    """A mixed plan in changing weather: each kind of write, one of them lost."""
    world.write("t1", hours=71, note="*one*", tags=["site", "urgent"])
    world.write("t2", status="done")
    new_task(world)
    world.delete_git("t6")
    world.weather(Effect.DROP_AFTER, "PATCH", TASK, nth=2)
    world.weather(Effect.ANSWER, "PATCH", TASK, nth=3, status=502, body=HTML)
    world.apply()
    world.fair()
    world.settle()
    page = world.page("t1")
    assert [plain(page, n) for n in ("Hours", "Tags")] == [71, ["site", "urgent"]]
    assert world.keys() == ["new", "t1", "t2", "t3", "t4", "t5"]
