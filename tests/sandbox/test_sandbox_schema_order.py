"""The order in which a request names columns means nothing."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.test_sandbox_schema import change, make

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Json


def orders(entries: Json) -> list[Json]:
    return [{name: entries[name] for name in order} for order in permutations(entries)]


LINKED: Json = {
    "Name": {"title": {}},
    "N": {"number": {}},
    "F": {"formula": {"expression": 'prop("G") + prop("N")'}},
    "G": {"formula": {"expression": 'prop("N") * 2'}},
}


@pytest.mark.parametrize("entries", orders(LINKED))
def test_a_new_column_may_be_named_before_what_it_reads(api: Api, entries: Json) -> None:
    source = make(api, "A", entries)
    assert list(source["properties"]) == list(entries)
    row = {"parent": {"data_source_id": source["id"]}, "properties": {"N": {"number": 2}}}
    assert api.good("POST", "pages", row)["properties"]["F"]["formula"]["number"] == 6


def test_a_rollup_may_be_named_before_its_relation(acme: Api) -> None:
    names = {"relation_property_name": "Work", "rollup_property_name": "Hours"}
    entries = {
        "Double": {"formula": {"expression": 'prop("Sum") * 2'}},
        "Sum": {"rollup": {**names, "function": "sum"}},
        "Work": {"relation": {"data_source_id": acme.source("tasks"), "dual_property": {}}},
    }
    for given in orders(entries):
        source = acme.good("GET", f"data_sources/{acme.source('projects')}")
        shown = change(acme, source, given)["properties"]
        assert list(shown)[-3:] == list(given)
        assert shown["Sum"]["rollup"]["relation_property_name"] == "Work"
        change(acme, source, dict.fromkeys(given))


def test_a_changed_formula_may_read_a_column_that_is_new_or_renamed(api: Api) -> None:
    formula = {"formula": {"expression": "1"}}
    source = make(api, "A", {"Name": {"title": {}}, "F": formula, "N": {"number": {}}})
    expression = 'prop("M") + prop("New")'
    entries = {
        "F": {"formula": {"expression": expression}}, "New": {"number": {}}, "N": {"name": "M"},
    }  # fmt: skip
    shown = change(api, source, entries)["properties"]
    assert shown["N" if "N" in shown else "M"]["id"] in shown["F"]["formula"]["expression"]


def test_formulas_that_read_one_another_are_refused(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}})
    entries = {
        name: {"formula": {"expression": f'prop("{other}")'}} for name, other in ("FG", "GF")
    }
    message = api.refused("PATCH", f"data_sources/{source['id']}", {"properties": entries})
    assert "is not a property that exists" in message


def test_columns_swap_names_and_take_those_of_deleted_ones(api: Api) -> None:
    columns: Json = {
        "Name": {"title": {}},
        "A": {"number": {}},
        "B": {"url": {}},
        "C": {"email": {}},
    }
    source = make(api, "A", columns)
    before = {name: prop["id"] for name, prop in source["properties"].items()}
    entries = {"A": {"name": "B"}, "B": {"name": "C"}, "C": None, "Name": {"name": "A"}}
    shown = change(api, source, entries)["properties"]
    assert {name: prop["id"] for name, prop in shown.items()} == {
        "A": "title", "B": before["A"], "C": before["B"],
    }  # fmt: skip


TAKEN = [
    {"A": {"name": "B"}},
    {"A": {"name": "New"}, "New": {"number": {}}},
    {"New": {"number": {}}, "A": {"name": "New"}},
]


@pytest.mark.parametrize("entries", TAKEN)
def test_a_name_that_is_taken_is_refused(api: Api, entries: Json) -> None:
    source = make(api, "A", {"Name": {"title": {}}, "A": {"number": {}}, "B": {"url": {}}})
    message = api.refused("PATCH", f"data_sources/{source['id']}", {"properties": entries})
    assert "is a property that exists already." in message


def test_a_column_named_by_its_id_and_its_name_is_refused(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}, "N": {"number": {}}})
    entries = {"N": None, source["properties"]["N"]["id"]: {"name": "M"}}
    message = api.refused("PATCH", f"data_sources/{source['id']}", {"properties": entries})
    assert message == "N is named more than once."


def test_the_other_side_of_a_deleted_relation_is_gone(acme: Api) -> None:
    source = acme.source("tasks")
    own = {"relation": {"data_source_id": source, "dual_property": {"synced_property_name": "To"}}}
    path = f"data_sources/{source}"
    acme.good("PATCH", path, {"properties": {"From": own}})
    wishes: list[Json] = [{"name": "Other"}, {"number": {}}]
    for wish in wishes:
        message = acme.refused("PATCH", path, {"properties": {"From": None, "To": wish}})
        assert message == "To is not a property that exists."
    both = acme.good("PATCH", path, {"properties": {"From": None, "To": None}})
    assert not {"From", "To"} & both["properties"].keys()
