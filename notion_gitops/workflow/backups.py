"""`backups list` and `backups show`: what syncs overwrote, beside what stands there now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from notion_gitops.formats.schema import suggestion
from notion_gitops.model.backups import HeldNow, KeptBackup, KeptSync, ShownBackup
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.model.values import Fields, to_plain
from notion_gitops.workflow.naming import require_mapping
from notion_gitops.workflow.reading.git_side import GitReader, Touched, read_state_and_changes
from notion_gitops.workflow.reading.kept import find_sync, kept_syncs
from notion_gitops.workflow.reading.state_branch import StateBranch, read_base
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class WantedBackups:
    """Which backups are asked for."""

    sync: str = ""  # "" for all syncs
    mapping: str = ""
    key: str = ""


def list_backups(workspace: Workspace, commit: str, wanted: WantedBackups) -> tuple[KeptSync, ...]:
    """The syncs that overwrote something of what is wanted, with that alone, the latest first.

    Those whose backups cannot be read are among them: nobody knows what they overwrote.

    Args:
        workspace: the workspace.
        commit: of the state branch; "" if there is none.
        wanted: which backups.

    Raises:
        UsageError: there is no such sync, or nothing was ever kept of such a mapping or record.
    """
    every = kept_syncs(workspace, commit)
    syncs = (find_sync(workspace, every, wanted.sync),) if wanted.sync else every
    kept = [b for sync in syncs for b in sync.backups]
    if wanted.mapping:
        _require_known(kept, wanted, workspace)
    narrowed = (_narrowed(sync, wanted) for sync in syncs)
    return tuple(sync for sync in narrowed if sync.backups or sync.damage)


def show_backups(
    workspace: Workspace, here: StateBranch, wanted: WantedBackups
) -> tuple[KeptSync, tuple[ShownBackup, ...]]:
    """One sync's backups, each beside what its record holds in git and in the base now.

    Args:
        workspace: the workspace.
        here: the state branch.
        wanted: which sync, and what of it.

    Raises:
        UsageError: there is no such sync, or it kept nothing of such a mapping or record.
    """
    state, changes = read_state_and_changes(workspace, here)
    sync = find_sync(workspace, kept_syncs(workspace, state.commit), wanted.sync)
    if wanted.mapping:
        _require_known(sync.backups, wanted, workspace)
    found = _narrowed(sync, wanted)
    now = _now(workspace, state, changes, found.backups)
    return found, tuple(_shown(b, now.get((b.mapping, b.key), HeldNow())) for b in found.backups)


def _shown(backup: KeptBackup, now: HeldNow) -> ShownBackup:
    """The backup beside what its own fields hold now."""

    def own(fields: Mapping[str, object] | None) -> Mapping[str, object] | None:
        return None if fields is None else {n: fields.get(n) for n in backup.fields}

    return ShownBackup(backup, HeldNow(own(now.git), own(now.agreed)))


def _narrowed(sync: KeptSync, wanted: WantedBackups) -> KeptSync:
    fits = (
        b for b in sync.backups if wanted.mapping in ("", b.mapping) and wanted.key in ("", b.key)
    )
    return replace(sync, backups=tuple(fits))


def _require_known(kept: Iterable[KeptBackup], wanted: WantedBackups, workspace: Workspace) -> None:
    keys: dict[str, set[str]] = {name: set() for name in workspace.mappings}
    for backup in kept:
        keys.setdefault(backup.mapping, set()).add(backup.key)
    require_mapping(wanted.mapping, keys)
    there = keys[wanted.mapping]
    if wanted.key and wanted.key not in there:
        which = f"sync {wanted.sync}" if wanted.sync else "no sync"
        kept_it = "kept nothing" if wanted.sync else "kept anything"
        what = f"{which} {kept_it} of {wanted.mapping}/{wanted.key}"
        raise UsageError(Diagnostic(what, fix=suggestion(wanted.key, sorted(there))))


def _now(
    workspace: Workspace, state: StateBranch, changes: Touched, kept: Iterable[KeptBackup]
) -> dict[tuple[str, str], HeldNow]:
    keys: dict[str, set[str]] = {}
    for backup in kept:
        keys.setdefault(backup.mapping, set()).add(backup.key)
    now: dict[tuple[str, str], HeldNow] = {}
    for name in keys.keys() & workspace.mappings.keys():
        mapping = workspace.mappings[name]
        reader = GitReader(workspace, mapping, state.of(name))
        side = reader.with_records(reader.changed(changes), keys[name])
        base = read_base(workspace, state, mapping, keys[name])
        for key in keys[name]:
            git, agreed = side.snapshot.records.get(key), base.get(key)
            now[(name, key)] = HeldNow(
                _plain(git.fields) if git else None, _plain(agreed.fields) if agreed else None
            )
    return now


def _plain(fields: Fields) -> Mapping[str, object]:
    return {name: to_plain(value) for name, value in fields.items()}
