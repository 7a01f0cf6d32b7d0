"""Which database a mapping means: an id, a URL, or a variable that holds one of them."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit
from uuid import UUID

from notion_gitops.mapping.document import VARIABLE
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping

DATABASE_FIX = (
    "open the database in Notion, choose Copy link, and write that link"
    " or the 32 hexadecimal digits in it"
)
_ID = r"[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_WHOLE = re.compile(_ID, re.IGNORECASE)
_LAST = re.compile(rf"(?:.*-)?({_ID})", re.IGNORECASE)  # "Tasks-1f2e…": the title stands before it
_HOSTS = ("notion.so", "notion.com", "notion.site")


def database_id(text: str) -> str | None:
    """The id in an id or a URL, with dashes; None if there is none.

    A link to a database is ``https://www.notion.so/WORKSPACE/TITLE-ID?v=VIEW``, or the same
    under app.notion.com or a workspace's own notion.site (Notion's help, "Copy link").
    """
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return str(UUID(text))
    try:
        url = urlsplit(text if "//" in text else f"https://{text}")
        host = url.hostname or ""
    except ValueError:
        return None
    if url.scheme != "https" or not any(host == h or host.endswith(f".{h}") for h in _HOSTS):
        return None
    found = _LAST.fullmatch(url.path.rstrip("/").rsplit("/", 1)[-1])
    return None if found is None else str(UUID(found[1]))


def resolve_database(mapping: DatabaseMapping, environ: Mapping[str, str]) -> str:
    """The id of the mapping's database or data source, with dashes.

    Args:
        mapping: a loaded mapping.
        environ: where ``${NAME}`` is looked up.

    Raises:
        InvalidInput: a variable is not set, or what results is no id and no URL of Notion.
            A variable's value is not shown: it may be a secret that was put there by mistake.
    """
    written = mapping.notion.database
    names = VARIABLE.findall(written)
    unset = [name for name in dict.fromkeys(names) if not environ.get(name)]
    if unset:
        raise InvalidInput(*(_unset(mapping, name) for name in unset))
    found = database_id(VARIABLE.sub(lambda match: environ[match[1]], written))
    if found is None:
        raise InvalidInput(_no_id(mapping, names))
    return found


def _unset(mapping: DatabaseMapping, name: str) -> Diagnostic:
    return Diagnostic(
        f"the variable {name} is not set, and says which database {mapping.name} is",
        mapping.notion.place,
        fix=f"set it, as in: export {name}=ID, or try it with --sandbox",
    )


def _no_id(mapping: DatabaseMapping, names: list[str]) -> Diagnostic:
    what = f"the value of {' and '.join(names)}" if names else f'"{mapping.notion.database}"'
    summary = f"{what} is no id and no URL of a Notion database"
    return Diagnostic(summary, mapping.notion.place, fix=DATABASE_FIX)
