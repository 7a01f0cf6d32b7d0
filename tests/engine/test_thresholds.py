"""Which findings make a command fail, by the severity that a team chose."""

import pytest

from notion_gitops.engine.thresholds import reaching
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.plan import Finding

FOUND = tuple(Finding("unique", each, "tasks", (each.value,), "x") for each in Severity)


@pytest.mark.parametrize(
    ("least", "reached"),
    [(None, []), (Severity.ERROR, ["error"]), (Severity.WARNING, ["error", "warning"]),
     (Severity.INFO, ["error", "warning", "info"])],
)  # fmt: skip
def test_those_that_are_as_grave_or_graver(least: Severity | None, reached: list[str]) -> None:
    assert [f.severity.value for f in reaching(FOUND, least)] == reached
