"""Values in git that Notion cannot take: told in the plan each time, left alone on both sides."""

import pytest

from notion_gitops.model.errors import ExitCode, NotPermitted
from notion_gitops.sandbox import DEFAULT_TOKEN
from notion_gitops.sandbox.basics.nouns import ALL_RIGHTS, Capability
from notion_gitops.workflow.apply import nothing_to_do
from tests.workflow.workflow_samples import ANN, EVA
from tests.workflow.workflow_world import World


def test_a_dangling_key_is_never_sent_as_empty(world: World) -> None:
    page = world.page_id("projects/alpha")
    world.edit("tasks/dig", project="alhpa", hours="9")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.page("tasks/dig")["Project"] == [page]
    assert world.page("tasks/dig")["Hours"] == 9
    assert world.record("tasks/dig")["project"] == "alhpa"
    planned = world.plan()
    assert nothing_to_do(planned)  # told every time, and nothing is written or committed
    told = next(m.problems for m in planned.plan.mappings if m.name == "tasks")
    assert 'Did you mean "alpha"?' in told[0].fix
    world.edit("tasks/dig", project="beta")
    world.apply()
    assert world.page("tasks/dig")["Project"] == [world.page_id("projects/beta")]


def test_a_new_record_with_a_dangling_key_is_created_without_it(world: World) -> None:
    world.edit("tasks/new", title="New", status="todo", project="gamma")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.page("tasks/new")["Project"] == []
    assert world.record("tasks/new")["project"] == "gamma"
    assert nothing_to_do(world.plan())
    world.edit("projects/gamma", title="Gamma")
    world.apply()
    assert world.page("tasks/new")["Project"] == [world.page_id("projects/gamma")]


def test_people_whom_nobody_knows_are_told_with_the_nearest(world: World) -> None:
    """Holds R18."""
    world.edit("tasks/lay", assignee="[bo@acme.exmaple]")
    planned = world.plan()
    assert planned.plan.steps == ()
    (told,) = next(m.problems for m in planned.plan.mappings if m.name == "tasks")
    assert "bo@acme.exmaple" in told.summary
    assert told.place is not None
    assert told.place.file == "state/records/tasks/lay.yaml"
    assert 'did you mean "bo@acme.example"?' in told.fix
    assert "guests" in told.fix
    assert world.page("tasks/lay")["Assignee"] == []


def test_without_the_capability_people_are_read_and_never_written(world: World) -> None:
    """Holds F017."""
    rights = ALL_RIGHTS - {Capability.USERS, Capability.EMAILS}
    world.sandbox.add_token(DEFAULT_TOKEN, capabilities=rights)
    world.in_notion("tasks/test", Assignee=["Eva Lind", "Bo Chen"])
    world.edit("tasks/dig", assignee=None, hours="9")
    world.edit("tasks/lay", assignee="[bo]")
    world.edit("tasks/new", title="New", status="todo", assignee="[ann]")
    result = world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.page("tasks/dig")["Assignee"] == [ANN]
    assert world.page("tasks/dig")["Hours"] == 9
    assert world.page("tasks/lay")["Assignee"] == world.page("tasks/new")["Assignee"] == []
    assert set(world.record("tasks/test")["assignee"]) == {"bo", f"user:{EVA}"}
    assert "may not read user information" in result.plan.notes[0]
    told = [p.summary for m in result.plan.mappings for p in m.problems]
    assert told == ["tasks: people are not written to Notion in dig, lay and new"]
    assert nothing_to_do(world.plan())
    world.sandbox.add_token(DEFAULT_TOKEN, capabilities=ALL_RIGHTS)
    world.apply()
    assert world.page("tasks/dig")["Assignee"] == []
    assert world.page("tasks/new")["Assignee"] == [ANN]


# --- a connection that may only read --------------------------------------------------------

READER = frozenset({Capability.READ, Capability.USERS, Capability.EMAILS})


def test_with_every_write_refused_nothing_is_committed(world: World) -> None:
    world.sandbox.add_token(DEFAULT_TOKEN, capabilities=READER)
    for n in range(7):
        world.edit(f"tasks/new-{n}", title=f"New {n}", status="todo")
    before = world.git("rev-parse", "HEAD", "notion-gitops/state")
    with pytest.raises(NotPermitted) as refused:
        world.apply()
    assert refused.value.exit_code is ExitCode.FAILED
    (told,) = refused.value.diagnostics
    assert "every write was refused, and nothing was written on either side" in told.summary
    assert "give the connection the capability" in told.fix
    assert world.git("rev-parse", "HEAD", "notion-gitops/state") == before
    assert not (world.root / ".notion-gitops/journal.jsonl").exists()
    world.sandbox.add_token(DEFAULT_TOKEN, capabilities=ALL_RIGHTS)
    world.apply()
    assert len(world.pages("tasks")) == 10


def test_what_comes_from_notion_is_taken_nevertheless(world: World) -> None:
    world.sandbox.add_token(DEFAULT_TOKEN, capabilities=READER)
    world.edit("tasks/dig", hours="9")
    world.in_notion("tasks/lay", Note="From Notion")
    result = world.apply(code=ExitCode.PARTLY_APPLIED, settled=False, exact=False)
    assert world.record("tasks/lay")["note"] == "From Notion"
    assert result.record_commit
    assert world.page("tasks/dig")["Hours"] == 8
