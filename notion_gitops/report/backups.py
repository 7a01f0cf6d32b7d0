"""What syncs overwrote and deleted, as people read it: a line each, or with the values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from notion_gitops.model.backups import HeldNow, KeptBackup, KeptSync, ShownBackup, Synced
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.report.asked import value_shown
from notion_gitops.report.document import Command, Document, Facts, Item, Items, Section, Tone
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.redact import redact_shown
from notion_gitops.report.reports import Report
from notion_gitops.report.show import short
from notion_gitops.text.words import count, listed

_GONE = "there is no such record now"
_NAMED = 6  # fields in a line
_NOTHING = {
    Synced.EVER: "No sync that is known here overwrote or deleted anything",
    Synced.NEVER: "Nothing was synced yet",
    Synced.SANDBOX: "Nothing was synced yet, but with the sandbox",
}
_UNFINISHED = "a run that did not come to its end"

Mappings = Mapping[str, DatabaseMapping]


def backups_list_view(
    syncs: Sequence[KeptSync],
    again: FollowUp,
    *,
    limit: int,
    words: Sequence[str] = (),
    shallow: bool = False,
    synced: Synced = Synced.EVER,
) -> Report:
    """One line for each backup, under its sync, the latest first.

    Args:
        syncs: with what they kept.
        again: how the commands that follow are typed.
        limit: how many backups are shown.
        words: what the list was narrowed with, as it is typed.
        shallow: whether the clone holds the latest part of the history alone.
        synced: whether there is a history at all.
    """
    damaged = [sync for sync in syncs if sync.damage]
    syncs = [sync for sync in syncs if not sync.damage]
    total = sum(len(sync.backups) for sync in syncs)
    shown = _first(syncs, limit)
    left = total - sum(len(sync.backups) for sync in shown)
    title = f"{count(total, 'backup')} of {count(len(syncs), 'sync', 'syncs')}, the latest first"
    if not total:
        title = _NOTHING[synced]
    narrowed = " ".join(["backups list", *words])
    there = again.in_sandbox().recorded(narrowed)
    sections = (
        *([Section((Command(there),), "What its syncs kept")] if synced is Synced.SANDBOX else []),
        *(Section((Items(tuple(map(_line, sync.backups))),), _heading(sync)) for sync in shown),
        *_more(left, again.recorded(f"{narrowed} --limit {total}")),
        *_ways(again, shown),
        *_unreadable(damaged),
        *_cut(shallow),
    )
    data = {
        "backups": [_listed(s, b) for s in shown for b in s.backups],
        "more": left,
        "unreadable": [{"sync": sync.sync_id, "why": sync.damage} for sync in damaged],
        "shallow": shallow,
    }
    return Report("backups", Document(f"{title}.", sections), data)


def backups_view(
    sync: KeptSync, shown: Sequence[ShownBackup], mappings: Mappings, again: FollowUp
) -> Report:
    """The values of one sync's backups, beside what stands there now; sensitive ones as digests.

    Args:
        sync: the sync.
        shown: its backups.
        mappings: by name; they say which fields are sensitive.
        again: how the commands that follow are typed.
    """
    told = [redact_shown(each, mappings.get(each.backup.mapping)) for each in shown]
    sections = (
        *(Section((Facts(tuple(_facts(each))),), _about(each.backup)) for each in told),
        *_way_back(sync, told, again),
    )
    kept = "kept" if told else "overwrote nothing, so it kept nothing"
    title = f"Sync {_heading(sync)}{'' if told else f': it {kept}'}"
    return Report("backup", Document(title, sections), {"sync": _sync(sync), "records": told})


def _first(syncs: Sequence[KeptSync], limit: int) -> list[KeptSync]:
    shown = []
    for sync in syncs:
        kept = sync.backups[:limit]
        limit -= len(kept)
        if kept:
            shown.append(replace(sync, backups=kept))
    return shown


def _heading(sync: KeptSync) -> str:
    unfinished = f", {_UNFINISHED}" if sync.unfinished else f" ({short(sync.commit)})"
    return f"{sync.sync_id}, {sync.at:%Y-%m-%d %H:%M} UTC{unfinished}"


def _line(backup: KeptBackup) -> Item:
    return Item(f"{_about(backup)}: {_what(backup)}")


def _about(backup: KeptBackup) -> str:
    return f"{backup.mapping}/{backup.key}, in {backup.side.label}"


def _what(backup: KeptBackup) -> str:
    """``deleted, with 9 fields``, ``due, hours (rule "ours")``."""
    if backup.whole:
        return f"deleted, with {count(len(backup.fields), 'field')}"
    alike: dict[str, list[str]] = {}
    for name in backup.fields:
        alike.setdefault(backup.why.get(name, backup.reason), []).append(name)
    told = [f"{listed(names, _NAMED)} ({why})" for why, names in alike.items()]
    return "; ".join([*told, *(["the key (put back)"] if backup.page_key else [])])


def _more(left: int, command: str) -> Iterator[Section]:
    if left:
        yield Section((Command(command),), f"{count(left, 'older backup')} not shown. All of them")


def _ways(again: FollowUp, shown: Sequence[KeptSync]) -> Iterator[Section]:
    if shown:
        first = shown[0].backups[0]
        words = f"backups show {shown[0].sync_id} {first.mapping} {first.key}"
        yield Section((Command(again.recorded(words)),), "The values, of the first")


def _unreadable(damaged: Sequence[KeptSync]) -> Iterator[Section]:
    if damaged:
        lines = tuple(Item(f"{_heading(sync)}: {sync.damage}") for sync in damaged)
        yield Section((Items(lines),), "Backups that cannot be read", Tone.ASK)


def _cut(shallow: bool) -> Iterator[Section]:
    if shallow:
        heading = "This clone is shallow: older backups may be in the whole history"
        yield Section((Command("git fetch --unshallow"),), heading)


def _facts(shown: ShownBackup) -> Iterator[tuple[str, str]]:
    backup = shown.backup
    gone = shown.now.git is None and shown.now.agreed is None
    told = ("deleted; these were all its fields" if backup.whole else "", _GONE if gone else "")
    if any(told):
        yield "", "; ".join(filter(None, told))
    for name, value in backup.fields.items():
        first, *rest = value_shown(value).split("\n")
        why = f"({backup.why[name]})" if name in backup.why else ""
        yield name, f"{first}  {why}" if why and not rest else first
        yield from (("", line) for line in (*rest, *([why] if why and rest else [])))
        if not gone:
            yield "", f"now {_now(name, value, shown.now)}"
    if backup.page_key:
        yield "(key)", f"{backup.page_key} (put back; the key of a page is its record's)"


def _now(name: str, kept: object, now: HeldNow) -> str:
    """What stands there now, as far as git tells."""
    sides = [("in git", now.git), ("last agreed", now.agreed)]
    told = {label: _told(fields, name, kept) for label, fields in sides}
    if len(set(told.values())) == 1:
        return f"{told['in git']}, in git and as last agreed"
    return ", ".join(f"{label} {text}" for label, text in told.items())


def _told(fields: Mapping[str, object] | None, name: str, kept: object) -> str:
    if fields is None:
        return "no record"
    value = fields.get(name)
    if value == kept:
        return "the same"
    text = value_shown(value)
    lines = text.split("\n")
    return text if len(lines) == 1 else f"another text of {count(len(lines), 'line')}"


def _way_back(sync: KeptSync, shown: Sequence[ShownBackup], again: FollowUp) -> Iterator[Section]:
    """How to have it back: that is planned first, and writes nothing."""
    names = {s.backup.mapping for s in shown}
    keys = {s.backup.key for s in shown}
    if names:
        name, key = (each.pop() if len(each) == 1 else "" for each in (names, keys))
        which = f"{name or 'MAPPING'} {key or 'KEY'}"
        words = again.command(f"backups restore {sync.sync_id} {which}")
        yield Section((Command(words),), "To have it back (a plan first; nothing is written)")


def _sync(sync: KeptSync) -> Mapping[str, object]:
    return {
        "sync_id": sync.sync_id,
        "at": sync.at,
        "commit": sync.commit,
        "unfinished": sync.unfinished,
    }


def _listed(sync: KeptSync, backup: KeptBackup) -> Mapping[str, object]:
    """One backup in JSON, without its values."""
    return {
        **_sync(sync),
        "mapping": backup.mapping,
        "key": backup.key,
        "side": backup.side,
        "reason": backup.reason,
        "fields": list(backup.fields),
        "why": backup.why,
    }
