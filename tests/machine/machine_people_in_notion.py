"""What people do in Notion, and the weather there."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from notion_gitops.sandbox import SandboxTransport, edits
from notion_gitops.sandbox.weather.rules import Effect, Fault, Rule
from tests.machine.machine_files import BODY, FIELDS_OF, TITLES, typed, went
from tests.machine.machine_ground import ANCHORS, Json
from tests.machine.machine_people_between_clones import PeopleBetweenClones
from tests.machine.machine_views import KEY, Page

EVA = "Eva Lind"
TOKEN = "ntn_canary7Qd93kZxT0kEn"  # noqa: S105  it opens nothing but the sandbox (I22)
COLLEAGUE = "another-connection"


@dataclass
class PeopleInNotion(PeopleBetweenClones):
    """Each edit is told to the oracle, with what the person saw go."""

    def edit_page(self, page: Page, name: str) -> bool:
        if page.in_trash or page.archived or page.id in self.moved:
            return False
        if name not in FIELDS_OF[page.mapping]:
            return False
        token = self.oracle.token(f"Notion:{page.key or page.id}.{name}")
        shown = page.values[name]
        value: Any = typed(name, shown, token)
        self.oracle.replaced(went(shown, value), token)
        self.oracle.edits(page.id, name)
        if name == BODY:
            edits.rewrite_body(self.sandbox, (page.mapping, page.id), value, by=EVA)
        else:
            value = int(value) if name == "hours" else value
            value = [self.option(word) for word in value.splitlines()] if name == "tags" else value
            values = {self.title(page.mapping, name): value}
            edits.edit(self.sandbox, page.mapping, page.id, values, by=EVA)
        self.oracle.notion.note()
        self.tell("edit body in Notion" if name == BODY else "edit in Notion", page.key, name,
                  repr(shown), "->", token)  # fmt: skip
        return True

    def title(self, mapping: str, name: str) -> str:
        """The property of a field, as it is called now."""
        doc = json.loads(self.sandbox._store.all(
            "SELECT properties FROM data_sources WHERE alias=?", (mapping,))[0][0])  # fmt: skip
        ids = {f: i for i, f in self.oracle.notion.properties[mapping].items()}
        return str(next(p["name"] for p in doc if p["id"] == ids[name]))

    def _options(self) -> list[Json]:
        row = self.sandbox._store.all("SELECT properties FROM data_sources WHERE alias='tasks'")[0]
        prop = next(p for p in json.loads(row[0]) if p["id"] == self._id("tags"))
        options: list[Json] = prop["config"]["options"]
        return options

    def _id(self, name: str) -> str:
        return next(i for i, f in self.oracle.notion.properties["tasks"].items() if f == name)

    def option(self, word: str) -> str:
        """What an option is called now."""
        first = self.oracle.notion.first_names
        return next((str(o["name"]) for o in self._options() if first[o["id"]] == word), word)

    def rename_option(self, word: str) -> bool:
        """In the UI alone: the API does not change the names of options."""
        self.renamed = getattr(self, "renamed", 0) + 1
        now, store = self.option(word), self.sandbox._store
        row = store.all("SELECT id, properties FROM data_sources WHERE alias='tasks'")[0]
        doc = json.loads(row["properties"])
        for option in (o for p in doc for o in p["config"].get("options", ()) if o["name"] == now):
            option["name"] = f"{word} v{self.renamed}"
        store.write("UPDATE data_sources SET properties=? WHERE id=?", (json.dumps(doc), row["id"]))
        self.tell("rename option", word)
        return True

    def add_page(self) -> bool:
        title, note, text = (self.oracle.token(f"Notion:new.{f}") for f in ("title", "note", BODY))
        names = [self.title("tasks", n) for n in ("title", "note")]
        values = dict(zip(names, (f"w{title}", f"w{note}"), strict=True))
        page = edits.add_page(self.sandbox, "tasks", values, by=EVA, body=f"w{text}")
        self.oracle.notion.note()
        self.oracle.edits(page, "title")
        self.tell("create in Notion", page, title, note, text)
        return True

    def duplicate(self, page: Page) -> bool:
        if page.in_trash or page.id in self.moved:
            return False
        plain = [n for n in ("title", "note", "spot") if page.values[n]]
        values: Json = {self.title(page.mapping, n): page.values[n] for n in plain}
        values[KEY] = page.key.rpartition("/")[2]
        body = page.values[BODY] or None
        edits.add_page(self.sandbox, page.mapping, values, by=EVA, body=body)
        self.oracle.notion.note()
        self.tell("duplicate in Notion", page.key)
        return True

    def trash(self, page: Page) -> bool:
        if page.in_trash or page.key in ANCHORS or page.id in self.moved or page.archived:
            return False
        self.oracle.replaced(" ".join(page.values.values()), "trashed")
        self.oracle.acts += 1
        self.oracle.trashed[page.id] = self.oracle.acts
        edits.trash_page(self.sandbox, page.mapping, page.id, by=EVA)
        self.tell("trash in Notion", page.key)
        return True

    def restore(self, page: Page) -> bool:
        if not page.in_trash or page.id in self.moved:
            return False
        self.oracle.revived(" ".join(page.values.values()))
        edits.restore_page(self.sandbox, page.mapping, page.id, by=EVA)
        self.tell("restore in Notion", page.key)
        return True

    def archive(self, page: Page, *, archived: bool) -> bool:
        if page.in_trash or page.id in self.moved or page.archived == archived:
            return False
        self.api("PATCH", f"pages/{page.id}", {"is_archived": archived})
        self.tell("archive in Notion" if archived else "unarchive in Notion", page.key)
        return True

    def move(self, page: Page, *, back: bool = False) -> bool:
        if page.in_trash or page.archived or (page.id in self.moved) != back:
            return False
        if page.key in ANCHORS or page.mapping != "tasks":
            return False
        if not back:  # what has no place there is lost, and a person sees that
            self.oracle.replaced(" ".join(page.values.values()), "moved")
        target = self.sandbox.find_data_source("tasks" if back else "Elsewhere")
        self.api("POST", f"pages/{page.id}/move", {"parent": {"data_source_id": target}})
        (self.moved.discard if back else self.moved.add)(page.id)
        self.oracle.notion.note()
        self.tell("move back in Notion" if back else "move in Notion", page.key)
        return True

    def rename_property(self, name: str) -> bool:
        if name not in TITLES:
            return False
        self.renamed = getattr(self, "renamed", 0) + 1
        source = self.sandbox.find_data_source("tasks")
        now, new = self.title("tasks", name), f"{TITLES[name]} {self.renamed}"
        self.api("PATCH", f"data_sources/{source}", {"properties": {now: {"name": new}}})
        self.tell("rename property", name)
        return True

    def api(self, method: str, path: str, body: Json) -> Json:
        """Ask as another connection would, past the weather's counting of our own requests."""
        headers = {"Authorization": f"Bearer {COLLEAGUE}", "Notion-Version": "2026-03-11"}
        client = httpx.Client(transport=SandboxTransport(self.sandbox), base_url="https://x/v1/")
        answer = client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    # --- weather and time ---

    def advance(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.tell("time passes", by)

    def weather(
        self, effect: Effect, method: str, path: str, nth: int, fault: Fault | None
    ) -> None:
        """Something befalls the nth request of a kind from now on."""
        self.sandbox.weather.add(Rule(effect, method, path, nth=nth, fault=fault, token=TOKEN))
        self.tell(f"weather: {effect}{f' {fault}' if fault else ''}", method, path, nth)

    def cut(self, *, short: bool) -> None:
        """Whether listings end early."""
        self.sandbox.result_cap = 2 if short else 10_000
        self.tell("listings are cut" if short else "listings are whole")

    def share(self, *, shared: bool) -> None:
        """Whether the connection sees the database."""
        self.sandbox.add_token(TOKEN, name="Product", shared=None if shared else [])
        self.tell("shared" if shared else "unshared")
