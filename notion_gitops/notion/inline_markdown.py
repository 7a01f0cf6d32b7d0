"""Runs of rich text as one line of Markdown that people can read and edit.

The dialect: ``**bold**``, ``*italic*``, ``~~strike~~``, ```code```, ``[text](url)``,
``<u>underline</u>``, ``<span color="red">colour</span>``, an equation as ``$`x`$``, and mentions
by what they name: ``<@user:ID>``, ``<@page:ID>``, ``<@date:2026-06-01>``. Two marks that would
run into each other are kept apart by ``<!-- -->``, which shows nowhere.

Reading what was written gives the same runs. Only marks around nothing but blank space are lost,
as Markdown has no way to write them.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from notion_gitops.notion.carrying import NotCarried
from notion_gitops.notion.rich_text import Atom, Run

SEPARATOR = "<!-- -->"

_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MENTION = rf"<@(?:(user|page|database):({_ID})|date:([0-9T:.+Z/-]+))>"
COLOUR = r'<span color="([a-z_]+)">'
TAG = re.compile(rf"{SEPARATOR}|</?u>|{COLOUR}|</span>|{_MENTION}")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_FENCES = "*~`"
_MARKS = re.compile(r"[\\`*~\[\]<$]")


def to_markdown(runs: Sequence[Run]) -> str:
    """The Markdown of runs, as `rich_text.merged` gives them.

    Raises:
        NotCarried: an equation that holds a backtick.
    """
    brackets = len(runs) > 1 or any(r.style.link or "](" in r.text for r in runs)
    written = [
        _styled(run, _Edges(at == 0, at == len(runs) - 1, brackets)) for at, run in enumerate(runs)
    ]
    parts = [written[0]] if written else []
    for before, after in pairwise(written):
        if before[-1] in _FENCES and before[-1] == after[0]:
            parts.append(SEPARATOR)
        parts.append(after)
    return "".join(parts)


class _Edges:
    """Where a run stands, which decides what in it would be read as a mark."""

    def __init__(self, first: bool, last: bool, brackets: bool) -> None:
        self.first = first
        self.last = last
        self.brackets = brackets


def _styled(run: Run, edges: _Edges) -> str:
    style = run.style
    inside = edges
    marks = _emphasis(run)
    if marks or style.underline or style.color != "default" or style.link:
        inside = _Edges(first=False, last=False, brackets=edges.brackets)
    lead, body, trail = _blanks(run) if marks else ("", run, "")
    core = f"{lead}{marks}{_core(body, inside)}{marks[::-1]}{trail}"
    if style.underline:
        core = f"<u>{core}</u>"
    if style.color != "default":
        core = f'<span color="{style.color}">{core}</span>'
    return f"[{core}]({_address(style.link)})" if style.link else core


def _blanks(run: Run) -> tuple[str, Run, str]:
    """The blank space around a run of text, at which a mark would be none, and the rest."""
    if not _is_text(run):
        return "", run, ""
    text = run.text.strip()
    at = run.text.index(text)
    return run.text[:at], replace(run, text=text), run.text[at + len(text) :]


def _is_text(run: Run) -> bool:
    return run.atom is None and not run.style.code


def _emphasis(run: Run) -> str:
    style = run.style
    if _is_text(run) and not run.text.strip():
        return ""  # Markdown has no way to write it
    stars = "*" * (2 * style.bold + style.italic)
    return ("~~" if style.strikethrough else "") + stars


def _core(run: Run, edges: _Edges) -> str:
    match run.atom:
        case None if run.style.code:
            return _code(run.text)
        case None:
            return _escaped(run.text, edges)
        case Atom.EQUATION:
            if "`" in run.text:
                raise NotCarried("its text holds an equation with a backtick")
            return _coded(run, f"$`{run.text}`$")
        case Atom.DATE:
            return _coded(run, f"<@date:{run.text}>")
        case kind:
            return _coded(run, f"<@{kind}:{run.text}>")


def _coded(run: Run, atom: str) -> str:
    if run.style.code:
        raise NotCarried("its text holds a mention or an equation in code style")
    if run.atom is not Atom.EQUATION and not TAG.fullmatch(atom):
        raise NotCarried("its text holds a mention that cannot be kept in git")
    return atom


def _code(text: str) -> str:
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    spaced = text.startswith(" ") and text.endswith(" ") and bool(text.strip(" "))
    pad = " " if spaced or text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _address(url: str) -> str:
    if not re.search(r"[\s()<>\\]", url):
        return url
    return "<" + re.sub(r"([\\<>])", r"\\\1", url) + ">"


def _escaped(text: str, edges: _Edges) -> str:
    if not _MARKS.search(text):
        return text
    return "".join(
        f"\\{char}" if _would_be_read(text, at, edges) else char for at, char in enumerate(text)
    )


def _would_be_read(text: str, at: int, edges: _Edges) -> bool:
    """Whether the character at that place would be taken for a mark, if it stood there bare."""
    char = text[at]
    before = text[at - 1] if at else (" " if edges.first else char)  # a mark may stand there
    after = text[at + 1] if at + 1 < len(text) else (" " if edges.last else char)
    match char:
        case "\\":
            return after in _PUNCTUATION
        case "`":
            return True
        case "*":
            return not (before.isspace() and after.isspace())
        case "~":
            return "~" in before + after
        case "[" | "]":
            return edges.brackets
        case "<":
            return TAG.match(text, at) is not None
        case "$":
            return at + 1 == len(text) and not edges.last
        case _:
            return False
