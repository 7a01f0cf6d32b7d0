"""Blocks are read, appended, changed, trashed and restored as through Notion's endpoints."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from notion_gitops.sandbox import DEFAULT_TOKEN
from notion_gitops.sandbox.basics.messages import Request
from notion_gitops.sandbox.seeding.seed import load

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Json

OLD = "2025-09-03"
LATER = "2026-07-01T10:30:00.000Z"


@pytest.fixture
def page(api: Api) -> str:
    """An empty page at the top of the workspace."""
    return api.sandbox.create_root_page("Top")


def text(content: str) -> list[Json]:
    return [{"type": "text", "text": {"content": content}}]


def paragraph(content: str, *children: Json) -> Json:
    inner: Json = {"rich_text": text(content)}
    return {"paragraph": {**inner, "children": list(children)} if children else inner}


def append(api: Api, parent: str, *children: Json, **more: Any) -> list[Json]:
    body = {"children": list(children), **more}
    found: list[Json] = api.good("PATCH", f"blocks/{parent}/children", body)["results"]
    return found


def children(api: Api, parent: str) -> list[Json]:
    found: list[Json] = api.good("GET", f"blocks/{parent}/children")["results"]
    return found


def words(blocks: list[Json]) -> list[str]:
    return [block["paragraph"]["rich_text"][0]["plain_text"] for block in blocks]


def markdown(api: Api, page: str) -> Json:
    return api.good("GET", f"pages/{page}/markdown")


EVERY: tuple[tuple[Json, str], ...] = (
    (paragraph("p"), "p"),
    ({"paragraph": {"rich_text": []}}, "<empty-block/>"),
    ({"heading_1": {"rich_text": text("h"), "color": "red"}}, '# h {color="red"}'),
    (
        {
            "heading_2": {
                "rich_text": text("h"),
                "is_toggleable": True,
                "children": [paragraph("in")],
            }
        },
        '## h {toggle="true"}\n\tin',
    ),
    ({"heading_4": {"rich_text": text("h")}}, "#### h"),
    ({"bulleted_list_item": {"rich_text": text("b"), "children": [paragraph("in")]}}, "- b\n\tin"),
    ({"numbered_list_item": {"rich_text": text("n")}}, "1. n"),
    ({"to_do": {"rich_text": text("t"), "checked": True}}, "- [x] t"),
    ({"quote": {"rich_text": text("q\nr")}}, "> q<br>r"),
    (
        {"toggle": {"rich_text": text("t"), "children": [paragraph("in")]}},
        "<details>\n<summary>t</summary>\n\tin\n</details>",
    ),
    (
        {
            "callout": {
                "rich_text": text("c"),
                "icon": {"emoji": "💡"},
                "color": "gray_background",
                "children": [paragraph("in")],
            }
        },
        '<callout icon="💡" color="gray_bg">\n\tc\n\tin\n</callout>',
    ),
    ({"code": {"rich_text": text("a *b*"), "language": "python"}}, "```python\na *b*\n```"),
    ({"divider": {}}, "---"),
    ({"equation": {"expression": "e=mc^2"}}, "$$\ne=mc^2\n$$"),
    (
        {"image": {"external": {"url": "https://e.x/p.png"}, "caption": text("c")}},
        "![c](https://e.x/p.png)",
    ),
    ({"video": {"external": {"url": "https://e.x/v"}}}, '<video src="https://e.x/v"></video>'),
    ({"audio": {"external": {"url": "https://e.x/a"}}}, '<audio src="https://e.x/a"></audio>'),
    ({"pdf": {"external": {"url": "https://e.x/p"}}}, '<pdf src="https://e.x/p"></pdf>'),
    (
        {"file": {"external": {"url": "https://e.x/f.zip"}, "name": "f"}},
        '<file src="https://e.x/f.zip"></file>',
    ),
    (
        {
            "table": {
                "table_width": 2,
                "has_column_header": True,
                "children": [{"table_row": {"cells": [text("a|b"), []]}}],
            }
        },
        '<table header-row="true">\n<tr>\n<td>a\\|b</td>\n<td></td>\n</tr>\n</table>',
    ),
    (
        {
            "column_list": {
                "children": [
                    {"column": {"children": [paragraph("l")]}},
                    {"column": {"children": [paragraph("r")]}},
                ]
            }
        },
        "<columns>\n\t<column>\n\t\tl\n\t</column>\n\t<column>\n\t\tr\n\t</column>\n</columns>",
    ),
    ({"table_of_contents": {}}, "[TOC]"),
    ({"synced_block": {"synced_from": None, "children": [paragraph("in")]}}, "in"),
)


@pytest.mark.parametrize(("sent", "shown"), EVERY, ids=[next(iter(one)) for one, _ in EVERY])
def test_every_type_is_kept_and_reads_as_markdown(
    api: Api, page: str, sent: Json, shown: str
) -> None:
    (block,) = append(api, page, sent)
    kind = next(iter(sent))
    assert block["type"] == kind
    assert block["has_children"] is ("children" in sent[kind])
    answer = markdown(api, page)
    assert (answer["markdown"], answer["unknown_block_ids"]) == (shown, [])
    if shown not in {"[TOC]", "in"}:  # they read back as text
        change = {"type": "replace_content", "replace_content": {"new_str": shown}}
        assert api.good("PATCH", f"pages/{page}/markdown", change)["markdown"] == shown
        assert [one["id"] for one in children(api, page)] == [block["id"]]


@pytest.mark.parametrize(
    "sent",
    [
        {"bookmark": {"url": "https://e.x"}},
        {"embed": {"url": "https://e.x"}},
        {"breadcrumb": {}},
        {"template": {"rich_text": text("t")}},
    ],
)
def test_what_markdown_cannot_show_is_named(api: Api, page: str, sent: Json) -> None:
    kind = next(iter(sent))
    before, block, after = append(api, page, paragraph("first"), sent, paragraph("last"))
    answer = markdown(api, page)
    assert answer["unknown_block_ids"] == [block["id"]]
    url = f"https://www.notion.so/{block['id'].replace('-', '')}"
    assert answer["markdown"] == f'first\n<unknown url="{url}" alt="{kind}"/>\nlast'
    again = markdown(api, block["id"])
    assert again["unknown_block_ids"] == [block["id"]]
    updates = {"content_updates": [{"old_str": "last", "new_str": "end"}]}
    change = {"type": "update_content", "update_content": updates}
    kept = api.good("PATCH", f"pages/{page}/markdown", change)
    assert kept["unknown_block_ids"] == [block["id"]]
    assert [one["id"] for one in children(api, page)] == [before["id"], block["id"], after["id"]]


def test_replacing_a_page_makes_text_of_what_markdown_cannot_show(api: Api, page: str) -> None:
    blocks = append(
        api, page, {"bookmark": {"url": "https://e.x"}}, {"table_of_contents": {}},
        {"synced_block": {"synced_from": None, "children": [paragraph("in")]}},
    )  # fmt: skip
    whole = markdown(api, page)["markdown"]
    change = {"type": "replace_content", "replace_content": {"new_str": whole}}
    answer = api.good("PATCH", f"pages/{page}/markdown", change)
    assert answer["markdown"] == "[https://e.x](https://e.x)\n\\[TOC\\]\nin"
    after = children(api, page)
    assert [one["type"] for one in after] == ["paragraph"] * 3
    assert not {one["id"] for one in after} & {one["id"] for one in blocks}


def test_an_edit_beside_them_keeps_blocks_that_do_not_read_back(api: Api, page: str) -> None:
    blocks = append(
        api, page, paragraph("a"), {"table_of_contents": {}},
        {"synced_block": {"synced_from": None, "children": [paragraph("in"), paragraph("to")]}},
    )  # fmt: skip
    updates = {"content_updates": [{"old_str": "a", "new_str": "b"}]}
    change = {"type": "update_content", "update_content": updates}
    assert api.good("PATCH", f"pages/{page}/markdown", change)["markdown"] == "b\n[TOC]\nin\nto"
    assert [one["id"] for one in children(api, page)] == [one["id"] for one in blocks]


def test_keys_of_a_block_stand_in_the_recorded_order(api: Api, page: str) -> None:
    (block,) = append(api, page, paragraph("a"))
    keys = [
        "object", "id", "parent", "created_time", "last_edited_time", "created_by",
        "last_edited_by", "has_children", "in_trash", "type", "paragraph",
    ]  # fmt: skip
    assert list(block) == keys
    old = api.good("GET", f"blocks/{block['id']}", version=OLD)
    assert list(old) == [*keys, "archived", "request_id"]
    assert block["parent"] == {"type": "page_id", "page_id": page}


def test_blocks_are_nested_three_deep_in_a_request_and_deeper_by_several(
    api: Api, page: str
) -> None:
    (top,) = append(api, page, paragraph("1", paragraph("2", paragraph("3"))))
    (second,) = children(api, top["id"])
    assert second["parent"] == {"type": "block_id", "block_id": top["id"]}
    (third,) = children(api, second["id"])
    append(api, third["id"], paragraph("4"))
    assert markdown(api, page)["markdown"] == "1\n\t2\n\t\t3\n\t\t\t4"
    body = {"children": [paragraph("1", paragraph("2", paragraph("3", paragraph("4"))))]}
    message = api.refused("PATCH", f"blocks/{page}/children", body)
    assert message.startswith(
        "body failed validation: body.children[0].paragraph.children[0].paragraph.children[0]"
        ".paragraph.children should be not present, instead was `[{"
    )


def test_places_of_new_blocks(api: Api, page: str) -> None:
    first, _ = append(api, page, paragraph("a"), paragraph("b"))
    after = {"type": "after_block", "after_block": {"id": first["id"]}}
    assert words(append(api, page, paragraph("x"), position=after)) == ["x", "b"]
    append(api, page, paragraph("s"), position={"type": "start"})
    assert words(append(api, page, paragraph("e"), position={"type": "end"})) == ["e"]
    assert words(children(api, page)) == ["s", "a", "x", "b", "e"]
    body = {"children": [paragraph("y")], "after": first["id"]}
    results = api.good("PATCH", f"blocks/{page}/children", body, version=OLD)["results"]
    assert words(results) == ["y", "x", "b", "e"]


@pytest.mark.parametrize(
    ("body", "version", "message"),
    [
        ({"children": [], "after": "x"}, "2026-03-11", "body.after should be not present"),
        ({"children": [], "position": {}}, OLD, "body.position should be not present"),
        ({"children": [], "position": {"type": "up"}}, "2026-03-11", "body.position.type"),
        ({}, OLD, "body.children should be an array, instead was `undefined`"),
        ({"children": [paragraph("x")] * 101}, OLD, "children.length should be ≤ `100`"),
        ({"children": [{"child_page": {"title": "x"}}]}, OLD, "children[0].embed should be def"),
        ({"children": [{"type": "quote"}]}, OLD, "children[0].quote should be defined"),
        ({"children": [{"paragraph": {}}]}, OLD, "paragraph.rich_text should be an array"),
        (
            {"children": [{"code": {"rich_text": [], "language": "klingon"}}]},
            OLD,
            'code.language should be `"abap"`, `"abc"`',
        ),
        ({"children": [{"divider": {"children": []}}]}, OLD, "divider.children should be not pres"),
        ({"children": [{"equation": {"expression": "x" * 1001}}]}, OLD, "≤ `1000`"),
        ({"children": [{"image": {"url": "x"}}]}, OLD, "image.external should be defined"),
        (
            {"children": [{"column_list": {"children": [{"column": {"children": []}}]}}]},
            OLD,
            "column_list.children.length should be ≥ `2`, instead was `1`.",
        ),
        (
            {
                "children": [
                    {"table": {"table_width": 2, "children": [{"table_row": {"cells": [[]]}}]}}
                ]
            },
            OLD,
            "Number of cells in table row must match the table width of the parent table.",
        ),
        (
            {"children": [paragraph("x", *[paragraph("y")] * 10)] * 100},
            OLD,
            "holds 1100 blocks; at most 1000",
        ),
    ],
)  # fmt: skip
def test_wrong_blocks_are_refused(
    api: Api, page: str, body: Json, version: str, message: str
) -> None:
    assert message in api.refused("PATCH", f"blocks/{page}/children", body, version=version)
    assert children(api, page) == []


def test_children_are_listed_in_pages_at_every_level(api: Api, page: str) -> None:
    (top,) = append(api, page, paragraph("top", *[paragraph(str(n)) for n in range(5)]))
    path = f"blocks/{top['id']}/children"
    found: list[str] = []
    query: tuple[tuple[str, str], ...] = (("page_size", "2"),)
    answer = api.good("GET", path, query=query)
    found += words(answer["results"])
    while answer["has_more"]:
        answer = api.good("GET", path, query=(*query, ("start_cursor", answer["next_cursor"])))
        found += words(answer["results"])
    assert found == ["0", "1", "2", "3", "4"]


def test_a_block_is_changed_in_part(api: Api, page: str) -> None:
    (block,) = append(api, page, {"to_do": {"rich_text": text("a"), "color": "red"}})
    api.clock.advance(timedelta(hours=1))
    path = f"blocks/{block['id']}"
    changed = api.good("PATCH", path, {"to_do": {"checked": True}})
    content = changed["to_do"]
    assert (content["checked"], content["color"]) == (True, "red")
    assert content["rich_text"][0]["plain_text"] == "a"
    changed = api.good("PATCH", path, {"type": "to_do", "to_do": {"rich_text": text("b")}})
    assert changed["to_do"]["rich_text"][0]["plain_text"] == "b"
    assert changed["last_edited_time"] == LATER
    assert api.good("GET", f"pages/{page}")["last_edited_time"] == LATER


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"quote": {"rich_text": []}}, "body.to_do should be defined"),
        ({"to_do": {"checked": "yes"}}, "body.to_do.checked should be a boolean"),
        ({"to_do": {"children": []}}, "body.to_do.children should be not present"),
        ({"to_do": 1}, "body.to_do should be an object"),
        ({"color": "red"}, "body.color should be not present"),
        ({"archived": True}, "body.archived should be not present"),
    ],
)
def test_wrong_changes_are_refused(api: Api, page: str, body: Json, message: str) -> None:
    (block,) = append(api, page, {"to_do": {"rich_text": text("a")}})
    assert message in api.refused("PATCH", f"blocks/{block['id']}", body)


def test_blocks_go_to_the_trash_and_come_back_with_what_is_in_them(api: Api, page: str) -> None:
    block, _ = append(api, page, paragraph("a", paragraph("in")), paragraph("b"))
    path = f"blocks/{block['id']}"
    assert api.good("DELETE", path)["in_trash"]
    assert words(children(api, page)) == ["b"]
    assert api.good("GET", path)["in_trash"]
    assert "archived" in api.refused("PATCH", path, {"paragraph": {"rich_text": text("x")}})
    body = {"children": [paragraph("y")]}
    assert "archived" in api.refused("PATCH", f"{path}/children", body)
    restored = api.good("PATCH", path, {"archived": False}, version=OLD)
    assert (restored["archived"], restored["has_children"]) == (False, True)
    assert words(children(api, page)) == ["a", "b"]
    assert api.good("PATCH", path, {"in_trash": True})["in_trash"]


def test_pages_and_databases_in_a_page_stand_among_its_blocks(api: Api, page: str) -> None:
    append(api, page, paragraph("before"))
    title = {"title": {"title": text("Sub")}}
    inner = api.good("POST", "pages", {"parent": {"page_id": page}, "properties": title})["id"]
    append(api, page, paragraph("between"))
    body = {"parent": {"page_id": page}, "title": text("Tables")}
    database = api.good("POST", "databases", body)["id"]
    append(api, page, paragraph("after"))
    found = children(api, page)
    assert [one["type"] for one in found] == [
        "paragraph", "child_page", "paragraph", "child_database", "paragraph",
    ]  # fmt: skip
    assert (found[1]["id"], found[1]["child_page"]) == (inner, {"title": "Sub"})
    assert (found[3]["id"], found[3]["child_database"]) == (database, {"title": "Tables"})
    moved = {"parent": {"page_id": inner}}
    other = api.good("POST", "pages", {"parent": {"page_id": page}, "properties": title})["id"]
    api.good("POST", f"pages/{other}/move", moved)
    assert [one["id"] for one in children(api, inner)] == [other]
    assert len(children(api, page)) == 5
    change = {"child_page": {"title": "x"}}
    assert "child_page" in api.refused("PATCH", f"blocks/{inner}", change)


def test_blocks_of_pages_that_are_not_shared_are_not_found(api: Api, page: str) -> None:
    (block,) = append(api, page, paragraph("a"))
    api.sandbox.add_token("other", shared=[])
    for path in (f"blocks/{block['id']}", f"blocks/{block['id']}/children"):
        assert api.ask("GET", path, token="other")[0] == 404  # noqa: S106
    assert api.ask("PATCH", f"blocks/{block['id']}", {"in_trash": True}, token="other")[0] == 404  # noqa: S106


def test_mentions_show_the_present_names(acme: Api) -> None:
    page = acme.sandbox.create_root_page("Top")
    user = next(u for u in acme.good("GET", "users")["results"] if u["type"] == "person")
    sent = [
        {"mention": {"user": {"id": user["id"]}}},
        {"mention": {"page": {"id": page}}},
        {"mention": {"date": {"start": "2026-07-01T10:00:00+02:00", "end": "2026-07-02"}}},
    ]
    (block,) = append(acme, page, {"paragraph": {"rich_text": sent}})
    shown = [item["plain_text"] for item in block["paragraph"]["rich_text"]]
    assert shown[:2] == [f"@{user['name']}", "Top"]
    line = markdown(acme, page)["markdown"]
    assert line == (
        f'<mention-user url="user://{user["id"]}">{user["name"]}</mention-user>'
        f'<mention-page url="https://www.notion.so/{page.replace("-", "")}">Top</mention-page>'
        '<mention-date start="2026-07-01" startTime="08:00" end="2026-07-02" timeZone="UTC"/>'
    )
    change = {"type": "insert_content", "insert_content": {"content": line}}
    assert acme.good("PATCH", f"pages/{page}/markdown", change)["markdown"] == f"{line}\n{line}"


def test_a_copy_of_a_synced_block_names_the_original(api: Api, page: str) -> None:
    (original,) = append(api, page, {"synced_block": {"synced_from": None}})
    copy = {"synced_block": {"synced_from": {"block_id": original["id"]}}}
    block = append(api, page, copy)[-1]
    assert block["synced_block"]["synced_from"]["block_id"] == original["id"]
    (other,) = append(api, page, paragraph("x"))[-1:]
    wrong = {"synced_block": {"synced_from": {"block_id": other["id"]}}}
    assert api.ask("PATCH", f"blocks/{page}/children", {"children": [wrong]})[0] == 404


def test_a_link_to_a_page_is_an_alias_in_markdown(api: Api, page: str) -> None:
    (block,) = append(api, page, {"link_to_page": {"type": "page_id", "page_id": page}})
    assert block["link_to_page"] == {"type": "page_id", "page_id": page}
    assert 'alt="alias"' in markdown(api, page)["markdown"]


def uploaded(api: Api) -> str:
    """The id of an upload that was sent."""
    made = api.good("POST", "file_uploads", {"filename": "plan.png"})
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="plan.png"\r\n'
    content = head + b"Content-Type: image/png\r\n\r\nPNG\r\n--x--\r\n"
    headers = {
        "authorization": f"Bearer {DEFAULT_TOKEN}",
        "notion-version": "2026-03-11",
        "content-type": "multipart/form-data; boundary=x",
    }
    path = f"/v1/file_uploads/{made['id']}/send"
    assert api.sandbox.handle(Request("POST", path, (), headers, content)).status == 200
    return str(made["id"])


@pytest.mark.parametrize("kind", ["image", "file"])
def test_an_uploaded_file_has_another_address_at_every_reading(
    api: Api, page: str, kind: str
) -> None:
    sent = {kind: {"file_upload": {"id": uploaded(api)}, "caption": text("c")}}
    (block,) = append(api, page, sent, paragraph("x"))[:1]
    assert block[kind]["type"] == "file"
    again = api.good("GET", f"blocks/{block['id']}")
    assert again[kind]["file"]["url"] != block[kind]["file"]["url"]
    first, second = markdown(api, page)["markdown"], markdown(api, page)["markdown"]
    assert first != second
    for change in (
        {"type": "replace_content", "replace_content": {"new_str": first}},
        {"type": "insert_content", "insert_content": {"content": "y"}},
    ):
        api.good("PATCH", f"pages/{page}/markdown", change)
        kept = children(api, page)[0]
        assert (kept["id"], kept[kind]["type"]) == (block["id"], "file")
    caption = {kind: {"caption": text("d")}}
    changed = api.good("PATCH", f"blocks/{block['id']}", caption)
    assert (changed[kind]["type"], changed[kind]["caption"][0]["plain_text"]) == ("file", "d")


@pytest.mark.parametrize("version", ["2026-03-11", OLD])
def test_meeting_notes_are_called_otherwise_before_2026_03_11(acme: Api, version: str) -> None:
    database = {
        "name": "Talks",
        "properties": {"Name": "title"},
        "pages": [{"Name": "Talk", "body": "<meeting-notes>\n\tWeekly\n</meeting-notes>"}],
    }
    load(acme.sandbox, {"databases": [database]})
    talk = acme.page("Talks", "Talk")["id"]
    (block,) = acme.good("GET", f"blocks/{talk}/children", version=version)["results"]
    kind = "meeting_notes" if version == "2026-03-11" else "transcription"
    assert block["type"] == kind
    assert block[kind]["title"][0]["plain_text"] == "Weekly"
    text_of = "<meeting-notes>\n\tWeekly\n</meeting-notes>"
    assert markdown(acme, talk)["markdown"] == text_of


def test_every_type_is_shown_on_the_older_versions(api: Api, page: str) -> None:
    sent = [one for one, _ in EVERY]
    for version in (OLD, "2022-06-28"):
        body = {"children": sent}
        results = api.good("PATCH", f"blocks/{page}/children", body, version=version)["results"]
        assert [one["type"] for one in results] == [next(iter(one)) for one in sent]
        assert all(list(one)[-1] == "archived" for one in results)
