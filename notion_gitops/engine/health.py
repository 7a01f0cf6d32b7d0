"""One number for how well the two sides agree and how sound the records are."""

from collections import Counter
from collections.abc import Iterable, Mapping

from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.outcomes import MappingHealth
from notion_gitops.model.plan import Finding, MappingPlan

WEIGHTS = {Severity.ERROR: 4, Severity.WARNING: 1, Severity.INFO: 0}  # in quarters of a record
DECISION = 4  # a record that waits for a decision, or for its write, is a whole record in trouble


def health_score(
    records: int, open_conflicts: int, findings_by_severity: Mapping[Severity, int], pending: int
) -> int:
    """The share of records that are in order, in whole percent, rounded down.

    ``100 x (1 - trouble / records)``, where an open conflict, a pending write and a finding of
    severity error each count as one record in trouble, a warning as a quarter and information
    as nothing. Never below 0. It is 100 only when nothing at all is in trouble: one open
    decision among 100,000 records gives 99.

    Args:
        records: how many records there are in all mappings.
        open_conflicts: records' fields that wait for a person's decision.
        findings_by_severity: how many findings the checks gave.
        pending: writes that could not be carried out yet.
    """
    found = sum(WEIGHTS[severity] * count for severity, count in findings_by_severity.items())
    trouble = DECISION * (open_conflicts + pending) + found
    if not trouble:
        return 100
    whole = DECISION * max(records, 1)
    return max(0, 100 * (whole - trouble) // whole)


def mapping_health(
    part: MappingPlan, findings: Iterable[Finding], pending: int = 0
) -> MappingHealth:
    """The health of one mapping, with its parts.

    Args:
        part: the mapping's plan.
        findings: of all mappings.
        pending: its writes that could not be carried out yet.
    """
    by_severity = Counter(f.severity for f in findings if f.mapping == part.name)
    unsettled = sum(len(o.open_conflicts) for o in part.operations)
    return MappingHealth(
        records=part.records,
        open_conflicts=unsettled,
        findings=by_severity.total(),
        pending=pending,
        score=health_score(part.records, unsettled, by_severity, pending),
        errors=by_severity[Severity.ERROR],
        warnings=by_severity[Severity.WARNING],
    )
