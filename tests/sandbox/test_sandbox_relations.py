"""Relations: both sides, cut reads, rollups, what is not shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api


def linked(page: dict[str, Any], name: str) -> list[str]:
    return [one["id"] for one in page["properties"][name]["relation"]]


def ids(*pages: dict[str, Any]) -> dict[str, Any]:
    return {"relation": [{"id": page["id"]} for page in pages]}


def again(api: Api, page: dict[str, Any]) -> dict[str, Any]:
    return api.good("GET", f"pages/{page['id']}")


def test_the_other_side_of_a_two_way_relation_follows(acme: Api) -> None:
    hall, other = acme.page("projects", "Hall B"), acme.page("projects", "Hall C")
    pour = acme.page("tasks", "Pour")
    assert linked(pour, "Project") == [hall["id"]]
    acme.write(pour, {"Project": ids(other)})
    assert pour["id"] not in linked(again(acme, hall), "Tasks")
    assert linked(again(acme, other), "Tasks") == [pour["id"]]
    acme.write(other, {"Tasks": {"relation": []}})
    assert linked(again(acme, pour), "Project") == []


def test_writing_one_side_keeps_the_written_order_and_appends_on_the_other(acme: Api) -> None:
    hall = acme.page("projects", "Hall B")
    pour, paint, sweep = (acme.page("tasks", name) for name in ("Pour", "Paint", "Sweep"))
    hall = acme.write(hall, {"Tasks": ids(paint, pour)})
    assert linked(hall, "Tasks") == [paint["id"], pour["id"]]
    acme.write(sweep, {"Project": ids(hall)})
    assert linked(again(acme, hall), "Tasks") == [paint["id"], pour["id"], sweep["id"]]


def test_the_related_page_does_not_count_as_edited(acme: Api) -> None:
    hall = acme.page("projects", "Hall B")
    acme.write(acme.page("tasks", "Sweep"), {"Project": ids(hall)})
    assert again(acme, hall)["last_edited_time"] == hall["last_edited_time"]


def test_reads_are_cut_at_twenty_five_and_the_property_endpoint_has_all(acme: Api) -> None:
    hall = acme.page("projects", "Hall C")
    made = [acme.create("tasks", {"Project": ids(hall)})["id"] for _ in range(30)]
    shown = again(acme, hall)["properties"]["Tasks"]
    assert [one["id"] for one in shown["relation"]] == made[:25]
    assert shown["has_more"] is True
    path = f"pages/{hall['id']}/properties/{shown['id']}"
    first = acme.good("GET", path, query=(("page_size", "20"),))
    assert first["has_more"]
    assert first["property_item"]["next_url"].endswith(first["next_cursor"])
    cursor = (("page_size", "20"), ("start_cursor", first["next_cursor"]))
    rest = acme.good("GET", path, query=cursor)
    assert [one["relation"]["id"] for one in first["results"] + rest["results"]] == made
    assert again(acme, hall)["properties"]["Count"]["rollup"]["number"] == 30


def test_people_are_cut_without_a_word(acme: Api) -> None:
    users = []
    for number in range(27):
        acme.sandbox.add_token(f"t{number}", name=f"Bot {number}")
    users = [user["id"] for user in acme.good("GET", "users")["results"]][:27]
    page = acme.create("everything", {"People": {"people": [{"id": user} for user in users]}})
    assert len(page["properties"]["People"]["people"]) == 25
    path = f"pages/{page['id']}/properties/{page['properties']['People']['id']}"
    assert len(acme.good("GET", path)["results"]) == 27


def test_rollups(acme: Api) -> None:
    hall, empty = (acme.page("projects", name)["properties"] for name in ("Hall B", "Hall C"))

    def number(name: str, value: float | None, function: str) -> dict[str, Any]:
        return {"type": "number", "number": value, "function": function}

    assert hall["Count"]["rollup"] == number("Count", 2, "count")
    assert hall["Hours"]["rollup"] == number("Hours", 7.5, "sum")
    assert hall["Done"]["rollup"] == number("Done", 0.5, "percent_per_group")
    assert hall["Doubled"]["rollup"] == number("Doubled", 8, "max")
    assert hall["First"]["rollup"]["date"]["start"] == "2026-06-08"
    shown = hall["Names"]["rollup"]
    assert [one["type"] for one in shown["array"]] == ["title", "title"]
    assert hall["Size"]["formula"] == {"type": "string", "string": "large"}
    assert empty["Count"]["rollup"] == number("Count", 0, "count")
    assert empty["Hours"]["rollup"] == number("Hours", None, "sum")
    assert empty["First"]["rollup"] == {
        "type": "date", "date": None, "function": "earliest_date",
    }  # fmt: skip
    assert empty["Names"]["rollup"]["array"] == []


def test_a_rollup_follows_at_the_next_read(acme: Api) -> None:
    acme.write(acme.page("tasks", "Pour"), {"Hours": {"number": 10}})
    assert acme.page("projects", "Hall B")["properties"]["Hours"]["rollup"]["number"] == 13.5


def test_pages_in_the_trash_vanish_from_relations_and_come_back(acme: Api) -> None:
    pour = acme.page("tasks", "Pour")
    acme.good("PATCH", f"pages/{pour['id']}", {"in_trash": True})
    hall = acme.page("projects", "Hall B")
    assert pour["id"] not in linked(hall, "Tasks")
    acme.good("PATCH", f"pages/{pour['id']}", {"in_trash": False})
    assert pour["id"] in linked(again(acme, hall), "Tasks")


def test_a_page_of_another_database_cannot_be_related(acme: Api) -> None:
    pour, full = acme.page("tasks", "Pour"), acme.page("everything", "Full")
    message = acme.refused("PATCH", f"pages/{pour['id']}", {"properties": {"Project": ids(full)}})
    assert "is not in the data source of the relation" in message


def test_what_is_not_shared_reads_as_empty(acme: Api) -> None:
    acme.sandbox.add_token("part", shared=[acme.source("projects")])
    rows = acme.good(
        "POST",
        f"data_sources/{acme.source('projects')}/query",
        {},
        token="part",  # noqa: S106
    )["results"]
    for row in rows:
        assert linked(row, "Tasks") == []
        assert row["properties"]["Hours"]["rollup"]["number"] is None


@pytest.mark.parametrize("function", ["sum", "average", "median", "range"])
def test_a_rollup_beyond_a_double_is_empty(acme: Api, function: str) -> None:
    for name, hours in (("Pour", 1.7e308), ("Paint", -1.7e308 if function == "range" else 1e308)):
        acme.write(acme.page("tasks", name), {"Hours": {"number": hours}})
    rollup = {"relation_property_name": "Tasks", "rollup_property_name": "Hours",
              "function": function}  # fmt: skip
    change = {"Hours": {"rollup": rollup}}
    acme.good("PATCH", f"data_sources/{acme.source('projects')}", {"properties": change})
    shown = acme.page("projects", "Hall B")["properties"]
    assert shown["Hours"]["rollup"] == {"type": "number", "number": None, "function": function}
    empty = {"property": "Hours", "rollup": {"number": {"is_empty": True}}}
    assert "Hall B" in acme.titles("projects", filter=empty)
