"""The way to Notion, watched: what the product asks is told to the oracle before it happens."""

import json
import re
from urllib.parse import unquote

import httpx

from notion_gitops.sandbox import Sandbox, SandboxTransport
from tests.machine.machine_files import BODY
from tests.machine.machine_ground import Json
from tests.machine.machine_oracle import Oracle, Run, hold
from tests.machine.machine_people_in_notion import PeopleInNotion
from tests.machine.machine_stage import REQUEST
from tests.machine.machine_views import Page, newest_state, sent


class Transport(SandboxTransport):
    """To the sandbox, watched by the oracle."""

    def __init__(self, world: PeopleInNotion, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response: httpx.Response = self.world.stage.effect(
            "request", lambda: self._send(request), f"{request.method} {request.url.path}"
        )
        return response

    def _send(self, request: httpx.Request) -> httpx.Response:
        world = self.world
        with world.stage.people():
            world.clock.advance(REQUEST)
            self.watch(request)
            try:
                return self.late(request, super().handle_request(request))
            finally:
                world.oracle.notion.note()
                for run in world.runs[-1:]:
                    run.jumped = False

    @property
    def oracle(self) -> Oracle:
        return self.world.oracle

    def late(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """A listing without the pages that are too new for it."""
        if (
            not self.world.lag
            or not request.url.path.endswith("/query")
            or response.status_code != 200
        ):
            return response
        answer: Json = json.loads(response.read())
        now, since = self.world.clock(), self.oracle.notion.since
        fresh = {p for p, at in since.items() if now - at < self.world.lag}
        answer["results"] = [r for r in answer["results"] if r["id"] not in fresh]
        if fresh:
            self.oracle.tally["a listing lags"] += 1
        return httpx.Response(200, headers={"date": response.headers["date"]}, json=answer)

    def watch(self, request: httpx.Request) -> None:
        """Before a request of the product reaches Notion."""
        if not self.world.runs:
            return
        run, method, path = self.world.runs[-1], request.method, request.url.path
        if not run.read:  # the state was fetched by now
            run.base = newest_state(run.clone)
        body: Json = json.loads(request.read() or b"{}")
        if method == "POST" and path.endswith("/query"):
            if "property" not in json.dumps(body.get("filter", {})):
                self.oracle.reads(run, path.split("/")[3], self.world.clock())
        elif method == "GET" and path.endswith("/markdown"):
            self.oracle.reads_text(run, path.split("/")[3], self.world.clock())
        elif method == "GET" and path.startswith("/v1/pages/"):
            self.oracle.reads(run, path.split("/")[3], self.world.clock())
        elif method == "POST" and path == "/v1/pages":
            run.wrote += 1
        elif method == "PATCH" and path.startswith("/v1/pages/"):
            run.wrote += 1
            self._watch_change(run, path.split("/")[3], body)
        else:
            hold("I15", method == "GET", method, path, "is none of its business")

    def _watch_change(self, run: Run, page_id: str, body: Json) -> None:
        page = self.oracle.notion.page(page_id)
        hold("I15", page is not None, page_id, "is no page of the database")
        assert page is not None
        hold("I17", page_id not in run.stale, page.key, "is written; it moved since the plan")
        if "in_trash" in body:
            hold("I9", body.keys() == {"in_trash"}, "in_trash with", body)
            if body["in_trash"]:
                self.oracle.trashes(run, page)
            else:
                run.brought_back.add(page_id)
            return
        values = self._written(page, body)
        same = [
            n for n, v in values.items() if page.values[n] == v and not self.oracle.notion.hides(v)
        ]
        raced = all(self.oracle.edited_since(run, page, n) for n in same)
        hold("I9", raced, page.key, same, "is written as it is")
        self.oracle.updates(run, page, values)

    def _written(self, page: Page, body: Json) -> dict[str, str]:
        """The fields that a change sets."""
        if "type" in body:
            return {BODY: rewritten(page.values[BODY], body)}
        hold("I9", body.keys() == {"properties"}, body)
        fields, given = self.oracle.notion.properties[page.mapping], body["properties"]
        by_id = {unquote(key): value for key, value in given.items()}
        hold("I9", by_id.keys() <= fields.keys(), "not by the ids of properties", body)
        values = {fields[i]: sent(v) for i, v in by_id.items() if fields[i]}
        return values | {n: self.oracle.notion.words(values[n]) for n in ("tags",) if n in values}


def rewritten(text: str, body: Json) -> str:
    """What becomes of the text of a page, by a request to change it."""
    kind = body["type"]
    hold("I9", "allow_deleting_content" not in body[kind], body)
    if kind == "replace_content":
        return str(body[kind]["new_str"])
    for change in body[kind]["content_updates"]:
        text = text.replace(change["old_str"], change["new_str"], 1)
    return re.sub(r"\n+", "\n", text).strip()
