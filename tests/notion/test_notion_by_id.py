"""Properties in requests and answers by their ids, in a spelling that Notion takes (F013)."""

from dataclasses import replace
from typing import Any

import pytest

from notion_gitops.notion.by_id import asked_by_id
from notion_gitops.notion.failures import RejectedRequest
from notion_gitops.notion.filters import Filter
from notion_gitops.notion.pages import value_of
from notion_gitops.notion.schema import PropertySchema, Schema

HOURS = PropertySchema("a:b<", "Effort", "number")  # the mapping calls it Hours
NOTE = PropertySchema("wxyz", "Note", "rich_text")
TITLE = PropertySchema("title", "Name", "title")
SCHEMA = Schema("source", "database", "Tasks", "", {"Hours": HOURS, "Note": NOTE, "Name": TITLE})
FILTER: Filter = {
    "and": [
        {"property": "Hours", "number": {"equals": 1}},
        {"or": [{"property": "Note"}, {"property": "Other"}, {"timestamp": "created_time"}]},
    ]
}


class Asked:
    """Takes a filter that has one of some words, and notes what it was asked."""

    def __init__(self, *takes: str) -> None:
        self.takes = takes
        self.words: list[str] = []

    def __call__(self, filter_: Filter | None) -> str:
        assert filter_ is not None
        word: str = filter_["and"][0]["property"] if "and" in filter_ else filter_["property"]
        self.words.append(word)
        if word not in self.takes:
            raise RejectedRequest(f"Could not find property with name or id: {word}")
        return word


@pytest.mark.parametrize(
    ("takes", "asked"),
    [
        ("a:b<", ["a:b<"]),
        ("a%3Ab%3C", ["a:b<", "a%3Ab%3C"]),
        ("Effort", ["a:b<", "a%3Ab%3C", "Effort"]),
    ],
)
def test_a_filter_is_asked_by_ids_and_by_the_names_of_now_at_last(
    takes: str, asked: list[str]
) -> None:
    ask = Asked(takes)
    assert asked_by_id(SCHEMA, FILTER, ask) == takes
    assert ask.words == asked


def test_an_id_that_is_spelled_in_one_way_is_asked_by_once() -> None:
    ask = Asked()
    with pytest.raises(RejectedRequest, match="Note"):
        asked_by_id(SCHEMA, {"property": "Note"}, ask)
    assert ask.words == ["wxyz", "Note"]


def test_what_the_schema_does_not_know_stays_as_it_is_written() -> None:
    seen: list[Any] = []
    asked_by_id(SCHEMA, FILTER, seen.append)
    for other in (None, {"property": "Other"}, {"timestamp": "created_time"}):
        asked_by_id(SCHEMA, other, seen.append)
        assert seen[-1] == other
    assert seen[0]["and"][1]["or"] == [
        {"property": "wxyz"}, {"property": "Other"}, {"timestamp": "created_time"},
    ]  # fmt: skip
    assert seen[0]["and"][0]["number"] == {"equals": 1}


@pytest.mark.parametrize("called", ["a%3Ab%3C", "a:b<"])
def test_a_property_goes_by_its_name_if_another_is_called_like_its_id(called: str) -> None:
    other = {"X": replace(NOTE, name=called)}
    schema = replace(SCHEMA, properties={**SCHEMA.properties, **other})
    assert schema.key_of(HOURS) == "Effort"
    assert schema.in_filters(HOURS)[-1] == "Effort"
    assert called not in schema.in_filters(HOURS)
    assert SCHEMA.key_of(HOURS) == "a%3Ab%3C"
    assert SCHEMA.key_of(TITLE) == "title"


def test_a_page_shows_a_property_under_whatever_name() -> None:
    """Names are swapped between two answers; ids come encoded, and would be told decoded too."""
    page = {"properties": {"Note": {"id": "a%3Ab%3C"}, "Effort": {"id": "wxyz"}}}
    assert value_of(page, HOURS) == {"id": "a%3Ab%3C"}
    assert value_of(page, NOTE) == {"id": "wxyz"}
    assert value_of(page, TITLE) is None
    assert value_of({"properties": {"Effort": {"id": "a:b<"}}}, HOURS) == {"id": "a:b<"}
    assert value_of({"properties": {"Effort": {}}}, HOURS) is None
