"""Good mappings become nouns, with all that they say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_gitops.mapping import fingerprint, load_alone, load_mappings
from notion_gitops.model.diagnostics import Place, Severity
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import (
    Carry,
    CheckKind,
    DatabaseMapping,
    Direction,
    GitFormat,
    Initial,
    Mode,
    PropertyType,
    Take,
)
from tests.mapping.mapping_samples import BOOKINGS, PROJECTS, RESOURCES, TASKS, load


@pytest.fixture
def tasks() -> DatabaseMapping:
    return load(projects=PROJECTS, tasks=TASKS)["tasks"]


def test_both_sides_are_read(tasks: DatabaseMapping) -> None:
    assert tasks.place == Place("mappings/tasks.yaml")
    assert tasks.notion.database == "${NOTION_TASKS_DATABASE}"
    assert tasks.notion.filter == {"property": "Archived", "checkbox": {"equals": False}}
    assert tasks.notion.place == Place("mappings/tasks.yaml", 5, 13)
    assert (tasks.git.path, tasks.git.format) == ("state/records/tasks", GitFormat.MARKDOWN)
    assert not tasks.git.single_file
    assert tasks.git.folder is not None
    assert tasks.git.folder(due="2026-11-28") == "2026"
    assert tasks.git.folder(due=None) == "undated"
    assert (tasks.key.field, tasks.key.property_name) == ("id", "Task ID")
    assert tasks.key.write_back
    assert (tasks.mode, tasks.initial, tasks.timezone) == (
        Mode.TWO_WAY,
        Initial.NOTION,
        "Europe/Paris",
    )
    assert tasks.when_deleted_in_git is Carry.KEEP
    assert tasks.when_trashed_in_notion is Carry.ASK


def test_fields_keep_their_order_and_places(tasks: DatabaseMapping) -> None:
    assert list(tasks.fields)[:4] == ["title", "status", "project", "assignee"]
    assert tasks.title_field.property_name == "Name"
    assert tasks.title_field.place == Place("mappings/tasks.yaml", 14, 3)
    assert tasks.fields["title"].required
    assert tasks.fields["status"].values == {
        "todo": "Not started",
        "doing": "Doing",
        "done": "Done",
    }
    assert tasks.fields["project"].to == "projects"
    assert tasks.fields["tags"].new_options
    assert not tasks.fields["status"].new_options
    assert tasks.fields["progress"].direction is Direction.PULL
    assert tasks.fields["pushed"].direction is Direction.PUSH
    assert tasks.fields["due"].direction is Direction.BOTH
    assert load(projects=PROJECTS)["projects"].fields["budget"].sensitive


def test_transforms_are_compiled(tasks: DatabaseMapping) -> None:
    hours = tasks.fields["hours"]
    assert hours.to_notion is not None
    assert hours.to_git is not None
    assert hours.to_git(value=hours.to_notion(value=1.5)) == 1.5
    assert hours.to_git.source == "value / 60"


def test_rules_keep_their_order_with_groups_resolved(tasks: DatabaseMapping) -> None:
    ours, metadata, status, weekend = tasks.rules
    assert (ours.take, ours.fields) == (Take.GIT, frozenset({"due", "hours"}))
    assert ours.when is not None
    assert ours.when(git={"status": "doing"}) is True
    assert ours.when.place == Place("mappings/tasks.yaml", 26, 42)
    assert metadata.fields == frozenset({"assignee", "due", "tags"})
    assert (status.take, status.when) == (Take.LATEST, None)
    assert weekend.fields is None
    assert weekend.when is not None
    assert weekend.when.place == Place("mappings/tasks.yaml", 31, 9)
    assert weekend.place == Place("mappings/tasks.yaml", 29, 7)
    assert tasks.otherwise is Take.LATEST
    assert tasks.otherwise_place == Place("mappings/tasks.yaml", 33, 14)


def test_checks_are_read(tasks: DatabaseMapping) -> None:
    kinds = [(check.kind, check.fields, check.severity) for check in tasks.checks]
    assert kinds == [
        (CheckKind.UNIQUE, ("title",), Severity.WARNING),
        (CheckKind.REQUIRED, ("due", "hours"), Severity.ERROR),
        (CheckKind.ORPHANS, ("project",), Severity.WARNING),
        (CheckKind.ORDER, ("start", "due"), Severity.WARNING),
        (CheckKind.CONTRADICTS, ("project",), Severity.WARNING),
    ]
    options = tasks.checks[4].options
    assert (options["relation"], options["message"]) == ("project", "is open")
    assert options["when"](status="doing", due="2026-01-01", today="2026-11-28") is True
    assert options["related"](status="done") is True


def test_checks_name_fields_of_other_mappings() -> None:
    capacity, documented = load(resources=RESOURCES, bookings=BOOKINGS)["resources"].checks
    options = dict(capacity.options)
    assert options.pop("while")(hours=1) is True
    assert options == {
        "from": "bookings",
        "relation": "who",
        "amount": "hours",
        "limit": "capacity",
        "start": "first",
        "end": None,
        "per": None,
        "days": None,
    }
    assert documented.options == {
        "by": "bookings",
        "relation": "who",
        "while": None,
        "max_age_days": 30,
        "not_before": None,
        "date": "first",
    }


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('{deletes: "10%"}', (0.1, 20, 5)),
        ("{deletes: 10%}", (0.1, 20, 5)),
        ("{deletes: 12.5 %}", (0.125, 20, 5)),
        ('{deletes: "0%"}', (0.0, 20, 0)),
        ("{deletes: 3}", (1.0, 3, 3)),
        ("{deletes: 50}", (1.0, 50, 5)),
        ("{deletes: 0}", (1.0, 0, 0)),
        ('{deletes: {share: "50%"}}', (0.5, None, 5)),
        ("{deletes: {count: 100}}", (1.0, 100, 5)),
        ('{deletes: {share: "50%", count: 100}}', (0.5, 100, 5)),
        ("{updates: 1}", (0.1, 20, 5)),
    ],
)
def test_limits(written: str, expected: tuple[float, int | None, int]) -> None:
    limit = load(projects=PROJECTS + f"safety: {written}\n")["projects"].safety.deletes
    assert (limit.share, limit.count, limit.floor) == expected


def test_a_stated_limit_is_the_limit() -> None:
    assert (
        load(projects=PROJECTS + "safety: {deletes: 3}\n")["projects"].safety.deletes.allowed(1000)
        == 3
    )


def test_a_recorded_mapping_is_read_without_the_others() -> None:
    defaults = b"version: 1\ntimezone: Europe/Berlin\n"
    found = load_alone(RESOURCES.encode(), "resources/mapping.yaml", defaults)
    assert (found.name, found.timezone, found.checks) == ("resources", "Europe/Berlin", ())
    assert found.fields["busy"].to == "bookings"
    assert load_alone(TASKS.encode(), "tasks/mapping.yaml").timezone == "Europe/Paris"
    for bad in (b"", b"- a\n", b"version: 2\n", PROJECTS.replace("number", "n").encode()):
        with pytest.raises(InvalidInput):
            load_alone(bad, "tasks/mapping.yaml")


def test_a_fingerprint_changes_with_the_meaning_alone() -> None:
    def digits(field: str, old: str = "", new: str = "") -> str:
        return fingerprint(
            load(projects=PROJECTS, tasks=TASKS.replace(old, new))["tasks"].fields[field]
        )

    status = digits("status")
    assert len(status) == 16
    assert digits("status", "property: Status", "property: State") == status
    assert digits("status", "type: status, ", "type: status, direction: pull, ") == status
    assert digits("status", "todo: Not started", "todo: To do") != status
    assert digits("status", "type: status", "type: select") != status
    assert digits("hours") != digits("hours", "value * 60", "value * 61")
    assert digits("hours") == digits("hours", "{{ value / 60 }}", "value / 60")


def test_every_property_type_is_known_to_the_schema() -> None:
    for kind in set(PropertyType) - {PropertyType.BODY}:
        extra = f"  extra: {{property: Extra, type: {kind.value}, to: projects}}\n"
        if kind is not PropertyType.RELATION:
            extra = extra.replace(", to: projects", "")
        if kind is not PropertyType.TITLE:
            assert load(projects=PROJECTS + extra)["projects"].fields["extra"].type is kind


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_damaged_mapping_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TASKS)))
    cut = data.draw(st.integers(0, 30))
    insert = data.draw(
        st.sampled_from(
            ["", "\n", " ", ":", "{", "}", "[", "- ", "null", "'", '"', "#", "$", "é", "\x00", "1"]
        )
        | st.sampled_from(TASKS.split())
        | st.text(max_size=3)
    )
    text = TASKS[:at] + insert + TASKS[at + cut :]
    files = {
        "mappings/tasks.yaml": text.encode("utf-8", "surrogatepass"),
        "mappings/projects.yaml": PROJECTS.encode(),
    }
    try:
        assert len(load_mappings(files)) == 2
    except InvalidInput as error:
        assert all(d.place is not None and d.summary for d in error.diagnostics)  # noqa: PT017


@pytest.mark.parametrize(
    ("when", "word", "fix"),
    [
        ("git.status == 'don'", "don", 'did you mean "done"?'),
        ("notion.status in ['todo', 'xyz']", "xyz", "use one of: doing, done, todo"),
        ("'dne' != base.status", "dne", 'did you mean "done"?'),
    ],
)
def test_a_condition_that_can_never_fit_is_told(when: str, word: str, fix: str) -> None:
    """A field that says its words is compared with none of them."""
    text = """\
version: 1
name: tasks
notion: {database: 1f2e3d4c5b6a79881f2e3d4c5b6a7988}
git: {path: state/records/tasks}
fields:
  title: {property: Name, type: title}
  status: {property: Status, type: status, values: {todo: To do, doing: Doing, done: Done}}
conflicts:
  rules:
    - {name: a, when: "WHEN", take: git}
checks:
  - expr: {holds: "status != 'done' and title != 'don'", message: It is open.}
"""
    right = text.replace("WHEN", "git.status == 'done' or base.status == none or git.title == 'x'")
    load_mappings({"mappings/tasks.yaml": right.encode()})
    with pytest.raises(InvalidInput) as caught:
        load_mappings({"mappings/tasks.yaml": text.replace("WHEN", when).encode()})
    (problem,) = caught.value.diagnostics
    assert problem.summary.startswith('unknown word of "')
    assert problem.summary.endswith(f'"{word}"')
    assert problem.fix == fix
    wrong = right.replace("status != 'done' and", "status != 'don' and")
    with pytest.raises(InvalidInput, match='unknown word of "status": "don"'):
        load_mappings({"mappings/tasks.yaml": wrong.encode()})
