"""Blocks that show something from elsewhere: pictures, files, bookmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.messages import UNDEFINED, Json, failed_validation, text_in
from notion_gitops.sandbox.values.file_links import file_name, upload_of_url
from notion_gitops.sandbox.values.file_uploads import attach
from notion_gitops.sandbox.values.richtext import MAX_URL, limited, parse_rich_text

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call

URL_TYPES = ("bookmark", "embed")
MEDIA_TYPES = ("image", "video", "pdf", "file", "audio")


def url_content(given: Json, path: str) -> Json:
    """A caption and an address.

    Raises:
        ApiError: 400 with the place.
    """
    url = limited(given.get("url", UNDEFINED), f"{path}.url", MAX_URL)
    return {"caption": _caption(given, path), "url": url}


def media_content(call: Call, kind: str, given: Json, path: str) -> Json:
    """A file that lies elsewhere; one that was uploaded comes back with a signed address.

    Raises:
        ApiError: 400 with the place.
    """
    upload = _upload(call, given, path)
    if upload is not None:
        content: Json = {"caption": _caption(given, path), "type": "file", "file": upload}
        return {**content, "name": file_name(call, upload["upload"])} if kind == "file" else content
    external = given.get("external")
    if not isinstance(external, dict):
        raise failed_validation(f"{path}.external", "defined", external or UNDEFINED)
    url = limited(external.get("url", UNDEFINED), f"{path}.external.url", MAX_URL)
    content = external_file(kind, url, _caption(given, path))
    name = text_in(given, "name", path)
    return {**content, "name": name} if kind == "file" and name is not None else content


def hosted(call: Call, kind: str, content: Json) -> Json:
    """What stands in a block that was read from Markdown: an upload where its address leads there.

    The address of an upload is signed anew at every reading, and is no content.
    """
    upload = upload_of_url(call, content["external"]["url"])
    if upload is None:
        return content
    kept: Json = {"caption": content["caption"], "type": "file", "file": {"upload": upload}}
    return {**kept, "name": file_name(call, upload)} if kind == "file" else kept


def _upload(call: Call, given: Json, path: str) -> Json | None:
    """The kept form of a file that was uploaded, or is kept in the block already."""
    if "file_upload" in given:
        return attach(call, given["file_upload"], path)
    file = given.get("file")
    known = file if isinstance(file, dict) and "external" not in given else {}
    if "upload" in known:
        return {"upload": known["upload"]}
    identity = upload_of_url(call, known["url"]) if isinstance(known.get("url"), str) else None
    return None if identity is None else {"upload": identity}


def external_file(kind: str, url: str, caption: list[Json]) -> Json:
    """The content of a block of a type that shows the file of an address."""
    content: Json = {"caption": caption, "type": "external", "external": {"url": url}}
    return {**content, "name": _name(url)} if kind == "file" else content


def _name(url: str) -> str:
    return url.partition("?")[0].rstrip("/").rpartition("/")[2] or url


def _caption(given: Json, path: str) -> list[Json]:
    return parse_rich_text(given.get("caption", []), f"{path}.caption")
