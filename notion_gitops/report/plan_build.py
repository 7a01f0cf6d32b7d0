"""From a plan to what is shown of it. Pure: the same plan gives the same view."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Kind, Operation
from notion_gitops.model.plan import Draft, Forecast, MappingPlan, Plan
from notion_gitops.report.document import Table
from notion_gitops.report.exceeded import exceeded_sentence
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.held_back import (
    held_counts,
    held_sentence,
    held_views,
    takes_part,
    unfit_accept,
)
from notion_gitops.report.holds import any_waits, hold_notes, holds_of
from notion_gitops.report.json_form import to_json
from notion_gitops.report.plan_counts import Counts, counts_of, counts_table, planned
from notion_gitops.report.plan_decisions import decision_views, refusal_views
from notion_gitops.report.plan_findings import finding_groups
from notion_gitops.report.plan_records import Scope, record_views
from notion_gitops.report.plan_view import MappingView, NoteView, PlanView
from notion_gitops.report.redact import redact_plan
from notion_gitops.report.restored import syncs_of, unrestored_notes
from notion_gitops.report.show import NOT_READY, file_size, problem_sentence, short
from notion_gitops.text.words import about, count, duration, listed, moment, number

_LISTED = 10  # names in a list, where not everything is asked for
_OFFLINE = "Notion was not read: no drift, no conflicts."


def plan_view(
    plan: Plan,
    mappings: Mapping[str, DatabaseMapping],
    *,
    full: bool = False,
    again: FollowUp | None = None,
) -> PlanView:
    """What people read of a plan.

    Args:
        plan: the plan.
        mappings: by name; they say which fields are sensitive, and in which order fields stand.
        full: fold nothing, leave nothing out, cut no value.
        again: how the commands that follow are typed; as little as needed if not said.
    """
    shown, again = redact_plan(plan, mappings), _again(plan, again)
    counts, held = _counts(shown), held_counts(shown)
    total = sum(counts.values(), Counts())
    parts = [part for part in shown.mappings if _busy(part)]
    busy = tuple(_mapping(p, shown, mappings.get(p.name), again, full=full) for p in parts)
    quiet = [part for part in shown.mappings if not _busy(part) and part.hold is None]
    label, command = _next(shown, total, again)
    return PlanView(
        heading=_heading(shown, total),
        compared=_compared(shown),
        warnings=(_OFFLINE,) if shown.offline else (),
        decisions=decision_views(shown, mappings, again),
        walk=again.offline("conflicts walk") if _several_on_file(shown) else "",
        refusals=refusal_views(shown, again),
        restores=bool(again.restores),
        unrestored=tuple(unrestored_notes(shown)),
        mappings=busy,
        quiet=", ".join(f"{part.name} ({number(part.records)})" for part in quiet),
        on_hold=hold_notes(holds_of(shown), full=full),
        findings=finding_groups(shown.findings, full=full),
        advised_by="" if full else again.command("plan --full"),
        summary=_summary(shown, total, quiet=not busy),
        counts=_table(shown, counts),
        held_back=held_sentence(held),
        notified=_notified(shown.forecast.notified),
        notes=(*_files(shown.forecast), *shown.notes),
        exceeded=tuple(map(exceeded_sentence, shown.exceeded)),
        first=tuple(map(problem_sentence, (*map(unfit_accept, shown.unfit), *shown.first))),
        held=held_views(shown, again),
        next_label=label,
        next_command=command,
        more_command=again.command("plan --full") if busy and not full else "",
        made=_made(shown),
    )


def _again(plan: Plan, again: FollowUp | None) -> FollowUp:
    """How the next commands are typed: with what is to come back, if anything can."""
    restored = any(map(syncs_of, plan.operations.values()))
    typed = again or FollowUp(sandbox=plan.sandbox)
    return typed.restoring(plan.restores if restored else ())


def plan_json(plan: Plan, mappings: Mapping[str, DatabaseMapping]) -> str:
    """The whole plan as JSON, with its counts; sensitive values as digests."""
    shown = redact_plan(plan, mappings)
    counts = _counts(shown)
    summary: dict[str, object] = {
        "has_changes": plan.has_changes,
        "refused": bool(plan.refusals),
        "counts": counts,
    }
    summary["held_back"] = held_counts(shown)
    return to_json("plan", summary=summary, plan=shown)


def _several_on_file(plan: Plan) -> bool:
    """Whether several questions are open that can be answered now."""
    asked = (o for p in plan.mappings for o in p.operations if o.key in p.on_file)
    return sum(len(operation.open_conflicts) for operation in asked) > 1


def _counts(plan: Plan) -> dict[str, Counts]:
    """What an apply would do: nothing, where a mapping is stopped, but its questions stay."""
    counts = {part.name: counts_of(part) for part in plan.mappings}
    stopped = {part.name for part in plan.mappings if not takes_part(part)}
    return {n: Counts(decisions=c.decisions) if n in stopped else c for n, c in counts.items()}


def _table(plan: Plan, counts: Mapping[str, Counts]) -> Table | None:
    held = held_counts(plan)
    if not (sum(counts.values(), Counts()).writes or held_sentence(held)):
        return None
    on_hold = [part.name for part in plan.mappings if part.hold is not None]
    return counts_table(counts, held, on_hold)


def _state(part: MappingPlan, changes: int) -> str:
    if part.refusals:
        return f"{number(changes)} stopped"
    return "takes no part" if part.left_out else f"{number(changes)} to sync"


def _busy(part: MappingPlan) -> bool:
    """Whether there is anything to say of a mapping; of one on hold, that alone is told."""
    if part.hold is not None:
        return False
    lists = (part.operations, part.refusals, part.problems, part.drafts, part.unreachable)
    return any(lists) or bool(part.left_out or part.out_of_scope or part.first_contact)


def _mapping(
    part: MappingPlan,
    plan: Plan,
    mapping: DatabaseMapping | None,
    again: FollowUp,
    *,
    full: bool,
) -> MappingView:
    operations = [o for o in part.changes if full or not o.refresh_only]
    return MappingView(
        name=part.name,
        records=count(part.records, "record"),
        state=_state(part, len(operations)),
        shown=record_views(operations, Scope(mapping, plan.made, full)),
        left=_left(part, None if full else _LISTED, again),
        notes=tuple(_silent(part, None if full else _LISTED)),
    )


def _left(part: MappingPlan, limit: int | None, again: FollowUp) -> tuple[NoteView, ...]:
    """What is not done, and why."""
    notes = (
        _note("" if part.refusals or not part.left_out else f"Takes no part: {part.left_out}"),
        _problems(part, limit),
        _listing("in Notion, not reachable and kept", part.unreachable, limit),
        _listing(f"in Notion, not ready: {NOT_READY}", map(_draft, part.drafts), limit),
        _listing("out of the mapping's scope and left alone", part.out_of_scope, limit),
        *_first_contact(part, limit, again),
    )
    return tuple(note for note in notes if note.text)


def _draft(draft: Draft) -> str:
    """``Buy nails: needs status; unedited from 14:36 UTC on``."""
    waits = [f"needs {listed(draft.missing, _LISTED)}"] if draft.missing else []
    waits += [f"at rest from {draft.until:%H:%M} UTC on"] if draft.until else []
    return f"{draft.title}: {'; '.join(waits)}" if waits else draft.title


def _first_contact(part: MappingPlan, limit: int | None, again: FollowUp) -> list[NoteView]:
    if not part.first_contact:
        return []
    alone = [
        _listing("only in git", part.unpaired_git, limit),
        _listing("only in Notion", part.unpaired_notion, limit),
    ]
    pair = again.command("import")
    way = f"{pair} pairs those that are the same; apply --all-new takes the rest for new ones."
    unlinked = part.unpaired_git or part.unpaired_notion
    first = NoteView("First contact: git and Notion were never compared before.")
    return [first, *alone, *([_note(way)] if unlinked else [])]


def _silent(part: MappingPlan, limit: int | None) -> list[NoteView]:
    """What moves the base, or is computed, without an edit of anybody."""
    kinds = {
        Kind.LINK: "in git and in Notion; linked, nothing is written",
        Kind.ADOPT: "equal on both sides already; noted as agreed",
        Kind.FORGET: "gone on both sides; forgotten",
    }
    silent = [o for o in part.operations if not o.writes and not o.open_conflicts]
    counted = [(text, [o for o in silent if o.kind is kind]) for kind, text in kinds.items()]
    counted.append(("with new values that Notion computes", _refreshed(part)))
    notes = [_note(f"{count(len(found), 'record')} {text}") for text, found in counted if found]
    renamed = [f"{o.key}, was {o.renamed_from}" for o in silent if o.kind is Kind.RENAME]
    told = _listing("renamed in git, and linked to the same pages as before", renamed, limit)
    return [told, *notes] if renamed else notes


def _refreshed(part: MappingPlan) -> list[Operation]:
    return [o for o in part.operations if o.refresh_only]


def _note(text: str) -> NoteView:
    return NoteView(text)


def _listing(text: str, names: Iterable[str], limit: int | None) -> NoteView:
    every = tuple(names)
    shown = every[:limit]
    heading = f"{number(len(every))} {text}" if every else ""
    return NoteView(heading, shown, len(every) - len(shown))


def _problems(part: MappingPlan, limit: int | None) -> NoteView:
    """What keeps the mapping out; of one that takes part, the records that it leaves alone."""
    found = _listing("", map(problem_sentence, part.problems), limit)
    if not part.problems:
        return found
    left_alone = f"{count(len(part.problems), 'problem')}; what it concerns is left alone"
    return replace(found, text="To put right:" if part.left_out else f"{left_alone}:")


def _compared(plan: Plan) -> str:
    head = " ".join(part for part in (plan.branch, short(plan.head)) if part) or "the work tree"
    cost = f"{count(plan.cost.requests, 'request')}, {duration(plan.cost.seconds)}"
    if plan.offline:
        return f"Compared {head} with what was last agreed: {cost}."
    where = " of the sandbox" if plan.sandbox else ""
    return f"Compared {count(len(plan.mappings), 'database')}{where} with {head}: {cost}."


def _heading(plan: Plan, total: Counts) -> str:
    if not total.writes and not total.decisions:
        waits = any_waits(holds_of(plan))
        agree = "git and Notion agree" if not waits else "what differs is on hold"
        return f"Nothing to do: {agree}"
    return f"Plan: {planned(total)}"


def _summary(plan: Plan, total: Counts, *, quiet: bool) -> str:
    if quiet:
        records = sum(part.records for part in plan.mappings)
        agreed = "what was last agreed" if plan.offline else "Notion"
        if any_waits(holds_of(plan)):
            return f"Nothing to do: git and {agreed} are the same but for what is on hold."
        return f"Nothing to do: git and {agreed} are the same in {count(records, 'record')}."
    forecast = f"{count(plan.forecast.requests, 'request')}, {about(plan.forecast.seconds)}"
    problems = sum(len(part.problems) for part in plan.mappings if takes_part(part))
    left = f", {count(problems, 'problem')} left alone" if problems else ""
    return f"Plan: {planned(total)}{left}. {forecast[0].upper()}{forecast[1:]}."


def _files(forecast: Forecast) -> Iterator[str]:
    """What is sent to Notion and fetched from there besides what is planned."""
    if forecast.refreshed:
        names = listed(forecast.refreshed, _LISTED)
        yield f"What Notion computes of it comes back with the same apply, into files of {names}."
    if forecast.uploads:
        yield _together("upload", [file_size(ref) for ref in forecast.uploads])
    if forecast.downloads:
        yield _together("download", forecast.downloads)


def _together(verb: str, files: Sequence[str]) -> str:
    shown = "; ".join(files[:_LISTED])
    more = f"; and {number(len(files) - _LISTED)} more" if len(files) > _LISTED else ""
    many = f"{count(len(files), 'file')}: " if len(files) > 1 else ""
    return f"Apply is going to {verb} {many}{shown}{more}."


def _notified(people: Sequence[str]) -> str:
    if not people:
        return ""
    who = count(len(people), "person", "people")
    return f"Notion will notify {who} ({listed(people, _LISTED)}, newly assigned)."


def _next(plan: Plan, total: Counts, again: FollowUp) -> tuple[str, str]:
    """What to type next, if anything."""
    apply = again.apply
    if plan.offline:
        return "To compare with Notion", again.command("plan")
    going = [part for part in plan.mappings if takes_part(part)]
    operations = [(o, o.key in part.on_file) for part in going for o in part.operations]
    if any(o.writes or not o.open_conflicts for o, _ in operations):
        if plan.first:
            return "After that", apply
        if any(map(syncs_of, (o for o, _ in operations))):
            return "To restore it", apply
        if len(going) < len(plan.mappings):
            return "To do what is not stopped", apply
        return "To do the rest" if total.decisions else "To do this", apply
    anew = any(o.open_conflicts and not on_file for o, on_file in operations)
    return ("To have the question kept on file", apply) if anew else ("", "")


def _made(plan: Plan) -> str:
    head = " ".join(part for part in (plan.branch, short(plan.head)) if part)
    on = f" against base {short(plan.base)}" if plan.base else ""
    return f"Plan of {head or 'the work tree'}{on}, {moment(plan.made)} UTC"
