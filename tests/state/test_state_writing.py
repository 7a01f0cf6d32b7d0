import json
from datetime import UTC, datetime
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.formats.nodes import plain
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.state.writing import inline, json_line, moment, read_moment, table

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["no", "on", "007", "1e3", "12:30", "2026-06-01", "a: b", "# x", " x", "x ", "- x", "~", ""]
    ),
    st.text("ab :#-,[]{}'\"\\\n\u2028\x85", max_size=6),
).filter(lambda t: t.isprintable() or not any("\ud800" <= c <= "\udfff" for c in t))
NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
KEYS = TEXTS.filter(lambda t: t not in {"", "<<"})
DATA = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, DATA, max_size=4))
def test_a_table_reads_back_as_what_was_written(data: dict[str, Any]) -> None:
    text = table(data)
    node = parse_yaml(text, "x.yaml")
    assert (plain(node) or {}) == data


@given(st.one_of(st.lists(DATA, max_size=3), TEXTS))
def test_a_value_on_one_line_reads_back_and_is_on_one_line(value: Any) -> None:
    """Holds F095."""
    text = inline(value)
    assert len(f"x: {text}".splitlines()) == 1
    assert plain(parse_yaml(f"x: {text}\n", "x.yaml")) == {"x": value}


@given(st.text(max_size=20))
def test_other_yaml_readers_take_what_we_write_as_text_for_text_or_a_date(text: str) -> None:
    read = yaml.safe_load(f"x: {inline(text)}\n")["x"] if "\ud800" not in text else text
    assert isinstance(read, str) or str(read).startswith("20") or read == text


def test_words_that_yaml_guesses_at_are_quoted() -> None:
    assert [inline(w) for w in ("no", "ON", "007", "1e3", "12:30", "null", "")] == [
        '"no"',
        '"ON"',
        '"007"',
        '"1e3"',
        '"12:30"',
        '"null"',
        '""',
    ]
    assert inline("2026-06-01") == "2026-06-01"
    assert inline("Fix login page") == "Fix login page"


def test_what_reorders_text_is_written_as_an_escape() -> None:
    """Holds R12."""
    assert inline("a\u202eb") == '"a\\u202eb"'


def test_times_are_in_utc_to_the_second() -> None:
    at = datetime(2026, 11, 24, 14, 6, 7, tzinfo=UTC)
    assert moment(at) == "2026-11-24T14:06:07Z"
    assert read_moment(moment(at)) == at


def test_a_json_line_is_one_line() -> None:
    line = json_line({"a": "x\ny\u2028"})
    assert line.count("\n") == 1
    assert json.loads(line) == {"a": "x\ny\u2028"}
