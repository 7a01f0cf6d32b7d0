"""The kept index is the parsed one, or none."""

import json
from pathlib import Path

import pytest

from notion_gitops.model.records import Side, Tombstone
from notion_gitops.state.index import Entries, Index, IndexEntry
from notion_gitops.workflow.reading.index_cache import WORTH_IT, cache_key, load_index, save_index

LARGE = Index(
    Entries.of(
        IndexEntry(f"k{n}", f"page-{n}", f"r/k{n}.yaml", "ab" * (n % 2), ("due",) * (n % 3))
        for n in range(WORTH_IT)
    )
)
KEY = cache_key({"00/00.jsonl": "1" * 40})


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    save_index(tmp_path, "tasks", KEY, LARGE)
    assert load_index(tmp_path, "tasks", KEY) == LARGE


def test_other_blobs_are_another_index(tmp_path: Path) -> None:
    save_index(tmp_path, "tasks", KEY, LARGE)
    assert load_index(tmp_path, "tasks", cache_key({"00/00.jsonl": "2" * 40})) is None
    assert load_index(tmp_path, "notes", KEY) is None


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"key": 1', b"\xff"])
def test_a_damaged_file_counts_as_none(tmp_path: Path, damage: bytes) -> None:
    save_index(tmp_path, "tasks", KEY, LARGE)
    (tmp_path / "cache" / "tasks.json").write_bytes(damage)
    assert load_index(tmp_path, "tasks", KEY) is None


def test_columns_that_are_cut_short_count_as_none(tmp_path: Path) -> None:
    save_index(tmp_path, "tasks", KEY, LARGE)
    path = tmp_path / "cache" / "tasks.json"
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "files": data["files"][:-1]}))
    assert load_index(tmp_path, "tasks", KEY) is None


def test_what_is_not_kept(tmp_path: Path) -> None:
    stone = Tombstone("gone", "page", Side.GIT, {})
    save_index(tmp_path, "buried", KEY, Index(LARGE.entries, {"gone": stone}))
    save_index(tmp_path, "small", KEY, Index(Entries.of([LARGE.entries["k0"]])))
    save_index(tmp_path / "absent", "tasks", KEY, LARGE)
    assert list(tmp_path.iterdir()) == []
