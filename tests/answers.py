"""What the sandboxes of a test run answered, held against the published types of Notion's answers.

Every process of the run writes its answers into one folder per worker (the environment variable
`NOTION_GITOPS_SANDBOX_RECORD` is handed down); when a worker is through, it validates them.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from notion_gitops.sandbox.call import OLDER_VERSION, OLDEST_VERSION
from notion_gitops.sandbox.recording import FOLDER_VARIABLE, form_of

Json = dict[str, Any]

ABSENT = "the folder notion-types (or $NOTION_TYPES) with the schemas is not here"


def types_folder() -> Path:
    """Where the schemas lie, if they are there at all."""
    beside = Path(__file__).parents[2] / "shared" / "notion-types"
    return Path(os.environ.get("NOTION_TYPES") or beside)


@cache
def _check() -> Any:
    """The module that chooses the schema of an exchange; None where it is not at hand."""
    script = types_folder() / "check.py"
    if not script.is_file():
        return None
    spec = importlib.util.spec_from_file_location("notion_types_check", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def handed_down() -> dict[str, str]:
    """What a process that is started with an environment of its own needs to be recorded too."""
    return {name: os.environ[name] for name in (FOLDER_VARIABLE,) if name in os.environ}


def at_hand() -> bool:
    """Whether answers can be validated here."""
    return _check() is not None


_known: dict[Any, list[str]] = {}


def problems_of(exchange: Json) -> list[str]:
    """What is wrong with an answer; nothing if it fits. One of a known form costs nothing."""
    body = {key: value for key, value in exchange["body"].items() if key != "request_id"}
    told = {**exchange, "body": body}
    check = _check()
    version = _typed_version(told)
    if check is None or version is None:
        return []
    name, validator = check.validator(version, told["method"], told["path"], told["status"])
    form = (name, version, form_of(body))
    if form not in _known:
        _known[form] = _problems(name, validator, body)
    return _known[form]


def _problems(name: str, validator: Any, body: Json) -> list[str]:
    if validator is None:
        return [f"{name}: no schema"]
    return [
        f"{name}: {reason}"
        for error in validator.iter_errors(body)
        for reason in _check().reasons(error)
    ]


def _typed_version(exchange: Json) -> str | None:
    """The version whose types an answer must fit.

    There are none for the oldest. What it says of pages, users and errors is what the version
    after it says; its databases are tables and fit no type: tests hold them key by key.
    """
    version: str = exchange["notion_version"]
    if version != OLDEST_VERSION:
        return version
    is_table = "databases" in exchange["path"] or "search" in exchange["path"]
    return None if is_table and exchange["status"] < 400 else OLDER_VERSION


def problems_in(folder: Path) -> tuple[int, list[str]]:
    """How many recorded answers of a folder were validated, and what is wrong with them."""
    count = 0
    found: Counter[str] = Counter()
    for file in sorted(folder.rglob("*.jsonl")):
        # Not splitlines(): a text may hold other line breaks (U+2028); JSON leaves them as they are
        for line in file.read_text(encoding="utf-8").rstrip("\n").split("\n"):
            exchange = json.loads(line)
            count += 1
            found.update(
                f"{exchange['notion_version']} {exchange['method']} {exchange['path']} "
                f"({exchange['status']}) {problem}"
                for problem in problems_of(exchange)
            )
    return count, list(found)
