"""All that is ever asked of Notion, by name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

from notion_gitops.notion.answers import as_list, as_page, is_page
from notion_gitops.notion.calls import Call, Counts, Nature, Query
from notion_gitops.notion.failures import AmbiguousCreate, AmbiguousWrite, Json
from notion_gitops.notion.filters import Filter
from notion_gitops.notion.ids import checked_id
from notion_gitops.notion.listing import PAGE_SIZE, Listing, Reader, list_pages
from notion_gitops.notion.results import all_results
from notion_gitops.notion.sender import Sender
from notion_gitops.notion.server_time import ServerTime
from notion_gitops.notion.uploads import FileStore, upload


class Gateway:
    """The one place from which requests go to Notion. Threads may share it.

    Every method raises `CannotReachNotion` (or its `NotShared`, `NotPermitted`) when there is
    no answer, and `RejectedRequest` when Notion refuses the request as it is.
    """

    def __init__(
        self, sender: Sender, store: FileStore, server_time: ServerTime, in_flight: int = 1
    ) -> None:
        self._sender = sender
        self._store = store
        self._server_time = server_time
        self.in_flight = in_flight  # so many requests may be out at once

    @property
    def counts(self) -> Counts:
        """The requests that were sent so far."""
        return self._sender.counts

    @contextmanager
    def writing_under(self, permit: Callable[[], None]) -> Iterator[None]:
        """Call `permit` just before and just after each request that changes something.

        Args:
            permit: raises what keeps the request from being sent.
        """
        with self._sender.under(permit):
            yield

    def now(self) -> datetime | None:
        """The present at Notion, by the last answer; None as long as none told it."""
        return self._server_time.now()

    def ready(self, requests: int = 2) -> float:
        """Wait until so many requests may go out at once; the moment, as `until` is told.

        A page is read when it can also be written, so that the reading is still young then.

        Raises:
            CannotReachNotion: Notion asks for a pause that is too long.
        """
        return self._sender.ready(requests, "its pages")

    def moment(self) -> float:
        """The present by the clock of `ready`, in seconds."""
        return self._sender.pacer.clock.monotonic()

    def stop(self) -> None:
        """Let no request go out any more, since the run is being stopped."""
        self._sender.stop()

    def me(self) -> Json:
        """The connection itself, as a user of type `bot`."""
        return self._read("users/me", "the connection itself")

    def upload_file(self, name: str, content: bytes) -> str:
        """Send a file to Notion; the id to attach it by, and what it raises: see `upload`."""
        return upload(self._sender, name, content)

    def fetch_file(self, url: str) -> bytes:
        """The bytes of a file that Notion hosts, without the token; see `FileStore.fetch`."""
        return self._store.fetch(url)

    def users(self) -> list[Json]:
        """All members of the workspace; guests are not among them.

        Raises:
            NotPermitted: the connection may not read user information.
        """
        return self._all("users", "the list of users")

    def database(self, database_id: str) -> Json:
        """A database: its title and its data sources."""
        identity = checked_id(database_id)
        return self._read(f"databases/{identity}", f"the database {identity}")

    def data_source(self, data_source_id: str) -> Json:
        """A data source: its properties."""
        identity = checked_id(data_source_id)
        return self._read(f"data_sources/{identity}", f"the data source {identity}")

    def page(self, page_id: str, property_ids: Sequence[str] = ()) -> Json:
        """A page; also one that is in the trash.

        Args:
            page_id: the page.
            property_ids: decoded; if any, the page carries these alone.
        """
        identity = checked_id(page_id)
        about, query = f"the page {identity}", _filter_properties(property_ids)
        return as_page(self._read(f"pages/{identity}", about, query), about)

    def property_items(self, page_id: str, property_id: str) -> list[Json]:
        """All items of one property of a page, however many.

        Args:
            page_id: the page.
            property_id: decoded, as `PropertySchema.id` has it.
        """
        # A dot is encoded too, since the client refuses paths with two in a row.
        encoded = quote(property_id, safe="").replace(".", "%2E")
        path = f"pages/{checked_id(page_id)}/properties/{encoded}"
        return self._all(path, f"a property of the page {page_id}")

    def query(
        self,
        data_source_id: str,
        filter_: Filter | None = None,
        property_ids: Sequence[str] = (),
        bounds: Sequence[str] = (),
    ) -> Listing:
        """All pages of a data source, and whether they really are all.

        Args:
            data_source_id: what to list.
            filter_: Notion's own filter object.
            property_ids: decoded; if any, the pages carry these alone.
            bounds: times of creation between which it is read in parts at once: see `list_pages`.
        """

        def ask(body: Json) -> Json:
            return self._query(data_source_id, body, property_ids)

        def page(page_id: str) -> Json:
            return self.page(page_id, property_ids)

        return list_pages(Reader(ask, page), filter_, bounds)

    def archived(self, data_source_id: str, property_ids: Sequence[str] = ()) -> Listing:
        """The archived pages of a data source, which no other listing shows.

        Notion's documentation has `is_archived` in the body of a query, and its clients do not:
        so look at what the pages say of themselves, and be ready for `RejectedRequest`.
        """

        def ask(body: Json) -> Json:
            return self._query(data_source_id, {**body, "is_archived": True}, property_ids)

        def page(page_id: str) -> Json:
            return self.page(page_id, property_ids)

        return list_pages(Reader(ask, page), None)

    def _query(self, data_source_id: str, body: Json, property_ids: Sequence[str]) -> Json:
        identity = checked_id(data_source_id)
        query = _filter_properties(property_ids)
        about = f"the data source {identity}"
        answer = self._sender.send(
            Call(
                Nature.READ, "POST", f"data_sources/{identity}/query", about,
                query=query, body={"page_size": PAGE_SIZE, **body},
            )
        )  # fmt: skip
        for result in as_list(answer, about)["results"]:
            if result.get("object") == "page":
                as_page(result, about)
        return answer

    def markdown(self, page_id: str) -> Json:
        """The body of a page as Markdown, with what Notion says of its being whole."""
        identity = checked_id(page_id)
        return self._read(f"pages/{identity}/markdown", f"the text of the page {identity}")

    def children(self, block_id: str) -> list[Json]:
        """The blocks of a page, or those inside of a block."""
        identity = checked_id(block_id)
        return self._all(f"blocks/{identity}/children", f"the blocks of {identity}")

    def update_markdown(self, page_id: str, command: Json, until: float | None = None) -> Json:
        """Change the body of a page; the answer is all of it as Markdown. Raises as `update_page`.

        Args:
            page_id: the page.
            command: `update_content` or `replace_content`, with its type.
            until: as for `update_page`.
        """
        identity = checked_id(page_id)
        about, path = f"the text of the page {identity}", f"pages/{identity}/markdown"
        call = Call(Nature.CHANGE, "PATCH", path, about, body=command, until=until)
        answer = self._sender.send(call)
        if not isinstance(answer.get("markdown"), str):
            raise AmbiguousWrite("the answer was not the whole text")
        return answer

    def create_page(
        self,
        data_source_id: str,
        properties: Mapping[str, Any],
        markdown: str = "",
        announce: Callable[[], None] | None = None,
    ) -> Json:
        """Create a page in a data source, with a body if given; the answer is the page as stored.

        Args:
            data_source_id: where.
            properties: name -> value, as Notion writes it.
            markdown: its body.
            announce: called just before it is sent, each time it is.

        Raises:
            AmbiguousCreate: it may exist now; it is never sent twice from here.
            RejectedWrite: Notion refused it.
        """
        parent = {"type": "data_source_id", "data_source_id": checked_id(data_source_id)}
        body: Json = {"parent": parent, "properties": dict(properties)}
        if markdown:
            body["markdown"] = markdown
        call = Call(Nature.CREATE, "POST", "pages", "a new page", body=body, announce=announce)
        answer = self._sender.send(call)
        if not is_page(answer):
            raise AmbiguousCreate("the answer was not the whole page", answer.get("id"))
        return answer

    def update_page(
        self, page_id: str, properties: Mapping[str, Any], until: float | None = None
    ) -> Json:
        """Give properties of a page new values; the answer is the page as stored.

        Args:
            page_id: the page.
            properties: by name or id, as Notion takes them.
            until: when it goes out at the latest, by the clock of `ready`; None: at any time.

        Raises:
            AmbiguousWrite: it may have happened; read the page before trying again.
            RejectedWrite: Notion refused it.
            TooLate: it was not sent, since it could not go out by then.
        """
        return self._change(page_id, {"properties": dict(properties)}, until)

    def trash_page(self, page_id: str, until: float | None = None) -> Json:
        """Put a page into the trash; as `update_page`."""
        return self._change(page_id, {"in_trash": True}, until)

    def restore_page(self, page_id: str, until: float | None = None) -> Json:
        """Take a page out of the trash; as `update_page`."""
        return self._change(page_id, {"in_trash": False}, until)

    def data_sources(self) -> list[Json]:
        """The data sources that a search finds: those of databases that were shared directly.

        Notion does not promise that a search finds everything; it is for people to choose from.
        """
        wanted = {"filter": {"property": "object", "value": "data_source"}}
        about = "the databases that it sees"

        def ask(page: Query) -> Json:
            body = {**wanted, **page, "page_size": PAGE_SIZE}
            return self._sender.send(Call(Nature.READ, "POST", "search", about, body=body))

        return all_results(ask, about)

    def child_databases(self, page_id: str) -> list[Json]:
        """The databases that stand on a page itself, as blocks of the type `child_database`."""
        identity = checked_id(page_id)
        children = self._all(f"blocks/{identity}/children", f"the page {identity}")
        return [child for child in children if child.get("type") == "child_database"]

    def create_database(self, page_id: str, title: str, properties: Mapping[str, Any]) -> Json:
        """Create a database on a page, with one data source; the answer is the database.

        Args:
            page_id: where it will stand.
            title: its title, and its data source's.
            properties: name -> configuration; one of them is the title.

        Raises:
            AmbiguousCreate: it may exist now; it is never sent twice from here.
            RejectedWrite: Notion refused it.
        """
        identity = checked_id(page_id)
        body = {
            "parent": {"type": "page_id", "page_id": identity},
            "title": [{"type": "text", "text": {"content": title}}],
            "initial_data_source": {"properties": dict(properties)},
        }
        about = f"a new database on the page {identity}"
        answer = self._sender.send(Call(Nature.CREATE, "POST", "databases", about, body=body))
        if answer.get("object") != "database" or not answer.get("data_sources"):
            raise AmbiguousCreate("the answer was not the whole database", answer.get("id"))
        return answer

    def change_properties(self, data_source_id: str, properties: Mapping[str, Any]) -> Json:
        """Add properties to a data source or change those there are; the answer is as stored.

        A list of options replaces the list that is there: whatever it leaves out is deleted, and
        the values with it (recorded answers).

        Raises:
            AmbiguousWrite: it may have happened; read the data source before trying again.
            RejectedWrite: Notion refused it.
        """
        identity = checked_id(data_source_id)
        about, body = f"the data source {identity}", {"properties": dict(properties)}
        call = Call(Nature.CHANGE, "PATCH", f"data_sources/{identity}", about, body=body)
        answer = self._sender.send(call)
        if not isinstance(answer.get("properties"), dict):
            raise AmbiguousWrite("the answer was not the whole data source")
        return answer

    def _change(self, page_id: str, body: Json, until: float | None) -> Json:
        identity = checked_id(page_id)
        about = f"the page {identity}"
        call = Call(Nature.CHANGE, "PATCH", f"pages/{identity}", about, body=body, until=until)
        answer = self._sender.send(call)
        if not is_page(answer):
            raise AmbiguousWrite("the answer was not the whole page")
        return answer

    def _read(self, path: str, about: str, query: Query | None = None) -> Json:
        return self._sender.send(Call(Nature.READ, "GET", path, about, query=query))

    def _all(self, path: str, about: str) -> list[Json]:
        return all_results(lambda query: self._read(path, about, query), about)


def _filter_properties(property_ids: Sequence[str]) -> Query | None:
    """Decoded ids: the HTTP client encodes them once more."""
    return {"filter_properties": list(property_ids)} if property_ids else None
