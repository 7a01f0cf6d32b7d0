"""What holds of every request that the tool sends, whatever else a test looks at."""

import re
from collections.abc import Iterable

from tests.faults.faults_transport import Exchange, Json

MAX_AGE = 5.0  # seconds (design, section 7)
_PAGE = re.compile(r"/v1/pages/([0-9a-f-]{36})(/markdown)?$")
_QUERY = re.compile(r"/v1/data_sources/([0-9a-f-]{36})/query$")


def check_requests(log: Iterable[Exchange]) -> None:
    """I9, I10, F044: of the requests of some commands, one after the other.

    I10: each change of a page goes out on a reading of it that the same run took within the last
    five seconds: its own GET, the answer to a write of its own, or a query "edited since".
    I9, F044: a page is updated, or trashed, or restored; never two of these at once, and no
    request says `archived`.
    """
    readings = _Readings()
    for exchange in log:
        if exchange.begins:
            readings = _Readings()
            continue
        _check_body(exchange)
        readings.check(exchange)
        readings.add(exchange)


def _check_body(exchange: Exchange) -> None:
    if exchange.method == "PATCH" and _PAGE.search(exchange.path):
        markdown = exchange.path.endswith("/markdown")
        kinds = {"type", "update_content", "replace_content"}
        allowed = kinds if markdown else {"properties", "in_trash"}
        assert exchange.body.keys() <= allowed, exchange.body
        assert markdown or len(exchange.body) == 1, exchange.body
        assert exchange.body != {"properties": {}}, exchange
    assert '"archived"' not in str(exchange.body).replace("'", '"'), exchange.body


class _Readings:
    """When each page was last read, by the requests so far."""

    def __init__(self) -> None:
        self.pages: dict[str, float] = {}  # by page id, and by id and "/markdown" for the text
        self.sources: dict[str, float] = {}  # by data source: the last query "edited since"
        self.parents: dict[str, str] = {}  # page id -> data source

    def check(self, exchange: Exchange) -> None:
        found = _PAGE.search(exchange.path)
        if exchange.method != "PATCH" or found is None:
            return
        page, text = found.group(1), found.group(2) or ""
        readings = [self.pages.get(page + text)]
        if not text:
            readings.append(self.sources.get(self.parents.get(page, "")))
        young = [at for at in readings if at is not None and exchange.at - at <= MAX_AGE]
        assert young, f"{exchange.body} goes out on readings of {readings}, at {exchange.at}"

    def add(self, exchange: Exchange) -> None:
        answer = exchange.answer
        if not answer:
            return
        query, page = _QUERY.search(exchange.path), _PAGE.search(exchange.path)
        for one in answer.get("results", [answer]) or ():
            self._learn(one)
        if query and "last_edited_time" in str(exchange.body.get("filter", "")):
            self.sources[query.group(1)] = exchange.at
        if page:
            self.pages[page.group(1) + (page.group(2) or "")] = exchange.at
        elif answer.get("object") == "page" and "id" in answer:  # a create
            self.pages[answer["id"]] = self.pages[answer["id"] + "/markdown"] = exchange.at

    def _learn(self, one: Json) -> None:
        parent = one.get("parent") or {}
        if one.get("object") == "page" and "id" in one and "data_source_id" in parent:
            self.parents[one["id"]] = parent["data_source_id"]
