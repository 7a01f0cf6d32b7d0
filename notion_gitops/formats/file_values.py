"""Files that a record names: an address, a path in the repository, or what Notion hosts."""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from notion_gitops.formats.nodes import Node, Table, problem
from notion_gitops.formats.parts import only_keys, single, text_part
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.values import LOCAL, FileRef

MOST_NAME = 100  # characters of a file's name (Notion's documentation, "Request limits")
MOST_URL = 2000  # and of an address
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def name_of_url(url: str) -> str:
    """What a file that is given by its URL alone is called: the last part of the path.

    Raises:
        ValueError: it is no URL.
    """
    parts = urlsplit(url)
    return (unquote(parts.path.rstrip("/").rsplit("/", 1)[-1]) or parts.netloc or url)[:MOST_NAME]


class Content(NamedTuple):
    """What is in a file of the repository."""

    digest: str  # hex digits that change with the content
    size: int  # bytes


class NoFile(Exception):  # noqa: N818  becomes a diagnostic with its place
    """A path that is no file of the repository: what is wrong, and what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


Look = Callable[[str], Content]
"""Looks at a file of the repository, by its path from the root; raises `NoFile`."""


def read_file_ref(node: Node, look: Look) -> FileRef:
    """A file: `{name, url}` or `{name, path}`, or one of the two alone, as text.

    Args:
        node: what stands in the record.
        look: tells what is in a file of the repository.

    Raises:
        InvalidInput: it names no file, or one that is not there.
    """
    if isinstance(node, Table):
        only_keys(node, ("name", "url", "path"))
        name, url, path = (text_part(node, key) for key in ("name", "url", "path"))
        if (url is None) == (path is None):
            what = "a file has a url and a path" if url else "a file has no url and no path"
            raise InvalidInput(problem(node, what, fix="give url: or path:, one of the two"))
        at = node.get("path") or node
    else:
        text = single(node, "a file's url, its path in the repository, or {name, url},").text
        url, path = (text, None) if _SCHEME.match(text) else (None, text)
        name, at = None, node
    if url is not None and url.startswith(LOCAL):
        path = url.removeprefix(LOCAL)
    if path is not None:
        return _local(path, name, at, look)
    if not url or len(url) > MOST_URL:
        what = "a url has 1 to 2,000 characters"
        raise InvalidInput(problem(node, what, fix="give an address that is shorter"))
    try:
        found = name_of_url(url)
    except ValueError:
        what = f'"{url[:80]}" is no address that can be read'
        raise InvalidInput(problem(node, what, fix="write it as https://host/path")) from None
    return FileRef(name or found, url)


def _local(path: str, name: str | None, at: Node, look: Look) -> FileRef:
    try:
        content = look(path)
    except NoFile as error:
        raise InvalidInput(problem(at, error.what, fix=error.fix)) from None
    return FileRef(
        name or path.rsplit("/", 1)[-1][:MOST_NAME], LOCAL + path, content.digest, content.size
    )
