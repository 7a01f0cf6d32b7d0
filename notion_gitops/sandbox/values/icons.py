"""Icons and covers in requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.messages import UNDEFINED, Json, failed_validation
from notion_gitops.sandbox.values.file_links import upload_of_url
from notion_gitops.sandbox.values.file_uploads import attach
from notion_gitops.sandbox.values.richtext import limited

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call

_MAX_URL = 2000


def parse_icon(value: object, path: str, call: Call | None = None) -> Json | None:
    """An emoji or a picture, in the form that is kept; None takes it away; see `parse_cover`."""
    if isinstance(value, dict) and isinstance(value.get("emoji"), str):
        return {"type": "emoji", "emoji": value["emoji"]}
    return parse_cover(value, path, call)


def parse_cover(value: object, path: str, call: Call | None = None) -> Json | None:
    """A picture, in the form that is kept; None takes it away.

    Args:
        value: an external picture, one that was uploaded, or one that is hosted already.
        path: where it stands.
        call: for pictures that are files; without it, only external ones are taken.

    Raises:
        ApiError: 400 for anything else; what `attach` raises.
    """
    if value is None:
        return None
    if call is not None and isinstance(value, dict):
        kept = _hosted(call, value, path)
        if kept is not None:
            return {"type": "file", "file": kept}
    external = value.get("external") if isinstance(value, dict) else None
    if not isinstance(external, dict):
        raise failed_validation(f"{path}.external", "defined", UNDEFINED)
    url = limited(external.get("url", UNDEFINED), f"{path}.external.url", _MAX_URL)
    return {"type": "external", "external": {"url": url}}


def _hosted(call: Call, value: Json, path: str) -> Json | None:
    if "file_upload" in value:
        return attach(call, value["file_upload"], path)
    file = value.get("file")
    url = file.get("url") if isinstance(file, dict) else None
    upload = upload_of_url(call, url) if isinstance(url, str) else None
    return None if upload is None else {"upload": upload}
