"""`schema apply`: add to Notion what the mappings need. Nothing is removed, renamed or retyped."""

import time
from collections.abc import Callable

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, Refused, UsageError
from notion_gitops.model.schema_plan import SchemaPlan, SchemaResult, SchemaStepKind
from notion_gitops.notion.gateway import Gateway
from notion_gitops.workflow.reading.schema_plan import PlannedSchema
from notion_gitops.workflow.writing.schema_writes import SchemaWriter


def exit_code(plan: SchemaPlan) -> ExitCode:
    """What `schema plan --detailed-exitcode` says."""
    if plan.problems:
        return ExitCode.REFUSED
    if plan.steps:
        return ExitCode.CHANGES
    return ExitCode.DECISIONS_REMAIN if plan.by_hand else ExitCode.DONE


def require_applicable(plan: SchemaPlan) -> None:
    """Refuse a plan that would leave mappings that do not fit, or that lacks the page.

    Raises:
        Refused: something does not fit; it is in the plan.
        UsageError: databases are to be created, and nobody said where.
    """
    if plan.problems:
        raise Refused(*plan.problems)
    new = [step for step in plan.steps if step.kind is SchemaStepKind.DATABASE]
    if new and not plan.parent:
        names = ", ".join(step.mapping for step in new)
        raise UsageError(
            Diagnostic(
                f"databases are to be created ({names}), and nobody said where",
                fix="Name the page: schema apply --parent PAGE. The connection must have been "
                "added to that page in Notion. If they exist, set their variables instead.",
            )
        )


def apply_schema(
    planned: PlannedSchema, gateway: Gateway, pause: Callable[[float], None] = time.sleep
) -> SchemaResult:
    """Carry the steps out in their order, past those that fail.

    Args:
        planned: what is to be added; `require_applicable` let it pass.
        gateway: the way to Notion.
        pause: waits for so many seconds.

    Raises:
        TokenRefused: the token itself is refused.
    """
    before = gateway.counts
    variables = {d.mapping: d.variable for d in planned.plan.databases}
    writer = SchemaWriter(gateway, planned.plan, dict(planned.sources), variables, pause)
    outcomes = tuple(writer.write(step) for step in planned.plan.steps)
    requests = gateway.counts.since(before).requests
    return SchemaResult(planned.plan, outcomes, tuple(writer.created), requests)
