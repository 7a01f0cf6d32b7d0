"""Whatever is written to a page as Markdown, what is read of it then stays the same.

But for a table of contents: it reads as `[TOC]`, which is text when it is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from notion_gitops.sandbox.blocks.store import Draft, Node
from notion_gitops.sandbox.markdown.reading import drafts_of
from notion_gitops.sandbox.markdown.writing import written
from notion_gitops.sandbox.values.richtext import parse_rich_text

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call
    from tests.sandbox.conftest import Api, Json

LAW = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

_SNIPPETS = (
    "a", "b c", " ", "\n", "\n", "\n\n", "\t", "  ", "# ", "- ", "* ", "1. ", "3) ", "> ", "- [ ] ",
    "- [x] ", "---", "***", "```", "```py\n", "$$", "$", "`", "``", "$`x`$", "**", "*", "~~", "_",
    "[", "]", "(", ")", "[l](https://e.x/a)", "![p](https://e.x/p.png)", "https://e.x/y", "<br>",
    "<", ">", "{", "}", "|", "^", "\\", "\\*", "!", '<span color="red">', "</span>",
    '{color="blue_bg"}', '{toggle="true"}', "<callout>", '<callout icon="!">', "</callout>",
    "<details>", "<summary>s</summary>", "</details>", "<columns>", "<column>", "</column>",
    "</columns>", "<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "| a | b |",
    "|---|---|", "<empty-block/>", "<synced_block>", "</synced_block>",
    '<mention-date start="2026-07-01"/>', '<video src="https://e.x/v">c</video>', "é", "\r", "\v",
)  # fmt: skip

texts = st.lists(st.sampled_from(_SNIPPETS), max_size=14).map("".join)


def nodes(drafts: tuple[Draft, ...], at: str = "n") -> tuple[Node, ...]:
    """Blocks as they would be in the file."""
    return tuple(
        Node(f"{at}{n}", float(n), one.kind, one.content, nodes(one.children, f"{at}{n}."))
        for n, one in enumerate(drafts)
    )


def rewritten(call: Call, text: str) -> str:
    return written(call, nodes(drafts_of(text))).markdown


@LAW
@given(texts)
@example("**a `**` b**")
@example("- a\n      deep\n  - b")
@example('<callout icon="!">\n\tx\n</callout>')
def test_what_was_read_once_reads_the_same_ever_after(api: Api, text: str) -> None:
    with api.sandbox.acting() as call:
        once = rewritten(call, text)
        assert rewritten(call, once) == once


def _item(text: str, flags: frozenset[str], color: str, link: str | None) -> Json:
    notes: Json = {**dict.fromkeys(flags, True), "color": color}
    return {
        "text": {"content": text, "link": None if link is None else {"url": link}},
        "annotations": notes,
    }


words = st.text("ab*_~`$[]<>{}|^\\#-1.!é \n", min_size=1, max_size=8)
items = st.builds(
    _item,
    words,
    st.frozensets(st.sampled_from(["bold", "italic", "strikethrough", "underline", "code"])),
    st.sampled_from(["default", "red", "gray_background"]),
    st.sampled_from([None, "https://e.x/(a)", "https://e.x/b c"]),
)
rich_texts = st.lists(items, max_size=5).map(lambda given: parse_rich_text(given, "body"))


def _paragraph(text: list[Json]) -> Node:
    return Node("n", 1.0, "paragraph", {"rich_text": text, "color": "default"}, ())


@LAW
@given(rich_texts)
def test_any_rich_text_settles_after_one_reading(api: Api, text: list[Json]) -> None:
    with api.sandbox.acting() as call:
        once = rewritten(call, written(call, (_paragraph(text),)).markdown)
        assert rewritten(call, once) == once


def _plain(text: list[Json]) -> list[tuple[str, Any]]:
    """Each visible character with its format."""
    return [
        (char, (item["annotations"], item["href"]))
        for item in text
        for char in item["plain_text"]
        if not char.isspace()
    ]


tame = st.builds(
    _item,
    st.text("ab*_~$[]<>{}|^\\#-1.!é", min_size=1, max_size=8),
    st.frozensets(st.sampled_from(["bold", "italic", "strikethrough", "underline", "code"])),
    st.sampled_from(["default", "red", "gray_background"]),
    st.sampled_from([None, "https://e.x/(a)"]),
)


@LAW
@given(st.lists(tame, min_size=1, max_size=5).map(lambda given: parse_rich_text(given, "body")))
def test_no_character_and_no_format_is_lost(api: Api, text: list[Json]) -> None:
    with api.sandbox.acting() as call:
        markdown = written(call, (_paragraph(text),)).markdown
    (back,) = drafts_of(markdown)
    assert back.kind == "paragraph"
    assert _plain(back.content["rich_text"]) == _plain(text)
