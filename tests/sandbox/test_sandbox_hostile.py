"""Whatever a client sends, it gets an answer of the API, and the workspace stays whole."""

from __future__ import annotations

import copy
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.basics.messages import Request
from notion_gitops.sandbox.basics.store import SandboxFileError
from notion_gitops.sandbox.seeding.seed import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sandbox.conftest import Json

HEADERS = {"authorization": f"Bearer {DEFAULT_TOKEN}", "notion-version": "2026-03-11"}
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
)
DAMAGE = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def template(description: Json, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a filled sandbox, to be copied."""
    path = tmp_path_factory.mktemp("hostile") / "template.sqlite"
    with Sandbox(path, seed="hostile") as made:
        load(made, description)
    return path


@pytest.fixture(scope="module")
def requests(template: Path) -> list[tuple[str, str, Json]]:
    with Sandbox(template) as sandbox:
        return bodies(sandbox)


def bodies(sandbox: Sandbox) -> list[tuple[str, str, Json]]:
    """Good requests of every kind, to be damaged."""
    everything = str(sandbox.find_data_source("everything"))
    query = ask(sandbox, "POST", f"data_sources/{everything}/query", {})[1]
    page = query["results"][1]
    values = {
        name: {entry["type"]: entry[entry["type"]]}
        for name, entry in page["properties"].items()
        if entry["type"]
        not in {"rollup", "formula", "created_time", "created_by", "last_edited_time",
                "last_edited_by", "unique_id", "button", "verification"}
    }  # fmt: skip
    source = ask(sandbox, "GET", f"data_sources/{everything}")[1]
    columns = {
        f"{name} 2": {prop["type"]: prop[prop["type"]]}
        for name, prop in source["properties"].items()
        if prop["type"] in {"select", "status", "relation", "rollup", "number"}
    }
    text = {"rich_text": [{"text": {"content": "x", "link": {"url": "https://acme.example"}}}]}
    conditions = [
        {"property": "Number", "number": {"equals": 1}},
        {"or": [{"property": "Date", "date": {"before": "2026-01-01"}}]},
        {"property": "People", "people": {"contains": "me"}},
        {"timestamp": "created_time", "created_time": {"past_week": {}}},
    ]
    sorts = [
        {"property": "Name", "direction": "ascending"},
        {"timestamp": "created_time", "direction": "descending"},
    ]
    return [
        ("POST", "pages", {"parent": page["parent"], "properties": values, "children": [
            {"type": "paragraph", "paragraph": text}]}),
        ("PATCH", f"pages/{page['id']}", {"properties": values, "in_trash": False,
                                          "icon": {"emoji": "🏗"}}),
        ("POST", f"data_sources/{everything}/query", {
            "filter": {"and": conditions}, "sorts": sorts, "page_size": 2}),
        ("PATCH", f"data_sources/{everything}", {"properties": columns, "title": []}),
        ("POST", "search", {"query": "x", "filter": {"property": "object", "value": "page"},
                            "sort": {"timestamp": "last_edited_time",
                                     "direction": "ascending"}}),
        ("POST", "databases", {"parent": {"workspace": True}, "title": text["rich_text"],
                               "initial_data_source": {"properties": {"Name": {"title": {}}}}}),
        ("PATCH", f"blocks/{page['id']}/children", {
            "children": [{"to_do": {**text, "checked": True}}], "position": {"type": "start"}}),
        ("POST", f"pages/{page['id']}/move", {"parent": page["parent"]}),
    ]  # fmt: skip


def ask(sandbox: Sandbox, method: str, path: str, body: object = None) -> tuple[int, Json]:
    sent = b"" if body is None else json.dumps(body).encode()
    response = sandbox.handle(Request(method, f"/v1/{path}", (), HEADERS, sent))
    return response.status, json.loads(response.body)


def places(node: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    items = node.items() if isinstance(node, dict) else enumerate(node)
    if isinstance(node, dict | list):
        for key, value in items:
            if isinstance(value, dict | list):
                yield from places(value, (*here, key))
            else:
                yield (*here, key)


def damaged(body: Json, place: tuple[Any, ...], damage: Any) -> Any:
    if not place:
        return damage
    whole = copy.deepcopy(body)
    node: Any = whole
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = damage
    return whole


def test_the_good_requests_are_good(
    template: Path, requests: list[tuple[str, str, Json]], tmp_path: Path
) -> None:
    with Sandbox(shutil.copy(template, tmp_path)) as sandbox:
        for method, path, body in requests:
            status, answer = ask(sandbox, method, path, body)
            assert status == 200, (path, answer)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_request_is_answered(
    template: Path, requests: list[tuple[str, str, Json]], data: st.DataObject
) -> None:
    method, path, body = data.draw(st.sampled_from(requests))
    place = data.draw(st.sampled_from(list(places(body))))
    whole = damaged(body, place, data.draw(DAMAGE))
    with Sandbox(shutil.copy(template, template.with_name("copy.sqlite"))) as sandbox:
        status, answer = ask(sandbox, method, path, whole)
        assert status in {200, 400, 404}
        assert status == 200 or answer["message"]
        everything = sandbox.find_data_source("everything")
        assert everything is None or (
            ask(sandbox, "POST", f"data_sources/{everything}/query")[0] == 200
        )


def test_a_file_that_is_no_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("no database, " * 100, encoding="utf-8")
    with pytest.raises(SandboxFileError, match="cannot be used"):
        Sandbox(path)
    with pytest.raises(SandboxFileError, match="cannot be used"):
        Sandbox(tmp_path / "nowhere" / "file")


def test_a_file_of_another_version(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite"
    with Sandbox(path) as sandbox:
        sandbox._store.set_meta("format_version", "99")
    with pytest.raises(SandboxFileError, match="another version"):
        Sandbox(path)


NO_JSON = {
    "half a pair in a value": rb'{"query": "\ud83d"}',
    "half a pair in a key": rb'{"\ude00": 1}',
    "half a pair, encoded": b'{"query": "\xed\xa0\xbd"}',
    "not UTF-8": b'{"query": "\xff"}',
    "deep lists": b'{"query": ' + b"[" * 9000 + b"]" * 9000 + b"}",
    "deep objects": b'{"filter": ' + b'{"and":' * 9000 + b"1" + b"}" * 9001,
    "deeper than anything that is asked": b'{"filter": ' + b"[" * 101 + b"]" * 101 + b"}",
    "no object": b"[]",
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize("path", ["search", "data_sources/{}/query", "pages"])
def test_what_is_no_json_of_unicode_is_refused(template: Path, body: bytes, path: str) -> None:
    with Sandbox(shutil.copy(template, template.with_name("copy.sqlite"))) as sandbox:
        filled = path.format(sandbox.find_data_source("everything"))
        response = sandbox.handle(Request("POST", f"/v1/{filled}", (), HEADERS, body))
        answer = json.loads(response.body)
        assert (response.status, answer["code"]) == (400, "invalid_json")


def test_a_whole_pair_is_one_character(template: Path) -> None:
    with Sandbox(shutil.copy(template, template.with_name("copy.sqlite"))) as sandbox:
        body = rb'{"parent": {"workspace": true}, "properties": {"title": [{"text": {"content": '
        body += rb'"\ud83d\ude00"}}]}}'
        response = sandbox.handle(Request("POST", "/v1/pages", (), HEADERS, body))
        title = json.loads(response.body)["properties"]["title"]["title"]
        assert title[0]["plain_text"] == "😀"
