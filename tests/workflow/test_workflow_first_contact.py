"""The first time that two sides meet."""

from tests.workflow.workflow_world import World


def test_first_push_creates_all_pages_with_their_relations(world: World) -> None:
    dig, lay = world.page("tasks/dig"), world.page("tasks/lay")
    assert dig["Key"] == "dig"
    assert dig["Project"] == [world.page_id("projects/alpha")]
    assert lay["After"] == [dig["id"]]
    assert world.page("projects/alpha")["Hours"] == 12
    assert world.record("projects/alpha")["hours"] == "12"
    world.settled()
