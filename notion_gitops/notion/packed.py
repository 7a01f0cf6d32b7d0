"""Pages as Notion sent them, packed: as objects, a hundred thousand take half a gigabyte."""

import json
import zlib
from collections.abc import Iterator, KeysView, Mapping
from typing import Any

Json = dict[str, Any]

_QUICK = 1  # of zlib's levels: an eighth of the size, in a tenth of the time that Notion takes


class PackedPages(Mapping[str, Json]):
    """Pages by id; each is unpacked whenever it is asked for."""

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}

    def add(self, page: Json) -> None:
        """Keep a page, instead of one of its id."""
        text = json.dumps(page, ensure_ascii=False, separators=(",", ":"))
        self._packed[page["id"]] = zlib.compress(text.encode("utf-8", "surrogatepass"), _QUICK)

    def take(self, page_id: str, others: "PackedPages") -> None:
        """Keep a page that others hold."""
        self._packed[page_id] = others._packed[page_id]  # noqa: SLF001  of its own kind

    def drop(self, page_id: str) -> None:
        """Keep a page no more."""
        del self._packed[page_id]

    def __getitem__(self, page_id: str) -> Json:
        text = zlib.decompress(self._packed[page_id]).decode("utf-8", "surrogatepass")
        page: Json = json.loads(text)
        return page

    def __contains__(self, page_id: object) -> bool:
        return page_id in self._packed

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def keys(self) -> KeysView[str]:
        """The ids; as fast in set operations as those of a dict."""
        return self._packed.keys()
