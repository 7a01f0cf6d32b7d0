"""Jinja2's sandbox, with everything taken out but the expressions."""

from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import TokenStream
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from notion_gitops.expressions import operators
from notion_gitops.expressions.filters import FILTERS, TESTS

_CONCATENATE = "_concatenate"  # no expression can name these: `grammar` knows them not
_MEMBERS = "_members"
_SEQUENCE = "_sequence"


class ExpressionEnvironment(ImmutableSandboxedEnvironment):
    """No loader, no globals, no constant folding; own filters, tests, operators and lookups.

    Nodes and syntax errors carry the offset into the source (from 0) as their `lineno`:
    Jinja2 keeps lines only, and an expression is one line in which the column matters.
    """

    intercepted_binops = operators.BINARY

    def __init__(self) -> None:
        super().__init__(optimized=False, autoescape=False, cache_size=0)
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()
        self.filters |= {name: callee.function for name, callee in FILTERS.items()}
        self.filters[_CONCATENATE] = operators.concatenate
        self.filters[_MEMBERS] = operators.members
        self.filters[_SEQUENCE] = operators.sequence
        self.tests |= {name: callee.function for name, callee in TESTS.items()}

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        tokens = self.lexer.tokeniter(source, name, filename, state)
        placed = _with_offsets(tokens)
        return TokenStream(self.lexer.wrap(placed, name, filename), name, filename)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A part of the data, never an attribute of the object."""
        return operators.part(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A part of the data, never an attribute of the object."""
        return operators.part(obj, argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002  Jinja2's signature
        """The operators that could build something large."""
        return operators.binary(operator, left, right)

    def parse_alone(self, source: str) -> nodes.Expr:
        """The tree of a source that is one expression and nothing else."""
        parser = Parser(self, source, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            current = parser.stream.current
            raise TemplateSyntaxError(f"unexpected {current.value!r}", current.lineno)
        return tree


def rewritten(tree: nodes.Expr) -> nodes.Expr:
    """The checked tree with `~`, `in`, `[a:b]` and a missing `else` as bounded operations."""
    changed = _Rewriter().visit(tree)
    if not isinstance(changed, nodes.Expr):
        raise TypeError(f"an expression became {changed!r}")
    return changed


class _Rewriter(NodeTransformer):
    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802  Jinja2's naming
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), _CONCATENATE)

    def visit_Operand(self, node: nodes.Operand) -> nodes.Operand:  # noqa: N802
        self.generic_visit(node)
        if node.op in ("in", "notin"):
            node.expr = _filtered(node.expr, _MEMBERS)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Getitem:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):  # compiled to Python's own, past `getitem`
            node.node = _filtered(node.node, _SEQUENCE)
        return node

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.CondExpr:  # noqa: N802
        self.generic_visit(node)
        if node.expr2 is None:
            node.expr2 = nodes.Const(None, lineno=node.lineno)
        return node


def _filtered(node: nodes.Expr, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _with_offsets(tokens: Iterable[tuple[int, str, str]]) -> Iterator[tuple[int, str, str]]:
    """The raw tokens, which cover the source without gaps, with offsets instead of lines."""
    offset = 0
    try:
        for _, token, text in tokens:
            yield offset, token, text
            offset += len(text)
    except TemplateSyntaxError as error:
        error.lineno = offset
        raise
