"""The grammar of the formula language: text to a tree, and to Notion's own form.

Notion shows a formula with each property as `{{notion:block_property:ID:DATA_SOURCE:SPACE}}`,
whatever was sent; that form is also what is kept, so that a renamed property stays found.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.identity import decode_property_id, encode_property_id
from notion_gitops.sandbox.values.formulas.tree import (
    Apply,
    FormulaError,
    Literal,
    Members,
    Name,
    Node,
    Prop,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_LEVELS = 100
"""So deep an expression may be nested. Python itself allows about a thousand calls."""

_MAX_LENGTH = 20_000  # characters

_TEXT = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_COMMENT = r"/\*.*?\*/|//[^\n]*"
_SENT = re.compile(  # what is not closed takes all the rest: it is looked for once only
    rf"""{_COMMENT}|/\*.*|(?P<dot>\.\s*)?\bprop\(\s*(?P<name>{_TEXT})\s*\)|{_TEXT}|["'].*""",
    re.DOTALL,
)
_TOKEN = re.compile(
    rf"""(?>\s|{_COMMENT})*+(?:
      \{{\{{notion:block_property:(?P<kept>[^:}}]+):[^}}]*\}}\}}
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<text>{_TEXT})
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign>==|!=|<=|>=|&&|\|\||(?!/\*)[-+*/%^<>!?:(),.\[\]])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_TERNARY = 1
_BINDING = {
    "or": 2, "||": 2, "and": 3, "&&": 3, "==": 4, "!=": 4, "<": 5, ">": 5, "<=": 5, ">=": 5,
    "+": 6, "-": 6, "*": 7, "/": 7, "%": 7, "^": 9,
}  # fmt: skip
_SAME = {"||": "or", "&&": "and"}
_UNARY = 8
_PREFIXES = {"-": "negate", "+": "toNumber", "!": "not", "not": "not"}
_RIGHT = frozenset({"^"})  # a ^ b ^ c is a ^ (b ^ c)
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


def keep_form(expression: str, find: Callable[[str], str | None], place: tuple[str, str]) -> str:
    """The form with ids, of an expression with `prop("Name")`; it can be parsed.

    The properties of other pages, as in `current.prop("Name")`, stay names: which data source they
    are of is known only when the formula is computed.

    Args:
        expression: as a request sends it.
        find: the id of the property of a name, or None.
        place: the ids of the data source and of the workspace.

    Raises:
        FormulaError: a property that does not exist, or an expression that cannot be read.
    """
    if len(expression) > _MAX_LENGTH:
        raise FormulaError(f"an expression may have {_MAX_LENGTH} characters")

    def swap(match: re.Match[str]) -> str:
        if match["name"] is None or match["dot"] is not None:
            return match[0]
        name = _unquote(match["name"])
        identity = find(name)
        if identity is None:
            raise FormulaError(f"{name} is not a property that exists.")
        encoded = encode_property_id(identity).replace(":", "%3A")
        return f"{{{{notion:block_property:{encoded}:{place[0]}:{place[1]}}}}}"

    kept = _SENT.sub(swap, expression)
    parse(kept)
    return kept


@lru_cache(maxsize=256)
def parse(kept: str) -> Node:
    """The tree of an expression in its kept form.

    Raises:
        FormulaError: it is no expression, or nested deeper than MAX_LEVELS.
    """
    return _Parser(_tokens(kept)).whole()


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while not tokens or tokens[-1][0] != "end":
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise FormulaError(f"cannot read {text[at : at + 20]!r}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


class _Parser:
    """A parser by operator precedence."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._level = 0

    def whole(self) -> Node:
        """The tree of all tokens."""
        tree = self._expression(0)
        self._expect("")
        return tree

    def _expression(self, binding: int) -> Node:
        self._level += 1
        if self._level > MAX_LEVELS:
            raise FormulaError(f"an expression may be nested {MAX_LEVELS} levels deep")
        left = self._suffixes(self._start())
        while True:
            operator = self._next
            if operator == "?" and binding <= _TERNARY:
                left = self._choice(left)
                continue
            strength = _BINDING.get(operator, 0)
            if strength <= binding:
                self._level -= 1
                return left
            self._take()
            right = self._expression(strength - (operator in _RIGHT))
            left = Apply(_SAME.get(operator, operator), (left, right))

    def _choice(self, condition: Node) -> Node:
        self._expect("?")
        first = self._expression(0)
        self._expect(":")
        return Apply("if", (condition, first, self._expression(0)))

    def _start(self) -> Node:
        group, text = self._take()
        match group:
            case "number":
                return Literal(float(text))
            case "text":
                return Literal(_unquote(text))
            case "kept":
                return Prop(decode_property_id(text))
            case "word" if text in {"true", "false"}:
                return Literal(text == "true")
            case "word" if self._next == "(":
                return Apply(text, self._items(")"))
            case "word" | "sign" if text in _PREFIXES:
                return Apply(_PREFIXES[text], (self._expression(_UNARY),))
            case "word" if text not in _BINDING:
                return Name(text)
            case "sign" if text == "(":
                inner = self._expression(0)
                self._expect(")")
                return inner
            case "sign" if text == "[":
                self._at -= 1
                return Members(self._items("]"))
            case _:
                raise FormulaError(f"{text!r} was not expected" if text else "something is missing")

    def _suffixes(self, node: Node) -> Node:
        while self._next == ".":
            self._take()
            group, name = self._take()
            if group != "word":
                raise FormulaError("a function is expected after a dot")
            node = Apply(name, (node, *self._items(")")))
        return node

    def _items(self, closing: str) -> tuple[Node, ...]:
        """What stands in brackets; a comma after the last is no mistake."""
        self._expect("(" if closing == ")" else "[")
        found: list[Node] = []
        while self._next != closing:
            found.append(self._expression(0))
            if self._next != closing:
                self._expect(",")
        self._expect(closing)
        return tuple(found)

    @property
    def _next(self) -> str:
        return self._tokens[self._at][1]

    def _expect(self, text: str) -> None:
        found = self._take()[1]
        if found != text:
            raise FormulaError(f"{text or 'the end'} is expected, not {found or 'the end'}")

    def _take(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token


def _unquote(text: str) -> str:
    """The text in quotes; a backslash that escapes nothing stays, as patterns need it."""
    return re.sub(
        r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), text[1:-1], flags=re.DOTALL
    )
