"""A plan without Notion: it is taken to equal the base, so only edits in git are seen."""

from dataclasses import replace
from datetime import UTC, datetime

from notion_gitops.engine.identity import Identified
from notion_gitops.engine.planner import Inputs, decide
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.plan import ReadCost
from notion_gitops.model.records import BaseRecord, Record, Snapshot
from notion_gitops.workflow.plan import Planned, assemble
from notion_gitops.workflow.reading.compare import Compared, Comparison
from notion_gitops.workflow.reading.conflict_files import read_conflict_files
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.git_side import GitReader, Touched, read_state_and_changes
from notion_gitops.workflow.reading.notion_side import NotionSide, Pages
from notion_gitops.workflow.reading.on_hold import holds_at
from notion_gitops.workflow.reading.state_branch import StateBranch, as_base, read_base
from notion_gitops.workflow.workspace import Workspace


def make_offline_plan(workspace: Workspace) -> Planned:
    """What the edits in git would push, if nothing had changed in Notion since the last sync.

    It needs no token, so it serves pull requests from forks. It can be shown, never applied.
    """
    now = datetime.now(UTC)
    state, changes = read_state_and_changes(workspace)
    databases = {n: Database(m, None) for n, m in workspace.mappings.items()}
    comparison = Comparison(
        workspace=workspace,
        state=state,
        changes=changes,
        people=workspace.people,
        at=now,
        at_notion=now,
        mappings={
            n: _compared(workspace, state, m, changes, now) for n, m in workspace.mappings.items()
        },
    )
    inputs = {name: each.inputs for name, each in comparison.mappings.items()}
    plan = assemble(comparison, decide(inputs, {}, {}), ReadCost())
    return Planned(replace(plan, offline=True), comparison, databases)


def _compared(
    workspace: Workspace,
    state: StateBranch,
    mapping: DatabaseMapping,
    changes: Touched,
    now: datetime,
) -> Compared:
    recorded = state.of(mapping.name)
    git = GitReader(workspace, mapping, recorded).changed(changes)
    records = read_base(workspace, state, mapping)
    gone = records.keys() - git.keys
    notion = {key: _as_notion(mapping, base) for key, base in records.items()}
    answers = read_conflict_files(workspace, mapping)
    holds = holds_at(workspace, mapping.name, now)
    held = {key: asked for key, asked in answers.items() if holds.record(key) is not None}
    inputs = Inputs(
        mapping=mapping,
        base=as_base(recorded, records),
        git=git.snapshot,
        notion=Snapshot(records=notion),
        candidates=frozenset({*git.snapshot.records, *gone, *held} - (answers.keys() - held)),
        answers=held,
        holds=holds,
    )
    side = NotionSide(Pages({}, {}, complete=True), inputs.notion, Identified(notion), notion)
    return Compared(mapping, Database(mapping, None), recorded, git, side, inputs)


def _as_notion(mapping: DatabaseMapping, base: BaseRecord) -> Record:
    values = {n: base.in_notion(n) for n in base.known}
    fields = {n: v for n, v in values.items() if v is not None}
    title = fields.get(mapping.title_field.name)
    return Record(base.key, fields, title=title if isinstance(title, str) else "")
