"""A page for whose record no file can be named is left alone, and everything else goes on."""

from notion_gitops.model.errors import ExitCode
from tests.faults.faults_samples import TASKS
from tests.faults.faults_world import World


def by_folder(world: World, expression: str) -> None:
    mapping = world.root / "mappings" / "tasks.yaml"
    mapping.write_text(TASKS.replace("format: yaml}", f'format: yaml, folder: "{expression}"}}'))
    world.commit()


def test_a_new_page_without_a_folder_is_told_by_the_plan_and_the_others_go_on(
    world: World,
) -> None:
    by_folder(world, "note")
    world.edit_notion("red", database="teams", lead="Bob")
    world.add_page(Name="Bad", Hours=1, Note="R&D / Ops")
    world.add_page(Name="Good", Hours=2, Note="ops")
    plan = world.run("plan")
    assert 'git.folder gives "R&D / Ops" for bad-' in plan.said
    assert "mappings/tasks.yaml:" in plan.said
    ran = world.apply()
    assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text
    assert world.in_git("red", "teams")["lead"] == "Bob"
    assert [p.parent.name for p in world.root.glob("state/records/tasks/*/good-*.yaml")] == ["ops"]
    writes = len(world.transport.writes())
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    assert len(world.transport.writes()) == writes


def test_it_is_taken_in_once_a_folder_can_be_named(world: World) -> None:
    by_folder(world, "note")
    page = world.add_page(Name="Bad", Hours=1, Note="R&D / Ops")
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    by_folder(world, "note | lower | replace('&', '-') | replace(' / ', '-')")
    world.settle()
    (path,) = world.root.glob("state/records/tasks/*/bad-*.yaml")
    assert path.parent.name == "r-d-ops"
    assert page.replace("-", "").endswith(path.stem[-6:])
