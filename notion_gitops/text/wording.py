"""Texts cut into words, one a line, so that what merges lines can merge words."""

import json
import re

_WORD = re.compile(r"\s+|\S+\s*")


def word_lines(text: str) -> str:
    """The words of a text, each on a line of its own with the space that follows it.

    A word and its space are one: edits of two neighbours touch, and are in each other's way.
    """
    return "\n".join(json.dumps(word) for word in _WORD.findall(text))


def text_of(lines: str) -> str:
    """The text that `word_lines` cut."""
    return "".join(json.loads(line) for line in lines.split("\n") if line)
