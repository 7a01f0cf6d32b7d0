"""What a sync did, line by line: ``log.jsonl`` on the state branch.

It is replaced by the next sync; git's history is the archive.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notion_gitops.model.mapping import Take
from notion_gitops.model.operations import Conflict, EditTime, State
from notion_gitops.model.outcomes import LogEntry, Status
from notion_gitops.model.plan import StepKind
from notion_gitops.model.values import Value, digest, to_plain
from notion_gitops.state.lines import HEADER, read_lines
from notion_gitops.state.writing import json_line, moment, read_moment

Sensitive = Mapping[str, frozenset[str]]
"""By mapping, the fields whose values are only shown as digests."""


@dataclass(frozen=True, slots=True)
class LoggedEdit:
    """When and by whom one side of a logged conflict came about."""

    at: datetime | None
    by: str = ""
    commit: str = ""
    reason: str = ""  # why `at` is not known


@dataclass(frozen=True, slots=True)
class LoggedConflict:
    """A conflict as the log keeps it; values are JSON-like data (digests, if sensitive)."""

    mapping: str
    key: str
    field: str | None  # None: of the record as a whole
    base: object
    git: object
    notion: object
    take: Take  # MANUAL: left open
    reason: str
    rule: str = ""
    rule_place: str = ""  # file:line:column
    by_person: bool = False
    git_edit: LoggedEdit | None = None
    notion_edit: LoggedEdit | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """``log.jsonl``, read."""

    steps: tuple[LogEntry, ...] = ()
    conflicts: tuple[LoggedConflict, ...] = ()


def dump_log(
    steps: Iterable[LogEntry], conflicts: Iterable[Conflict], sensitive: Sensitive | None = None
) -> str:
    """The text of ``log.jsonl``: the conflicts, decided and open, then the steps as they went."""
    secret = sensitive or {}
    lines = [json_line(_conflict_line(c, secret.get(c.mapping, frozenset()))) for c in conflicts]
    return "".join([HEADER, *lines, *(json_line(_step_line(s)) for s in steps)])


def parse_log(text: str, path: str = "log.jsonl") -> Log:
    """Read ``log.jsonl``.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    lines = list(read_lines(text, path, "log-line"))
    return Log(
        steps=tuple(_step(data) for data in lines if "step" in data),
        conflicts=tuple(_conflict(data) for data in lines if "take" in data),
    )


def _step_line(entry: LogEntry) -> dict[str, Any]:
    line = {
        "at": moment(entry.at),
        "step": entry.step.value,
        "mapping": entry.mapping,
        "key": entry.key,
        "fields": list(entry.fields),
        "status": entry.status.value,
        "detail": entry.detail,
    }
    return {name: value for name, value in line.items() if value not in ("", [])}


def _step(data: Mapping[str, Any]) -> LogEntry:
    return LogEntry(
        at=read_moment(data["at"]),
        step=StepKind(data["step"]),
        mapping=data["mapping"],
        key=data["key"],
        fields=tuple(data.get("fields", ())),
        status=Status(data["status"]),
        detail=data.get("detail", ""),
    )


def _conflict_line(conflict: Conflict, secret: frozenset[str]) -> dict[str, Any]:
    hidden = conflict.field in secret
    times = conflict.times
    line = {
        "mapping": conflict.mapping,
        "key": conflict.key,
        "field": conflict.field,
        "take": conflict.take.value,
        "reason": conflict.reason,
        "rule": conflict.rule,
        "rule_place": str(conflict.place or ""),
        "by_person": conflict.by_person,
        "git_edit": _edit_line(times.git) if times else None,
        "notion_edit": _edit_line(times.notion) if times else None,
    }
    values = {
        "base": _shown(conflict.base, hidden=hidden),
        "git": _shown(conflict.git, hidden=hidden),
        "notion": _shown(conflict.notion, hidden=hidden),
    }
    return {**{n: v for n, v in line.items() if v not in ("", None, False)}, **values}


def _shown(value: Value | State, *, hidden: bool) -> Any:
    if isinstance(value, State):
        return value.value
    if value is None:
        return None
    return f"(digest {digest(value)})" if hidden else to_plain(value)


def _edit_line(edit: EditTime) -> dict[str, str]:
    at = moment(edit.at) if edit.at else ""
    line = {"at": at, "by": edit.by, "commit": edit.commit, "reason": edit.reason}
    return {name: value for name, value in line.items() if value}


def _conflict(data: Mapping[str, Any]) -> LoggedConflict:
    plain = ("mapping", "key", "base", "git", "notion", "reason")
    optional = {n: data[n] for n in ("rule", "rule_place", "by_person") if n in data}
    return LoggedConflict(
        **{name: data[name] for name in plain},
        field=data.get("field"),
        take=Take(data["take"]),
        git_edit=_edit(data.get("git_edit")),
        notion_edit=_edit(data.get("notion_edit")),
        **optional,
    )


def _edit(data: Mapping[str, str] | None) -> LoggedEdit | None:
    if data is None:
        return None
    at = read_moment(data["at"]) if "at" in data else None
    texts = {name: data[name] for name in ("by", "commit", "reason") if name in data}
    return LoggedEdit(at, **texts)
