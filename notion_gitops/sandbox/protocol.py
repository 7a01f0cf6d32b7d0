"""What is read off a request before any endpoint sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.forms import is_form
from notion_gitops.sandbox.basics.messages import ApiError, Code, failed_validation
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.call import OLDER_VERSION, OLDEST_VERSION, VERSION

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json, Request

MAX_BODY = 500 * 1024
"""Bytes of a JSON body (Notion's documentation, "Request limits"; the wording is not recorded)."""

MAX_DEPTH = 100
"""So deep a JSON body may be nested; what any endpoint takes is a good deal flatter."""

_VERSIONS = (OLDEST_VERSION, OLDER_VERSION, VERSION)


def version_of(request: Request) -> str:
    """The version of the API that a request asks for.

    Raises:
        ApiError: 400 if it names none, or one that the sandbox does not speak.
    """
    version = request.headers.get("notion-version")
    if version is None:
        raise ApiError(
            400,
            Code.MISSING_VERSION,
            "Notion-Version header failed validation: Notion-Version header should be defined, "
            "instead was `undefined`.",
        )
    if version not in _VERSIONS:
        *first, last = (f'`"{one}"`' for one in _VERSIONS)
        known = ", ".join(first) + f", or {last}"
        raise ApiError(
            400,
            Code.VALIDATION_ERROR,
            f"Notion-Version header failed validation: Notion-Version header should be {known}, "
            f'instead was `"{version}"`.',
        )
    return version


def body_of(request: Request) -> Json:
    """The JSON body of a request; empty where there is none.

    Raises:
        ApiError: 400 if it is no JSON object, or too large.
    """
    if request.method in {"GET", "DELETE"} or not request.body or is_form(request):
        return {}
    if len(request.body) > MAX_BODY:
        raise failed_validation("body.length", f"≤ `{MAX_BODY}`", len(request.body))
    try:
        body = json.loads(request.body.decode(), parse_constant=_no_constant)
        _check(body)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, Code.INVALID_JSON, "Error parsing JSON body.") from error
    if not isinstance(body, dict):
        raise ApiError(400, Code.INVALID_JSON, "Error parsing JSON body.")
    return body


def _check(body: object) -> None:
    """Refuse what parses but cannot be answered or kept.

    Raises:
        ValueError: it is nested too deep, or a text in it is no Unicode: half of a surrogate pair.
    """
    level = [body]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for one in level:
            if isinstance(one, dict):
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        level = inner
    if level:
        raise ValueError("nested too deep")
    dumps(body).encode()


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
