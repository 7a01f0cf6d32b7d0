"""What people read at the end of an apply: what is left, what was done, how to undo it.

What was refused stands last, with the one way past.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Outcome, Status, SyncResult
from notion_gitops.report.conflicts import conflicts_view
from notion_gitops.report.consistency import consistency_view
from notion_gitops.report.document import (
    Block,
    Document,
    Facts,
    Item,
    Items,
    Paragraph,
    Section,
    Tone,
)
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.held_back import (
    held_counts,
    held_sentence,
    held_views,
    takes_part,
)
from notion_gitops.report.holds import hold_section, holds_of
from notion_gitops.report.plan_counts import Counts, counts_of, done_table
from notion_gitops.report.plan_decisions import conflict_file
from notion_gitops.report.redact import redact_sync
from notion_gitops.report.reports import Report, report_markdown, report_text
from notion_gitops.report.restored import restored_fact, unrestored_sentence
from notion_gitops.report.show import NOT_READY, problem_sentence, short
from notion_gitops.report.sync_reports import metadata_view, transactions_view, validation_view
from notion_gitops.report.undo import undo_sentence
from notion_gitops.text.words import count, duration, listed, number

_LISTED = 20
_NAMED = 5  # of those that nothing is to be done about
_MEANS = {
    Status.STALE: "left as it is; the next plan and apply take it up as it is now",
    Status.FAILED: "refused; not tried again until it changes",
    Status.SKIPPED: "left out on purpose",
    Status.PENDING: "could not be sent; goes first in the next apply",
}
_TRIED = frozenset({Status.STALE, Status.PENDING})  # by the next apply, once more


def sync_view(
    result: SyncResult, mappings: Mapping[str, DatabaseMapping], again: FollowUp | None = None
) -> Report:
    """The end of an apply; sensitive values as digests.

    Args:
        result: the sync.
        mappings: by name; they say which fields are sensitive.
        again: how the commands that follow are typed; as little as needed if not said.
    """
    shown, again = redact_sync(result, mappings), again or FollowUp(sandbox=result.plan.sandbox)
    left = (
        *_left_out(shown),
        *_left(shown),
        *_problems(shown),
        *_unrestored(shown),
        *_open(shown),
    )
    notes = tuple(Paragraph(note) for note in shown.notes)
    noted = [Section(notes)] if notes else []
    held = _held(shown, again.restoring(shown.plan.restores))
    on_hold = hold_section(holds_of(shown.plan))
    sections = (*left, *_done(shown, again), *on_hold, *noted, *held)
    document = Document(_title(shown), sections)
    return Report("sync", document, {"sync": shown})


def sync_text(result: SyncResult, mappings: Mapping[str, DatabaseMapping], *, colour: bool) -> str:
    """As text of 80 columns."""
    return report_text(sync_view(result, mappings), colour=colour)


def sync_markdown(
    result: SyncResult, mappings: Mapping[str, DatabaseMapping], again: FollowUp | None = None
) -> str:
    """As one Markdown page, with the reports of the steps after the connection."""
    shown = redact_sync(result, mappings)
    reports = (
        sync_view(shown, mappings, again),
        consistency_view(shown.plan, mappings),
        conflicts_view(shown.plan, mappings),
        transactions_view(shown),
        validation_view(shown),
        metadata_view(shown),
    )
    return "\n".join(map(report_markdown, reports))


def _title(result: SyncResult) -> str:
    took = duration((result.finished - result.started).total_seconds())
    used, forecast = result.cost.requests, result.plan.forecast.requests
    against = "as forecast"
    if used != forecast:
        against = (
            f"{number(abs(used - forecast))} {'more' if used > forecast else 'fewer'} than forecast"
        )
    done = "done" if result.exit_code is ExitCode.DONE else "ended"
    return f"Sync {result.sync_id} {done} in {took}: {count(used, 'request')}, {against}"


def _left_out(result: SyncResult) -> list[Section]:
    """The mappings that took no part, by name: why, and the way on, stand at the end."""
    out = [part.name for part in result.plan.mappings if not takes_part(part)]
    if not out:
        return []
    what = f"{count(len(out), 'mapping')} took no part {_code(result)}: {listed(out, _LISTED)}"
    return [Section((), what, Tone.ASK)]


def _held(result: SyncResult, again: FollowUp) -> list[Section]:
    """Why mappings took no part, and the way on."""
    views = held_views(result.plan, again, problems=_LISTED)
    if not views:
        return []
    items = tuple(Item(f"{held.mapping}: {held.why}", held.ways) for held in views)
    heading = f"Stopped, nothing of it was written {_code(result)}"
    back = held_sentence(held_counts(result.plan))
    blocks: tuple[Block, ...] = (Items(items), *([Paragraph(back)] if back else []))
    return [Section(blocks, heading, Tone.ASK)]


def _problems(result: SyncResult) -> list[Section]:
    """What was left alone in mappings that took part."""
    going = [part for part in result.plan.mappings if takes_part(part)]
    told = [problem_sentence(problem) for part in going for problem in part.problems]
    names = {part.name for part in going}
    alone = [f for f in result.plan.pages_left_alone if f.mapping in names]
    lost = [f"{part.name}/{key}" for part in going for key in part.unreachable]
    return [
        *_listing(result, told, f"{count(len(told), 'problem')} left alone"),
        *_listing(
            result,
            [f"{f.mapping}: {f.message}; {f.fix}" for f in alone],
            f"{count(len(alone), 'page')} in Notion left alone",
        ),
        *_listing(result, lost, f"{count(len(lost), 'page')} not reachable in Notion, and kept"),
    ]


def _unrestored(result: SyncResult) -> list[Section]:
    told = [unrestored_sentence(one) for one in result.plan.left_unrestored]
    return _listing(result, told, f"{number(len(told))} not restored")


def _listing(result: SyncResult, told: Sequence[str], heading: str) -> list[Section]:
    if not told:
        return []
    items = Items(tuple(map(Item, told[:_LISTED])), len(told) - len(told[:_LISTED]))
    return [Section((items,), f"{heading} {_code(result)}", Tone.ASK)]


def _code(result: SyncResult) -> str:
    return f"(exit code {int(result.exit_code)})"


def _left(result: SyncResult) -> list[Section]:
    left = [o for o in result.outcomes if o.status is not Status.APPLIED]
    if not left:
        return []
    total = count(len(result.outcomes), "record")
    heading = f"Not finished (exit code {int(result.exit_code)}): {len(left)} of {total} not done"
    items = tuple(_outcome(result, outcome) for outcome in left[:_LISTED])
    return [Section((Items(items, len(left) - len(items)),), heading, Tone.ASK)]


def _outcome(result: SyncResult, outcome: Outcome) -> Item:
    operation = result.plan.operations.get((outcome.mapping, outcome.key))
    means = _MEANS.get(outcome.status, "")
    if operation is not None and operation.restored_only and outcome.status in _TRIED:
        means = "not restored; type the same command again"
    details = (outcome.detail, means)
    name = f"{outcome.mapping}/{outcome.key}  {outcome.status.value}"
    return Item(name, tuple(detail for detail in details if detail))


def _open(result: SyncResult) -> list[Section]:
    going = [part for part in result.plan.mappings if takes_part(part)]
    every = [c for part in going for c in part.conflicts if c.open]
    waiting = [c for c in every if (c.mapping, c.key) not in result.unreviewed]
    if not waiting:
        return []
    items = tuple(
        Item(f"{c.mapping}/{c.key}  {c.field or 'record'}", (conflict_file(c.mapping, c.key),))
        for c in waiting[:_LISTED]
    )
    what = count(len(waiting), "decision")
    heading = f"{what} open (exit code {int(result.exit_code)}); both values are kept"
    return [Section((Items(items, len(waiting) - len(items)),), heading, Tone.ASK)]


def _done(result: SyncResult, again: FollowUp) -> list[Section]:
    applied = {(o.mapping, o.key) for o in result.outcomes if o.status is Status.APPLIED}
    counts: dict[str, Counts] = {}
    for part in result.plan.mappings:
        done = tuple(o for o in part.operations if (o.mapping, o.key) in applied)
        still = sum(1 for c in part.conflicts if c.open)
        planned = counts_of(replace(part, operations=done))
        refreshed = sum(1 for r in result.refreshed if r.mapping == part.name)
        files = planned.files_refreshed + refreshed
        counts[part.name] = replace(planned, files_refreshed=files, decisions=still)
    parts = result.plan.mappings
    out = {part.name: "on hold" for part in parts if part.hold is not None}
    out |= {part.name: "took no part" for part in parts if not takes_part(part)}
    return [Section((done_table(counts, out),)), Section((Facts(_facts(result, again)),))]


def _facts(result: SyncResult, again: FollowUp) -> tuple[tuple[str, str], ...]:
    validation = result.validation
    not_pushed = f"no: {again.command('apply --push')} sends it"
    checked = "nothing was written to Notion, so there was nothing to read back"
    if validation.checked:
        pages = f"{number(validation.equal)} of {count(validation.checked, 'page')}"
        findings = count(len(validation.findings), "finding")
        checked = f"{pages} read back as intended; {findings}"
    facts = [
        ("Checked", checked),
        ("Restored", restored_fact(_applied(result))),
        ("Kept", _kept(result, again)),
        ("Commits", _commits(result)),
        ("Pushed", {None: "", True: "yes", False: not_pushed}[result.pushed]),
        ("Waiting", _waiting(result)),
        ("Undo", undo_sentence(result, again)),
    ]
    return tuple((label, text) for label, text in facts if text)


def _waiting(result: SyncResult) -> str:
    """The new pages in Notion that were not taken in yet."""
    going = [part for part in result.plan.mappings if takes_part(part)]
    titles = [draft.title for part in going for draft in part.drafts]
    pages = f"{count(len(titles), 'new page')} in Notion, {NOT_READY}"
    return f"{pages}: {listed(titles, _NAMED)}" if titles else ""


def _applied(result: SyncResult) -> list[Operation]:
    operations = result.plan.operations
    done = ((o.mapping, o.key) for o in result.outcomes if o.status is Status.APPLIED)
    return [operations[at] for at in done if at in operations]


def _kept(result: SyncResult, again: FollowUp) -> str:
    if not result.backups:
        return ""
    records = {(backup.mapping, backup.key) for backup in result.backups}
    what = f"{count(len(records), 'record')} with values that were overwritten"
    return f"{what}: {again.recorded(f'backups show {result.sync_id}')}"


def _commits(result: SyncResult) -> str:
    records = f"{result.branch} {short(result.record_commit)}" if result.record_commit else ""
    state = f"state {short(result.state_commit)}" if result.state_commit else ""
    return ", ".join(part for part in (records, state) if part)
