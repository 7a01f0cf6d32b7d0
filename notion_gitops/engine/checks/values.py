"""Checks of single values: range, pattern, allowed. What is empty or unknown is in order here."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeGuard

from notion_gitops.engine.checks.moments import begin, finish
from notion_gitops.engine.checks.scope import Scope, listed
from notion_gitops.model.nearest import nearest
from notion_gitops.model.plan import Finding
from notion_gitops.model.values import DateValue, Value

_LONGEST = 60  # characters of a value in a message


def range_(scope: Scope) -> Iterator[Finding]:
    """Numbers and dates below the least or above the most; a range of dates counts whole."""
    (name,), options = scope.rule.fields, scope.rule.options
    least, most = options.get("min"), options.get("max")
    for record in scope.own():
        value = record.value(name)
        said = _shown(scope, name, value)
        if least is not None and _below(scope, value, least):
            yield _out_of_range(scope, record.key, f"{name}{said} is {_words(least)[0]} {least}")
        elif most is not None and _above(scope, value, most):
            yield _out_of_range(scope, record.key, f"{name}{said} is {_words(most)[1]} {most}")


def pattern(scope: Scope) -> Iterator[Finding]:
    """Texts that do not look as the pattern says; of a list each member is looked at."""
    (name,), options = scope.rule.fields, scope.rule.options
    wanted = options["matches"]
    form = options.get("message") or f"does not have the form {wanted.source}"
    for key, wrong in _wrong_texts(scope, name, wanted.fits):
        yield scope.finding(
            (key,),
            f"{name}{_shown(scope, name, wrong)} {form}",
            why="Whoever looks it up by that form does not find it.",
            fix=f"Correct {name}, on either side.",
        )


def allowed(scope: Scope) -> Iterator[Finding]:
    """Words that are none of those that were agreed; of a list each member is looked at."""
    (name,), words = scope.rule.fields, scope.rule.options["values"]
    known = frozenset(words)
    for key, wrong in _wrong_texts(scope, name, known.__contains__):
        near = None if scope.hides(name) else nearest(wrong, words)
        yield scope.finding(
            (key,),
            f"{name}{_shown(scope, name, wrong)} is none of {listed(words)}",
            why="Views and sums that go by these words leave it out.",
            fix=f'Did you mean "{near}"?' if near else f"Choose one of them for {name}.",
        )


def _words(end: float | date) -> tuple[str, str]:
    return ("before", "after") if isinstance(end, date) else ("below", "above")


def _below(scope: Scope, value: Value, least: float | date) -> bool:
    if isinstance(value, DateValue) and isinstance(least, date):
        return begin(value.start, scope.zone) < begin(least, scope.zone)
    return _is_number(value) and isinstance(least, int | float) and value < least


def _above(scope: Scope, value: Value, most: float | date) -> bool:
    if isinstance(value, DateValue) and isinstance(most, date):
        return finish(value.end or value.start, scope.zone) > finish(most, scope.zone)
    return _is_number(value) and isinstance(most, int | float) and value > most


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _out_of_range(scope: Scope, key: str, message: str) -> Finding:
    return scope.finding(
        (key,),
        message,
        why="A slip of the finger is likely, and sums and timelines carry it on.",
        fix=f"Correct {scope.rule.fields[0]}, on either side; or widen the range in the mapping.",
    )


def _wrong_texts(scope: Scope, name: str, fits: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    for record in scope.own():
        value = record.value(name)
        texts = [value] if isinstance(value, str) else []
        if isinstance(value, frozenset | tuple):
            texts = sorted(member for member in value if isinstance(member, str))
        yield from ((record.key, text) for text in texts if not fits(text))


def _shown(scope: Scope, name: str, value: Value) -> str:
    """The value as a message shows it, with a blank before it; nothing if it is sensitive."""
    if scope.hides(name):
        return ""
    if not isinstance(value, str):
        return f" {value}"
    return f' "{value}"' if len(value) <= _LONGEST else f' "{value[:_LONGEST]}..."'
