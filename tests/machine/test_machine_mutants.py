"""Each planted bug breaks an invariant in a story that is kept for it; without it, none does.

The stories are those of the catalogue of faults: what the random ones find only now and then is
told here every time.
"""

from datetime import timedelta

import pytest

from notion_gitops.sandbox.weather.rules import Effect, Fault, Rule
from tests.machine import machine_mutants as planted
from tests.machine.machine_making import Template, a_world
from tests.machine.machine_mutants import Mutant
from tests.machine.machine_oracle import BrokenError
from tests.machine.machine_people_in_notion import TOKEN
from tests.machine.machine_rules import act_of
from tests.machine.machine_stage import Moment, Process
from tests.machine.machine_views import Page
from tests.machine.machine_world import World


def page_of(world: World, key: str) -> Page:
    return next(p for p in world.pages() if p.key == key)


def number_of(world: World, key: str) -> int:
    return [p.key for p in world.pages()].index(key)


def sync(world: World, name: str, *moments: Moment) -> int:
    world.pull(name)
    return world.apply(name, moments=list(moments)).code


def before_write(world: World, name: str, method: str, *what: object) -> Moment:
    """Something happens just before the first write of a kind goes out."""
    watched = {"POST": "/v1/pages", "PATCH": "/v1/pages/"}[method]

    def fits(kind: str, detail: str) -> bool:
        return kind == "request" and detail.startswith(f"{method} {watched}")

    return Moment("request", 0, after=False, what=str(what[0]), act=act_of(world, name, what),
                  fits=fits)  # fmt: skip


def both_edit(world: World) -> None:
    world.write("desk", "tasks/ant", "note")
    world.publish("desk")
    world.edit_page(page_of(world, "tasks/ant"), "note")
    sync(world, "a")
    world.come_to_rest()


def killed_at_the_first_write(world: World) -> None:
    world.write("desk", "tasks/ant", "note")
    world.publish("desk")
    sync(world, "a", before_write(world, "a", "PATCH", "killed"))
    world.come_to_rest()


def an_edit_is_pushed_meanwhile(world: World) -> None:
    world.edit_page(page_of(world, "tasks/ant"), "note")
    world.write("desk", "tasks/bee", "hours")
    world.publish("desk")
    sync(world, "a", before_write(world, "a", "PATCH", "edit in git", "tasks/cat", "note"))
    world.lose_disk("a")
    world.come_to_rest()


def another_field_is_edited_meanwhile(world: World) -> None:
    world.write("desk", "tasks/ant", "note")
    world.publish("desk")
    number = number_of(world, "tasks/ant")
    sync(world, "a", before_write(world, "a", "PATCH", "edit in Notion", number, "hours"))
    world.come_to_rest()


def two_edits_in_a_minute(world: World) -> None:
    sync(world, "a")
    world.edit_page(page_of(world, "tasks/bee"), "hours")
    sync(world, "a")
    world.clock.advance(timedelta(seconds=10))
    world.edit_page(page_of(world, "tasks/bee"), "hours")
    world.come_to_rest()


def deleted_and_edited(world: World) -> None:
    world.delete("desk", "tasks/cat")
    world.publish("desk")
    world.edit_page(page_of(world, "tasks/cat"), "note")
    sync(world, "a")
    world.come_to_rest()


def archived(world: World) -> None:
    world.archive(page_of(world, "tasks/bee"), archived=True)
    sync(world, "a")
    world.come_to_rest()


def edited_while_it_is_listed(world: World) -> None:
    """The page that the second request of the listing goes on from is edited after the first."""
    for page in world.pages():
        world.edit_page(page, "spot")
        world.clock.advance(timedelta(minutes=2))
    sync(world, "a")
    world.advance(timedelta(minutes=20))
    act = act_of(world, "a", ("edit in Notion", 2, "hours"))

    def fits(kind: str, detail: str) -> bool:
        return kind == "request" and detail.endswith("/query")

    moment = Moment("request", 0, after=True, what="edit in Notion", act=act, fits=fits)
    sync(world, "a", moment)
    world.come_to_rest()


def an_answer_is_lost(world: World) -> None:
    world.create("desk", "tasks/dog")
    world.publish("desk")
    world.weather(Effect.DROP_AFTER, "POST", "/pages$", 1, None)
    sync(world, "a")
    world.come_to_rest()


def a_write_is_lost(world: World) -> None:
    world.write("desk", "tasks/ant", "note")
    world.publish("desk")
    for nth in (1, 2, 3, 4):
        world.weather(Effect.DROP_BEFORE, "PATCH", "/pages/", nth, None)
    sync(world, "a")
    world.come_to_rest()


def after_the_lock(world: World, what: tuple[object, ...]) -> Moment:
    """All is planned; then something happens, and time passes."""

    def act(process: Process) -> None:
        act_of(world, "a", what)(process)
        act_of(world, "a", ("time jumps", 45))(process)

    def fits(kind: str, detail: str) -> bool:
        return kind == "git" and detail.startswith("push")

    return Moment("git", 0, after=True, what="time jumps", act=act, fits=fits)


def time_passes_before_the_write(world: World) -> None:
    world.write("desk", "tasks/ant", "note")
    world.publish("desk")
    what = ("edit in Notion", number_of(world, "tasks/ant"), "note")
    sync(world, "a", after_the_lock(world, what))
    world.come_to_rest()


def a_push_is_rejected(world: World) -> None:
    """What came from Notion is in no commit that others have, and is edited there again."""
    world.edit_page(page_of(world, "tasks/ant"), "note")
    world.write("desk", "tasks/bee", "hours")
    world.publish("desk")
    sync(world, "a", before_write(world, "a", "PATCH", "edit in git", "tasks/cat", "note"))
    world.lose_disk("a")
    sync(world, "b")
    world.come_to_rest()


def killed_after_a_create(world: World) -> None:
    """Its page is in no listing yet when the next apply begins."""
    world.create("desk", "tasks/dog")
    world.publish("desk")
    world.lag = timedelta(seconds=100)
    sync(world, "a", after_create(world))
    world.clock.advance(timedelta(seconds=10))
    sync(world, "a")
    world.come_to_rest()


def after_create(world: World) -> Moment:
    moment = before_write(world, "a", "POST", "killed")
    moment.after = True
    return moment


def put_off_and_killed(world: World) -> None:
    """Notion puts the create off for longer than the quarantine; then as before."""
    world.create("desk", "tasks/dog")
    world.publish("desk")
    world.lag = timedelta(seconds=100)
    late = Rule(Effect.ANSWER, "POST", "/pages$", nth=1, fault=Fault.RATE_LIMIT, token=TOKEN,
                retry_after=150)  # fmt: skip
    world.sandbox.weather.add(late)
    moment = after_create(world)
    moment.times = 2
    sync(world, "a", moment)
    world.clock.advance(timedelta(seconds=10))
    sync(world, "a")
    world.come_to_rest()


def held_up_before_a_create(world: World) -> None:
    """A machine sleeps with a create in its hand, for longer than its lease; another goes on."""
    world.create("desk", "tasks/dog")
    world.publish("desk")
    world.lag = timedelta(seconds=100)

    def act(process: Process) -> None:
        act_of(world, "a", ("time jumps", 650))(process)
        act_of(world, "a", ("the other engine",))(process)

    moment = before_write(world, "a", "POST", "time jumps", 0)
    moment.act = act
    sync(world, "a", moment)
    world.come_to_rest()


def two_at_once(world: World) -> None:
    world.create("desk", "tasks/dog")
    world.publish("desk")
    sync(world, "a", before_write(world, "a", "POST", "the other engine"))
    world.come_to_rest()


def edited_when_it_is_deleted(world: World) -> None:
    world.delete("desk", "tasks/cat")
    world.publish("desk")
    number = number_of(world, "tasks/cat")
    sync(world, "a", before_write(world, "a", "PATCH", "edit in Notion", number, "note"))
    world.come_to_rest()


def of(*names: str) -> frozenset[str]:
    return frozenset(names)


MUTANTS = [
    Mutant(planted.base_before_apply, killed_at_the_first_write, of("I6")),
    Mutant(planted.ours_wins, both_edit, of("I4")),
    Mutant(planted.force_push, an_edit_is_pushed_meanwhile, of("I13")),
    Mutant(planted.whole_record, another_field_is_edited_meanwhile, of("I4", "I9")),
    Mutant(planted.watermark, two_edits_in_a_minute, of("I1", "I4"), without=planted.large),
    Mutant(planted.delete_wins, deleted_and_edited, of("I4")),
    Mutant(planted.missing_is_deleted, archived, of("I5")),
    Mutant(
        planted.shifting_pagination, edited_while_it_is_listed, of("I5"),
        without=planted.small_pages_and_no_look,
    ),
    Mutant(planted.base_from_plan, a_write_is_lost, of("I6")),
    Mutant(planted.retried_create, an_answer_is_lost, of("I3")),
    Mutant(planted.not_read_again, time_passes_before_the_write, of("I4", "I10")),
    Mutant(
        planted.base_without_push, a_push_is_rejected, of("I4", "I23"),
        without=planted.ancestry_unchecked,
    ),
    Mutant(
        planted.no_journal, killed_after_a_create, of("I3"), without=planted.no_announcement
    ),
    Mutant(
        planted.no_quarantine, killed_after_a_create, of("I3"), without=planted.no_announcement
    ),
    Mutant(
        planted.stamp_not_renewed, put_off_and_killed, of("I3"), without=planted.no_announcement
    ),
    Mutant(
        planted.no_slack, held_up_before_a_create, of("I3"), without=planted.no_announcement
    ),
    Mutant(planted.no_lock, two_at_once, of("I3", "I4")),
    Mutant(
        planted.no_verification, edited_when_it_is_deleted, of("I4"),
        without=planted.trash_not_compared,
    ),
]  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_is_caught(template: Template, mutant: Mutant) -> None:
    is_caught(template, mutant)


def is_caught(template: Template, mutant: Mutant) -> None:
    """The story is told to its end without the bug, and breaks an invariant with it."""
    with pytest.MonkeyPatch.context() as patch:
        mutant.without(patch)
        with a_world(template) as world:
            mutant.story(world)
        mutant.plant(patch)
        with a_world(template) as world, pytest.raises(BrokenError) as caught:
            mutant.story(world)
    invariant = str(caught.value).partition(":")[0]
    assert invariant in mutant.caught_by, caught.value
