"""How grave findings have to be to make a command fail: a team's own choice."""

from collections.abc import Iterable

from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.plan import Finding

_ORDER = tuple(Severity)  # the gravest first


def reaching(findings: Iterable[Finding], least: Severity | None) -> tuple[Finding, ...]:
    """The findings that are at least as grave; none if nothing was chosen."""
    if least is None:
        return ()
    grave = _ORDER[: _ORDER.index(least) + 1]
    return tuple(finding for finding in findings if finding.severity in grave)
