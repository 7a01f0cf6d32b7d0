"""The sandbox on a loopback port, for clients of other programs."""

from __future__ import annotations

import ipaddress
import socket
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from notion_gitops.sandbox import control
from notion_gitops.sandbox.basics.messages import (
    ApiError,
    Code,
    ConnectionDropped,
    Request,
    Response,
)
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.face import Face

if TYPE_CHECKING:
    from notion_gitops.sandbox.sandbox import Sandbox

HOST = "127.0.0.1"
_API = ("/v1/", "/files/")  # Notion's own paths; the rest is for people
_LARGEST = 64 * 1024 * 1024  # bytes of a body; far above what Notion takes, which says so itself


class _BadRequest(Exception):  # noqa: N818  caught in this module
    """What came is no HTTP request that can be answered."""


class SandboxServer(ThreadingHTTPServer):
    """A threaded server of one sandbox, on the loopback interface only."""

    daemon_threads = True
    request_queue_size = 128  # clients that begin many connections at once are not kept waiting

    def __init__(self, sandbox: Sandbox, port: int, host: str = HOST) -> None:
        self.sandbox = sandbox
        self.face = Face(sandbox)
        self.host = _loopback(host)
        if ":" in self.host:
            self.address_family = socket.AF_INET6
        super().__init__((self.host, port), _Handler)

    @property
    def base_url(self) -> str:
        """What a client takes for `https://api.notion.com`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away; of all else as the base class does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def answer(self, request: Request) -> Response:
        """The answer of the part that a request is for.

        Raises:
            ConnectionDropped: the weather takes the connection away.
        """
        try:
            return self._handed_on(request)
        except ConnectionDropped:
            raise
        except Exception:  # noqa: BLE001  whatever it is, it is told, and the client hears of it
            traceback.print_exc()
            return _own_fault()

    def _handed_on(self, request: Request) -> Response:
        if not control.is_local(request.headers.get("host", "")):
            return control.refusal("the sandbox answers to names of this machine only")
        if request.path.startswith(control.PREFIX):
            return control.answer(self.sandbox, request)
        if request.path.startswith(_API):
            return self.sandbox.handle(request)
        return self.face.handle(request)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: SandboxServer
    protocol_version = "HTTP/1.1"  # keeps connections open, as clients expect
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's acknowledgement

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        try:
            request = Request(
                method=self.command,
                path=path,
                query=tuple(parse_qsl(query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self._body(),
            )
            self._send(self.server.answer(request))
        except _BadRequest as error:
            self.send_error(400, str(error))
            self.close_connection = True
        except ConnectionDropped:
            self._hang_up()

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _LARGEST:
            raise _BadRequest("Content-Length is no number of bytes that is taken here")
        return self.rfile.read(int(length))

    def _chunk(self) -> bytes:
        """The next piece of a chunked body; empty at its end (RFC 9112, section 7.1)."""
        try:
            size = int(self.rfile.readline(100).partition(b";")[0], 16)
        except ValueError:
            raise _BadRequest("a chunk without a length") from None
        if not 0 <= size <= _LARGEST:
            raise _BadRequest("a chunk of a length that is not taken here")
        chunk = self.rfile.read(size)
        while size == 0 and self.rfile.readline(1000).strip():
            pass  # trailers, which nobody reads
        if size:
            self.rfile.readline(10)
        return chunk

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in {"date": self.date_time_string(), **response.headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(response.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if response.cut_after is None:
            self.wfile.write(response.body)
            return
        self.wfile.write(response.body[: len(response.body) // 2])
        self.wfile.flush()
        self.server.sandbox.sleep(response.cut_after)
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def __getattr__(self, name: str) -> Any:
        """Answer every method: the base class looks one up by its name, and has HTML for others."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  name of the base class
        """Say nothing: the sandbox keeps its own log."""


def _own_fault() -> Response:
    """What Notion answers where it goes wrong itself; nothing was written."""
    error = ApiError(500, Code.INTERNAL_SERVER_ERROR, "Unexpected error occurred.")
    headers = {"content-type": "application/json; charset=utf-8"}
    return Response(500, headers, dumps(error.body()).encode())


def _loopback(host: str) -> str:
    """The address of a host, which must be this machine's own.

    Raises:
        ValueError: others could reach it. The sandbox's tokens keep nobody out.
    """
    if host == "localhost":
        return HOST
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"{host} can be reached from other machines")
    return host


def serve(sandbox: Sandbox, port: int = 0, host: str = HOST) -> SandboxServer:
    """A server that is bound (port 0: to a free port) and not yet running.

    Call its `serve_forever()`, then from another thread `shutdown()`, and `server_close()`.

    Raises:
        ValueError: the host is no address of this machine alone.
        OSError: the port cannot be had.
    """
    return SandboxServer(sandbox, port, host)
