"""The health score says 100 for a workspace in order, and less for every trouble."""

from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.engine.health import health_score
from notion_gitops.model.diagnostics import Severity

COUNTS = st.integers(0, 200_000)
FOUND = st.dictionaries(st.sampled_from(list(Severity)), COUNTS)


def test_some_workspaces_by_hand() -> None:
    assert health_score(0, 0, {}, 0) == 100
    assert health_score(107, 0, {Severity.INFO: 50}, 0) == 100
    assert health_score(100, 1, {Severity.WARNING: 4, Severity.ERROR: 1}, 2) == 95
    assert health_score(100_000, 1, {}, 0) == 99
    assert health_score(3, 9, {}, 0) == 0
    assert health_score(0, 1, {}, 0) == 0


@given(COUNTS, COUNTS, FOUND, COUNTS)
def test_it_is_a_percentage_and_whole_only_without_trouble(
    records: int, conflicts: int, found: dict[Severity, int], pending: int
) -> None:
    score = health_score(records, conflicts, found, pending)
    trouble = conflicts + pending + found.get(Severity.ERROR, 0) + found.get(Severity.WARNING, 0)
    assert 0 <= score <= 100
    assert (score == 100) == (trouble == 0)


@given(COUNTS, COUNTS, FOUND, COUNTS)
def test_more_trouble_never_raises_it(
    records: int, conflicts: int, found: dict[Severity, int], pending: int
) -> None:
    score = health_score(records, conflicts, found, pending)
    assert health_score(records, conflicts + 1, found, pending) <= score
    assert health_score(records, conflicts, found, pending + 1) <= score
    for severity in Severity:
        worse = {**found, severity: found.get(severity, 0) + 1}
        assert health_score(records, conflicts, worse, pending) <= score
