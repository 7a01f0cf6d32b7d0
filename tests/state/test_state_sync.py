import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notion_gitops.formats.schema import check_schema
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.errors import StateUnusable
from notion_gitops.model.outcomes import MappingHealth
from notion_gitops.state.reading import fits, schema
from notion_gitops.state.sync import (
    FieldSeen,
    PendingRecord,
    SyncState,
    dump_schema,
    dump_sync,
    parse_schema,
    parse_sync,
)

AT = datetime(2026, 11, 24, 14, 6, 7, tzinfo=UTC)
STATE = SyncState(
    mapping="tasks",
    lineage="8c9d0d5e-0000-4000-8000-000000000001",
    serial=1184,
    branch="123",
    database="1e100000-0000-4000-8000-000000000002",
    data_source="1e100000-0000-4000-8000-000000000003",
    last_success=AT,
    sync_id="20261124T1406Z-7k3f",
    health=MappingHealth(3012, 1, 4, 0, 97),
    metrics={"requests": 8, "seconds": 2.4},
    markers={"edited": "2026-11-24T14:05:00Z"},
    pending=(PendingRecord("fix: it", "Notion answered 502 four times\nin 31 s", AT),),
)
FIELDS = {
    "status": FieldSeen("a%3Ab", "status", "0123456789abcdef", {"Not started": "x", "Done": "1"}),
    "due": FieldSeen("%7Bq", "date", "fedcba9876543210"),
}


def test_sync_yaml_round_trips_and_fits_its_schema() -> None:
    text = dump_sync(STATE)
    assert parse_sync(text, "tasks/sync.yaml") == STATE
    node = parse_yaml(text, "x")
    assert node is not None
    assert check_schema(node, schema("sync")) == []


def test_a_first_sync_has_little_to_say() -> None:
    bare = SyncState("tasks", "l", 0, "", "", "", AT)
    assert parse_sync(dump_sync(bare), "x") == bare


def test_equal_states_give_equal_bytes() -> None:
    turned = replace(STATE, metrics={"seconds": 2.4, "requests": 8})
    assert dump_sync(turned) == dump_sync(STATE)
    assert dump_schema(dict(reversed(FIELDS.items()))) == dump_schema(FIELDS)


def test_schema_json_round_trips_and_fits_its_schema() -> None:
    text = dump_schema(FIELDS)
    assert parse_schema(text, "tasks/schema.json") == FIELDS
    assert fits(json.loads(text), "schema")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("- 1\n", "table"),
        ("a: [", "not YAML"),
        (dump_sync(STATE).replace("serial: 1184", "serial: many"), "number"),
        (dump_sync(STATE).replace("lineage:", "linage:"), "linage"),
        (dump_sync(STATE).replace("2026-11-24T14:06:07Z", "today"), "no time"),
    ],
)
def test_a_damaged_sync_yaml_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(StateUnusable, match=told) as caught:
        parse_sync(text, "tasks/sync.yaml")
    first = caught.value.diagnostics[0]
    assert first.place is not None
    assert first.place.file == "tasks/sync.yaml"
    assert "state rebuild" in first.fix


def test_newer_files_ask_for_an_upgrade() -> None:
    with pytest.raises(StateUnusable, match="newer version"):
        parse_sync(dump_sync(STATE).replace("format_version: 1", "format_version: 2"), "x")
    with pytest.raises(StateUnusable, match="newer version"):
        parse_schema('{"format_version": 2}', "x")
    with pytest.raises(StateUnusable, match="damaged"):
        parse_schema('{"format_version": 1', "x")
