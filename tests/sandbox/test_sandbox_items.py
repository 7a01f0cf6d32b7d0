"""What a page object cuts, and the property endpoint that has the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api


def items(api: Api, page: Any, name: str, size: int = 100) -> list[dict[str, Any]]:
    """All answers of the property endpoint."""
    path = f"pages/{page['id']}/properties/{page['properties'][name]['id']}"
    answers: list[dict[str, Any]] = []
    query: tuple[tuple[str, str], ...] = (("page_size", str(size)),)
    while not answers or answers[-1]["has_more"]:
        answers.append(api.good("GET", path, query=query))
        query = (("page_size", str(size)), ("start_cursor", answers[-1]["next_cursor"]))
    return answers


def text(content: str) -> dict[str, Any]:
    return {"text": {"content": content}}


def hall_with_tasks(api: Api, count: int) -> dict[str, Any]:
    hall = api.page("projects", "Hall C")
    for number in range(count):
        api.create("tasks", {
            "Name": {"title": [text(f"T{number}")]}, "Hours": {"number": 1},
            "Project": {"relation": [{"id": hall["id"]}]},
            "Due": {"date": {"start": f"2026-08-{number % 28 + 1:02d}"}},
        })  # fmt: skip
    return api.page("projects", "Hall C")


def test_the_list_of_a_relation_and_its_keys(acme: Api) -> None:
    hall = hall_with_tasks(acme, 3)
    first, last = items(acme, hall, "Tasks", size=2)
    assert list(first) == [
        "object", "results", "next_cursor", "has_more", "type", "property_item", "request_id",
    ]  # fmt: skip
    assert first["type"] == "property_item"
    identity = hall["properties"]["Tasks"]["id"]
    assert first["property_item"] == {
        "id": identity,
        "next_url": f"https://api.notion.com/v1/pages/{hall['id']}/properties/{identity}"
        f"?start_cursor={first['next_cursor']}",
        "type": "relation",
        "relation": {},
    }
    assert list(first["results"][0]) == ["object", "type", "id", "relation"]
    assert last["property_item"]["next_url"] is None
    assert (last["has_more"], last["next_cursor"], len(last["results"])) == (False, None, 1)


def test_a_rollup_that_computes_is_incomplete_until_its_last_page(acme: Api) -> None:
    hall = hall_with_tasks(acme, 30)
    *before, last = items(acme, hall, "Hours", size=10)
    assert [one["property_item"]["rollup"] for one in before] == [
        {"type": "incomplete", "incomplete": {}, "function": "sum"},
        {"type": "incomplete", "incomplete": {}, "function": "sum"},
    ]
    assert last["property_item"]["rollup"] == {"type": "number", "number": 30, "function": "sum"}
    related = [one["relation"]["id"] for answer in (*before, last) for one in answer["results"]]
    assert len(set(related)) == 30
    assert {one["type"] for one in last["results"]} == {"relation"}
    (dates,) = items(acme, hall, "First")
    assert dates["property_item"]["rollup"]["date"]["start"] == "2026-08-01"


def test_a_rollup_that_shows_values_lists_them(acme: Api) -> None:
    hall = hall_with_tasks(acme, 5)
    answers = items(acme, hall, "Names", size=2)
    empty = {"type": "array", "array": [], "function": "show_original"}
    assert [one["property_item"]["rollup"] for one in answers] == [empty] * 3
    names = [one["title"]["plain_text"] for answer in answers for one in answer["results"]]
    assert names == ["T0", "T1", "T2", "T3", "T4"]


def test_a_formula_takes_twenty_five_related_pages(acme: Api) -> None:
    path = f"data_sources/{acme.source('projects')}"
    formula = {"Links": {"formula": {"expression": 'length(prop("Tasks"))'}}}
    acme.good("PATCH", path, {"properties": formula})
    shown = hall_with_tasks(acme, 30)["properties"]
    assert shown["Links"]["formula"] == {"type": "number", "number": 25}
    assert (len(shown["Tasks"]["relation"]), shown["Tasks"]["has_more"]) == (25, True)


def test_texts_are_cut_before_the_twenty_sixth_mention(acme: Api) -> None:
    ann = acme.good("GET", "users")["results"][1]["id"]
    mentions: list[Any] = [{"mention": {"user": {"id": ann}}} for _ in range(27)]
    page = acme.create("everything", {
        "Text": {"rich_text": [text("a"), *mentions, text("z")]},
        "Name": {"title": mentions},
    })  # fmt: skip
    assert len(page["properties"]["Text"]["rich_text"]) == 26
    assert len(page["properties"]["Name"]["title"]) == 25
    (whole,) = items(acme, page, "Text")
    assert [one["type"] for one in whole["results"]] == ["rich_text"] * 29
    assert whole["results"][-1]["rich_text"]["plain_text"] == "z"


def test_people_are_cut_without_a_flag(acme: Api) -> None:
    for number in range(30):
        acme.sandbox.add_token(f"t{number}", name=f"Bot {number}")
    people = [{"id": one["id"]} for one in acme.good("GET", "users")["results"]]
    page = acme.create("everything", {"People": {"people": people}})
    assert list(page["properties"]["People"]) == ["id", "type", "people"]
    assert len(page["properties"]["People"]["people"]) == 25
    (whole,) = items(acme, page, "People")
    assert [one["people"]["id"] for one in whole["results"]] == [one["id"] for one in people]


def test_a_single_value_is_one_item(acme: Api) -> None:
    full = acme.page("everything", "Full")
    path = f"pages/{full['id']}/properties/{full['properties']['Number']['id']}"
    item = acme.good("GET", path)
    assert list(item) == ["object", "type", "id", "number", "request_id"]
    assert (item["object"], item["number"]) == ("property_item", 2.5)


def test_a_property_that_is_not_there_and_a_made_up_cursor(acme: Api) -> None:
    full = acme.page("everything", "Full")
    status, body = acme.ask("GET", f"pages/{full['id']}/properties/nope")
    assert (status, body["code"]) == (404, "object_not_found")
    path = f"pages/{full['id']}/properties/title"
    message = acme.refused("GET", path, query=(("start_cursor", "x"),))
    assert message == "The start_cursor provided is invalid: x"
