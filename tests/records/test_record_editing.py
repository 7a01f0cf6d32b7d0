"""Edits of files that people wrote: only the lines of what changed are different."""

import difflib
from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_gitops.formats.yaml_write import yaml_inline, yaml_text
from notion_gitops.model.values import DateValue, Value
from notion_gitops.records.edits import CannotEdit, FileEdits
from notion_gitops.records.reading import read_records
from notion_gitops.records.writing import add, change, edit_file, remove
from tests.records.record_samples import PEOPLE, TYPES, examples, fields, sample_mapping

MAPPING = sample_mapping()
PATH = "records/all/a.yaml"
BY_HAND = """\
# why this record is here

title: "Ship it"   # the title
notes: >
  folded
  text

# who does it
people:
  - anna   # leads
  # on leave until May
  - bert
  - carl
tags: [red, 'green',  "blue"]   # colours
due:    2026-06-01

hours: 7   # a guess
unmapped: {a: 1, b: [x, y]}
status: doing
links: b
where:
  lat: 52.5
  lon: 13.4
done: false
"""


def edited(text: str, values: Mapping[str, Value], path: str = PATH) -> str:
    return change(MAPPING, text.encode(), path, "a", values).decode()


def difference(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("--- ", "+++ ", "@@"))]


def read(text: str) -> dict[str, Value]:
    reading = read_records(MAPPING, {PATH: text.encode()}, PEOPLE)
    assert not reading.lost, reading.problems
    return dict(reading.records["a"].fields)


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        (
            {"title": "Ship it: now"},
            ['-title: "Ship it"   # the title', '+title: "Ship it: now"   # the title'],
        ),
        ({"title": None}, ['-title: "Ship it"   # the title', "+title:   # the title"]),
        ({"hours": 8}, ["-hours: 7   # a guess", "+hours: 8   # a guess"]),
        ({"due": DateValue(date(2026, 7, 1))}, ["-due:    2026-06-01", "+due:    2026-07-01"]),
        ({"people": frozenset({"anna", "carl"})}, ["-  - bert"]),
        ({"people": frozenset({"carl"})}, ["-  - anna   # leads", "-  - bert"]),
        ({"people": frozenset({"anna", "bert", "carl", "007"})}, ['+  - "007"']),
        (
            {"tags": frozenset({"red", "green"})},
            ["-tags: [red, 'green',  \"blue\"]   # colours", "+tags: [red, 'green']   # colours"],
        ),
        ({"tags": None}, ["-tags: [red, 'green',  \"blue\"]   # colours", "+tags:   # colours"]),
        ({"links": frozenset({"c"})}, ["-links: b", "+links: c"]),
        ({"links": frozenset({"c", "b"})}, ["-links: b", "+links: [b, c]"]),
        ({"url": "https://x.org"}, ["+", "+url: https://x.org"]),
        (
            {"done": True, "status": "todo"},
            ["-status: doing", "+status: todo", "-done: false", "+done: true"],
        ),
        ({"notes": "a\nb\n"}, ["-notes: >", "-  folded", "-  text", "+notes: |", "+  a", "+  b"]),
        ({"notes": "one line"}, ["-notes: >", "-  folded", "-  text", "+notes: one line"]),
        ({"where": None}, ["-  lat: 52.5", "-  lon: 13.4"]),
    ],
)  # fmt: skip
def test_only_the_lines_of_the_field_change(values: dict[str, Value], lines: list[str]) -> None:
    assert difference(BY_HAND, edited(BY_HAND, values)) == lines


IN_BRACKETS = """\
title: A
tags: [red, # the colour
  green,
  blue # the sky
  ] # all
hours: 7
"""


@pytest.mark.parametrize(
    ("tags", "lines"),
    [
        ({"red", "blue"}, ["-  green,"]),
        ({"red", "green"}, ["-  blue # the sky", "+   # the sky"]),
        ({"red", "green", "blue", "x y"}, ["-  blue # the sky", "+  blue, # the sky", "+    x y"]),
        ({"green"}, ["-tags: [red, # the colour", "-  blue # the sky",
                     "+tags: [ # the colour", "+   # the sky"]),
        ({"c", "d"}, ["-tags: [red, # the colour", "-  green,", "-  blue # the sky",
                      "+tags: [ # the colour", "+   # the sky", "+    c, d"]),
    ],
)  # fmt: skip
def test_comments_between_brackets_stay(tags: set[str], lines: list[str]) -> None:
    found = edited(IN_BRACKETS, {"tags": frozenset(tags)})
    assert sorted(difference(IN_BRACKETS, found)) == sorted(lines)
    assert read(found)["tags"] == frozenset(tags)


def test_a_number_sign_in_a_word_is_no_comment() -> None:
    assert edited('tags: ["#1", b]\n', {"tags": frozenset({"#1"})}) == 'tags: ["#1"]\n'
    assert edited("tags: [a, # why\n b]\n", {"tags": frozenset("ac")}) == "tags: [a, # why\n  c]\n"


def test_new_fields_stand_in_the_order_of_the_mapping_with_blank_lines_between() -> None:
    text = "title: A\n\ntags: [x]\n\ndone: true\n"
    assert edited(text, {"notes": "n", "hours": 1, "due": DateValue(date(2026, 1, 1))}) == (
        "title: A\n\nnotes: n\n\nhours: 1\n\ntags: [x]\n\ndue: 2026-01-01\n\ndone: true\n"
    )


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "# no line break", "{}", "{}\n", "---\n"]
)
def test_files_without_fields_get_some(text: str) -> None:
    after = edited(text, {"title": "A", "hours": 2})
    assert read(after) == {"title": "A", "hours": 2}
    assert after.startswith(text.rstrip("{}\n"))


def test_a_record_in_braces_stays_in_braces() -> None:
    text = "{title: 'A', tags: [x], hours: 1}"
    after = edited(text, {"title": "B, b", "tags": None, "hours": 2, "notes": "a\nb", "url": "u"})
    assert after == "{title: 'B, b', notes: \"a\\nb\", tags: null, url: u, hours: 2}"


def test_line_breaks_byte_order_mark_and_the_missing_last_line_break_stay() -> None:
    before = "\ufefftitle: A\r\n\r\npeople:\r\n- anna\r\n- bert".encode()
    after = change(
        MAPPING,
        before,
        PATH,
        "a",
        {"title": "B", "notes": "x\ny", "people": frozenset({"anna", "carl"})},
    )
    wanted = "\ufefftitle: B\r\n\r\nnotes: |-\r\n  x\r\n  y\r\n\r\npeople:\r\n- anna\r\n- carl"
    assert after == wanted.encode()


def test_the_body_of_a_markdown_record_stays() -> None:
    mapping = sample_mapping("markdown folder")
    before = b"---\ntitle: A\n---\n\n# Heading\n\n---\ntitle: not me\n---\n"
    after = change(mapping, before, "records/all/a.md", "a", {"title": "B", "hours": 1})
    assert after.decode() == before.decode().replace("title: A", "title: B\n\nhours: 1")


def test_a_list_of_records_keeps_what_people_wrote() -> None:
    mapping = sample_mapping("yaml file")
    before = (
        "# all of them\n- id: a\n  title: A # first\n\n"
        "# about c\n- title: C\n  id: c\n\n# about e\n- {id: e, title: E}\n"
    )
    path = mapping.git.path
    after = add(mapping, before.encode(), path, "d", {"title": "D"}).decode()
    assert difference(before, after) == ["+- id: d", "+  title: D", "+"]
    after = change(mapping, after.encode(), path, "e", {"hours": 3}).decode()
    assert "- {id: e, title: E, hours: 3}\n" in after
    gone = remove(mapping, after.encode(), path, "c")
    assert gone is not None
    assert difference(after, gone.decode()) == ["-", "-# about c", "-- title: C", "-  id: c"]


def test_records_by_key_in_yaml() -> None:
    mapping = sample_mapping("yaml file")
    path = mapping.git.path
    content = b"b:\n  title: B\nc:\nd: {}\n"
    for key in ("c", "d"):
        content = change(mapping, content, path, key, {"title": key.upper(), "hours": 1})
    content = add(mapping, content, path, "a", {"title": "A"})
    reading = read_records(mapping, {path: content}, PEOPLE)
    assert {k: r.title for k, r in reading.records.items()} == {k: k.upper() for k in "abcd"}
    left = remove(mapping, content, path, "c")
    assert left is not None
    assert "c:" not in left.decode()


def test_json_keeps_its_indentation_and_order() -> None:
    mapping = sample_mapping("json folder")
    before = '{\n\t"title": "A",\n\t"tags": [\n\t\t"x"\n\t],\n\t"mine": 1\n}\n'
    after = change(
        mapping,
        before.encode(),
        "records/all/a.json",
        "a",
        {"title": "B", "tags": frozenset({"x", "y"}), "hours": 2, "due": None},
    ).decode()
    assert after == (
        '{\n\t"title": "B",\n\t"hours": 2,\n\t"tags": [\n\t\t"x",\n\t\t"y"\n\t],\n\t"mine": 1\n}\n'
    )


def test_csv_rows_that_do_not_change_keep_their_bytes() -> None:
    mapping = sample_mapping("csv file")
    before = 'title,id,"mine"\r\n"A" ,a,1\r\n'.replace(" ,", ",") + '\r\n\'=B,b,"x,y"\r\nC,c,'
    path = mapping.git.path
    after = change(mapping, before.encode(), path, "c", {"title": "+C"}).decode()
    assert after == before.replace("C,c,", "'+C,c,")
    gone = remove(mapping, before.encode(), path, "c")
    assert gone is not None
    assert gone.decode() == before.removesuffix("\r\nC,c,")
    wider = change(mapping, before.encode(), path, "b", {"hours": 2}).decode()
    assert wider.splitlines() == [
        'title,id,"mine",hours',
        '"A",a,1,',
        "",
        '\'=B,b,"x,y",2',
        "C,c,,",
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("title: A\n? hours\n: 1\n", {"hours": 2}),
        ("title: A\nnotes: |+\n  a\n\n\n", {"number": "x"}),
        ("title: [A]\n", {"notes": "\ud800"}),
    ],
)
def test_what_cannot_be_written_exactly_is_not_written(text: str, values: dict[str, Value]) -> None:
    try:
        assert read(edited(text, values)) == {**read(text), **values}
    except CannotEdit as error:
        (diagnostic,) = error.diagnostics
        assert diagnostic.place is not None
        assert diagnostic.fix


def test_a_taken_key_is_refused_and_a_missing_one_too() -> None:
    mapping = sample_mapping("yaml file")
    content = b"- {id: a}\n"
    with pytest.raises(CannotEdit, match="taken"):
        add(mapping, content, mapping.git.path, "A", {"title": "x"})
    with pytest.raises(CannotEdit, match="not in this file"):
        change(mapping, content, mapping.git.path, "b", {"title": "x"})
    with pytest.raises(CannotEdit, match="not in this file"):
        remove(mapping, content, mapping.git.path, "b")


def _by_hand(name: str, value: Value, style: str) -> str:
    """A field as a person may have written it."""
    members = sorted(value) if isinstance(value, frozenset) else None
    comment = "" if "bare" in style else f"  # about {name}"
    match value:
        case None:
            text = f"{name}:{comment}"
        case frozenset() if "block" in style and members:
            lead = "\n" if "flush" in style else "\n  "
            rows = "".join(f"{lead}- {yaml_inline(m)}{comment}" for m in members)
            text = f"{name}:{comment}{rows}"
        case frozenset() if members:
            inner = " ,  ".join(yaml_inline(m, flow=True) for m in members)
            text = f"{name}:   [ {inner} ]{comment}"
        case str():
            quote = "'" if "single" in style else '"' if "double" in style else ""
            text = f"{name}: {yaml_text(value, quote)}{comment}"
        case bool() | int() | float():
            text = f"{name} : {yaml_inline(value)}{comment}"
        case DateValue():
            text = f"{name}: '{value}'{comment}"
        case _:
            return ""
    blank = "\n" if "spaced" in style else ""
    return f"{text}\n{blank}"


styles = st.lists(
    st.sampled_from(["bare", "block", "flush", "single", "double", "spaced"]), max_size=4
)


@settings(max_examples=examples(100), deadline=None)
@given(
    before=fields,
    changes=fields,
    style=st.fixed_dictionaries(dict.fromkeys(TYPES, styles)),
    crlf=st.booleans(),
    cut=st.booleans(),
)
def test_other_fields_keep_their_lines(
    before: dict[str, Value],
    changes: dict[str, Value],
    style: dict[str, list[str]],
    crlf: bool,
    cut: bool,
) -> None:
    formula = {"formula", "rollup"}  # a quoted date is a text there
    parts = {
        n: _by_hand(n, v, " ".join(style[n]))
        for n, v in before.items()
        if not (n in formula and isinstance(v, DateValue))
    }
    text = "# a comment\n" + "".join(parts.values()) + "mine: 1  # not mapped\n"
    text = text.removesuffix("\n") if cut else text
    text = text.replace("\n", "\r\n") if crlf else text
    after = edited(text, changes)
    same = {n: v for n, v in read(text).items() if n not in changes}
    assert read(after) == {**same, **{n: v for n, v in changes.items() if v is not None}}
    assert after.endswith("\n") is text.endswith("\n")
    for name, part in parts.items():
        if name not in changes:
            assert (part.replace("\n", "\r\n") if crlf else part).rstrip("\r\n") in after
    if crlf:
        assert "\n" not in after.replace("\r\n", "")


@pytest.mark.parametrize("gone", ["a", "b", "c", "ab", "bc", "ac", "abc"])
@pytest.mark.parametrize("cut", [True, False])
def test_several_records_leave_a_list(gone: str, cut: bool) -> None:
    mapping = sample_mapping("yaml file")
    records = {k: f"# about {k}\n- id: {k}\n  title: {k.upper()}\n" for k in "abc"}
    text = "\n".join(records.values())
    text = text.removesuffix("\n") if cut else text
    after = edit_file(mapping, text.encode(), "r.yaml", FileEdits(removed=frozenset(gone)))
    assert after is not None
    left = [k for k in "abc" if k not in gone]
    reading = read_records(mapping, {"r.yaml": after}, PEOPLE)
    assert list(reading.records) == left
    assert after.endswith(b"\n") is not cut or not left
    assert b"\n\n\n" not in after
    assert all(f"- id: {k}\n  title: {k.upper()}" in after.decode() for k in left)
