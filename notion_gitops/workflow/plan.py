"""Making a plan: connect, compare, resolve, check; nothing is written anywhere."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice

from notion_gitops.engine.forecast import Listed, forecast, requests_to_complete
from notion_gitops.engine.guards import Accepted
from notion_gitops.engine.hidden import with_hidden_members
from notion_gitops.engine.order import steps
from notion_gitops.engine.planner import Decided, FieldOf, Inputs, decide, left_out
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.plan import Plan, ReadCost
from notion_gitops.model.restores import RestoreWish
from notion_gitops.notion.gateway import Gateway
from notion_gitops.workflow.reading.attached import planned_files
from notion_gitops.workflow.reading.compare import compare
from notion_gitops.workflow.reading.compared import Comparison
from notion_gitops.workflow.reading.databases import Database, connect
from notion_gitops.workflow.reading.edit_times import Editors, Question, deepen, edit_times
from notion_gitops.workflow.reading.findings import findings_of
from notion_gitops.workflow.reading.git_side import read_state_and_changes
from notion_gitops.workflow.reading.how_read import fresh_mark, large_mappings
from notion_gitops.workflow.reading.journal_lines import accepted_before
from notion_gitops.workflow.reading.listing import read_in_part
from notion_gitops.workflow.reading.notion_side import Moment
from notion_gitops.workflow.reading.part import mapping_plan
from notion_gitops.workflow.reading.refused_writes import without_refused
from notion_gitops.workflow.reading.restoring import find_restores, not_restorable
from notion_gitops.workflow.reading.same_property import following
from notion_gitops.workflow.reading.state_branch import StateBranch
from notion_gitops.workflow.reading.taking_part import Sources
from notion_gitops.workflow.reading.unwritable_bodies import refused_bodies, without_bodies
from notion_gitops.workflow.reading.users import UNREADABLE, known_users, with_users
from notion_gitops.workflow.workspace import Workspace

TOLD_WITH_TIMES = 200  # conflicts; looking the times up costs git a walk for each


@dataclass(frozen=True, slots=True)
class Connection:
    """The way to Notion, and how to find a mapping's database there."""

    gateway: Gateway
    find: Callable[[DatabaseMapping], str]  # the id of its database or data source
    now: Callable[[], datetime]  # the clock that the sides are compared by, in UTC
    monotonic: Callable[[], float] = time.monotonic  # how long a run has gone on, in seconds

    def at_notion(self) -> datetime:
        """The present by Notion's clock, which alone says what was edited since."""
        return self.gateway.now() or self.now().astimezone(UTC)


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What was said on the command line."""

    accepted: Accepted = field(default_factory=dict)  # --accept MAPPING.WHAT=COUNT
    all_new: bool = False  # first contact: what nothing links is new
    anew: bool = False  # a state branch that was lost counts as none
    state: StateBranch | None = None  # what counts as the state, whatever the branch holds
    deepen: bool = False  # may history be fetched into a shallow clone, if a rule needs it
    restores: tuple[RestoreWish, ...] = ()  # what is to come back out of the backups
    relist: Collection[str] | None = ()  # mappings whose pages are all listed; None: of all


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what it was computed from, for the apply that may follow."""

    plan: Plan
    comparison: Comparison
    databases: Mapping[str, Database]
    users_readable: bool = True
    accepted: Accepted = field(default_factory=dict)  # as in the options


def make_plan(workspace: Workspace, connection: Connection, options: PlanOptions) -> Planned:
    """Compare all databases with the repository and decide what is to be done.

    1. Connect: read every schema and hold it against its mapping.
    2. Compare: list every database, read what changed in git since the base.
    3. Resolve: decide every record; fetch the times of edits where a rule asks for them.
    4. Check: guards, consistency, the order of the writes and what they cost.

    Raises:
        CannotReachNotion: Notion did not answer, or the token may not read.
        StateUnusable: the state branch cannot be used.
    """
    started, before = time.monotonic(), connection.gateway.counts
    state, changes = read_state_and_changes(workspace, options.state, anew=options.anew)
    wanted = find_restores(workspace, state.commit, options.restores)
    databases = connect(connection.gateway, workspace.mappings, connection.find, state)
    now = connection.now().astimezone(UTC)
    moment = Moment(now, connection.at_notion(), options.all_new)
    schemas = {n: d.schema for n, d in databases.items() if d.schema is not None}
    state = following(state, workspace.mappings, schemas)
    people, users_readable = with_users(connection.gateway, workspace.people, workspace.mappings)
    known = replace(workspace, people=people)  # files may name people by their e-mails in Notion
    sources = Sources(known, state, changes, connection.gateway, databases, people, users_readable)
    whole = workspace.mappings if options.relist is None else options.relist
    sources = replace(sources, restores=wanted.records, accepted=options.accepted, whole=whole)
    comparison = compare(sources, moment)
    decided = _resolve(comparison, connection, options)
    refused = refused_bodies(comparison, decided, connection.gateway)
    if any(refused.values()):
        comparison = without_bodies(comparison, refused)
        decided = _resolve(comparison, connection, options)
    comparison, decided = without_refused(comparison, decided)
    counts = connection.gateway.counts.since(before)
    cost = ReadCost(
        counts.requests,
        round(time.monotonic() - started, 1),
        counts.seconds_waited,
        counts.retries,
    )
    pages = {name: each.notion.pages for name, each in comparison.mappings.items()}
    notes = (*(() if users_readable else (UNREADABLE,)), *read_in_part(pages))
    plan = replace(assemble(comparison, decided, cost), notes=notes, restores=wanted.wishes)
    return Planned(plan, comparison, databases, users_readable, options.accepted)


def exit_code(plan: Plan, *, detailed: bool) -> ExitCode:
    """What `plan` answers: 0 unless asked in detail, or it is beyond a threshold of the team."""
    if plan.exceeded:
        return ExitCode.REFUSED
    if not detailed:
        return ExitCode.DONE
    stopped = any(m.refusals or m.left_out or m.unpaired_git for m in plan.mappings)
    if stopped or plan.unfit or plan.first:
        return ExitCode.REFUSED
    if plan.has_changes:
        return ExitCode.CHANGES
    return ExitCode.DECISIONS_REMAIN if decisions_remain(plan) else ExitCode.DONE


def decisions_remain(plan: Plan) -> bool:
    """Whether something is left for a person although nothing failed."""
    asked = plan.open_conflicts or plan.left_unrestored or plan.pages_left_alone
    return bool(asked) or any(m.unreachable or m.problems for m in plan.mappings)


def _resolve(comparison: Comparison, connection: Connection, options: PlanOptions) -> Decided:
    """Step 3; twice if there are conflicts: with the times and authors of both edits."""
    inputs: Mapping[str, Inputs] = {n: each.inputs for n, each in comparison.mappings.items()}
    accepted = (options.accepted, accepted_before(comparison.workspace.private))
    decided = decide(inputs, {}, *accepted)
    shown = with_hidden_members(inputs, decided.operations)
    if shown is not inputs:
        inputs, decided = shown, decide(shown, {}, *accepted)
    questions = _questions(comparison, decided)
    if not questions:
        return decided
    # Whose edits are our own matters only to the rules that ask for times.
    our_user = str(connection.gateway.me()["id"]) if decided.missing_times else ""
    users = known_users(
        connection.gateway,
        comparison.people,
        comparison.workspace.mappings,
        {q.notion.page.edited_by for q in questions.values() if q.notion and q.notion.page},
    )
    if options.deepen:
        deepen(comparison.workspace)
    times = edit_times(comparison.workspace, questions, Editors(users, our_user))
    return decide(inputs, times, *accepted)


def _questions(comparison: Comparison, decided: Decided) -> dict[FieldOf, Question]:
    """The fields in conflict: those whose rules need times, and some more, to be told with them."""
    told = (
        (name, c.key, c.field)
        for name, operations in decided.operations.items()
        for o in operations
        for c in o.conflicts
    )
    questions = {}
    for at in (*decided.missing_times, *islice(told, TOLD_WITH_TIMES)):
        name, key, spec = at
        inputs = comparison.mappings[name].inputs
        answers = inputs.answers.get(key)
        questions[at] = Question(
            mapping=inputs.mapping,
            key=key,
            field=spec,
            base=inputs.base.records.get(inputs.renames.get(key, key)),
            git=inputs.git.records.get(key),
            notion=inputs.notion.records.get(inputs.renames.get(key, key)),
            dirty=frozenset(comparison.changes.dirty),
            first_seen=answers.notion_times.get(spec) if answers and spec else None,
        )
    return questions


def assemble(comparison: Comparison, decided: Decided, cost: ReadCost) -> Plan:
    """The plan as a whole: what takes part, in which order, what it costs, what is worth a look."""
    mappings = comparison.workspace.mappings
    out = left_out(mappings, _stopped(comparison, decided))
    planned = tuple(mapping_plan(n, comparison, decided, out.get(n, "")) for n in mappings)
    going = [o for m in planned if not m.left_out for o in m.operations]
    ordered = steps(mappings, going)
    operations = {(o.mapping, o.key): o for o in going}
    per_request = cost.seconds / cost.requests if cost.requests else 0.0
    return Plan(
        mappings=planned,
        steps=ordered,
        findings=findings_of(comparison, decided),
        forecast=forecast(
            {name: m for name, m in mappings.items() if name in comparison.mappings},
            ordered,
            _listed(comparison),
            operations,
            per_request,
            files=planned_files(comparison.mappings, going),
            large=large_mappings(comparison.state),
        ),
        head=comparison.workspace.head.commit,
        branch=comparison.workspace.head.branch,
        base=comparison.state.commit,
        made=comparison.at,
        cost=cost,
        sandbox=comparison.workspace.sandbox,
        unfit=decided.unfit,
        not_restored=(
            *decided.not_restored,
            *not_restorable(comparison.restores, comparison.mappings),
        ),
    )


def _stopped(comparison: Comparison, decided: Decided) -> dict[str, str]:
    """Why mappings take no part; those that are on hold take none anyway, and stop no other."""
    stopped = dict(comparison.stopped)
    stopped |= {name: r[0].message for name, r in decided.refusals.items() if r}
    for name, each in comparison.mappings.items():
        if each.inputs.unpaired:
            stopped[name] = "both sides hold records that nothing links yet"
    return {n: why for n, why in stopped.items() if comparison.holds(n).mapping is None}


def _listed(comparison: Comparison) -> dict[str, Listed]:
    since = fresh_mark(comparison.at_notion)
    return {
        name: Listed(
            pages=each.notion.pages.count,
            recent=frozenset(
                page_id
                for page_id, record in each.notion.pages.decoded.items()
                if record.page and record.page.edited >= since
            ),
            cut={
                page_id: cut
                for page_id, record in each.notion.pages.decoded.items()
                if (cut := requests_to_complete(each.mapping, record.fields))
            },
        )
        for name, each in comparison.mappings.items()
    }
