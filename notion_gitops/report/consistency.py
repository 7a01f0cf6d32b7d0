"""Step 2: the consistency report: what differs between the sides, and what the checks found."""

from collections.abc import Mapping

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Kind
from notion_gitops.model.plan import MappingPlan, Plan
from notion_gitops.report.document import Document, Item, Items, Section, Table
from notion_gitops.report.plan_findings import finding_groups
from notion_gitops.report.plan_view import FindingGroup
from notion_gitops.report.redact import redact_plan
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count, number

_NOT_IN_NOTION = frozenset({Kind.CREATE_PAGE, Kind.DELETE_FILE})
_NOT_IN_GIT = frozenset({Kind.CREATE_FILE, Kind.DELETE_PAGE})
_DIFFERENT = frozenset({Kind.TO_GIT, Kind.TO_NOTION, Kind.BOTH_WAYS, Kind.RENAME})


def consistency_view(plan: Plan, mappings: Mapping[str, DatabaseMapping]) -> Report:
    """What is missing on either side, what differs, and the findings of every check."""
    shown = redact_plan(plan, mappings)
    differing = sum(_count(part, *Kind) for part in shown.mappings)
    title = (
        f"Consistency: {count(differing, 'record')} differ, {count(len(plan.findings), 'finding')}"
    )
    groups = finding_groups(shown.findings, full=True)
    sections = (Section((_table(shown),), "Records"), *map(_group, groups))
    counts = {part.name: _numbers(part) for part in shown.mappings}
    data = {"counts": counts, "findings": shown.findings}
    return Report("consistency", Document(title, sections), data)


def _count(part: MappingPlan, *kinds: Kind) -> int:
    changed = (o for o in part.operations if (o.writes and not o.refresh_only) or o.open_conflicts)
    return sum(1 for o in changed if o.kind in kinds)


def _numbers(part: MappingPlan) -> dict[str, int]:
    return {
        "in_git": part.in_git,
        "in_notion": part.in_notion,
        "not_in_notion": _count(part, *_NOT_IN_NOTION) + len(part.unpaired_git),
        "not_in_git": _count(part, *_NOT_IN_GIT) + len(part.unpaired_notion),
        "different": _count(part, *_DIFFERENT),
        "to_decide": sum(1 for c in part.conflicts if c.open),
        "unreadable": len(part.problems),
        "unreachable": len(part.unreachable),
    }


def _table(plan: Plan) -> Table:
    columns = ("", "in git", "in Notion", "only git", "only Notion", "different", "to decide")
    rows = tuple((p.name, *map(number, list(_numbers(p).values())[:6])) for p in plan.mappings)
    return Table(columns, rows, right=frozenset(range(1, len(columns))))


def _group(group: FindingGroup) -> Section:
    items = tuple(Item(f"{f.where}: {f.message}", f.details) for f in group.findings)
    advice = tuple(Item(text) for text in group.advice)
    return Section((Items(items + advice),), f"{group.check} ({len(group.findings)})")
