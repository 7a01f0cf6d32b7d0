"""`init` from a live database: whatever Notion holds, the mapping loads and says the same."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from notion_gitops.mapping.drafting import mapping_text
from notion_gitops.mapping.loading import load_mappings
from notion_gitops.mapping.naming import holdable, mapping_name, words_for
from notion_gitops.mapping.people import load_people
from notion_gitops.model.errors import InvalidInput, UsageError
from notion_gitops.model.mapping import Direction, Mode, PropertyType, Take
from notion_gitops.model.survey import Survey, Verdict
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.schema import read_schema
from notion_gitops.notion.schema_check import check_schema
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox, SandboxTransport
from notion_gitops.workflow.init_database import Wanted, init_databases
from notion_gitops.workflow.init_people import NO_PEOPLE, note_people
from notion_gitops.workflow.reading.survey import assess, look

Json = dict[str, Any]


class Notion:
    """A sandbox with one page that databases are put on."""

    def __init__(self) -> None:
        self.sandbox = Sandbox()
        transport = SandboxTransport(self.sandbox)
        self.gateway = open_gateway(
            DEFAULT_TOKEN, transport=transport, settings=Settings(budget=None)
        )
        self.page = self.sandbox.create_root_page("Registry")

    def database(self, title: str, properties: Json) -> str:
        """Make a database; its id."""
        return str(self.gateway.create_database(self.page, title, properties)["id"])

    def source(self, database: str) -> str:
        return str(self.gateway.database(database)["data_sources"][0]["id"])

    def rows(self, database: str, *rows: Json) -> list[str]:
        """Add pages; their ids."""
        source = self.source(database)
        return [str(self.gateway.create_page(source, row)["id"]) for row in rows]


@pytest.fixture(scope="module")
def notion() -> Iterator[Notion]:
    found = Notion()
    yield found
    found.sandbox.close()


TITLE: Json = {"Name": {"title": {}}}
HOSTILE = (
    "it's: {a}", '"quoted"', "a\nb", "tab\there", "{{ value }}", "# no comment", "- list", "key",
    "title", "true", "null", "if", "${HOME}", "Дата", "日付", "🚀", "Due", "due", "DUE", "due!",
    "1st", "%5BVHf", "!tag", "&anchor", "*alias", "a: b", "@at", " spaced ", "\u2028", "\x7f",
    "body", "git", "notion", "base", "x" * 300, "..", "~", "[x]", "a,b", "\\", "status",
)  # fmt: skip
OPTION_NAMES = [n for n in HOSTILE if "," not in n and len(n) < 100 and n not in ("Due", "DUE")]
SIMPLE = (
    "rich_text", "number", "date", "people", "files", "checkbox", "url", "email", "phone_number",
    "created_time", "created_by", "last_edited_time", "last_edited_by", "unique_id", "place",
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
)
OPTION = TEXTS.map(lambda text: text.replace(",", "")[:100]).filter(str.strip)
OPTIONS = st.lists(OPTION, max_size=5, unique_by=str.casefold)


def _choice(kind: str) -> st.SearchStrategy[Json]:
    return OPTIONS.map(lambda names: {kind: {"options": [{"name": n} for n in names]}})


CONFIG = st.one_of(
    st.sampled_from(SIMPLE).map(lambda kind: {kind: {}}),
    *map(_choice, ("select", "multi_select", "status")),
)
PROPERTIES = st.dictionaries(TEXTS, CONFIG, max_size=8).filter(
    lambda made: sum("unique_id" in config for config in made.values()) <= 1  # Notion takes one
)
NUMBERS = count(1)


@given(title=TEXTS, title_property=TEXTS, properties=PROPERTIES)
@example("Tasks", "Name", {name: {"rich_text": {}} for name in HOSTILE})
@example("日付", "題", {name: {"date": {}} for name in ("日付", "期限", "é", "e")})
@example("x", "y", {"s": {"status": {"options": [{"name": n} for n in OPTION_NAMES]}}})
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_schema_gives_a_mapping_that_loads_and_equals_it(
    notion: Notion, title: str, title_property: str, properties: Json
) -> None:
    # "title" is the id of the title property, so no other can be made under that name.
    properties = {n: p for n, p in properties.items() if n not in (title_property, "title")}
    database = notion.database(title, {title_property: {"title": {}}, **properties})
    found = look(notion.gateway, database)
    name = mapping_name(found.schema.title, ())
    assessed = assess({name: found}, {})[name]
    text = mapping_text(assessed.draft)
    if not holdable(title_property):  # there is no mapping without a title
        with pytest.raises(UsageError, match="the title of"):
            init_databases(Path("nowhere"), notion.gateway, [Wanted(database)], {})
        return
    (mapping,) = load_mappings({f"mappings/{name}.yaml": text.encode()})
    assert check_schema(mapping, found.schema, {name: found.schema.data_source_id}) == []
    taken = {f.property_name: f for f in mapping.properties}
    left = {p.name for p in assessed.properties if p.verdict is not Verdict.TAKEN}
    assert taken.keys() | left == found.schema.properties.keys()
    assert not taken.keys() & left
    for prop in assessed.properties:
        if prop.verdict is Verdict.TAKEN:
            spec = taken[prop.name]
            assert (spec.name, spec.type.value) == (prop.field, prop.type)
            if spec.values is not None:
                assert list(spec.values.values()) == list(
                    found.schema.properties[prop.name].options
                )
        elif prop.verdict is Verdict.KEY:
            assert mapping.key.property_name == prop.name
        else:
            assert prop.why
    assert mapping.mode is Mode.MIRROR


@given(OPTIONS)
def test_words_for_options_are_as_many_as_the_options(names: list[str]) -> None:
    assert list(words_for(names).values()) == names


# What a person is told


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "mappings").mkdir()
    return tmp_path


def _init(notion: Notion, root: Path, **databases: str) -> dict[str, Survey]:
    wanted = [Wanted(database, name) for name, database in databases.items()]
    return {s.mapping: s for s in init_databases(root, notion.gateway, wanted, {})}


def _text(text: str) -> Json:
    return {"rich_text": [{"text": {"content": text}}]}


@pytest.mark.parametrize(
    ("keys", "taken", "said"),
    [
        (["a", "b", "c"], True, ""),
        (["a", "b", ""], True, "is empty in 1 page: their files"),
        ([], True, ""),
        (["a", "A", "b"], False, "the same text in several pages"),
        (["a", "", ""], False, "is empty in 2 pages of 3"),
        (["a", "../b", "c"], False, "cannot be the name of a file"),
    ],
)
def test_a_key_is_a_text_that_looks_like_one_and_is_unique(
    notion: Notion, root: Path, keys: list[str], taken: bool, said: str
) -> None:
    database = notion.database("T", {**TITLE, "Task ID": {"rich_text": {}}, "X": {"rich_text": {}}})
    notion.rows(database, *({"Task ID": _text(key)} for key in keys))
    survey = _init(notion, root, tasks=database)["tasks"]
    assert [p.name for p in survey.of(Verdict.KEY)] == (["Task ID"] if taken else [])
    assert any(said in decision for decision in survey.decisions)
    (mapping,) = load_mappings({"mappings/tasks.yaml": (root / "mappings/tasks.yaml").read_bytes()})
    assert mapping.key.property_name == ("Task ID" if taken else None)
    if not taken:
        assert any("schema apply" in decision for decision in survey.decisions)


def test_of_a_two_way_relation_the_side_with_fewer_links_is_taken(
    notion: Notion, root: Path
) -> None:
    projects = notion.database("Projects", TITLE)
    tasks = notion.database("Tasks", TITLE)
    target = {"data_source_id": notion.source(tasks), "dual_property": {}}
    notion.gateway.change_properties(notion.source(projects), {"Tasks": {"relation": target}})
    schema = read_schema(notion.gateway, tasks)
    face = next(name for name in schema.properties if name.startswith("Related"))
    notion.gateway.change_properties(notion.source(tasks), {face: {"name": "Project"}})
    (project,) = notion.rows(projects, {})
    one = {"Project": {"relation": [{"id": project}]}}
    notion.rows(tasks, one, one)
    surveys = _init(notion, root, projects=projects, tasks=tasks)
    assert [p.name for p in surveys["tasks"].of(Verdict.TAKEN)] == ["Name", "Project"]
    (left,) = surveys["projects"].of(Verdict.OTHER_FACE)
    assert left.why == 'the other side of "Project" in tasks'
    files = {f"mappings/{p.name}": p.read_bytes() for p in (root / "mappings").glob("*.yaml")}
    by_name = {m.name: m for m in load_mappings(files)}
    assert by_name["tasks"].fields["project"].to == "projects"
    assert by_name["tasks"].fields["project"].direction is Direction.BOTH


def test_a_relation_to_what_is_mapped_already_and_one_to_what_is_not(
    notion: Notion, root: Path
) -> None:
    known, other = notion.database("Known", TITLE), notion.database("Other", TITLE)
    _init(notion, root, known=known)
    relations = {
        name: {"relation": {"data_source_id": notion.source(database), "single_property": {}}}
        for name, database in (("Known one", known), ("Other one", other))
    }
    database = notion.database("Tasks", {**TITLE, **relations})
    wanted = [Wanted(database)]
    (survey,) = init_databases(root, notion.gateway, wanted, {"known": known})
    assert [p.name for p in survey.of(Verdict.TAKEN)] == ["Name", "Known one"]
    assert [p.name for p in survey.of(Verdict.NOT_MAPPED)] == ["Other one"]
    assert "without a mapping" in survey.decisions[1]
    assert "# other_one: {property: Other one" in (root / "mappings/tasks.yaml").read_text("utf-8")


def test_the_sample_rules_are_the_three_priorities(notion: Notion, root: Path) -> None:
    options = {"options": [{"name": n} for n in ("Not started", "Started", "Over")]}
    properties = {"State": {"status": options}, "Due": {"date": {}}, "Who": {"people": {}}}
    _init(notion, root, tasks=notion.database("T", {**TITLE, **properties}))
    (mapping,) = load_mappings({"mappings/tasks.yaml": (root / "mappings/tasks.yaml").read_bytes()})
    rules = [
        (r.take, set(r.fields or ()), r.when.source if r.when else None) for r in mapping.rules
    ]
    assert rules == [
        (Take.GIT, {"due"}, "git.state == 'started'"),
        (Take.NOTION, {"who"}, None),
        (Take.LATEST, {"state"}, None),
    ]
    assert mapping.fields["state"].type is PropertyType.STATUS


def test_nothing_is_written_over(notion: Notion, root: Path) -> None:
    database, other = notion.database("Tasks", TITLE), notion.database("Tasks", TITLE)
    (root / "mappings/tasks.yml").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="no file is written over"):
        init_databases(root, notion.gateway, [Wanted(database)], {})
    assert sorted(p.name for p in (root / "mappings").iterdir()) == ["tasks.yml"]
    (root / "mappings/tasks.yml").unlink()
    surveys = init_databases(root, notion.gateway, [Wanted(database), Wanted(other)], {})
    assert [s.mapping for s in surveys] == ["tasks", "tasks-2"]
    before = (root / "mappings/tasks.yaml").read_bytes()
    with pytest.raises(UsageError, match=r"has a mapping already: mappings/tasks.yaml"):
        init_databases(root, notion.gateway, [Wanted(database, "again")], {"tasks": database})
    assert (root / "mappings/tasks.yaml").read_bytes() == before


@pytest.mark.parametrize("name", ["Tasks", "1st", "a b", "../x", "_defaults"])
def test_a_name_that_no_mapping_can_have(notion: Notion, root: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        init_databases(root, notion.gateway, [Wanted("0" * 32, name)], {})


def test_what_is_no_database(notion: Notion, root: Path) -> None:
    for reference in ("tasks", notion.page):
        with pytest.raises(InvalidInput):
            init_databases(root, notion.gateway, [Wanted(reference)], {})
    assert list((root / "mappings").iterdir()) == []


def test_the_data_sources_that_a_search_finds(notion: Notion) -> None:
    names = [f"Found {n}" for n in range(3)]
    made = {notion.source(notion.database(name, TITLE)) for name in names}
    assert made <= {source["id"] for source in notion.gateway.data_sources()}


FOUND = {
    "3f0c6a52-8d1e-4b7a-9c35-61a2e0d4b701": "Ann Lee",
    "a91d2e47-5b60-4c8f-8e13-7d94c2f5a802": "Ann: Kowalczyk",
    "c47be810-2f93-4d56-b0a8-19e3d7c6f903": "Zoë Ito",
    "5e82f1b3-90c4-4a27-a6d1-c83b5f7e1a04": "山田",
    "d106a7c9-4e3b-4f85-93b2-58c0e6a9db05": "",
}


def test_the_people_found_get_aliases(root: Path) -> None:
    said = note_people(root, FOUND)
    assert "5 people found" in said
    people = load_people((root / "state/people.yaml").read_text("utf-8"), "people")
    assert {p.user_id: p.name for p in people.by_alias.values()} == FOUND
    assert set(people.by_alias) == {"ann-lee", "ann-kowalczyk", "zoe", "person", "person-2"}
    assert note_people(root, FOUND) == ""


def test_a_list_of_people_that_somebody_wrote_stays_and_the_others_are_named(root: Path) -> None:
    mine = NO_PEOPLE.replace(" {}", "\n  al: {user: 3f0c6a52-8d1e-4b7a-9c35-61a2e0d4b701}  # me")
    (root / "state").mkdir()
    (root / "state/people.yaml").write_text(mine, "utf-8")
    said = note_people(root, FOUND)
    assert "zoe: {user: c47be810-2f93-4d56-b0a8-19e3d7c6f903, name: Zoë Ito}" in said
    assert "Ann Lee" not in said
    assert (root / "state/people.yaml").read_text("utf-8") == mine
