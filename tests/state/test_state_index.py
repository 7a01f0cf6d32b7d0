import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.model.errors import StateUnusable
from notion_gitops.model.records import Side, Tombstone
from notion_gitops.state.index import Entries, Index, IndexEntry, dump_index, parse_index
from notion_gitops.state.reading import fits

KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def entry(key: str, seen: str = "0" * 16) -> IndexEntry:
    return IndexEntry(key, f"page-{key}", f"state/records/tasks/{key}.yaml", seen)


def entries(count: int) -> list[IndexEntry]:
    return [entry(f"task-{n}") for n in range(count)]


@given(
    st.dictionaries(KEYS, st.tuples(TEXT, TEXT, st.lists(TEXT, unique=True, max_size=2))),
    st.dictionaries(KEYS, st.tuples(st.sampled_from(Side), st.dictionaries(TEXT, TEXT))),
)
def test_what_is_written_is_read(
    live: dict[str, tuple[str, str, list[str]]], dead: dict[str, tuple[Side, dict[str, str]]]
) -> None:
    index = Index(
        Entries.of(IndexEntry(k, "p", f, s, tuple(sorted(u))) for k, (f, s, u) in live.items()),
        {k: Tombstone(k, "p", side, fields) for k, (side, fields) in dead.items()},
    )
    texts = dump_index(index.entries.values(), index.tombstones.values())
    assert parse_index(texts) == index
    assert all(
        fits(json.loads(line), "index-line")
        for text in texts.values()
        for line in text.removesuffix("\n").split("\n")
    )


def test_the_order_of_the_records_does_not_matter() -> None:
    records = entries(300)
    assert dump_index(records, []) == dump_index(reversed(records), [])


def test_changing_one_record_changes_one_file() -> None:
    before = entries(2000)
    after = [*before[:77], entry("task-77", seen="1" * 16), *before[78:]]
    old, new = dump_index(before, []), dump_index(after, [])
    assert old.keys() == new.keys()
    assert len([name for name in old if old[name] != new[name]]) == 1


def test_files_stay_small_and_few_in_a_folder() -> None:
    texts = dump_index(entries(50_000), [])
    assert max(text.count("\n") for text in texts.values()) < 128
    folders = {name.split("/")[0] for name in texts}
    assert len(texts) == 1024
    assert len(folders) == 4


def test_an_empty_index_is_one_file() -> None:
    assert dump_index([], []) == {"00/00.jsonl": '{"format_version":1}\n'}


@pytest.mark.parametrize(
    ("spoil", "line", "told"),
    [
        (lambda t: t + "{oops\n", 3, "not JSON"),
        (lambda t: t + "[]\n", 3, "not a table"),
        (lambda t: t + '{"key":1,"page":"p","file":"f"}\n', 3, "no record"),
        (lambda t: t + '{"key":"k","page":"p","file":"f","more":1}\n', 3, "no record"),
        (lambda t: t + '{"key":"k","page":"p","side":"left","fields":{}}\n', 3, "no deleted"),
        (lambda t: t + t.split("\n")[1] + "\n", 3, "twice"),
        (lambda t: t.split("\n", 1)[1], 1, "format"),
        (lambda t: "", 1, "not JSON"),
    ],
)
def test_damage_is_told_with_its_line(spoil: Callable[[str], str], line: int, told: str) -> None:
    text = spoil(dump_index(entries(1), [])["00/00.jsonl"])
    with pytest.raises(StateUnusable, match=told) as caught:
        parse_index({"00/00.jsonl": text}, "tasks/pages")
    place = caught.value.diagnostics[0].place
    assert place is not None
    assert (place.file, place.line) == ("tasks/pages/00/00.jsonl", line)


def test_a_newer_format_asks_for_an_upgrade() -> None:
    with pytest.raises(StateUnusable, match="newer version") as caught:
        parse_index({"00/00.jsonl": '{"format_version":2}\n'})
    assert "Upgrade" in caught.value.diagnostics[0].fix
