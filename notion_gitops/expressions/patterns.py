"""Patterns for texts whose cost is known: what a text costs grows with its length alone.

Python's own engine tries one way after the other, so that a pattern such as `(a+)+b` can take
ages on a text of thirty letters. These follow all ways at once (Thompson's construction): each
character is looked at once. What cannot be followed so, such as a back-reference, is refused.
"""

from collections.abc import Callable
from functools import partial

from notion_gitops.expressions.pattern_syntax import Alternatives, Many, One, Part, Sequence, parsed
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.expressions import Pattern

STATES = 2_000  # of one pattern; `{1,999}` counts for as many copies
_REMEMBERED = 5_000  # steps of one pattern, by where it stands and the character
_END = 0  # the state that is reached by whole matches


def compile_pattern(source: str, place: Place) -> Pattern:
    """Check and compile one pattern, which has to fit a text from its beginning to its end.

    Args:
        source: the pattern.
        place: where its first character stands in its file.

    Raises:
        InvalidInput: with one diagnostic, at its column.
    """
    tree, problem = parsed(source)
    if problem is not None:
        at = Place(place.file, place.line, place.column + problem.offset)
        raise InvalidInput(Diagnostic(problem.summary, at, fix=problem.fix))
    machine = _Machine()
    start = machine.add(tree, _END)
    if len(machine.steps) > STATES:
        summary = "the pattern is too large"
        raise InvalidInput(Diagnostic(summary, place, fix="repeat less: {1,50} and not {1,5000}"))
    return Pattern(source, place, partial(_fits, machine, machine.reached({start}), {}))


class _Machine:
    """States, each with what it takes (None: nothing) and where it leads."""

    def __init__(self) -> None:
        self.steps: list[tuple[Callable[[str], bool] | None, list[int]]] = [(None, [])]

    def add(self, part: Part, then: int) -> int:
        """The state from which this part is followed, before going on to `then`."""
        if len(self.steps) > STATES:
            return then
        match part:
            case One():
                return self._state(part.takes, [then])
            case Sequence():
                for each in reversed(part.parts):
                    then = self.add(each, then)
                return then
            case Alternatives():
                return self._state(None, [self.add(each, then) for each in part.parts])
            case Many():
                return self._repeated(part, then)

    def _repeated(self, part: Many, then: int) -> int:
        if part.most is None:
            loop = self._state(None, [then])
            self.steps[loop][1].append(self.add(part.part, loop))
            then = loop
        else:
            after = then
            for _ in range(part.most - part.least):
                then = self._state(None, [after, self.add(part.part, then)])
        for _ in range(part.least):
            then = self.add(part.part, then)
        return then

    def _state(self, takes: Callable[[str], bool] | None, leads_to: list[int]) -> int:
        self.steps.append((takes, leads_to))
        return len(self.steps) - 1

    def reached(self, states: set[int]) -> frozenset[int]:
        """These states and those that they lead to without a character."""
        found, waiting = set(states), list(states)
        while waiting:
            takes, leads_to = self.steps[waiting.pop()]
            fresh = [s for s in leads_to if s not in found] if takes is None else []
            found.update(fresh)
            waiting += fresh
        return frozenset(s for s in found if s == _END or self.steps[s][0] is not None)

    def after(self, states: frozenset[int], character: str) -> frozenset[int]:
        """Where one character leads."""
        led: set[int] = set()
        for state in states:
            takes, leads_to = self.steps[state]
            if takes is not None and takes(character):
                led.update(leads_to)
        return self.reached(led)


def _fits(
    machine: _Machine,
    start: frozenset[int],
    seen: dict[tuple[frozenset[int], str], frozenset[int]],
    text: str,
) -> bool:
    states = start
    for character in text:
        step = (states, character)
        if step not in seen:
            if len(seen) >= _REMEMBERED:
                seen.clear()
            seen[step] = machine.after(states, character)
        states = seen[step]
        if not states:
            return False
    return _END in states
