"""Templates: listed, named by a request, and merged into a page after its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notion_gitops.sandbox.seeding.seed import load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.conftest import Api

WORK = """
databases:
  - name: Work
    mapping: work
    properties:
      Name: title
      Kind: {type: select, options: [bug, idea]}
      Tags: {type: multi_select, options: [urgent]}
      State: {type: status, groups: {To-do: [Open], Complete: [Done]}, default: Open}
      Goal: {type: relation, to: Goals}
    pages:
      - {Name: Pour}
    templates:
      - {Name: Idea, Kind: idea}
      - Name: Bug report
        default: true
        Kind: bug
        Tags: [urgent]
        State: Done
        Goal: [Floor]
        body: |
          # What happened
          - one
            - two
  - name: Goals
    properties: {Name: title}
    pages: [{Name: Floor}]
"""


@pytest.fixture
def work(acme: Api, tmp_path: Path) -> str:
    """The data source with templates."""
    path = tmp_path / "work.yaml"
    path.write_text(WORK)
    load(acme.sandbox, path)
    return acme.source("work")


def make(acme: Api, work: str, **more: Any) -> tuple[Any, Any, str]:
    """A page made so: as the answer shows it, as it then reads, and its body."""
    body = {"parent": {"type": "data_source_id", "data_source_id": work}, **more}
    made = acme.good("POST", "pages", body)
    later = acme.good("GET", f"pages/{made['id']}")
    text = acme.good("GET", f"pages/{made['id']}/markdown")["markdown"]
    return made["properties"], later["properties"], text


def template_ids(acme: Api, work: str) -> dict[str, str]:
    listed = acme.good("GET", f"data_sources/{work}/templates")["templates"]
    return {one["name"]: one["id"] for one in listed}


def test_templates_are_listed_and_are_no_rows(acme: Api, work: str) -> None:
    listed = acme.good("GET", f"data_sources/{work}/templates")
    found = [(one["name"], one["is_default"]) for one in listed["templates"]]
    assert found == [("Bug report", True), ("Idea", False)]
    rows = acme.good("POST", f"data_sources/{work}/query", {})["results"]
    assert len(rows) == 1
    titled = acme.good("POST", "search", {"query": "Bug report"})["results"]
    assert titled == []
    by_name = acme.good("GET", f"data_sources/{work}/templates", query=(("name", "ide"),))
    assert [one["name"] for one in by_name["templates"]] == ["Idea"]


def test_templates_are_listed_in_pages(acme: Api, work: str) -> None:
    path = f"data_sources/{work}/templates"
    first = acme.good("GET", path, query=(("page_size", "1"),))
    assert first["has_more"]
    after = (("page_size", "1"), ("start_cursor", first["next_cursor"]))
    second = acme.good("GET", path, query=after)
    assert ([one["name"] for one in second["templates"]], second["has_more"]) == (["Idea"], False)


def test_the_default_template_comes_after_the_answer(acme: Api, work: str) -> None:
    at_first, later, text = make(acme, work, template={"type": "default"})
    assert (at_first["Kind"]["select"], at_first["Name"]["title"]) == (None, [])
    assert later["Kind"]["select"]["name"] == "bug"
    assert later["State"]["status"]["name"] == "Done"
    assert later["Name"]["title"][0]["plain_text"] == "Bug report"
    assert len(later["Goal"]["relation"]) == 1
    assert text == "# What happened\n- one\n\t- two"


def test_what_a_request_sets_stays(acme: Api, work: str) -> None:
    named = {
        "Name": {"title": [{"text": {"content": "Leak"}}]},
        "Kind": {"select": {"name": "idea"}},
    }
    _, later, _ = make(acme, work, properties=named, template={"type": "default"})
    assert later["Name"]["title"][0]["plain_text"] == "Leak"
    assert later["Kind"]["select"]["name"] == "idea"
    assert [tag["name"] for tag in later["Tags"]["multi_select"]] == ["urgent"]


def test_a_template_by_id_and_none(acme: Api, work: str) -> None:
    idea = template_ids(acme, work)["Idea"]
    _, later, text = make(acme, work, template={"type": "template_id", "template_id": idea})
    assert (later["Kind"]["select"]["name"], text) == ("idea", "")
    _, without, _ = make(acme, work, template={"type": "none"}, children=[])
    assert without["Kind"]["select"] is None


def test_a_template_is_merged_into_a_page_that_is_there(acme: Api, work: str) -> None:
    [page] = acme.good("POST", f"data_sources/{work}/query", {})["results"]
    block = {"paragraph": {"rich_text": [{"text": {"content": "Before"}}]}}
    acme.good("PATCH", f"blocks/{page['id']}/children", {"children": [block]})
    change: dict[str, Any] = {"template": {"type": "default"}}
    acme.good("PATCH", f"pages/{page['id']}", change)
    text = acme.good("GET", f"pages/{page['id']}/markdown")["markdown"]
    assert text == "Before\n# What happened\n- one\n\t- two"
    acme.good("PATCH", f"pages/{page['id']}", change | {"erase_content": True})
    again = acme.good("GET", f"pages/{page['id']}/markdown")["markdown"]
    assert again == "# What happened\n- one\n\t- two"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"template": "default"}, "body.template should be an object"),
        ({"template": {}}, "body.template.type should be"),
        ({"template": {"type": "other"}}, "body.template.type should be"),
        ({"template": {"type": "template_id"}}, "body.template.template_id should be a valid uuid"),
        ({"template": {"type": "default"}, "markdown": "x"}, "body.markdown should be not present"),
        ({"template": {"type": "default"}, "children": []}, "body.children should be not present"),
    ],
)
def test_a_wrong_template_is_refused(acme: Api, work: str, more: dict[str, Any], told: str) -> None:
    body = {"parent": {"data_source_id": work}, **more}
    assert told in acme.refused("POST", "pages", body)


def test_a_template_that_is_not_there(acme: Api, work: str) -> None:
    template = {"type": "template_id", "template_id": "11111111-1111-4111-8111-111111111111"}
    status, answer = acme.ask(
        "POST", "pages", {"parent": {"data_source_id": work}, "template": template}
    )
    assert (status, answer["code"]) == (404, "object_not_found")
    goals = next(
        one["id"] for one in acme.good("POST", "search", {"query": "Goals"})["results"]
        if one["object"] == "data_source"
    )  # fmt: skip
    body = {"parent": {"data_source_id": goals}, "template": {"type": "default"}}
    assert "no default template" in acme.refused("POST", "pages", body)
