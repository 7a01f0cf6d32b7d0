"""Plans and syncs made by hand, and golden files: UPDATE_GOLDEN=1 rewrites them."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notion_gitops.model.diagnostics import Diagnostic, Place, Severity
from notion_gitops.model.mapping import (
    DatabaseMapping,
    Field,
    GitFormat,
    GitSource,
    KeyRule,
    NotionSource,
    PropertyType,
    Take,
)
from notion_gitops.model.operations import (
    Action,
    Cause,
    Conflict,
    Difference,
    EditTime,
    EditTimes,
    FieldChange,
    Kind,
    Operation,
    State,
    Write,
)
from notion_gitops.model.plan import (
    Draft,
    Finding,
    Forecast,
    MappingPlan,
    Plan,
    ReadCost,
    Refusal,
)
from notion_gitops.model.records import Side
from notion_gitops.model.values import DateValue, Value

MADE = datetime(2026, 11, 24, 14, 21, tzinfo=UTC)
TASKS = Place("mappings/tasks.yaml", 28, 3)
PAGE = "https://www.notion.so/3fe0b1c2d4e54f6a8b9c0d1e2f49b7ee"
TYPES = {
    "title": PropertyType.TITLE,
    "status": PropertyType.STATUS,
    "project": PropertyType.RELATION,
    "assignee": PropertyType.PEOPLE,
    "due": PropertyType.DATE,
    "hours": PropertyType.NUMBER,
    "tags": PropertyType.MULTI_SELECT,
    "secret": PropertyType.RICH_TEXT,
    "progress": PropertyType.ROLLUP,
}


def mapping(name: str) -> DatabaseMapping:
    place = Place(f"mappings/{name}.yaml")
    fields = {
        n: Field(n, n.title(), type_, place, sensitive=n == "secret") for n, type_ in TYPES.items()
    }
    notion = NotionSource("${NOTION_DATABASE}", None, place)
    git = GitSource(f"state/records/{name}", GitFormat.YAML, place)
    return DatabaseMapping(name, place, notion, git, KeyRule("id", "Task ID"), fields)


def due(day: str) -> DateValue:
    return DateValue(datetime.fromisoformat(day).date())


def change(name: str, before: Value, after: Value, **more: Any) -> FieldChange:
    members = {k: more.pop(k) for k in ("added", "removed") if k in more}
    return FieldChange(
        Difference(name, before, after, **members), more.pop("cause", Cause.EDIT), **more
    )


def write(side: Side, *changes: FieldChange, action: Action = Action.UPDATE) -> Write:
    return Write(side, action, changes)


def operation(key: str, kind: Kind, *writes: Write, **more: Any) -> Operation:
    given = {"mapping": "tasks", "agreed": {}, "title": key.rpartition("-")[0].capitalize()}
    return Operation(key=key, kind=kind, writes=writes, **(given | {"page_url": PAGE} | more))


def plan(*mappings: MappingPlan, **more: Any) -> Plan:
    given: dict[str, Any] = {
        "steps": (),
        "findings": (),
        "forecast": Forecast(4, 2.4),
        "head": "3f2a91c0ffee",
        "branch": "main",
        "base": "9d8e7f6aaaa",
        "made": MADE,
        "cost": ReadCost(4, 1.3),
    }
    return Plan(mappings=mappings, **(given | more))


def quiet(name: str, records: int) -> MappingPlan:
    return MappingPlan(name, records, records, records)


def tasks(*operations: Operation, **more: Any) -> MappingPlan:
    return MappingPlan("tasks", 3012, 3010, 3011, operations, **more)


def decided_by_a_rule() -> Operation:
    """A status that both sides edited; the rule takes the latest."""
    rule = change(
        "status",
        "on hold",
        "active",
        cause=Cause.RULE,
        rule="status follows the last edit",
        place=Place("mappings/projects.yaml", 31, 5),
    )
    decided = Conflict(
        *("projects", "hall-b", "status", "planned", "on hold", "active"),
        reason="the latest edit",
        take=Take.LATEST,
        times=EditTimes(
            EditTime(MADE - timedelta(days=1, hours=5), "Bo Chen", commit="e4f5a6b0011"),
            EditTime(MADE - timedelta(hours=1), "Ann Lee"),
        ),
    )
    return operation(
        "hall-b", Kind.TO_GIT, write(Side.GIT, rule), conflicts=(decided,), mapping="projects"
    )


def normal_day() -> Plan:
    """What SCREENS of a normal day shows."""
    sprint = [
        operation(
            f"task-{n:02}-aa{n:04x}", Kind.TO_GIT, write(Side.GIT, change("sprint", "S24", "S25"))
        )
        for n in range(37)
    ]
    login = operation(
        "fix-login-page-49b7ee",
        Kind.TO_GIT,
        write(
            Side.GIT,
            change("status", "doing", "review"),
            change("tags", frozenset({"web"}), frozenset({"web", "urgent"}), added=("urgent",)),
        ),
    )
    beams = operation(
        "order-steel-beams-0c11d2",
        Kind.TO_NOTION,
        write(Side.NOTION, change("due", due("2026-11-28"), due("2026-12-05"))),
        note="Bo Chen, #41",
    )
    visit = operation(
        "site-visit-hall-b-77aa01",
        Kind.BOTH_WAYS,
        write(Side.GIT, change("hours", 12, 16)),
        write(Side.NOTION, change("assignee", None, frozenset({"carla"}))),
    )
    roof = operation(
        "roof-drawings-v2-3fe0b1",
        Kind.CREATE_FILE,
        write(Side.GIT, change("title", None, "Roof drawings v2"), action=Action.CREATE),
        agreed={"status": "todo", "project": frozenset({"hall-b"}), "due": due("2026-12-01")},
    )
    findings = (
        Finding(
            *("required", Severity.WARNING, "tasks", ("weekly-meeting-8d01aa",)),
            "has no project, and project is required",
            fix="Set the project in Notion or in the file.",
        ),
        Finding("unique", Severity.INFO, "tasks", ("a-1", "b-2"), '2 pages are titled "Safety"'),
    )
    return plan(
        tasks(*sprint, login, beams, visit, roof),
        MappingPlan("projects", 118, 118, 118, (decided_by_a_rule(),)),
        quiet("notes", 212),
        quiet("resources", 45),
        findings=findings,
        forecast=Forecast(4, 2.4, ("carla",)),
    )


def with_conflict() -> Plan:
    asked = Conflict(
        *("tasks", "fix-login-page-49b7ee", "due"),
        base=due("2026-11-28"),
        git=due("2026-12-05"),
        notion=due("2026-12-15"),
        reason="no rule covers this field",
        place=TASKS,
        times=EditTimes(
            EditTime(MADE - timedelta(minutes=19), "Bo Chen", commit="e4f5a6b0011"),
            EditTime(MADE - timedelta(minutes=29), "Ann Lee"),
        ),
    )
    deleted = Conflict(
        *("tasks", "budget-forecast-q4-6d2f18", None, None, State.DELETED, State.EDITED),
        reason="deleted in git, edited in Notion",
    )
    return plan(
        tasks(
            operation("fix-login-page-49b7ee", Kind.OPEN, conflicts=(asked,)),
            operation("budget-forecast-q4-6d2f18", Kind.OPEN, conflicts=(deleted,)),
            operation(
                "order-steel-beams-0c11d2",
                Kind.TO_GIT,
                write(Side.GIT, change("status", "todo", "doing")),
            ),
        ),
        quiet("notes", 212),
        forecast=Forecast(0, 0.2),
    )


def refused() -> Plan:
    keys = tuple(f"old-sprint-item-{n:03}-2f89d9" for n in range(412))
    gone = [operation(k, Kind.DELETE_PAGE, write(Side.NOTION, action=Action.DELETE)) for k in keys]
    refusal = Refusal(
        *("tasks", "deletes", 412, 20, Side.NOTION),
        message="This plan moves 412 of the 3,012 tasks to Notion's trash.",
        keys=keys,
        fix="git revert e4f5a6b",
        place=Place("mappings/tasks.yaml", 52),
        rule="the smaller of 20 and 10 % of the records",
    )
    return plan(tasks(*gone, refusals=(refusal,)))


def first_contact() -> Plan:
    linked = [operation(f"task-{n}-00aa{n:02}", Kind.LINK) for n in range(55)]
    created = [
        operation(
            f"new-{n}-00bb{n:02}",
            Kind.CREATE_PAGE,
            write(Side.NOTION, change("title", None, f"New {n}"), action=Action.CREATE),
        )
        for n in range(12)
    ]
    trouble = Diagnostic("a tab at the start of a line", Place("state/records/tasks/x.yaml", 3, 1))
    return plan(
        tasks(
            *(*linked, *created),
            first_contact=True,
            unpaired_git=("only-here-1",),
            unpaired_notion=tuple(f"Only in Notion {n}" for n in range(14)),
            problems=(trouble,),
            drafts=(Draft("Untitled draft", ("status",), MADE),),
            unreachable=("gone-1",),
        ),
        MappingPlan("notes", 212, 212, 0, left_out="its database is not shared with us"),
    )


def poisoned_plan(text: str) -> Plan:
    """A plan in which every string that can come from data is `text`."""
    asked = Conflict("tasks", text, text, text, text, text, reason=text, place=Place(text))
    times = EditTimes(EditTime(MADE, text, commit=text), EditTime(None, text, reason=text))
    decided = Conflict(*("tasks", text, "due", None, text, text), text, Take.GIT, text, times=times)
    ruled = change("due", text, text, cause=Cause.RULE, rule=text, place=Place(text))
    members = change("tags", None, frozenset({text}), added=(text,), removed=(text,))
    new = write(Side.GIT, action=Action.CREATE)
    many = {"agreed": {"title": text, "project": frozenset({text}), "due": text}}
    more: dict[str, Any] = {"title": text, "note": text, "page_url": text}
    return plan(
        MappingPlan(
            *(text, 1, 1, 1),
            (
                operation(text, Kind.OPEN, conflicts=(asked,), **more),
                operation(text, Kind.TO_GIT, write(Side.GIT, ruled), conflicts=(decided,), **more),
                operation(text, Kind.TO_NOTION, write(Side.NOTION, members), **more),
                operation(text, Kind.CREATE_FILE, new, **(more | many)),
                operation(text, Kind.RENAME, write(Side.NOTION), renamed_from=text, **more),
            ),
            refusals=(Refusal(text, text, 5, 1, None, text, (text,), text, Place(text)),),
            problems=(Diagnostic(text, Place(text), text, text, text),),
            left_out=text,
            drafts=(Draft(text, (text,)),),
            unreachable=(text,),
            out_of_scope=(text,),
            first_contact=True,
            unpaired_git=(text,),
            unpaired_notion=(text,),
        ),
        quiet(text, 1),
        findings=(Finding(text, Severity.INFO, text, (text,), text, text, text),),
        forecast=Forecast(1, 1, (text,)),
        branch=text,
        notes=(text,),
    )


@pytest.fixture(scope="session")
def mappings() -> Mapping[str, DatabaseMapping]:
    return {name: mapping(name) for name in ("tasks", "projects", "notes", "resources")}


@pytest.fixture(scope="session")
def plans() -> Mapping[str, Plan]:
    refresh = change("progress", 0.5, 0.6, cause=Cause.REFRESH)
    computed = operation("hall-b", Kind.TO_GIT, write(Side.GIT, refresh))
    return {
        "normal-day": normal_day(),
        "conflict": with_conflict(),
        "refused": refused(),
        "first-contact": first_contact(),
        "quiet": plan(quiet("tasks", 3012), quiet("notes", 212)),
        "refresh": plan(tasks(computed)),
        "offline": plan(quiet("tasks", 3012), offline=True, cost=ReadCost(0, 0.1)),
        "sandbox": plan(tasks(computed, operation("a-1", Kind.ADOPT)), sandbox=True),
    }


@pytest.fixture(scope="session")
def poisoned() -> Callable[[str], Plan]:
    return poisoned_plan


@pytest.fixture(scope="session")
def golden() -> Callable[[str, str], None]:
    """Compare a text with its file under `golden/`."""

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / name
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare
