"""Each check finds what it is for, says it plainly, and leaves the rest alone."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.engine.checks import run_checks
from notion_gitops.model.diagnostics import Place, Severity
from notion_gitops.model.expressions import Expression, ExpressionFailed
from notion_gitops.model.mapping import (
    CheckKind,
    CheckRule,
    DatabaseMapping,
    Direction,
    Field,
    GitFormat,
    GitSource,
    KeyRule,
    NotionSource,
    PropertyType,
)
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Record
from notion_gitops.model.values import DateValue, Unknown, Value

HERE = Place("mappings/tasks.yaml", 7, 3)
TODAY = date(2026, 11, 23)


def a_field(name: str, type_: PropertyType, **more: Any) -> Field:
    return Field(name, name.capitalize(), type_, HERE, **more)


FIELDS = {
    "tasks": [
        a_field("title", PropertyType.TITLE),
        a_field("serial", PropertyType.RICH_TEXT, sensitive=True),
        a_field("status", PropertyType.STATUS),
        a_field("project", PropertyType.RELATION, to="projects"),
        a_field("start", PropertyType.DATE),
        a_field("due", PropertyType.DATE),
    ],
    "projects": [a_field("title", PropertyType.TITLE), a_field("status", PropertyType.STATUS)],
    "notes": [
        a_field("title", PropertyType.TITLE),
        a_field("about", PropertyType.RELATION, to="projects"),
        a_field("day", PropertyType.DATE),
    ],
}


def a_mapping(name: str, *checks: CheckRule, fields: list[Field] | None = None) -> DatabaseMapping:
    return DatabaseMapping(
        name=name,
        place=HERE,
        notion=NotionSource("${X}", None, HERE),
        git=GitSource(f"state/records/{name}", GitFormat.YAML, HERE),
        key=KeyRule(None, None),
        fields={f.name: f for f in fields or FIELDS[name]},
        checks=checks,
    )


def a_check(kind: CheckKind, *fields: str, **options: Any) -> CheckRule:
    options = {name.rstrip("_"): value for name, value in options.items()}
    return CheckRule(kind, fields, options, Severity.WARNING, HERE)


def an_expression(source: str, evaluate: Callable[[Mapping[str, Any]], Any]) -> Expression:
    return Expression(source, HERE, evaluate)


def records(**by_key: dict[str, Value]) -> dict[str, Record]:
    return {
        key.replace("_", "-"): Record(key.replace("_", "-"), fields)
        for key, fields in by_key.items()
    }


def found(check: CheckRule, **of: dict[str, Record]) -> list[tuple[tuple[str, ...], str]]:
    """Keys and messages of what one check on tasks finds."""
    return [(f.keys, f.message) for f in findings("tasks", check, of)]


def findings(name: str, check: CheckRule, of: dict[str, dict[str, Record]]) -> tuple[Finding, ...]:
    mappings = {n: a_mapping(n, *([check] if n == name else [])) for n in FIELDS}
    return run_checks(mappings, of, TODAY)


def day(text: str) -> DateValue:
    start, _, end = text.partition("/")
    return DateValue(date.fromisoformat(start), date.fromisoformat(end) if end else None)


ACTIVE = an_expression("status == 'active'", lambda names: names["status"] == "active")


class TestUnique:
    check = a_check(CheckKind.UNIQUE, "title")

    def test_two_titles_that_differ_in_case_and_spaces_are_one(self) -> None:
        tasks = records(b={"title": "Safety training"}, a={"title": " safety TRAINING "}, c={})
        assert found(self.check, tasks=tasks) == [
            (("a", "b"), '2 pages are titled "safety TRAINING"')
        ]

    def test_several_fields_count_together(self) -> None:
        check = a_check(CheckKind.UNIQUE, "title", "status")
        tasks = records(
            a={"title": "Visit", "status": "todo"},
            b={"title": "Visit", "status": "done"},
            c={"title": "Visit", "status": "done"},
        )
        assert found(check, tasks=tasks) == [
            (("b", "c"), '2 records share title "Visit" and status "done"')
        ]

    def test_what_could_not_be_told_is_not_shared(self) -> None:
        unknown = Unknown("the property is not readable")
        assert not found(self.check, tasks=records(a={"title": unknown}, b={"title": unknown}))

    def test_a_sensitive_value_is_not_shown(self) -> None:
        tasks = records(a={"serial": "hunter2"}, b={"serial": "hunter2"})
        assert found(a_check(CheckKind.UNIQUE, "serial"), tasks=tasks) == [
            (("a", "b"), "2 records share one value of serial")
        ]


class TestRequired:
    def test_declared_and_implied_are_one_check(self) -> None:
        fields = [a_field("title", PropertyType.TITLE, required=True), *FIELDS["tasks"][1:]]
        mapping = a_mapping("tasks", a_check(CheckKind.REQUIRED, "due"), fields=fields)
        tasks = records(a={"title": "Visit"}, b={"due": day("2026-12-01")})
        result = run_checks({"tasks": mapping}, {"tasks": tasks}, TODAY)
        assert [(f.keys, f.message, f.severity) for f in result] == [
            (("b",), "has no title, and title is required", Severity.WARNING),
            (("a",), "has no due, and due is required", Severity.WARNING),
        ]

    def test_what_is_declared_as_well_is_told_once(self) -> None:
        fields = [a_field("title", PropertyType.TITLE, required=True)]
        mapping = a_mapping("tasks", a_check(CheckKind.REQUIRED, "title"), fields=fields)
        assert len(run_checks({"tasks": mapping}, {"tasks": records(a={})}, TODAY)) == 1

    @pytest.mark.parametrize("filled", [False, 0, "x", frozenset({"x"})])
    def test_off_and_zero_are_values(self, filled: Value) -> None:
        assert not found(a_check(CheckKind.REQUIRED, "status"), tasks=records(a={"status": filled}))


class TestOrphans:
    check = a_check(CheckKind.ORPHANS, "project")

    def test_alone_dangling_and_outside(self) -> None:
        tasks = records(
            alone={},
            dangling={"project": frozenset({"hall-a", "hall-z"})},
            outside={"project": frozenset({"page:1f2e"})},
            whole={"project": frozenset({"hall-a"})},
        )
        of = {"tasks": tasks, "projects": records(hall_a={})}
        assert [(f.keys, f.message, f.severity) for f in findings("tasks", self.check, of)] == [
            (("alone",), "has no project", Severity.WARNING),
            (("dangling",), "project names hall-z, which is not in projects", Severity.WARNING),
            (
                ("outside",),
                "project names page:1f2e, which is no record of projects",
                Severity.INFO,
            ),
        ]

    def test_a_mapping_that_takes_no_part_is_not_judged(self) -> None:
        assert not found(self.check, tasks=records(a={"project": frozenset({"hall-a"})}))

    def test_a_relation_that_dangles_is_found_without_being_declared(self) -> None:
        tasks = records(a={"project": frozenset({"hall-z"})}, b={})
        result = run_checks({"tasks": a_mapping("tasks")}, {"tasks": tasks, "projects": {}}, TODAY)
        assert [f.keys for f in result] == [("a",)]

    def test_the_face_that_is_only_pulled_is_not_judged(self) -> None:
        fields = [
            a_field("title", PropertyType.TITLE),
            a_field("project", PropertyType.RELATION, to="projects", direction=Direction.PULL),
        ]
        tasks = records(a={"project": frozenset({"hall-z"})})
        of = {"tasks": tasks, "projects": records()}
        assert not run_checks({"tasks": a_mapping("tasks", fields=fields)}, of, TODAY)

    def test_an_empty_required_relation_is_told_once(self) -> None:
        fields = [a_field("project", PropertyType.RELATION, to="projects", required=True)]
        mapping = a_mapping("tasks", self.check, fields=fields)
        result = run_checks({"tasks": mapping}, {"tasks": records(a={})}, TODAY)
        assert [f.check for f in result] == ["required"]


class TestOrder:
    check = a_check(CheckKind.ORDER, "start", "due")

    def test_due_before_start(self) -> None:
        tasks = records(a={"start": day("2026-12-08"), "due": day("2026-12-01")})
        assert found(self.check, tasks=tasks) == [
            (("a",), "due 2026-12-01 is before start 2026-12-08")
        ]

    @pytest.mark.parametrize("due", ["2026-12-08", "2026-12-09", "2026-12-01/2026-12-08"])
    def test_the_same_day_and_overlapping_ranges_are_in_order(self, due: str) -> None:
        tasks = records(a={"start": day("2026-12-08"), "due": day(due)}, b={"due": day(due)})
        assert not found(self.check, tasks=tasks)

    def test_a_time_and_a_day_compare_in_the_mappings_zone(self) -> None:
        late = DateValue(datetime(2026, 12, 1, 22, 0, tzinfo=UTC))
        tasks = records(
            fits={"start": day("2026-12-01"), "due": late},
            late={"start": late, "due": day("2026-11-30")},
        )
        assert [keys for keys, _ in found(self.check, tasks=tasks)] == [("late",)]

    def test_a_range_that_runs_backwards(self) -> None:
        tasks = records(a={"start": day("2026-12-08/2026-12-01")})
        assert found(self.check, tasks=tasks) == [
            (("a",), "start ends before it starts: 2026-12-08/2026-12-01")
        ]


class TestContradicts:
    check = a_check(
        CheckKind.CONTRADICTS,
        when=an_expression("status != 'done'", lambda names: names["status"] != "done"),
        relation="project",
        related=an_expression("status == 'done'", lambda names: names["status"] == "done"),
        message="is open, but its project is done",
    )

    def test_names_the_record_on_the_other_end(self) -> None:
        of = {
            "projects": records(hall_a={"status": "done"}, hall_b={"status": "active"}),
            "tasks": records(
                a={"status": "todo", "project": frozenset({"hall-a", "hall-b"})},
                b={"status": "done", "project": frozenset({"hall-a"})},
                c={"project": frozenset({"hall-b"})},
                d={"status": "todo"},
            ),
        }
        assert found(self.check, **of) == [
            (("a",), "is open, but its project is done: projects/hall-a")
        ]

    def test_a_condition_that_fails_is_one_finding_and_the_rest_is_checked(self) -> None:
        def fails(names: Mapping[str, Any]) -> Any:
            if names["status"] is None:
                raise ExpressionFailed("nothing to compare")
            return True

        check = a_check(CheckKind.CONTRADICTS, when=an_expression("status > 1", fails),
                        relation="project", message="is odd")  # fmt: skip
        project: Value = frozenset({"hall-a"})
        of = {
            "projects": records(hall_a={}),
            "tasks": records(
                a={"project": project},
                b={"project": project, "status": "x"},
                c={"project": project},
            ),
        }
        failed = (
            'the check\'s condition "status > 1" could not be answered for tasks/a, tasks/c: '
            "nothing to compare"
        )
        assert found(check, **of) == [
            (("a", "c"), failed),
            (("b",), "is odd: projects/hall-a"),
        ]


class TestDocumented:
    check = a_check(CheckKind.DOCUMENTED, by="notes", relation="about", while_=ACTIVE,
                    max_age_days=30, date="day")  # fmt: skip

    def test_no_note_an_old_note_and_a_fresh_one(self) -> None:
        active: dict[str, Value] = {"status": "active"}
        of = {
            "projects": records(none=active, old=active, fresh=active, undated=active, idle={}),
            "notes": records(
                n1={"about": frozenset({"old", "fresh"}), "day": day("2026-10-23")},
                n2={"about": frozenset({"fresh"}), "day": day("2026-10-24")},
                n3={"about": frozenset({"undated"})},
            ),
        }
        assert [(f.keys, f.message) for f in findings("projects", self.check, of)] == [
            (("none",), "is not documented: nothing in notes is about it"),
            (("old",), "was last documented 31 days ago (notes/n1), and 30 is the limit"),
            (("undated",), "has no dated record in notes"),
        ]

    def test_without_the_notes_nothing_is_said(self) -> None:
        of = {"projects": records(none={"status": "active"})}
        assert not findings("projects", self.check, of)


EVERY_CHECK = (
    TestUnique.check,
    TestOrphans.check,
    TestOrder.check,
    TestContradicts.check,
    a_check(CheckKind.REQUIRED, "due"),
)
DAYS = st.dates(date(2026, 11, 1), date(2026, 11, 9)).map(DateValue)
TASKS = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.fixed_dictionaries(
        {},
        optional={
            "title": st.sampled_from(["x", "X ", "y"]),
            "status": st.sampled_from(["todo", "done"]),
            "project": st.frozensets(st.sampled_from(["p", "q", "page:1"]), min_size=1),
            "start": DAYS,
            "due": DAYS,
        },
    ),
)


@given(TASKS, st.randoms(use_true_random=False))
def test_the_order_of_the_records_never_matters(
    tasks: dict[str, dict[str, Value]], chance: random.Random
) -> None:
    def run(keys: list[str]) -> tuple[Finding, ...]:
        of = {"tasks": {key: Record(key, tasks[key]) for key in keys},
              "projects": records(p={"status": "done"})}  # fmt: skip
        mappings = [a_mapping("tasks", *EVERY_CHECK), a_mapping("projects")]
        chance.shuffle(mappings)
        return run_checks({m.name: m for m in mappings}, of, TODAY)

    keys = sorted(tasks)
    straight = run(keys)
    chance.shuffle(keys)
    assert run(keys) == straight
    assert all(f.why and f.fix and f.place == HERE for f in straight)
    assert all(f.keys == tuple(sorted(f.keys)) for f in straight)
