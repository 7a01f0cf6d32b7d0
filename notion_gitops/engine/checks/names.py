"""What an expression sees of a record."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from notion_gitops.model.records import Record
from notion_gitops.model.values import to_plain


class RecordNames(Mapping[str, Any]):
    """Every field as plain data, `key` and `today`; made when it is asked for, since few are."""

    __slots__ = ("_hidden", "_more", "_record", "_today")

    def __init__(
        self,
        record: Record,
        today: date,
        *,
        hidden: frozenset[str] = frozenset(),
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self._record = record
        self._today = today
        self._hidden = hidden  # fields that read as if they were empty
        self._more = more or {}

    def __getitem__(self, name: str) -> Any:
        """A field's value, None where it is empty: also where there is no such field."""
        match name:
            case "key":
                return self._record.key
            case "today":
                return self._today.isoformat()
            case _ if name in self._more:
                return self._more[name]
            case _ if name in self._hidden:
                return None
            case _:
                return to_plain(self._record.value(name))

    def __iter__(self) -> Iterator[str]:
        """The names that say something."""
        return iter([*self._record.fields, "key", "today", *self._more])

    def __len__(self) -> int:
        """How many names say something."""
        return len(self._record.fields) + 2 + len(self._more)
