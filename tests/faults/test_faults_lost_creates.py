"""Creates whose answer is lost: the page is looked for by its key, and never made twice."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox import edits
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_world import World, plain

CREATE = r"/v1/pages$"
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def new_task(world: World) -> None:
    world.edit_git("new", title="New task", status="doing", hours=7, team=["red"])


def type_key(world: World, key: str, typed: str) -> None:
    edits.edit(world.sandbox, "tasks", key, {"Task ID": typed}, by="Ann Lee")


def add_with_key(world: World, key: str) -> None:
    edits.add_page(world.sandbox, "tasks", {"Name": "Mine", "Task ID": key}, by="Ann Lee")


def created(world: World) -> int:
    return sum(1 for w in world.transport.writes() if w[0] == "POST")


@pytest.mark.parametrize(
    "weather",
    [
        {"effect": Effect.DROP_AFTER},
        {"effect": Effect.ANSWER_AFTER, "status": 503},
        {"effect": Effect.ANSWER_AFTER, "status": 500},
        {"effect": Effect.ANSWER_AFTER, "status": 502, "body": HTML},
        {"effect": Effect.ANSWER_AFTER, "status": 504, "body": HTML},
        {"effect": Effect.ANSWER_AFTER, "status": 409},
        {"effect": Effect.ANSWER_AFTER, "status": 200, "body": HTML},
        {"effect": Effect.ANSWER_AFTER, "status": 200, "body": {"object": "page"}},
    ],
    ids=lambda w: f"{w['effect'].value} {w.get('status', '')}".strip(),
)
def test_a_create_that_happened_is_found_in_the_same_run(
    world: World, no_look_ups: None, weather: dict[str, Any]
) -> None:
    """Holds F026."""
    new_task(world)
    world.weather(method="POST", path=CREATE, **weather)
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert created(world) == 1
    assert world.keys().count("new") == 1
    assert "<html" not in ran.text
    world.fair()
    world.at_rest()


def test_a_create_that_was_saved_is_read_by_the_id_that_the_answer_names(world: World) -> None:
    new_task(world)
    world.weather(Effect.ANSWER_AFTER, "POST", CREATE, status=503)
    assert world.apply().code == ExitCode.DONE
    new = world.page("new")["id"]
    assert ("GET", f"/v1/pages/{new}", {}) in world.transport.sent
    assert world.clock.waits == []


@pytest.mark.parametrize("status", [0, 500, 502, 503, 504])
def test_a_create_that_did_not_happen_is_pending_and_comes_once(
    world: World, no_look_ups: None, status: int
) -> None:
    """Holds F027, D2."""
    new_task(world)
    effect = Effect.ANSWER if status else Effect.DROP_BEFORE
    world.weather(effect, "POST", CREATE, status=status)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED
    assert created(world) == 1  # never sent again on a guess
    world.fair()
    # It could still appear: for two minutes it is looked for, and not sent.
    early = world.apply()
    assert early.code == ExitCode.PARTLY_APPLIED, early.text
    assert created(world) == 1
    world.later()
    world.settle()
    assert created(world) == 2
    assert world.keys().count("new") == 1


def test_a_create_that_shows_late_is_not_made_twice(world: World, no_look_ups: None) -> None:
    """F019: The page appears only after the run has ended and after the next one has listed."""
    new_task(world)
    world.weather(Effect.DROP_BEFORE, "POST", CREATE)
    world.apply()
    world.fair()
    world.later()
    source = str(world.sandbox.find_data_source("tasks"))
    body = next(s[2] for s in world.transport.sent if s[:2] == ("POST", "/v1/pages"))

    def appears() -> None:
        world.gateway().create_page(source, body["properties"])

    # Between the listing and the look-up of the next run.
    world.when("POST", f"{source}/query$", appears, body='"equals":"new"')
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert world.keys().count("new") == 1
    world.settle()
    assert world.keys().count("new") == 1


@pytest.mark.usefixtures("no_look_ups")
@pytest.mark.parametrize("answered", [True, False])
def test_f019_a_new_page_that_queries_do_not_show_yet_is_not_made_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    """The run that made the page never came to its commits, and lists lag behind."""
    new_task(world)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("notion_gitops.workflow.apply.commit_sync", dies)
        if not answered:
            world.weather(Effect.DROP_AFTER, "POST", CREATE)
            world.when("POST", "/query$", lambda: hide_new(world), body='"equals":"new"')
        assert world.apply().code == ExitCode.INTERRUPTED
    world.fair()
    hide_new(world)
    for _ in range(2):
        ran = world.apply()
        assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
        world.later(3 if answered else 0.5)  # a page whose id is known is waited for without end
    assert created(world) == 1
    world.transport.unlisted.clear()
    world.settle()
    assert created(world) == 1
    assert world.keys().count("new") == 1


def hide_new(world: World) -> None:
    world.transport.unlisted |= {p["id"] for p in world.pages() if plain(p, "Task ID") == "new"}


@pytest.mark.usefixtures("no_look_ups")
def test_a_create_that_waits_for_its_turn_is_dated_by_when_it_was_sent(world: World) -> None:
    """I11: Notion asks to wait for longer than the two minutes; then the answer is lost."""
    new_task(world)
    wait = {"retry-after": "180"}
    world.weather(Effect.ANSWER, "POST", CREATE, status=429, headers=wait, nth=1)
    world.weather(Effect.DROP_BEFORE, "POST", CREATE, nth=2)
    began = datetime.now(UTC)
    assert world.apply().code == ExitCode.PARTLY_APPLIED
    journal = (world.root / ".notion-gitops" / "journal.jsonl").read_text()
    (line,) = [json.loads(text) for text in journal.splitlines()]
    sent = datetime.fromisoformat(line["sent"])
    assert sent - began > timedelta(seconds=170)


def test_the_relation_to_a_page_that_is_not_there_yet_follows(
    world: World, no_look_ups: None
) -> None:
    """Holds F050."""
    world.write("green", "teams", name="Team green")
    world.edit_git("new", title="New", status="todo", team=["green"])
    world.weather(Effect.DROP_BEFORE, "POST", CREATE, nth=1)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    world.later()
    world.settle()
    green = world.page("green", "teams")["id"]
    assert world.in_notion("new", "Team") == [{"id": green}]
    assert world.keys("teams").count("green") == 1


def test_f024_t29_a_page_is_not_taken_for_another_record_by_what_is_typed_into_it(
    world: World, no_look_ups: None
) -> None:
    """Somebody types the key of a new record into an old page, and the create is lost."""
    new_task(world)
    world.when("POST", CREATE, lambda: type_key(world, "t3", "new"))
    world.weather(Effect.DROP_BEFORE, "POST", CREATE, nth=1)
    before = world.in_git("t3")
    assert world.apply().code == ExitCode.PARTLY_APPLIED
    world.fair()
    world.later()
    world.apply()
    assert world.in_git("t3") == before
    assert world.in_git("new")["hours"] == 7
    made = [p for p in world.pages() if plain(p, "Name") == "New task"]
    assert [plain(p, "Task ID") for p in made] == ["new"]


def test_of_several_pages_with_its_key_none_is_taken_for_a_lost_create(
    world: World, no_look_ups: None
) -> None:
    new_task(world)
    for _ in range(2):
        world.when("POST", CREATE, lambda: add_with_key(world, "new"))
    world.weather(Effect.DROP_BEFORE, "POST", CREATE, nth=1)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED
    assert "2 pages carry its key" in ran.said
    assert world.in_git("new")["title"] == "New task"
