"""How much may be wrong before a plan fails: a team's own choice."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from notion_gitops.engine.health import mapping_health
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.mapping import DatabaseMapping, Thresholds
from notion_gitops.model.outcomes import MappingHealth
from notion_gitops.model.plan import Exceeded, MappingPlan, Plan

_OF_NO_MAPPING = MappingPlan(name="", records=0, in_git=0, in_notion=0)


def judged(plan: Plan, mappings: Mapping[str, DatabaseMapping], fail_on: Severity | None) -> Plan:
    """The plan with the thresholds that it is beyond.

    Args:
        plan: the plan.
        mappings: by name; each may have thresholds of its own.
        fail_on: no finding of this severity or of a graver one is allowed, in any mapping.
    """
    asked = _none_of(fail_on)
    found: list[Exceeded] = []
    for part in (*plan.mappings, _OF_NO_MAPPING):
        health = mapping_health(part, plan.findings)
        own = mappings[part.name].thresholds if part.name in mappings else Thresholds()
        by_mapping = tuple(_beyond(part.name, health, own))
        said = {each.what for each in by_mapping}
        found += by_mapping
        found += [e for e in _beyond(part.name, health, asked) if e.what not in said]
    return replace(plan, exceeded=tuple(found))


def _none_of(least: Severity | None) -> Thresholds:
    match least:
        case Severity.ERROR:
            return Thresholds(errors=0)
        case Severity.WARNING:
            return Thresholds(errors=0, warnings=0)
        case _:
            return Thresholds()


def _beyond(name: str, health: MappingHealth, limits: Thresholds) -> Iterator[Exceeded]:
    counts = {
        "errors": (health.errors, limits.errors),
        "warnings": (health.warnings, limits.warnings),
        "conflicts": (health.open_conflicts, limits.conflicts),
    }
    for what, (count, limit) in counts.items():
        if limit is not None and count > limit:
            yield Exceeded(name, what, count, limit, limits.place)
    if limits.health is not None and health.score < limits.health:
        yield Exceeded(name, "health", health.score, limits.health, limits.place)
