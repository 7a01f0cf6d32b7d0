"""Icons and covers in requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.messages import UNDEFINED, Json, failed_validation, text_in
from notion_gitops.sandbox.values.file_links import upload_of_url
from notion_gitops.sandbox.values.file_uploads import attach
from notion_gitops.sandbox.values.richtext import limited

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call

_MAX_URL = 2000
_MAX_NAME = 200


def is_emoji(text: str) -> bool:
    """Whether a text may be an emoji: which there are is not looked up."""
    return not text.isascii()


def parse_icon(call: Call | None, value: object, path: str) -> Json | None:
    """An emoji, one of Notion's own icons or a picture, as kept; None takes it away.

    Raises:
        ApiError: 400 for anything else; what `attach` raises.
    """
    if isinstance(value, dict) and isinstance(value.get("emoji"), str):
        if not is_emoji(value["emoji"]):
            raise failed_validation(f"{path}.emoji", "an emoji that exists", value["emoji"])
        return {"type": "emoji", "emoji": value["emoji"]}
    if isinstance(value, dict) and isinstance(value.get("icon"), dict):
        name = limited(value["icon"].get("name", UNDEFINED), f"{path}.icon.name", _MAX_NAME)
        color = text_in(value["icon"], "color", f"{path}.icon") or "gray"
        return {"type": "icon", "icon": {"name": name, "color": color}}
    return parse_cover(call, value, path)


def parse_cover(call: Call | None, value: object, path: str) -> Json | None:
    """A picture, in the form that is kept; None takes it away.

    Args:
        call: the request; without it, pictures that are files are not taken.
        value: an external picture, one that was uploaded, or one that is hosted already.
        path: where it stands.

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
