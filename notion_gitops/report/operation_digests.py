"""By what an operation is known again: two plans that mean the same for a record say the same."""

import hashlib
import json
from collections.abc import Mapping

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.plan import Plan
from notion_gitops.report.json_form import to_data
from notion_gitops.report.redact import redact_plan


def operation_digests(
    plan: Plan, mappings: Mapping[str, DatabaseMapping]
) -> dict[tuple[str, str], str]:
    """A digest of all that the plan says of each record, by mapping and key.

    Sensitive values go into it as the digests that a plan shows of them, so that it tells no more
    of them than the plan does.
    """
    shown = redact_plan(plan, mappings)
    return {at: _digest(to_data(operation)) for at, operation in shown.operations.items()}


def _digest(data: object) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
