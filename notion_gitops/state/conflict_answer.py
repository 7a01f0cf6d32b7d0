"""Writing an answer into a conflict file, as a person would by hand; every other byte stays."""

import re

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput, UsageError
from notion_gitops.state.conflict_tree import parsed, questions_in, resolutions_in
from notion_gitops.state.writing import flow

NO_ANSWER = ""
"""Takes an answer back."""

_NUMBER = re.compile(r"[+-]?\.?\d[\d.eE+-]*")
_WORD = re.compile(r"\w(?:[\w ()./+'%=;&@-]|:(?=[^\s:]))*")
_SPELLED = ("[", "{", '"', "'")  # may begin what is YAML already


def own_value(typed: str) -> str:
    """A value of one's own as the answer that the file has.

    Args:
        typed: as a record file would spell it; text that YAML would read as more than text may be
            left without quotes.
    """
    bare = typed.strip()
    if not bare:
        return "{value: null}"
    simple = _NUMBER.fullmatch(bare) or _WORD.fullmatch(bare)
    return f"{{value: {bare if simple or _is_spelled(bare) else flow(bare)}}}"


def answered(text: str, path: str, field: str | None, answer: str) -> str:
    """The text with an answer after ``resolution:``.

    Args:
        text: of the conflict file.
        path: of the file, for messages.
        field: whose question is answered; None: the one about the record as a whole.
        answer: ``git``, ``notion``, ``base``, what `own_value` gave, or `NO_ANSWER`.

    Raises:
        UsageError: the file does not ask that.
        InvalidInput: the file cannot be read.
    """
    asked = questions_in(parsed(text, path))
    found = resolutions_in(asked[field]) if field in asked else []
    if not found:
        names = ", ".join(name or "the record" for name in asked) or "nothing"
        what = f'"{field}"' if field else "the record as a whole"
        raise UsageError(Diagnostic(f"{path} does not ask about {what}", fix=f"It asks: {names}."))
    key, value = found[0]
    colon = text.index(":", key.start) + 1  # of "resolution:", also in "resolution: value: x"
    start, end = max(colon, value.start), max(colon, value.end)
    end = colon + len(text[colon:end].rstrip())  # a text of several lines ends with its line
    before = text[colon:start].rstrip()
    comment = before if "#" in before else ""
    shown = f" {answer}" if answer else ""
    return f"{text[:colon]}{shown}{comment}{text[end:]}"


def _is_spelled(text: str) -> bool:
    """Whether it is YAML on one line, with brackets or quotes."""
    try:
        return (
            text.startswith(_SPELLED)
            and "\n" not in text
            and bool(parsed(f"{{value: {text}}}", ""))
        )
    except InvalidInput:
        return False
