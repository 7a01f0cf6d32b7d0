"""What an expression may consist of: an allow-list of nodes, names, filters and tests.

It is held against the tree that Jinja2 parsed, before anything is compiled: Jinja2 works
out constants while compiling, even in branches that are never taken.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import nodes

from notion_gitops.expressions.filters import FILTERS, TESTS, Callee
from notion_gitops.expressions.limits import DEPTH, WHOLE
from notion_gitops.model.nearest import nearest

_PLAIN = (
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Pos,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Getitem,
    nodes.List,
    nodes.Tuple,
    nodes.Dict,
    nodes.Pair,
    nodes.Slice,
)

_GO_ON = (nodes.Filter, nodes.Test, nodes.Getattr, nodes.Compare)  # what is inside is told as well

_REFUSED: Mapping[type[nodes.Node], tuple[str, str]] = {
    nodes.Call: (
        "nothing can be called in an expression",
        "use a filter, as in `title | lower`, or a test, as in `due is none`",
    ),
    nodes.Pow: ("`**` is not allowed in an expression", "multiply with `*`"),
    nodes.Mod: ("`%` is not allowed in an expression", "join texts with `~`"),
    nodes.Keyword: ("named arguments are not allowed", "give the arguments in their order"),
}


MEMBER = "[]"  # after a path: any member of the list that stands there


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that an expression may use, and what stands under them where that is known."""

    names: frozenset[str]
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)  # "edited.git" -> at, by
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)  # "git.status" -> its words


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in an expression, and where: an offset into its source."""

    offset: int
    summary: str
    fix: str = ""


def problems(root: nodes.Node, vocabulary: Vocabulary) -> list[Problem]:
    """All that is not allowed in the tree, in the order of the text; none if it may run."""
    return sorted(_problems(root, vocabulary, DEPTH), key=lambda found: found.offset)


def _problems(node: nodes.Node, vocabulary: Vocabulary, depth: int) -> Iterator[Problem]:
    if depth == 0:
        yield Problem(node.lineno, "the expression is nested too deeply", "say it in fewer steps")
        return
    refusal = _refusal(node, vocabulary)
    if refusal is not None:
        yield refusal
        if not isinstance(node, _GO_ON):
            return
    for child in node.iter_child_nodes():
        yield from _problems(child, vocabulary, depth - 1)


def _refusal(node: nodes.Node, vocabulary: Vocabulary) -> Problem | None:
    """Why this node may not stand here; its children are looked at apart."""
    match node:
        case nodes.Const():
            return _constant(node)
        case nodes.Compare():
            return _never_fits(node, vocabulary)
        case nodes.Name():
            return _unknown(node.lineno, node.name, vocabulary.names, "name")
        case nodes.Getattr():
            return _attribute(node, node.attr, vocabulary)
        case nodes.Getitem(arg=nodes.Const(value=str() as name)):
            return _attribute(node, name, vocabulary)
        case nodes.Filter() if node.node is not None:
            return _callee(node, FILTERS, "filter") or _picked(node, vocabulary)
        case nodes.Test():
            return _callee(node, TESTS, "test")
        case _ if isinstance(node, _PLAIN):
            return None
        case _:
            return _not_allowed(node)


def _not_allowed(node: nodes.Node) -> Problem:
    name = type(node).__name__.lower()
    otherwise = (f"this is not allowed in an expression ({name})", "")
    return Problem(node.lineno, *_REFUSED.get(type(node), otherwise))


def _constant(node: nodes.Const) -> Problem | None:
    number = node.value if isinstance(node.value, int | float) else 0
    if abs(number) == math.inf or (isinstance(number, int) and abs(number) > WHOLE):
        return Problem(node.lineno, "this number is too large", "write a smaller one")
    return None


def _attribute(
    node: nodes.Getattr | nodes.Getitem, name: str, vocabulary: Vocabulary
) -> Problem | None:
    if name.startswith("_"):
        summary = f'"{name[:60]}" is not allowed: names that begin with _ are not data'
        return Problem(node.lineno, summary, "use the names of fields alone")
    owner = path_of(node.node)
    known = vocabulary.parts.get(owner) if owner else None
    if known is not None and f"{owner}{MEMBER}" in vocabulary.parts:
        fix = f"use `| pick('{name[:60]}')` for all of them, or `| first` before the dot"
        return Problem(node.lineno, f'"{owner}" is a list of records', fix)
    if known is None or owner is None:
        return None
    return _unknown(node.lineno, name, known, f'part of "{owner.removesuffix(MEMBER)}"')


def _never_fits(node: nodes.Compare, vocabulary: Vocabulary) -> Problem | None:
    """A literal that a field is compared with and that is none of the field's words."""
    sides = [node.expr, *(operand.expr for operand in node.ops)]
    owner = next((p for p in map(path_of, sides) if p in vocabulary.words), None)
    if owner is None:
        return None
    wrong = (
        _unknown(literal.lineno, literal.value, vocabulary.words[owner], f'word of "{owner}"')
        for side in sides
        for literal in (side.items if isinstance(side, nodes.List | nodes.Tuple) else [side])
        if isinstance(literal, nodes.Const) and isinstance(literal.value, str) and literal.value
    )
    return next(filter(None, wrong), None)


def _picked(node: nodes.Filter, vocabulary: Vocabulary) -> Problem | None:
    """What is wrong with the name that `pick` is given, if the records are known."""
    owner = path_of(node.node) if node.node is not None and node.name == "pick" else None
    known = vocabulary.parts.get(f"{owner}{MEMBER}")
    match node.args:
        case [nodes.Const(value=str() as name)] if known is not None:
            return _unknown(node.args[0].lineno, name, known, f'field of "{owner}"')
        case _:
            return None


def path_of(node: nodes.Node) -> str | None:
    """`edited.git` for that tree; None for what is no path of names."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            owner, name = path_of(node.node), node.attr
        case nodes.Getitem(arg=nodes.Const(value=str() as name)):
            owner = path_of(node.node)
        case nodes.Filter(name="first" | "last") if node.node is not None:
            owner = path_of(node.node)
            return owner and f"{owner}{MEMBER}"
        case _:
            return None
    return owner and f"{owner}.{name}"


def _unknown(offset: int, name: str, known: frozenset[str], what: str) -> Problem | None:
    if name in known:
        return None
    guess = nearest(name, known)
    listed = ", ".join(sorted(known)[:20])
    fix = f'did you mean "{guess}"?' if guess else f"use one of: {listed}"
    return Problem(offset, f'unknown {what}: "{name[:60]}"', fix)


def _callee(
    node: nodes.Filter | nodes.Test, known: Mapping[str, Callee], what: str
) -> Problem | None:
    unknown = _unknown(node.lineno, node.name, frozenset(known), what)
    if unknown is not None:
        return unknown
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return Problem(node.lineno, "`*` before an argument is not allowed", "write it out")
    callee = known[node.name]
    if node.kwargs or callee.least <= len(node.args) <= callee.most:
        return None
    counts = sorted({callee.least, callee.most})
    wanted = " or ".join(map(str, counts))
    summary = f"the {what} {node.name} takes {wanted} arguments, and has {len(node.args)}"
    return Problem(node.lineno, summary, f"give it {wanted}")
