"""Every type's filters with the semantics that were observed, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

ANN = "6794760a-1f15-45cd-9c65-0dfe42f5135a"
FULL, EMPTY = ["Full"], ["Empty"]
BOTH = ["Empty", "Full"]

# (property, type key, condition, titles): the row Full has a value everywhere, Empty has none
EVERY_TYPE: list[tuple[str, str, Any, list[str]]] = [
    ("Name", "title", {"does_not_equal": "Full"}, EMPTY),
    ("Text", "rich_text", {"contains": "SOME"}, FULL),
    ("Text", "rich_text", {"does_not_contain": "some"}, EMPTY),
    ("Number", "number", {"does_not_equal": 2.5}, EMPTY),
    ("Number", "number", {"less_than_or_equal_to": 2.5}, FULL),
    ("Number", "number", {"less_than": 99}, FULL),
    ("Select", "select", {"equals": "A"}, FULL),
    ("Select", "select", {"equals": ["A", "B"]}, FULL),
    ("Select", "select", {"does_not_equal": "A"}, EMPTY),
    ("Select", "select", {"does_not_equal": ["A", "B"]}, EMPTY),
    ("Multi", "multi_select", {"contains": ["x", "z"]}, FULL),
    ("Multi", "multi_select", {"does_not_contain": "y"}, EMPTY),
    ("Status", "status", {"equals": "Not started"}, EMPTY),
    ("Status", "status", {"does_not_equal": "Not started"}, FULL),
    ("Date", "date", {"after": "2026-05-31"}, FULL),
    ("Date", "date", {"is_empty": True}, EMPTY),
    ("People", "people", {"contains": ANN}, FULL),
    ("People", "people", {"does_not_contain": ANN}, EMPTY),
    ("Files", "files", {"is_not_empty": True}, FULL),
    ("Checkbox", "checkbox", {"equals": False}, EMPTY),
    ("Checkbox", "checkbox", {"does_not_equal": False}, FULL),
    ("Url", "url", {"starts_with": "https"}, FULL),
    ("Url", "rich_text", {"ends_with": ".example"}, FULL),
    ("Email", "email", {"equals": "a@acme.example"}, FULL),
    ("Email", "rich_text", {"is_empty": True}, EMPTY),
    ("Phone", "phone_number", {"contains": "1234"}, FULL),
    ("Phone", "rich_text", {"does_not_equal": "1"}, BOTH),
    ("Relation", "relation", {"is_empty": True}, EMPTY),
    ("Rollup", "rollup", {"number": {"greater_than": 3}}, FULL),
    ("Rollup", "rollup", {"number": {"is_empty": True}}, EMPTY),
    ("Formula", "formula", {"number": {"equals": 4}}, FULL),
    ("Created", "created_time", {"on_or_before": "2026-06-03"}, FULL),
    ("Edited", "last_edited_time", {"is_empty": True}, []),
    ("Author", "created_by", {"contains": "me"}, []),
    ("Author", "created_by", {"is_not_empty": True}, BOTH),
    ("Editor", "last_edited_by", {"does_not_contain": "me"}, BOTH),
    ("Id", "unique_id", {"greater_than": 1}, EMPTY),
    ("Verified", "verification", {"status": "verified"}, FULL),
    ("Verified", "verification", {"status": "none"}, EMPTY),
    ("Verified", "verification", {"does_not_equal": "verified"}, EMPTY),
]


def test_every_type(acme: Api) -> None:
    wrong = []
    for name, key, condition, titles in EVERY_TYPE:
        found = acme.titles("everything", filter={"property": name, key: condition})
        if sorted(found) != titles:
            wrong.append((name, key, condition, found))
    assert wrong == []


def test_a_filter_names_a_property_by_name_id_or_encoded_id(acme: Api) -> None:
    source = acme.good("GET", f"data_sources/{acme.source('everything')}")
    for name in ("Number", source["properties"]["Number"]["id"]):
        given = {"property": name, "type": "number", "number": {"equals": 2.5}}
        assert acme.titles("everything", filter=given) == FULL


def test_windows_include_today(acme: Api) -> None:
    days = {"today": "2026-07-01", "week ago": "2026-06-24", "in a week": "2026-07-08"}
    for title, day in days.items():
        name = {"title": [{"text": {"content": title}}]}
        acme.create("tasks", {"Name": name, "Due": {"date": {"start": day}}})

    def found(**condition: Any) -> set[str]:
        given = {"property": "Due", "date": condition}
        return set(acme.titles("tasks", filter=given)) & set(days)

    assert found(past_week={}) == {"today", "week ago"}
    assert found(next_week={}) == {"today", "in a week"}
    assert found(this_week={}) == {"today"}
    assert found(past_month={}) == found(past_year={}) == {"today", "week ago"}
    assert found(next_month={}) == found(next_year={}) == {"today", "in a week"}
    assert found(equals="today") == {"today"}
    assert found(on_or_before="one_week_ago") == {"week ago"}
    assert found(equals="one_week_from_now") == {"in a week"}


def test_rollups_by_any_every_and_none_count_empty_cells_too(acme: Api) -> None:
    def found(quantor: str, **condition: Any) -> list[str]:
        given = {"property": "Names", "rollup": {quantor: {"rich_text": condition}}}
        return sorted(acme.titles("projects", filter=given))

    assert found("any", equals="Pour") == ["Hall B"]
    assert found("every", starts_with="P") == ["Hall B", "Hall C"]  # Hall C has no tasks
    assert found("none", equals="Pour") == ["Hall C"]
    hall = acme.page("projects", "Hall B")
    acme.create("tasks", {"Project": {"relation": [{"id": hall["id"]}]}})  # a task without a name
    assert found("any", is_empty=True) == ["Hall B"]


def test_the_ends_of_time_can_be_asked_for(acme: Api) -> None:
    """Clients ask for all dates by a day that none can be after, or before."""
    first, last = "0001-01-01", "9999-12-31"
    everything = acme.source("everything")
    rows = len(acme.query("everything"))
    dated = len(acme.query("everything", filter=prop("Date", date={"is_not_empty": True})))
    assert 0 < dated < rows
    for operator, day in (("on_or_before", last), ("before", last), ("on_or_after", first),
                          ("after", first)):  # fmt: skip
        found = acme.query("everything", filter=prop("Date", date={operator: day}))
        assert len(found) == dated, operator
    path = f"data_sources/{everything}/query"
    beyond = prop("Date", date={"before": "0001-01-01T00:00:00+14:00"})
    assert "valid ISO 8601 date" in acme.refused("POST", path, {"filter": beyond})


@pytest.mark.parametrize(
    ("start", "zone"),
    [
        ("0001-01-01T00:00:00+02:00", None),
        ("9999-12-31T23:59:00-14:00", None),
        ("0001-01-01T00:00:00", "Europe/Berlin"),
        ("0001-01-01T00:00:00+02:00", "UTC"),
    ],
)
def test_a_moment_that_cannot_be_compared_is_not_kept(
    acme: Api, start: str, zone: str | None
) -> None:
    [page, *_] = acme.query("everything")
    date = {"start": start} | ({"time_zone": zone} if zone else {})
    told = acme.refused("PATCH", f"pages/{page['id']}", {"properties": {"Date": {"date": date}}})
    assert "should be a valid ISO 8601 date string" in told


def prop(name: str, **rest: Any) -> dict[str, Any]:
    return {"property": name, **rest}


REFUSED: list[tuple[Any, str]] = [
    (prop("Nope", number={"equals": 1}), "Could not find property with name or id: Nope"),
    (prop("Number", select={"equals": "A"}), ("database property number does not match filter "
     "select")),
    (prop("Number", number={"equals": "1"}), ("body failed validation: body.filter.number.equals "
     'should be a number, instead was `"1"`.')),
    (prop("Number", number={"contains": 1}), "body.filter.number.contains should be not present"),
    (prop("Text", rich_text={"contains": 1}), "body.filter.rich_text.contains should be a string"),
    (prop("Checkbox", checkbox={"equals": "x"}), "checkbox.equals should be a boolean"),
    (prop("Checkbox", checkbox={"is_empty": True}), "checkbox.is_empty should be not present"),
    (prop("Date", date={"is_empty": False}), "date.is_empty should be `true`, instead was `false`"),
    (prop("Date", date={"past_week": "x"}), "date.past_week should be an object"),
    (prop("Date", date={"before": "2026-13-01"}), "should be a valid ISO 8601 date string"),
    (prop("People", people={"contains": "Ann"}), "people.contains should be a valid uuid"),
    (prop("Relation", relation={"contains": "me"}), "relation.contains should be a valid uuid"),
    (prop("Select", select={"equals": [1]}), "select.equals should be an array of strings"),
    (prop("Verified", verification={"status": "x"}), 'should be `"verified"`, `"expired"`, or'),
    (prop("Formula", formula={"select": {"equals": "A"}}), "formula.select should be not present"),
    (prop("Rollup", rollup={"date": {"is_empty": True}}), "rollup does not match filter date"),
    (prop("Rollup", rollup={"any": {"number": {"equals": 1}}}), "does not match filter any"),
    (prop("Rollup", rollup={"sum": {}}), "body.filter.rollup.sum should be not present"),
    (prop("Number", number={"equals": 1}, select={"equals": "A"}), "filter.select should be not"),
    ({"timestamp": "born", "born": {}}, '`"created_time"` or `"last_edited_time"`'),
    ({"or": [prop("Number", number={"equals": 1})] * 101}, ("body.filter.or.length should be ≤ "
     "`100`, instead was `101`.")),
    ({"and": [{"or": [{"and": []}]}]}, "body.filter.and[0].or[0].and should be not present"),
    ({"and": [], "or": []}, "body.filter.or should be not present, instead was `[]`."),
    ([], "body.filter should be an object"),
]  # fmt: skip


def test_what_is_no_filter_is_refused_with_its_place(acme: Api) -> None:
    path = f"data_sources/{acme.source('everything')}/query"
    for given, words in REFUSED:
        message = acme.refused("POST", path, {"filter": given})
        assert words in message, (given, message)


@pytest.mark.parametrize(
    ("sorts", "words"),
    [
        ([prop("Nope", direction="ascending")], ("Could not find sort property with name or id: "
         "Nope")),
        ([prop("Number")], 'body.sorts[0].direction should be `"ascending"` or `"descending"`'),
        ([{"timestamp": "x", "direction": "ascending"}], "body.sorts[0].timestamp should be"),
        ({}, "body.sorts should be an array"),
        ([prop("Number", direction="ascending")] * 101, "body.sorts.length should be ≤ `100`"),
    ],
)  # fmt: skip
def test_what_is_no_sort_is_refused(acme: Api, sorts: Any, words: str) -> None:
    path = f"data_sources/{acme.source('everything')}/query"
    assert words in acme.refused("POST", path, {"sorts": sorts})


def test_every_type_can_be_sorted_by_and_empty_comes_last(acme: Api) -> None:
    computed = {"Created", "Edited", "Author", "Editor", "Id", "Formula", "Button", "Name"}
    source = acme.good("GET", f"data_sources/{acme.source('everything')}")
    for name in source["properties"]:
        for direction in ("ascending", "descending"):
            titles = acme.titles("everything", sorts=[prop(name, direction=direction)])
            assert sorted(titles) == BOTH
            if name not in computed | {"Status", "Checkbox", "Verified"}:
                assert titles[-1] == "Empty", name


# What a query and a search take beside


def test_the_trash_is_asked_for_by_any_of_the_documented_words(acme: Api) -> None:
    for version in ("2025-09-03", "2026-03-11"):
        for word, title in (("in_trash", "Old hall"), ("archived", "Old hall"),
                            ("is_archived", "Shelved hall")):  # fmt: skip
            path = f"data_sources/{acme.source('projects')}/query"
            found = acme.good("POST", path, {word: True}, version=version)["results"]
            assert [row["properties"]["Name"]["title"][0]["plain_text"] for row in found] == [title]


def test_result_type(acme: Api) -> None:
    assert len(acme.query("tasks", result_type="page")) == 3
    assert acme.query("tasks", result_type="data_source") == []
    path = f"data_sources/{acme.source('tasks')}/query"
    assert "body.result_type" in acme.refused("POST", path, {"result_type": "row"})


@pytest.mark.parametrize(
    ("body", "query", "message"),
    [
        ({"page_size": "5"}, (), "body.page_size should be a number"),
        ({"page_size": 0}, (), "body.page_size should be ≥ `1`, instead was `0`."),
        ({"start_cursor": {}}, (), ("body failed validation: body.start_cursor should be a string "
         "or `undefined`, instead was `{}`.")),
        ({"start_cursor": "made up"}, (), "The start_cursor provided is invalid: made up"),
        ({}, (("start_cursor", "x"),), ("query failed validation: query.start_cursor should be not "
         'present, instead was `"x"`.')),
        ({}, (("filter_properties", "Nope"),), "Nope"),
        ({"filters": {}}, (), "body.filters should be not present, instead was `{}`."),
    ],
)  # fmt: skip
def test_what_a_query_does_not_take(acme: Api, body: Any, query: Any, message: str) -> None:
    path = f"data_sources/{acme.source('tasks')}/query"
    assert message in acme.refused("POST", path, body, query=query)


def test_a_listing_in_the_query_string_is_refused_by_that_name(acme: Api) -> None:
    message = acme.refused("GET", "users", query=(("page_size", "many"),))
    assert message == (
        "query failed validation: query.page_size should be a number or `undefined`, "
        'instead was `"many"`.'
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"filter": {"value": "page"}}, 'body.filter.property should be `"object"`'),
        ({"filter": {"property": "object", "value": "database"}}, '`"page"` or `"data_source"`'),
        ({"sort": {"timestamp": "created_time", "direction": "ascending"}}, "body.sort.timestamp"),
        ({"sort": {"timestamp": "last_edited_time"}}, "body.sort.direction"),
        ({"limit": 1}, "body.limit should be not present"),
    ],
)
def test_what_a_search_does_not_take(acme: Api, body: Any, words: str) -> None:
    assert words in acme.refused("POST", "search", body)


def test_a_search_gives_what_is_shared_page_by_page_in_order(acme: Api) -> None:
    acme.sandbox.add_token("part", shared=[acme.source("tasks")])
    token = "part"  # noqa: S105  of the sandbox
    sort = {"timestamp": "last_edited_time", "direction": "ascending"}
    found, body = [], {"page_size": 2, "sort": sort}
    while True:
        answer = acme.good("POST", "search", body, token=token)
        found += answer["results"]
        if not answer["has_more"]:
            break
        body["start_cursor"] = answer["next_cursor"]
    times = [one["last_edited_time"] for one in found]
    assert len(found) == 4  # the data source and its three rows
    assert times == sorted(times)
    latest = acme.good("POST", "search", {"sort": {"property": "relevance"}}, token=token)
    assert next(one["id"] for one in latest["results"]) == found[-1]["id"]
