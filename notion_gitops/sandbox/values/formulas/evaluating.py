"""Computing a formula: a tree and what it can see give a value."""

from __future__ import annotations

from collections import ChainMap
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notion_gitops.sandbox.values.formulas.coercion import Function, size, to_list, to_text, truth
from notion_gitops.sandbox.values.formulas.dates import DATES, clock
from notion_gitops.sandbox.values.formulas.lists import EACH, LISTS
from notion_gitops.sandbox.values.formulas.numbers import NUMBERS
from notion_gitops.sandbox.values.formulas.results import Typing
from notion_gitops.sandbox.values.formulas.syntax import MAX_LEVELS, parse
from notion_gitops.sandbox.values.formulas.texts import TEXTS
from notion_gitops.sandbox.values.formulas.tree import (
    Apply,
    FormulaError,
    Literal,
    Members,
    Name,
    Node,
    Prop,
)
from notion_gitops.sandbox.values.operands import Linked, Operand, When, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.basics.nouns import Kind

_FUNCTIONS: dict[str, Function] = {**NUMBERS, **TEXTS, **DATES, **LISTS}
_LAZY = frozenset({"if", "ifs", "let", "lets"})
_MAX_STEPS = 100_000

_Names = ChainMap[str, Operand]


class Budget:
    """What a formula, and those that it reads, may still cost."""

    def __init__(self) -> None:
        self._steps = _MAX_STEPS
        self._levels = MAX_LEVELS

    def spend(self, steps: int) -> None:
        """Take away some steps.

        Raises:
            FormulaError: they are used up.
        """
        self._steps -= steps
        if self._steps < 0:
            raise FormulaError("a formula that takes too long")

    @contextmanager
    def level(self) -> Iterator[None]:
        """Go one level deeper, and come back.

        Raises:
            FormulaError: it is too deep.
        """
        if self._levels == 0:
            raise FormulaError("formulas that are nested too deep")
        self._levels -= 1
        try:
            yield
        finally:
            self._levels += 1


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression can see."""

    value: Callable[[str], Operand]  # of a property, by id
    kind: Callable[[str], Kind | None]  # of a property, by id; None if it is gone
    linked: Callable[[str, str], Operand]  # of another page, by its id and the property's name
    now: datetime
    budget: Budget = field(default_factory=Budget)


def shown_formula(kept: str, scope: Scope) -> Json:
    """The value of a formula property as an answer shows it, of the expression as kept."""
    unsupported: Json = {"type": "unsupported", "unsupported": {}}
    try:
        tree = parse(kept)
        value = evaluate(tree, scope)
    except FormulaError:
        return unsupported
    match value:
        case bool():
            return {"type": "boolean", "boolean": value}
        case int() | float():
            return {"type": "number", "number": number(value)}
        case When():
            return {"type": "date", "date": value.to_json()}
        case str():
            return {"type": "string", "string": value}
        case None:
            kind = Typing(scope.kind, {**_FUNCTIONS, **clock(scope.now)}).result(tree, {}).value
            return {"type": kind, kind: None}
        case Linked() | list():  # how Notion writes these into a text was not recorded
            return unsupported


def settled(value: Operand) -> Operand:
    """The value of a formula for filters, sorts and rollups: what is not shown is empty."""
    if isinstance(value, float):
        return number(value)
    return None if isinstance(value, Linked | list) else value


def evaluate(tree: Node, scope: Scope) -> Operand:
    """The value of an expression; numbers may be NaN or infinite.

    Raises:
        FormulaError: a function outside the subset, arguments of the wrong types, a property that
            is gone, or more work than a formula may be.
    """
    return _Evaluation(scope).value(tree, ChainMap())


class _Evaluation:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._functions = ChainMap(clock(scope.now), _FUNCTIONS)

    def value(self, tree: Node, names: _Names) -> Operand:
        """The value of a node; chains of first arguments are followed without recursion."""
        chain: list[Apply] = []
        while isinstance(tree, Apply) and tree.arguments and tree.name not in _LAZY:
            chain.append(tree)
            tree = tree.arguments[0]
        with self._scope.budget.level():
            found = self._measured(self._start(tree, names))
            while chain:
                found = self._measured(self._applied(chain.pop(), found, names))
        return found

    def _measured(self, value: Operand) -> Operand:
        self._scope.budget.spend(1 + size(value))
        return value

    def _start(self, tree: Node, names: _Names) -> Operand:
        match tree:
            case Literal(value):
                return value
            case Prop(identity):
                if self._scope.kind(identity) is None:
                    raise FormulaError("a property that does not exist")
                return self._scope.value(identity)
            case Name(name):
                return names[name] if name in names else self._called(name, [])
            case Members(nodes):
                return [self.value(node, names) for node in nodes]
            case Apply("if" | "ifs", arguments):
                return self._first_that_holds(arguments, names)
            case Apply("let" | "lets", arguments):
                return self._with_variables(arguments, names)
            case Apply(name, _):
                return self._called(name, [])

    def _first_that_holds(self, arguments: tuple[Node, ...], names: _Names) -> Operand:
        if len(arguments) <= 1:
            raise FormulaError("a condition and a value are expected")
        for at in range(0, len(arguments) - 1, 2):
            if truth(self.value(arguments[at], names)):
                return self.value(arguments[at + 1], names)
        return self.value(arguments[-1], names) if len(arguments) % 2 else None

    def _with_variables(self, arguments: tuple[Node, ...], names: _Names) -> Operand:
        if len(arguments) <= 1 or len(arguments) % 2 == 0:
            raise FormulaError("names with values are expected, and what is computed with them")
        inner = names.new_child()
        for at in range(0, len(arguments) - 1, 2):
            variable = arguments[at]
            if not isinstance(variable, Name):
                raise FormulaError("the name of a variable is expected")
            inner[variable.name] = self.value(arguments[at + 1], inner)
        return self.value(arguments[-1], inner)

    def _applied(self, apply: Apply, first: Operand, names: _Names) -> Operand:
        rest = apply.arguments[1:]
        each = EACH.get(apply.name)
        if each is None or len(rest) != 1:
            return self._called(apply.name, [first, *[self.value(node, names) for node in rest]])
        body = rest[0]

        def computed(member: Operand, place: int) -> Operand:
            return self.value(body, names.new_child({"current": member, "index": place}))

        return each.compute(to_list(first), computed)

    def _called(self, name: str, arguments: list[Operand]) -> Operand:
        match name, arguments:
            case "prop", [Linked(identity), wanted]:
                return self._scope.linked(identity, to_text(wanted))
            case "prop", [None, _]:  # of a page that is not there, such as the first of none
                return None
        function = self._functions.get(name)
        if function is None:
            raise FormulaError(f"{name} is not part of the sandbox's formula language")
        if function.cost is not None:
            self._scope.budget.spend(function.cost(*arguments))
        return function(*arguments)
