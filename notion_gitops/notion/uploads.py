"""Sending files to Notion, in one part or several, and the store that it serves them from."""

import mimetypes
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import CannotReachNotion
from notion_gitops.model.uploads import PART_SIZE, parts_of
from notion_gitops.notion.calls import Call, Nature
from notion_gitops.notion.failures import LOOPBACK, AmbiguousWrite, Json, RejectedWrite
from notion_gitops.notion.ids import parse_id
from notion_gitops.notion.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_FETCHED = 256 * 1024**2
"""Bytes of one hosted file; what is larger stays in Notion."""

_TIMEOUT = 60.0  # seconds without a byte


def upload(sender: Sender, name: str, content: bytes) -> str:
    """Send a file; the id to attach it by, which is good for an hour.

    Args:
        sender: the way to Notion.
        name: with the extension that tells its type.
        content: in several parts if it is larger than 20 MB.

    Raises:
        RejectedWrite: Notion does not take it: its type, or its size.
        AmbiguousWrite: it may have arrived or not; nothing is attached, so send it again.
        CannotReachNotion: Notion did not answer.
    """
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    parts = parts_of(len(content))
    body: Json = {"filename": name, "content_type": kind}
    if parts > 1:
        body |= {"mode": "multi_part", "number_of_parts": parts}
    about = f"the upload of {name}"
    made = sender.send(Call(Nature.CHANGE, "POST", "file_uploads", about, body=body))
    identity = parse_id(str(made.get("id") or ""))
    if identity is None:
        raise AmbiguousWrite(f"Notion gives {name} no id that it could be sent to")
    path = f"file_uploads/{identity}"
    answer = made
    for number in range(1, parts + 1):
        piece = content if parts == 1 else content[(number - 1) * PART_SIZE : number * PART_SIZE]
        form: Mapping[str, object] = {"file": (name, piece, kind)}
        if parts > 1:
            form = {**form, "part_number": str(number)}
        answer = sender.send(Call(Nature.CHANGE, "POST", f"{path}/send", about, form=form))
    if parts > 1:
        answer = sender.send(Call(Nature.CHANGE, "POST", f"{path}/complete", about))
    if answer.get("status") != "uploaded":
        raise AmbiguousWrite(f"Notion says that {name} is {answer.get('status') or 'not there'}")
    return identity


def upload_limit(me: Json) -> int | None:
    """The most bytes that a file of the workspace may have, as `users/me` tells; None: unknown."""
    limits = (me.get("bot") or {}).get("workspace_limits") or {}
    most = limits.get("max_file_upload_size_in_bytes")
    return most if isinstance(most, int) and not isinstance(most, bool) else None


class Expired(RejectedWrite):
    """A hosted file's address does not open any more: it is good for an hour."""


class FileStore:
    """Where Notion's addresses of hosted files lead. No token is ever sent there.

    Args:
        transport: the network, or the sandbox in process.
        local: whether loopback addresses are opened: those of a sandbox.
    """

    def __init__(self, transport: httpx.BaseTransport, *, local: bool) -> None:
        self._http = httpx.Client(
            transport=transport, trust_env=False, follow_redirects=False, timeout=_TIMEOUT
        )
        self._local = local

    def fetch(self, url: str) -> bytes:
        """The bytes at a signed address.

        Raises:
            Expired: it opens no more.
            CannotReachNotion: it may not be opened, leads elsewhere, or gives too much.
        """
        if not self._may_open(url):
            raise _unreachable("its address is none that may be opened")
        try:
            with self._http.stream("GET", url) as answer:
                if answer.status_code in {401, 403, 404, 410}:
                    raise Expired("the address of a hosted file has expired")
                if answer.status_code != httpx.codes.OK:
                    raise _unreachable(f"the store of files answered {answer.status_code}")
                return _bounded(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unreachable(type(error).__name__) from error

    def _may_open(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        loopback = self._local and parts.hostname in LOOPBACK
        return bool(parts.hostname) and (parts.scheme == "https" or loopback)


def _bounded(answer: httpx.Response) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > MOST_FETCHED:
            raise _unreachable(f"it is larger than {MOST_FETCHED // 1024**2} MB")
    return bytes(content)


def _unreachable(why: str) -> CannotReachNotion:
    return CannotReachNotion(Diagnostic(
        f"A file that Notion hosts could not be fetched: {why}",
        fix="Run the same command again later; its address stays in the record until then.",
    ))  # fmt: skip
