"""Seeds and the edits of colleagues."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from notion_gitops.sandbox import Sandbox
from notion_gitops.sandbox.edits import (
    EditError,
    add_page,
    edit,
    restore_page,
    rewrite_body,
    trash_page,
)
from notion_gitops.sandbox.seeding.file import SeedError
from notion_gitops.sandbox.seeding.seed import load

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

SEED = Path(__file__).parent / "workspace.yaml"


def everything_in(sandbox: Sandbox) -> list[tuple[Any, ...]]:
    store = sandbox._store
    tables = ("users WHERE kind='person'", "databases", "data_sources", "pages", "links", "blocks")
    return [tuple(row)[1:] for table in tables for row in store.all(f"SELECT * FROM {table}")]  # noqa: S608


def test_the_same_seed_gives_the_same_ids_everywhere(api: Api, tmp_path: Path) -> None:
    first, second = Sandbox(clock=api.clock), Sandbox(tmp_path / "s.sqlite", clock=api.clock)
    description = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    for sandbox, given in ((first, description), (second, SEED)):
        bot = sandbox._store.one("SELECT bot FROM tokens")
        assert bot is not None
        load(sandbox, given)
    ids = [
        [(one.title, one.alias, one.database_id, one.data_source_id, one.rows)
         for one in sandbox.databases()]
        for sandbox in (first, second)
    ]  # fmt: skip
    assert ids[0] == ids[1]
    pages = [[row["id"] for row in s._store.all("SELECT id FROM pages")] for s in (first, second)]
    assert pages[0] == pages[1]
    schemas = [[row[0] for row in s._store.all("SELECT properties FROM data_sources")]
               for s in (first, second)]  # fmt: skip
    assert len(schemas[0]) == 3
    assert len(first._store.all("SELECT * FROM pages")) == 9
    first.close()
    second.close()


def test_a_sandbox_is_found_again_in_its_file(tmp_path: Path, api: Api) -> None:
    path = tmp_path / "sandbox.sqlite"
    sandbox = Sandbox(path, clock=api.clock)
    load(sandbox, SEED)
    before = everything_in(sandbox)
    sandbox.close()
    sandbox = Sandbox(path, clock=api.clock)
    assert everything_in(sandbox) == before
    assert sandbox.find_data_source("TASKS") is not None
    assert sandbox.find_data_source("everything") is not None
    assert sandbox.find_data_source("nothing") is None
    sandbox.close()


def test_what_the_seed_says_of_a_page(acme: Api) -> None:
    hall = acme.page("projects", "Hall B")
    bob = next(u["id"] for u in acme.good("GET", "users")["results"] if u["name"] == "Bob Ray")
    assert hall["created_time"] == "2026-06-01T10:00:00.000Z"
    assert hall["last_edited_time"] == "2026-06-20T08:15:00.000Z"
    assert hall["created_by"]["id"] == "6794760a-1f15-45cd-9c65-0dfe42f5135a"
    assert hall["last_edited_by"]["id"] == bob
    assert acme.good("GET", "users/me")["bot"]["workspace_name"] == "Acme"


@pytest.mark.parametrize(
    ("description", "problem"),
    [
        ({"databases": [{"name": "A", "properties": {"Name": "title", "X": "nope"}}]}, "A.X"),
        (
            {"databases": [{"name": "A", "properties": {
                "Name": "title", "R": {"type": "relation", "to": "B"}}}]},
            "there is no database 'B'",
        ),
        (
            {"databases": [{"name": "A", "properties": {"Name": "title"},
                            "pages": [{"Name": "x", "Y": 1}, {"Name": "y", "Z": 1}]}]},
            "A page 2 (y): there is no property 'Z'",
        ),
        (
            {"databases": [{"name": "A", "properties": {"Name": "title", "S": "status"},
                            "pages": [{"Name": "x", "S": "Nope"}]}]},
            "Invalid status option",
        ),
        (
            {"databases": [{"name": "A", "properties": {"Name": "title", "P": "people"},
                            "pages": [{"Name": "x", "P": "Zoe"}]}]},
            "the workspace has no user 'Zoe'",
        ),
    ],
)  # fmt: skip
def test_a_wrong_seed_is_refused_as_a_whole(api: Api, description: Any, problem: str) -> None:
    with pytest.raises(SeedError) as caught:
        load(api.sandbox, description)
    assert problem in str(caught.value)
    assert api.sandbox.databases() == []


def test_a_seed_that_is_there_already_is_refused(acme: Api) -> None:
    with pytest.raises(SeedError, match="already"):
        load(acme.sandbox, SEED)


AT = datetime(2026, 8, 1, 12, 5, 59, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Pour", "t1", "T-1", "pour"])
def test_a_colleague_edits_a_page(acme: Api, name: str) -> None:
    values = {"Hours": 6, "Due": "2026-08-02", "Tags": ["y", "new"], "Project": "Hall C"}
    edit(acme.sandbox, "tasks", name, values, by="bob@acme.example", at=AT)
    page = acme.page("tasks", "Pour")
    shown = page["properties"]
    assert shown["Hours"]["number"] == 6
    assert shown["Due"]["date"]["start"] == "2026-08-02"
    assert [one["name"] for one in shown["Tags"]["multi_select"]] == ["y", "new"]
    assert shown["Project"]["relation"] == [{"id": acme.page("projects", "Hall C")["id"]}]
    assert page["last_edited_time"] == "2026-08-01T12:05:00.000Z"
    bob = acme.good("GET", f"users/{page['last_edited_by']['id']}")
    assert bob["name"] == "Bob Ray"


def test_a_page_is_found_by_its_id_and_the_database_too(acme: Api) -> None:
    page = acme.page("tasks", "Pour")
    for database in ("Tasks", page["parent"]["database_id"], page["parent"]["data_source_id"]):
        assert edit(acme.sandbox, database, page["id"], {"Hours": None}, by="Ann Lee") == page["id"]


def test_a_colleague_adds_trashes_and_restores(acme: Api) -> None:
    add_page(acme.sandbox, "tasks", {"Name": "Call"}, by="Ann Lee", body="Ask for the date.")
    assert acme.titles("tasks")[0] == "Call"
    trash_page(acme.sandbox, "tasks", "Call", by="Ann Lee")
    assert "Call" not in acme.titles("tasks")
    restore_page(acme.sandbox, "tasks", "Call", by="Ann Lee")
    assert acme.titles("tasks")[0] == "Call"
    assert acme.sandbox.requests == 3


@pytest.mark.parametrize(
    ("database", "page", "values", "by", "words"),
    [
        ("nope", "Pour", {}, "Ann Lee", "no database 'nope'"),
        ("tasks", "nope", {}, "Ann Lee", "no page 'nope'"),
        ("tasks", "Pour", {"Nope": 1}, "Ann Lee", "no property 'Nope'"),
        ("tasks", "Pour", {"Twice": 1}, "Ann Lee", "cannot be set"),
        ("tasks", "Pour", {"Hours": "x"}, "Ann Lee", "should be a number"),
        ("tasks", "Pour", {"Status": "Nope"}, "Ann Lee", "does not exist"),
        ("tasks", "Pour", {}, "Zoe", "no user 'Zoe'"),
    ],
)
def test_an_edit_that_cannot_be(  # noqa: PLR0917
    acme: Api, database: str, page: str, values: Any, by: str, words: str
) -> None:
    with pytest.raises(EditError, match=words):
        edit(acme.sandbox, database, page, values, by=by)


def test_a_name_that_two_pages_have_is_refused(acme: Api) -> None:
    for _ in range(2):
        add_page(acme.sandbox, "tasks", {"Name": "Twin", "Key": "T-9"}, by="Ann Lee")
    for name in ("Twin", "T-9"):
        with pytest.raises(EditError, match="2 pages"):
            edit(acme.sandbox, "tasks", name, {"Hours": 1}, by="Ann Lee")


def test_what_a_page_is_called_goes_before_what_stands_in_it(acme: Api) -> None:
    add_page(acme.sandbox, "tasks", {"Name": "Other", "Key": "Pour"}, by="Ann Lee")
    found = edit(acme.sandbox, "tasks", "Pour", {"Hours": 1}, by="Ann Lee")
    assert found == acme.page("tasks", "Pour")["id"]


def test_pages_of_one_title_in_a_seed_keep_their_own_relations(api: Api) -> None:
    columns = {"Name": "title", "Next": {"type": "relation", "to": "A"}}
    pages = [
        {"Name": "Same", "Next": "end"},
        {"Name": "Same"},
        {"Name": "Last", "ref": "end", "Next": ["Last"]},
    ]
    load(api.sandbox, {"databases": [{"name": "A", "properties": columns, "pages": pages}]})
    rows = api.query("A")
    assert [len(row["properties"]["Next"]["relation"]) for row in rows] == [1, 0, 1]


def test_a_colleague_rewrites_a_body(acme: Api) -> None:
    page = rewrite_body(acme.sandbox, ("projects", "Hall B"), "New\n\ntext", by="Ann Lee", at=AT)
    assert acme.good("GET", f"pages/{page}/markdown")["markdown"] == "New\ntext"
    assert acme.good("GET", f"pages/{page}")["last_edited_time"] == "2026-08-01T12:05:00.000Z"


def test_a_database_made_for_a_mapping(api: Api) -> None:
    columns: dict[str, Any] = {"Name": {"title": {}}, "Hours": {"number": {}}}
    source = api.sandbox.create_database_for("tasks", "Our tasks", columns)
    assert api.sandbox.find_data_source("tasks") == source
    assert api.sandbox.find_data_source("our tasks") == source
    (one,) = api.sandbox.databases()
    assert (one.title, one.alias, one.rows) == ("Our tasks", "tasks", 0)
