"""What can go wrong with a request, and what each thing allows to be done about it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from math import ceil
from typing import Any

import httpx
from notion_client.errors import HTTPResponseError, RequestTimeoutError

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import NotionGitopsError
from notion_gitops.notion.transport import AnswerTooLarge

Json = dict[str, Any]
"""A JSON object as it stands on the wire."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MESSAGE_LIMIT = 300


class RejectedRequest(NotionGitopsError):  # noqa: N818  named for what it is
    """Notion answered 400: it does not take the request as it is; sending it again is no use.

    Args:
        message: what Notion said, printable and at most 300 characters.
    """

    def __init__(self, message: str) -> None:
        super().__init__(Diagnostic(f"Notion refused the request: {message}"))
        self.message = message


class RejectedWrite(RejectedRequest):
    """Notion refused a write; nothing was written."""


class TooLarge(RejectedWrite):
    """A request that is larger than Notion takes; it was not sent.

    Args:
        size: of its body, in bytes.
        most: what Notion takes, in bytes.
    """

    def __init__(self, size: int, most: int) -> None:
        super().__init__(
            f"what is to be sent has {ceil(size / 1000)} KB, and Notion takes {most // 1000} KB "
            "in one request; shorten the longest text"
        )


class TooLate(NotionGitopsError):  # noqa: N818  named for what it is
    """A write was not sent: the reading that it stands on would have been too old by then."""

    def __init__(self) -> None:
        super().__init__(Diagnostic(
            "A page was not written, since what was read of it had grown old meanwhile",
            fix="The page is read again before it is written.",
        ))  # fmt: skip


class AmbiguousWrite(NotionGitopsError):  # noqa: N818  named for what it is
    """It is not known whether an update happened: read the page, then decide."""

    def __init__(self, why: str) -> None:
        super().__init__(Diagnostic(
            f"It is not known whether Notion carried the write out: {why}",
            fix="The page is read again before anything else is sent to it.",
        ))  # fmt: skip


class AmbiguousCreate(NotionGitopsError):  # noqa: N818  named for what it is
    """It is not known whether a page was created: look for its key before sending it again.

    Args:
        why: what came instead of an answer.
        committed_id: the id of the new page, if Notion said that it was saved
            (`additional_data.committed_resource_id` of a 503).
    """

    def __init__(self, why: str, committed_id: str | None = None) -> None:
        super().__init__(Diagnostic(
            f"It is not known whether Notion created the page: {why}",
            fix="The page is looked up by its key before it is sent again.",
        ))  # fmt: skip
        self.committed_id = committed_id


class Kind(StrEnum):
    """Kinds of failures, by what they allow."""

    SLOW_DOWN = "slow down"  # 429, 529: not carried out; again after the wait
    UNSENT = "unsent"  # no connection was made; again
    NOBODY = "nobody"  # on this machine: no program listens at that address
    UNCLEAR = "unclear"  # may have been carried out
    BLOCKED = "blocked"  # 429 that must not be tried again
    REJECTED = "rejected"  # 400 and the like
    DENIED = "denied"  # 401
    FORBIDDEN = "forbidden"  # 403
    NO_BLOCKS = "no blocks"  # 403: a limit of the workspace; edits go on
    MISSING = "missing"  # 404
    REDIRECTED = "redirected"  # never followed: the token goes to one host
    TOO_LARGE = "too large"  # the answer; the request may have been carried out


@dataclass(frozen=True, slots=True)
class Failure:
    """One request that did not get the answer it should."""

    kind: Kind
    message: str  # printable, at most 300 characters
    wait: float | None = None  # seconds that Notion asks to wait
    committed_id: str | None = None  # of a create that was saved although it failed


def failure_of(error: Exception, hide: Callable[[str], str] = str) -> Failure:
    """What `error`, raised by the client while it sent one request, means.

    Args:
        error: what was raised.
        hide: blots the token out of what an answer says, should it repeat it.

    Raises:
        Exception: `error` itself, if it is none of the failures of a request.
    """
    match error:
        case HTTPResponseError():
            return _of_answer(error, hide)
        case AnswerTooLarge():
            return Failure(Kind.TOO_LARGE, str(error))
        case httpx.ConnectError() if _refused(error) and error.request.url.host in LOOPBACK:
            url = error.request.url
            return Failure(Kind.NOBODY, f"nobody listens at {url.scheme}://{url.netloc.decode()}")
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return Failure(Kind.UNSENT, "no connection could be made")
        case RequestTimeoutError() | httpx.TimeoutException():
            return Failure(Kind.UNCLEAR, "no answer came in time")
        case httpx.TransportError() | httpx.DecodingError():
            return Failure(Kind.UNCLEAR, "the connection broke off before the answer was whole")
        case json.JSONDecodeError() | UnicodeDecodeError() | RecursionError():
            return Failure(Kind.UNCLEAR, "the answer was not JSON")
        case _:
            raise error


def _refused(error: BaseException | None) -> bool:
    """Whether what is behind an error is a refused connection."""
    while error is not None and not isinstance(error, ConnectionRefusedError):
        error = error.__cause__ or error.__context__
    return error is not None


def _of_answer(error: HTTPResponseError, hide: Callable[[str], str]) -> Failure:
    body = _body(hide(error.body))
    data = body.get("additional_data")
    more: Json = data if isinstance(data, dict) else {}
    committed = more.get("committed_resource_id")
    return Failure(
        _kind(error.status, str(body.get("code", "")), more),
        _message(error.status, body),
        wait=retry_after(error.headers, more),
        committed_id=committed if isinstance(committed, str) else None,
    )


def _kind(status: int, code: str, more: Json) -> Kind:
    match status:
        case 429:
            blocked = more.get("rate_limit_reason") == "public_api_request_blocked"
            return Kind.BLOCKED if blocked else Kind.SLOW_DOWN
        case 529:
            return Kind.SLOW_DOWN
        case 401:
            return Kind.DENIED
        case 403:
            return Kind.NO_BLOCKS if "block_limit" in more else Kind.FORBIDDEN
        case 404:
            return Kind.MISSING
        case 408 | 409 if code != "row_limit_exceeded":
            return Kind.UNCLEAR
        case _ if 300 <= status < 400:  # noqa: PLR2004  the classes of HTTP
            return Kind.REDIRECTED
        case _ if 400 <= status < 500:  # noqa: PLR2004
            return Kind.REJECTED
        case _:
            return Kind.UNCLEAR


def _message(status: int, body: Json) -> str:
    said = body.get("message")
    return printable(said) if isinstance(said, str) and said else f"it answered {status}"


def _body(text: str) -> Json:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def retry_after(headers: httpx.Headers, more: Json) -> float | None:
    """The seconds that an answer asks to wait: header, as seconds or as a date, else the body.

    A date counts from the answer's own `Date`, so that this machine's clock does not matter.
    None if nothing readable is there.
    """
    said = headers.get("retry-after") or more.get("retry_after")
    if said is None:
        return None
    try:
        seconds = float(said)
    except (TypeError, ValueError):
        return _until(str(said), headers.get("date", ""))
    return seconds if 0 <= seconds < float("inf") else None


def _until(moment: str, now: str) -> float | None:
    try:
        end = parsedate_to_datetime(moment)
    except ValueError:
        return None
    try:
        start = parsedate_to_datetime(now)
    except ValueError:
        start = datetime.now(UTC)
    return max(0.0, (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds())


def printable(text: str) -> str:
    """A message from outside, on one line, without control characters, cut to 300 characters."""
    line = "".join(c if c.isprintable() else " " for c in text[: 2 * _MESSAGE_LIMIT])
    line = " ".join(line.split())
    return line if len(line) <= _MESSAGE_LIMIT else f"{line[: _MESSAGE_LIMIT - 1]}…"
