"""The decision table of the three-way merge, played on real sides."""

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Kind
from tests.workflow.workflow_views import kinds, operation
from tests.workflow.workflow_world import World


def test_created_in_git(world: World) -> None:
    world.edit("tasks/paint", title="Paint it", project="beta", hours="1", signed="true")
    result = world.apply()
    assert kinds(result)["tasks/paint"] is Kind.CREATE_PAGE
    page = world.page("tasks/paint")
    assert (page["Name"], page["Hours"], page["Signed"]) == ("Paint it", 1, True)
    # The status was left empty: Notion's default is in the file after the same apply.
    assert world.record("tasks/paint")["status"] == "todo"
    assert world.record("projects/beta")["hours"] == "3.5"


def test_created_in_notion(world: World) -> None:
    page = world.add_page("tasks", Name="Fill it up", Project=["beta"], Hours=3, Tags=["blue"])
    result = world.apply()
    (key,) = [r for r, kind in kinds(result).items() if kind is Kind.CREATE_FILE]
    assert key == f"tasks/fill-it-up-{page.replace('-', '')[-6:]}"
    assert world.record(key)["project"] == ["beta"]
    assert world.record(key)["tags"] == ["blue"]
    assert world.record("projects/beta")["hours"] == "5.5"


def test_created_on_both_sides_with_the_same_key(world: World) -> None:
    world.add_page("tasks", Name="Paint it", Key="paint", Hours=3)
    world.edit("tasks/paint", title="Paint it", note="Green")
    result = world.apply()
    assert len([p for p in world.pages("tasks") if p["Key"] == "paint"]) == 1
    assert operation(result, "tasks/paint").kind is Kind.BOTH_WAYS
    assert world.page("tasks/paint")["Note"] == "Green"
    assert world.record("tasks/paint")["hours"] == "3"


def test_edited_in_notion(world: World) -> None:
    world.in_notion("tasks/dig", Hours=9, Due="2026-03-01", Note="")
    before = world.read("state/records/tasks/dig.yaml")
    result = world.apply()
    assert kinds(result) == {"tasks/dig": Kind.TO_GIT, "projects/alpha": Kind.TO_GIT}
    after = before.replace("hours: 8", "hours: 9").replace("2026-02-01", "2026-03-01")
    assert world.read("state/records/tasks/dig.yaml") == after.replace(" Mind the **cable**", "")
    assert world.record("projects/alpha")["hours"] == "13"


def test_edited_in_git(world: World) -> None:
    world.edit("tasks/dig", hours="10", note=None, kind="test")
    result = world.apply()
    page = world.page("tasks/dig")
    assert (page["Hours"], page["Note"], page["Kind"]) == (10, "", "test")
    assert kinds(result) == {"tasks/dig": Kind.TO_NOTION}
    assert world.record("projects/alpha")["hours"] == "14", "refreshed in the same apply"


def test_disjoint_edits_merge(world: World) -> None:
    world.edit("tasks/dig", hours="10")
    world.in_notion("tasks/dig", Due="2026-03-01")
    result = world.apply()
    assert kinds(result)["tasks/dig"] is Kind.BOTH_WAYS
    assert world.page("tasks/dig")["Hours"] == 10
    assert world.record("tasks/dig")["due"] == "2026-03-01"


def test_the_same_edit_on_both_sides_is_agreement(world: World) -> None:
    """Holds F080."""
    world.edit("tasks/dig", hours="10")
    world.in_notion("tasks/dig", Hours=10)
    result = world.apply()
    assert kinds(result)["tasks/dig"] is Kind.ADOPT
    assert world.conflicts() == set()


def test_sets_merge_member_by_member(world: World) -> None:
    world.edit("tasks/dig", tags="[green, blue]", assignee="[ann, bo]")
    world.in_notion("tasks/dig", Tags=["red", "green"], Assignee=[])
    world.in_notion("tasks/dig", Assignee=["Eva Lind"])
    world.apply()
    assert set(world.record("tasks/dig")["tags"]) == {"green", "blue"}
    assert set(world.page("tasks/dig")["Tags"]) == {"green", "blue"}
    assert world.record("tasks/dig")["assignee"][0] == "bo"
    assert len(world.record("tasks/dig")["assignee"]) == 2
    assert len(world.page("tasks/dig")["Assignee"]) == 2


def test_sets_that_both_sides_added_to(world: World) -> None:
    world.edit("tasks/dig", after="[lay]")
    world.in_notion("tasks/dig", After=["test"])
    world.apply()
    assert set(world.record("tasks/dig")["after"]) == {"lay", "test"}
    ids = {world.page_id("tasks/lay"), world.page_id("tasks/test")}
    assert set(world.page("tasks/dig")["After"]) == ids


def test_the_same_field_on_both_sides_is_a_conflict_and_the_rest_goes_on(world: World) -> None:
    world.edit("tasks/dig", hours="10", note="By git")
    world.in_notion("tasks/dig", Hours=11, Due="2026-03-01")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    page, record = world.page("tasks/dig"), world.record("tasks/dig")
    assert (page["Hours"], record["hours"]) == (11, "10")
    assert (page["Note"], record["due"]) == ("By git", "2026-03-01")
    assert world.conflicts() == {"tasks/dig"}
    assert "hours: 8" in world.base("state/records/tasks/dig.yaml"), "the base keeps the old value"
    assert "note: By git" in world.base("state/records/tasks/dig.yaml")


def test_deleted_in_git(world: World) -> None:
    page = world.page_id("tasks/test")
    world.remove("tasks/test")
    result = world.apply()
    assert kinds(result)["tasks/test"] is Kind.DELETE_PAGE
    assert world.api("GET", f"pages/{page}")["in_trash"]
    assert world.record("projects/beta")["hours"] in ("", "0")


def test_trashed_in_notion(world: World) -> None:
    world.trash("tasks/test")
    result = world.apply()
    assert kinds(result)["tasks/test"] is Kind.DELETE_FILE
    assert not world.path("tasks/test").exists()


def test_deleted_on_both_sides(world: World) -> None:
    world.trash("tasks/test")
    world.remove("tasks/test")
    result = world.apply()
    assert kinds(result)["tasks/test"] is Kind.FORGET


def test_deleted_in_git_edited_in_notion_asks(world: World) -> None:
    """Holds F079."""
    world.in_notion("tasks/test", Hours=99)
    world.remove("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.conflicts() == {"tasks/test"}
    assert not world.path("tasks/test").exists()
    assert not world.page("tasks/test")["in_trash"]


def test_deleted_in_git_edited_in_notion_taking_notion_restores_the_file(world: World) -> None:
    world.in_notion("tasks/test", Hours=99)
    world.remove("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/test", "notion")
    world.apply()
    assert world.record("tasks/test")["hours"] == "99"
    assert world.conflicts() == set()


def test_deleted_in_git_edited_in_notion_taking_git_trashes_the_page(world: World) -> None:
    world.in_notion("tasks/test", Hours=99)
    world.remove("tasks/test")
    page = world.page_id("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/test", "git")
    world.apply()
    assert world.api("GET", f"pages/{page}")["in_trash"]
    assert not world.path("tasks/test").exists()


def test_edited_in_git_trashed_in_notion_asks(world: World) -> None:
    """Holds F079."""
    world.edit("tasks/test", hours="99")
    world.trash("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.conflicts() == {"tasks/test"}
    assert world.record("tasks/test")["hours"] == "99"


def test_edited_in_git_trashed_in_notion_taking_git_restores_the_page(world: World) -> None:
    world.edit("tasks/test", hours="99")
    world.trash("tasks/test")
    page = world.page_id("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/test", "git")
    # Restoring takes a second request: a page in the trash takes no values.
    world.apply(exact=False)
    assert world.page("tasks/test")["Hours"] == 99
    assert world.page_id("tasks/test") == page
    assert not world.page("tasks/test")["in_trash"]


def test_edited_in_git_trashed_in_notion_taking_notion_deletes_the_file(world: World) -> None:
    world.edit("tasks/test", hours="99")
    world.trash("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/test", "notion")
    world.apply()
    assert not world.path("tasks/test").exists()


def test_an_edit_after_the_answer_asks_again(world: World) -> None:
    world.edit("tasks/test", hours="99")
    world.trash("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/test", "notion")
    world.edit("tasks/test", hours="100")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.record("tasks/test")["hours"] == "100"
    assert "resolution:\n" in world.read(world.conflict("tasks/test"))
