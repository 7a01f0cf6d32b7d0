"""A plan as people read it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Operation
from notion_gitops.model.plan import Plan
from notion_gitops.report.plan_build import plan_json, plan_view
from notion_gitops.report.plan_markdown import MARKER, SIZE, plan_markdown
from notion_gitops.report.plan_text import plan_text
from notion_gitops.text.columns import width

NAMES = [
    *("normal-day", "conflict", "refused", "first-contact"),
    *("quiet", "refresh", "offline", "sandbox"),
]
Mappings = Mapping[str, DatabaseMapping]
Plans = Mapping[str, Plan]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("full", [False, True])
def test_plan_as_text(
    name: str, full: bool, plans: Plans, mappings: Mappings, golden: Callable[[str, str], None]
) -> None:
    text = plan_text(plan_view(plans[name], mappings, full=full), colour=False)
    assert [line for line in text.splitlines() if width(line) > 80] == []
    if not full or name == "normal-day":
        golden(f"plan-{name}{'-full' if full else ''}.txt", text)


@pytest.mark.parametrize("name", NAMES)
def test_plan_as_markdown(
    name: str, plans: Plans, mappings: Mappings, golden: Callable[[str, str], None]
) -> None:
    page = plan_markdown(plan_view(plans[name], mappings))
    assert page.startswith(f"{MARKER}\n")
    assert MarkdownIt("commonmark").enable("table").parse(page)
    golden(f"plan-{name}.md", page)


HOSTILE = [
    "[a](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "</details><script>alert(1)</script><img src=x>",
    "@acme/admins fixes #12 GH-3 acme/repo#4",
    "x\n\n# heading\n- [ ] task\n```\nfence",
    "a | b\n|---|---|\n| c",
    "https://evil.example www.evil.example ann@corp.example",
    "<!-- notion-gitops:plan -->",
    "\x1b[2J\r0 deletes\u202e\x9b1m",
    "::set-env name=A::b ##[error]",
    "日本語のとても長い題名" * 12,
    "x" * 300,
    "`*_~\\",
]


def kinds(page: str) -> dict[str, list[str]]:
    """Node types that data could have made, each with what they hold."""
    found: dict[str, list[str]] = {}
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page):
        for node in [token, *(token.children or [])]:
            found.setdefault(node.type, []).append(node.content)
    return found


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("full", [False, True])
def test_data_cannot_be_markup(
    text: str, full: bool, poisoned: Callable[[str], Plan], mappings: Mappings
) -> None:
    page, plain = (
        plan_markdown(plan_view(poisoned(t), {**mappings, t: mappings["tasks"]}, full=full))
        for t in (text, "plain")
    )
    harmless = kinds(plain)
    found = kinds(page)
    for name in ("link_open", "image", "fence", "code_block", "s_open", "em_open", "hr"):
        assert name not in found
    for name in ("html_inline", "html_block"):
        assert found.get(name) == harmless.get(name)
    for name in ("heading_open", "list_item_open", "table_open", "td_open", "strong_open"):
        assert len(found.get(name, [])) == len(harmless.get(name, [])), name
    assert page.count(MARKER) == 1
    assert not re.search(r"[@#][0-9A-Za-z]|GH-\d|://|www\.", page)


@pytest.mark.parametrize("text", HOSTILE)
def test_data_cannot_move_the_cursor(
    text: str, poisoned: Callable[[str], Plan], mappings: Mappings
) -> None:
    view = plan_view(poisoned(text), {**mappings, text: mappings["tasks"]}, full=True)
    shown = plan_text(view, colour=False)
    assert all(width(line) <= 80 for line in shown.split("\n"))
    assert all(char.isprintable() or char == "\n" for char in shown)
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", plan_text(view, colour=True))
    assert coloured == plan_text(view, colour=False)


@pytest.mark.parametrize(
    "text", ["@", "x" * 400, "word " * 100, pytest.param("\u202e" * 400, marks=pytest.mark.slow)]
)
def test_a_comment_keeps_its_size(
    text: str, poisoned: Callable[[str], Plan], mappings: Mappings
) -> None:
    plan = poisoned(text)
    part = replace(plan.mappings[0], operations=plan.mappings[0].operations * 40)
    large = replace(plan, mappings=(part,) * 3, findings=plan.findings * 60)
    page = plan_markdown(plan_view(large, mappings, full=True))
    assert len(page) <= SIZE
    assert "records are left out here" in page
    assert page.endswith("</sub>\n")


def test_a_long_value_is_cut_where_it_differs(plans: Plans, mappings: Mappings) -> None:
    plan = plans["normal-day"]
    part = next(m for m in plan.mappings if m.name == "projects")
    operation = part.operations[0]
    write = operation.writes[0]
    changed = write.changes[0]
    difference = replace(changed.difference, before="x" * 90 + "old", after="x" * 90 + "new")
    write = replace(write, changes=(replace(changed, difference=difference),))
    part = replace(part, operations=(replace(operation, writes=(write,)),))
    plan = replace(plan, mappings=(part,))
    assert "xxxold -> …" in plan_text(plan_view(plan, mappings), colour=False)
    in_full = plan_text(plan_view(plan, mappings, full=True), colour=False)
    assert "".join(in_full.split()).count("x" * 90 + "old") == 1


DIGESTED = "hunter2-the-value"


def with_secret(operation: Operation) -> Operation:
    """The operation with its every value being the one of a sensitive field."""
    writes = []
    for write in operation.writes:
        differences = [replace(c.difference, field="secret") for c in write.changes]
        told = [replace(d, before=DIGESTED, after=DIGESTED, added=(DIGESTED,)) for d in differences]
        changes = [replace(c, difference=d) for c, d in zip(write.changes, told, strict=True)]
        writes.append(replace(write, changes=tuple(changes)))
    conflicts = tuple(
        replace(c, field="secret", base=DIGESTED, git=DIGESTED, notion=DIGESTED)
        for c in operation.conflicts
    )
    agreed = {"secret": DIGESTED}
    return replace(operation, writes=tuple(writes), conflicts=conflicts, agreed=agreed)


def test_sensitive_values_are_digests_everywhere(
    poisoned: Callable[[str], Plan], mappings: Mappings
) -> None:
    plan = poisoned("tasks")
    part = plan.mappings[0]
    operations = tuple(with_secret(o) for o in part.operations)
    plan = replace(plan, mappings=(replace(part, operations=operations),))
    view = plan_view(plan, mappings, full=True)
    for form in (plan_text(view, colour=False), plan_markdown(view), plan_json(plan, mappings)):
        assert DIGESTED not in form
        assert "sha256:" in form


def test_plan_as_json(plans: Plans, mappings: Mappings) -> None:
    for name, plan in plans.items():
        printed = plan_json(plan, mappings)
        assert printed.isascii()
        data = json.loads(printed)
        assert data["format_version"] == 1
        assert data["report"] == "plan"
        assert data["summary"]["has_changes"] is plan.has_changes, name
        assert len(data["plan"]["mappings"]) == len(plan.mappings)
    day = json.loads(plan_json(plans["normal-day"], mappings))
    assert day["summary"]["counts"]["tasks"]["files_changed"] == 39
    tags = day["plan"]["mappings"][0]["operations"][37]["writes"][0]["changes"][1]["difference"]
    assert tags["after"] == ["urgent", "web"]
    assert day["plan"]["made"] == "2026-11-24T14:21:00+00:00"


def test_the_same_plan_gives_the_same_text(plans: Plans, mappings: Mappings) -> None:
    """Holds I24."""
    for plan in plans.values():
        assert plan_view(plan, mappings) == plan_view(plan, mappings)


def test_nothing_is_lost_in_full(plans: Plans, mappings: Mappings) -> None:
    text = plan_text(plan_view(plans["refused"], mappings, full=True), colour=False)
    assert sum(key in text for _, key in plans["refused"].operations) == 412


def test_what_is_stopped_is_not_counted_as_planned(plans: Plans, mappings: Mappings) -> None:
    text = plan_text(plan_view(plans["refused"], mappings), colour=False)
    assert "412 stopped" in text
    assert "0 deletes" in text
    assert "Held back: 412 pages to trash (tasks)." in text
    assert "To do" not in text
