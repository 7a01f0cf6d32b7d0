"""What a request is answered with in bad weather: status, headers and body."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.identity import parse_uuid
from notion_gitops.sandbox.basics.messages import ApiError, Code, Json
from notion_gitops.sandbox.weather.rules import Fault, Rule, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notion_gitops.sandbox.basics.messages import Request


@dataclass(frozen=True, slots=True)
class Stormy:
    """An answer of the weather; JSON gets its `request_id` from whoever sends it."""

    status: int
    body: Json | str  # a text is sent as HTML
    headers: Mapping[str, str] = field(default_factory=dict)


_LIMITED = "You have been rate limited. Please try again later."
_REASONS = {
    Scope.CONNECTION: "public_api_request_rate_limit",
    Scope.WORKSPACE: "public_api_space_request_rate_limit",
    Scope.ENDPOINT: "public_api_endpoint_rate_limit",
}
_BLOCKED = "public_api_request_blocked"

_ERRORS = {
    Fault.CONFLICT: (409, Code.CONFLICT_ERROR, "Conflict occurred while saving. Please try again."),
    Fault.RATE_LIMIT: (429, Code.RATE_LIMITED, _LIMITED),
    Fault.WORKSPACE_LIMIT: (429, Code.RATE_LIMITED, _LIMITED),
    Fault.ENDPOINT_LIMIT: (429, Code.RATE_LIMITED, _LIMITED),
    Fault.BLOCKED: (429, Code.RATE_LIMITED, _LIMITED),
    Fault.INTERNAL_ERROR: (500, Code.INTERNAL_SERVER_ERROR, "Unexpected error occurred."),
    Fault.BAD_GATEWAY: (502, Code.BAD_GATEWAY, "Bad gateway."),
    Fault.UNAVAILABLE: (
        503, Code.SERVICE_UNAVAILABLE, "Notion is unavailable, please try again later.",
    ),
    Fault.DATABASE_UNAVAILABLE: (
        503, Code.DATABASE_CONNECTION_UNAVAILABLE,
        "Notion's database is unavailable, please try again later.",
    ),
    Fault.QUERY_POOL: (
        503, Code.SERVICE_UNAVAILABLE, "Notion is unavailable, please try again later.",
    ),
    Fault.GATEWAY_TIMEOUT: (504, Code.GATEWAY_TIMEOUT, "Gateway timeout."),
    Fault.OVERLOAD: (
        529, Code.SERVICE_OVERLOAD, "Notion is overloaded, please try again later.",
    ),
}  # fmt: skip

_PAGES = {
    Fault.BAD_GATEWAY_PAGE: (502, "502 Bad Gateway"),
    Fault.EDGE_BLOCK: (403, "Attention Required! | Cloudflare"),
    Fault.NOT_JSON: (200, "One moment, please"),
}

_BY_STATUS = {
    409: Fault.CONFLICT, 429: Fault.RATE_LIMIT, 500: Fault.INTERNAL_ERROR, 502: Fault.BAD_GATEWAY,
    503: Fault.UNAVAILABLE, 504: Fault.GATEWAY_TIMEOUT, 529: Fault.OVERLOAD,
}  # fmt: skip

_WAITS = {
    Fault.RATE_LIMIT: 30, Fault.WORKSPACE_LIMIT: 90, Fault.ENDPOINT_LIMIT: 30, Fault.OVERLOAD: 10,
}  # fmt: skip
"""The seconds in `Retry-After`; a workspace may have to wait for more than a minute."""

_DATA: dict[Fault, Json] = {
    Fault.RATE_LIMIT: {"rate_limit_reason": _REASONS[Scope.CONNECTION]},
    Fault.WORKSPACE_LIMIT: {"rate_limit_reason": _REASONS[Scope.WORKSPACE]},
    Fault.ENDPOINT_LIMIT: {"rate_limit_reason": _REASONS[Scope.ENDPOINT]},
    Fault.BLOCKED: {"rate_limit_reason": _BLOCKED},
    Fault.QUERY_POOL: {
        "endpoint_name": "public_queryDataSource",
        "notion_error_name": "PgPoolWaitConnectionTimeout",
        "retry_guidance": [
            "Retry with exponential backoff.",
            "Reduce page_size.",
            "Narrow query filters/sorts.",
        ],
    },
}

_SAVED = (
    "The change was saved, but the response could not be built in time. "
    "Read the object again to confirm."
)
_SAVED_DATA: Json = {
    "retry_guidance": [
        "Read the object again to confirm the saved change.",
        "Do not repeat the write.",
    ],
    "deadline_ms": "55000",
    "elapsed_ms": "55012",
}


def answer_of(rule: Rule, committed: Json | None) -> Stormy:
    """What a rule answers.

    Args:
        rule: with the effect `ANSWER` or `ANSWER_AFTER`.
        committed: what a 503 tells of a write that was carried out; None if nothing was.
    """
    fault = rule.fault or _BY_STATUS.get(rule.status)
    if rule.body is not None:
        return _in_words(rule, rule.body)
    if fault is None:
        error = ApiError(rule.status, Code.INTERNAL_SERVER_ERROR, "Unexpected error.")
        return Stormy(rule.status, error.body(), rule.headers)
    if fault in _PAGES:
        return _page(fault, rule)
    if fault is Fault.UNAVAILABLE and committed is not None:
        saved = ApiError(503, Code.SERVICE_UNAVAILABLE, _SAVED, {**_SAVED_DATA, **committed})
        return Stormy(503, saved.body(), rule.headers)
    return _error(fault, rule)


def _in_words(rule: Rule, body: Json | str) -> Stormy:
    """The answer whose body the rule spells out."""
    kind = {"content-type": "text/html"} if isinstance(body, str) else {}
    return Stormy(rule.status, body, {**kind, **rule.headers})


def _page(fault: Fault, rule: Rule) -> Stormy:
    """An HTML page of what stands between a client and Notion: no `x-notion-request-id` on it."""
    status, title = _PAGES[fault]
    html = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>"
    edge = {"content-type": "text/html; charset=UTF-8", "server": "cloudflare"}
    return Stormy(status, html, {**edge, "cf-ray": "7f0000000000beef-AMS", **rule.headers})


def _error(fault: Fault, rule: Rule) -> Stormy:
    status, code, message = _ERRORS[fault]
    data = dict(_DATA.get(fault, {}))
    headers = dict(rule.headers)
    wait = _WAITS.get(fault) if rule.retry_after is None else rule.retry_after
    if wait is not None:
        headers.setdefault("retry-after", str(wait))
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            data["retry_after"] = headers["retry-after"]
    return Stormy(status, ApiError(status, code, message, data or None).body(), headers)


def rate_limited(scope: Scope, seconds: int) -> ApiError:
    """The 429 for a spent budget: how long until there is a new one."""
    data = {"rate_limit_reason": _REASONS[scope], "retry_after": str(seconds)}
    return ApiError(HTTPStatus.TOO_MANY_REQUESTS, Code.RATE_LIMITED, _LIMITED, data)


def committed(request: Request, body: Json, answer: Json) -> Json | None:
    """What a 503 after the write tells of it: the ids of what was made.

    Args:
        request: a write that was carried out, or a read.
        body: its JSON body.
        answer: what it would have been answered with.
    """
    if request.method == "GET" or request.path.rstrip("/").endswith(("/query", "/search")):
        return None
    if request.method == "POST" and answer.get("object") in {"page", "database", "data_source"}:
        return {"committed_resource_id": answer["id"]}
    if request.path.rstrip("/").endswith("/children"):
        given = request.path.rstrip("/").split("/")[-2]
        parent = parse_uuid(given) or given
        made = [block["id"] for block in answer["results"]][: len(body.get("children", []))]
        return {"committed_resource_id": parent, "committed_child_ids": made}
    return {}
