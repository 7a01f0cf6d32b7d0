"""The page index as it was parsed last, by the blobs that it was parsed from, so never stale.

It spares a plan over many records most of the time that reading the state branch takes. It stands
in the private folder, and is only written where that folder is there already.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from notion_gitops.formats.atomic import write_bytes
from notion_gitops.state.index import Columns, Entries, Index

FORMAT = 3
WORTH_IT = 500  # records; fewer are parsed faster than a file is looked for


def cache_key(blobs: Mapping[str, str]) -> str:
    """Stands for the files of an index: their paths and the ids of their blobs."""
    text = json.dumps([FORMAT, sorted(blobs.items())])
    return hashlib.sha256(text.encode()).hexdigest()


def load_index(private: Path, mapping: str, key: str) -> Index | None:
    """The index that was parsed from exactly these files; None if it is not there."""
    try:
        data = json.loads((private / "cache" / f"{mapping}.json").read_bytes())
        if data["key"] != key:
            return None
        unsettled = list(map(tuple, data["unsettled"]))
        columns = {**{name: data[name] for name in Columns._fields}, "unsettled": unsettled}
        return Index(Entries(Columns(**columns)))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # never written, or cut short: it is parsed anew


def save_index(private: Path, mapping: str, key: str, index: Index) -> None:
    """Keep an index for the next plan, if it is large and holds records alone."""
    if index.tombstones or len(index.entries) < WORTH_IT or not private.is_dir():
        return
    data = {"key": key, **index.entries.columns._asdict()}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    try:
        write_bytes(private, f"cache/{mapping}.json", text.encode())
    except OSError:
        return  # a full disk or a folder that may not be written: it is only a cache
