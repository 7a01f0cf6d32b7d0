"""The sandbox on a loopback port, for clients of other programs."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from notion_gitops.sandbox.messages import ConnectionDropped, Request

if TYPE_CHECKING:
    from notion_gitops.sandbox.sandbox import Sandbox

HOST = "127.0.0.1"


class SandboxServer(ThreadingHTTPServer):
    """A threaded server of one sandbox, on the loopback interface only."""

    daemon_threads = True

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self.sandbox = sandbox
        super().__init__((HOST, port), _Handler)

    @property
    def base_url(self) -> str:
        """What a client takes for `https://api.notion.com`."""
        return f"http://{HOST}:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: SandboxServer
    protocol_version = "HTTP/1.1"  # keeps connections open, as clients expect

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("content-length") or 0)
        request = Request(
            method=self.command,
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        try:
            response = self.server.sandbox.handle(request)
        except ConnectionDropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _answer  # noqa: N815  names of the base class

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  name of the base class
        """Say nothing: the sandbox keeps its own log."""


def serve(sandbox: Sandbox, port: int = 0) -> SandboxServer:
    """A server that is bound (port 0: to a free port) and not yet running.

    Call its `serve_forever()`, then from another thread `shutdown()`, and `server_close()`.
    """
    return SandboxServer(sandbox, port)
