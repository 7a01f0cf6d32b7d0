"""A seed file with everything that one can hold, and what is said of one that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notion_gitops.sandbox.seeding.file import SeedError
from notion_gitops.sandbox.seeding.seed import load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.conftest import Api

WHOLE = """
workspace: {name: Acme}
users:
  - {name: Ann Lee, email: ann@acme.example}
  - {name: Bob Ray}
pages:
  - title: Handbook
    created: 2026-06-01T10:00:00Z
    created_by: Bob Ray
    body: |
      # Rules
      Be kind.
    comments:
      - {text: Still true?, by: Ann Lee, at: "2026-06-02T08:00:00Z"}
    pages:
      - title: Holidays
        children:
          - paragraph: {rich_text: [{text: {content: None.}}]}
  - {title: Old, in_trash: true}
databases:
  - name: Docs
    parent: Handbook
    wiki: true
    properties: {Name: title, Send: button}
    pages:
      - {Name: Safety, Owner: [Ann Lee], Verification: verified}
      - {Name: Gone, in_trash: true}
      - {Name: Kept, is_archived: true}
  - name: Work
    sources:
      - name: Tasks
        mapping: tasks
        properties: {Name: title, Goal: {type: relation, to: Goals}}
        pages:
          - {Name: Pour, Goal: Floor}
      - name: Goals
        properties: {Name: title}
        pages:
          - {Name: Floor}
tokens:
  - {name: Reader, token: reader-token, capabilities: [read], share: [Docs, Handbook]}
  - {name: Writer, token: writer-token}
"""
READER, WRITER = "reader-token", "writer-token"


@pytest.fixture
def whole(api: Api, tmp_path: Path) -> Api:
    file = tmp_path / "whole.yaml"
    file.write_text(WHOLE, "utf-8")
    load(api.sandbox, file)
    return api


def found(api: Api, title: str) -> str:
    (one,) = api.good(
        "POST", "search", {"query": title, "filter": {"property": "object", "value": "page"}}
    )["results"]
    return str(one["id"])


def test_pages_of_their_own_with_body_comments_and_pages_below(whole: Api) -> None:
    handbook = whole.good("GET", f"pages/{found(whole, 'Handbook')}")
    assert handbook["parent"] == {"type": "workspace", "workspace": True}
    assert handbook["created_time"] == "2026-06-01T10:00:00.000Z"
    blocks = whole.good("GET", f"blocks/{handbook['id']}/children")["results"]
    assert [one["type"] for one in blocks if one["type"] not in {"child_page", "child_database"}] \
        == ["heading_1", "paragraph"]  # fmt: skip
    (comment,) = whole.good("GET", "comments", query=(("block_id", handbook["id"]),))["results"]
    assert comment["rich_text"][0]["plain_text"] == "Still true?"
    assert comment["created_time"] == "2026-06-02T08:00:00.000Z"
    holidays = whole.good("GET", f"pages/{found(whole, 'Holidays')}")
    assert holidays["parent"]["page_id"] == handbook["id"]
    assert whole.good("GET", f"pages/{holidays['id']}/markdown")["markdown"] == "None."
    assert whole.good("POST", "search", {"query": "Old"})["results"] == []


def test_a_wiki_has_what_no_api_can_make(whole: Api) -> None:
    source = whole.good("GET", f"data_sources/{whole.source('Docs')}")
    columns = {name: (one["id"], one["type"]) for name, one in source["properties"].items()}
    assert columns["Owner"] == ("verification_owner", "people")
    assert columns["Verification"] == ("verification", "verification")
    assert columns["Send"][1] == "button"
    (safety,) = whole.query("Docs")  # neither the one in the trash nor the archived one
    assert safety["properties"]["Verification"]["verification"]["state"] == "verified"
    assert whole.titles("Docs", in_trash=True) == ["Gone"]
    assert whole.titles("Docs", is_archived=True) == ["Kept"]
    database = whole.good("GET", f"databases/{safety['parent']['database_id']}")
    assert database["parent"]["page_id"] == found(whole, "Handbook")


def test_a_database_of_several_data_sources(whole: Api) -> None:
    goal = whole.page("Goals", "Floor")
    task = whole.page("tasks", "Pour")
    assert task["properties"]["Goal"]["relation"] == [{"id": goal["id"]}]
    assert task["parent"]["database_id"] == goal["parent"]["database_id"]
    database = whole.good("GET", f"databases/{goal['parent']['database_id']}")
    assert [one["name"] for one in database["data_sources"]] == ["Tasks", "Goals"]


def test_connections_with_their_own_sharing_and_capabilities(whole: Api) -> None:
    docs, tasks = whole.source("Docs"), whole.source("tasks")
    whole.good("GET", f"data_sources/{docs}", token=READER)
    assert whole.ask("GET", f"data_sources/{tasks}", token=READER)[0] == 404
    whole.good("GET", f"pages/{found(whole, 'Holidays')}", token=READER)  # lies in the Handbook
    new = {"parent": {"data_source_id": docs}}
    assert whole.ask("POST", "pages", new, token=READER)[0] == 403
    assert whole.ask("POST", "pages", new, token=WRITER)[0] == 200
    assert [one.name for one in whole.sandbox.connections()] == ["Sandbox", "Reader", "Writer"]


@pytest.mark.parametrize(
    ("share", "seen"),
    [
        ("Work", ["Tasks", "Goals"]),  # the title of a database of several data sources
        ("work", ["Tasks", "Goals"]),
        ("Goals", ["Tasks", "Goals"]),  # that of one of these: what is shared is the database
        ("tasks", ["Tasks", "Goals"]),
        ("Work/Floor", []),
        ("Docs", ["Docs"]),
    ],
)
def test_what_a_connection_sees_by_titles(
    api: Api, tmp_path: Path, share: str, seen: list[str]
) -> None:
    file = tmp_path / "whole.yaml"
    file.write_text(WHOLE.replace("[Docs, Handbook]", f"[{share}]"), "utf-8")
    load(api.sandbox, file)
    shown = {name: api.source(name) for name in ("Docs", "Tasks", "Goals")}
    asked = {n: api.ask("GET", f"data_sources/{one}", token=READER) for n, one in shown.items()}
    assert [name for name, (status, _) in asked.items() if status == 200] == seen
    floor = api.page("Goals", "Floor")["id"]
    status, _ = api.ask("GET", f"pages/{floor}", token=READER)
    assert (status == 200) is (share != "Docs")


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("email: ann", "mail: ann", "4:21", 'unknown key "mail"'),
        ("created_by: Bob Ray", "created_by: Zoe", "7:5", "no user 'Zoe'"),
        ("created: 2026-06-01T10:00:00Z", "created: soon", "7:5", "no time such as"),
        ("Send: button", "Send: botton", "24:37", "no type of property"),
        ("parent: Handbook", "parent: Hndbook", "21:5", "no page 'Hndbook'"),
        ("to: Goals", "to: Goalz", "33:41", "no database 'Goalz'"),
        ("{Name: Pour, Goal: Floor}", "{Name: Pour, Goal: Flor}", "35:13", "no page 'Flor'"),
        ("Owner: [Ann Lee]", "Owners: [Ann Lee]", "26:9", "no property 'Owners'"),
        ("share: [Docs,", "share: [Dogs,", "41:71", "no page 'Dogs'"),
        ("share: [Docs,", "share: [Work/Fl,", "41:71", "no page 'Fl'"),
        ("- name: Goals", "- name: Tasks", "36:15", "two of this name"),
        ("capabilities: [read]", "capabilities: [reed]", "41:56", '"reed" is not possible'),
        ("{name: Acme}", "{name: Acme, upload_limit: 5TB}", "2:39", "not have the right form"),
        ("workspace:", "workspace: {}\nworkspace:", "3:1", "twice"),
    ],
)
def test_a_wrong_file_says_where(  # noqa: PLR0917
    api: Api, tmp_path: Path, old: str, new: str, place: str, problem: str
) -> None:
    file = tmp_path / "seed.yaml"
    assert old in WHOLE
    file.write_text(WHOLE.replace(old, new), "utf-8")
    with pytest.raises(SeedError) as caught:
        load(api.sandbox, file)
    found = caught.value.diagnostics[0]
    assert problem in found.summary
    assert str(found.place) == f"{file}:{place}"
    assert api.sandbox.databases() == []


def test_everything_that_is_wrong_is_said_at_once(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "seed.yaml"
    wrong = WHOLE.replace("Name: Safety", "Nam: Safety").replace("Goal: Floor", "Goal: Flor")
    file.write_text(wrong.replace("[Docs, Handbook]", "[Docs, Nope]"), "utf-8")
    with pytest.raises(SeedError) as caught:
        load(api.sandbox, file)
    assert len(caught.value.diagnostics) == 3


def test_a_file_that_is_not_there_or_empty(api: Api, tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="No such file"):
        load(api.sandbox, tmp_path / "nowhere.yaml")
    (tmp_path / "empty.yaml").write_text("# nothing\n", "utf-8")
    with pytest.raises(SeedError, match="nothing in this file"):
        load(api.sandbox, tmp_path / "empty.yaml")


def test_a_title_of_two_databases_is_not_shared(api: Api) -> None:
    for alias in ("one", "two"):
        api.sandbox.create_database_for(alias, "Same", {"Name": {"title": {}}})
    reader = {"name": "Reader", "token": READER}
    with pytest.raises(SeedError, match="2 databases 'Same': say which by an id"):
        load(api.sandbox, {"tokens": [{**reader, "share": ["Same"]}]})
    load(api.sandbox, {"tokens": [{**reader, "share": ["two"]}]})
    api.good("GET", f"data_sources/{api.source('two')}", token=READER)
    assert api.ask("GET", f"data_sources/{api.source('one')}", token=READER)[0] == 404
