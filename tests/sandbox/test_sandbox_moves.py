"""Pages that move keep what has a place where they go, and nothing moves into itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.test_sandbox_relations import again, ids, linked

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

Json = dict[str, Any]


def moved(api: Api, page: Json, **parent: str) -> Json:
    return api.good("POST", f"pages/{page['id']}/move", {"parent": parent})


def values(page: Json) -> Json:
    """The values by name, without their ids; computed ones left out."""
    return {
        name: entry[entry["type"]]
        for name, entry in page["properties"].items()
        if entry["type"] not in {"formula", "rollup", "last_edited_time", "last_edited_by"}
    }


def made(api: Api, properties: Json) -> Json:
    """A new data source."""
    root = api.sandbox.create_root_page("Root")
    body = {"parent": {"page_id": root}, "initial_data_source": {"properties": properties}}
    database = api.good("POST", "databases", body)
    return api.good("GET", f"data_sources/{database['data_sources'][0]['id']}")


@pytest.mark.parametrize(
    ("alias", "title"), [("everything", "Full"), ("projects", "Hall B"), ("tasks", "Pour")]
)
def test_a_move_within_its_data_source_changes_the_edit_time_alone(
    acme: Api, alias: str, title: str
) -> None:
    page = acme.page(alias, title)
    after = moved(acme, page, data_source_id=acme.source(alias))
    assert values(after) == values(page)
    assert after["parent"] == page["parent"]
    assert after["last_edited_time"] == "2026-07-01T09:30:00.000Z"
    for relation in ("Tasks", "Project"):
        if relation in page["properties"]:
            assert linked(after, relation) == linked(page, relation) != []


COLUMNS: Json = {
    "Name": {"title": {}},
    "Text": {"rich_text": {}},
    "Number": {"number": {}},
    "Select": {"select": {"options": [{"name": "a"}]}},
    "Multi": {"multi_select": {}},
    "Status": {"status": {"options": [{"name": "Open"}, {"name": "In progress"}]}},
    "Date": {"rich_text": {}},  # of the same name, and another type
    "People": {"people": {}},
    "Checkbox": {"checkbox": {}},
    "Id": {"unique_id": {"prefix": "NEW"}},
}


def test_a_move_to_another_data_source_keeps_columns_of_the_same_name_and_type(acme: Api) -> None:
    target = made(acme, COLUMNS)
    page = acme.page("everything", "Full")
    after = values(moved(acme, page, data_source_id=target["id"]))
    before = values(page)
    for name in ("Name", "Text", "Number", "People", "Checkbox"):
        assert after[name] == before[name], name
    assert after["Select"]["name"] == "a"  # as a write of the name finds it
    assert [one["name"] for one in after["Multi"]] == ["x", "y"]
    assert after["Status"]["name"] == "In progress"
    assert after["Date"] == []
    assert after["Id"] == {"prefix": "NEW", "number": 1}
    columns = acme.good("GET", f"data_sources/{target['id']}")["properties"]
    assert [one["name"] for one in columns["Multi"]["multi_select"]["options"]] == ["x", "y"]


def test_a_status_that_is_not_there_becomes_the_default(acme: Api) -> None:
    target = made(acme, {"Name": {"title": {}}, "Status": {"status": {}}})
    page = acme.page("tasks", "Paint")
    assert values(page)["Status"]["name"] == "Finished"
    after = moved(acme, page, data_source_id=target["id"])
    assert values(after)["Status"]["name"] == "Not started"


def test_relations_to_the_same_data_source_go_along(acme: Api) -> None:
    dual = {"data_source_id": acme.source("projects"), "dual_property": {}}
    target = made(acme, {"Name": {"title": {}}, "Project": {"relation": dual}})
    hall, pour = acme.page("projects", "Hall B"), acme.page("tasks", "Pour")
    full = acme.page("everything", "Full")
    assert pour["id"] in linked(hall, "Tasks")
    assert pour["id"] in linked(full, "Relation")
    after = moved(acme, pour, data_source_id=target["id"])
    assert linked(after, "Project") == [hall["id"]]
    back = again(acme, hall)
    assert pour["id"] not in linked(back, "Tasks")
    assert linked(back, "Related to  (Project)") == [pour["id"]]
    assert pour["id"] not in linked(again(acme, full), "Relation")


def test_relations_to_another_data_source_are_dropped_on_both_sides(acme: Api) -> None:
    elsewhere = {"relation": {"data_source_id": acme.source("tasks"), "single_property": {}}}
    target = made(acme, {"Name": {"title": {}}, "Project": elsewhere})
    hall, pour = acme.page("projects", "Hall B"), acme.page("tasks", "Pour")
    assert linked(moved(acme, pour, data_source_id=target["id"]), "Project") == []
    assert pour["id"] not in linked(again(acme, hall), "Tasks")


def test_a_page_that_becomes_a_row_has_a_number_and_defaults(acme: Api) -> None:
    page = acme.good("GET", f"pages/{acme.sandbox.create_root_page('Plan')}")
    row = values(moved(acme, page, data_source_id=acme.source("projects")))
    assert row["Name"][0]["plain_text"] == "Plan"
    assert row["Status"]["name"] == "Planned"
    last = max(one["properties"]["Number"]["unique_id"]["number"] for one in acme.query("projects"))
    assert row["Number"]["number"] == last


def test_a_row_that_becomes_a_page_keeps_its_title_and_no_links(acme: Api) -> None:
    root = acme.sandbox.create_root_page("Root")
    hall, pour = acme.page("projects", "Hall B"), acme.page("tasks", "Pour")
    after = moved(acme, pour, page_id=root)
    assert list(after["properties"]) == ["title"]
    assert after["properties"]["title"]["title"][0]["plain_text"] == "Pour"
    assert pour["id"] not in linked(again(acme, hall), "Tasks")
    other = acme.page("projects", "Hall C")
    assert "is not in the data source" in acme.refused(
        "PATCH", f"pages/{other['id']}", {"properties": {"Tasks": ids(pour)}}
    )


# Nothing moves into itself


def below(api: Api, page: str) -> str:
    return str(api.good("POST", "pages", {"parent": {"page_id": page}})["id"])


def test_a_page_does_not_move_into_what_lies_in_it(api: Api) -> None:
    root = api.sandbox.create_root_page("Root")
    child = below(api, root)
    body = {"parent": {"page_id": child}}
    database = api.good("POST", "databases", body)
    source = database["data_sources"][0]["id"]
    row = api.good("POST", "pages", {"parent": {"data_source_id": source}})
    deep = below(api, row["id"])
    for page, parent in (
        (root, {"page_id": root}),
        (root, {"page_id": child}),
        (root, {"data_source_id": source}),
        (child, {"page_id": deep}),
        (row["id"], {"page_id": deep}),
    ):
        message = api.refused("POST", f"pages/{page}/move", {"parent": parent})
        assert message == "Cannot move something into itself or into what lies in it."
    inside = {"parent": {"type": "page_id", "page_id": deep}}
    assert "into itself" in api.refused("PATCH", f"databases/{database['id']}", inside)
    inner = api.good("POST", "databases", {"parent": {"page_id": deep}})
    held = {"parent": {"database_id": inner["id"]}}
    assert "into itself" in api.refused("PATCH", f"data_sources/{source}", held)
    up = {"parent": {"page_id": root}}
    assert api.good("POST", f"pages/{deep}/move", up)["parent"]["page_id"] == root
