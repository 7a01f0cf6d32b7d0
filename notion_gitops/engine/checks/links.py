"""The check of links in texts: those to files of the repository, and those to mapped pages."""

import re
from collections.abc import Iterator
from posixpath import dirname, normpath
from urllib.parse import unquote

from notion_gitops.engine.checks.scope import Scope, listed
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Absence

_LINK = re.compile(r"\]\(\s*<?([^()<>\s]+)")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_PAGE = re.compile(
    r"https?://(?:[\w-]+\.)*notion\.(?:so|site|com)/[^?#]*?([0-9a-f]{32})(?:[?#].*)?"
)
_OUT_OF_REACH = {
    Absence.TRASHED: "is a page in Notion's trash",
    Absence.MOVED: "is a page that was moved out of its database",
    Absence.UNREACHABLE: "is a page that Notion does not show any more",
}


def links(scope: Scope) -> Iterator[Finding]:
    """Records whose texts link to files that are not there, or to pages that are gone.

    Addresses elsewhere are not asked, and of Notion's pages only those of our own databases are
    known.
    """
    for name in scope.rule.fields:
        for record in scope.own():
            text = scope.text(record, name)
            found = [told for link in links_in(text) if (told := _broken(scope, record.key, link))]
            if found:
                dead = listed(list(dict.fromkeys(found)))
                yield scope.finding(
                    (record.key,),
                    f"{name} links to nothing" + ("" if scope.hides(name) else f": {dead}"),
                    why="Whoever reads it is sent to a dead end.",
                    fix="Correct the links, bring back what they lead to, or take them away.",
                )


def links_in(text: str) -> list[str]:
    """The targets of the links of a Markdown text, but for those in blocks of code."""
    found: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        elif not fence:
            found += _LINK.findall(line)
    return found


def _broken(scope: Scope, key: str, link: str) -> str:
    """What is wrong with a link; nothing if it leads somewhere, or if that is not known."""
    page = _PAGE.fullmatch(link)
    if page is not None:
        why = scope.facts.pages.get(page[1])
        return f"{link} {_OUT_OF_REACH[why]}" if why in _OUT_OF_REACH else ""
    here = scope.facts.paths.get(scope.mapping.name, {}).get(key)
    if here is None or scope.facts.files is None:
        return ""
    target = target_of(link, here)
    return "" if not target or target in scope.facts.files else link


def target_of(link: str, here: str) -> str:
    """The path, from the repository's root, that a link in a file leads to; "" for an address."""
    path = unquote(re.split(r"[?#]", link, maxsplit=1)[0])
    if not path or _ADDRESS.match(link):
        return ""
    start = "" if path.startswith("/") else f"{dirname(here)}/"
    target = normpath(f"{start}{path}".lstrip("/"))
    return "" if target == "." else target
