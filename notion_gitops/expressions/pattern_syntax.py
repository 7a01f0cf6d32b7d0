"""What a pattern says, as a tree: characters, sets, groups, alternatives and repetitions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

from notion_gitops.expressions.grammar import Problem

CHARACTERS = 300
_DEPTH = 20  # of groups within groups
_REPEATS = 1_000
_CLASSES: dict[str, Callable[[str], bool]] = {
    "d": lambda c: "0" <= c <= "9",
    "w": lambda c: c.isalnum() or c == "_",
    "s": str.isspace,
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}
_WHOLE = "take it away: the pattern always stands for the whole text"


@dataclass(frozen=True, slots=True)
class One:
    """One character."""

    takes: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Any of these."""

    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Many:
    """A part, several times."""

    part: "Part"
    least: int
    most: int | None  # None: as often as one likes


Part = Union[One, Sequence, Alternatives, Many]  # noqa: UP007  `|` cannot join forward references


class _WrongError(Exception):
    def __init__(self, offset: int, summary: str, fix: str) -> None:
        super().__init__(summary)
        self.problem = Problem(offset, summary, fix)


def parsed(source: str) -> tuple[Part, Problem | None]:
    """The tree, and what is wrong; the tree is of use only if nothing is."""
    nothing = Sequence(())
    if not source or len(source) > CHARACTERS:
        told = "empty" if not source else f"longer than {CHARACTERS} characters"
        return nothing, Problem(0, f"the pattern is {told}", "write what the text looks like")
    reader = _Reader(source)
    try:
        return reader.whole(), None
    except _WrongError as error:
        return nothing, error.problem


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    @property
    def ended(self) -> bool:
        return self.at >= len(self.source)

    def _next(self, text: str) -> bool:
        """Whether this text stands here; if so it is passed."""
        found = self.source.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def _take(self) -> str:
        if self.ended:
            raise _WrongError(len(self.source), "the pattern ends too early", "write it to its end")
        self.at += 1
        return self.source[self.at - 1]

    def whole(self) -> Part:
        tree = self.alternatives(_DEPTH)
        if not self.ended:
            raise _WrongError(self.at, "this bracket closes nothing", r"write \) for a bracket")
        return tree

    def alternatives(self, depth: int) -> Part:
        if depth == 0:
            raise _WrongError(self.at, "groups are nested too deeply", "say it in fewer groups")
        found = [self._sequence(depth)]
        while self._next("|"):
            found.append(self._sequence(depth))
        return found[0] if len(found) == 1 else Alternatives(tuple(found))

    def _sequence(self, depth: int) -> Part:
        parts: list[Part] = []
        while not self.ended and self.source[self.at] not in "|)":
            parts.append(self._repeated(self._part(depth)))
        return Sequence(tuple(parts))

    def _part(self, depth: int) -> Part:
        began, character = self.at, self._take()
        match character:
            case "(":
                return self._group(began, depth)
            case "[":
                return One(self._set(began))
            case ".":
                return One(lambda c: c != "\n")
            case "\\":
                return One(self._escaped(began))
            case "^" | "$":
                raise _WrongError(began, f"`{character}` is not possible here", _WHOLE)
            case "*" | "+" | "?" | "{":
                fix = f"write \\{character} for the character itself"
                raise _WrongError(began, f"`{character}` has nothing to repeat", fix)
            case _:
                return One(character.__eq__)

    def _group(self, began: int, depth: int) -> Part:
        if self._next("?") and not self._next(":"):
            fix = "write a plain group, as in (ab|cd)"
            raise _WrongError(began, "groups that begin with `(?` are not possible", fix)
        inner = self.alternatives(depth - 1)
        if not self._next(")"):
            raise _WrongError(began, "this bracket is never closed", r"add ), or write \(")
        return inner

    def _repeated(self, part: Part) -> Part:
        began = self.at
        if self._next("*"):
            part = Many(part, 0, None)
        elif self._next("+"):
            part = Many(part, 1, None)
        elif self._next("?"):
            part = Many(part, 0, 1)
        elif self._next("{"):
            part = self._counted(part, began)
        if self.at > began and not self.ended and self.source[self.at] in "*+?{":
            fix = "take the second one away; each repetition needs a part of its own"
            raise _WrongError(self.at, "a repetition is repeated", fix)
        return part

    def _counted(self, part: Part, began: int) -> Part:
        end = self.source.find("}", self.at)
        least, comma, most = self.source[self.at : max(end, self.at)].partition(",")
        numbers = [n for n in (least, most) if n or n is least]
        if end < 0 or not all(n.isascii() and n.isdigit() and len(n) <= 4 for n in numbers):  # noqa: PLR2004  digits
            raise _WrongError(began, "this is no number of times", r"write {3}, {2,5} or {2,}")
        self.at = end + 1
        upper = int(most) if most else None if comma else int(least)
        if max(int(least), upper or 0) > _REPEATS or (upper is not None and upper < int(least)):
            fix = f"the least first, and neither above {_REPEATS}"
            raise _WrongError(began, "these numbers of times are not possible", fix)
        return Many(part, int(least), upper)

    def _escaped(self, began: int) -> Callable[[str], bool]:
        character = self._take()
        takes = _CLASSES.get(character.lower())
        if takes is not None and character.islower():
            return takes
        if takes is not None:
            return _not(takes)
        if character.isascii() and character.isalnum() and character not in _CONTROLS:
            fix = r"use \d, \w, \s, \D, \W, \S, \n, \t, or a sign such as \."
            raise _WrongError(began, f"`\\{character}` is not possible here", fix)
        return _CONTROLS.get(character, character).__eq__

    def _set(self, began: int) -> Callable[[str], bool]:
        inverted, members = self._next("^"), list[Callable[[str], bool]]()
        while not members or not self._next("]"):
            if self.ended:
                raise _WrongError(began, "this set is never closed", r"add ], or write \[")
            members.append(self._member())
        takes = _any(members)
        return _not(takes) if inverted else takes

    def _member(self) -> Callable[[str], bool]:
        began, first = self.at, self._take()
        if first == "\\":
            return self._escaped(began)
        if self.source[self.at : self.at + 1] != "-" or self.source[self.at + 1 : self.at + 2] in (
            "]",
            "\\",
            "",
        ):
            return first.__eq__
        self.at += 1
        last = self._take()
        if last < first:
            raise _WrongError(began, "this range runs backwards", f"write {last}-{first}")
        return lambda c: first <= c <= last


def _not(takes: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda c: not takes(c)


def _any(members: list[Callable[[str], bool]]) -> Callable[[str], bool]:
    return lambda c: any(takes(c) for takes in members)
