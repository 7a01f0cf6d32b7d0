"""What a mapping's part of the state branch says of itself: ``sync.yaml`` and ``schema.json``.

``sync.yaml`` tells whose base this is (lineage, serial, branch, database) and how the last sync
went. ``schema.json`` tells what the mapped properties were when the base was written, by Notion's
own ids, so that a renamed property or option is followed and not taken for a new one.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from notion_gitops.formats.nodes import plain
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.outcomes import MappingHealth
from notion_gitops.state.reading import FORMAT_VERSION, damaged, read_json, read_yaml
from notion_gitops.state.writing import moment, read_moment, table


@dataclass(frozen=True, slots=True)
class PendingRecord:
    """A record that could not be sent; a list for people, and first in the next apply."""

    key: str
    reason: str
    since: datetime
    refused: str = ""  # digest of a write that Notion refused: it is not sent again as it is


@dataclass(frozen=True, slots=True)
class SyncState:
    """``sync.yaml``: whose base this is, and how the last sync went."""

    mapping: str
    lineage: str  # a uuid, made with the first base and never changed
    serial: int  # counts the syncs of this lineage
    branch: str  # that the records are on
    database: str  # Notion's id
    data_source: str  # Notion's id; another one makes the base foreign
    last_success: datetime
    sync_id: str = ""
    health: MappingHealth | None = None
    metrics: Mapping[str, int | float] = field(default_factory=dict)  # requests, seconds, ...
    markers: Mapping[str, str] = field(default_factory=dict)  # where the next reading starts
    pending: tuple[PendingRecord, ...] = ()


REBUILT = (
    "rebuilt"  # among the markers, until all that was linked by a rebuild is agreed: when it was
)
KEY_PROPERTY = "(key)"  # in schema.json, where no field can have this name: the key's property


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """What a field's property was in Notion when the base was written."""

    property_id: str
    type: str  # Notion's name of the property's type
    fingerprint: str = ""  # of all that gives the field's values their meaning
    options: Mapping[str, str] = field(default_factory=dict)  # option name -> Notion's id


def dump_sync(state: SyncState) -> str:
    """The text of ``sync.yaml``."""
    ours = {
        "format_version": FORMAT_VERSION,
        "mapping": state.mapping,
        "lineage": state.lineage,
        "serial": state.serial,
        "sync_id": state.sync_id,
        "branch": state.branch,
        "database": state.database,
        "data_source": state.data_source,
        "last_success": moment(state.last_success),
        "health": asdict(state.health) if state.health else None,
        "metrics": dict(sorted(state.metrics.items())),
        "markers": dict(sorted(state.markers.items())),
        "pending": [
            {
                "key": p.key,
                "reason": p.reason,
                "since": moment(p.since),
                **({"refused": p.refused} if p.refused else {}),
            }
            for p in sorted(state.pending, key=lambda p: p.key)
        ],
    }
    return table({name: value for name, value in ours.items() if value not in (None, "", {}, [])})


def parse_sync(text: str, path: str) -> SyncState:
    """Read ``sync.yaml``; `path` is told with places.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    data = plain(read_yaml(text, path, "sync"))
    texts = {n: data.get(n, "") for n in ("branch", "database", "data_source", "sync_id")}
    return SyncState(
        mapping=data["mapping"],
        lineage=data["lineage"],
        serial=data["serial"],
        last_success=_moment(data["last_success"], path),
        health=MappingHealth(**data["health"]) if "health" in data else None,
        metrics=data.get("metrics", {}),
        markers=data.get("markers", {}),
        pending=tuple(_pending(p, path) for p in data.get("pending", [])),
        **texts,
    )


def dump_schema(fields: Mapping[str, FieldSeen]) -> str:
    """The text of ``schema.json``, by field name."""
    parts = {name: asdict(fields[name]) for name in sorted(fields)}
    for part in parts.values():
        part["options"] = dict(sorted(part["options"].items()))
    data = {"format_version": FORMAT_VERSION, "fields": parts}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def parse_schema(text: str, path: str) -> dict[str, FieldSeen]:
    """Read ``schema.json``; `path` is told with places.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    data = read_json(text, path, "schema")
    return {name: FieldSeen(**part) for name, part in data["fields"].items()}


def _pending(data: Mapping[str, Any], path: str) -> PendingRecord:
    since = _moment(data["since"], path)
    return PendingRecord(data["key"], data["reason"], since, data.get("refused", ""))


def _moment(text: str, path: str) -> datetime:
    try:
        return read_moment(text)
    except ValueError:
        damaged(Place(path), f"{text!r} is no time")
