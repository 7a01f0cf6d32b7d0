"""Runs the declared checks of all mappings, and those that hold without being declared."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from notion_gitops.engine.checks.capacity import capacity
from notion_gitops.engine.checks.expr import expr
from notion_gitops.engine.checks.fields import order, required, unique
from notion_gitops.engine.checks.links import links
from notion_gitops.engine.checks.relations import EMPTY_ALLOWED, contradicts, documented, orphans
from notion_gitops.engine.checks.scope import NOTHING_KNOWN, Facts, Scope
from notion_gitops.engine.checks.similar import similar
from notion_gitops.engine.checks.tree import tree
from notion_gitops.engine.checks.values import allowed, pattern, range_
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.mapping import (
    CheckKind,
    CheckRule,
    DatabaseMapping,
    Direction,
    PropertyType,
)
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Record


def run_checks(
    mappings: Mapping[str, DatabaseMapping],
    records: Mapping[str, Mapping[str, Record]],
    today: date,
    facts: Facts = NOTHING_KNOWN,
) -> tuple[Finding, ...]:
    """What the checks find in the records as they are going to be, on both sides.

    Args:
        mappings: all mappings, by name.
        records: mapping name -> key -> merged record. A mapping that is missing here takes no
            part: it is not checked, and relations to it are not judged.
        today: what "today" means in conditions and for the age of notes.
        facts: what is known besides the records.

    Returns:
        The findings by mapping name, then in the order of its checks (the implied ones first),
        then by key. Whatever the order of the arguments, the same records give the same findings.
    """
    in_order = {name: dict(sorted(of.items())) for name, of in records.items()}
    return tuple(
        finding
        for name in sorted(mappings)
        if name in records
        for rule in (*_implied(mappings[name]), *mappings[name].checks)
        for finding in _sorted(Scope(mappings[name], rule, mappings, in_order, today, facts))
    )


def _sorted(scope: Scope) -> list[Finding]:
    return sorted(_CHECKS[scope.rule.kind](scope), key=lambda finding: finding.keys)


_CHECKS: Mapping[CheckKind, Callable[[Scope], Iterator[Finding]]] = {
    CheckKind.UNIQUE: unique,
    CheckKind.SIMILAR: similar,
    CheckKind.REQUIRED: required,
    CheckKind.RANGE: range_,
    CheckKind.PATTERN: pattern,
    CheckKind.ALLOWED: allowed,
    CheckKind.ORPHANS: orphans,
    CheckKind.TREE: tree,
    CheckKind.ORDER: order,
    CheckKind.CONTRADICTS: contradicts,
    CheckKind.CAPACITY: capacity,
    CheckKind.DOCUMENTED: documented,
    CheckKind.LINKS: links,
    CheckKind.EXPR: expr,
}


def _implied(mapping: DatabaseMapping) -> Iterator[CheckRule]:
    """Fields marked `required: true` are filled, and no written relation dangles."""
    declared = {(rule.kind, name) for rule in mapping.checks for name in rule.fields}
    for field in mapping.fields.values():
        if field.required and (CheckKind.REQUIRED, field.name) not in declared:
            yield CheckRule(CheckKind.REQUIRED, (field.name,), {}, Severity.WARNING, field.place)
        written = field.type is PropertyType.RELATION and field.direction is not Direction.PULL
        if written and (CheckKind.ORPHANS, field.name) not in declared:
            yield CheckRule(
                CheckKind.ORPHANS,
                (field.name,),
                {EMPTY_ALLOWED: True},
                Severity.WARNING,
                field.place,
            )
