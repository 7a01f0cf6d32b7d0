"""Bad input as a person gives it: the cases bad/record-*."""

import pytest

from tests.cli.cli_cases import cases, hold
from tests.cli.cli_world import World


@pytest.mark.parametrize("name", cases("record"))
def test_it_is_told_and_nothing_is_written(world: World, name: str) -> None:
    hold(world, name)


def test_options_are_held_against_those_of_the_sync_that_is_meant(world: World) -> None:
    file = world.root / "state/records/tasks/pour-slab.yaml"
    file.write_text(file.read_text().replace("priority: high", "priority: hihg"))
    told = world.tool.run("validate", "--sandbox").expect(0).stdout
    assert "hihg" in told
    assert f"{file.relative_to(world.root)}:" in told
    world.tool.run("validate").expect(0)  # nothing was synced with Notion: no option is known
