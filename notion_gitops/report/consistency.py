"""Step 2: the consistency report: what differs between the sides, and what the checks found."""

from collections.abc import Mapping

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Kind, Operation
from notion_gitops.model.plan import MappingPlan, Plan
from notion_gitops.report.connection import problem_item
from notion_gitops.report.document import Document, Item, Items, Section, Table, Tone
from notion_gitops.report.exceeded import exceeded_sentence
from notion_gitops.report.plan_findings import finding_groups
from notion_gitops.report.plan_view import FindingGroup
from notion_gitops.report.redact import redact_plan
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count, listed, number

_NAMED = 5  # records of one kind
_NOT_IN_NOTION = frozenset({Kind.CREATE_PAGE, Kind.DELETE_FILE})
_NOT_IN_GIT = frozenset({Kind.CREATE_FILE, Kind.DELETE_PAGE})
_DIFFERENT = frozenset({Kind.TO_GIT, Kind.TO_NOTION, Kind.BOTH_WAYS, Kind.RENAME})


def consistency_view(plan: Plan, mappings: Mapping[str, DatabaseMapping]) -> Report:
    """What is missing on either side, what differs, and the findings of every check."""
    shown = redact_plan(plan, mappings)
    differing = sum(_count(part, *Kind) for part in shown.mappings)
    groups = finding_groups(shown.findings, full=True)
    sections = (
        Section((_table(shown),), "Records"),
        *_not_compared(shown),
        *map(_problems, (part for part in shown.mappings if part.problems)),
        *_records(shown),
        *map(finding_section, groups),
        *_exceeded(shown),
    )
    counts = {part.name: _numbers(part) for part in shown.mappings}
    problems = {part.name: part.problems for part in shown.mappings if part.problems}
    data = {"counts": counts, "problems": problems}
    data |= {"findings": shown.findings, "exceeded": shown.exceeded}
    return Report("consistency", Document(_title(shown, differing), sections), data)


def _title(plan: Plan, differing: int) -> str:
    problems = sum(len(part.problems) for part in plan.mappings)
    told = (
        f"{count(differing, 'record')} {'differs' if differing == 1 else 'differ'}",
        *([count(problems, "problem")] if problems else []),
        count(len(plan.findings), "finding"),
    )
    return f"Consistency: {', '.join(told)}"


def _count(part: MappingPlan, *kinds: Kind) -> int:
    return len(_keys(part, *kinds))


def _changes(operation: Operation) -> bool:
    writes = bool(operation.writes) and not operation.refresh_only
    return writes or bool(operation.open_conflicts)


def _not_compared(plan: Plan) -> list[Section]:
    """The mappings of which a side could not be read, so that nothing is said of their records."""
    out = [p for p in plan.mappings if p.left_out and not (p.in_git or p.in_notion)]
    items = tuple(Item(f"{p.name}: {p.left_out}") for p in out)
    return [Section((Items(items),), "Not compared", Tone.ASK)] if items else []


def _problems(part: MappingPlan) -> Section:
    """What could not be read or compared, and so is in no other count."""
    items = tuple(map(problem_item, part.problems))
    return Section((Items(items),), f"To put right in {part.name} ({len(items)})", Tone.ASK)


def _exceeded(plan: Plan) -> list[Section]:
    items = tuple(Item(exceeded_sentence(each)) for each in plan.exceeded)
    return [Section((Items(items),), "Beyond the thresholds", Tone.ASK)] if items else []


def _records(plan: Plan) -> list[Section]:
    """Which records differ, by mapping and by how they do."""
    items = []
    for part in plan.mappings:
        lines = [
            f"{what} ({number(len(keys))}): {listed(keys, _NAMED)}"
            for what, keys in _keys_by_difference(part).items()
            if keys
        ]
        if lines:
            items.append(Item(part.name, tuple(lines)))
    return [Section((Items(tuple(items)),), "Which records")] if items else []


def _keys_by_difference(part: MappingPlan) -> dict[str, list[str]]:
    open_keys = [o.key for o in part.operations if o.open_conflicts]
    return {
        "only in git": [*_keys(part, *_NOT_IN_NOTION), *part.unpaired_git],
        "only in Notion": [*_keys(part, *_NOT_IN_GIT), *part.unpaired_notion],
        "different": _keys(part, *_DIFFERENT),
        "to decide": open_keys,
        "in Notion, not ready": [draft.title for draft in part.drafts],
        "out of the mapping's filter": list(part.out_of_scope),
        "out of reach": list(part.unreachable),
        "on hold": sorted({w.key for each in part.on_hold for w in each.waiting}),
    }


def _keys(part: MappingPlan, *kinds: Kind) -> list[str]:
    return [o.key for o in part.operations if _changes(o) and o.kind in kinds]


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
        "drafts": len(part.drafts),
        "out_of_scope": len(part.out_of_scope),
    }


def _table(plan: Plan) -> Table:
    columns = ("", "in git", "in Notion", "only git", "only Notion", "different", "to decide")
    rows = tuple((p.name, *map(number, list(_numbers(p).values())[:6])) for p in plan.mappings)
    return Table(columns, rows, right=frozenset(range(1, len(columns))))


def finding_section(group: FindingGroup) -> Section:
    """What a check found, why that matters and what to do."""
    items = tuple(Item(f"{f.where}: {f.message}", f.details + f.advice) for f in group.findings)
    advice = tuple(Item(text) for text in group.advice)
    return Section((Items(items + advice),), f"{group.check} ({group.severities})")
