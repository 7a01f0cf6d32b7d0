"""The messages of a sync's two commits: keys and field names, never values."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import assert_never

from notion_gitops.model.operations import Action, Cause, Operation, Write
from notion_gitops.model.outcomes import Refreshed, Status, SyncResult
from notion_gitops.model.records import Side
from notion_gitops.report.held_back import takes_part
from notion_gitops.report.json_form import to_json
from notion_gitops.report.restored import from_backups, is_restored, syncs_of
from notion_gitops.report.undo import undo_lines
from notion_gitops.text.columns import pad, width
from notion_gitops.text.escape import commit_line
from notion_gitops.text.words import count, listed, number

_FOLD = 8  # so many records with the same fields are one line
_LINES = 40  # of one mapping
_FIELDS = 6  # names in one line
_NAME = 26  # columns of the keys


def record_commit_message(result: SyncResult, editors: Mapping[str, int], *, base: str) -> str:
    """The commit on the working branch.

    Args:
        result: the sync; its applied operations that write files are told.
        editors: how many of the pages were last edited by whom, by name.
        base: the state branch's commit that was planned upon; "" if there was none.
    """
    changed = _changed(result)
    lines = [_subject(changed, result), ""]
    for mapping, told in changed.items():
        lines += [commit_line(mapping), *_records(told)]
    lines += ["", *_edited(editors), *_restored(result), *undo_lines(result), ""]
    played = "sandbox" if result.plan.sandbox else ""
    trailers = {"Sync-Id": result.sync_id, "Sync-Base": base, "Sync-With": played}
    return _message(lines, trailers)


def state_commit_message(result: SyncResult, *, records: str, serial: int) -> str:
    """The commit on the state branch; `records` is the commit that holds the agreed files."""
    agreed = count(result.count(Status.APPLIED), "record")
    waiting = count(sum(1 for c in _conflicts(result) if c), "decision")
    trailers = {
        "Sync-Id": result.sync_id,
        "Sync-Records": records,
        "Sync-Serial": str(serial),
        "Sync-Plan": _fingerprint(result),
        "Sync-Requests": str(result.cost.requests + result.plan.cost.requests),
        "Sync-Duration": f"{(result.finished - result.started).total_seconds():.1f}",
        "Sync-Health": str(min((h.score for h in result.health.values()), default=100)),
        "Sync-Exit": str(int(result.exit_code)),
    }
    subject = f"Sync {commit_line(result.sync_id)}: {agreed} agreed, {waiting} open"
    return _message([subject, ""], trailers)


def _message(lines: Iterable[str], trailers: Mapping[str, str]) -> str:
    said = [f"{name}: {commit_line(value)}" for name, value in trailers.items() if value]
    kept = [line for before, line in pairwise(["", *lines]) if before or line]  # one blank line
    return "\n".join([*kept, *said]) + "\n"


class _Role(StrEnum):
    """What the commit holds of a record."""

    WRITTEN = "written"  # values of Notion
    RESTORED = "restored"  # values out of the backups alone
    REFRESHED = "refreshed"  # only what Notion makes of its own
    ASKED = "asked"  # its conflict file alone


@dataclass(frozen=True, slots=True)
class _Told:
    """One record of the commit."""

    key: str
    what: str  # "status, tags", "new", "deleted", "status (by rule)", "asks: due"
    role: _Role


def _changed(result: SyncResult) -> dict[str, list[_Told]]:
    """What was written to git, and what is asked there, by mapping."""
    applied = {(o.mapping, o.key) for o in result.outcomes if o.status is Status.APPLIED}
    changed: dict[str, list[_Told]] = {}
    for part in result.plan.mappings:
        found = [t for o in part.operations if (t := _told(o, result, applied))]
        found += [
            _Told(r.key, _taken_up(r), _Role.REFRESHED)
            for r in result.refreshed
            if r.mapping == part.name
        ]
        if found:
            changed[part.name] = found
    return changed


def _told(operation: Operation, result: SyncResult, applied: set[tuple[str, str]]) -> _Told | None:
    at = (operation.mapping, operation.key)
    write = operation.write(Side.GIT) if at in applied else None
    new = result.asked is None or at in result.asked
    asked = [commit_line(c.field or "the record") for c in operation.open_conflicts if new]
    asks = [f"asks: {listed(asked, _FIELDS)}"] if asked else []
    if write is None and not asks:
        return None
    what = "; ".join([*([_written(write)] if write else []), *asks])
    own = _Role.REFRESHED if operation.refresh_only else _Role.WRITTEN
    own = _Role.RESTORED if write and is_restored(write) else own
    return _Told(operation.key, what, own if write else _Role.ASKED)


def _taken_up(refreshed: Refreshed) -> str:
    """``hours and progress (computed), status (default)``."""
    parts = ((refreshed.fields, "computed"), (refreshed.defaults, "default"))
    told = [
        f"{listed(list(map(commit_line, names)), _FIELDS)} ({why})" for names, why in parts if names
    ]
    return ", ".join(told)


def _subject(changed: Mapping[str, Sequence[_Told]], result: SyncResult) -> str:
    roles = (_Role.WRITTEN, _Role.RESTORED, _Role.REFRESHED)
    written, restored, refreshed = (_counted(changed, role) for role in roles)
    back = f"restored {listed(restored, _FIELDS)}" if restored else ""
    if written:
        return f"Sync from Notion: {listed(written, _FIELDS)}{f'; {back}' if back else ''}"
    if back:
        return f"Sync: {back}"
    if refreshed:
        return f"Sync from Notion: computed values of {listed(refreshed, _FIELDS)}"
    if any(changed.values()):
        return f"Sync: {count(sum(map(bool, _conflicts(result))), 'question')} to decide"
    if result.renames:
        return f"Sync: {count(result.renames, 'rename')} settled"
    return "Sync: questions that were answered"


def _counted(changed: Mapping[str, Sequence[_Told]], role: _Role) -> list[str]:
    """``40 tasks`` and so on, of one role."""
    numbers = {name: sum(t.role is role for t in found) for name, found in changed.items()}
    return [f"{number(n)} {_noun(commit_line(name), n)}" for name, n in numbers.items() if n]


def _noun(name: str, n: int) -> str:
    """A mapping's name as a noun: ``1 project``."""
    plural = name.endswith("s") and not name.endswith(("ss", "us"))
    return name[:-1] if n == 1 and plural else name


def _conflicts(result: SyncResult) -> list[bool]:
    going = (part for part in result.plan.mappings if takes_part(part))
    return [True for part in going for c in part.conflicts if c.open]


def _records(told: Sequence[_Told]) -> list[str]:
    alike: dict[str, list[str]] = {}
    for one in told:
        alike.setdefault(one.what, []).append(commit_line(one.key))
    lines: list[str] = []
    for what, keys in alike.items():
        many = len(keys) >= _FOLD
        names = [count(len(keys), "record")] if many else keys
        lines += [_line(name, what) for name in names]
    left = len(lines) - _LINES
    return lines if left <= 0 else [*lines[:_LINES], f"  and {number(left)} more lines"]


def _line(name: str, what: str) -> str:
    gap = pad(name, _NAME) if width(name) <= _NAME else f"{name} "
    return f"  {gap} {what}"


def _written(write: Write) -> str:
    match write.action:
        case Action.CREATE | Action.RESTORE:
            return "restored" if is_restored(write) else "new"
        case Action.DELETE:
            return "deleted"
        case Action.UPDATE:
            fields = [_field(c.difference.field, c.cause) for c in write.changes]
            return listed(fields, _FIELDS) or "key"
        case _:
            assert_never(write.action)


def _field(name: str, cause: Cause) -> str:
    by = {
        Cause.RULE: " (by rule)",
        Cause.RESOLVED: " (decided)",
        Cause.REFRESH: " (computed)",
        Cause.DEFAULT: " (default)",
        Cause.PUT_BACK: " (put back)",
        Cause.RESTORED: " (restored)",
    }.get(cause, "")
    return f"{commit_line(name)}{by}"


def _edited(editors: Mapping[str, int]) -> list[str]:
    """Who edited the pages last: Notion keeps no author of a property."""
    if not editors:
        return []
    ordered = sorted(editors.items(), key=lambda item: (-item[1], item[0]))
    told = [f"{commit_line(name)} ({number(n)})" for name, n in ordered]
    return [f"Pages last edited by {listed(told, _FIELDS)}."]


def _restored(result: SyncResult) -> list[str]:
    """Out of whose backups values came back."""
    applied = ((o.mapping, o.key) for o in result.outcomes if o.status is Status.APPLIED)
    found = (result.plan.operations[at] for at in applied if at in result.plan.operations)
    syncs = [commit_line(sync) for operation in found for sync in syncs_of(operation)]
    return [f"Restored {from_backups(syncs)}."] if syncs else []


def _fingerprint(result: SyncResult) -> str:
    plan = to_json("plan", plan=result.plan).encode()
    return f"sha256:{hashlib.sha256(plan).hexdigest()}"
