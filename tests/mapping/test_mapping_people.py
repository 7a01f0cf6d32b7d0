"""The directory of people."""

import pytest

from notion_gitops.mapping import load_people
from notion_gitops.model.errors import InvalidInput

FILE = "state/people.yaml"
ANN = "6794760a-1f15-45cd-9c65-0dfe42f5135a"
GOOD = f"""\
format_version: 1
people:
  ann: {{user: {ANN}, name: Ann Lee, email: Ann@example.org}}
  bo.chen: {{user: 92a680bbcf5b4d0e8a2b1c3d4e5f6071}}
"""


def test_people_are_found_from_either_side() -> None:
    people = load_people(GOOD, FILE)
    assert people.alias_of(ANN) == "ann"
    assert people.by_alias["ann"].name == "Ann Lee"
    assert people.user_id_of("bo.chen") == "92a680bb-cf5b-4d0e-8a2b-1c3d4e5f6071"
    assert people.user_id_of("ann@EXAMPLE.org") == ANN


def refused(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as raised:
        load_people(text, FILE)
    return [(str(d.place), d.summary) for d in raised.value.diagnostics]


def test_nobody_may_have_two_aliases() -> None:
    text = GOOD + f"  lee: {{user: {ANN.upper()}, email: ann@example.org}}\n"
    assert refused(text) == [
        (f"{FILE}:5:15", "this person has another alias already"),
        (f"{FILE}:5:60", "this person has another alias already"),
    ]


def test_all_problems_are_told() -> None:
    text = """\
format_version: 1
people:
  Ann Lee: {user: 6794760a-1f15-45cd-9c65-0dfe42f5135a}
  bo: {user: bo}
  carla: {name: Carla, mail: c@example.org}
"""
    assert refused(text) == [
        (f"{FILE}:3:3", '"Ann Lee" cannot be a name here'),
        (f"{FILE}:4:14", '"bo" does not have the right form'),
        (f"{FILE}:5:10", '"user" is missing'),
        (f"{FILE}:5:24", 'unknown key "mail"'),
    ]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("", "the file is empty"),
        ("- ann\n", "the file must be a table, not a list"),
        ("format_version: 2\npeople: {}\n", "version 2 is newer than this notion-gitops"),
        ("people: {}\n", '"format_version" is missing'),
        ("format_version: 1\npeople: {a: {user: x}, a: {user: y}}\n", '"a" is here twice'),
    ],
)
def test_a_file_of_another_form(text: str, summary: str) -> None:
    assert refused(text)[0][1].startswith(summary)


def test_a_team_without_people() -> None:
    assert load_people("format_version: 1\npeople: {}\n", FILE).by_alias == {}
