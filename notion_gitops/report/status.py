"""How things stand, and what was synced when; read from git, without asking Notion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.holds import Hold
from notion_gitops.model.outcomes import MappingHealth
from notion_gitops.report.document import (
    Block,
    Command,
    Document,
    Facts,
    Item,
    Items,
    Paragraph,
    Section,
    Table,
    Tone,
)
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.holds import hold_items
from notion_gitops.report.reports import Report
from notion_gitops.report.show import short
from notion_gitops.text.words import ago, count, duration, moment, number


@dataclass(frozen=True, slots=True)
class MappingStatus:
    """How one mapping stands."""

    health: MappingHealth
    changed_in_git: int = 0  # records that git changed since the base
    changed_in_notion: int | None = None  # None: Notion was not asked
    pending: tuple[str, ...] = ()  # keys that could not be sent
    refused: Mapping[str, str] = field(default_factory=dict)  # key -> why Notion does not take it


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """The last sync, and what has happened since."""

    now: datetime
    branch: str
    head: str
    state_branch: str
    state_commit: str = ""  # "" if nothing was ever synced
    sync_id: str = ""
    synced: datetime | None = None  # when the last sync succeeded
    exit_code: ExitCode = ExitCode.DONE  # of the last sync
    mappings: Mapping[str, MappingStatus] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    on_hold: tuple[Hold, ...] = ()  # in force today
    unfinished: str = ""  # the sync that has begun here and did not come to its end
    begun: datetime | None = None  # when it has
    trouble: Diagnostic | None = None  # why no plan can be made on the state that this tells of
    trouble_code: ExitCode | None = None  # what a plan would end with

    @property
    def age(self) -> float | None:
        """Seconds since the last sync; None if there was none."""
        return None if self.synced is None else (self.now - self.synced).total_seconds()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One sync of the history."""

    sync_id: str
    at: datetime
    subject: str
    commit: str  # on the state branch
    records_commit: str = ""  # "" if no file changed
    requests: int | None = None
    seconds: float | None = None
    health: int | None = None


def status_view(info: StatusInfo, again: FollowUp | None = None) -> Report:
    """How things stand: what waits for somebody first.

    Args:
        info: what is known.
        again: how the commands that follow are typed.
    """
    again = again or FollowUp()
    unfinished = [*_trouble(info), *_unfinished(info, again)]
    if not info.sync_id:
        title = f"Never synced: {again.command('plan')} shows what a first sync would do."
        return Report("status", Document(title, tuple(unfinished)), {"status": info})
    asked = sum(m.health.open_conflicts for m in info.mappings.values())
    pending = [f"{name}/{key}" for name, m in info.mappings.items() for key in m.pending]
    waiting = Items(tuple(Item(name) for name in pending))
    heading = f"{count(len(pending), 'record')} not sent yet; first in the next apply"
    refused = tuple(
        Item(f"{name}/{key}", (why,))
        for name, m in info.mappings.items()
        for key, why in m.refused.items()
    )
    changed = f"{count(len(refused), 'record')} refused by Notion; sent again once changed"
    blocks: tuple[Block, ...] = (Facts(_facts(info, asked)),)
    sections = [
        *unfinished,
        *([Section((waiting,), heading, Tone.ASK)] if pending else []),
        *([Section((Items(refused),), changed, Tone.ASK)] if refused else []),
        Section(blocks),
        Section((_table(info),), "Mappings"),
        *hold_items(info.on_hold),
        *([Section(tuple(map(Paragraph, info.notes)))] if info.notes else []),
    ]
    data = {"status": info, "age_seconds": info.age}
    return Report("status", Document(_title(info, asked), tuple(sections)), data)


def _trouble(info: StatusInfo) -> list[Section]:
    """What keeps the next plan from being made, and the way on."""
    if info.trouble is None:
        return []
    told = Paragraph(f"{info.trouble.fix.removeprefix('Nothing was written. ')}")
    commands = tuple(map(Command, info.trouble.commands))
    summary = info.trouble.summary
    heading = f"{summary[0].upper()}{summary[1:]}. What follows is of the one here."
    return [Section((told, *commands), heading, Tone.ASK)]


def _unfinished(info: StatusInfo, again: FollowUp) -> list[Section]:
    if not info.unfinished:
        return []
    begun = f", {ago((info.now - info.begun).total_seconds())}" if info.begun else ""
    said = (
        "If it is not at work any more, it was cut short, and a part of it is done. Nothing is "
        f"lost: {again.command('apply')} finds what was written, and goes on."
    )
    heading = f"Sync {info.unfinished} has begun{begun}, and did not come to its end"
    return [Section((Paragraph(said),), heading, Tone.ASK)]


def log_view(lines: Sequence[LogLine]) -> Report:
    """The history of syncs, the latest first."""
    rows = tuple(map(_row, lines))
    columns = ("sync", "when", "what", "commit", "requests", "took", "health")
    table: Block = Table(columns, rows, right=frozenset({4, 6}))
    blocks = (table,) if rows else (Paragraph("Nothing was synced yet."),)
    title = f"{count(len(lines), 'sync', 'syncs')}, the latest first; times in UTC"
    return Report("log", Document(title, (Section(blocks),)), {"syncs": tuple(lines)})


def _title(info: StatusInfo, asked: int) -> str:
    since = "" if info.age is None else f", {ago(info.age)}"
    waits = f"; {count(asked, 'decision')} needed" if asked else ""
    return f"Last sync {info.sync_id}{since}: exit code {int(info.exit_code)}{waits}"


def _facts(info: StatusInfo, asked: int) -> tuple[tuple[str, str], ...]:
    when = "" if info.synced is None else f"{moment(info.synced, info.now)} UTC"
    ended = f"{int(info.exit_code)} ({info.exit_code.name.lower().replace('_', ' ')})"
    where = "in state/conflicts" if asked else ""
    return (
        ("Synced", when),
        ("Ended with", ended),
        ("Decisions", f"{number(asked)} open {where}".strip()),
        ("Branch", f"{info.branch} {short(info.head)}".strip()),
        ("State", f"{info.state_branch} {short(info.state_commit)}".strip()),
    )


def _table(info: StatusInfo) -> Table:
    columns = ("", "health", "records", "changed in git", "in Notion", "decisions", "findings")
    rows = tuple(
        (
            name,
            *map(number, (m.health.score, m.health.records, m.changed_in_git)),
            "not read" if m.changed_in_notion is None else number(m.changed_in_notion),
            *map(number, (m.health.open_conflicts, m.health.findings)),
        )
        for name, m in info.mappings.items()
    )
    return Table(columns, rows, right=frozenset(range(1, len(columns))))


def _row(line: LogLine) -> tuple[str, ...]:
    return (
        line.sync_id.rsplit("-", 1)[-1],  # the whole id is the time, which stands beside it
        moment(line.at),
        line.subject.removesuffix(", 0 decisions open"),
        short(line.records_commit) or "-",
        "-" if line.requests is None else number(line.requests),
        "-" if line.seconds is None else duration(line.seconds),
        "-" if line.health is None else number(line.health),
    )
