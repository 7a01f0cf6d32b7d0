"""Icons and covers in requests."""

from __future__ import annotations

from notion_gitops.sandbox.messages import UNDEFINED, Json, failed_validation
from notion_gitops.sandbox.richtext import limited

_MAX_URL = 2000


def parse_icon(value: object, path: str) -> Json | None:
    """An emoji or an external picture, in the form that is kept and shown; None takes it away."""
    if isinstance(value, dict) and isinstance(value.get("emoji"), str):
        return {"type": "emoji", "emoji": value["emoji"]}
    return parse_cover(value, path)


def parse_cover(value: object, path: str) -> Json | None:
    """An external picture, in the form that is kept and shown; None takes it away.

    Raises:
        ApiError: 400 for anything else.
    """
    if value is None:
        return None
    external = value.get("external") if isinstance(value, dict) else None
    if not isinstance(external, dict):
        raise failed_validation(f"{path}.external", "defined", UNDEFINED)
    url = limited(external.get("url", UNDEFINED), f"{path}.external.url", _MAX_URL)
    return {"type": "external", "external": {"url": url}}
