"""From what a mapping says of its database to an id."""

import pytest

from notion_gitops.mapping import load_mappings, resolve_database
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping

ID = "1f2e3d4c-5b6a-7988-1f2e-3d4c5b6a7988"
BARE = ID.replace("-", "")


def mapping(database: str) -> DatabaseMapping:
    text = f"""\
version: 1
name: tasks
notion: {{database: "{database}"}}
git: {{path: state/records/tasks}}
fields: {{title: {{property: Name, type: title}}}}
"""
    return load_mappings({"mappings/tasks.yaml": text.encode()})[0]


@pytest.mark.parametrize(
    "written",
    [
        ID,
        BARE,
        BARE.upper(),
        f"https://www.notion.so/{BARE}",
        f"https://www.notion.so/acme/{BARE}?v=ffffffffffffffffffffffffffffffff",
        f"https://www.notion.so/acme/All-Tasks-{BARE}?v=0&pvs=4",
        f"https://www.notion.so/acme/All-Tasks-{ID}",
        f"https://notion.so/{BARE}/",
        f"https://app.notion.com/p/acme/Tasks-{BARE}",
        f"https://acme.notion.site/{BARE}",
        f"www.notion.so/{BARE}#anchor",
        f"https://www.notion.so/acme/abcdef-{BARE}",
    ],
)
def test_ids_and_links_give_the_id(written: str) -> None:
    """Holds M06."""
    assert resolve_database(mapping(written), {}) == ID
    assert resolve_database(mapping("${TASKS}"), {"TASKS": written}) == ID


@pytest.mark.parametrize(
    "value",
    [
        "Tasks",
        BARE[:-1],
        BARE + "0",
        "../users",
        "%2e%2e",
        f"../{BARE}",
        f"{BARE}/../users",
        f"https://evil.example/{BARE}",
        f"https://notion.so.evil.example/{BARE}",
        f"https://evilnotion.so/{BARE}",
        f"http://www.notion.so/{BARE}",
        f"https://www.notion.so/acme/Tasks?v={BARE}",
        f"https://www.notion.so/acme/Tasks{BARE}x",
        "https://[",
        "ntn_0123456789abcdef0123456789abcdef",
    ],
)
def test_what_is_no_database_is_refused_and_not_repeated(value: str) -> None:
    """Holds M06."""
    with pytest.raises(InvalidInput) as raised:
        resolve_database(mapping("${TASKS}"), {"TASKS": value})
    told = raised.value.diagnostics[0]
    assert told.summary == "the value of TASKS is no id and no URL of a Notion database"
    assert value not in told.summary + told.fix
    with pytest.raises(InvalidInput):
        mapping(value)


@pytest.mark.parametrize("environ", [{}, {"TASKS": ""}])
def test_a_variable_that_is_not_set(environ: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as raised:
        resolve_database(mapping("${TASKS}"), environ)
    told = raised.value.diagnostics[0]
    assert told.summary == "the variable TASKS is not set, and says which database tasks is"
    assert str(told.place) == "mappings/tasks.yaml:3:20"
    assert "--sandbox" in told.fix


def test_a_variable_may_be_a_part() -> None:
    assert resolve_database(mapping("https://www.notion.so/${TASKS}"), {"TASKS": BARE}) == ID
