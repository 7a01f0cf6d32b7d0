"""A status is never empty: a row whose status was never set reads as the default option."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.test_sandbox_schema import change

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Json


def states(api: Api, **query: Any) -> dict[str, str | None]:
    """The column State of the tasks, by the beginning of the title."""
    return {
        page["properties"]["Name"]["title"][0]["plain_text"]: (
            page["properties"]["State"]["status"] or {"name": None}
        )["name"]
        for page in api.query("tasks", **query)
    }


def tasks(api: Api) -> Json:
    return api.good("GET", f"data_sources/{api.source('tasks')}")


FILTERS: list[tuple[Json, set[str]]] = [
    ({"is_empty": True}, set()),
    ({"is_not_empty": True}, {"Pour", "Paint", "Sweep"}),
    ({"equals": "Not started"}, {"Paint", "Sweep"}),
    ({"does_not_equal": "Not started"}, {"Pour"}),
]


@pytest.mark.parametrize(("condition", "found"), FILTERS)
def test_a_status_added_to_rows_reads_as_its_default(
    acme: Api, condition: Json, found: set[str]
) -> None:
    change(acme, tasks(acme), {"State": {"status": {}}})
    expected = dict.fromkeys(("Pour", "Paint", "Sweep"), "Not started")
    assert states(acme) == expected
    acme.write(acme.page("tasks", "Pour"), {"State": {"status": {"name": "Done"}}})
    asked = states(acme, filter={"property": "State", "status": condition})
    assert set(asked) == found
    order = [{"property": "State", "direction": "descending"}]
    assert next(iter(states(acme, sorts=order))) == "Pour"


def test_the_property_endpoint_agrees(acme: Api) -> None:
    change(acme, tasks(acme), {"State": {"status": {}}})
    item = acme.good("GET", f"pages/{acme.page('tasks', 'Pour')['id']}/properties/State")
    assert item["status"]["name"] == "Not started"


def test_rows_of_a_removed_option_read_as_the_default(acme: Api) -> None:
    source = tasks(acme)
    acme.write(acme.page("tasks", "Pour"), {"Status": {"status": {"name": "Finished"}}})
    options = [{"name": "Open"}]
    change(acme, source, {"Status": {"status": {"options": options}}})
    page = acme.page("tasks", "Pour")
    assert page["properties"]["Status"]["status"]["name"] == "Open"
    gone = {"property": "Status", "status": {"is_empty": True}}
    assert acme.titles("tasks", filter=gone) == []


def test_the_default_of_a_seed_holds_until_its_option_goes(acme: Api) -> None:
    source = acme.good("GET", f"data_sources/{acme.source('projects')}")
    options = source["properties"]["Status"]["status"]["options"]
    reordered = {"Status": {"status": {"options": options[::-1]}}}
    change(acme, source, reordered)
    assert acme.page("projects", "Hall C")["properties"]["Status"]["status"]["name"] == "Planned"
    change(acme, source, {"Status": {"status": {"options": options[1:]}}})
    assert acme.page("projects", "Hall C")["properties"]["Status"]["status"]["name"] == "Active"
