"""Good mappings become nouns; several files are held against one another."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_gitops.mapping import fingerprint, load_alone, load_folder, load_mappings
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

PROJECTS = """\
version: 1
name: projects
notion: {database: https://www.notion.so/acme/Projects-0f2e3d4c5b6a79881f2e3d4c5b6a7988?v=1}
git: {path: state/records/projects.csv, format: csv}
key: {field: id, property: Project ID}
fields:
  title: {property: Name, type: title}
  status: {property: Status, type: status}
  budget: {property: Budget, type: number, sensitive: true}
"""

TASKS = """\
# yaml-language-server: $schema=mapping.schema.json
version: 1
name: tasks
notion:
  database: ${NOTION_TASKS_DATABASE}
  filter: {property: Archived, checkbox: {equals: false}}
git:
  path: state/records/tasks/
  format: markdown
  folder: "due[:4] | default('undated')"
mode: two-way
key: {field: id, property: Task ID, write_back: all}
fields:
  title:    {property: Name, type: title, required: true}
  status:   {property: Status, type: status, values: {todo: Not started, doing: Doing, done: Done}}
  project:  {property: Project, type: relation, to: projects, required: true}
  assignee: {property: Assignee, type: people, group: metadata}
  start:    {property: Start, type: date}
  due:      {property: Due, type: date, group: metadata}
  hours:    {property: Hours, type: number, to_notion: value * 60, to_git: "{{ value / 60 }}"}
  tags:     {property: Tags, type: multi_select, new_options: allow}
  progress: {property: Progress, type: rollup}
  pushed:   {property: Pushed, type: rich_text, direction: push, to_notion: value | upper}
conflicts:
  rules:
    - {name: active work is ours, when: "git.status == 'doing'", fields: [due, hours], take: git}
    - {name: metadata is Notion's, group: metadata, fields: [tags], take: notion}
    - {name: status follows the last edit, fields: [status], take: latest}
    - name: people rest at the weekend
      when: >-
        edited.notion.by is not empty
      take: manual
  otherwise: latest
deletes: {when_deleted_in_git: keep, when_trashed_in_notion: ask}
body: none
checks:
  - {unique: [title]}
  - {required: [due, hours], severity: error}
  - {orphans: project}
  - {order: [start, due]}
  - contradicts: {relation: project, when: "status != 'done' and due < today",
                  related: "status == 'done'", message: is open}
safety: {deletes: "10%", updates: {share: "50%", count: 300}}
initial: notion
timezone: Europe/Paris
"""

RESOURCES = """\
version: 1
name: resources
notion: {database: "${RESOURCES}"}
git: {path: state/records/resources}
fields:
  name: {property: Name, type: title}
  capacity: {property: Capacity, type: number}
  busy: {property: Tasks, type: relation, to: bookings}
checks:
  - capacity: {from: bookings, relation: who, amount: hours, limit: capacity,
               start: first, while: "hours > 0"}
  - {documented: {by: bookings, relation: who, max_age_days: 30, date: first}}
"""

BOOKINGS = """\
version: 1
name: bookings
notion: {database: "${BOOKINGS}"}
git: {path: state/records/bookings.yaml}
mode: mirror
fields:
  title: {property: Name, type: title}
  who: {property: Who, type: relation, to: resources}
  hours: {property: Hours, type: number}
  first: {property: From, type: date}
"""


def load(**texts: str) -> dict[str, DatabaseMapping]:
    files = {f"mappings/{name}.yaml": text.encode() for name, text in texts.items()}
    return {mapping.name: mapping for mapping in load_mappings(files)}


def refused(**texts: str) -> list[tuple[str, str, str | None]]:
    with pytest.raises(InvalidInput) as raised:
        load(**texts)
    found = raised.value.diagnostics
    return [(str(d.place), d.summary, str(d.also) if d.also else None) for d in found]


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


DEFAULTS = """\
version: 1
timezone: Europe/Berlin
mode: mirror
notion: {filter: {property: Kind, select: {equals: a}}}
key: {property: Key}
safety: {deletes: 3, updates: 4}
conflicts:
  rules:
    - {name: budget is ours, fields: [budget], take: git}
    - {name: all else, when: "git.owner == 'x'", take: notion}
  otherwise: notion
checks:
  - {unique: [title]}
  - {orphans: project}
"""


def test_defaults_fill_in_what_a_mapping_does_not_say() -> None:
    text = PROJECTS + "safety: {deletes: 9}\n"
    found = load(_defaults=DEFAULTS, projects=text, bookings=BOOKINGS, resources=RESOURCES)
    projects, bookings = found["projects"], found["bookings"]
    assert (projects.timezone, projects.mode, projects.otherwise) == (
        "Europe/Berlin",
        Mode.MIRROR,
        Take.NOTION,
    )
    assert (projects.safety.deletes.count, projects.safety.updates.count) == (9, 4)
    assert (projects.key.field, projects.key.property_name) == ("id", "Project ID")
    assert bookings.key.property_name == "Key"
    assert projects.notion.filter == {"property": "Kind", "select": {"equals": "a"}}
    assert [rule.name for rule in projects.rules] == ["budget is ours", "all else"]
    assert [rule.name for rule in bookings.rules] == ["all else"]
    assert projects.otherwise_place == Place("mappings/_defaults.yaml", 11, 14)
    assert [check.kind for check in projects.checks] == [CheckKind.UNIQUE]
    assert len(found["resources"].checks) == 2


def test_what_is_wrong_with_the_defaults_is_told_once() -> None:
    text = "version: 1\nname: x\ntimezone: Mars\ngit: {path: a}\nbase_url: x\n"
    assert refused(_defaults=text, projects=PROJECTS, bookings=BOOKINGS, resources=RESOURCES) == [
        ("mappings/_defaults.yaml:2:1", 'unknown key "name"', None),
        ("mappings/_defaults.yaml:3:11", 'unknown time zone "Mars"', None),
        ("mappings/_defaults.yaml:4:7", 'unknown key "path"', None),
        ("mappings/_defaults.yaml:5:1", '"base_url" is not configurable here', None),
    ]


def test_other_files_with_an_underscore_are_not_read() -> None:
    assert set(load(_notes="{{{", projects=PROJECTS)) == {"projects"}


def test_two_mappings_of_one_database() -> None:
    """Holds M05."""
    other = PROJECTS.replace("name: projects", "name: copies").replace(
        "https://www.notion.so/acme/Projects-0f2e3d4c5b6a79881f2e3d4c5b6a7988?v=1",
        "0f2e3d4c-5b6a-7988-1f2e-3d4c5b6a7988",
    )
    other = other.replace("projects.csv", "copies.csv")
    assert refused(projects=PROJECTS, copies=other) == [
        (
            "mappings/projects.yaml:3:20",
            "another mapping has the same database",
            "mappings/copies.yaml:3:20",
        )
    ]


@pytest.mark.parametrize("path", ["state/records/tasks", "state/records", "state/Records/TASKS/a"])
def test_two_mappings_on_overlapping_paths(path: str) -> None:
    """Holds M05."""
    other = RESOURCES.replace("state/records/resources", path)
    other = other[: other.index("  busy")]
    projects = PROJECTS.replace("records/projects", "p")
    found = refused(projects=projects, tasks=TASKS, resources=other)
    assert found == [
        (
            "mappings/tasks.yaml:8:9",
            "another mapping has the same path, or one within the other",
            "mappings/resources.yaml:4:13",
        )
    ]


def test_a_path_that_the_state_branch_needs_for_another_mapping() -> None:
    other = BOOKINGS.replace("name: bookings", "name: state")
    other = other.replace("  who: {property: Who, type: relation, to: resources}\n", "")
    found = refused(projects=PROJECTS, state=other)
    assert [place for place, _, _ in found] == [
        "mappings/projects.yaml:4:13",
        "mappings/state.yaml:4:13",
    ]


def test_all_problems_of_all_files_are_told_in_order() -> None:
    found = refused(
        projects=PROJECTS.replace("type: number", "type: numbr"),
        tasks=TASKS.replace("take: latest", "take: latst").replace("to: projects", "to: project"),
        broken="version: 1\n  name: x\n",
    )
    assert [place for place, _, _ in found] == [
        "mappings/broken.yaml:2:7",
        "mappings/projects.yaml:9:36",
        "mappings/tasks.yaml:16:53",
        "mappings/tasks.yaml:28:68",
    ]


def test_a_relation_to_a_mapping_that_is_broken_itself_is_no_second_problem() -> None:
    found = refused(projects="- nothing\n", tasks=TASKS)
    assert [place for place, _, _ in found] == ["mappings/projects.yaml:1:1"]


def test_one_mapping_in_two_files() -> None:
    files = {"m/projects.yaml": PROJECTS.encode(), "m/projects.yml": PROJECTS.encode()}
    with pytest.raises(InvalidInput) as raised:
        load_mappings(files)
    assert 'two files are the mapping "projects"' in {d.summary for d in raised.value.diagnostics}


def test_a_folder_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "projects.yaml").write_text(PROJECTS)
    (folder / "tasks.yml").write_text(TASKS)
    (folder / "README.md").write_text("about")
    assert [mapping.name for mapping in load_folder(tmp_path)] == ["projects", "tasks"]
    assert load_folder(tmp_path)[0].place == Place("mappings/projects.yaml")


def test_a_folder_without_mappings_says_what_to_do(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(InvalidInput) as raised:
            load_folder(tmp_path)
        assert "mappings/" in raised.value.diagnostics[0].summary
        assert "init" in raised.value.diagnostics[0].fix
        (tmp_path / "mappings").mkdir(exist_ok=True)
        (tmp_path / "mappings" / "_defaults.yaml").write_text("version: 1\n")


def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "mappings" / "tasks.yaml").mkdir(parents=True)
    with pytest.raises(InvalidInput) as raised:
        load_folder(tmp_path)
    assert raised.value.diagnostics[0].summary == "mappings/tasks.yaml is no file"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("NOTION_TOKEN: ntn_1\n")
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "tasks.yaml").symlink_to(tmp_path / "secret")
    with pytest.raises(InvalidInput) as raised:
        load_folder(tmp_path)
    told = raised.value.diagnostics[0]
    assert told.summary == "a symbolic link is not read as a mapping"
    assert told.place == Place("mappings/tasks.yaml")
    assert told.source_line == ""


def test_a_recorded_mapping_is_read_without_the_others() -> None:
    defaults = b"version: 1\ntimezone: Europe/Berlin\n"
    found = load_alone(RESOURCES.encode(), "resources/mapping.yaml", defaults)
    assert (found.name, found.timezone, found.checks) == ("resources", "Europe/Berlin", ())
    assert found.fields["busy"].to == "bookings"
    assert load_alone(TASKS.encode(), "tasks/mapping.yaml").timezone == "Europe/Paris"
    for bad in (b"", b"- a\n", b"version: 2\n", PROJECTS.replace("number", "n").encode()):
        with pytest.raises(InvalidInput):
            load_alone(bad, "tasks/mapping.yaml")


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    found = refused(projects=PROJECTS + "#" * 1_000_000)
    assert "bytes" in found[0][1]


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
