"""What is worth a look: what the checks find, and what reading the two sides brought to light."""

from notion_gitops.engine.checks import run_checks
from notion_gitops.engine.planner import Decided
from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.plan import RECORD_FILE, Finding
from notion_gitops.workflow.reading.bodies import body_findings
from notion_gitops.workflow.reading.check_facts import check_facts, unclaimed_files
from notion_gitops.workflow.reading.compared import Compared, Comparison
from notion_gitops.workflow.reading.hold_findings import hold_findings


def findings_of(comparison: Comparison, decided: Decided) -> tuple[Finding, ...]:
    """The checks, and what reading the two sides brought to light."""
    found: list[Finding] = []
    for name, each in comparison.mappings.items():
        found += [*each.notion.identified.findings, *each.notion.pages.findings]
        found += body_findings(each.mapping, each.bodies)
        found += [_warning("database", name, hint) for hint in each.database.hints]
        found += [_warning(RECORD_FILE, name, warning) for warning in each.git.warnings]
        if not each.notion.pages.complete:
            found.append(_incomplete(each))
    mappings = {name: each.mapping for name, each in comparison.mappings.items()}
    facts = check_facts(comparison, decided.merged)
    found += [*unclaimed_files(comparison), *hold_findings(comparison)]
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
