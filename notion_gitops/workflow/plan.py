"""Making a plan: connect, compare, resolve, check; nothing is written anywhere."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from notion_gitops.engine.checks import run_checks
from notion_gitops.engine.forecast import Listed, forecast, requests_to_complete
from notion_gitops.engine.identity import NO_TITLE
from notion_gitops.engine.order import steps
from notion_gitops.engine.planner import Decided, FieldOf, decide, left_out
from notion_gitops.engine.renames import Group
from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.plan import Finding, MappingPlan, Plan, ReadCost
from notion_gitops.model.records import Absence, Snapshot
from notion_gitops.model.restores import RestoreWish
from notion_gitops.notion.gateway import Gateway
from notion_gitops.workflow.reading.attached import planned_files
from notion_gitops.workflow.reading.bodies import body_findings
from notion_gitops.workflow.reading.check_facts import check_facts, unclaimed_files
from notion_gitops.workflow.reading.compare import Compared, Comparison, compare
from notion_gitops.workflow.reading.edit_times import Editors, Question, deepen, edit_times
from notion_gitops.workflow.reading.git_side import read_state_and_changes
from notion_gitops.workflow.reading.notion_side import Database, Moment, connect
from notion_gitops.workflow.reading.origins import with_origin
from notion_gitops.workflow.reading.restoring import find_restores, not_compared
from notion_gitops.workflow.reading.same_property import following
from notion_gitops.workflow.reading.taking_part import Sources
from notion_gitops.workflow.reading.unwritable_bodies import refused_bodies, without_bodies
from notion_gitops.workflow.reading.users import UNREADABLE, names_of_users, with_users
from notion_gitops.workflow.workspace import Workspace

TOLD_WITH_TIMES = 200  # conflicts; looking the times up costs git a walk for each
OVERLAP = timedelta(minutes=2)  # Notion's edit times are floored to the minute; doubled, to be sure


@dataclass(frozen=True, slots=True)
class Connection:
    """The way to Notion, and how to find a mapping's database there."""

    gateway: Gateway
    find: Callable[[DatabaseMapping], str]  # the id of its database or data source
    now: Callable[[], datetime]  # the clock that the sides are compared by, in UTC
    monotonic: Callable[[], float] = time.monotonic  # the age of a reading, in seconds


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What was said on the command line."""

    accepted: Mapping[str, int] = field(default_factory=dict)  # --accept MAPPING.WHAT=COUNT
    all_new: bool = False  # first contact: what nothing links is new
    anew: bool = False  # a state branch that was lost counts as none
    deepen: bool = False  # may history be fetched into a shallow clone, if a rule needs it
    restores: tuple[RestoreWish, ...] = ()  # what is to come back out of the backups


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what it was computed from, for the apply that may follow."""

    plan: Plan
    comparison: Comparison
    databases: Mapping[str, Database]
    users_readable: bool = True


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
    moment = Moment(connection.now().astimezone(UTC), options.all_new)
    state, changes = read_state_and_changes(workspace, anew=options.anew)
    wanted = find_restores(workspace, state.commit, options.restores)
    databases = connect(connection.gateway, workspace.mappings, connection.find, state)
    schemas = {n: d.schema for n, d in databases.items() if d.schema is not None}
    state = following(state, workspace.mappings, schemas)
    people, users_readable = with_users(connection.gateway, workspace.people, workspace.mappings)
    known = replace(workspace, people=people)  # files may name people by their e-mails in Notion
    sources = Sources(known, state, changes, connection.gateway, databases, people, users_readable)
    comparison = compare(replace(sources, restores=wanted.records), moment)
    decided = _resolve(comparison, connection, options)
    refused = refused_bodies(comparison, decided, connection.gateway)
    if any(refused.values()):
        comparison = without_bodies(comparison, refused)
        decided = _resolve(comparison, connection, options)
    counts = connection.gateway.counts.since(before)
    cost = ReadCost(
        counts.requests,
        round(time.monotonic() - started, 1),
        counts.seconds_waited,
        counts.retries,
    )
    notes = () if users_readable else (UNREADABLE,)
    plan = replace(assemble(comparison, decided, cost), notes=notes, restores=wanted.wishes)
    return Planned(plan, comparison, databases, users_readable)


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
    asked = plan.open_conflicts or plan.left_unrestored
    return bool(asked) or any(m.unreachable or m.problems for m in plan.mappings)


def _resolve(comparison: Comparison, connection: Connection, options: PlanOptions) -> Decided:
    """Step 3; twice if there are conflicts: with the times and authors of both edits."""
    inputs = {name: each.inputs for name, each in comparison.mappings.items()}
    decided = decide(inputs, {}, options.accepted)
    questions = _questions(comparison, decided)
    if not questions:
        return decided
    # Whose edits are our own matters only to the rules that ask for times.
    our_user = str(connection.gateway.me()["id"]) if decided.missing_times else ""
    names = names_of_users(
        connection.gateway,
        comparison.people,
        comparison.workspace.mappings,
        {q.notion.page.edited_by for q in questions.values() if q.notion and q.notion.page},
    )
    if options.deepen:
        deepen(comparison.workspace)
    times = edit_times(comparison.workspace, questions, Editors(names, our_user))
    return decide(inputs, times, options.accepted)


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
    out = left_out(mappings, {**comparison.stopped, **_refused(decided, comparison)})
    planned = tuple(_mapping_plan(n, comparison, decided, out.get(n, "")) for n in mappings)
    going = [o for m in planned if not m.left_out for o in m.operations]
    ordered = steps(mappings, going)
    operations = {(o.mapping, o.key): o for o in going}
    per_request = cost.seconds / cost.requests if cost.requests else 0.0
    return Plan(
        mappings=planned,
        steps=ordered,
        findings=_findings(comparison, decided),
        forecast=forecast(
            mappings,
            ordered,
            _listed(comparison),
            operations,
            per_request,
            files=planned_files(comparison.mappings, going),
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
            *not_compared(comparison.restores, comparison.mappings),
        ),
    )


def _refused(decided: Decided, comparison: Comparison) -> dict[str, str]:
    refused = {name: r[0].message for name, r in decided.refusals.items() if r}
    for name, each in comparison.mappings.items():
        if each.inputs.unpaired:
            refused[name] = "both sides hold records that nothing links yet"
    return refused


def _mapping_plan(name: str, comparison: Comparison, decided: Decided, out: str) -> MappingPlan:
    each = comparison.mappings.get(name)
    if each is None:
        problems = comparison.problems.get(name, ())
        return MappingPlan(name, 0, 0, 0, problems=problems, left_out=out)
    absent = each.inputs.notion.absent
    identified = each.notion.identified
    paired = {*each.inputs.notion.records}
    return MappingPlan(
        name=name,
        records=len(decided.merged[name].keys() | each.git.keys),
        in_git=len(each.git.keys),
        in_notion=len(each.notion.pages.raw),
        operations=decided.operations[name],
        refusals=tuple(
            with_origin(comparison, r, {o.key: o for o in decided.operations[name]})
            for r in decided.refusals[name]
        ),
        problems=(*_unreadable(each.inputs.git), *map(_unclear, each.unclear), *each.refused),
        left_out=out,
        first_contact=not each.recorded.ever,
        drafts=identified.drafts,
        out_of_scope=_keys(absent, Absence.OUT_OF_SCOPE),
        unreachable=_unreachable(absent, each.git.keys),
        unpaired_git=tuple(sorted(each.git.keys - paired)) if each.inputs.unpaired else (),
        unpaired_notion=tuple(p.title or NO_TITLE for p in identified.unpaired),
        on_file=frozenset(each.inputs.answers),
    )


def _unreadable(git: Snapshot) -> list[Diagnostic]:
    """All that is wrong with records, once each, in the order of files and lines."""
    found = dict.fromkeys(problem for lost in git.unreadable.values() for problem in lost)
    return sorted(found, key=lambda problem: (problem.place is None, problem.place))


def _unclear(group: Group) -> Diagnostic:
    new, old = (", ".join(keys) for keys in group)
    if len(group[0]) == 1 and len(group[1]) == 1:
        return Diagnostic(
            f"{old} is gone from git and {new}, which is much like it, is new",
            detail="Whether it was renamed and edited at once cannot be told, so neither its page "
            "nor a new one is touched.",
            fix="If it was renamed: rename it first, apply, then edit. If they are two records: "
            "delete the one, apply, then add the other.",
        )
    return Diagnostic(
        f"several equal records changed their key in git: {old} became {new}",
        detail="Which became which cannot be told, so neither their pages nor their files change.",
        fix="Rename one of them at a time, with an apply in between.",
    )


def _unreachable(absent: Mapping[str, Absence], in_git: frozenset[str]) -> tuple[str, ...]:
    """The records that are kept although their pages cannot be had.

    A person who deleted the file of such a page as well has decided, and the record is forgotten.
    """
    lost = _keys(absent, Absence.MOVED, Absence.UNREACHABLE)
    unproven = _keys(absent, Absence.UNPROVEN)
    return tuple(sorted({*unproven, *(key for key in lost if key in in_git)}))


def _keys(absent: Mapping[str, Absence], *which: Absence) -> tuple[str, ...]:
    return tuple(sorted(key for key, why in absent.items() if why in which))


def _findings(comparison: Comparison, decided: Decided) -> tuple[Finding, ...]:
    """The checks, and what reading the two sides brought to light."""
    found: list[Finding] = []
    for name, each in comparison.mappings.items():
        found += [*each.notion.identified.findings, *each.notion.pages.findings]
        found += body_findings(each.mapping, each.bodies)
        found += [_warning("database", name, hint) for hint in each.database.hints]
        found += [_warning("record file", name, warning) for warning in each.git.warnings]
        if not each.notion.pages.complete:
            found.append(_incomplete(each))
    mappings = {name: each.mapping for name, each in comparison.mappings.items()}
    facts = check_facts(comparison, decided.merged)
    found += unclaimed_files(comparison)
    return (*found, *run_checks(mappings, decided.merged, comparison.at.date(), facts))


def _warning(check: str, name: str, problem: Diagnostic) -> Finding:
    return Finding(
        check, problem.severity, name, (), problem.summary, problem.detail, problem.fix,
        problem.place,
    )  # fmt: skip


def _incomplete(each: Compared) -> Finding:
    return Finding(
        check="incomplete listing",
        severity=Severity.WARNING,
        mapping=each.mapping.name,
        keys=(),
        message=f"Notion's listing is not proven whole: {each.notion.pages.reason}",
        why="a page that is missing from it may still exist, so nothing is deleted",
        fix="run it again; if it stays so, narrow the mapping's filter",
    )


def _listed(comparison: Comparison) -> dict[str, Listed]:
    since = fresh_mark(comparison.at)
    return {
        name: Listed(
            pages=len(each.notion.pages.raw),
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


def fresh_mark(read_at: datetime) -> datetime:
    """From when on an edit may not be in a listing that began at `read_at`."""
    return read_at.replace(second=0, microsecond=0) - OVERLAP
