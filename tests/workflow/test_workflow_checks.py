"""The checks over both sides: what is only known where files, texts and the base are read."""

import yaml

from notion_gitops.model.diagnostics import Severity
from tests.workflow.notes_world import NOTES, PLAN
from tests.workflow.workflow_world import World

CHECKED = f"{NOTES}checks:\n  - required: [body]\n  - links: [body]\n"


def _told(world: World) -> set[tuple[str, tuple[str, ...], str]]:
    return {(f.check, f.keys, f.message) for f in world.plan().plan.findings}


def test_texts_that_nobody_edited_are_looked_at_as_well(notes: World) -> None:
    notes.write("state/records/notes/plan.md", PLAN + "\n[a](bare.md) and [b](gone.md)\n")
    notes.write("mappings/notes.yaml", CHECKED)
    notes.commit("Links and checks")
    expected = {
        ("required", ("bare",), "has no body, and body is required"),
        ("links", ("plan",), "body links to nothing: gone.md"),
    }
    assert _told(notes) == expected
    notes.apply()
    assert _told(notes) == expected  # nothing differs any more, and the check is the same


def test_files_that_no_mapping_claims_are_told(world: World) -> None:
    assert _told(world) == set()
    world.write("state/records/tasks/readme.txt", "How we write tasks\n")
    world.write("state/records/old/dig.yaml", "title: Dig\n")
    world.write("state/records/tasks/.gitkeep", "")
    expected = {
        ("unclaimed file", (), "state/records/tasks/readme.txt is no record of any mapping"),
        ("unclaimed file", (), "state/records/old is no record of any mapping"),
    }
    assert _told(world) == expected
    world.commit("Files that are no records")
    assert _told(world) == expected


def test_the_health_of_a_mapping_is_kept_with_its_parts(world: World) -> None:
    tasks = world.read("mappings/tasks.yaml")
    rule = "  - {required: [note], severity: error}\n  - required: [due]\n"
    world.write("mappings/tasks.yaml", f"{tasks}checks:\n{rule}")
    world.commit("Checks")
    world.edit("tasks/dig", hours="9")
    result = world.apply()
    kept = yaml.safe_load(world.git("show", "notion-gitops/state:tasks/sync.yaml"))["health"]
    findings = [f for f in result.plan.findings if f.mapping == "tasks"]
    assert kept["findings"] == len(findings) == kept["errors"] + kept["warnings"]
    assert kept["errors"] == sum(1 for f in findings if f.severity is Severity.ERROR)
    assert kept["errors"]
    assert kept["score"] == result.health["tasks"].score < 100


def test_a_relation_to_a_record_that_is_set_aside_is_no_orphan(world: World) -> None:
    """Beyond the filter, or with a file that cannot be read: it is there, and the name is sent."""
    narrowed = "filter: {property: Kind, select: {does_not_equal: build}}"
    world.remap("tasks", ('"${NOTION_TASKS}"}', f'"${{NOTION_TASKS}}", {narrowed}}}'))
    assert world.record("tasks/dig")["kind"] == "build"
    world.write("state/records/projects/gamma.yaml", "title: [broken\n")
    world.edit("tasks/test", after="[dig]", project="gamma")
    assert _told(world) == set()
