"""A compiled expression of a mapping, as a value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from notion_gitops.model.diagnostics import Place


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition or a transform; equal when its source is.

    Calling it evaluates it over the given names; it raises `ExpressionFailed` alone.
    """

    source: str  # as written, without an enclosing {{ }}
    place: Place = field(compare=False)
    evaluate: Callable[[Mapping[str, Any]], Any] = field(compare=False, repr=False)

    def __call__(self, **names: Any) -> Any:
        """Evaluate over `names`; canonical values are given as plain data."""
        return self.evaluate(names)


class ExpressionFailed(Exception):  # noqa: N818  caught and told as a diagnostic, never shown raw
    """The expression could not be evaluated over these values."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a text has to look like, from its beginning to its end; equal when its source is."""

    source: str
    place: Place = field(compare=False)
    fits: Callable[[str], bool] = field(compare=False, repr=False)
