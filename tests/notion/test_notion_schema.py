"""Finding the database behind a mapping, and holding the mapping against it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import InvalidInput, NotShared
from notion_gitops.model.mapping import DatabaseMapping, Direction, Field, KeyRule, PropertyType
from notion_gitops.model.people import People
from notion_gitops.notion.carrying import Context, NotCarried
from notion_gitops.notion.schema import PropertySchema, Schema, parse_schema, read_schema
from notion_gitops.notion.schema_check import check_schema, check_two_faces
from notion_gitops.notion.schema_memory import follow
from notion_gitops.notion.values import decode
from tests.notion.schema_memories import remember

if TYPE_CHECKING:
    from tests.notion.conftest import MakeMapping, Notion

PLACE = Place("mappings/things.yaml", 3)
MISSING = "11111111-2222-4333-8444-555555555555"


def change(notion: "Notion", name: str, properties: dict[str, Any]) -> None:
    """Change a schema as a person in Notion would."""
    sender = notion.gateway()._sender
    path = f"data_sources/{notion.source(name)}"
    sender.client.request(path, "PATCH", body={"properties": properties})


def test_a_database_is_found_by_its_own_id_or_its_data_sources(notion: "Notion") -> None:
    (summary,) = [d for d in notion.sandbox.databases() if d.title == "Everything"]
    by_source = read_schema(notion.gateway(), summary.data_source_id)
    url = f"https://www.notion.so/acme/Everything-{summary.database_id.replace('-', '')}?v=1"
    assert read_schema(notion.gateway(), url) == by_source
    assert by_source.title == "Everything"
    assert by_source.database_id == summary.database_id
    held = set(PropertyType) - {PropertyType.BODY}  # the text of a page is no property
    assert {p.type for p in by_source.properties.values()} == held
    assert set(by_source.properties["Select"].options) == {"A", "B"}
    assert by_source.unsupported == ()


def test_a_known_data_source_costs_one_request(notion: "Notion") -> None:
    (one, two) = notion.sandbox.databases()
    gateway = notion.gateway()
    found = read_schema(gateway, one.database_id, data_source_id=one.data_source_id)
    assert found.data_source_id == one.data_source_id
    assert gateway.counts.requests == 1
    other = read_schema(gateway, one.database_id, data_source_id=two.data_source_id)
    assert other.data_source_id == one.data_source_id  # of another database: not believed


@pytest.mark.parametrize("reference", ["Tasks", "../users", ""])
def test_what_is_no_id_is_told_with_its_place(notion: "Notion", reference: str) -> None:
    with pytest.raises(InvalidInput, match="not the id") as caught:
        read_schema(notion.gateway(), reference, PLACE)
    assert caught.value.diagnostics[0].place == PLACE
    assert notion.sandbox.requests == 0


def test_the_id_of_a_page_is_explained(notion: "Notion") -> None:
    page = notion.gateway().query(notion.source("projects")).pages[0]["id"]
    with pytest.raises(InvalidInput, match="is a page"):
        read_schema(notion.gateway(), page, PLACE)


def test_a_database_that_is_not_shared_is_told_with_its_place(notion: "Notion") -> None:
    with pytest.raises(NotShared) as caught:
        read_schema(notion.gateway(), MISSING, PLACE)
    assert caught.value.diagnostics[0].place == PLACE
    assert "Connections" in caught.value.diagnostics[0].fix


def test_several_data_sources_are_listed(notion: "Notion") -> None:
    (one, _) = notion.sandbox.databases()
    notion.gateway()._sender.client.request(
        "data_sources",
        "POST",
        body={
            "parent": {"type": "database_id", "database_id": one.database_id},
            "title": [{"text": {"content": "Second"}}],
            "properties": {"Name": {"title": {}}},
        },
    )
    with pytest.raises(InvalidInput, match="2 data sources") as caught:
        read_schema(notion.gateway(), one.database_id, PLACE)
    assert one.data_source_id in caught.value.diagnostics[0].detail
    assert "Second" in caught.value.diagnostics[0].detail


@pytest.fixture
def schema(notion: "Notion") -> Schema:
    return notion.schema("everything")


def problems(
    mapping: DatabaseMapping, schema: Schema, sources: dict[str, str] | None = None
) -> list[tuple[str, str]]:
    found = check_schema(mapping, schema, sources or {})
    assert all(d.place is not None and d.fix for d in found)
    return [(d.summary, d.fix) for d in found]


def test_a_mapping_that_fits_has_no_problems(
    notion: "Notion", schema: Schema, make_mapping: "MakeMapping"
) -> None:
    mapping = make_mapping(
        text=("Text", PropertyType.RICH_TEXT, {}),
        select=("Select", PropertyType.SELECT, {"values": {"a": "A", "b": "B"}}),
        project=("Relation", PropertyType.RELATION, {"to": "projects"}),
    )
    assert problems(mapping, schema, {"projects": notion.source("projects")}) == []


def test_all_problems_are_told_at_once(
    notion: "Notion", schema: Schema, make_mapping: "MakeMapping"
) -> None:
    mapping = make_mapping(
        missing=("Selekt", PropertyType.SELECT, {}),
        kind=("Number", PropertyType.RICH_TEXT, {}),
        option=("Multi", PropertyType.MULTI_SELECT, {"values": {"x": "X"}}),
        fresh=("Multi", PropertyType.MULTI_SELECT, {"values": {"x": "X"}, "new_options": True}),
        elsewhere=("Relation", PropertyType.RELATION, {"to": "tasks"}),
    )
    mapping = replace(mapping, key=KeyRule(None, "Number", place=PLACE))
    sources = {"projects": notion.source("projects"), "tasks": MISSING}
    found = problems(mapping, schema, sources)
    assert [summary for summary, _ in found] == [
        'The key property "Number" is a number, and a key needs a text',
        'The database "Everything" has no property "Selekt"',
        'The property "Number" is a number in Notion, not a rich_text',
        '"x" stands for "X", and "Multi" has no such option',
        'The relation "Relation" leads to projects, not to tasks',
    ]
    assert 'Did you mean "Select"?' in found[1][1]
    assert 'Did you mean "x"?' in found[3][1]
    assert found[3][1].endswith("To add it: notion-gitops schema plan.")


def test_a_relation_to_what_no_mapping_covers(
    notion: "Notion", schema: Schema, make_mapping: "MakeMapping"
) -> None:
    mapping = make_mapping(rel=("Relation", PropertyType.RELATION, {"to": "tasks"}))
    ((summary, _),) = problems(mapping, schema, {"tasks": MISSING})
    assert "no mapping covers" in summary


def test_a_missing_key_property_is_told(schema: Schema, make_mapping: "MakeMapping") -> None:
    mapping = replace(make_mapping(), key=KeyRule(None, "Kee", place=PLACE))
    ((summary, fix),) = problems(mapping, schema)
    assert "Kee" in summary
    assert '"Key"' in fix


@pytest.mark.parametrize(("direction", "expected"), [(Direction.BOTH, 1), (Direction.PULL, 0)])
def test_only_one_face_of_a_relation_may_be_written(
    notion: "Notion", make_mapping: "MakeMapping", direction: Direction, expected: int
) -> None:
    one = make_mapping(rel=("Relation", PropertyType.RELATION, {"to": "projects"}))
    two = make_mapping(
        back=("Things", PropertyType.RELATION, {"to": "things", "direction": direction})
    )
    pairs = [(one, notion.schema("everything")), (two, notion.schema("projects"))]
    assert len(list(check_two_faces(pairs))) == expected


def test_a_renamed_property_is_followed_with_a_hint(
    notion: "Notion", schema: Schema, make_mapping: "MakeMapping"
) -> None:
    mapping = make_mapping(text=("Text", PropertyType.RICH_TEXT, {}))
    memory = remember(schema, mapping)
    change(notion, "everything", {"Text": {"name": "Prose"}})
    followed = follow(notion.schema("everything"), mapping, memory)
    assert problems(mapping, followed.schema) == []
    assert followed.schema.properties["Text"].name == "Prose"
    assert followed.drift == ()
    assert "Prose" in followed.hints[0].fix
    assert remember(followed.schema, mapping) == memory


def test_a_retyped_property_is_drift(
    notion: "Notion", schema: Schema, make_mapping: "MakeMapping"
) -> None:
    mapping = make_mapping(text=("Text", PropertyType.RICH_TEXT, {}))
    memory = remember(schema, mapping)
    change(notion, "everything", {"Text": {"number": {}}})
    followed = follow(notion.schema("everything"), mapping, memory)
    assert "was rich_text and is number" in followed.drift[0].summary


def test_a_property_made_anew_under_the_old_name_is_drift(
    notion: "Notion", schema: Schema, make_mapping: "MakeMapping"
) -> None:
    """Holds F014."""
    mapping = make_mapping(text=("Text", PropertyType.RICH_TEXT, {}))
    memory = remember(schema, mapping)
    change(notion, "everything", {"Text": None})
    gone = follow(notion.schema("everything"), mapping, memory)
    assert gone.drift == ()  # check_schema says that it is missing
    change(notion, "everything", {"Text": {"rich_text": {}}})
    followed = follow(notion.schema("everything"), mapping, memory)
    assert "made anew" in followed.drift[0].summary


def test_two_properties_that_swap_their_names_are_both_followed(
    notion: "Notion", schema: Schema, make_mapping: "MakeMapping"
) -> None:
    mapping = make_mapping(
        text=("Text", PropertyType.RICH_TEXT, {}), key=("Key", PropertyType.RICH_TEXT, {})
    )
    memory = remember(schema, mapping)
    for change_ in ({"Text": {"name": "?"}}, {"Key": {"name": "Text"}}, {"?": {"name": "Key"}}):
        change(notion, "everything", change_)
    followed = follow(notion.schema("everything"), mapping, memory)
    assert problems(mapping, followed.schema) == []
    properties = followed.schema.properties
    assert (properties["Text"].name, properties["Key"].name) == ("Key", "Text")
    assert len(followed.hints) == 2
    assert remember(followed.schema, mapping) == memory


def test_another_property_under_the_old_name_is_not_taken_for_it(
    notion: "Notion", schema: Schema, make_mapping: "MakeMapping"
) -> None:
    mapping = make_mapping(text=("Text", PropertyType.RICH_TEXT, {}))
    memory = remember(schema, mapping)
    change(notion, "everything", {"Text": {"name": "Prose"}})
    change(notion, "everything", {"Text": {"rich_text": {}}})
    followed = follow(notion.schema("everything"), mapping, memory)
    assert followed.schema.properties["Text"].id == schema.properties["Text"].id
    assert "Another property" in followed.hints[0].detail


@pytest.mark.parametrize("identity", ["%5BVHf", "a%3Ab%25", "title"])
def test_ids_of_properties_are_the_same_encoded_and_decoded(
    schema: Schema, make_mapping: "MakeMapping", identity: str
) -> None:
    mapping = make_mapping(text=("Text", PropertyType.RICH_TEXT, {}))
    body = {"id": identity, "type": "rich_text", "rich_text": {}}
    source = {"id": schema.data_source_id, "properties": {"Prose": body}}
    memory = {"Text": {"id": unquote(identity), "type": "rich_text", "options": {}}}
    followed = follow(parse_schema(source), mapping, memory)
    assert followed.schema.properties["Text"].name == "Prose"


def test_options_that_swap_their_names_keep_their_records(
    schema: Schema, make_mapping: "MakeMapping"
) -> None:
    """And a new option under an old name is told, not taken for the old one."""
    mapping = make_mapping(kind=("Select", PropertyType.SELECT, {}))
    memory = remember(schema, mapping)
    before = schema.properties["Select"]
    a, b = before.options["A"], before.options["B"]

    def now(**options: str) -> PropertySchema:
        changed = {**schema.properties, "Select": replace(before, options=options)}
        seen = follow(replace(schema, properties=changed), mapping, memory)
        assert "renamed in Notion" in seen.hints[0].summary
        assert seen.drift == ()
        return seen.schema.properties["Select"]

    swapped = now(A=b, B=a)
    assert (swapped.option_id("A"), swapped.option_id("B")) == (a, b)
    assert (swapped.option_name(a, "B"), swapped.option_name(b, "A")) == ("A", "B")
    assert swapped.records_options == {"A": a, "B": b}
    taken = now(A="new", B=b, C=a)
    assert taken.option_name("new", "A") is None
    assert taken.option_name(a, "C") == "A"
    assert taken.records_options == {"A": a, "B": b}


@pytest.mark.parametrize(("values", "told"), [(24, True), (25, False), (26, True)])
def test_a_rollup_that_may_be_cut_is_no_value(schema: Schema, values: int, told: bool) -> None:
    field = Field("names", "Rollup", PropertyType.ROLLUP, PLACE)
    context = Context(field, schema.properties["Rollup"], People(), ZoneInfo("UTC"))
    one = {"type": "title", "title": [{"type": "text", "plain_text": "A"}]}
    array = {"type": "array", "array": [one] * values, "function": "show_original"}
    prop = {"type": "rollup", "rollup": array}
    if told:
        assert decode(prop, context) == ("A",) * values
    else:
        with pytest.raises(NotCarried, match="left out more"):
            decode(prop, context)
