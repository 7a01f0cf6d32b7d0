import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notion_gitops.formats.nodes import Items, Table, plain
from notion_gitops.formats.yaml_text import decode_utf8, parse_yaml
from notion_gitops.formats.yaml_write import yaml_block, yaml_text
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput


def problems(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InvalidInput) as caught:
        parse_yaml(text, "f.yaml")
    return caught.value.diagnostics


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("a: b: c", "f.yaml:1:5", '":" is not expected'),
        ("\tx: 1", "f.yaml:1:1", "tab"),
        ("a:\n\t- x", "f.yaml:2:1", "tab"),
        ("a: 1\n\tb: 2", "f.yaml:2:1", "tab"),
        ("x: @a", "f.yaml:1:4", "cannot start with @"),
        ("x: `a`", "f.yaml:1:4", "cannot start with `"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1", "second document"),
        ("a: 'x\nb: 1\n", "f.yaml:1:4", "quoted scalar"),
        ("a: [1, 2\nb: 3", "f.yaml:1:4", "the list that begins here is not closed"),
        ("a: 1\n\nb: [c, d\n\ne: f\n", "f.yaml:3:4", "the list that begins here is not closed"),
        ("a: {b: c\nd: e", "f.yaml:1:4", "the table that begins here is not closed"),
        ("a: [1, 2}", "f.yaml:1:9", "expected ',' or ']'"),
        ("a: 1\nb\nc: 2", "f.yaml:2:1", "expected ':'"),
        ("a: *x", "f.yaml:1:4", "aliases"),
        ("a: &x 1", "f.yaml:1:4", "anchors"),
        ("a: !!python/object/apply:os.system [x]", "f.yaml:1:4", "tags"),
        ("a: ! x", "f.yaml:1:4", "tags"),
        ("<<: {a: 1}", "f.yaml:1:1", "merge keys"),
        ("? [1]\n: 2", "f.yaml:1:3", "a key must be text"),
        ("'': 2", "f.yaml:1:1", "a key is empty"),
        ("- " * 65 + "x", "f.yaml:1:1", "nested more than 64"),
        ("[" * 100_000, "f.yaml:1:1", "nested more than 64"),
        ("- " * 100_000, "f.yaml:1:1", "nested more than 64"),
        ("é: 1\na: \x1b[0m", "f.yaml:2:4", "U+001B"),
        ("a: 1\n<<<<<<< HEAD\n", "f.yaml:2:1", "merge conflict"),
    ],
)  # fmt: skip
def test_what_is_refused_says_where_and_how_to_mend_it(text: str, place: str, says: str) -> None:
    """Holds R09."""
    (found,) = problems(text)
    assert (str(found.place), says in found.summary) == (place, True), found
    assert found.fix or "must be text" in says
    assert found.place is not None
    assert found.source_line == text.split("\n")[found.place.line - 1]


def test_all_duplicate_keys_are_told_at_once_with_both_places() -> None:
    found = problems("a: 1\nb: {x: 1, x: 2}\na: 2\n")
    assert [(str(d.place), str(d.also)) for d in found] == [
        ("f.yaml:2:11", "f.yaml:2:5"),
        ("f.yaml:3:1", "f.yaml:1:1"),
    ]


def test_all_tags_and_anchors_are_told_at_once() -> None:
    """Holds M18, T18."""
    assert [str(d.place) for d in problems("a: !!str x\nb: &c 1\nd: *c\n")] == [
        "f.yaml:1:4",
        "f.yaml:2:4",
        "f.yaml:3:4",
    ]


def test_an_alias_bomb_is_refused_before_it_is_built() -> None:
    """Holds M16."""
    levels = ["a0: &a0 [x]"] + [
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)
    ]
    assert len(problems("\n".join(levels))) == 81


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n"])
def test_nothing_is_no_document(text: str) -> None:
    assert parse_yaml(text, "f") is None


TEXTS = "no on y 012 0o14 0x1F 1_000 12:30:45 2026-06-01 .inf .nan +1 1. TRue"


def test_only_json_s_own_words_are_more_than_text() -> None:
    """Holds R01."""
    text = f"""\
null: ~
list: [null, true, FALSE, 1, -2.5, 1e3, '1', "true"]
text: [{", ".join(TEXTS.split())}]
amps: a & b * c ! d
"""
    assert plain(parse_yaml(text, "f")) == {
        "null": None,
        "list": [None, True, False, 1, -2.5, 1000, "1", "true"],
        "text": TEXTS.split(),
        "amps": "a & b * c ! d",
    }


def test_places_count_characters_and_the_lines_that_an_editor_shows() -> None:
    text = "ü: '\u2028😀' # x\r\nb: |\r\n  one\r\n\r\n  two\r\n\r\nc: [1,\r\n  x]\r\n"
    root = parse_yaml(text, "f")
    assert isinstance(root, Table)
    spans = {e.key.text: text[e.value.start : e.value.end] for e in root.entries}
    assert spans == {
        "ü": "'\u2028😀'",
        "b": "|\r\n  one\r\n\r\n  two",
        "c": "[1,\r\n  x]",
    }
    last = root.get("c")
    assert isinstance(last, Items)
    assert [str(n.place) for n in last.nodes] == ["f:7:5", "f:8:3"]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"a: \xff", "f:1:4"),
        (b"\xef\xbb\xbfa\nb\xc3\x28", "f:2:2"),
        ("ä\nbé".encode("latin-1"), "f:1:1"),
    ],
)
def test_what_is_not_utf_8_is_told_at_its_first_byte(content: bytes, place: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        decode_utf8(content, "f")
    assert str(caught.value.diagnostics[0].place) == place


def test_the_byte_order_mark_is_no_text() -> None:
    assert decode_utf8("\ufeffa: 1".encode(), "f") == "a: 1"


@settings(max_examples=400, deadline=None)
@given(st.text(), st.sampled_from(["", "'", '"']), st.booleans())
@example("a\x85b", "", False)
@example("\u2028", "'", False)
@example("? a", "", False)
@example("a\rb\r\n", "", False)
@example("trailing ", "", True)
@example("\ufeff", "'", False)
def test_any_text_reads_back_here_and_with_pyyaml(text: str, quote: str, flow: bool) -> None:
    """Holds F095, F096."""
    written = yaml_text(text, quote, flow=flow)
    whole = f"k: [{written}]\n" if flow else f"k: {written}\n"
    ours = plain(parse_yaml(whole, "f"))["k"]
    theirs = yaml.safe_load(whole)["k"]
    assert (ours, theirs) == (([text], [text]) if flow else (text, text))
    assert "\n" not in written


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(), min_size=2).map("\n".join), st.sampled_from(["\n", "\r\n"]))
def test_any_block_reads_back(text: str, newline: str) -> None:
    """Holds F096."""
    written = yaml_block(text, 2, newline)
    if written is not None:
        whole = f"k: {written}{newline}{newline}# end{newline}"
        assert plain(parse_yaml(whole, "f")) == {"k": text} == yaml.safe_load(whole)


@settings(max_examples=300, deadline=None)
@given(st.text("a:- []{}'\"#&*!|>%\n\t?,<", max_size=30))
def test_no_text_gives_more_than_a_diagnostic(text: str) -> None:
    found: tuple[Diagnostic, ...] = ()
    try:
        parse_yaml(text, "f")
    except InvalidInput as error:
        found = error.diagnostics
    assert all(d.place is not None and d.place.file == "f" for d in found)
