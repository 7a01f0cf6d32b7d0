import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_gitops.formats.csv_cells import guarded, unguarded
from notion_gitops.formats.csv_text import csv_cell, parse_csv
from notion_gitops.formats.json_text import parse_json
from notion_gitops.formats.nodes import plain
from notion_gitops.model.errors import InvalidInput

documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(documents, st.sampled_from([None, 2, "\t"]), st.booleans())
def test_json_is_read_as_the_standard_library_reads_it(
    document: Any, indent: int | str | None, escaped: bool
) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=escaped)
    assert plain(parse_json(text, "f")) == document


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ('{"a": 1,\n "a": 2}', "f:2:2", "twice"),
        ('{"a": NaN}', "f:1:7", "NaN is no value"),
        ('{"a": -Infinity}', "f:1:7", "no value"),
        ("[1,]", "f:1:4", "comma"),
        ('{"a" 1}', "f:1:6", "colon"),
        ("{a: 1}", "f:1:2", "double quotes"),
        ("[1 2]", "f:1:4", "comma"),
        ("[1", "f:1:3", "comma"),
        ("[", "f:1:2", "a value was expected"),
        ('{"a": "x', "f:1:7", "unterminated"),
        ("01", "f:1:1", "01 is no value"),
        ("[1] x", "f:1:5", "end of the document"),
        ("[" * 100, "f:1:66", "64 deep"),
        ('"\\ud800"', "f:1:1", "half of a character"),
        ('"a\nb"', "f:1:3", "control character"),
        ("<<<<<<< a\n[]\n", "f:1:1", "merge conflict"),
    ],
)
def test_what_is_not_json_is_told_at_its_place(text: str, place: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_json(text, "f")
    found = caught.value.diagnostics[-1]
    assert (str(found.place), says in found.summary) == (place, True), found
    assert found.fix


rows_of_text = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.lists(st.text(), min_size=n, max_size=n), max_size=5)
)


@settings(max_examples=200, deadline=None)
@given(rows_of_text, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_csv_is_read_as_it_was_written(rows: list[list[str]], newline: str, last: bool) -> None:
    rows = [["x", *row] for row in rows]
    width = len(rows[0]) if rows else 2
    header = [f"column {i}" for i in range(width)]
    text = newline.join(",".join(map(csv_cell, row)) for row in [header, *rows])
    text += newline if last else ""
    table = parse_csv(text, "f")
    assert table is not None
    assert [[c.text for c in row.cells] for row in table.rows] == rows
    for row in (table.header, *table.rows):
        for cell in row.cells:
            assert csv_cell(cell.text) == text[cell.start : cell.end]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a,b\n1\n1,2\n1,2,3\n", ["f:2:1", "f:4:1"]),
        ("a,a,\n", ["f:1:3", "f:1:5"]),
        ('a,b\n"x"y,1\n', ["f:2:4"]),
        ('a\n"x\n', ["f:2:1"]),
    ],
)
def test_what_is_wrong_in_csv_is_told_at_once(text: str, places: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_csv(text, "f")
    assert [str(d.place) for d in caught.value.diagnostics] == places


@given(st.text() | st.text("'=@+-\ta", max_size=4))
def test_no_spreadsheet_runs_a_cell_and_the_guard_goes_again(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    assert not cell.startswith(("=", "@", "+", "-", "\t"))
