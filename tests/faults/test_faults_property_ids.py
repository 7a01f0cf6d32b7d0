"""Properties are told by their ids (F013): names may be changed and swapped at any moment.

The ids of properties stay what they are when somebody renames them, also between two requests.
"""

import json
from collections.abc import Callable
from urllib.parse import unquote

import httpx
import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.databases.rows import save_properties
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_samples import TASKS
from tests.faults.faults_transport import Calm, Json, Transport
from tests.faults.faults_world import World, plain

PAGE = r"/pages/[0-9a-f-]+$"
CREATE = r"/v1/pages$"
SPENT = "  spent: {property: Spent, type: number}\n"


def schema(world: World, old: str, new: Json | None) -> None:
    """Somebody changes one property of the tasks."""
    source = world.sandbox.find_data_source("tasks")
    ask(world, "PATCH", f"data_sources/{source}", {"properties": {old: new}})


def rename(world: World, old: str, new: str) -> None:
    schema(world, old, {"name": new})


def ask(world: World, method: str, path: str, body: Json) -> Json:
    """Ask as somebody else would, past the weather."""
    headers = {"Authorization": f"Bearer {world.token}", "Notion-Version": "2026-03-11"}
    url = "http://localhost/v1/"
    with httpx.Client(transport=Calm(world.sandbox), base_url=url, headers=headers) as client:
        answer: Json = client.request(method, path, json=body).json()
    assert answer["object"] != "error", answer
    return answer


def swap(world: World) -> None:
    """Two numbers get each other's name."""
    for old, new in (("Hours", "X"), ("Spent", "Hours"), ("X", "Spent")):
        rename(world, old, new)


def identity(world: World, name: str, key: str = "t1") -> str:
    """The id of a property, as Notion spells it."""
    return str(world.page(key)["properties"][name]["id"])


@pytest.fixture
def spent(world: World) -> World:
    """With a second number, which is a hundred more than the first."""
    schema(world, "Spent", {"number": {}})
    mapping = world.root / "mappings" / "tasks.yaml"
    mapping.write_text(TASKS.replace("  hours:", f"{SPENT}  hours:"))
    world.commit()
    for number in (1, 2):
        world.edit_notion(f"t{number}", spent=100 + number)
    world.settle()
    return world


def numbers(world: World, key: str) -> tuple[int, int]:
    got = world.in_git(key)
    return got["hours"], got["spent"]


def test_f013_names_that_are_swapped_while_apply_writes(spent: World) -> None:
    spent.edit_git("t1", hours=7)
    spent.when("PATCH", PAGE, lambda: swap(spent))
    assert spent.apply().code == ExitCode.DONE
    assert (spent.in_notion("t1", "Spent"), spent.in_notion("t1", "Hours")) == (7, 101)
    assert spent.apply().code == ExitCode.DONE
    assert numbers(spent, "t1") == (7, 101)
    spent.at_rest()


@pytest.mark.parametrize("of_git", [False, True])
def test_f013_names_that_are_swapped_between_the_schema_and_the_listing(
    spent: World, of_git: bool
) -> None:
    if of_git:
        spent.edit_git("t1", hours=7)
        spent.edit_git("t2", spent=8)
    spent.when("POST", "/query$", lambda: swap(spent), nth=2)
    ran = spent.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert numbers(spent, "t1") == ((7, 101) if of_git else (1, 101))
    assert numbers(spent, "t2") == ((2, 8) if of_git else (2, 102))
    assert (spent.in_notion("t1", "Spent"), spent.in_notion("t1", "Hours")) == numbers(spent, "t1")
    spent.settle()
    assert not (spent.root / "state" / "conflicts").exists()


def test_f013_another_property_that_gets_the_name_while_apply_writes(world: World) -> None:
    world.edit_git("t1", hours=7)

    def replaced() -> None:
        rename(world, "Hours", "Effort")
        schema(world, "Hours", {"number": {}})

    world.when("PATCH", PAGE, replaced)
    assert world.apply().code == ExitCode.DONE
    assert (world.in_notion("t1", "Effort"), world.in_notion("t1", "Hours")) == (7, None)
    world.settle()


def test_f013_a_relation_that_is_cut_short_is_read_whole_under_its_new_name(world: World) -> None:
    for number in range(30):
        world.add_page(Name=f"More {number}")
    world.apply()
    world.edit_notion("t1", parent=[f"More {number}" for number in range(30)])
    world.when("POST", "/query$", lambda: rename(world, "Parent", "Above"), nth=2)
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert len(world.in_git("t1")["parent"]) == 30


def test_f013_a_property_that_is_renamed_while_apply_writes(world: World) -> None:
    world.edit_git("t1", hours=7)
    world.when("PATCH", PAGE, lambda: rename(world, "Hours", "Effort"))
    assert world.apply().code == ExitCode.DONE
    assert world.in_notion("t1", "Effort") == 7
    world.settle()


def test_f013_a_key_property_that_is_renamed_while_a_page_is_created(world: World) -> None:
    world.write("n1", title="New")
    world.commit()
    world.when("POST", CREATE, lambda: rename(world, "Task ID", "Key"))
    assert world.apply().code == ExitCode.DONE
    assert [plain(p, "Name") for p in world.pages() if plain(p, "Key") == "n1"] == ["New"]


# --- what is refused, and for what ---


def test_f035_a_property_that_is_gone_for_a_while_refuses_nothing_for_good(world: World) -> None:
    """Somebody deletes it, and takes that back."""
    world.edit_git("t1", hours=7)
    undo = kept_schema(world)
    world.when("PATCH", PAGE, lambda: schema(world, "Hours", None))
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert '"Hours" was changed in Notion' in ran.said
    assert "refused:" not in world.state_file("tasks/sync.yaml")
    undo()
    world.settle()
    assert world.in_notion("t1", "Hours") == 7


def kept_schema(world: World) -> Callable[[], None]:
    """What brings all properties back as they are now."""
    source = world.sandbox.find_data_source("tasks") or ""
    with world.sandbox.acting() as call:
        before = call.world.the_source(source).properties

    def undo() -> None:
        with world.sandbox.acting() as call:
            save_properties(call, call.world.the_source(source), before)

    return undo


@pytest.mark.parametrize("what", ["trash", "move", "archive"])
def test_f035_a_page_that_is_away_for_a_while_gets_its_edit_when_it_is_back(
    world: World, what: str
) -> None:
    elsewhere = other_database(world)
    page = world.page("t1")["id"]

    def away() -> None:
        if what == "move":
            parent = {"parent": {"data_source_id": elsewhere}}
            ask(world, "POST", f"pages/{page}/move", parent)
            return
        ask(world, "PATCH", f"pages/{page}", {"in_trash" if what == "trash" else ARCHIVED: True})
        if what == "archive":  # the sandbox takes writes to such a page; Notion may not
            refuse(world, page, "Can't edit page that is archived.")

    def back() -> None:
        world.fair()
        if what == "move":
            home = {"parent": {"data_source_id": world.sandbox.find_data_source("tasks")}}
            ask(world, "POST", f"pages/{page}/move", home)
            return
        ask(world, "PATCH", f"pages/{page}", {"in_trash" if what == "trash" else ARCHIVED: False})

    world.edit_git("t1", hours=5)
    world.when("PATCH", PAGE, away)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "since the plan was made" in ran.said
    assert "refused:" not in world.state_file("tasks/sync.yaml")
    back()
    world.settle()
    assert world.in_notion("t1", "Hours") == 5


ARCHIVED = "is_archived"


def other_database(world: World) -> str:
    """A database with the same properties."""
    columns: Json = {"Name": {"title": {}}, "Task ID": {"rich_text": {}}, "Hours": {"number": {}}}
    source = world.sandbox.find_data_source("tasks")
    with world.sandbox.acting() as call:
        database = call.world.the_source(source or "").database_id
    parent = {"type": "database_id", "database_id": database}
    made = ask(world, "POST", "data_sources", {"parent": parent, "properties": columns})
    return str(made["id"])


def refuse(world: World, page: str, why: str) -> None:
    body = {"object": "error", "status": 400, "code": "validation_error", "message": why}
    world.weather(Effect.ANSWER, "PATCH", f"/pages/{page}$", status=400, body=body)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("body.properties.{}.number should be a number.", "body.properties.Hours.number should be"),
        ("{} is expected to be number.", "Hours is expected to be number."),
    ],
)
def test_f035_a_refusal_is_told_with_the_names_of_properties(
    world: World, said: str, told: str
) -> None:
    """They are sent by their ids, which say nothing to people."""
    world.edit_git("t2", hours=5)
    refuse(world, world.page("t2")["id"], said.format(identity(world, "Hours")))
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED
    assert told in ran.said
    assert "refused:" in world.state_file("tasks/sync.yaml")


# --- should Notion not take ids ---


class ByNameAlone(Transport):
    """A Notion that takes properties of pages by their names alone, and knows no ids in filters."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.read() or b"null") or {}
        names = {*body.get("properties", ()), *filtered(body.get("filter"))}
        unknown = names - {"Name", "Task ID", "Hours", "Note", "Status", "Effort", "Team ID"}
        if not unknown or "/data_sources" in request.url.path.removesuffix("/query"):
            return super().handle_request(request)
        message = f"{min(unknown)} is not a property that exists."
        error = {"object": "error", "status": 400, "code": "validation_error", "message": message}
        self.sent.append((request.method, request.url.path, body))
        return httpx.Response(400, json=error)


def filtered(filter_: Json | None) -> list[str]:
    return [filter_["property"]] if filter_ and "property" in filter_ else []


def test_should_notion_not_take_ids_pages_are_written_by_the_names_of_now(world: World) -> None:
    world.edit_git("t1", hours=7)
    world.edit_git("t2", hours=8)
    world.write("n1", title="New", note="x")
    world.commit()
    world.transport = ByNameAlone(world.sandbox)
    world.when("PATCH", PAGE, lambda: rename(world, "Hours", "Effort"))
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert [world.in_notion(f"t{n}", "Effort") for n in (1, 2)] == [7, 8]
    assert world.in_notion("n1", "Note") == "x"
    # Once it was seen that ids are not taken, nothing is sent by them first.
    patched = [set(body["properties"]) for m, _, body in world.transport.sent if m == "PATCH"]
    assert len(patched) == 3


# --- looking for what was created ---


def lost(world: World) -> None:
    """A create is lost, and the page is not there."""
    world.write("n9", title="Nine")
    world.commit()
    world.weather(Effect.DROP_BEFORE, "POST", CREATE, nth=1)
    assert world.apply().code == ExitCode.PARTLY_APPLIED
    world.fair()
    world.later(20)


@pytest.mark.parametrize("by_id", [True, False])
def test_f013_a_lost_create_while_the_mapping_has_the_old_name_of_the_key(
    world: World, no_look_ups: None, by_id: bool
) -> None:
    rename(world, "Task ID", "Team ID")  # a name that the stand-in takes
    if not by_id:
        world.transport = ByNameAlone(world.sandbox)
    lost(world)
    assert world.apply().code == ExitCode.DONE
    assert len([p for p in world.pages() if plain(p, "Team ID") == "n9"]) == 1


def test_f035_a_look_up_that_is_refused_is_no_create_that_is_refused(
    world: World, no_look_ups: None
) -> None:
    lost(world)

    class Unwilling(Transport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if b'"equals":"n9"' not in request.read():
                return super().handle_request(request)
            return httpx.Response(400, json={"object": "error", "status": 400, "message": "No."})

    calm, world.transport = world.transport, Unwilling(world.sandbox)
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "could not be looked for: No." in ran.said
    assert "refused:" not in world.state_file("tasks/sync.yaml")
    world.transport = calm
    world.settle()
    assert world.in_notion("n9", "Name") == "Nine"


def test_what_is_sent_names_ids_alone(world: World) -> None:
    """I9: Of a create as well, and of a record that gets its key back."""
    world.write("n1", title="New", hours=3)
    world.write("t1", note="x")
    world.commit()
    known = {unquote(value["id"]) for value in world.page("t1")["properties"].values()}
    assert world.apply().code == ExitCode.DONE
    bodies = [body["properties"] for _, _, body in world.transport.writes()]
    assert len(bodies) == 2
    assert {unquote(key) for body in bodies for key in body} <= known
