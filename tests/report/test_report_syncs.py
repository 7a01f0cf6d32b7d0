"""The reports of a sync, its commit messages, status, log and diagnostics."""

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from notion_gitops.model.diagnostics import Diagnostic, Place, Severity
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Backup
from notion_gitops.model.outcomes import (
    ConnectionReport,
    DatabaseCheck,
    LogEntry,
    MappingHealth,
    Outcome,
    Status,
    SyncResult,
    Validation,
)
from notion_gitops.model.plan import Plan, ReadCost, StepKind
from notion_gitops.model.records import Side
from notion_gitops.report.commit_message import record_commit_message, state_commit_message
from notion_gitops.report.diagnostics import (
    diagnostics_json,
    diagnostics_markdown,
    diagnostics_text,
)
from notion_gitops.report.reports import Report, report_json, report_markdown, report_text
from notion_gitops.report.status import LogLine, MappingStatus, StatusInfo, log_view, status_view
from notion_gitops.report.sync import sync_markdown, sync_text, sync_view
from notion_gitops.report.sync_reports import six_reports
from notion_gitops.text.columns import width

Golden = Callable[[str, str], None]
Mappings = Mapping[str, DatabaseMapping]
Syncs = Mapping[str, SyncResult]
Connect = Callable[[str], ConnectionReport]
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
MADE = datetime(2026, 11, 24, 14, 21, tzinfo=UTC)
HOSTILE = [
    "[a](https://evil.example) ![x](https://evil.example/p.png)",
    "</details><script>alert(1)</script> @acme fixes #12 GH-3",
    "x\n\n# heading\n- [ ] task\n```\nfence\n\nSync-Id: forged",
    "a | b\n|---|---|\n| c",
    "\x1b[2J\r0 deletes\u202e\x9b1m ann@corp.example www.evil.example",
    "日本語のとても長い題名" * 12,
    "`*_~\\ [skip ci]",
]
SIX = ["connection", "consistency", "conflicts", "transactions", "validation", "metadata"]


def sync_of(planned: Plan, *, text: str = "", **more: Any) -> SyncResult:
    """The plan as applied, but for the first page that was to be written."""
    to_notion = [o for o in planned.operations.values() if o.write(Side.NOTION)]
    failed = to_notion[:1] if text else []
    outcomes = tuple(
        Outcome(o.mapping, o.key, Status.PENDING, text)
        if o in failed
        else Outcome(o.mapping, o.key, Status.APPLIED)
        for o in planned.operations.values()
        if o.writes
    )
    steps = {Side.GIT: StepKind.WRITE_FILE, Side.NOTION: StepKind.UPDATE_PAGE}
    log = tuple(
        LogEntry(MADE, steps[write.side], o.mapping, o.key, ("due",), o.status, o.detail)
        for o in outcomes
        for write in planned.operations[o.mapping, o.key].writes
    )
    findings = planned.findings[:1] if text else ()
    given: dict[str, Any] = {
        "sync_id": "20261124T1421Z-7k3f",
        "plan": planned,
        "outcomes": outcomes,
        "log": log,
        "backups": (Backup("projects", "hall-b", Side.GIT, {"status": "on hold"}, "rule"),),
        "validation": Validation(2, 2 - len(failed), findings),
        "cost": ReadCost(4, 2.1, 0.3, 1),
        "started": MADE,
        "finished": MADE + timedelta(seconds=2.4),
        "health": {m.name: MappingHealth(m.records, 0, 1, 0, 97) for m in planned.mappings},
        "record_commit": "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
        "state_commit": "9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e",
        "branch": "main",
        "exit_code": ExitCode.PARTLY_APPLIED if text else ExitCode.DONE,
    }
    return SyncResult(**(given | more))


def connected(text: str) -> ConnectionReport:
    trouble = Diagnostic(
        f'no property "{text}"',
        Place("mappings/tasks.yaml", 28, 3),
        "Rename it, or map another one.",
    )
    return ConnectionReport(
        bot=text,
        workspace="Acme",
        databases=(
            DatabaseCheck(
                *("tasks", "1f2e3d4c", "Tasks", "ds", True),
                problems=(trouble,),
                properties=27,
                mapped=12,
                unmapped=("Old status", text),
                unsupported=("Sign off (button)",),
            ),
            DatabaseCheck("notes", text),
        ),
        can_list_users=False,
        cost=ReadCost(5, 0.8),
    )


@pytest.fixture(scope="session")
def syncs(plans: Mapping[str, Plan]) -> Mapping[str, SyncResult]:
    return {
        "done": sync_of(plans["normal-day"]),
        "left": sync_of(plans["normal-day"], text="Notion answered 502 four times in 31 s"),
        "asked": sync_of(plans["conflict"], exit_code=ExitCode.DECISIONS_REMAIN, pushed=False),
        "quiet": sync_of(
            plans["quiet"], record_commit="", state_commit="", backups=(), cost=ReadCost(4)
        ),
    }


@pytest.fixture(scope="session")
def poisoned_sync(poisoned: Callable[[str], Plan]) -> Callable[[str], SyncResult]:
    def make(text: str) -> SyncResult:
        return sync_of(poisoned(text), text=text, sync_id=text, branch=text, notes=(text,))

    return make


@pytest.fixture(scope="session")
def connection() -> Callable[[str], ConnectionReport]:
    return connected


def assert_printable(text: str) -> None:
    assert [line for line in text.split("\n") if width(line) > 80] == []
    assert all(char.isprintable() or char == "\n" for char in text)


def assert_inert(page: str) -> None:
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page)
    nodes = [node for token in parsed for node in [token, *(token.children or [])]]
    kinds = {node.type for node in nodes}
    markup = {node.content.strip() for node in nodes if node.type.startswith("html")}
    assert not kinds & {"link_open", "image", "fence", "code_block", "s_open", "em_open", "hr"}
    assert markup <= {"<br>"}
    assert not re.search(r"[@#][0-9A-Za-z]|GH-\d|://|www\.", page)


def reports(result: SyncResult, connection: ConnectionReport, mappings: Mappings) -> list[Report]:
    return [*six_reports(result, connection, mappings), sync_view(result, mappings)]


@pytest.mark.parametrize("name", ["done", "left", "asked", "quiet"])
def test_the_end_of_an_apply(name: str, syncs: Syncs, mappings: Mappings, golden: Golden) -> None:
    text = sync_text(syncs[name], mappings, colour=False)
    assert_printable(text)
    golden(f"sync-{name}.txt", text)


def test_what_is_left_comes_first_and_the_undo_last(syncs: Syncs, mappings: Mappings) -> None:
    text = sync_text(syncs["left"], mappings, colour=False)
    assert text.index("exit code 5") < text.index("git files") < text.index("Undo")


def test_six_reports(syncs: Syncs, connection: Connect, mappings: Mappings, golden: Golden) -> None:
    made = six_reports(syncs["left"], connection("Git sync"), mappings)
    assert [report.name for report in made] == SIX
    for report in made:
        text = report_text(report, colour=False)
        assert_printable(text)
        golden(f"report-{report.name}.txt", text)
        golden(f"report-{report.name}.md", report_markdown(report))
        data = json.loads(report_json(report))
        assert data["format_version"] == 1
        assert data["report"] == report.name


def test_conflicts_say_who_and_when(
    syncs: Syncs, connection: Connect, mappings: Mappings, golden: Golden
) -> None:
    made = six_reports(syncs["asked"], connection("x"), mappings)
    golden("report-conflicts-open.txt", report_text(made[2], colour=False))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_report_lets_data_act(
    text: str,
    poisoned_sync: Callable[[str], SyncResult],
    connection: Connect,
    mappings: Mappings,
) -> None:
    result = poisoned_sync(text)
    named = {**mappings, text: mappings["tasks"]}
    for report in reports(result, connection(text), named):
        assert_printable(report_text(report, colour=False))
        assert_inert(report_markdown(report))
        assert report_json(report).isascii()
    assert_inert(sync_markdown(result, named))


def test_sensitive_backups_are_digests(syncs: Syncs, mappings: Mappings) -> None:
    backup = replace(syncs["done"].backups[0], fields={"secret": "hunter2"})
    result = replace(syncs["done"], backups=(backup,))
    printed = report_json(sync_view(result, mappings))
    assert "hunter2" not in printed
    assert "sha256:" in printed


def test_record_commit_message(syncs: Syncs, golden: Golden) -> None:
    editors = {"Bo Chen": 2, "Ann Lee": 38}
    golden("commit-records.txt", record_commit_message(syncs["done"], editors, base="4c5d6e7"))
    golden("commit-asked.txt", record_commit_message(syncs["asked"], {}, base=""))


def test_state_commit_message(syncs: Syncs, golden: Golden) -> None:
    message = state_commit_message(syncs["done"], records=syncs["done"].record_commit, serial=1184)
    golden("commit-state.txt", re.sub(r"sha256:[0-9a-f]{64}", "sha256:(digest)", message))


def test_commit_messages_hold_no_values(syncs: Syncs) -> None:
    message = record_commit_message(syncs["done"], {}, base="")
    for value in ("on hold", "review", "urgent", "S25", "Roof drawings v2"):
        assert value not in message


@pytest.mark.parametrize("text", HOSTILE)
def test_trailers_cannot_be_forged(
    text: str, poisoned_sync: Callable[[str], SyncResult], tmp_path: Path
) -> None:
    result = replace(poisoned_sync(text), sync_id="20261124T1421Z-7k3f")
    message = record_commit_message(result, {text: 1}, base="4c5d6e7")
    run = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=message.encode(),
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert run.stdout.decode() == "Sync-Id: 20261124T1421Z-7k3f\nSync-Base: 4c5d6e7\n"
    assert not re.search(r"[@#][0-9A-Za-z]|GH-\d|\[skip ci\]", message)


def status(**more: object) -> StatusInfo:
    health = MappingHealth(3012, 1, 2, 1, 91)
    info = StatusInfo(
        now=NOW,
        branch="main",
        head="3f2a91c0ffee",
        state_branch="notion-gitops/state",
        state_commit="9d8e7f6aaaa",
        sync_id="20261124T1421Z-7k3f",
        synced=NOW - timedelta(minutes=39),
        mappings={
            "tasks": MappingStatus(health, 3, None, ("order-steel-beams-0c11d2",)),
            "notes": MappingStatus(MappingHealth(212, 0, 0, 0, 100), 0, 4),
        },
    )
    return replace(info, **more)  # type: ignore[arg-type]  # a test's own words


def test_status(golden: Golden) -> None:
    text = report_text(status_view(status()), colour=False)
    assert_printable(text)
    golden("status.txt", text)
    assert json.loads(report_json(status_view(status())))["age_seconds"] == 39 * 60
    never = report_text(status_view(status(sync_id="")), colour=False)
    assert never.startswith("Never synced")


def test_log(golden: Golden) -> None:
    lines = [
        LogLine(
            *("20261124T1421Z-7k3f", NOW, "42 records agreed", "9d8e7f6"), "a1b2c3d", 8, 2.4, 97
        ),
        LogLine("20261123T0900Z-1a2b", NOW - timedelta(days=1), "1 record agreed", "8c7d6e5"),
    ]
    text = report_text(log_view(lines), colour=False)
    assert_printable(text)
    golden("log.txt", text)


PROBLEMS = [
    Diagnostic(
        'unknown key "feilds"',
        Place("mappings/tasks.yaml", 9, 1),
        'did you mean "fields"?',
        source_line="feilds:",
    ),
    Diagnostic(
        "the key stands twice",
        Place("mappings/tasks.yaml", 12, 95),
        "Remove one of them.",
        "Only the last one would count.",
        "x" * 90 + "    due: 1" + "y" * 90,
        also=Place("mappings/tasks.yaml", 3, 5),
    ),
    Diagnostic("NOTION_TOKEN is not set", severity=Severity.WARNING),
]


def test_diagnostics(golden: Golden) -> None:
    text = diagnostics_text(PROBLEMS, colour=False)
    assert_printable(text)
    golden("diagnostics.txt", text)
    golden("diagnostics.md", diagnostics_markdown(PROBLEMS))
    assert len(json.loads(diagnostics_json(PROBLEMS))["diagnostics"]) == 3


@pytest.mark.parametrize("text", HOSTILE)
def test_diagnostics_let_no_data_act(text: str) -> None:
    place = Place(text, 1, 40)
    problem = Diagnostic(text, place, text, text, text, place)
    assert_printable(diagnostics_text([problem, problem], colour=False))
    assert_inert(diagnostics_markdown([problem]))


@pytest.mark.parametrize("column", [1, 4, 95, 400])
def test_the_caret_stands_under_its_column(column: int) -> None:
    source = "".join(chr(97 + n % 26) for n in range(200))
    problem = Diagnostic("x", Place("f", 1, column), source_line=source)
    lines = diagnostics_text([problem], colour=False).splitlines()
    caret = lines[3].index("^")
    shown = lines[2].ljust(caret + 1)[caret]
    assert shown.strip() == (source[column - 1] if column <= 200 else "")
