"""From the text of an expression to something that can be evaluated, or to what is wrong."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Template, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.utils import consume

from notion_gitops.expressions.environment import ExpressionEnvironment, rewritten
from notion_gitops.expressions.grammar import Problem, Vocabulary, problems
from notion_gitops.expressions.limits import SOURCE_CHARACTERS, bounded, result
from notion_gitops.expressions.operators import kind
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.expressions import Expression, ExpressionFailed

_ENVIRONMENT = ExpressionEnvironment()
_COMPARED = re.compile(r"not supported between instances of '(\w+)' and '(\w+)'")
_RESULT = "result"


def compile_expression(
    source: str,
    place: Place,
    *,
    names: frozenset[str],
    parts: Mapping[str, frozenset[str]] | None = None,
    words: Mapping[str, frozenset[str]] | None = None,
) -> Expression:
    """Check and compile one expression.

    Args:
        source: the expression; one enclosing ``{{ }}`` is tolerated.
        place: where its first character stands in its file.
        names: the names that it may use; a name that is not given when it is evaluated
            is nothing (None).
        parts: what may stand after the dot, by dotted path: ``{"edited": {"git", "notion"}}``.
            A path that is not listed may have any parts.
        words: what can stand at a dotted path: ``{"git.status": {"todo", "done"}}``.

    Raises:
        InvalidInput: with one diagnostic per problem, each at its column.
    """
    bare, start = _without_braces(source)
    tree, found = _parsed(bare, Vocabulary(names, parts or {}, words or {}))
    if found:
        raise InvalidInput(*(_diagnostic(problem, source, start, place) for problem in found))
    return Expression(bare, place, _evaluator(_template(tree), frozenset(_names_in(tree))))


def _without_braces(source: str) -> tuple[str, int]:
    """The expression alone, and how many characters of the source stand before it."""
    bare = source.strip()
    if bare.startswith("{{") and bare.endswith("}}") and not bare.startswith("{{}"):
        inner = bare[2:-2].strip()
        return inner, source.index("{{") + 2 + _leading(source[source.index("{{") + 2 :])
    return bare, _leading(source)


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip())


def _unreadable(source: str) -> list[Problem]:
    if not source:
        return [Problem(0, "the expression is empty", "write one, or leave the key out")]
    if len(source) > SOURCE_CHARACTERS:
        summary = f"the expression is longer than {SOURCE_CHARACTERS:,} characters"
        return [Problem(0, summary, "say it shorter")]
    return []


def _parsed(source: str, vocabulary: Vocabulary) -> tuple[nodes.Expr, list[Problem]]:
    """The tree and all that is wrong with it; the tree is of use only if nothing is."""
    nothing = nodes.Const(None)
    unreadable = _unreadable(source)
    if unreadable:
        return nothing, unreadable
    try:
        tree = _ENVIRONMENT.parse_alone(source)
        return tree, problems(tree, vocabulary)
    except TemplateSyntaxError as error:
        at_end = "end of" in (error.message or "")
        offset = len(source) if at_end else error.lineno
        return nothing, [Problem(offset, f"broken expression: {_told(error)}", _hint(source))]
    except (RecursionError, ValueError):  # ValueError: a number of thousands of digits
        return nothing, [Problem(0, "the expression is nested too deeply", "say it shorter")]


def _told(error: TemplateSyntaxError) -> str:
    """Jinja2's message without its own word for what the place already says."""
    message = error.message or "it cannot be read"
    if "end of" in message:
        return "it ends too early"
    return re.sub(r" at \d+$", "", message)


def _hint(source: str) -> str:
    if re.search(r"(?<![=!<>])=(?!=)", source):
        return "compare with `==`; a single `=` means nothing here"
    if "{%" in source:
        return "statements are not allowed: write one bare expression, as in `a if b else c`"
    if "&&" in source or "||" in source or "!" in source.replace("!=", ""):
        return "write `and`, `or`, `not`"
    return "write one bare Jinja2 expression"


def _diagnostic(problem: Problem, source: str, start: int, place: Place) -> Diagnostic:
    """The problem at its column; of a source with several lines, at its beginning."""
    column = place.column
    if "\n" not in source:
        column += start + problem.offset
    at = Place(place.file, place.line, column)
    return Diagnostic(summary=problem.summary, place=at, fix=problem.fix)


def _names_in(tree: nodes.Expr) -> set[str]:
    own = {tree.name} if isinstance(tree, nodes.Name) else set()
    return own | {name.name for name in tree.find_all(nodes.Name)}


def _template(tree: nodes.Expr) -> Template:
    """The checked tree as a template that assigns its value to one name."""
    expression = rewritten(tree)
    expression.set_environment(_ENVIRONMENT)
    assign = nodes.Assign(nodes.Name(_RESULT, "store"), expression, lineno=1)
    return _ENVIRONMENT.from_string(nodes.Template([assign], lineno=1))


def _evaluator(template: Template, used: frozenset[str]) -> Callable[[Mapping[str, Any]], Any]:
    def evaluate(given: Mapping[str, Any]) -> Any:
        try:
            known = {name: bounded(given.get(name)) for name in used}
            context = template.new_context(known)
            consume(template.root_render_func(context))
            return result(context.vars[_RESULT])
        except ExpressionFailed:
            raise
        except Exception as error:
            raise ExpressionFailed(_failure(error)) from error

    return evaluate


def _failure(error: Exception) -> str:
    """Python's message in people's words."""
    compared = _COMPARED.search(str(error))
    if compared is not None:
        return f"{kind(compared[1])} cannot be compared with {kind(compared[2])}"
    if isinstance(error, ZeroDivisionError):
        return "division by zero"
    return f"it cannot be worked out: {str(error)[:200]}"
