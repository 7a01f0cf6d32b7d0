"""Backslashes in Markdown that change nothing: Notion writes more of them than people do.

A bar, a brace or a caret within a line stands for itself, escaped or not. Where a character would
be a mark if it stood bare, its backslash has a meaning and stays. In doubt it stays, too: then two
texts that mean the same count as different, and nothing is lost.
"""

import re

_CODE = re.compile(r"(`+[^`]+`+)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_LINK = re.compile(r"\]\\?\(")


def without_idle_escapes(line: str) -> str:
    """A line without the backslashes that change nothing; those of code are text."""
    if "\\" not in line or line.startswith("|"):  # in a row of a table, a bar ends a cell
        return line
    links = _LINK.search(line) is not None
    parts = _CODE.split(line)
    return "".join(part if part.startswith("`") else _without(part, links=links) for part in parts)


def _without(text: str, *, links: bool) -> str:
    def spelled(found: re.Match[str]) -> str:
        before = text[found.start() - 1] if found.start() else " "
        after = text[found.end() :]
        idle = found.start() > 0 and _is_idle(found[1], before, after, links=links)
        return found[1] if idle else found[0]

    return _ESCAPED.sub(spelled, text)


def _is_idle(char: str, before: str, after: str, *, links: bool) -> bool:
    """Whether a character stands for itself, bare, between these."""
    following = after[:1] or " "
    match char:
        case "|" | "^" | ">" | "}":
            return True
        case "{":
            return not after.startswith("color")  # ends a block, as Notion writes its colour
        case "[" | "]":
            return not links
        case "$":
            return "`" not in before + following
        case "~":
            return before != "~" and not after.startswith(("~", "\\~"))
        case "<":
            return not (following.isalpha() or following in "/@!")
        case "*":
            return before.isspace() and following.isspace()
        case "\\":
            return following not in _PUNCTUATION
        case _:
            return False
