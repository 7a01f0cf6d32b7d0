"""Queries: order, paging, the cap, filters and sorts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api


def fill(api: Api, rows: int) -> None:
    for number in range(rows):
        api.create("everything", {"Number": {"number": number}})


def pages_of(api: Api, alias: str, **body: Any) -> list[dict[str, Any]]:
    """All answers of a listing."""
    answers = []
    path = f"data_sources/{api.source(alias)}/query"
    while True:
        answers.append(api.good("POST", path, body))
        if not answers[-1]["has_more"]:
            return answers
        body["start_cursor"] = answers[-1]["next_cursor"]


def test_newest_first_without_trash_and_archive(acme: Api) -> None:
    assert acme.titles("projects") == ["Hall C", "Hall B"]
    acme.create("projects", {"Name": {"title": [{"text": {"content": "New"}}]}})
    assert acme.titles("projects") == ["New", "Hall C", "Hall B"]


def test_paging_gives_every_row_once(acme: Api) -> None:
    fill(acme, 23)
    answers = pages_of(acme, "everything", page_size=10)
    sizes = [len(answer["results"]) for answer in answers]
    assert sizes == [10, 10, 5]
    ids = {page["id"] for answer in answers for page in answer["results"]}
    assert len(ids) == 25
    assert answers[0]["next_cursor"].startswith("s:")
    assert answers[-1]["next_cursor"] is None
    assert "request_status" not in answers[0]


def test_a_cursor_goes_on_at_its_row_when_rows_came_or_went(acme: Api) -> None:
    fill(acme, 10)
    path = f"data_sources/{acme.source('everything')}/query"
    first = acme.good("POST", path, {"page_size": 5})
    acme.create("everything", {})
    second = acme.good("POST", path, {"page_size": 5, "start_cursor": first["next_cursor"]})
    seen = [page["id"] for page in first["results"] + second["results"]]
    assert len(set(seen)) == 10


def test_a_made_up_cursor_is_refused(acme: Api) -> None:
    path = f"data_sources/{acme.source('tasks')}/query"
    assert "start_cursor" in acme.refused("POST", path, {"start_cursor": "s:1:2"})


def test_more_than_a_hundred_at_once_is_refused(acme: Api) -> None:
    message = acme.refused("POST", f"data_sources/{acme.source('tasks')}/query", {"page_size": 101})
    assert message == (
        "body failed validation: body.page_size should be ≤ `100`, instead was `101`."
    )


def test_at_the_cap_a_listing_ends_and_says_so_on_every_page(acme: Api) -> None:
    fill(acme, 15)
    acme.sandbox.result_cap = 12
    answers = pages_of(acme, "everything", page_size=5)
    assert [len(answer["results"]) for answer in answers] == [5, 5, 2]
    incomplete = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
    assert all(answer["request_status"] == incomplete for answer in answers)


def test_exactly_as_many_rows_as_the_cap_are_complete(acme: Api) -> None:
    fill(acme, 10)
    acme.sandbox.result_cap = 12
    answers = pages_of(acme, "everything", page_size=12)
    assert [len(answer["results"]) for answer in answers] == [12]
    assert "request_status" not in answers[0]


def test_filter_properties_by_id_and_name(acme: Api) -> None:
    source = acme.good("GET", f"data_sources/{acme.source('tasks')}")
    key = source["properties"]["Key"]["id"]
    for query in ([("filter_properties", key)], [("filter_properties[]", "Key")]):
        answer = acme.good("POST", f"data_sources/{source['id']}/query", {}, query=tuple(query))
        assert all(list(page["properties"]) == ["Key"] for page in answer["results"])


def prop(name: str, kind: str, **condition: Any) -> dict[str, Any]:
    return {"property": name, kind: condition}


FILTERS = [
    (prop("Name", "title", equals="Pour"), {"Pour"}),
    (prop("Name", "rich_text", starts_with="P"), {"Pour", "Paint"}),
    (prop("Name", "title", ends_with="p"), {"Sweep"}),
    (prop("Key", "rich_text", is_empty=True), {"Sweep"}),
    (prop("Key", "rich_text", does_not_equal="T-1"), {"Paint", "Sweep"}),
    (prop("Key", "rich_text", does_not_contain="1"), {"Paint", "Sweep"}),
    (prop("Hours", "number", greater_than=3.5), {"Pour"}),
    (prop("Hours", "number", less_than=100), {"Pour", "Paint"}),
    (prop("Hours", "number", does_not_equal=4), {"Paint", "Sweep"}),
    (prop("Hours", "number", greater_than_or_equal_to=3.5, less_than=4), {"Paint"}),
    (prop("Status", "status", equals="Finished"), {"Paint"}),
    (prop("Status", "status", equals=["Open", "Finished"]), {"Pour", "Paint", "Sweep"}),
    (prop("Status", "status", does_not_equal="Open"), {"Paint"}),
    (prop("Tags", "multi_select", contains="x"), {"Pour"}),
    (prop("Tags", "multi_select", does_not_contain="x"), {"Paint", "Sweep"}),
    (prop("Tags", "multi_select", is_not_empty=True), {"Pour"}),
    (prop("Due", "date", equals="2026-06-10"), {"Pour"}),
    (prop("Due", "date", before="2026-06-10"), {"Paint"}),
    (prop("Due", "date", on_or_after="2026-06-08"), {"Pour", "Paint"}),
    (prop("Due", "date", is_empty=True), {"Sweep"}),
    (prop("Due", "date", past_month={}), {"Pour", "Paint"}),
    (prop("Due", "date", next_week={}), set()),
    (prop("Project", "relation", is_empty=True), {"Sweep"}),
    (prop("Twice", "formula", number={"greater_than": 7}), {"Pour"}),
    ({"timestamp": "created_time", "created_time": {"on_or_after": "2026-06-04"}},
     {"Paint", "Sweep"}),
    ({"timestamp": "created_time", "created_time": {"is_empty": True}}, set()),
    ({"and": [prop("Hours", "number", is_not_empty=True), prop("Name", "title", contains="ai")]},
     {"Paint"}),
    ({"or": [prop("Name", "title", equals="Sweep"),
             {"and": [prop("Hours", "number", equals=4), prop("Key", "rich_text", equals="T-1")]}]},
     {"Sweep", "Pour"}),
]  # fmt: skip


@pytest.mark.parametrize(("given", "titles"), FILTERS)
def test_filters(acme: Api, given: Any, titles: set[str]) -> None:
    assert set(acme.titles("tasks", filter=given)) == titles


def test_filters_of_people_and_rollups(acme: Api) -> None:
    ann = "6794760a-1f15-45cd-9c65-0dfe42f5135a"
    assert set(acme.titles("projects", filter=prop("Owner", "people", contains=ann))) == {
        "Hall B", "Hall C",
    }  # fmt: skip
    assert acme.titles("projects", filter=prop("Owner", "people", contains="me")) == []
    hours = prop("Hours", "rollup", number={"greater_than": 1})
    assert acme.titles("projects", filter=hours) == ["Hall B"]
    names = prop("Names", "rollup", any={"rich_text": {"contains": "Pai"}})
    assert acme.titles("projects", filter=names) == ["Hall B"]


def test_date_filters_compare_to_the_minute(acme: Api) -> None:
    acme.create("everything", {"Date": {"date": {"start": "2026-06-27T18:01:40+01:00"}}})
    for operator, rows in (("equals", 1), ("before", 0), ("after", 0), ("on_or_before", 1)):
        given = prop("Date", "date", **{operator: "2026-06-27T18:01:15.377+01:00"})
        both = {"and": [given, prop("Date", "date", on_or_after="2026-06-20")]}
        assert len(acme.query("everything", filter=both)) == rows, operator


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (prop("Nope", "title", equals="x"), "Could not find property with name or id: Nope"),
        (prop("Hours", "rich_text", equals="x"), "does not match filter rich_text"),
        (prop("Hours", "number", contains=1), "body.filter.number.contains should be not present"),
        (prop("Due", "date", before="soon"), "a valid ISO 8601 date string"),
        ({"and": [{"and": [{"and": []}]}]}, "body.filter.and[0].and[0].and"),
        ({"property": "Hours"}, "body.filter.number should be defined"),
    ],
)
def test_wrong_filters_are_refused(acme: Api, given: Any, words: str) -> None:
    path = f"data_sources/{acme.source('tasks')}/query"
    assert words in acme.refused("POST", path, {"filter": given})


@pytest.mark.parametrize(
    ("sorts", "titles"),
    [
        ([{"property": "Hours", "direction": "ascending"}], ["Paint", "Pour", "Sweep"]),
        ([{"property": "Hours", "direction": "descending"}], ["Pour", "Paint", "Sweep"]),
        ([{"property": "Due", "direction": "ascending"}], ["Paint", "Pour", "Sweep"]),
        ([{"timestamp": "created_time", "direction": "ascending"}], ["Pour", "Paint", "Sweep"]),
        (
            [
                {"property": "Status", "direction": "ascending"},
                {"property": "Name", "direction": "descending"},
            ],
            ["Sweep", "Pour", "Paint"],
        ),
    ],
)
def test_sorts(acme: Api, sorts: Any, titles: list[str]) -> None:
    assert acme.titles("tasks", sorts=sorts) == titles


def test_a_query_sees_what_was_written_just_before(acme: Api) -> None:
    edited = {"timestamp": "last_edited_time", "last_edited_time": {"on_or_after": "2026-07-01"}}
    assert acme.titles("tasks", filter=edited) == []
    acme.clock.advance(timedelta(minutes=1))
    acme.write(acme.page("tasks", "Pour"), {"Hours": {"number": 5}})
    assert acme.titles("tasks", filter=edited) == ["Pour"]


def test_the_trash_can_be_asked_for(acme: Api) -> None:
    assert acme.titles("projects", in_trash=True) == ["Old hall"]
    assert acme.titles("projects", is_archived=True) == ["Shelved hall"]


def test_search_finds_titles(acme: Api) -> None:
    found = acme.good("POST", "search", {"query": "hall"})["results"]
    assert {one["object"] for one in found} == {"page"}
    assert len(found) == 3
    wanted = {"property": "object", "value": "data_source"}
    sources = acme.good("POST", "search", {"query": "task", "filter": wanted})["results"]
    assert [one["id"] for one in sources] == [acme.source("tasks")]
