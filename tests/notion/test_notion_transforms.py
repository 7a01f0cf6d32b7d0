"""Transforms of a field, on the way to Notion and back."""

from typing import TYPE_CHECKING, Any

import pytest

from notion_gitops.model.diagnostics import Place
from notion_gitops.model.expressions import Expression
from notion_gitops.model.values import Unknown
from notion_gitops.notion.pages import decode_page
from tests.notion.notion_desk import Desk, T

if TYPE_CHECKING:
    from tests.notion.conftest import MakeMapping


def expression(source: str, result: Any) -> Expression:
    return Expression(source, Place("m.yaml"), lambda names: result(names["value"]))


def test_transforms_are_applied_both_ways(desk: Desk, make_mapping: "MakeMapping") -> None:
    minutes = {
        "to_notion": expression("value / 60", lambda v: v / 60),
        "to_git": expression("value * 60", lambda v: v * 60),
    }
    desk.mapping = make_mapping(number=("Number", T.NUMBER, minutes))
    page = desk.send({"number": 90})
    assert page["properties"]["Number"]["number"] == 1.5
    assert desk.read()["number"] == 90


def test_a_transform_without_a_way_back_is_not_written(
    desk: Desk, make_mapping: "MakeMapping"
) -> None:
    lossy = {
        "to_notion": expression("value | lower", str.lower),
        "to_git": expression("value", lambda v: v),
    }
    desk.mapping = make_mapping(text=("Text", T.RICH_TEXT, lossy))
    assert "would come back" in desk.refused({"text": "Loud"})
    desk.send({"text": "quiet"})


@pytest.mark.parametrize("result", [7, ["a", 1], {"a": 1}, True])
def test_a_transform_that_gives_something_else_is_told(
    desk: Desk, make_mapping: "MakeMapping", result: Any
) -> None:
    wrong = {"to_git": expression("odd", lambda _: result)}
    desk.mapping = make_mapping(tags=("Multi", T.MULTI_SELECT, wrong))
    desk.gateway.update_page(desk.page_id, {"Multi": {"multi_select": [{"name": "x"}]}})
    decoded = decode_page(desk.page(), desk.mapping, desk.schema, desk.people)
    assert isinstance(decoded.record.fields["tags"], Unknown)
    assert decoded.findings[0].check == "transform"
