"""Step 1: the connection report."""

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.outcomes import ConnectionReport, DatabaseCheck
from notion_gitops.report.document import (
    Document,
    Item,
    Items,
    Paragraph,
    Section,
    Table,
    Tone,
)
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count, duration, listed, number

_NAMES = 6


def connection_view(report: ConnectionReport) -> Report:
    """Who is connected, to which databases, and what does not fit their mappings."""
    sections = [
        *(_problems(database) for database in report.databases if database.problems),
        Section((_table(report),), "Databases"),
        *_left_alone(report),
        *_beyond(report),
        Section((Paragraph(_next(report)),)),
    ]
    return Report(
        "connection",
        Document(_title(report), tuple(sections)),
        {"ok": report.ok, "connection": report},
    )


def _title(report: ConnectionReport) -> str:
    where = "the sandbox" if report.sandbox else report.workspace
    cost = f"{count(report.cost.requests, 'request')}, {duration(report.cost.seconds)}"
    fine = "every mapping can be synced" if report.ok else "not every mapping can be synced"
    users = "" if report.can_list_users else "; it cannot list people"
    return f'Connected as "{report.bot}" to {where}: {fine} ({cost}){users}.'


def _next(report: ConnectionReport) -> str:
    plan = FollowUp(sandbox=report.sandbox).command("plan")
    if report.ok:
        return f"Next: {plan}"
    return f"Next: put right what stands above, and check again. {plan} shows what can go on."


def _table(report: ConnectionReport) -> Table:
    rows = tuple(
        (
            d.mapping,
            d.title or d.database,
            _state(d),
            f"{number(d.mapped)} of {number(d.properties)}",
        )
        for d in report.databases
    )
    return Table(("mapping", "database", "state", "properties mapped"), rows)


def _state(database: DatabaseCheck) -> str:
    if not database.readable:
        return "cannot be read"
    return count(len(database.problems), "problem") if database.problems else "fits"


def _problems(database: DatabaseCheck) -> Section:
    items = tuple(problem_item(problem) for problem in database.problems)
    return Section((Items(items),), f"To put right in {database.mapping}", Tone.ASK)


def problem_item(problem: Diagnostic) -> Item:
    """A diagnostic as one thing of a list."""
    place = "" if problem.place is None else str(problem.place)
    details = (place, problem.detail, problem.remedy)
    return Item(f"{problem.severity.value}: {problem.summary}", tuple(d for d in details if d))


def _left_alone(report: ConnectionReport) -> list[Section]:
    items = [
        Item(f"{d.mapping}: {listed((*d.unmapped, *d.unsupported), _NAMES)}")
        for d in report.databases
        if d.unmapped or d.unsupported
    ]
    return [Section((Items(tuple(items)),), "Properties that are left alone")] if items else []


def _beyond(report: ConnectionReport) -> list[Section]:
    if not report.beyond:
        return []
    seen = count(len(report.beyond), "database")
    item = Item(
        f"warning: no mapping names {listed(report.beyond, _NAMES)}",
        (
            "Whoever has the token can read and change them too.",
            "help: In Notion, open them, choose ••• > Connections, and take this one out.",
            "Or make a connection for this repository alone.",
        ),
    )
    return [Section((Items((item,)),), f"The token opens {seen} more than is synced", Tone.ASK)]
