"""The story of one record: what each side holds, since when, what decides, and what follows."""

import pytest

from notion_gitops.model.errors import ExitCode, UsageError
from notion_gitops.model.mapping import Take
from notion_gitops.model.story import Decision, FieldStory, Story
from notion_gitops.workflow.offline import make_offline_plan
from notion_gitops.workflow.reading.find_record import read_words
from notion_gitops.workflow.why import tell
from notion_gitops.workflow.workspace import open_workspace
from tests.workflow.conftest import MakeWorld
from tests.workflow.notes_world import write_git, write_notion
from tests.workflow.test_workflow_formats import forms, hours, replaced, single
from tests.workflow.workflow_samples import EVA
from tests.workflow.workflow_world import World

NOTE = "  note: {property: Note, type: rich_text}\n"
CONFLICTS = """\
conflicts:
  rules:
    - {name: planned in git, when: "git.status == 'doing'", fields: [due], take: git}
    - {name: hours are asked, fields: [hours], take: manual}
    - {name: the latest, fields: [kind], take: latest}
"""
RULES = (NOTE, NOTE + CONFLICTS)


def story(world: World, *words: str) -> Story:
    planned = world.plan()
    words_ = read_words(words, planned.comparison.workspace.mappings)
    return tell(planned, words_, world.connection().gateway)


def field(world: World, key: str, name: str) -> FieldStory:
    return story(world, "tasks", key, name).fields[name]


def test_an_agreed_record(world: World) -> None:
    told = story(world, "tasks", "dig")
    assert told.fate.decision is Decision.NOTHING
    assert {f.fate.decision for f in told.fields.values()} == {Decision.NOTHING}
    due = told.fields["due"]
    assert due.base.value == due.git.value == due.notion.value
    assert due.since is not None
    assert (due.since.time.by, due.since.subject) == ("Ann Lee", "Start")
    assert not due.ruling.decided
    assert due.ruling.text.startswith("if both sides edit it, a person is asked")
    assert told.page_edit is not None
    assert told.page_edit.by == "the sync itself"
    assert told.sync is not None
    assert [step.step.value for step in told.sync.steps] == ["create page"]


def test_an_edit_on_one_side(world: World) -> None:
    commit = world.edit("tasks/dig", due="2026-03-01")
    world.in_notion("Tasks/dig", Hours=7)
    told = story(world, "tasks", "dig")
    assert told.fate.decision is Decision.BOTH
    due, hours_ = told.fields["due"], told.fields["hours"]
    assert due.fate.decision is Decision.TO_NOTION
    assert due.since is not None
    assert due.since.time.commit == commit[:7]
    assert hours_.fate.decision is Decision.TO_GIT
    assert hours_.since is not None
    assert hours_.since.time.commit != commit[:7]  # another field's edit is not this one's
    assert told.page_edit is not None
    assert told.page_edit.by == "Eva Lind"


def test_an_edit_that_is_not_committed_is_of_its_field_alone(world: World) -> None:
    world.spell("tasks/dig", due="2026-03-01")
    told = story(world, "tasks", "dig")
    by = {name: f.since.time.by for name, f in told.fields.items() if f.since}
    assert by.pop("due") == "(not committed)"
    assert set(by.values()) == {"Ann Lee"}


def test_a_set_that_both_sides_edited_is_merged(world: World) -> None:
    world.edit("tasks/dig", tags="[red, green, blue]")
    world.in_notion("Tasks/dig", Tags=["red"])
    tags = field(world, "dig", "tags")
    assert tags.fate.decision is Decision.MERGED
    assert tags.ruling.decided


def test_rules_that_decide_and_that_leave_it_to_a_person(world: World) -> None:
    world.remap("tasks", RULES)
    world.edit("tasks/dig", due="2026-03-01", hours="9")
    world.in_notion("Tasks/dig", Due="2026-03-02", Hours=7)
    due, asked = field(world, "dig", "due"), field(world, "dig", "hours")
    assert due.fate.decision is Decision.TO_NOTION
    assert (due.ruling.rule, due.ruling.take, due.ruling.decided) == (
        "planned in git",
        Take.GIT,
        True,
    )
    assert due.ruling.place is not None
    assert due.ruling.place.file == "mappings/tasks.yaml"
    assert asked.fate.decision is Decision.OPEN
    assert (asked.ruling.rule, asked.ruling.decided) == ("hours are asked", False)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    told = story(world, "tasks", "dig")
    assert told.question == "state/conflicts/tasks/dig.yaml"
    assert told.sync is not None
    assert {(c.field, c.take) for c in told.sync.conflicts} == {
        ("due", Take.GIT),
        ("hours", Take.MANUAL),
    }


def test_the_rule_that_would_decide_goes_by_the_record_as_it_stands(world: World) -> None:
    world.remap("tasks", RULES)
    assert field(world, "dig", "due").ruling.rule == "planned in git"
    assert field(world, "lay", "due").ruling.rule == ""  # it is not being done
    kind = field(world, "dig", "kind").ruling
    assert (kind.rule, kind.take) == ("the latest", Take.LATEST)
    computed = story(world, "projects", "alpha", "hours").fields["hours"].ruling
    assert computed.text == "Notion computes it: an edit in git is put back"


def test_an_edit_that_waits_for_an_option(world: World) -> None:
    world.edit("tasks/dig", kind="survey")
    kind = field(world, "dig", "kind")
    assert kind.fate.decision is Decision.WAITS
    assert 'no option "survey"' in kind.fate.reasons[0]
    assert (kind.base.value, kind.git.value, kind.notion.value) == ("build", "survey", "build")


def test_a_page_in_the_trash(world: World) -> None:
    world.trash("Tasks/dig")
    told = story(world, "tasks", "dig")
    assert (told.fate.decision, told.in_notion) == (Decision.TO_GIT, "in Notion's trash")
    world.edit("tasks/dig", hours="9")
    told = story(world, "tasks", "dig")
    assert told.fate.decision is told.fields["hours"].fate.decision is Decision.OPEN
    assert told.fate.reasons[0] == "edited in git, trashed in Notion"


def test_a_page_that_is_archived(world: World) -> None:
    world.api("PATCH", f"pages/{world.page_id('Tasks/dig')}", {"is_archived": True})
    world.edit("tasks/dig", hours="9")
    told = story(world, "tasks", "dig")
    assert told.fate.decision is Decision.OUT_OF_SCOPE
    assert told.fields["hours"].fate.reasons[-1] == "the edit in git is sent when that is over"


def test_a_page_that_cannot_be_seen(world: World) -> None:
    page = world.page_id("Tasks/dig")
    with world.sandbox.acting() as call:
        call.store.write("DELETE FROM pages WHERE id=?", (page,))
    world.edit("tasks/dig", hours="9")
    told = story(world, "tasks", "dig")
    assert (told.fate.decision, told.in_notion) == (Decision.LEFT_ALONE, "cannot be seen")
    assert told.fields["hours"].fate.decision is Decision.WAITS
    assert told.fields["due"].fate.decision is Decision.LEFT_ALONE


def test_a_record_on_one_side_only(world: World) -> None:
    world.edit("tasks/new", title="New")
    world.add_page("Tasks", Name="Born in Notion")
    git, notion = story(world, "new"), story(world, "born-in")
    assert (git.fate.decision, git.in_notion) == (Decision.TO_NOTION, "no page")
    assert (notion.fate.decision, notion.in_git) == (Decision.TO_GIT, "not there")
    assert notion.fields["title"].since is None


def test_a_record_that_git_deleted(world: World) -> None:
    commit = world.remove("tasks/test")
    told = story(world, "tasks", "test")
    assert told.fate.decision is Decision.TO_NOTION
    assert told.deleted is not None
    assert told.deleted.time.commit == commit[:7]


def test_a_key_that_changed_in_git_is_found_by_either(world: World) -> None:
    world.path("tasks/lay").rename(world.path("tasks/laid"))
    world.commit("Rename")
    old, new = story(world, "tasks", "lay"), story(world, "tasks", "laid")
    assert (old.key, old.renamed_from) == (new.key, new.renamed_from) == ("laid", "lay")
    assert new.fields["hours"].base.value == 4
    assert new.sync is not None


def test_a_page_is_found_by_its_id_and_its_address(world: World) -> None:
    page = world.page_id("Tasks/dig")
    plain = page.replace("-", "")
    for word in (page, plain, f"https://www.notion.so/acme/Dig-{plain}"):
        assert story(world, word).key == "dig"
    with pytest.raises(UsageError):
        story(world, EVA)


def test_a_record_that_cannot_be_read(world: World) -> None:
    world.edit("tasks/dig", hours="many")
    told = story(world, "tasks", "dig")
    assert (told.fate.decision, told.in_git) == (Decision.LEFT_ALONE, "cannot be read")


def test_a_mapping_that_a_guard_stops(world: World) -> None:
    world.remove("tasks/dig", "tasks/lay", "tasks/test")
    told = story(world, "tasks", "dig")
    assert told.fate.decision is Decision.TO_NOTION
    assert told.held_back


def test_a_mapping_whose_database_changed_its_form(world: World) -> None:
    world.schema("Tasks", {"Hours": {"rich_text": {}}})
    told = story(world, "tasks", "dig")
    assert told.fate.decision is Decision.LEFT_ALONE
    assert told.held_back
    assert told.fields["hours"].base.value == told.fields["hours"].git.value == 8
    assert told.fields["hours"].notion.missing == "not read"


def test_without_notion_its_side_is_not_told(world: World) -> None:
    world.edit("tasks/dig", hours="9")
    workspace = open_workspace(world.root)
    words = read_words(("tasks", "dig"), workspace.mappings)
    told = tell(make_offline_plan(workspace), words, None)
    assert told.offline
    assert told.fields["hours"].fate.decision is Decision.TO_NOTION
    assert told.fields["hours"].notion.missing == "not read (--offline)"
    assert told.fields["due"].notion.value is None


def test_a_text_that_did_not_move_is_told_as_agreed(notes: World) -> None:
    body = story(notes, "notes", "plan", "body").fields["body"]
    assert body.fate.decision is Decision.NOTHING
    assert body.notion.value == body.git.value == body.base.value
    write_git(notes, ("twice.", "once."))
    told = story(notes, "notes", "plan", "body").fields["body"]
    assert told.fate.decision is Decision.TO_NOTION
    write_notion(notes, "Another text")
    told = story(notes, "notes", "plan", "body").fields["body"]
    assert told.fate.decision is Decision.OPEN


@forms
def test_a_record_of_many_in_one_file(make: MakeWorld, form: str) -> None:
    world = single(make, form)
    replaced(world, form, hours(form, "8", "9"))
    told = story(world, "tasks", "dig")
    edited, kept = told.fields["hours"], told.fields["due"]
    assert edited.since is not None
    assert kept.since is not None
    assert (edited.since.subject, kept.since.subject) == (
        "Edit the file",
        "All tasks in one file",
    )
    assert story(world, "tasks", "test").fields["hours"].fate.decision is Decision.NOTHING
    assert told.sync is not None
    assert told.sync.steps[0].key == "dig"
