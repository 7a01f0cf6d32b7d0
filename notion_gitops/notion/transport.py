"""The last step before the wire: answers are read whole, and only up to a limit."""

import zlib

import httpx

from notion_gitops.notion.server_time import ServerTime

MAX_ANSWER = 16 * 1024 * 1024
"""Bytes; Notion's own answers stay far below (a hundred pages are some 500 KB)."""

_GZIP = 16 + zlib.MAX_WBITS


class AnswerTooLarge(Exception):  # noqa: N818  a failure among others, told as a diagnostic
    """An answer, unpacked, is larger than any real one."""

    def __init__(self) -> None:
        super().__init__(f"the answer was larger than {MAX_ANSWER // 2**20} MB")


class BoundedTransport(httpx.BaseTransport):
    """Passes requests on, and reads each answer whole before anybody sees it.

    Packed answers are unpacked here, so that a small one cannot become a huge one unseen.
    """

    def __init__(self, inner: httpx.BaseTransport, time: ServerTime) -> None:
        self._inner = inner
        self._time = time

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to one request.

        Raises:
            AnswerTooLarge: it is larger than `MAX_ANSWER`.
            httpx.HTTPError: as the inner transport does.
        """
        request.headers["Accept-Encoding"] = "gzip"
        answer = self._inner.handle_request(request)
        self._time.note(answer.headers.get("date"))
        try:
            content = _read(answer)
        finally:
            answer.close()
        headers = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name.lower() not in {"content-encoding", "content-length", "transfer-encoding"}
        ]
        return httpx.Response(answer.status_code, headers=headers, content=content)

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def _read(answer: httpx.Response) -> bytes:
    packed = answer.headers.get("content-encoding", "identity").lower()
    if packed not in {"gzip", "identity"}:
        raise httpx.DecodingError(f"an encoding that was not asked for: {packed[:20]}")
    unpack = zlib.decompressobj(_GZIP) if packed == "gzip" else None
    content = bytearray()
    if not isinstance(answer.stream, httpx.SyncByteStream):
        raise httpx.DecodingError("the answer cannot be read here")
    for chunk in answer.stream:
        room = MAX_ANSWER + 1 - len(content)
        content += _unpacked(unpack, chunk, room) if unpack else chunk
        if len(content) > MAX_ANSWER:
            raise AnswerTooLarge
    if unpack is not None and not unpack.eof:
        raise httpx.DecodingError("the answer broke off")
    return bytes(content)


def _unpacked(unpack: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
    try:
        return unpack.decompress(chunk, room)
    except zlib.error as error:
        raise httpx.DecodingError("the answer could not be unpacked") from error
