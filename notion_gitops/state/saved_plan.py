"""A saved plan as a file. Its digest tells whether it is still the file that was written."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import Refused, StateUnusable
from notion_gitops.model.restores import RestoreWish
from notion_gitops.model.saved_plan import Origin, SavedPlan
from notion_gitops.state.reading import FORMAT_VERSION, read_json

_ANEW = "Make the plan anew: notion-gitops plan --out FILE"


def dump_saved(plan: SavedPlan) -> str:
    """The text of the file."""
    operations: dict[str, dict[str, str]] = {}
    for (mapping, key), digest in sorted(plan.operations.items()):
        operations.setdefault(mapping, {})[key] = digest
    origin = plan.origin
    data = {
        "format_version": FORMAT_VERSION,
        "made": plan.made.isoformat(),
        "from": {
            "head": origin.head,
            "base": origin.base,
            "mappings": origin.mappings,
            "databases": dict(sorted(origin.databases.items())),
            "notion": origin.notion,
            "version": origin.version,
        },
        "offline": plan.offline,
        "options": {
            "accept": {guard: sorted(plan.accepted[guard]) for guard in sorted(plan.accepted)},
            "all_new": plan.all_new,
            "relist": plan.relist,
            "restore": [str(wish) for wish in plan.restores],
        },
        "operations": operations,
        "shown": {"text": plan.text, "markdown": plan.markdown, "json": plan.json},
    }
    return json.dumps(data | {"digest": _digest(data)}, indent=1) + "\n"


def parse_saved(text: str, path: str) -> SavedPlan:
    """Read the file; `path` is told with places.

    Raises:
        Refused: it is no saved plan, is cut short, was edited, or is of a newer version.
    """
    try:
        data = read_json(text, path, "saved-plan")
    except StateUnusable as error:
        _refuse(path, error.diagnostics[0].summary)
    digest = data.pop("digest")
    if digest != _digest(data):
        _refuse(path, "it was edited: it is not what its digest says")
    try:
        return _saved(data)
    except ValueError as error:
        _refuse(path, str(error))


def _saved(data: Mapping[str, Any]) -> SavedPlan:
    options, shown = data["options"], data["shown"]
    return SavedPlan(
        made=_moment(data["made"]),
        origin=Origin(**data["from"]),
        offline=data["offline"],
        accepted={guard: frozenset(counts) for guard, counts in options["accept"].items()},
        all_new=options["all_new"],
        relist=options["relist"],
        restores=tuple(map(RestoreWish.parse, options["restore"])),
        operations={
            (mapping, key): digest
            for mapping, keys in data["operations"].items()
            for key, digest in keys.items()
        },
        text=shown["text"],
        markdown=shown["markdown"],
        json=shown["json"],
    )


def _moment(text: str) -> datetime:
    made = datetime.fromisoformat(text)
    if made.tzinfo is None:
        raise ValueError(f"{text!r} is no time with a zone")
    return made


def _digest(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _refuse(path: str, why: str) -> NoReturn:
    summary = f"{path} cannot be used as a saved plan: {why}"
    raise Refused(Diagnostic(summary, Place(path), fix=f"{_ANEW}  Nothing was written."))
