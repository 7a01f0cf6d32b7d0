"""``MAPPING/reading.json``: what the next reading of a large database need not read again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notion_gitops.model.diagnostics import Place
from notion_gitops.model.records import Absence
from notion_gitops.state.reading import FORMAT_VERSION, damaged, read_json
from notion_gitops.state.writing import moment, read_moment


@dataclass(frozen=True, slots=True)
class LastReading:
    """What the base knows of all pages of a database, read or not."""

    marker: datetime  # by Notion's clock: what was edited before is in the base, or watched
    full: datetime  # by Notion's clock: when the last listing of all pages began
    fingerprint: str  # of all that gives the pages' values their meaning
    bounds: tuple[str, ...] = ()  # times of creation that part the pages about evenly
    watched: frozenset[str] = frozenset()  # ids of pages to be read next time, whatever their times
    absent: Mapping[str, Absence] = field(default_factory=dict)  # by key: why it is not listed


def dump_reading(reading: LastReading) -> str:
    """The text of ``reading.json``."""
    data = {
        "format_version": FORMAT_VERSION,
        "marker": moment(reading.marker),
        "full": moment(reading.full),
        "fingerprint": reading.fingerprint,
        "bounds": list(reading.bounds),
        "watched": sorted(reading.watched),
        "absent": {key: reading.absent[key].value for key in sorted(reading.absent)},
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def parse_reading(text: str, path: str) -> LastReading:
    """Read ``reading.json``; `path` is told with places.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    data = read_json(text, path, "reading")
    try:
        marker, full = read_moment(data["marker"]), read_moment(data["full"])
    except ValueError:
        damaged(Place(path), "it holds a time that is none")
    return LastReading(
        marker=marker,
        full=full,
        fingerprint=data["fingerprint"],
        bounds=tuple(data["bounds"]),
        watched=frozenset(data["watched"]),
        absent={key: Absence(why) for key, why in data["absent"].items()},
    )
