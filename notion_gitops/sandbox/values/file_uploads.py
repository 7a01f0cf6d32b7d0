"""File uploads: created, sent in one part or several, completed, listed, and attached.

An upload that was never attached expires an hour after it was created; one that is attached stays
(Notion's documentation, "File upload"). Only the connection that made an upload sees it.
"""

from __future__ import annotations

import json
import mimetypes
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from notion_gitops.sandbox.basics.clock import minute
from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    failed_validation,
    invalid,
    text_in,
)
from notion_gitops.sandbox.basics.nouns import Capability
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.call import Call, checked_id, listing
from notion_gitops.sandbox.values.file_links import base_url, upload_of_url, url_parts
from notion_gitops.sandbox.values.shapes import with_archived
from notion_gitops.sandbox.values.users import upload_limit

if TYPE_CHECKING:
    import sqlite3

    from notion_gitops.sandbox.basics.forms import Form, SentFile

MEBIBYTE = 1024 * 1024
LARGEST_PART = 20 * MEBIBYTE
SMALLEST_PART = 5 * MEBIBYTE  # of all parts but the last
MOST_PARTS = 10_000
LONGEST_NAME = 900  # bytes, the extension included
_MODES = ("single_part", "multi_part", "external_url")
_STATUSES = ("pending", "uploaded", "expired", "failed")
_LIFE = timedelta(hours=1)


def create_upload(call: Call) -> Json:
    """POST file_uploads."""
    call.require(Capability.INSERT)
    call.only("mode", "filename", "content_type", "number_of_parts", "external_url")
    mode = text_in(call.body, "mode", "body") or "single_part"
    if mode not in _MODES:
        wanted = " or ".join(f'`"{one}"`' for one in _MODES)
        raise failed_validation("body.mode", wanted, mode)
    name, kind = _named(call, mode)
    doc: Json = {
        "mode": mode, "filename": name, "content_type": kind, "content_length": None,
        "status": "pending", "expires": (call.now + _LIFE).isoformat(), "attached": False,
        "created": call.minute, "edited": call.minute, "import": None,
        "parts": _parts(call) if mode == "multi_part" else None,
    }  # fmt: skip
    identity = call.store.new_uuid()
    call.store.write(
        "INSERT INTO file_uploads(id, bot, doc) VALUES(?,?,?)",
        (identity, call.token.bot.id, dumps(doc)),
    )
    shown = _shown(call, identity, doc)
    if mode == "external_url":
        _import(call, identity, doc)
    return shown


def _named(call: Call, mode: str) -> tuple[str | None, str | None]:
    """The name and the content type that a create says, or lets conclude."""
    name, kind = text_in(call.body, "filename", "body"), text_in(call.body, "content_type", "body")
    if mode == "external_url":
        url = text_in(call.body, "external_url", "body")
        if url is None:
            raise failed_validation("body.external_url", "defined", UNDEFINED)
        if url_parts(url).scheme != "https" and upload_of_url(call, url) is None:
            raise failed_validation("body.external_url", "an HTTPS URL", url)
        name = name or unquote(url_parts(url).path.rsplit("/", 1)[-1]) or None
    if mode == "multi_part" and name is None:
        raise failed_validation("body.filename", "defined", UNDEFINED)
    if name is None:
        return None, kind
    if len(name.encode()) > LONGEST_NAME:
        raise failed_validation("body.filename.length", f"≤ `{LONGEST_NAME}`", len(name.encode()))
    guessed = mimetypes.guess_type(name)[0]
    if "." not in name.strip("."):
        extension = mimetypes.guess_extension(kind) if kind else None
        if extension is None:
            raise invalid(
                "Provided `filename` must have an extension, or a `content_type` that tells it."
            )
        name += extension
    return name, kind or guessed


def _parts(call: Call) -> int:
    number = call.body.get("number_of_parts", UNDEFINED)
    if isinstance(number, bool) or not isinstance(number, int):
        raise failed_validation("body.number_of_parts", "a number", number)
    if not 1 <= number <= MOST_PARTS:
        bound = "≥ `1`" if number < 1 else f"≤ `{MOST_PARTS}`"
        raise failed_validation("body.number_of_parts", bound, number)
    return number


def _import(call: Call, identity: str, doc: Json) -> None:
    """Take the bytes of another address in: only those that the sandbox itself keeps.

    The sandbox asks nobody else, so every other import fails as an unreachable host does.
    """
    url = str(call.body["external_url"])
    other = upload_of_url(call, url)
    row = call.store.one("SELECT content FROM file_uploads WHERE id=?", (other,)) if other else None
    if row is not None and row["content"] is not None:
        result: Json = {"type": "success", "success": {}}
        content, changes = row["content"], {"status": "uploaded", "content_length": len(row[0])}
    else:
        error = {
            "type": "download_error", "code": "file_download_failed",
            "message": "The file could not be downloaded from the URL.",
            "parameter": None, "status_code": None,
        }  # fmt: skip
        result, content = {"type": "error", "error": error}, None
        changes = {"status": "failed"}
    imported = {"imported_time": call.minute, **result}
    _keep(call, identity, {**doc, **changes, "import": imported}, content)


def send_upload(call: Call, upload_id: str) -> Json:
    """POST file_uploads/{id}/send: the whole file, or one part of it."""
    call.require(Capability.INSERT)
    identity, doc = _found(call, upload_id)
    if doc["mode"] == "external_url":
        raise invalid("File uploads with a mode of external_url cannot be sent.")
    _require_pending(doc)
    form = call.form
    file = form.files.get("file") if form else None
    if form is None or file is None:
        raise failed_validation("body.file", "defined", UNDEFINED)
    _require_fit(call, doc, file)
    doc = {**doc, "edited": call.minute, **_told(doc, file)}
    if doc["parts"] is None:
        changes = {"status": "uploaded", "content_length": len(file.content)}
        doc = {**doc, **changes}
        _keep(call, identity, doc, file.content)
    else:
        _keep_part(call, identity, doc, form)
        _keep(call, identity, doc, None)
    return _shown(call, identity, doc)


def _told(doc: Json, file: SentFile) -> Json:
    """The name and the type that a sent file brings, where the create did not say them."""
    name = doc["filename"] or file.name
    return {
        "filename": name,
        "content_type": doc["content_type"]
        or file.content_type
        or (mimetypes.guess_type(name)[0] if name else None),
    }


def _require_fit(call: Call, doc: Json, file: SentFile) -> None:
    size, limit = len(file.content), upload_limit(call)
    if size == 0:
        raise invalid("Provided `file` is empty.")
    if size > LARGEST_PART:
        raise invalid(
            f"File of {size} bytes exceeds the {LARGEST_PART // MEBIBYTE} MiB limit of one part. "
            "Use a mode of multi_part."
        )
    if doc["parts"] is None and size > limit:
        raise invalid(f"File of {size} bytes exceeds the limit of {limit} bytes of this workspace.")
    said, sent = doc["content_type"], file.content_type
    generic = "application/octet-stream"
    if doc["parts"] is None and said and sent and generic not in (said, sent) and said != sent:
        raise invalid(f"Content type {sent} does not match the content type {said} of the upload.")


def _keep_part(call: Call, identity: str, doc: Json, form: Form) -> None:
    text, total = form.fields.get("part_number"), int(doc["parts"])
    if text is None or not text.isdecimal():
        raise failed_validation("body.part_number", "a number", text or UNDEFINED)
    if not 1 <= int(text) <= total:
        raise failed_validation("body.part_number", f"≥ `1` and ≤ `{total}`", int(text))
    content = form.files["file"].content
    if int(text) < total and len(content) < SMALLEST_PART:
        raise invalid("Every part but the last must have at least 5 MiB.")
    call.store.write(
        "INSERT OR REPLACE INTO file_parts(upload, part, content) VALUES(?,?,?)",
        (identity, int(text), content),
    )


def complete_upload(call: Call, upload_id: str) -> Json:
    """POST file_uploads/{id}/complete: of several parts, all of which must have been sent."""
    call.require(Capability.INSERT)
    identity, doc = _found(call, upload_id)
    if doc["parts"] is None:
        raise invalid("Only file uploads with a mode of multi_part can be completed.")
    _require_pending(doc)
    rows = _sent_parts(call, identity)
    if len(rows) != doc["parts"]:
        raise invalid(f"{len(rows)} of {doc['parts']} parts were sent.")
    content = b"".join(row["content"] for row in rows)
    if len(content) > upload_limit(call):
        raise invalid(
            f"File of {len(content)} bytes exceeds the limit of {upload_limit(call)} bytes of "
            "this workspace."
        )
    done = {"status": "uploaded", "content_length": len(content), "edited": call.minute}
    doc = {**doc, **done}
    _keep(call, identity, doc, content)
    return _shown(call, identity, doc)


def retrieve_upload(call: Call, upload_id: str) -> Json:
    """GET file_uploads/{id}."""
    return _shown(call, *_found(call, upload_id))


def list_uploads(call: Call) -> Json:
    """GET file_uploads: those of the connection, the newest first."""
    status = call.parameter("status")
    if status is not None and status not in _STATUSES:
        wanted = " or ".join(f'`"{one}"`' for one in _STATUSES)
        raise failed_validation("query.status", wanted, status)
    rows = call.store.all(
        "SELECT id, doc FROM file_uploads WHERE bot=? ORDER BY seq DESC", (call.token.bot.id,)
    )
    docs = {row["id"]: _aged(call, json.loads(row["doc"])) for row in rows}
    ids = [i for i, doc in docs.items() if status in (None, doc["status"])]
    window, following = call.window(ids)
    shown = [_shown(call, one, docs[one]) for one in ids[window]]
    return listing(shown, following, "file_upload")


# Attaching


def attach(call: Call, given: object, path: str) -> Json:
    """The kept form of a `file_upload` in a request: `{"upload": id}`; it no longer expires.

    Raises:
        ApiError: 404 for an upload that does not exist or is another connection's; 400 for one
            that was not sent, or has expired.
    """
    wanted = given.get("id", UNDEFINED) if isinstance(given, dict) else UNDEFINED
    identity = checked_id(wanted, f"{path}.file_upload.id")
    doc = _doc(call, identity)
    if doc["status"] != "uploaded":
        raise invalid(
            f"File upload with ID {identity} has a status of `{doc['status']}`; only file uploads "
            "with a status of `uploaded` can be attached."
        )
    if not doc["attached"]:
        _keep(call, identity, {**doc, "attached": True}, None)
    return {"upload": identity}


# The table


def _found(call: Call, text: str) -> tuple[str, Json]:
    identity = checked_id(text, "path.file_upload_id")
    return identity, _doc(call, identity)


def _doc(call: Call, identity: str) -> Json:
    row = call.store.one(
        "SELECT doc FROM file_uploads WHERE id=? AND bot=?", (identity, call.token.bot.id)
    )
    if row is None:
        raise call.missing("file_upload", identity)
    return _aged(call, json.loads(row["doc"]))


def _aged(call: Call, doc: Json) -> Json:
    late = call.now >= datetime.fromisoformat(doc["expires"])
    unused = doc["status"] in {"pending", "uploaded"} and not doc["attached"]
    return {**doc, "status": "expired"} if late and unused else doc


def _require_pending(doc: Json) -> None:
    if doc["status"] != "pending":
        raise invalid(
            f"File upload has a status of `{doc['status']}`; only file uploads with a status of "
            "`pending` can be sent."
        )


def _sent_parts(call: Call, identity: str) -> list[sqlite3.Row]:
    return call.store.all(
        "SELECT part, content FROM file_parts WHERE upload=? ORDER BY part", (identity,)
    )


def _keep(call: Call, identity: str, doc: Json, content: bytes | None) -> None:
    call.store.write("UPDATE file_uploads SET doc=? WHERE id=?", (dumps(doc), identity))
    if content is not None:
        call.store.write("UPDATE file_uploads SET content=? WHERE id=?", (content, identity))
        call.store.write("DELETE FROM file_parts WHERE upload=?", (identity,))


def _shown(call: Call, identity: str, doc: Json) -> Json:
    lasts = doc["attached"] or doc["status"] == "failed"
    shown: Json = {
        "object": "file_upload",
        "id": identity,
        "created_time": doc["created"],
        "created_by": {"id": call.token.bot.id, "type": "bot"},
        "last_edited_time": doc["edited"],
        "expiry_time": None if lasts else minute(datetime.fromisoformat(doc["expires"])),
        "in_trash": False,
        "status": doc["status"],
        "filename": doc["filename"],
        "content_type": doc["content_type"],
        "content_length": doc["content_length"],
    }
    address = f"{base_url(call.host)}/v1/file_uploads/{identity}"
    if doc["status"] == "pending" and doc["mode"] != "external_url":
        shown["upload_url"] = f"{address}/send"
    if doc["parts"] is not None:
        sent = doc["parts"] if doc["status"] == "uploaded" else len(_sent_parts(call, identity))
        if doc["status"] == "pending":
            shown["complete_url"] = f"{address}/complete"
        shown["number_of_parts"] = {"total": doc["parts"], "sent": sent}
    if doc["import"] is not None:
        shown["file_import_result"] = doc["import"]
    return with_archived(call, shown)
