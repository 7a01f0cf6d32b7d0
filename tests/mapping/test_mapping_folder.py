"""Mappings in a folder: the defaults, what is wrong between two of them, and the files."""

from pathlib import Path

import pytest

from notion_gitops.mapping import load_folder, load_mappings
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import (
    CheckKind,
    Mode,
    Take,
)
from tests.mapping.mapping_samples import BOOKINGS, PROJECTS, RESOURCES, TASKS, load, refused

# --- the defaults ---------------------------------------------------------------------------


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


# --- one against another --------------------------------------------------------------------


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


def test_one_mapping_in_two_files() -> None:
    files = {"m/projects.yaml": PROJECTS.encode(), "m/projects.yml": PROJECTS.encode()}
    with pytest.raises(InvalidInput) as raised:
        load_mappings(files)
    assert 'two files are the mapping "projects"' in {d.summary for d in raised.value.diagnostics}


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


# --- the files ------------------------------------------------------------------------------


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


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    found = refused(projects=PROJECTS + "#" * 1_000_000)
    assert "bytes" in found[0][1]
