"""Which conflict files appear, change or go with an apply."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from notion_gitops.engine.building import OVERWRITTEN
from notion_gitops.model.operations import Backup, Operation
from notion_gitops.model.records import Absence, Side
from notion_gitops.state.conflicts import ConflictHeader, let_go, update_conflict_file
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.reading.compared import Compared
from notion_gitops.workflow.reading.conflict_files import conflict_path
from notion_gitops.workflow.workspace import Workspace

_NOT_CARRIED_OUT = "a person's answer, not carried out"


@dataclass(frozen=True, slots=True)
class _About:
    """The record that a conflict file is about."""

    compared: Compared
    key: str
    operation: Operation | None
    waiting: frozenset[str]  # fields whose questions and answers stand as they are


def conflict_changes(
    planned: Planned,
    sound: Callable[[str, str], bool] = lambda _mapping, _key: True,
    unreviewed: Collection[tuple[str, str]] = (),
) -> dict[str, bytes | None]:
    """The conflict files that appear, change or go; empty if all stays as it is.

    Args:
        planned: the plan.
        sound: whether a record's operation succeeded; the answers of the others are kept.
        unreviewed: records that a saved plan says something else about; theirs stay as they are.
    """
    workspace, operations = planned.comparison.workspace, planned.plan.operations
    changes: dict[str, bytes | None] = {}
    for part in planned.plan.mappings:
        compared = planned.comparison.mappings.get(part.name)
        if compared is None or not part.takes_part:
            continue
        open_keys = {o.key for o in part.operations if o.open_conflicts}
        refused = {one.key for one in compared.refused_writes}  # nothing is decided about them
        left_alone = _out_of_reach(compared) | part.held | refused
        for key in open_keys | (compared.inputs.answers.keys() - left_alone):
            done = sound(part.name, key)
            if (key not in open_keys and not done) or (part.name, key) in unreviewed:
                continue
            path = conflict_path(part.name, key)
            old = _content(workspace, path)
            waiting = _waiting(compared, key) | (frozenset() if done else _given(compared, key))
            operation = operations.get((part.name, key))
            new = _text(planned, _About(compared, key, operation, waiting), old)
            if new != old:
                changes[path] = new
    return changes


def answers_let_go(
    planned: Planned, changes: Mapping[str, bytes | None], kept: Iterable[Backup]
) -> tuple[Backup, ...]:
    """The values that people answered with and that were not carried out, as backups.

    Their questions go, or are asked anew of other values. They count as git's, where they were
    written; as Notion's only where git's own value of that field is in a backup already.

    Args:
        planned: the plan.
        changes: the conflict files that change; None: they go.
        kept: the other backups of the sync.
    """
    held = {(b.mapping, b.key, name) for b in kept if b.side is Side.GIT for name in b.fields}
    backups = []
    for name, compared in planned.comparison.mappings.items():
        for key, file in compared.inputs.answers.items():
            content = changes.get(file.path, b"")
            if content == b"":
                continue  # it stays as it is
            operation = planned.plan.operations.get((name, key))
            done = {c.field for c in operation.conflicts if c.by_person} if operation else set()
            text = None if content is None else content.decode()
            for field, value in sorted(let_go(file, text, done).items()):
                side = Side.NOTION if (name, key, field) in held else Side.GIT
                why = {field: _NOT_CARRIED_OUT}
                backups.append(Backup(name, key, side, {field: value}, OVERWRITTEN, why))
    return tuple(backups)


def _out_of_reach(compared: Compared) -> frozenset[str]:
    """The records of which nothing can be decided now: what was asked of them stands."""
    git, notion = compared.inputs.git, compared.inputs.notion
    absent = {key for key, why in notion.absent.items() if why is not Absence.TRASHED}
    return frozenset({*git.unreadable, *notion.unreadable, *absent, *compared.renames.unclear})


def _waiting(compared: Compared, key: str) -> frozenset[str]:
    """The fields of a record of which one side is not known, cannot be written, or is on hold."""
    held = compared.inputs.holds.fields(compared.mapping.fields, key)
    sides = (compared.inputs.git.records.get(key), compared.inputs.notion.records.get(key))
    return held.union(*(record.unknown for record in sides if record is not None))


def _given(compared: Compared, key: str) -> frozenset[str]:
    """The fields of a record about which a person has answered."""
    file = compared.inputs.answers.get(key)
    return frozenset(file.fields if file else ())


def _header(planned: Planned, about: _About) -> ConflictHeader:
    compared, key, operation = about.compared, about.key, about.operation
    record, made = f"{compared.mapping.name}/{key}", planned.plan.made
    if operation is not None:
        told = operation.title, operation.page_url, operation.file
        return ConflictHeader(record, *told, since=made)
    git, notion = (s.records.get(key) for s in (compared.inputs.git, compared.inputs.notion))
    title = next((r.title for r in (git, notion) if r is not None and r.title), "")
    page = notion.page.url if notion is not None and notion.page is not None else ""
    file = git.file.path if git is not None and git.file is not None else ""
    return ConflictHeader(record, title, page, file, since=made)


def _text(planned: Planned, about: _About, old: bytes | None) -> bytes | None:
    fields = about.compared.mapping.fields
    text = update_conflict_file(
        old.decode("utf-8") if old is not None else None,
        about.operation.open_conflicts if about.operation else (),
        _header(planned, about),
        frozenset(name for name, spec in fields.items() if spec.sensitive),
        about.waiting,
    )
    return None if text is None else text.encode()


def _content(workspace: Workspace, path: str) -> bytes | None:
    file = workspace.root / path
    return file.read_bytes() if file.is_file() else None
