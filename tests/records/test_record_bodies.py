"""The text below the front matter as a field of its record: read, and written in its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_gitops.mapping.loading import load_mappings
from notion_gitops.model.mapping import BODY, DatabaseMapping
from notion_gitops.model.people import People
from notion_gitops.model.values import canonical_body
from notion_gitops.records.reading import read_records
from notion_gitops.records.writing import add, change

FILE = "state/records/notes/k.md"
MAPPING = b"""\
version: 1
name: notes
notion: {database: "${N}"}
git: {path: state/records/notes, format: markdown}
fields:
  title: {property: Name, type: title}
body: both
"""
TEXTS = st.text(st.sampled_from("a#-` \n\t\\"), max_size=20).map(canonical_body)


def notes(body: str = "both") -> DatabaseMapping:
    text = MAPPING.replace(b"body: both", f"body: {body}".encode())
    return load_mappings({"mappings/notes.yaml": text})[0]


def read(content: bytes) -> object:
    reading = read_records(notes(), {FILE: content}, People())
    assert not reading.problems
    return reading.records["k"].value(BODY)


@pytest.mark.parametrize(
    ("below", "text"),
    [
        ("", None),
        ("\n\n", None),
        ("\n\na\n\nb\n\n", "a\n\nb"),
        ("\n---\na", "---\na"),
        ("\n\r\na\r\nb\r\n", "a\nb"),
        ("\n\n    code\n", "    code"),
    ],
)
def test_the_text_is_what_stands_below_the_fields(below: str, text: str | None) -> None:
    assert read(f"---\ntitle: T\n---{below}".encode()) == text


def test_a_field_of_the_front_matter_is_not_the_text() -> None:
    assert read(b"---\ntitle: T\nbody: x\n---\n") is None


def test_without_body_the_text_is_no_field() -> None:
    reading = read_records(notes("none"), {FILE: b"---\ntitle: T\n---\n\na\n"}, People())
    assert BODY not in reading.records["k"].fields


@settings(max_examples=200, deadline=None)
@given(old=TEXTS, new=TEXTS, title=st.sampled_from(["T", "U"]))
def test_a_text_that_is_written_reads_back(old: str | None, new: str | None, title: str) -> None:
    before = add(notes(), None, FILE, "k", {"title": "T", BODY: old})
    assert read(before) == old
    after = change(notes(), before, FILE, "k", {"title": title, BODY: new})
    assert read(after) == new
    assert after.startswith(f"---\ntitle: {title}\n---\n".encode())


def test_what_stands_around_the_text_stays() -> None:
    content = b"---\r\ntitle: T  # mine\r\n---\r\n\r\n\r\na\r\nb\r\n\r\n"
    after = change(notes(), content, FILE, "k", {BODY: "a\nc"})
    assert after == content.replace(b"b\r\n", b"c\r\n")
