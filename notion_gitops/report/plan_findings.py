"""Findings as they are shown: by check, a few of each, what they have in common said once."""

from collections.abc import Sequence

from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.plan import RECORD_FILE, Finding
from notion_gitops.report.plan_view import FindingGroup, FindingView
from notion_gitops.text.words import count, listed

_SHOWN = 5  # findings of one check, where not everything is asked for
_KEYS = 3
_ORDER = tuple(Severity)


def finding_groups(findings: Sequence[Finding], *, full: bool) -> tuple[FindingGroup, ...]:
    """The findings by check, the gravest checks first; `full` folds none of them."""
    checks: dict[str, list[Finding]] = {}
    for finding in findings:
        checks.setdefault(finding.check, []).append(finding)
    ordered = sorted(checks.items(), key=lambda item: min(map(_gravity, item[1])))
    return tuple(_group(check, found, full=full) for check, found in ordered)


def _gravity(finding: Finding) -> int:
    return _ORDER.index(finding.severity)


def _group(check: str, found: Sequence[Finding], *, full: bool) -> FindingGroup:
    shown = found if full else found[:_SHOWN]
    common = _common([finding.why for finding in found], [finding.fix for finding in found])
    views = tuple(_finding(f, common) for f in shown)
    return FindingGroup(
        check,
        views,
        len(found) - len(shown),
        common,
        severities=_severities(found),
        grave=any(finding.severity is Severity.ERROR for finding in found),
    )


def _severities(found: Sequence[Finding]) -> str:
    of_each = {each: sum(1 for f in found if f.severity is each) for each in _ORDER}
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}
    return ", ".join(count(n, words[each]) for each, n in of_each.items() if n)


def _common(*said: Sequence[str]) -> tuple[str, ...]:
    """Of why they matter and what to do, what is the same for all of several."""
    return tuple(texts[0] for texts in said if texts[0] and len(set(texts)) == 1)


def _finding(finding: Finding, common: tuple[str, ...]) -> FindingView:
    alone = finding.keys[0] if len(finding.keys) == 1 else ""
    where = f"{finding.mapping}/{alone}" if alone else finding.mapping
    at = (str(finding.place),) if finding.check == RECORD_FILE and finding.place else ()
    several = (listed(finding.keys, _KEYS),) if len(finding.keys) > 1 else ()
    advice = tuple(text for text in (finding.why, finding.fix) if text and text not in common)
    return FindingView(where, finding.message, (*several, *at), advice)
