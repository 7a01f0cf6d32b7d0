"""The sandbox in process: a transport for an HTTP client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from notion_gitops.sandbox.basics.messages import ConnectionDropped, Request

if TYPE_CHECKING:
    from notion_gitops.sandbox.sandbox import Sandbox


class SandboxTransport(httpx.BaseTransport):
    """Hands every request of an `httpx.Client` to a sandbox, whatever its host."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; a dropped connection is an `httpx.ReadError`."""
        try:
            response = self._sandbox.handle(
                Request(
                    method=request.method.upper(),
                    path=request.url.raw_path.decode("ascii").partition("?")[0],
                    query=tuple(request.url.params.multi_items()),
                    headers={name.lower(): value for name, value in request.headers.items()},
                    body=request.read(),
                )
            )
        except ConnectionDropped as dropped:
            raise httpx.ReadError(
                "the sandbox dropped the connection", request=request
            ) from dropped
        if response.cut_after is not None:
            self._sandbox.sleep(response.cut_after)
            raise httpx.RemoteProtocolError(
                "the sandbox ended the connection half way through the answer", request=request
            )
        headers, body = dict(response.headers), response.body
        if request.method == "HEAD":
            headers["content-length"], body = str(len(body)), b""
        return httpx.Response(response.status, headers=headers, content=body, request=request)
