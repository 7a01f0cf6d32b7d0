"""Page Markdown is read and changed as Notion's endpoints do it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Json


@pytest.fixture
def page(api: Api) -> str:
    """An empty page at the top of the workspace."""
    return api.sandbox.create_root_page("Top")


def read(api: Api, page: str) -> str:
    return str(api.good("GET", f"pages/{page}/markdown")["markdown"])


def patch(api: Api, page: str, kind: str, **given: Any) -> str:
    answer = api.good("PATCH", f"pages/{page}/markdown", {"type": kind, kind: given})
    assert answer["markdown"] == read(api, page)
    return str(answer["markdown"])


def refused(api: Api, page: str, kind: str, **given: Any) -> str:
    before = read(api, page)
    message = api.refused("PATCH", f"pages/{page}/markdown", {"type": kind, kind: given})
    assert read(api, page) == before
    return message


def put(api: Api, page: str, text: str) -> str:
    return patch(api, page, "replace_content", new_str=text)


def edit(old: str, new: str, **more: Any) -> Json:
    return {"old_str": old, "new_str": new, **more}


def ids(api: Api, page: str) -> list[str]:
    return [one["id"] for one in api.good("GET", f"blocks/{page}/children")["results"]]


def types(api: Api, page: str) -> list[str]:
    return [one["type"] for one in api.good("GET", f"blocks/{page}/children")["results"]]


def test_blank_lines_between_blocks_are_not_kept(api: Api, page: str) -> None:
    assert put(api, page, "## New Section\n\nHello") == "## New Section\nHello"


def test_an_edit_replaces_the_text_that_it_finds(api: Api, page: str) -> None:
    put(api, page, "one\ntwo\nthree")
    assert patch(api, page, "update_content", content_updates=[edit("two", "2")]) == "one\n2\nthree"


def test_what_no_edit_touches_keeps_its_ids(api: Api, page: str) -> None:
    put(api, page, "one\ntwo\nthree\nfour")
    before = ids(api, page)
    patch(api, page, "update_content", content_updates=[edit("two", "2"), edit("three\n", "")])
    after = ids(api, page)
    assert after == [before[0], before[1], before[3]]


def test_a_page_that_is_replaced_by_nearly_the_same_keeps_all_ids(api: Api, page: str) -> None:
    lines = [f"content {n}" for n in range(10)]
    put(api, page, "\n".join(lines))
    before = ids(api, page)
    lines[5] += "X"
    put(api, page, "\n".join(lines))
    assert ids(api, page) == before


def test_an_edit_that_is_not_found_is_refused(api: Api, page: str) -> None:
    put(api, page, "one")
    message = refused(api, page, "update_content", content_updates=[edit("two", "2")])
    assert message == 'old_str was not found in the page content: "two"'


def test_an_edit_that_is_not_found_is_passed_over_beside_one_that_is(api: Api, page: str) -> None:
    put(api, page, "one")
    updates = [edit("two", "2"), edit("one", "1")]
    assert patch(api, page, "update_content", content_updates=updates) == "1"


def test_an_edit_that_matches_twice_is_refused_unless_all_are_meant(api: Api, page: str) -> None:
    put(api, page, "a b\na c")
    assert "matches 2 locations" in refused(
        api, page, "update_content", content_updates=[edit("a", "x")]
    )
    updates = [edit("a", "x", replace_all_matches=True)]
    assert patch(api, page, "update_content", content_updates=updates) == "x b\nx c"


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("update_content", {"content_updates": [edit("", "x")]}, "old_str.length should be ≥ `1`"),
        ("update_content", {"content_updates": []}, "content_updates.length should be ≥ `1`"),
        ("update_content", {}, "body.update_content.content_updates should be an array"),
        (
            "update_content",
            {"content_updates": [edit("a", "b")] * 101},
            "content_updates.length should be ≤ `100`, instead was `101`.",
        ),
        ("update_content", {"content_updates": [{"new_str": "x"}]}, "old_str should be a string"),
        ("replace_content", {}, "body.replace_content.new_str should be a string"),
        ("replace_content", {"new_str": "x", "more": 1}, "more should be not present"),
        (
            "replace_content",
            {"new_str": "x", "allow_deleting_content": 1},
            "allow_deleting_content should be a boolean",
        ),
        (
            "insert_content",
            {"content": "x", "after": "a", "position": {"type": "end"}},
            "body.insert_content.position should be not present",
        ),
        ("insert_content", {"content": "x", "after": "no...where"}, "does not match any content"),
        (
            "replace_content_range",
            {"content": "x", "content_range": "a...nowhere"},
            "does not match any content",
        ),
    ],
)
def test_wrong_commands_are_refused(
    api: Api, page: str, kind: str, given: Json, message: str
) -> None:
    put(api, page, "a\nb")
    assert message in refused(api, page, kind, **given)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "append"},
        {"type": "replace_content"},
        {"type": "replace_content", "replace_content": {"new_str": "x"}, "insert_content": {}},
        {"type": "replace_content", "replace_content": {"new_str": "x"}, "if_match": "e"},
        {"type": "replace_content", "replace_content": {"new_str": "x"}, "allow_async": 1},
        {"type": "replace_content", "replace_content": {"new_str": "x"}, "markdown_version": "v9"},
    ],
)
def test_wrong_bodies_are_refused(api: Api, page: str, body: Json) -> None:
    assert "body" in api.refused("PATCH", f"pages/{page}/markdown", body)


def test_text_is_inserted_at_the_start_at_the_end_and_after_a_selection(
    api: Api, page: str
) -> None:
    put(api, page, "# A\nfirst line\n# B")
    assert patch(api, page, "insert_content", content="end") == "# A\nfirst line\n# B\nend"
    text = patch(api, page, "insert_content", content="start", position={"type": "start"})
    assert text == "start\n# A\nfirst line\n# B\nend"
    text = patch(api, page, "insert_content", content="- in", after="# A...first")
    assert text == "start\n# A\nfirst line\n- in\n# B\nend"


def test_a_range_is_replaced(api: Api, page: str) -> None:
    put(api, page, "# A\none\ntwo\n# B")
    given = {"content": "new", "content_range": "one...two"}
    assert patch(api, page, "replace_content_range", **given) == "# A\nnew\n# B"


def child(api: Api, page: str) -> str:
    properties = {"title": {"title": [{"text": {"content": "Sub"}}]}}
    body = {"parent": {"page_id": page}, "properties": properties}
    return str(api.good("POST", "pages", body)["id"])


def test_pages_and_databases_in_the_page_are_not_lost_unasked(api: Api, page: str) -> None:
    put(api, page, "before")
    inner = child(api, page)
    database = api.good("POST", "databases", {"parent": {"page_id": page}})["id"]
    text = read(api, page)
    assert text.split("\n")[0] == "before"
    assert f'<page url="https://www.notion.so/{inner.replace("-", "")}">Sub</page>' in text
    message = refused(api, page, "replace_content", new_str="only this")
    assert message.startswith("This operation would delete 2 child page(s) or database(s)")
    assert patch(api, page, "replace_content", new_str=text.replace("before", "after"))
    patch(api, page, "replace_content", new_str="only this", allow_deleting_content=True)
    assert api.good("GET", f"pages/{inner}")["in_trash"]
    assert api.good("GET", f"databases/{database}")["in_trash"]
    assert ids(api, page) != []
    api.good("PATCH", f"pages/{inner}", {"in_trash": False})
    assert sorted(types(api, page)) == ["child_page", "paragraph"]


def test_a_page_elsewhere_cannot_be_pulled_in_by_its_tag(api: Api, page: str) -> None:
    other = api.sandbox.create_root_page("Other")
    message = refused(api, page, "replace_content", new_str=f'<page url="{other}">Other</page>')
    assert message == f"Invalid Notion page or block URL: {other}"


def test_only_pages_are_changed_as_markdown(acme: Api) -> None:
    body = {"type": "replace_content", "replace_content": {"new_str": "x"}}
    page = acme.page("projects", "Hall B")
    database = page["parent"]["database_id"]
    block = ids(acme, page["id"])[0]
    for identity in (database, block):
        assert "not a page" in acme.refused("PATCH", f"pages/{identity}/markdown", body)
    assert "is a database" in acme.refused("GET", f"pages/{database}/markdown")


def test_a_block_is_read_as_markdown_too(acme: Api) -> None:
    page = acme.page("projects", "Hall B")
    block = ids(acme, page["id"])[0]
    answer = acme.good("GET", f"pages/{block}/markdown")
    assert (answer["id"], answer["markdown"]) == (block, "# Plan")


def test_an_edit_of_the_body_is_an_edit_of_the_page(api: Api, page: str) -> None:
    api.clock.advance(timedelta(hours=1))
    put(api, page, "x")
    assert api.good("GET", f"pages/{page}")["last_edited_time"] == "2026-07-01T10:30:00.000Z"


def test_the_body_of_a_page_in_the_trash_is_not_changed(api: Api, page: str) -> None:
    api.good("PATCH", f"pages/{page}", {"in_trash": True})
    assert "is archived" in refused(api, page, "replace_content", new_str="x")


def test_a_page_with_too_many_blocks_is_cut_and_not_changed(api: Api, page: str) -> None:
    put(api, page, "- a\n\t- b\nc\nd")
    api.sandbox.markdown_cap = 2
    answer = api.good("GET", f"pages/{page}/markdown")
    assert answer["truncated"]
    assert answer["unknown_block_ids"] == ids(api, page)[1:]
    assert answer["markdown"].startswith("- a\n\t- b\n<unknown url=")
    body = {"type": "replace_content", "replace_content": {"new_str": "x"}}
    status, error = api.ask("PATCH", f"pages/{page}/markdown", body)
    assert (status, error["additional_data"]["limit_kind"]) == (400, "page_record_count")


def test_a_change_may_be_a_task(api: Api, page: str) -> None:
    body = {"type": "replace_content", "replace_content": {"new_str": "x"}, "allow_async": True}
    status, task = api.ask("PATCH", f"pages/{page}/markdown", body)
    assert (status, task["status"], task["poll_after_seconds"]) == (202, "queued", 2)
    path = f"async_tasks/{task['id']}"
    assert api.good("GET", path)["status"] == "running"
    done = api.good("GET", path)
    assert (done["status"], done["result"]["markdown"]) == ("succeeded", "x")


def test_a_task_that_is_refused_says_so(api: Api, page: str) -> None:
    updates = {"content_updates": [edit("nowhere", "x")]}
    body = {"type": "update_content", "update_content": updates, "allow_async": True}
    _, task = api.ask("PATCH", f"pages/{page}/markdown", body)
    path = f"async_tasks/{task['id']}"
    api.good("GET", path)
    done = api.good("GET", path)
    assert (done["status"], done["error"]["status"]) == ("failed", 400)
    assert api.ask("GET", "async_tasks/task_0")[0] == 404
