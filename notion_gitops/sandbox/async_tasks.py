"""Writes that may take their time: a task is given out, and asked after until it is done.

The sandbox does the work at once, and lets the first question after it still find the task at work.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.messages import Accepted, ApiError, Json, not_found
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.values.file_links import api_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_gitops.sandbox.call import Call

_POLL_AFTER = 2  # seconds, as recorded


def accepted(call: Call, operation: str, work: Callable[[], Json]) -> Json:
    """Do the work, all of it or none; the 202 answer that tells of a task."""
    identity = f"task_{call.store.new_uuid().replace('-', '')}"
    head: Json = {"object": "async_task", "id": identity}
    tail: Json = {
        "status_url": f"{api_url(call.host)}/v1/async_tasks/{identity}",
        "created_time": call.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "operation": {"surface": "rest", "name": operation},
    }
    try:
        with call.store.step():
            done: Json = {"status": "succeeded", "result": work()}
    except ApiError as error:
        done = {"status": "failed", "error": error.body()}
    doc = {**head, **done, **tail}
    call.store.write(
        "INSERT INTO async_tasks(id, bot, asked, doc) VALUES(?,?,0,?)",
        (identity, call.token.bot.id, dumps(doc)),
    )
    return Accepted(_waiting(doc, "queued"))


def _waiting(doc: Json, status: str) -> Json:
    return {
        "object": doc["object"],
        "id": doc["id"],
        "status": status,
        "status_url": doc["status_url"],
        "created_time": doc["created_time"],
        "poll_after_seconds": _POLL_AFTER,
        "operation": doc["operation"],
    }


def retrieve_task(call: Call, task_id: str) -> Json:
    """GET async_tasks/{id}: running when first asked, then done."""
    row = call.store.one(
        "SELECT * FROM async_tasks WHERE id=? AND bot=?", (task_id, call.token.bot.id)
    )
    if row is None:
        raise not_found("async_task", task_id, call.token.bot.name or "", call.token.bot.id)
    call.store.write("UPDATE async_tasks SET asked=asked+1 WHERE id=?", (task_id,))
    doc: Json = json.loads(row["doc"])
    return _waiting(doc, "running") if row["asked"] == 0 else doc
