"""Notion's identifiers: read from what people paste, checked before they enter a path."""

import re

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput

_UUID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE
)
_URL_ID = re.compile(rf"(?:^|[/-])({_UUID.pattern})$", re.IGNORECASE)


def parse_id(text: str) -> str | None:
    """The id in an id or a URL, in lower case with dashes; None if there is none.

    The host of a URL is not looked at: Notion has changed it (recorded answers show
    www.notion.so and app.notion.com).
    """
    path = re.split(r"[?#]", text.strip(), maxsplit=1)[0].rstrip("/")
    found = _URL_ID.search(path)
    if found is None or ("/" not in path and not _UUID.fullmatch(path)):
        return None
    return dashed(found[1])


def dashed(identity: str) -> str:
    """An id in the form in which all ids are compared here."""
    raw = identity.replace("-", "").lower()
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"


def checked_id(identity: str) -> str:
    """The id, fit to stand in a path.

    Raises:
        InvalidInput: it is no id of Notion's.
    """
    if _UUID.fullmatch(identity) is None:
        shown = identity[:60].encode("unicode_escape").decode()
        raise InvalidInput(Diagnostic(
            f'"{shown}" is not a Notion id',
            fix="Use the 32 characters at the end of the page's or database's address.",
        ))  # fmt: skip
    return dashed(identity)
