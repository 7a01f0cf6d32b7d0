"""A world of two notes whose texts are kept in step, and how each side edits them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.workflow.workflow_samples import USERS
from tests.workflow.workflow_world import World, make_world

NOTES = """\
version: 1
name: notes
notion: {database: "${NOTION_NOTES}"}
git: {path: state/records/notes, format: markdown}
mode: two-way
key: {property: Key}
fields:
  title: {property: Name, type: title, required: true}
  kind: {property: Kind, type: rich_text}
body: both
"""


PLAN = """\
---
title: The plan
kind: decision
---

# Why

Water came in twice.

- pump
  - old

Two more words.

```py

x = 1
```
"""


IN_NOTION = "# Why\nWater came in twice.\n- pump\n\t- old\nTwo more words.\n```python\n\nx = 1\n```"


BARE = "---\ntitle: Bare\n---\n"


def seed(**more: Any) -> dict[str, Any]:
    properties = {"Name": "title", "Key": "rich_text", "Kind": "rich_text"}
    notes = {"name": "Notes", "mapping": "notes", "properties": properties, "pages": []}
    return {"workspace": {"name": "Acme"}, "users": USERS, "databases": [{**notes, **more}]}


def build(root: Path, body: str = "both", **files: str) -> World:
    world = make_world(root, seed(), {}, {"notes": NOTES.replace("body: both", f"body: {body}")})
    for name, text in (files or {"plan": PLAN, "bare": BARE}).items():
        world.write(f"state/records/notes/{name}.md", text)
    world.commit("Notes")
    return world


def in_notion(world: World, key: str = "plan") -> str:
    text = world.api("GET", f"pages/{world.page_id(f'Notes/{key}')}/markdown")["markdown"]
    assert isinstance(text, str)
    return text


def write_notion(world: World, text: str, key: str = "plan") -> None:
    """A colleague gives a page another text."""
    world.clock.advance(timedelta(minutes=2))
    body = {"type": "replace_content", "replace_content": {"new_str": text}}
    world.api("PATCH", f"pages/{world.page_id(f'Notes/{key}')}/markdown", body)


def in_git(world: World, key: str = "plan") -> str:
    return world.read(f"state/records/notes/{key}.md")


def write_git(world: World, *changes: tuple[str, str], key: str = "plan") -> None:
    text = in_git(world, key)
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    world.write(f"state/records/notes/{key}.md", text)
    world.commit("Edit a text")


def block_ids(world: World, key: str = "plan") -> list[str]:
    return [b["id"] for b in blocks(world, key)]


def blocks(world: World, key: str = "plan") -> list[dict[str, Any]]:
    found = world.api("GET", f"blocks/{world.page_id(f'Notes/{key}')}/children")["results"]
    assert isinstance(found, list)
    return found
