"""What is to come back out of the backups: found, and read with today's mappings."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from notion_gitops.engine.holds import Holds
from notion_gitops.engine.restores import may_come_back, twins
from notion_gitops.formats.json_text import parse_json
from notion_gitops.formats.schema import suggestion
from notion_gitops.formats.values import ValueReader
from notion_gitops.model.backups import KeptBackup, KeptSync
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput, UsageError
from notion_gitops.model.mapping import DatabaseMapping, Field
from notion_gitops.model.records import Absence, Record
from notion_gitops.model.restores import Restore, RestoreWish, Unrestored
from notion_gitops.model.values import Unknown, Value, files_of
from notion_gitops.records.attachments import Attachments
from notion_gitops.state.backups import BACKUPS
from notion_gitops.workflow.naming import require_mapping
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.kept import find_sync, kept_syncs
from notion_gitops.workflow.reading.refused_values import Known, refused_fields
from notion_gitops.workflow.workspace import Workspace

Restores = Mapping[str, Mapping[str, Restore]]
"""By mapping and key."""

_HIDDEN = "its value does not fit the mapping any more, and is not shown as it is sensitive"
_HOSTED = "Notion hosts a file of it, and takes no such file anew"


@dataclass(frozen=True, slots=True)
class Restoring:
    """What a person asked for."""

    wishes: tuple[RestoreWish, ...] = ()  # with whole sync ids
    records: Restores = field(default_factory=dict)


def find_restores(workspace: Workspace, state: str, wishes: Sequence[RestoreWish]) -> Restoring:
    """What is wanted back, by record.

    Args:
        workspace: its mappings say how values are read.
        state: the state branch's commit; "" if there is none.
        wishes: what was asked for.

    Raises:
        UsageError: there is no such sync, mapping, record or field, or it is not clear which
            value is meant.
    """
    if not wishes:
        return Restoring()
    syncs = kept_syncs(workspace, state)
    whole: list[RestoreWish] = []
    records: dict[str, dict[str, Restore]] = {}
    for wish in wishes:
        sync = find_sync(workspace, syncs, wish.sync)
        whole.append(replace(wish, sync=sync.sync_id))
        mapping = _mapping(workspace, sync, wish)
        there = records.setdefault(mapping.name, {})
        for key, kept in _records(sync, wish).items():
            chosen = _chosen(wish, key, kept)
            if any(backup.fields for backup in chosen):
                restore = _restore(workspace, mapping, sync, chosen)
                there[key] = _together(mapping.name, key, there.get(key), restore)
    return Restoring(tuple(whole), records)


def fit_restores(
    restores: Restores,
    database: Database,
    known: Known,
    pages: Mapping[str, Record],
) -> dict[str, Restore]:
    """What is to come back into one mapping, without what Notion has no place for now; by key.

    Args:
        restores: of all mappings.
        database: with its mapping.
        known: what values may name.
        pages: the records as Notion holds them, by key.
    """
    fitting = {}
    for key, restore in restores.get(database.mapping.name, {}).items():
        refused = refused_fields(database, known, restore.values)
        held = pages[key].fields if key in pages else {}
        hosted = {
            name: (_HOSTED, "Add the file in Notion.")
            for name, value in restore.values.items()
            if any(ref.hosted and ref not in files_of(held.get(name)) for ref in files_of(value))
        }
        left = {**refused, **hosted}
        fitting[key] = replace(
            restore,
            values={**restore.values, **{name: Unknown(why) for name, (why, _) in left.items()}},
            fixes={**restore.fixes, **{name: fix for name, (_, fix) in left.items()}},
        )
    return fitting


def coming_back(
    restores: Restores,
    mapping: DatabaseMapping,
    holds: Holds,
    absent: Mapping[str, Absence],
    there: Collection[str],
) -> frozenset[str]:
    """The keys of the records that come back, so that others may relate to them."""
    wanted = {k: r for k, r in restores.get(mapping.name, {}).items() if r.whole}
    alike = twins(wanted, there)
    return frozenset(
        key
        for key, restore in wanted.items()
        if key not in alike
        and may_come_back(mapping, restore, holds.fields(restore.values, key), absent.get(key))
    )


def not_restorable(restores: Restores, compared: Collection[str]) -> Iterator[Unrestored]:
    """What cannot come back, since its mapping was not read."""
    for name in restores.keys() - compared:
        for key in restores[name]:
            fix = "The plan says what to put right first."
            yield Unrestored(name, key, "", f"{name} takes no part", fix)


# --- which backup is meant -----------------------------------------------------------------


def _mapping(workspace: Workspace, sync: KeptSync, wish: RestoreWish) -> DatabaseMapping:
    kept = sorted({b.mapping for b in sync.backups})
    require_mapping(wish.mapping, workspace.mappings)
    if wish.mapping not in kept:
        what = f"sync {sync.sync_id} overwrote nothing of {wish.mapping}"
        raise UsageError(Diagnostic(what, fix=suggestion(wish.mapping, kept)))
    return workspace.mappings[wish.mapping]


def _records(sync: KeptSync, wish: RestoreWish) -> dict[str, list[KeptBackup]]:
    """The backups that are meant, by key."""
    records: dict[str, list[KeptBackup]] = {}
    for backup in sync.backups:
        if backup.mapping == wish.mapping:
            records.setdefault(backup.key, []).append(backup)
    if wish.key and wish.key not in records:
        what = f"sync {sync.sync_id} overwrote nothing of {wish.mapping}/{wish.key}"
        raise UsageError(Diagnostic(what, fix=suggestion(wish.key, sorted(records))))
    return {k: b for k, b in records.items() if wish.key in ("", k)}


def _chosen(wish: RestoreWish, key: str, kept: Iterable[KeptBackup]) -> list[KeptBackup]:
    """The backups of one record with the fields that are meant.

    Raises:
        UsageError: they hold no such field, or both sides lost a different value.
    """
    record = f"{wish.mapping}/{key}"
    sides = [b for b in kept if wish.side in (None, b.side)]
    names = sorted({name for b in sides for name in b.fields})
    if wish.field and wish.field not in names:
        what = f'the backup of {record} holds no "{wish.field}"'
        raise UsageError(Diagnostic(what, fix=suggestion(wish.field, names)))
    if not names and wish.key:
        where = f" in {wish.side.label}" if wish.side else ""
        what = f"the backup of {record} holds no value{where} that could come back"
        raise UsageError(Diagnostic(what, fix=f"notion-gitops backups show {wish.sync}"))
    for name in names:
        values = [b.fields[name] for b in sides if name in b.fields]
        if wish.field in ("", name) and any(value != values[0] for value in values):
            raise UsageError(_two_values(wish, key, name))
    return [_narrowed(backup, wish.field) for backup in sides]


def _two_values(wish: RestoreWish, key: str, name: str) -> Diagnostic:
    one = replace(wish, key=key, field=name, side=None)
    return Diagnostic(
        f"both sides of {wish.mapping}/{key} lost a value of {name}, and not the same",
        fix=f"Say whose: --side git or --side notion (--restore {one}@git).",
    )


def _narrowed(backup: KeptBackup, name: str) -> KeptBackup:
    """One field of a record that was deleted is not the whole record."""
    if not name:
        return backup
    fields = {n: v for n, v in backup.fields.items() if n == name}
    return replace(backup, fields=fields, reason="overwritten")


def _together(mapping: str, key: str, before: Restore | None, more: Restore) -> Restore:
    if before is None:
        return more
    twice = sorted(
        name
        for name in before.values.keys() & more.values.keys()
        if before.syncs[name] != more.syncs[name] or before.values[name] != more.values[name]
    )
    if twice:
        what = f"{twice[0]} of {mapping}/{key} is asked for out of two backups"
        raise UsageError(Diagnostic(what, fix="Ask for one of them."))
    return Restore(
        values={**before.values, **more.values},
        syncs={**before.syncs, **more.syncs},
        whole=before.whole or more.whole,
        side=before.side if before.whole else more.side,
        fixes={**before.fixes, **more.fixes},
    )


# --- the values ----------------------------------------------------------------------------


def _restore(
    workspace: Workspace,
    mapping: DatabaseMapping,
    sync: KeptSync,
    kept: Sequence[KeptBackup],
) -> Restore:
    look = Attachments(workspace.root).look
    reader = ValueReader(mapping.timezone, workspace.people, look)
    values: dict[str, Value] = {}
    fixes: dict[str, str] = {}
    for name, plain in (item for backup in kept for item in backup.fields.items()):
        values[name], fixes[name] = _read(reader, mapping.fields.get(name), plain)
    deleted = next((b for b in kept if b.whole), None)
    return Restore(
        values=values,
        syncs=dict.fromkeys(values, sync.sync_id),
        whole=deleted is not None,
        side=deleted.side if deleted else kept[0].side,
        fixes={name: fix for name, fix in fixes.items() if fix},
    )


def _read(reader: ValueReader, spec: Field | None, plain: object) -> tuple[Value, str]:
    """A value as today's mapping has it, and what to do if it does not fit."""
    if plain is None:
        return None, ""
    if spec is None:
        return Unknown("the mapping has no such field"), ""
    if isinstance(plain, dict) and plain.keys() == {"unknown"}:
        return Unknown("its value could not be read when it was kept"), ""
    try:
        node = parse_json(json.dumps(plain), BACKUPS)
        return reader.read(node, spec), ""
    except InvalidInput as error:
        told = error.diagnostics[0]
    if spec.sensitive:
        return Unknown(_HIDDEN), ""
    return Unknown(f"its value does not fit the mapping any more: {told.summary}"), told.fix
