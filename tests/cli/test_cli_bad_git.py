"""Bad input as a person gives it: the cases bad/git-*."""

import pytest

from tests.cli.cli_cases import cases, hold
from tests.cli.cli_world import World


@pytest.mark.parametrize("name", cases("git"))
def test_it_is_told_and_nothing_is_written(world: World, name: str) -> None:
    hold(world, name)
