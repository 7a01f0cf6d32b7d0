"""Options of properties: those that the mapping has words for, and those it has none for."""

from dataclasses import replace
from typing import TYPE_CHECKING

from notion_gitops.model.values import Unknown
from notion_gitops.notion.pages import decode_page
from notion_gitops.notion.schema_memory import follow
from tests.notion.notion_desk import Desk, T
from tests.notion.schema_memories import remember

if TYPE_CHECKING:
    from tests.notion.conftest import MakeMapping


def test_a_new_option_needs_permission(desk: Desk, make_mapping: "MakeMapping") -> None:
    desk.mapping = make_mapping(tags=("Multi", T.MULTI_SELECT, {}))
    assert "new_options: allow" in desk.refused({"tags": frozenset({"brand new"})})


def test_an_option_of_the_mapping_that_is_not_there_is_added_by_schema_apply(
    desk: Desk, make_mapping: "MakeMapping"
) -> None:
    desk.mapping = make_mapping(tags=("Multi", T.MULTI_SELECT, {"values": {"sf": "Fiction"}}))
    nowhere = replace(desk.schema.properties["Multi"], options={})
    properties = {**desk.schema.properties, "Multi": nowhere}
    desk.schema = replace(desk.schema, properties=properties)
    told = desk.refused({"tags": frozenset({"sf"})})
    assert "It has no options yet. To add what the mapping names: notion-gitops schema" in told
    assert "new_options" not in told


def test_an_option_without_a_word_is_left_alone_on_both_sides(
    desk: Desk, make_mapping: "MakeMapping"
) -> None:
    desk.mapping = make_mapping(tags=("Multi", T.MULTI_SELECT, {"values": {"ex": "x"}}))
    plain = {"Multi": {"multi_select": [{"name": "x"}, {"name": "y"}]}}
    desk.gateway.update_page(desk.page_id, plain)
    decoded = decode_page(desk.page(), desk.mapping, desk.schema, desk.people)
    assert isinstance(decoded.record.fields["tags"], Unknown)
    (finding,) = decoded.findings
    assert finding.check == "unknown option"
    assert "values:" in finding.fix
    assert "y: y" in finding.fix
    assert finding.keys == ("full",)
    assert '"y" in Notion' in desk.refused({"tags": frozenset({"ex"})})


def test_an_option_renamed_in_notion_changes_no_record(desk: Desk) -> None:
    """Holds F016."""
    desk.send({"select": "a", "tags": frozenset({"x", "y"})})
    before = desk.read()
    memory = remember(desk.schema, desk.mapping)
    renamed = {
        name: replace(
            prop, options={f"{n} (renamed)": identity for n, identity in prop.options.items()}
        )
        for name, prop in desk.schema.properties.items()
    }
    page = desk.page()
    page["properties"]["Select"]["select"]["name"] += " (renamed)"
    for option in page["properties"]["Multi"]["multi_select"]:
        option["name"] += " (renamed)"
    desk.schema = follow(replace(desk.schema, properties=renamed), desk.mapping, memory).schema
    decoded = decode_page(page, desk.mapping, desk.schema, desk.people)
    assert dict(decoded.record.fields) == before
    sent = desk.sent({"select": "a", "tags": frozenset({"x"})}, page)
    assert sent["Select"]["select"] == {"id": page["properties"]["Select"]["select"]["id"]}
    assert "name" not in sent["Multi"]["multi_select"][0]


def test_sets_keep_their_order_in_notion(desk: Desk) -> None:
    desk.send({"tags": frozenset({"x"})})
    desk.send({"tags": frozenset({"x", "z"})})
    page = desk.send({"tags": frozenset({"x", "y", "z"})})
    assert [o["name"] for o in page["properties"]["Multi"]["multi_select"]] == ["x", "z", "y"]
    page = desk.send({"tags": frozenset({"z", "y"})})
    assert [o["name"] for o in page["properties"]["Multi"]["multi_select"]] == ["z", "y"]
