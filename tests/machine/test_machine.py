"""Any story of people, weather, time, crashes and two engines: no invariant breaks on the way.

`make test` tells 200 stories, always the same ones, so that a failure is one of the change at hand.
`make test-long` tells 10,000 others (MACHINE_STORIES says how many), from a seed of their own.
"""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine_making import Template
from tests.machine.machine_rules import Machine

SEEDS = (2, 3, 4, 6, 25)  # parts, to be shared among processes; each tells of all that is in OFTEN
STORIES = 40  # in each
STEPS = 14
LONG = int(os.environ.get("MACHINE_STORIES", "10000"))
FIRST_SEED = int(os.environ.get("MACHINE_SEED", "1000"))
ALWAYS = settings(
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


def tell(template: Template, stories: int, seed: int) -> Counter[str]:
    """Tell so many stories; how often everything happened in them."""

    tally: Counter[str] = Counter()

    class Told(Machine):
        pass

    Told.template, Told.tally = template, tally
    run_state_machine_as_test(seeded(seed)(Told), settings=settings(ALWAYS, max_examples=stories))
    return tally


@pytest.mark.parametrize("seed", SEEDS)
def test_no_story_breaks_an_invariant(template: Template, seed: int) -> None:
    """F051, F052, I1, I1b, I2, I3, I4, I5, I6, I7, I8, I9, I10, I12, I13, I15, I17, I18, I22, I23.

    Rows F008, F019, F024, F026 to F033, F039 to F042, F050 to F053, F064, F067, F073, F074.
    """
    tally = tell(template, STORIES, seed)
    happened = {what for what, count in tally.items() if count}
    assert happened >= OFTEN, sorted(OFTEN - happened)
    assert any(what.startswith("in the middle: killed") for what in happened)


OFTEN = {  # in any forty stories
    "apply: 0", "apply: 3", "edit in git", "edit in Notion", "delete in git", "trash in Notion",
    "push", "merge", "time passes", "point in git", "point in Notion", "state set back",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_no_story_breaks_an_invariant_in_a_long_search(template: Template, part: int) -> None:
    tally = tell(template, LONG // 20, seed=FIRST_SEED + part)
    for what, count in sorted(tally.items()):
        print(f"{count:8} {what}")  # noqa: T201  shown with -rP: how much was tried of what
