"""``run.json`` on ``refs/notion-gitops/run``: who is writing, until when, and what it creates."""

import json
from datetime import datetime
from typing import Any

from notion_gitops.model.creates import OpenCreate
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.runs import AnnouncedRun
from notion_gitops.state.reading import FORMAT_VERSION, damaged, read_json
from notion_gitops.state.writing import moment, read_moment

RUN_FILE = "run.json"


def dump_run(run: AnnouncedRun) -> str:
    """The text of ``run.json``."""
    creates = [
        {"mapping": mapping, "key": key, "at": moment(create.at)}
        | ({"page": create.page} if create.page else {})
        for (mapping, key), create in sorted(run.creates.items())
    ]
    data = {
        "format_version": FORMAT_VERSION,
        "run": run.run,
        "who": run.who,
        "since": moment(run.since),
        "until": moment(run.until),
        "held": run.held,
        "creates": creates,
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def parse_run(text: str, path: str = RUN_FILE) -> AnnouncedRun:
    """Read ``run.json``; `path` is told with places.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    data = read_json(text, path, "run")
    return AnnouncedRun(
        run=data["run"],
        who=data["who"],
        since=_moment(data["since"], path),
        until=_moment(data["until"], path),
        held=data["held"],
        creates=dict(_create(each, path) for each in data["creates"]),
    )


def _create(data: dict[str, Any], path: str) -> tuple[tuple[str, str], OpenCreate]:
    at = _moment(data["at"], path)
    return (data["mapping"], data["key"]), OpenCreate(at, data.get("page", ""))


def _moment(text: str, path: str) -> datetime:
    try:
        return read_moment(text)
    except ValueError:
        damaged(Place(path), f"{text!r} is no time")
