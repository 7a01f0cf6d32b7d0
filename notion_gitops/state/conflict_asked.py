"""What a conflict file asks, as people are shown it."""

import json
from dataclasses import replace
from typing import Any

from notion_gitops.formats.nodes import Table, plain
from notion_gitops.model.asked import Asked, AskedRecord
from notion_gitops.state.conflict_tree import (
    EDITED,
    answers_in,
    checked,
    comment_on,
    questions_in,
    text_in,
)

_EMPTY = "empty"  # what our comments begin with where the value is


def asked_in(text: str, path: str, record: str) -> AskedRecord:
    """What a conflict file asks, and what was answered so far.

    Args:
        text: of the file.
        path: of the file, from the repository's root.
        record: MAPPING/KEY, as the file's name says.

    Raises:
        InvalidInput: it cannot be read.
    """
    root = checked(text, path)
    lines = text.splitlines()
    edits = tuple(line.removeprefix(EDITED) for line in lines if line.startswith(EDITED))
    found = tuple(
        replace(_asked(name, table), edits=edits if name is None else ())
        for name, table in questions_in(root).items()
    )
    about = {name: text_in(root, name) for name in ("title", "page", "file", "since")}
    return AskedRecord(
        record=record,
        title=about["title"],
        file=path,
        questions=found,
        page_url=about["page"],
        record_file=about["file"],
        since=about["since"],
    )


def _asked(name: str | None, table: Table) -> Asked:
    given = next(answers_in(table), None)
    base, git, notion = (plain(table.get(key)) for key in ("base", "git", "notion"))
    return Asked(
        field=name,
        base=base,
        git=git,
        notion=notion,
        reason=text_in(table, "reason"),
        answer="" if given is None else _said(plain(given[0].value)),
        own_value=given is not None and given[1],
        git_edit=_edit(table, "git"),
        notion_edit=_edit(table, "notion"),
        asked=text_in(table, "asked"),
        agreed=table.entry("base") is not None,
    )


def _edit(table: Table, side: str) -> str:
    comment = comment_on(table, side)
    return "" if comment == _EMPTY else comment.removeprefix(f"{_EMPTY}; ")


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
