"""Rich text and inline Markdown, both ways."""

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notion_gitops.notion.carrying import NotCarried
from notion_gitops.notion.inline_markdown import to_markdown
from notion_gitops.notion.inline_parser import from_markdown
from notion_gitops.notion.rich_text import Atom, Run, Style, merged, read_runs, write_runs

USER = "11111111-2222-4333-8444-555555555555"

styles = st.builds(
    Style,
    bold=st.booleans(),
    italic=st.booleans(),
    strikethrough=st.booleans(),
    underline=st.booleans(),
    code=st.booleans(),
    color=st.sampled_from(["default", "default", "red", "blue_background"]),
    link=st.sampled_from([None, None, "https://a.example/x", "a b(c)<d>\\e", "/rel"]),
)
tricky = st.text(alphabet="ab*~`[]()<>$\\_! \n@u/:-.é", min_size=1, max_size=12)
texts = st.one_of(
    tricky, st.text(min_size=1, max_size=12), st.sampled_from(["<u>", "<!-- -->", "](x)", "$`"])
)
text_runs = st.builds(Run, texts, styles)
atoms = (
    st.builds(
        Run,
        st.just(USER),
        styles.map(lambda s: replace(s, code=False)),
        st.sampled_from([Atom.USER, Atom.PAGE, Atom.DATABASE]),
    )
    | st.builds(
        Run,
        st.sampled_from(["2026-06-01", "2026-06-01T10:00:00.000+02:00/2026-06-02"]),
        styles.map(lambda s: replace(s, code=False)),
        st.just(Atom.DATE),
    )
    | st.builds(
        Run,
        st.sampled_from(["x^2", "a*b", "\\frac{1}{2}", "[", "$"]),
        styles.map(lambda s: replace(s, code=False)),
        st.just(Atom.EQUATION),
    )
)
any_runs = st.lists(text_runs | atoms, max_size=6).map(merged)


def bare_edges(run: Run) -> bool:
    """Markdown can write this run's marks: it does not begin or end with blank space."""
    style = run.style
    marked = style.bold or style.italic or style.strikethrough
    return not marked or style.code or run.atom is not None or run.text == run.text.strip()


@settings(max_examples=500, deadline=None)
@given(any_runs.filter(lambda runs: all(map(bare_edges, runs))))
def test_reading_what_was_written_gives_the_same_runs(runs: list[Run]) -> None:
    assert from_markdown(to_markdown(runs)) == runs


@settings(max_examples=500, deadline=None)
@example([Run("\\ ", Style(strikethrough=True))])
@given(any_runs)
def test_text_is_never_lost_and_the_form_is_stable(runs: list[Run]) -> None:
    markdown = to_markdown(runs)
    again = from_markdown(markdown)
    assert "".join(r.text for r in again) == "".join(r.text for r in runs)
    assert to_markdown(again) == markdown or from_markdown(to_markdown(again)) == again


@settings(max_examples=300, deadline=None)
@given(st.one_of(tricky, st.text(max_size=40)))
def test_whatever_a_person_writes_settles_at_once(text: str) -> None:
    """Holds F103."""
    once = to_markdown(from_markdown(text))
    assert to_markdown(from_markdown(once)) == once


@settings(max_examples=150, deadline=None)
@given(any_runs)
def test_json_keeps_the_runs(runs: list[Run]) -> None:
    sent = write_runs(runs)
    unlinked = [replace(r, style=replace(r.style, link=None)) if r.atom else r for r in runs]
    assert read_runs(sent) == unlinked  # a mention cannot be given another link


@pytest.mark.parametrize(
    ("markdown", "runs"),
    [
        ("plain snake_case 2 * 3 ~5 [x] C:\\Users <b> $5", None),
        ("**bold** text", [Run("bold", Style(bold=True)), Run(" text")]),
        ("a *b **c*** d", [
            Run("a "), Run("b ", Style(italic=True)), Run("c", Style(bold=True, italic=True)),
            Run(" d"),
        ]),
        ("~~gone~~", [Run("gone", Style(strikethrough=True))]),
        ("`a*b`", [Run("a*b", Style(code=True))]),
        ("[see **this**](https://x.example)", [
            Run("see ", Style(link="https://x.example")),
            Run("this", Style(bold=True, link="https://x.example")),
        ]),
        ("**[a](b)**", [Run("a", Style(bold=True, link="b"))]),
        ('<span color="red">r</span>', [Run("r", Style(color="red"))]),
        (f"ask <@user:{USER}>", [Run("ask "), Run(USER, atom=Atom.USER)]),
        ("**open", None),
        ("a** b", None),
        ("[a](b", None),
        ("`open", None),
        ("<u>open", None),
        ("", []),
    ],
)  # fmt: skip
def test_what_people_write(markdown: str, runs: list[Run] | None) -> None:
    """Holds R23."""
    assert from_markdown(markdown) == ([Run(markdown)] if runs is None else runs)


@pytest.mark.parametrize(
    "text",
    [
        "snake_case",
        "2 * 3 = 6",
        "~5 days",
        "[x] done",
        "C:\\Users\\me",
        "a < b",
        "$5",
        "#1!",
        "- a",
    ],
)
def test_ordinary_text_stands_in_files_as_it_is(text: str) -> None:
    assert to_markdown([Run(text)]) == text


def test_neighbours_that_look_alike_are_one_text() -> None:
    items: list[dict[str, Any]] = [
        {"type": "text", "text": {"content": part, "link": None}, "plain_text": part}
        for part in ("one ", "two")
    ]
    assert to_markdown(read_runs(items)) == "one two"


def test_long_text_is_sent_in_pieces_and_comes_back_whole() -> None:
    """Holds R16."""
    text = "x" * 1999 + "😀" + "y" * 2500
    sent = write_runs(from_markdown(text))
    assert [len(item["text"]["content"]) for item in sent] == [1999, 1999, 502]
    assert to_markdown(read_runs(sent)) == text


def test_more_pieces_than_notion_takes_are_refused() -> None:
    with pytest.raises(NotCarried, match="101 pieces"):
        write_runs(from_markdown("x" * 200_001))


@pytest.mark.parametrize(
    "mention",
    [
        {"type": "link_preview", "link_preview": {"url": "https://x"}},
        {"type": "template_mention", "template_mention": {}},
        {"type": "date", "date": {"start": "2026-01-01", "end": None, "time_zone": "Asia/Tokyo"}},
    ],
)
def test_what_could_not_be_written_back_is_not_read(mention: dict[str, Any]) -> None:
    with pytest.raises(NotCarried):
        to_markdown(read_runs([{"type": "mention", "mention": mention, "plain_text": "x"}]))


@pytest.mark.parametrize(
    "text", ["[" * 50_000 + "](", "<u>" * 20_000, "a* " * 30_000, "`" * 50_001, "*a" * 20_000,
             "<u>" * 500 + "x" + "</u>" * 500],
)  # fmt: skip
def test_hostile_text_is_read_in_reasonable_time(text: str) -> None:
    begun = time.process_time()
    from_markdown(text)
    assert time.process_time() - begun < 5
