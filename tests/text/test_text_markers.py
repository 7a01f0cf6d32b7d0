"""Conflict markers: either text comes out again, and large ones take no minutes."""

import re
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.text.markers import Marking, with_markers

MARKING = Marking(with_base=True)
_CONFLICT = re.compile(
    r"^<{7} HEAD\n(.*?)^\|{7} base\n(.*?)^={7}\n(.*?)^>{7} theirs\n", re.MULTILINE | re.DOTALL
)
texts = st.lists(st.sampled_from([f"{letter}\n" for letter in "abcdef"]), max_size=12).map("".join)


@given(here=texts, base=texts, there=texts)
def test_either_text_is_what_its_side_of_the_markers_says(here: str, base: str, there: str) -> None:
    marked = with_markers(here, base, there, MARKING)
    assert _CONFLICT.sub(lambda m: m[1], marked) == here
    assert _CONFLICT.sub(lambda m: m[3], marked) == there
    assert (marked == here) is (here == there)


def test_what_is_equal_is_not_marked() -> None:
    marked = with_markers("a\nx\nb\nc\ny\n", "a\nb\nc\n", "a\nb\nc\nz\n", Marking())
    assert marked == (
        "a\n<<<<<<< HEAD\nx\n=======\n>>>>>>> theirs\nb\nc\n"
        "<<<<<<< HEAD\ny\n=======\nz\n>>>>>>> theirs\n"
    )


def _records(owner: str) -> str:
    """Five thousand of them, of which every fiftieth has another owner."""
    owners = ((n, owner if n % 50 == 25 else f"person {n % 9}") for n in range(5000))
    return "".join(
        f"k{n}:\n  title: Task {n}\n  hours: {n % 40}\n  owner: {who}\n\n" for n, who in owners
    )


def test_a_large_file_with_many_conflicts_takes_seconds() -> None:
    began = process_time()
    marked = with_markers(_records("here"), _records("ann"), _records("there"), Marking())
    assert process_time() - began < 2  # where all lines are compared with all, it is far more
    assert marked.count("<<<<<<< HEAD\n  owner: here\n=======\n  owner: there\n>>>>>>> ") == 100
