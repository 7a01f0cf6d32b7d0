"""Values written to pages come back as Notion gives them back, or are refused in its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

UNKNOWN = "11111111-1111-4111-8111-111111111111"


def written(api: Api, name: str, entry: Any) -> Any:
    page = api.create("everything", {name: entry})
    shown = page["properties"][name]
    return shown[shown["type"]]


def refusal(api: Api, properties: Any) -> str:
    parent = {"data_source_id": api.source("everything")}
    return api.refused("POST", "pages", {"parent": parent, "properties": properties})


@pytest.mark.parametrize(
    ("sent", "start"),
    [
        (
            {"start": "2026-07-25T16:57:28.513237Z", "time_zone": "UTC"},
            "2026-07-25T16:57:00.000+00:00",
        ),
        (
            {"start": "2026-06-27T17:57:35.424991", "time_zone": "Europe/London"},
            "2026-06-27T17:57:00.000+01:00",
        ),
        ({"start": "2026-06-27T17:57:59+05:30"}, "2026-06-27T17:57:00.000+05:30"),
        ({"start": "2026-06-27T17:57"}, "2026-06-27T17:57:00.000+00:00"),
        ({"start": "2026-07-01"}, "2026-07-01"),
    ],
)  # fmt: skip
def test_dates_lose_seconds_and_the_name_of_the_zone(acme: Api, sent: Any, start: str) -> None:
    assert written(acme, "Date", {"date": sent}) == {"start": start, "end": None, "time_zone": None}


@pytest.mark.parametrize("given", ["2022/01/02", "soon", "2026-02-30", "2026-06-27T25:00"])
def test_a_bad_date_is_refused_with_its_place(acme: Api, given: str) -> None:
    message = refusal(acme, {"Date": {"date": {"start": given}}})
    assert message == (
        "body failed validation: body.properties.Date.date.start should be a valid ISO 8601 date "
        f'string, instead was `"{given}"`.'
    )


def test_rich_text_gets_its_annotations(acme: Api) -> None:
    assert written(acme, "Text", {"rich_text": [{"text": {"content": "x"}}]}) == [
        {
            "type": "text",
            "text": {"content": "x", "link": None},
            "annotations": {
                "bold": False, "italic": False, "strikethrough": False, "underline": False,
                "code": False, "color": "default",
            },
            "plain_text": "x",
            "href": None,
        }
    ]  # fmt: skip


def test_a_link_is_also_the_href(acme: Api) -> None:
    sent = [{"text": {"content": "x", "link": {"url": "https://a.example"}}}]
    (item,) = written(acme, "Text", {"rich_text": sent})
    assert item["href"] == "https://a.example"
    assert item["text"]["link"] == {"url": "https://a.example"}


def test_a_mentioned_person_reads_as_the_name(acme: Api) -> None:
    ann = acme.good("GET", "users")["results"][1]
    sent = [{"mention": {"user": {"id": ann["id"]}}}]
    (item,) = written(acme, "Text", {"rich_text": sent})
    assert item["plain_text"] == "@Ann Lee"


def test_an_unknown_select_name_becomes_an_option(acme: Api) -> None:
    assert written(acme, "Select", {"select": {"name": "C"}})["name"] == "C"
    source = acme.good("GET", f"data_sources/{acme.source('everything')}")
    names = [option["name"] for option in source["properties"]["Select"]["select"]["options"]]
    assert names == ["A", "B", "C"]


def test_a_select_name_in_another_case_is_the_same_option(acme: Api) -> None:
    assert written(acme, "Select", {"select": {"name": "a"}})["name"] == "A"


def test_a_comma_in_an_option_name_is_refused(acme: Api) -> None:
    assert "commas not allowed" in refusal(acme, {"Select": {"select": {"name": "a, b"}}})


def test_an_unknown_status_is_refused(acme: Api) -> None:
    message = refusal(acme, {"Status": {"status": {"name": "Nope"}}})
    assert message == 'Invalid status option. Status option "Nope" does not exist".'


def test_status_starts_at_its_default_and_null_resets_it(acme: Api) -> None:
    page = acme.create("projects", {"Status": {"status": {"name": "Done"}}})
    assert page["properties"]["Status"]["status"]["name"] == "Done"
    page = acme.write(page, {"Status": {"status": None}})
    assert page["properties"]["Status"]["status"]["name"] == "Planned"
    assert acme.create("projects", {})["properties"]["Status"]["status"]["name"] == "Planned"


def test_a_list_replaces_the_whole_list(acme: Api) -> None:
    page = acme.create("everything", {"Multi": {"multi_select": [{"name": "x"}, {"name": "y"}]}})
    page = acme.write(page, {"Multi": {"multi_select": [{"name": "y"}]}})
    assert [one["name"] for one in page["properties"]["Multi"]["multi_select"]] == ["y"]


def test_what_a_write_does_not_name_stays(acme: Api) -> None:
    page = acme.create("everything", {"Number": {"number": 1}, "Url": {"url": "u"}})
    page = acme.write(page, {"Number": {"number": None}})
    assert page["properties"]["Number"]["number"] is None
    assert page["properties"]["Url"]["url"] == "u"


@pytest.mark.parametrize(("sent", "kept"), [(2.0, 2), (2.5, 2.5), (-3, -3), (1e300, 1e300)])
def test_numbers_are_doubles(acme: Api, sent: float, kept: float) -> None:
    assert written(acme, "Number", {"number": sent}) == kept


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Nope": {"number": 1}}, "Nope is not a property that exists."),
        ({"Number": {"rich_text": []}}, "Number is expected to be number."),
        (
            {"Number": {"number": "2"}},
            (
                "body failed validation: body.properties.Number.number should be a number "
                'or `null`, instead was `"2"`.'
            ),
        ),
        (
            {"Text": {"rich_text": [{"text": {"content": "x" * 2001}}]}},
            (
                "body failed validation: body.properties.Text.rich_text[0].text.content.length "
                "should be ≤ `2000`, instead was `2001`."
            ),
        ),
        (
            {"Multi": {"multi_select": [{"name": str(n)} for n in range(101)]}},
            (
                "body failed validation: body.properties.Multi.multi_select.length should be "
                "≤ `100`, instead was `101`."
            ),
        ),
    ],
)
def test_wrong_values_are_refused_in_notions_words(
    acme: Api, properties: Any, message: str
) -> None:
    assert refusal(acme, properties) == message


@pytest.mark.parametrize(
    "name", ["Rollup", "Formula", "Created", "Author", "Edited", "Editor", "Id", "Button"]
)
def test_what_is_computed_cannot_be_written(acme: Api, name: str) -> None:
    message = refusal(acme, {name: {"number": 1}})
    assert message.startswith(
        f"body failed validation. Fix one:\nbody.properties.{name}.title should be defined, "
        "instead was `undefined`."
    )


def test_a_refused_write_changes_nothing(acme: Api) -> None:
    page = acme.page("everything", "Full")
    properties = {"Number": {"number": 99}, "Nope": {"number": 1}}
    acme.refused("PATCH", f"pages/{page['id']}", {"properties": properties})
    assert acme.good("GET", f"pages/{page['id']}")["properties"]["Number"]["number"] == 2.5


def test_a_number_too_large_for_a_double_is_refused(acme: Api) -> None:
    assert "should be a number" in refusal(acme, {"Number": {"number": 10**400}})


def test_a_place_without_a_name_gets_a_null_one(acme: Api) -> None:
    place = written(acme, "Place", {"place": {"lat": 1.5, "lon": 2, "address": "Here"}})
    assert place == {"lat": 1.5, "lon": 2, "name": None, "address": "Here"}


def test_properties_are_found_by_name_id_and_encoded_id(acme: Api) -> None:
    page = acme.create("everything", {})
    encoded = page["properties"]["Number"]["id"]
    for number, key in enumerate(["Number", encoded]):
        page = acme.write(page, {key: {"number": number}})
        assert page["properties"]["Number"]["number"] == number


def test_times_are_floored_to_the_minute_and_databases_have_milliseconds(acme: Api) -> None:
    page = acme.create("everything", {})
    assert page["created_time"] == page["last_edited_time"] == "2026-07-01T09:30:00.000Z"
    database = acme.good("GET", f"databases/{page['parent']['database_id']}")
    assert database["created_time"] == "2026-07-01T09:30:42.513+00:00"


def test_pages_of_a_database_share_the_beginning_of_their_ids(acme: Api) -> None:
    ids = {acme.create("tasks", {})["id"] for _ in range(20)}
    assert len({one[:13] for one in ids}) == 1
    assert len({one[-6:] for one in ids}) == 20


def test_the_trash_hides_from_queries_but_not_from_reading(acme: Api) -> None:
    page = acme.page("tasks", "Sweep")
    gone = acme.good("PATCH", f"pages/{page['id']}", {"in_trash": True})
    assert gone["in_trash"]
    assert "Sweep" not in acme.titles("tasks")
    assert acme.good("GET", f"pages/{page['id']}")["in_trash"]
    acme.refused("PATCH", f"pages/{page['id']}", {"properties": {"Hours": {"number": 1}}})
    acme.good("PATCH", f"pages/{page['id']}", {"in_trash": False})
    assert "Sweep" in acme.titles("tasks")


def test_delete_block_moves_a_page_to_the_trash(acme: Api) -> None:
    page = acme.page("tasks", "Sweep")
    assert acme.good("DELETE", f"blocks/{page['id']}")["in_trash"]
    assert acme.good("GET", f"pages/{page['id']}")["in_trash"]


def test_archived_pages_are_left_out_too(acme: Api) -> None:
    page = acme.page("tasks", "Sweep")
    acme.good("PATCH", f"pages/{page['id']}", {"is_archived": True})
    assert "Sweep" not in acme.titles("tasks")
    shown = acme.good("GET", f"pages/{page['id']}")
    assert (shown["is_archived"], shown["in_trash"]) == (True, False)


def test_the_older_version_calls_the_trash_archived_too(acme: Api) -> None:
    page = acme.page("tasks", "Sweep")
    path = f"pages/{page['id']}"
    old = acme.good("PATCH", path, {"archived": True}, version="2025-09-03")
    assert list(old)[-2:] == ["archived", "request_id"]
    assert (old["archived"], old["in_trash"]) == (True, True)
    assert "archived" not in acme.good("GET", path)
    assert "body.archived" in acme.refused("PATCH", path, {"archived": False})


def test_unknown_keys_of_a_body_are_refused(acme: Api) -> None:
    page = acme.page("tasks", "Sweep")
    message = acme.refused("PATCH", f"pages/{page['id']}", {"position": 1})
    assert message == (
        "body failed validation: body.position should be not present, instead was `1`."
    )


def test_a_moved_page_leaves_its_database(acme: Api) -> None:
    page = acme.page("tasks", "Pour")
    parent = {"parent": {"data_source_id": acme.source("everything")}}
    moved = acme.good("POST", f"pages/{page['id']}/move", parent)
    assert moved["parent"]["data_source_id"] == acme.source("everything")
    assert "Pour" in acme.titles("everything")
    assert "Pour" not in acme.titles("tasks")


def test_keys_of_a_page_stand_in_the_recorded_order(acme: Api) -> None:
    page = acme.good("GET", f"pages/{acme.page('tasks', 'Pour')['id']}")
    assert list(page) == [
        "object", "id", "created_time", "last_edited_time", "created_by", "last_edited_by",
        "cover", "icon", "parent", "in_trash", "is_archived", "is_locked", "properties", "url",
        "public_url", "request_id",
    ]  # fmt: skip
    assert list(page["parent"]) == ["type", "data_source_id", "database_id"]


@pytest.mark.parametrize(
    ("identity", "status"),
    [
        ("12345678-1234-1234-1234-123456789abc", 400),
        ("nonsense", 400),
        ("00000000-0000-0000-0000-000000000000", 404),
        (UNKNOWN, 404),
        (UNKNOWN.replace("-", ""), 404),
    ],
)
def test_ids_in_the_path(acme: Api, identity: str, status: int) -> None:
    found, body = acme.ask("GET", f"pages/{identity}")
    assert found == status
    if status == 400:
        assert body["message"] == (
            "path failed validation: path.page_id should be a valid uuid, "
            f'instead was `"{identity}"`.'
        )


def test_bodies_read_as_markdown_and_as_blocks(acme: Api) -> None:
    page = acme.page("projects", "Hall B")
    text = acme.good("GET", f"pages/{page['id']}/markdown")["markdown"]
    assert text == "# Plan\nPour first.\n- a\n- b\n1. one\n2. two"
    blocks = acme.good("GET", f"blocks/{page['id']}/children")["results"]
    assert [block["type"] for block in blocks] == [
        "heading_1", "paragraph", "bulleted_list_item", "bulleted_list_item",
        "numbered_list_item", "numbered_list_item",
    ]  # fmt: skip


def test_appending_after_a_block_gives_its_following_siblings_too(acme: Api) -> None:
    page = acme.page("projects", "Hall B")
    path = f"blocks/{page['id']}/children"
    first = acme.good("GET", path)["results"][0]
    child = {"paragraph": {"rich_text": [{"text": {"content": "new"}}]}}
    body = {
        "children": [child],
        "position": {"type": "after_block", "after_block": {"id": first["id"]}},
    }
    results = acme.good("PATCH", path, body)["results"]
    assert len(results) == 6
    assert results[0]["paragraph"]["rich_text"][0]["plain_text"] == "new"
