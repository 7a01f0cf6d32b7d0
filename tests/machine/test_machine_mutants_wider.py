"""Bugs planted beyond the fields of one page are caught, each in a story that is kept for it."""

import pytest

from tests.machine import machine_mutants_wider as planted
from tests.machine.machine_files import BODY
from tests.machine.machine_making import Template
from tests.machine.machine_mutants import Mutant
from tests.machine.machine_world import World
from tests.machine.test_machine_mutants import (
    after_the_lock,
    is_caught,
    number_of,
    of,
    page_of,
    sync,
)


def text_edited_meanwhile(world: World) -> None:
    world.write("desk", "tasks/ant", BODY)
    world.publish("desk")
    moment = after_the_lock(world, ("edit in Notion", number_of(world, "tasks/ant"), BODY))
    sync(world, "a", moment)
    world.come_to_rest()


def both_edit_a_text(world: World) -> None:
    world.write("desk", "tasks/ant", BODY)
    world.publish("desk")
    world.edit_page(page_of(world, "tasks/ant"), BODY)
    sync(world, "a")
    world.come_to_rest()


def pointed_to_and_deleted(world: World) -> None:
    world.point("desk", "teams/blue", "tasks/cat")
    world.publish("desk")
    sync(world, "a")
    world.delete("desk", "tasks/cat")
    world.publish("desk")
    sync(world, "a")
    world.come_to_rest()


def both_point(world: World) -> None:
    world.point("desk", "teams/blue", "tasks/cat")
    world.publish("desk")
    world.point_page(page_of(world, "teams/blue"), page_of(world, "tasks/bee"))
    sync(world, "a")
    world.come_to_rest()


def saved_before_an_edit_in_git(world: World) -> None:
    world.write("a", "tasks/ant", "note")
    world.save_plan("a")
    world.write("a", "tasks/bee", "hours")
    world.apply_saved("a")
    world.come_to_rest()


def saved_before_an_edit_in_notion(world: World) -> None:
    world.write("a", "tasks/ant", "note")
    world.save_plan("a")
    world.edit_page(page_of(world, "tasks/ant"), "hours")
    world.apply_saved("a")
    world.come_to_rest()


def an_option_is_renamed(world: World) -> None:
    world.rename_option("site")
    world.edit_page(page_of(world, "tasks/bee"), "hours")
    sync(world, "a")
    world.come_to_rest()


def set_back_and_synced(world: World) -> None:
    for _ in range(2):
        world.edit_page(page_of(world, "tasks/ant"), "hours")
        sync(world, "a")
    world.set_back()
    world.lose_disk("b")
    world.edit_page(page_of(world, "tasks/ant"), "note")
    sync(world, "b")
    world.come_to_rest()


MUTANTS = [
    Mutant(
        planted.text_not_read_again, text_edited_meanwhile, of("I4", "I10"),
        without=planted.whole_texts,
    ),
    Mutant(planted.text_of_git_wins, both_edit_a_text, of("I4")),
    Mutant(planted.set_of_git_wins, both_point, of("I4")),
    Mutant(planted.referenced_deletes, pointed_to_and_deleted, of("I5")),
    Mutant(planted.set_back_unseen, set_back_and_synced, of("I13")),
    Mutant(planted.options_by_name, an_option_is_renamed, of("I7")),
    Mutant(planted.saved_plan_of_another_commit, saved_before_an_edit_in_git, of("I17")),
    Mutant(planted.saved_plan_grown, saved_before_an_edit_in_notion, of("I17")),
]  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_beyond_fields_is_caught(template: Template, mutant: Mutant) -> None:
    is_caught(template, mutant)
