"""The grammar of the formula language's subset: text to a tree, and back to Notion's own form.

Notion shows a formula with each property as `{{notion:block_property:ID:DATA_SOURCE:SPACE}}`,
whatever was sent; that form is also what is kept, so that a renamed property stays found.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.identity import decode_property_id, encode_property_id

if TYPE_CHECKING:
    from collections.abc import Callable


class FormulaError(Exception):
    """An expression that the sandbox cannot read or compute."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text or a truth value."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Prop:
    """The value of a property, by id."""

    identity: str


@dataclass(frozen=True, slots=True)
class Apply:
    """A function or an operator on its arguments."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Prop | Apply

_PROP = re.compile(r"""prop\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")
_KEPT = re.compile(r"\{\{notion:block_property:([^:}]+):[^}]*\}\}")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<kept>\{\{notion:block_property:[^}]*\}\})
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign>==|!=|<=|>=|&&|\|\||[-+*/%^<>!?:(),.])
    )""",
    re.VERBOSE,
)
_BINDING = {
    "or": 2, "||": 2, "and": 3, "&&": 3, "==": 4, "!=": 4, "<": 5, ">": 5, "<=": 5, ">=": 5,
    "+": 6, "-": 6, "*": 7, "/": 7, "%": 7, "^": 8,
}  # fmt: skip
_SAME = {"||": "or", "&&": "and", "!": "not"}
_TERNARY = 1
_UNARY = 9


def keep_form(expression: str, find: Callable[[str], str | None], place: tuple[str, str]) -> str:
    """The form with ids, of an expression with `prop("Name")`.

    Args:
        expression: as a request sends it.
        find: the id of the property of a name, or None.
        place: the ids of the data source and of the workspace.

    Raises:
        FormulaError: a property that does not exist.
    """

    def swap(match: re.Match[str]) -> str:
        name = _unquote(match[1])
        identity = find(name)
        if identity is None:
            raise FormulaError(f"{name} is not a property that exists.")
        encoded = encode_property_id(identity).replace(":", "%3A")
        return f"{{{{notion:block_property:{encoded}:{place[0]}:{place[1]}}}}}"

    return _PROP.sub(swap, expression)


def used_properties(kept: str) -> list[str]:
    """The ids of the properties in an expression in its kept form."""
    return [decode_property_id(match) for match in _KEPT.findall(kept)]


@lru_cache(maxsize=256)
def parse(kept: str) -> Node:
    """The tree of an expression in its kept form.

    Raises:
        FormulaError: it is outside the subset.
    """
    parser = _Parser(_tokens(kept))
    tree = parser.expression(0)
    parser.expect("")
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise FormulaError(f"cannot read {text[at:]!r}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return [*tokens, ("end", "")]


class _Parser:
    """A parser by operator precedence."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def expect(self, text: str) -> None:
        if self._take()[1] != text:
            raise FormulaError(f"{text or 'the end'} expected")

    def expression(self, binding: int) -> Node:
        left = self._suffixes(self._start())
        while True:
            operator = self._tokens[self._at][1]
            if operator == "?" and binding <= _TERNARY:
                left = self._choice(left)
                continue
            strength = _BINDING.get(operator, 0)
            if strength <= binding or self._tokens[self._at][0] == "text":
                return left
            self._take()
            right = self.expression(strength)
            left = Apply(_SAME.get(operator, operator), (left, right))

    def _choice(self, condition: Node) -> Node:
        self.expect("?")
        first = self.expression(0)
        self.expect(":")
        return Apply("if", (condition, first, self.expression(0)))

    def _start(self) -> Node:
        group, text = self._take()
        match group:
            case "number":
                return Literal(float(text))
            case "text":
                return Literal(_unquote(text))
            case "kept":
                return Prop(used_properties(text)[0])
            case "word":
                return self._word(text)
            case "sign" if text == "(":
                inner = self.expression(0)
                self.expect(")")
                return inner
            case "sign" if text in {"-", "!"}:
                return Apply("not" if text == "!" else "negate", (self.expression(_UNARY),))
            case _:
                raise FormulaError(f"unexpected {text!r}")

    def _word(self, word: str) -> Node:
        if word in {"true", "false"}:
            return Literal(word == "true")
        if self._tokens[self._at][1] == "(":
            return Apply(word, self._arguments())
        if word == "not":
            return Apply("not", (self.expression(_UNARY),))
        raise FormulaError(f"unknown word {word!r}")

    def _suffixes(self, node: Node) -> Node:
        while self._tokens[self._at] == ("sign", "."):
            self._take()
            group, name = self._take()
            if group != "word":
                raise FormulaError("a function expected after the dot")
            node = Apply(name, (node, *self._arguments()))
        return node

    def _arguments(self) -> tuple[Node, ...]:
        self.expect("(")
        found: list[Node] = []
        while self._tokens[self._at][1] != ")":
            found.append(self.expression(0))
            if self._tokens[self._at][1] == ",":
                self._take()
        self.expect(")")
        return tuple(found)

    def _take(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token


def _unquote(text: str) -> str:
    if text[0] == "'":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    try:
        return str(json.loads(text))
    except ValueError as error:
        raise FormulaError(f"cannot read the text {text}") from error
