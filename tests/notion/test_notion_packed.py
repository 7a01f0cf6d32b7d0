"""Pages that are kept packed."""

import sys
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.notion.packed import PackedPages

texts = st.text(st.characters(codec=None))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_a_page_comes_out_as_it_went_in(value: Any) -> None:
    pages = PackedPages()
    pages.add({"id": "a", "properties": {"Name": value}})
    assert pages["a"] == {"id": "a", "properties": {"Name": value}}


def test_f063_a_page_takes_a_fraction_of_what_it_takes_as_an_object() -> None:
    pages = PackedPages()
    for number in range(100):
        words = {"type": "text", "text": {"content": f"word {number}"}, "plain_text": f"{number}"}
        cells = {f"Column {n}": {"type": "rich_text", "rich_text": [words]} for n in range(10)}
        pages.add({"id": str(number), "properties": cells})
    assert len(pages) == 100
    assert sum(sys.getsizeof(packed) for packed in pages._packed.values()) < 100 * 500
    pages.drop("7")
    assert "7" not in pages
    assert list(pages)[6:8] == ["6", "8"]
