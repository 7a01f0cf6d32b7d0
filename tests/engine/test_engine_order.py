"""What comes before what, what a delete may leave dangling, and what a plan costs."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.engine.forecast import (
    Listed,
    forecast,
    to_confirm,
    to_freshen,
    to_relist,
)
from notion_gitops.engine.order import steps, waves
from notion_gitops.engine.references import hold_referenced, merged_records
from notion_gitops.model.mapping import DatabaseMapping, Direction, PropertyType, Take
from notion_gitops.model.operations import Action, Kind, Operation, Resolution
from notion_gitops.model.plan import Step, StepKind
from notion_gitops.model.records import Absence, Record, Side
from notion_gitops.model.values import Value
from tests.engine.engine_builders import (
    a_field,
    a_mapping,
    a_tombstone,
    answers,
    in_base,
    in_git,
    in_notion,
    planned,
)

LINKS = a_field("links", PropertyType.RELATION, to="tasks")
TASKS = a_mapping(
    LINKS,
    a_field("project", PropertyType.RELATION, to="projects"),
    a_field("people", PropertyType.PEOPLE),
)
PROJECTS = a_mapping(
    a_field("count", PropertyType.ROLLUP, direction=Direction.PULL), name="projects"
)
NOTES = a_mapping(name="notes")
MAPPINGS = {"tasks": TASKS, "projects": PROJECTS, "notes": NOTES}
Links = dict[str, frozenset[str]]


def create(key: str, mapping: DatabaseMapping = TASKS, **fields: Value) -> Operation:
    return replace(planned(mapping, git=in_git(title=key, **fields)), key=key)


def restore(key: str, **fields: Value) -> Operation:
    stone = a_tombstone(Side.GIT)
    git = in_git(title=key, **fields)
    back = planned(TASKS, git=git, tombstone=stone, absence=Absence.TRASHED)
    return replace(back, key=key)


def update(key: str, mapping: DatabaseMapping = TASKS, **fields: Value) -> Operation:
    base = in_base(mapping, title="old")
    git = in_git(**{"title": "old", **fields})
    return replace(
        planned(mapping, base=base, git=git, notion=in_notion(title="old")), key=key, page_id=key
    )


def trash(key: str, mapping: DatabaseMapping = TASKS, **fields: Value) -> Operation:
    held: dict[str, Value] = {"title": key, **fields}
    return replace(
        planned(mapping, base=in_base(mapping, **held), notion=in_notion(**held)), key=key
    )


def delete_file(key: str, mapping: DatabaseMapping = TASKS, **fields: Value) -> Operation:
    held: dict[str, Value] = {"title": key, **fields}
    return replace(planned(mapping, base=in_base(mapping, **held), git=in_git(**held)), key=key)


# --- order ----------------------------------------------------------------------------------

GRAPHS = st.dictionaries(
    st.sampled_from("abcdefg"), st.frozensets(st.sampled_from("abcdefgx"), max_size=3), max_size=7
)


@given(links=GRAPHS, restored=st.frozensets(st.sampled_from("abcdefg")))
def test_steps_of_one_group_do_not_need_one_another(links: Links, restored: frozenset[str]) -> None:
    """Whatever order a group is done in: targets are there, and a record's steps come in turn."""
    made = [
        restore(k, links=to or None) if k in restored else create(k, links=to or None)
        for k, to in links.items()
    ]
    others = [update(k, links=frozenset({"a"})) for k in ("x", "y")]
    operations = [*made, *others, trash("z")]
    ordered = [s for s in steps(MAPPINGS, operations) if s.kind.value.endswith("page")]
    by_record = {(o.mapping, o.key): o for o in operations}
    groups = waves(MAPPINGS, by_record, ordered)
    assert sorted(map(repr, (s for g in groups for s in g))) == sorted(map(repr, ordered))
    there: set[str] = set()
    for group in groups:
        keys = [step.key for step in group]
        assert len(keys) == len(set(keys))
        for step in group:
            if "links" in step.fields and step.key in links:
                assert links[step.key] & links.keys() <= there
        there.update(keys)
    assert [s.key for s in groups[-1]] == ["z"]
    assert sum(s.kind is StepKind.TRASH_PAGE for g in groups[:-1] for s in g) == 0


def test_what_needs_nothing_goes_in_one_group() -> None:
    operations = [create(k) for k in "abcdefg"]
    by_record = {(o.mapping, o.key): o for o in operations}
    assert [len(g) for g in waves(MAPPINGS, by_record, steps(MAPPINGS, operations))] == [7]


@given(links=GRAPHS, restored=st.frozensets(st.sampled_from("abcdefg")))
def test_no_relation_is_sent_before_its_target_is_there(
    links: Links, restored: frozenset[str]
) -> None:
    operations = [
        restore(k, links=to or None) if k in restored else create(k, links=to or None)
        for k, to in links.items()
    ]
    done = steps(MAPPINGS, operations)
    made: set[str] = set()
    sent: dict[str, list[str]] = {}
    for step in done:
        if step.kind in (StepKind.CREATE_PAGE, StepKind.RESTORE_PAGE):
            made.add(step.key)
            assert step.kind is (
                StepKind.RESTORE_PAGE if step.key in restored else StepKind.CREATE_PAGE
            )
        sent.setdefault(step.key, []).extend(step.fields)
        if "links" in step.fields:
            assert links[step.key] & links.keys() <= made
    assert made == links.keys()
    for operation in operations:
        write = operation.write(Side.NOTION)
        assert write is not None
        assert sorted(sent[operation.key]) == sorted(write.fields())  # all, and each once
    waiting = [s for s in done if s.kind is StepKind.LINK_PAGE]
    assert bool(waiting) is _has_cycle(links)


def _has_cycle(links: Links) -> bool:
    left = {k: set(v & links.keys()) for k, v in links.items()}
    while free := {k for k, v in left.items() if not v}:
        left = {k: v - free for k, v in left.items() if k not in free}
    return bool(left)


def kinds(done: Iterable[Step]) -> list[tuple[StepKind, str]]:
    return [(s.kind, s.key) for s in done]


def test_creates_first_then_updates_then_links_then_files_and_deletes_last() -> None:
    born = planned(TASKS, notion=in_notion(title="born"))
    agreed = planned(
        TASKS,
        base=in_base(TASKS, title="T"),
        git=in_git(title="x"),
        notion=in_notion(title="x"),
    )
    operations = [
        delete_file("gone"),
        trash("old"),
        replace(agreed, key="agreed"),
        replace(born, key="born"),
        update("moved", project=frozenset({"p"})),
        create("a", links=frozenset({"b"})),
        create("b", links=frozenset({"a"})),
        create("p", PROJECTS),
    ]
    assert kinds(steps(MAPPINGS, operations)) == [
        (StepKind.CREATE_PAGE, "p"),
        (StepKind.CREATE_PAGE, "a"),
        (StepKind.CREATE_PAGE, "b"),
        (StepKind.UPDATE_PAGE, "moved"),
        (StepKind.LINK_PAGE, "a"),
        (StepKind.WRITE_FILE, "born"),
        (StepKind.MOVE_BASE, "agreed"),
        (StepKind.TRASH_PAGE, "old"),
        (StepKind.DELETE_FILE, "gone"),
    ]


def test_targets_come_first_across_mappings() -> None:
    operations = [create("t", project=frozenset({"p"})), create("p", PROJECTS)]
    assert kinds(steps(MAPPINGS, operations)) == [
        (StepKind.CREATE_PAGE, "p"),
        (StepKind.CREATE_PAGE, "t"),
    ]


def test_a_record_that_points_to_itself_is_linked_in_the_second_pass() -> None:
    (made, link) = steps(MAPPINGS, [create("a", links=frozenset({"a"}))])
    assert (made.fields, link.fields) == (("title",), ("links",))


def test_a_question_is_no_step() -> None:
    base = in_base(TASKS, title="T")
    asked = planned(TASKS, base=base, git=in_git(title="g"), notion=in_notion(title="n"))
    assert asked.kind is Kind.OPEN
    assert steps(MAPPINGS, [asked]) == ()


# --- references -----------------------------------------------------------------------------


def held(operations: list[Operation], **present: Record) -> dict[str, str]:
    """Key -> why, of the deletes that are held; `tasks` and `projects` are told by their keys."""
    records = {
        "tasks": {k: r for k, r in present.items() if not k.startswith("p")},
        "projects": {k: r for k, r in present.items() if k.startswith("p")},
    }
    merged = merged_records(records, operations)
    result = hold_referenced(MAPPINGS, operations, merged, {})
    assert [o.key for o in result] == [o.key for o in operations]
    for operation in result:
        assert bool(operation.open_conflicts) is (operation.kind is Kind.OPEN)
        assert not operation.writes or operation.kind is not Kind.OPEN
    return {o.key: o.conflicts[0].reason for o in result if o.kind is Kind.OPEN}


P = frozenset({"p"})


def test_a_delete_that_survivors_point_to_is_held_and_lists_them() -> None:
    for doomed in (trash("p", PROJECTS), delete_file("p", PROJECTS)):
        why = held([doomed], p=in_git(title="p"), t=in_git(title="t", project=P))
        assert "tasks/t still points to it" in why["p"]


def test_a_long_list_is_cut_short() -> None:
    tasks = {f"t{n}": in_git(title="t", project=P) for n in range(7)}
    why = held([trash("p", PROJECTS)], p=in_git(title="p"), **tasks)
    assert "tasks/t4 and 2 more still point" in why["p"]


def test_a_delete_together_with_all_that_points_to_it_goes_through() -> None:
    operations = [trash("p", PROJECTS), trash("t", project=P)]
    assert held(operations, p=in_git(title="p"), t=in_git(title="t", project=P)) == {}


def test_a_delete_after_the_relation_was_cleared_goes_through() -> None:
    base = in_base(TASKS, title="t", project=P)
    cleared = planned(
        TASKS, base=base, git=in_git(title="t"), notion=in_notion(title="t", project=P)
    )
    operations = [trash("p", PROJECTS), replace(cleared, key="t")]
    assert held(operations, p=in_git(title="p"), t=in_git(title="t", project=P)) == {}


def test_what_a_held_record_points_to_is_held_as_well() -> None:
    operations = [trash("p", PROJECTS), trash("t", project=P), trash("u")]
    present = {
        "p": in_git(title="p"),
        "t": in_git(title="t", project=P),
        "s": in_git(title="s", links=frozenset({"t"})),
    }
    assert held(operations, **present).keys() == {"p", "t"}


def test_a_delete_that_a_person_decided_goes_through_and_answers_the_question() -> None:
    records = {"p": in_git(title="p"), "t": in_git(title="t", project=P)}
    operations = [trash("p", PROJECTS)]
    merged = merged_records({"tasks": {"t": records["t"]}, "projects": {}}, operations)
    (question,) = hold_referenced(MAPPINGS, operations, merged, {})
    answer = answers(Resolution(take=Take.GIT, asked=question.conflicts[0].asked))
    base, page = in_base(PROJECTS, title="p"), in_notion(title="p")
    decided = replace(planned(PROJECTS, base=base, notion=page, answers=answer), key="p")
    assert decided.conflicts[0].by_person
    assert held([decided], **records) == {}


def test_records_as_they_will_stand() -> None:
    moved = update("u", people=frozenset({"ann"}))
    emptied = planned(
        NOTES, base=in_base(NOTES, title="n"), git=in_git(), notion=in_notion(title="n")
    )
    old_name = replace(update("new", title="renamed"), renamed_from="old")
    merged = merged_records(
        {"tasks": {k: in_git(k, title="old") for k in ("u", "d", "same", "old")}, "notes": {}},
        [moved, trash("d"), create("c"), old_name, replace(emptied, key="e")],
    )
    assert merged["tasks"].keys() == {"u", "same", "c", "new"}
    assert merged["tasks"]["u"].fields == {"title": "old", "people": frozenset({"ann"})}
    assert merged["notes"]["e"].fields == {}


# --- what it costs --------------------------------------------------------------------------


def cost(operations: list[Operation], **listed: Listed) -> int:
    done = steps(MAPPINGS, operations)
    by_key = {(o.mapping, o.key): o for o in operations}
    return forecast(MAPPINGS, done, listed, by_key, 0.5).requests


def test_nothing_to_write_costs_nothing() -> None:
    assert cost([]) == 0
    assert forecast(MAPPINGS, (), {}, {}, 0.5).seconds == 0


def test_an_update_costs_its_write_a_look_before_and_one_after() -> None:
    """Holds I10."""
    page = Listed(40, frozenset())
    one = update("a", NOTES, title="x")
    assert cost([replace(one, mapping="notes")], notes=page) == 3


def test_a_database_whose_computed_values_may_move_is_listed_whole_afterwards() -> None:
    operations = [update("a", people=frozenset({"ann"}))]
    done = steps(MAPPINGS, operations)
    assert to_freshen(done) == {"tasks"}
    assert to_relist(MAPPINGS, done) == {"projects"}  # its rollup is over tasks
    note = steps(MAPPINGS, [update("a", NOTES, title="x")])
    assert to_relist(MAPPINGS, note) == frozenset()
    project = [update("a", PROJECTS, title="x")]
    assert to_relist(MAPPINGS, steps(MAPPINGS, project)) == {"projects"}
    assert to_confirm(MAPPINGS, done) == {"tasks"}
    listed = Listed(250, frozenset())
    assert cost(project, projects=listed) == 1 + 1 + 3


def test_people_who_are_newly_assigned_are_told() -> None:
    operations = [update("a", people=frozenset({"ann", "bob"}))]
    by_key = {(o.mapping, o.key): o for o in operations}
    told = forecast(MAPPINGS, steps(MAPPINGS, operations), {}, by_key, 0.5)
    assert told.notified == ("ann", "bob")


def test_writes_have_actions_of_one_side() -> None:
    both = planned(
        TASKS,
        base=in_base(TASKS, title="T"),
        git=in_git(title="g"),
        notion=in_notion(title="T", people=frozenset({"ann"})),
    )
    assert [(w.side, w.action) for w in both.writes] == [
        (Side.GIT, Action.UPDATE),
        (Side.NOTION, Action.UPDATE),
    ]
    assert kinds(steps(MAPPINGS, [both])) == [
        (StepKind.UPDATE_PAGE, "k"),
        (StepKind.WRITE_FILE, "k"),
    ]
