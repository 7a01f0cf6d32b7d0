"""A plan without Notion: it is taken to equal the base, so only edits in git are seen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from notion_gitops.engine.holds import Holds
from notion_gitops.engine.identity import Identified
from notion_gitops.engine.planner import Inputs, decide
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.plan import ReadCost
from notion_gitops.model.records import BaseRecord, Record, Snapshot
from notion_gitops.workflow.plan import Planned, assemble
from notion_gitops.workflow.reading.changed_keys import Renames, find_changed_keys
from notion_gitops.workflow.reading.compared import Compared, Comparison
from notion_gitops.workflow.reading.conflict_files import read_conflict_files
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.git_side import (
    GitReader,
    GitSide,
    Touched,
    read_state_and_changes,
)
from notion_gitops.workflow.reading.notion_side import NotionSide, Pages
from notion_gitops.workflow.reading.on_hold import holds_at
from notion_gitops.workflow.reading.state_branch import Recorded, StateBranch, as_base, read_base
from notion_gitops.workflow.reading.told_renames import doubts
from notion_gitops.workflow.workspace import Workspace


def make_offline_plan(workspace: Workspace) -> Planned:
    """What the edits in git would push, if nothing had changed in Notion since the last sync.

    It needs no token, so it serves pull requests from forks. It can be shown, never applied.
    """
    now = datetime.now(UTC)
    state, changes = read_state_and_changes(workspace)
    databases = {n: Database(m, None) for n, m in workspace.mappings.items()}
    sides = {n: _sides(workspace, state, m, changes, now) for n, m in workspace.mappings.items()}
    keys = {n: {old: new for new, old in s.renames.found.items()} for n, s in sides.items()}
    comparison = Comparison(
        workspace=workspace,
        state=state,
        changes=changes,
        people=workspace.people,
        at=now,
        at_notion=now,
        mappings={n: _compared(workspace, state.of(n), s, keys) for n, s in sides.items()},
    )
    inputs = {name: each.inputs for name, each in comparison.mappings.items()}
    plan = assemble(comparison, decide(inputs, {}, {}), ReadCost())
    return Planned(replace(plan, offline=True), comparison, databases)


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is known of one mapping without Notion."""

    mapping: DatabaseMapping
    git: GitSide
    base: Mapping[str, BaseRecord]
    notion: Mapping[str, Record]  # as the base has it
    renames: Renames
    holds: Holds


def _sides(
    workspace: Workspace,
    state: StateBranch,
    mapping: DatabaseMapping,
    changes: Touched,
    now: datetime,
) -> _Sides:
    git = GitReader(workspace, mapping, state.of(mapping.name)).changed(changes)
    base = read_base(workspace, state, mapping)
    notion = {key: _as_notion(mapping, record) for key, record in base.items()}
    holds = holds_at(workspace, mapping.name, now)
    renames = find_changed_keys(workspace, state, mapping, git, notion, holds=holds)
    return _Sides(mapping, git.renamed(renames.found.values()), base, notion, renames, holds)


def _compared(
    workspace: Workspace,
    recorded: Recorded,
    sides: _Sides,
    keys: Mapping[str, Mapping[str, str]],
) -> Compared:
    mapping, git, holds, renames = sides.mapping, sides.git, sides.holds, sides.renames
    gone = sides.base.keys() - git.keys
    notion = {key: _following(mapping, record, keys) for key, record in sides.notion.items()}
    follow = {key for key, record in notion.items() if record != sides.notion[key]}
    answers = read_conflict_files(workspace, mapping)
    held = {key: asked for key, asked in answers.items() if holds.record(key) is not None}
    candidates = {*git.snapshot.records, *gone, *follow} - (answers.keys() | renames.unclear)
    inputs = Inputs(
        mapping=mapping,
        base=as_base(recorded, sides.base),
        git=GitReader(workspace, mapping, recorded).with_records(git, candidates).snapshot,
        notion=Snapshot(records=notion),
        candidates=frozenset(candidates | held.keys()),
        answers=held,
        renames=renames.found,
        held_renames=renames.held,
        holds=holds,
    )
    side = NotionSide(Pages({}, {}, complete=True), inputs.notion, Identified(notion), notion)
    told = doubts(mapping, renames.told.doubtful)
    return Compared(mapping, Database(mapping, None), recorded, git, side, inputs, renames, told)


def _following(
    mapping: DatabaseMapping, record: Record, keys: Mapping[str, Mapping[str, str]]
) -> Record:
    """The record with the present keys in its relations: Notion has pages there, not keys."""
    fields = dict(record.fields)
    for name, spec in mapping.fields.items():
        value, now = fields.get(name), keys.get(spec.to or "", {})
        if now and isinstance(value, frozenset):
            fields[name] = frozenset(now.get(key, key) for key in value)
    return replace(record, fields=fields)


def _as_notion(mapping: DatabaseMapping, base: BaseRecord) -> Record:
    values = {n: base.in_notion(n) for n in base.known}
    fields = {n: v for n, v in values.items() if v is not None}
    title = fields.get(mapping.title_field.name)
    return Record(base.key, fields, title=title if isinstance(title, str) else "")
