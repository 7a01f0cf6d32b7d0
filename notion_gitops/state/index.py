"""Which page is which record: ``MAPPING/pages/XX/YY.jsonl`` on the state branch.

One line a record, in files of about 64 lines, by a hash of the key. So the change of one record
changes one small file, however many records there are; the number of files is a power of two and
grows with the records.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from notion_gitops.model.diagnostics import Place
from notion_gitops.model.records import Side, Tombstone
from notion_gitops.state.reading import FORMAT_VERSION, check_version, damaged

_ENTRY = frozenset({"key", "page", "file", "seen", "unsettled", "body", "body_at"})
_LINES = 64  # a file holds at most about so many on average


class IndexEntry(NamedTuple):
    """What is kept of a record besides the values that both sides agreed upon."""

    key: str
    page_id: str
    file: str  # path of its file
    seen: str = ""  # digest of what Notion's page said; "": read it again
    unsettled: tuple[str, ...] = ()  # fields of the mapping that were never agreed, sorted
    body: str = ""  # digest of what Notion's page had for a text when it was agreed
    body_at: str = ""  # when the page was last edited, of a reading of its text that can be trusted


class Columns(NamedTuple):
    """The parts of some entries, each in the order of the keys."""

    keys: Sequence[str] = ()
    page_ids: Sequence[str] = ()
    files: Sequence[str] = ()
    seen: Sequence[str] = ()
    unsettled: Sequence[tuple[str, ...]] = ()
    bodies: Sequence[str] = ()
    bodies_at: Sequence[str] = ()


class Entries(Mapping[str, IndexEntry]):
    """The records of an index by key.

    They are held as columns, and an entry is made when it is asked for: a quiet plan over ten
    thousand records asks for hardly any, and making them all would take most of its time.
    """

    def __init__(self, columns: Columns) -> None:
        """Raises ValueError if the columns differ in length."""
        self._columns = columns
        self._at = {key: number for number, key in enumerate(columns.keys)}
        if any(len(column) != len(self._at) for column in columns):
            raise ValueError("columns of unlike length, or a key that is there twice")

    @classmethod
    def of(cls, entries: Iterable[IndexEntry]) -> "Entries":
        """From entries with distinct keys, in their order."""
        rows = tuple(entries)
        return cls(Columns(*zip(*rows, strict=True)) if rows else Columns())

    @property
    def columns(self) -> Columns:
        """All entries, as they are held."""
        return self._columns

    @property
    def files(self) -> dict[str, str]:
        """The path of each record's file, by key; "" where it has none."""
        return dict(zip(self._columns.keys, self._columns.files, strict=True))

    def __getitem__(self, key: str) -> IndexEntry:
        at, kept = self._at[key], self._columns
        return IndexEntry(key, *(column[at] for column in kept[1:]))  # type: ignore[arg-type]  # in this order

    def __contains__(self, key: object) -> bool:
        return key in self._at

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)

    def keys(self) -> KeysView[str]:
        """The keys; as fast in set operations as those of a dict."""
        return self._at.keys()


@dataclass(frozen=True, slots=True)
class Index:
    """All records of one mapping, and those that were deleted by agreement."""

    entries: Entries = field(default_factory=lambda: Entries(Columns()))
    tombstones: Mapping[str, Tombstone] = field(default_factory=dict)


_Kept = TypeVar("_Kept", IndexEntry, Tombstone)


def dump_index(entries: Iterable[IndexEntry], tombstones: Iterable[Tombstone]) -> dict[str, str]:
    """The files, by their path under ``MAPPING/pages/``; always at least one."""
    lines = [(e.key, "", _entry_line(e)) for e in entries]
    lines += [(t.key, t.side.value, _tombstone_line(t)) for t in tombstones]
    count = _file_count(len(lines))
    header = _line({"format_version": FORMAT_VERSION})
    texts = {_file_name(number): [header] for number in range(count)}
    for key, _, line in sorted(lines):
        texts[_file_name(_bucket(key, count))].append(line)
    return {name: "".join(parts) for name, parts in texts.items()}


def parse_index(texts: Mapping[str, str], folder: str = "pages") -> Index:
    """The index from its files, by their path under `folder` (which places are told with).

    Raises:
        StateUnusable: a file is damaged, or a newer version wrote it.
    """
    entries: dict[str, IndexEntry] = {}
    tombstones: dict[str, Tombstone] = {}
    for name in sorted(texts):
        path = f"{folder}/{name}"
        header, *rows = _parsed_lines(texts[name], path)
        _check_header(header, Place(path, 1))
        for number, data in enumerate(rows, start=2):
            if "side" in data:
                _keep(tombstones, _tombstone(data, Place(path, number)), path, number)
                continue
            entry = _entry(data, path, number)
            if entry.key in entries:
                damaged(Place(path, number), f"{entry.key} is here twice")
            entries[entry.key] = entry
    return Index(Entries.of(entries.values()), tombstones)


def _file_count(lines: int) -> int:
    """The smallest power of two that leaves at most `_LINES` to a file on average."""
    return 1 << (max(1, -(-lines // _LINES)) - 1).bit_length()


def _bucket(key: str, count: int) -> int:
    number = int.from_bytes(hashlib.sha256(key.encode("utf-8")).digest()[:4], "big")
    return number & (count - 1)


def _file_name(number: int) -> str:
    return f"{number >> 8:02x}/{number & 0xFF:02x}.jsonl"


def _lines(text: str) -> list[str]:
    # Not splitlines(): JSON may hold other line breaks (U+2028) as they are.
    return text.removesuffix("\n").split("\n")


def _line(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _entry_line(entry: IndexEntry) -> str:
    optional = {
        "seen": entry.seen,
        "unsettled": sorted(entry.unsettled),
        "body": entry.body,
        "body_at": entry.body_at,
    }
    always = {"key": entry.key, "page": entry.page_id, "file": entry.file}
    return _line({**always, **{name: value for name, value in optional.items() if value}})


def _tombstone_line(stone: Tombstone) -> str:
    about = {"key": stone.key, "page": stone.page_id, "side": stone.side.value}
    return _line({**about, "fields": dict(stone.fields)})


def _parsed_lines(text: str, path: str) -> list[Mapping[str, Any]]:
    """The tables of a file's lines: all at once, which takes a third of the time of one by one."""
    lines = _lines(text)
    try:
        found = json.loads(f"[{','.join(lines)}]")
    except ValueError:
        found = []
    if len(found) == len(lines) and all(type(data) is dict for data in found):
        return found  # type: ignore[no-any-return]  # checked
    return [_parsed(line, Place(path, number)) for number, line in enumerate(lines, start=1)]


def _parsed(line: str, place: Place) -> Mapping[str, Any]:
    try:
        data = json.loads(line)
    except ValueError:
        damaged(place, "this line is not JSON")
    if not isinstance(data, dict):
        damaged(place, "this line is not a table")
    return data


def _check_header(data: Mapping[str, Any], place: Place) -> None:
    version = data.get("format_version")
    check_version(version, place.file)
    if version != FORMAT_VERSION:
        damaged(place, "its first line does not name its format")


# A hundred thousand lines are read in every run, so they are not held against the schema one by
# one (that takes a thousand times as long); the tests hold what is written against it.
def _entry(data: Mapping[str, Any], path: str, number: int) -> IndexEntry:
    get = data.get
    key, page, file = get("key"), get("page"), get("file")
    seen, unsettled = get("seen", ""), get("unsettled", ())
    body, body_at = get("body", ""), get("body_at", "")
    texts = type(key) is type(page) is type(file) is type(seen) is str
    texts = texts and type(body) is type(body_at) is str
    whole = texts and (not unsettled or (isinstance(unsettled, list) and _all_text(unsettled)))
    if not whole or not data.keys() <= _ENTRY:
        damaged(Place(path, number), "this line is no record")
    return IndexEntry(key, page, file, seen, tuple(unsettled), body, body_at)  # type: ignore[arg-type]  # texts


def _tombstone(data: Mapping[str, Any], place: Place) -> Tombstone:
    key, page, fields = data.get("key"), data.get("page"), data.get("fields")
    sides = [side for side in Side if side.value == data["side"]]
    if not sides or not isinstance(fields, dict) or not _all_text([key, page]):
        damaged(place, "this line is no deleted record")
    return Tombstone(str(key), str(page), sides[0], fields)


def _all_text(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _keep(found: dict[str, _Kept], one: _Kept, path: str, number: int) -> None:
    if one.key in found:
        damaged(Place(path, number), f"{one.key} is here twice")
    found[one.key] = one
