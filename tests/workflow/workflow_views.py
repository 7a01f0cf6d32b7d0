"""How tests look at plans and pages: plainly, by record."""

from collections.abc import Mapping
from typing import Any

from notion_gitops.model.operations import Kind, Operation
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.model.plan import MappingPlan
from notion_gitops.workflow.plan import Planned


def part(planned: Planned, name: str) -> MappingPlan:
    """One mapping's part of a plan."""
    return next(m for m in planned.plan.mappings if m.name == name)


def operation(planned: Planned | SyncResult, record: str) -> Operation:
    """The operation of a record given as MAPPING/KEY."""
    mapping, _, key = record.partition("/")
    return planned.plan.operations[(mapping, key)]


def kinds(planned: Planned | SyncResult) -> dict[str, Kind]:
    """What is planned, by record."""
    return {f"{o.mapping}/{o.key}": o.kind for o in planned.plan.operations.values()}


def findings(planned: Planned) -> set[str]:
    return {f.check for f in planned.plan.findings}


def told(planned: Planned) -> list[tuple[str, Kind, list[str]]]:
    return [
        (
            f"{o.mapping}/{o.key}",
            o.kind,
            [f"{w.side} {c.difference}" for w in o.writes for c in w.changes],
        )
        for o in planned.plan.operations.values()
    ]


def plain_page(page: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: _plain(prop) for name, prop in page["properties"].items()}
    return {**values, "id": page["id"], "in_trash": page["in_trash"]}


def _plain(prop: Mapping[str, Any]) -> Any:
    kind = prop["type"]
    value = prop[kind]
    match kind:
        case "title" | "rich_text":
            return "".join(item["plain_text"] for item in value)
        case "select" | "status":
            return value["name"] if value else None
        case "multi_select":
            return [option["name"] for option in value]
        case "people" | "relation":
            return [one["id"] for one in value]
        case "date":
            return None if value is None else (value["start"], value["end"])
        case "rollup":
            return value[value["type"]]
        case _:
            return value
