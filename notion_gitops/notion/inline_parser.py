"""Reading inline Markdown, whoever wrote it, as runs of rich text.

What is no mark is text: nothing that a person writes is refused or lost.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from notion_gitops.notion.inline_markdown import SEPARATOR, TAG
from notion_gitops.notion.rich_text import Atom, Run, Style, merged

_DEEPEST = 8  # levels of links and tags; what is deeper is text
_PLAIN = re.compile(r"[^\\*~`\[<$]+")
_TICKS = re.compile("`+")
_STARS = re.compile(r"\*+|~~+")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_EQUATION = re.compile(r"\$`([^`]+)`\$")
_BARE_URL = re.compile(r"[^\s()<>\\]+")
_ANGLE_URL = re.compile(r"<((?:[^\\<>]|\\.)*)>", re.DOTALL)


@dataclass
class _Mark:
    """A run of `*` or `~`, of which some may open and others close."""

    char: str
    count: int
    opens: bool
    closes: bool


@dataclass
class _Scope:
    """What was read so far at one level: runs, and marks whose partners are not known yet."""

    depth: int
    ends: dict[int, int]  # where a bracket or tag that begins here ends
    nodes: list[Run | _Mark] = field(default_factory=list)

    def text(self, text: str) -> None:
        self.nodes.append(Run(text))


def from_markdown(text: str) -> list[Run]:
    """The runs that inline Markdown stands for."""
    return merged(_read(text, 0))


def _read(text: str, depth: int) -> list[Run]:
    if depth > _DEEPEST:
        return [Run(text)]
    scope = _Scope(depth, _ends(text))
    at = 0
    while at < len(text):
        at = _step(text, at, scope)
    return _paired(scope.nodes)


def _ends(text: str) -> dict[int, int]:
    """Where each bracket and tag that is closed has its end; those in code are none."""
    ends: dict[int, int] = {}
    open_: dict[str, list[int]] = {"]": [], "</u>": [], "</span>": []}
    at = 0
    while at < len(text):
        found = TAG.match(text, at) if text[at] == "<" else None
        word = found[0] if found else text[at]
        if word in open_:
            if open_[word]:
                ends[open_[word].pop()] = at
        elif closing := _closing(word):
            open_[closing].append(at)
        at = found.end() if found else _past(text, at)
    return ends


def _closing(word: str) -> str | None:
    if word.startswith("<span"):
        return "</span>"
    return {"[": "]", "<u>": "</u>"}.get(word)


def _step(text: str, at: int, scope: _Scope) -> int:
    """Read what stands at `at`; where the next thing begins."""
    plain = _PLAIN.match(text, at)
    if plain is not None:
        scope.text(plain[0])
        return plain.end()
    char = text[at]
    found: int | None = None
    if char == "\\":
        found = _escape(text, at, scope)
    elif char in "*~":
        found = _mark(text, at, scope)
    elif char == "`":
        found = _code(text, at, scope)
    elif char == "[":
        found = _link(text, at, scope)
    elif char == "<":
        found = _tag(text, at, scope)
    elif char == "$":
        found = _equation(text, at, scope)
    if found is None:
        scope.text(char)
        return at + 1
    return found


def _escape(text: str, at: int, scope: _Scope) -> int | None:
    found = _ESCAPE.match(text, at)
    if found is None:
        return None
    scope.text(found[1])
    return found.end()


def _mark(text: str, at: int, scope: _Scope) -> int | None:
    found = _STARS.match(text, at)
    if found is None:
        return None
    end = found.end()
    opens = end < len(text) and not text[end].isspace()
    closes = at > 0 and not text[at - 1].isspace()
    scope.nodes.append(_Mark(text[at], end - at, opens, closes))
    return end


def _code(text: str, at: int, scope: _Scope) -> int:
    fence = _fence(text, at)
    end = _close_of_code(text, at, fence)
    if end is None:
        scope.text(fence)
        return at + len(fence)
    inside = text[at + len(fence) : end]
    if inside[0] == inside[-1] == " " and inside.strip(" "):
        inside = inside[1:-1]
    scope.nodes.append(Run(inside, Style(code=True)))
    return end + len(fence)


def _fence(text: str, at: int) -> str:
    found = _TICKS.match(text, at)
    return found[0] if found else ""


def _close_of_code(text: str, at: int, fence: str) -> int | None:
    for ticks in _TICKS.finditer(text, at + len(fence)):
        if ticks[0] == fence:
            return ticks.start()
    return None


def _equation(text: str, at: int, scope: _Scope) -> int | None:
    found = _EQUATION.match(text, at)
    if found is None:
        return None
    scope.nodes.append(Run(found[1], atom=Atom.EQUATION))
    return found.end()


def _tag(text: str, at: int, scope: _Scope) -> int | None:
    found = TAG.match(text, at)
    if found is None:
        return None
    if found[0] == SEPARATOR:
        return found.end()
    if found[2] or found[4]:
        atom = Atom(found[2]) if found[2] else Atom.DATE
        scope.nodes.append(Run(found[3] or found[4], atom=atom))
        return found.end()
    if found[0] == "<u>":
        return _inside(text, found, "</u>", scope)
    return _inside(text, found, "</span>", scope) if found[1] else None


def _inside(text: str, tag: re.Match[str], closing: str, scope: _Scope) -> int | None:
    """What stands between a tag and its end; None if it has no end."""
    end = scope.ends.get(tag.start())
    if end is None:
        return None
    look: dict[str, Any] = {"color": tag[1]} if tag[1] else {"underline": True}
    scope.nodes += _restyled(_read(text[tag.end() : end], scope.depth + 1), look)
    return end + len(closing)


def _past(text: str, at: int) -> int:
    """Past one character, or past what hides others: an escape, a code span."""
    if text[at] == "\\" and _ESCAPE.match(text, at):
        return at + 2
    if text[at] == "`":
        fence = _fence(text, at)
        end = _close_of_code(text, at, fence)
        return (at if end is None else end) + len(fence)
    return at + 1


def _link(text: str, at: int, scope: _Scope) -> int | None:
    end = scope.ends.get(at)
    if end is None or not text.startswith("](", end):
        return None
    found = _ANGLE_URL.match(text, end + 2) or _BARE_URL.match(text, end + 2)
    if found is None or not text.startswith(")", found.end()) or end == at + 1:
        return None
    url = re.sub(r"\\(.)", r"\1", found[1]) if found.re is _ANGLE_URL else found[0]
    if not url:
        return None
    scope.nodes += _restyled(_read(text[at + 1 : end], scope.depth + 1), {"link": url})
    return found.end() + 1


def _restyled(runs: list[Run], look: dict[str, Any]) -> list[Run]:
    return [replace(run, style=replace(run.style, **look)) for run in runs]


def _paired(nodes: list[Run | _Mark]) -> list[Run]:
    """Runs with the marks carried out; marks without a partner are text."""
    at = 0
    floors: dict[str, int] = {}  # below these there is no opener, so that nobody looks twice
    while at < len(nodes):
        node = nodes[at]
        if not isinstance(node, _Mark) or not node.closes:
            at += 1
        elif (opener := _opener(nodes, at, floors.get(node.char, 0))) is None:
            if node.char == "*" or node.count > 1:
                floors[node.char] = at
            at += 1
        else:
            at = _pair(nodes, opener, at)
    return [n if isinstance(n, Run) else Run(n.char * n.count) for n in nodes]


def _opener(nodes: list[Run | _Mark], closer: int, floor: int) -> int | None:
    wanted = nodes[closer]
    for at in range(closer - 1, floor - 1, -1):
        node = nodes[at]
        if isinstance(node, _Mark) and isinstance(wanted, _Mark):
            least = 2 if wanted.char == "~" else 1
            fits = node.char == wanted.char and node.opens
            if fits and min(node.count, wanted.count) >= least and at + 1 < closer:
                return at
    return None


def _pair(nodes: list[Run | _Mark], opener: int, closer: int) -> int:
    """Carry out one pair of marks; where to look next."""
    first, last = nodes[opener], nodes[closer]
    if not isinstance(first, _Mark) or not isinstance(last, _Mark):
        return closer + 1
    used = 2 if min(first.count, last.count) > 1 else 1
    between = [
        n if isinstance(n, Run) else Run(n.char * n.count) for n in nodes[opener + 1 : closer]
    ]
    first.count -= used
    last.count -= used
    styled: list[Run | _Mark] = [*_restyled(between, _look(first.char, used))]
    left: list[Run | _Mark] = [first] if first.count else []
    right: list[Run | _Mark] = [last] if last.count else []
    nodes[opener : closer + 1] = [*left, *styled, *right]
    return opener + len(left) + len(styled)


def _look(char: str, used: int) -> dict[str, Any]:
    if char == "~":
        return {"strikethrough": True}
    return {"bold": True} if used > 1 else {"italic": True}
