"""``backup.jsonl`` on the state branch: what a sync overwrote and deleted.

It is replaced by the next sync; git's history is the archive.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from notion_gitops.model.backups import KeptBackup
from notion_gitops.model.operations import Backup
from notion_gitops.model.records import Side
from notion_gitops.model.values import to_plain
from notion_gitops.state.lines import HEADER, read_lines
from notion_gitops.state.reading import fits
from notion_gitops.state.writing import json_line

BACKUPS = "backup.jsonl"
_LINE = "backup-line"


def dump_backups(backups: Iterable[Backup]) -> str:
    """The text of ``backup.jsonl``."""
    return "".join([HEADER, *(json_line(backup_line(b)) for b in backups)])


def parse_backups(text: str, path: str = BACKUPS) -> tuple[KeptBackup, ...]:
    """Read ``backup.jsonl``.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    return tuple(map(_backup, read_lines(text, path, _LINE)))


def backup_line(backup: Backup) -> dict[str, Any]:
    """One backup as JSON data. Values stand as they are, also sensitive ones: they can come back.

    The base holds those in the same way; what is shown of them are digests.
    """
    line = {
        "mapping": backup.mapping,
        "key": backup.key,
        "side": backup.side.value,
        "reason": backup.reason,
        "fields": {name: to_plain(value) for name, value in sorted(backup.fields.items())},
        "why": dict(sorted(backup.why.items())),
        "page_key": backup.page_key,
    }
    return {name: value for name, value in line.items() if value or name == "fields"}


def read_backup(line: object) -> KeptBackup | None:
    """One backup from JSON data, as a journal holds it; None if it is none."""
    return _backup(line) if isinstance(line, dict) and fits(line, _LINE) else None


def _backup(line: Mapping[str, Any]) -> KeptBackup:
    return KeptBackup(
        mapping=line["mapping"],
        key=line["key"],
        side=Side(line["side"]),
        fields=line["fields"],
        reason=line["reason"],
        why=line.get("why", {}),
        page_key=line.get("page_key", ""),
    )
