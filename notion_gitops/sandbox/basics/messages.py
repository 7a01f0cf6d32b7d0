"""What goes in and what comes out: requests, responses, and Notion's errors."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]
"""A JSON object as it stands on the wire."""


class Accepted(Json):
    """An answer that the work is taken on and goes on: its status is 202."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, as an adapter received it."""

    method: str  # upper case
    path: str  # still percent-encoded, with the leading /v1
    query: tuple[tuple[str, str], ...] = ()  # decoded, in order, repeats kept
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut_after: float | None = None  # seconds; half of the body is sent, then the connection ends


class ConnectionDropped(Exception):  # noqa: N818  an event of the network, no error of ours
    """The connection ends without an answer; each adapter says so in its own way."""


class Code(StrEnum):
    """The `code` of an error body (Notion's documentation, "Status codes")."""

    INVALID_JSON = "invalid_json"
    INVALID_REQUEST_URL = "invalid_request_url"
    INVALID_REQUEST = "invalid_request"
    VALIDATION_ERROR = "validation_error"
    MISSING_VERSION = "missing_version"
    UNAUTHORIZED = "unauthorized"
    RESTRICTED_RESOURCE = "restricted_resource"
    OBJECT_NOT_FOUND = "object_not_found"
    CONFLICT_ERROR = "conflict_error"
    RATE_LIMITED = "rate_limited"
    INTERNAL_SERVER_ERROR = "internal_server_error"
    BAD_GATEWAY = "bad_gateway"
    SERVICE_UNAVAILABLE = "service_unavailable"
    GATEWAY_TIMEOUT = "gateway_timeout"
    SERVICE_OVERLOAD = "service_overload"
    DATABASE_CONNECTION_UNAVAILABLE = "database_connection_unavailable"


class ApiError(Exception):
    """An error answer of the API, raised anywhere while a request is handled."""

    def __init__(self, status: int, code: Code, message: str, data: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.data = data

    def body(self) -> Json:
        """The JSON body of the error, without `request_id`."""
        body: Json = {
            "object": "error",
            "status": self.status,
            "code": self.code.value,
            "message": self.message,
        }
        if self.data is not None:
            body["additional_data"] = self.data
        return body


def invalid(message: str) -> ApiError:
    """A 400 `validation_error` with `message` as it stands."""
    return ApiError(400, Code.VALIDATION_ERROR, message)


def failed_validation(path: str, expected: str, actual: object) -> ApiError:
    """A 400 for one place of a request, in Notion's wording.

    Args:
        path: the place, such as `body.properties.Date.date.start`; it begins with the part of the
            request that it is in: `body`, `query` or `path`.
        expected: what should be there, such as `a number or `null``.
        actual: what is there; UNDEFINED when nothing is.
    """
    part = path.partition(".")[0]
    return invalid(f"{part} failed validation: {complaint(path, expected, actual)}")


def object_in(given: Json, key: str, path: str) -> Json:
    """The object under a key of a request; empty if the key is not there, or null.

    Raises:
        ApiError: 400 for anything else.
    """
    value = given.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise failed_validation(f"{path}.{key}", "an object", value)
    return value


def text_in(given: Json, key: str, path: str) -> str | None:
    """The text under a key of a request; None if the key is not there, or null.

    Raises:
        ApiError: 400 for anything else.
    """
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise failed_validation(f"{path}.{key}", "a string or `undefined`", value)
    return value


_MAX_SHOWN = 55  # characters of an object or array that an error quotes, as in recorded ones

UNDEFINED = object()
"""What JavaScript calls undefined: a key that is not there."""


def not_one_of(complaints: list[str]) -> ApiError:
    """The 400 for a value that could have had one of several forms, a sentence for each."""
    return invalid("body failed validation. Fix one:\n" + "\n".join(complaints))


def complaint(path: str, expected: str, actual: object) -> str:
    """One sentence of a validation error."""
    return f"{path} should be {expected}, instead was `{_shown(actual)}`."


def _shown(value: object) -> str:
    if value is UNDEFINED:
        return "undefined"
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, dict | list) and len(text) > _MAX_SHOWN:
        return f"{text[:_MAX_SHOWN]}..."
    return text


def not_found(kind: str, identity: str, bot: str, integration: str) -> ApiError:
    """The 404 of an object that does not exist, or is not shared: they look the same."""
    return ApiError(
        404,
        Code.OBJECT_NOT_FOUND,
        f"Could not find {kind} with ID: {identity}. Make sure the relevant pages and databases "
        f'are shared with your integration "{bot}".',
        {"integration_id": integration},
    )


def in_trash() -> ApiError:
    """The 400 for a change of what is in the trash; every version says archived."""
    return invalid(
        "Can't edit block that is archived. You must unarchive the block before editing."
    )


def unknown_url() -> ApiError:
    """The 400 for every path, and method, that Notion does not have."""
    return ApiError(400, Code.INVALID_REQUEST_URL, "Invalid request URL.")


def restricted() -> ApiError:
    """The 403 of a token that lacks the capability for this endpoint."""
    return ApiError(403, Code.RESTRICTED_RESOURCE, "Insufficient permissions for this endpoint.")
