"""The type of an expression whose value is empty, which an answer tells all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.nouns import Kind
from notion_gitops.sandbox.values.formulas.coercion import Function, Result
from notion_gitops.sandbox.values.formulas.lists import EACH
from notion_gitops.sandbox.values.formulas.tree import Apply, Literal, Members, Name, Node, Prop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KINDS = {
    Kind.NUMBER: Result.NUMBER, Kind.UNIQUE_ID: Result.NUMBER, Kind.ROLLUP: Result.NUMBER,
    Kind.DATE: Result.DATE, Kind.CREATED_TIME: Result.DATE, Kind.LAST_EDITED_TIME: Result.DATE,
    Kind.CHECKBOX: Result.BOOLEAN,
}  # fmt: skip


class Typing:
    """Tells the types of expressions; a text where nothing says otherwise."""

    def __init__(
        self, kind: Callable[[str], Kind | None], functions: Mapping[str, Function]
    ) -> None:
        self._kind = kind
        self._functions = functions

    def result(self, tree: Node, names: Mapping[str, Result]) -> Result:
        """The type of an expression in which variables have types."""
        while True:  # down the first arguments: a chain of them may be long
            following = self._first(tree)
            if following is None:
                return self._own(tree, names)
            tree = following

    def _first(self, tree: Node) -> Node | None:
        """The node whose type an expression has, if that is just its first part."""
        match tree:
            case Members((node, *_)):
                return node
            case Apply(name, (node, *rest)):
                each = EACH.get(name) if rest else None
                known = each or self._functions.get(name)
                return node if known is not None and known.result is Result.SAME else None
            case _:
                return None

    def _own(self, tree: Node, names: Mapping[str, Result]) -> Result:
        match tree:
            case Literal(bool()):
                return Result.BOOLEAN
            case Literal(int() | float()):
                return Result.NUMBER
            case Prop(identity):
                return _KINDS.get(self._kind(identity) or Kind.TITLE, Result.STRING)
            case Name(name) if name in names:
                return names[name]
            case Apply("if" | "ifs", arguments):
                return self._of_branches(arguments, names)
            case Apply("let" | "lets", arguments) if arguments:
                return self._of_lets(arguments, names)
            case Apply("map", (_, body)):
                return self.result(body, names)
            case Apply(name, _) | Name(name):
                known = self._functions.get(name) or EACH.get(name)
                found = known.result if known is not None else None
                return found or Result.STRING
            case _:
                return Result.STRING

    def _of_branches(self, arguments: tuple[Node, ...], names: Mapping[str, Result]) -> Result:
        """The type of the first branch that has one."""
        last = arguments[-1:] if len(arguments) % 2 else ()
        found = [self.result(branch, names) for branch in (*arguments[1::2], *last)]
        return next((one for one in found if one is not Result.STRING), Result.STRING)

    def _of_lets(self, arguments: tuple[Node, ...], names: Mapping[str, Result]) -> Result:
        known = dict(names)
        for variable, value in zip(arguments[:-1:2], arguments[1::2], strict=False):
            if isinstance(variable, Name):
                known[variable.name] = self.result(value, known)
        return self.result(arguments[-1], known)
