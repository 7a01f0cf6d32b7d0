"""Stories that the machine found something by, kept as they are told shortest."""

from datetime import timedelta

from tests.machine.machine_making import Template, a_world
from tests.machine.test_machine_mutants import page_of, sync


def test_a_quiet_apply_in_a_clone_that_lags_behind_is_quiet(template: Template) -> None:
    """Another clone synced since: its own state branch is older, and there is nothing to push."""
    with a_world(template) as world:
        world.edit_page(page_of(world, "tasks/ant"), "hours")
        world.advance(timedelta(minutes=10))
        assert sync(world, "b") == 0
        assert sync(world, "a") == 0
        world.come_to_rest()


def test_a_state_that_was_gone_with_a_clone_is_rebuilt(template: Template) -> None:
    """Its push was rejected, its branch was pushed by hand, and then its disk was lost."""
    with a_world(template) as world:
        world.edit_page(page_of(world, "tasks/ant"), "note")
        world.pull("a")
        assert world.apply("a", push=False).code == 0
        world.publish("a")
        world.lose_disk("a")
        world.pull("b")
        assert world.apply("b").code == 6
        world.come_to_rest()
        assert world.oracle.tally["state rebuild: 0"] + world.oracle.tally["state rebuild: 3"]


def test_a_page_that_is_trashed_and_deleted_and_comes_back_is_settled(template: Template) -> None:
    """One clone deletes the file of a trashed page, the other had edited it and keeps it."""
    with a_world(template) as world:
        world.trash(page_of(world, "tasks/ant"))
        world.write("a", "tasks/ant", "hours")
        assert sync(world, "b") == 0
        world.pull("a", mine=True)
        sync(world, "a")
        world.come_to_rest()


def test_a_state_that_is_set_back_is_noticed_and_put_back(template: Template) -> None:
    with a_world(template) as world:
        for name in ("a", "b"):
            world.edit_page(page_of(world, "tasks/ant"), "hours")
            assert sync(world, name) == 0
        assert world.set_back()
        world.lose_disk("a")
        world.pull("a")
        ran = world.apply("a")
        assert ran.code == 6
        assert world.follow_advice("a", ran)
        world.come_to_rest()


def test_what_points_to_a_renamed_record_follows_when_it_is_back(template: Template) -> None:
    """Its page was archived when the key changed, so its file was left as it was."""
    with a_world(template) as world:
        world.rename("b", "tasks/ant", "tasks/ant-4")
        world.publish("b")
        world.archive(page_of(world, "teams/blue"), archived=True)
        assert sync(world, "a") == 0
        world.come_to_rest()


def test_a_deletion_of_which_only_notion_knows_is_carried_out(template: Template) -> None:
    """It was in no other clone when the disk of the one that had told Notion was lost."""
    with a_world(template) as world:
        world.delete("a", "tasks/bee")
        assert world.apply("a", push=False).code == 0
        world.lose_disk("a")
        assert sync(world, "b") == 0
        assert "tasks/bee" not in world.files("b")
        world.come_to_rest()
