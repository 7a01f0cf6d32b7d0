"""Hosted files: signed addresses that expire, and the answers at them.

Notion hands out addresses of its file store that are signed anew at every reading and open for an
hour. Here they lead back to the sandbox, below `/files/`; like Notion's, they take no token.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit

from notion_gitops.sandbox.basics.identity import digest, parse_uuid
from notion_gitops.sandbox.basics.messages import Json, Request, Response

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.store import Store
    from notion_gitops.sandbox.call import Call

PREFIX = "/files/"
_LIFE = timedelta(hours=1)
_STAMP = "%Y%m%dT%H%M%SZ"
_LOOPBACK = ("127.", "localhost", "[::1]")
_PATH_PARTS = 3  # workspace, file, name


def base_url(host: str) -> str:
    """Where the sandbox can be reached, as far as the `Host` of a request tells.

    In process any host is the sandbox's; its addresses are loopback ones all the same.
    """
    return f"http://{host if host.startswith(_LOOPBACK) else '127.0.0.1'}"


def api_url(host: str) -> str:
    """What the sandbox calls the API in answers: in process, where any host is it, Notion's."""
    return base_url(host) if host.startswith(_LOOPBACK) else "https://api.notion.com"


def signed(call: Call, upload: str, name: str) -> Json:
    """`{url, expiry_time}` of an upload's bytes, another at every reading."""
    path = f"{PREFIX}{call.store.meta('workspace_id')}/{upload}/{quote(name, safe='')}"
    expires = call.now + _LIFE
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": call.now.astimezone(UTC).strftime(_STAMP),
        "X-Amz-Expires": str(int(_LIFE.total_seconds())),
        "X-Amz-Security-Token": digest("nonce", call.store.count("signatures"))[:24],
    }
    query["X-Amz-Signature"] = _signature(call.store, path, query)
    shown = expires.astimezone(UTC)
    return {
        "url": f"{base_url(call.host)}{path}?{urlencode(query)}",
        "expiry_time": f"{shown:%Y-%m-%dT%H:%M:%S}.{shown.microsecond // 1000:03d}Z",
    }


def _signature(store: Store, path: str, query: dict[str, str]) -> str:
    secret = digest("files", store.meta("seed")).encode()
    text = "\n".join([path, *(f"{k}={query[k]}" for k in sorted(query))])
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def url_parts(url: str) -> SplitResult:
    """The parts of an address; all empty if it is none."""
    try:
        return urlsplit(url)
    except ValueError:  # such as "https://[", a host that is not closed
        return SplitResult("", "", "", "", "")


def upload_of_url(call: Call, url: str) -> str | None:
    """The upload whose bytes an address leads to, signed or not; None for any other address."""
    path = url_parts(url).path
    parts = path.removeprefix(PREFIX).split("/")
    if not path.startswith(PREFIX) or len(parts) != _PATH_PARTS:
        return None
    identity = parse_uuid(parts[1])
    known = call.store.one("SELECT 1 FROM file_uploads WHERE id=?", (identity,))
    return identity if known and parts[0] == call.store.meta("workspace_id") else None


def file_name(call: Call, identity: str) -> str:
    """What an uploaded file is called."""
    row = call.store.one("SELECT doc FROM file_uploads WHERE id=?", (identity,))
    return str(json.loads(row["doc"])["filename"] or "Untitled") if row else "Untitled"


def file_type(call: Call, identity: str) -> str:
    """The content type of an uploaded file."""
    row = call.store.one("SELECT doc FROM file_uploads WHERE id=?", (identity,))
    return str(json.loads(row["doc"])["content_type"] or "") if row else ""


def shown_file(call: Call, kept: Json | None) -> Json | None:
    """An object that may hold a file, as answers show it: uploads by an address signed now."""
    if kept is None or "upload" not in kept.get("file", {}):
        return kept
    identity = kept["file"]["upload"]
    return {**kept, "file": signed(call, identity, file_name(call, identity))}


def serve_file(store: Store, request: Request, now: datetime) -> Response:
    """The bytes at a signed address; 403 where it was altered or has expired."""
    query = dict(request.query)
    signature = query.pop("X-Amz-Signature", "")
    if request.method not in {"GET", "HEAD"} or not hmac.compare_digest(
        signature.encode(), _signature(store, request.path, query).encode()
    ):
        return _refused("SignatureDoesNotMatch", "The signature does not match.")
    began = datetime.strptime(query["X-Amz-Date"], _STAMP).replace(tzinfo=UTC)
    if now >= began + timedelta(seconds=int(query["X-Amz-Expires"])):
        return _refused("AccessDenied", "Request has expired")
    identity = unquote(request.path).split("/")[3]
    row = store.one("SELECT doc, content FROM file_uploads WHERE id=?", (identity,))
    if row is None or row["content"] is None:
        return _refused("AccessDenied", "Access Denied")
    kind = json.loads(row["doc"])["content_type"] or "application/octet-stream"
    # A page or picture that somebody uploaded runs no script beside the tables in a browser.
    safe = {"content-security-policy": "sandbox", "x-content-type-options": "nosniff"}
    return Response(200, {"content-type": kind, **safe}, bytes(row["content"]))


def _refused(code: str, message: str) -> Response:
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
    return Response(403, {"content-type": "application/xml"}, body.encode())
