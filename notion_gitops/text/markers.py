"""Git's conflict markers, put round what differs between texts and round nothing else."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Lines = Sequence[str]

_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # other breaks than these are none to git


@dataclass(frozen=True, slots=True)
class Marking:
    """How conflicts are marked."""

    here: str = "HEAD"  # label of the branch that is merged into
    base: str = "base"
    there: str = "theirs"  # label of the branch that comes in
    size: int = 7  # characters of a marker
    with_base: bool = False  # the lines of the common ancestor, too (merge.conflictStyle diff3)


def with_markers(here: str, base: str, there: str, marking: Marking) -> str:
    """One text in which every place that differs between the two versions is marked.

    Nothing is decided: where the two are equal they stand, whatever the base has there.
    """
    ours, ancestor, theirs = (_LINE.findall(text) for text in (here, base, there))
    newline = "\r\n" if ours and ours[0].endswith("\r\n") else "\n"
    marked: list[str] = []
    for one, middle, other in _regions(ours, ancestor, theirs):
        if one == other:
            marked += one
            continue
        marked += [_line("<", marking.here, marking.size) + newline, *_ended(one, newline)]
        if marking.with_base:
            head = _line("|", marking.base, marking.size)
            marked += [head + newline, *_ended(middle, newline)]
        marked += ["=" * marking.size + newline, *_ended(other, newline)]
        marked.append(_line(">", marking.there, marking.size) + newline)
    return "".join(marked)


def _line(sign: str, label: str, size: int) -> str:
    return f"{sign * size} {label}"


def _ended(lines: Lines, newline: str) -> Iterator[str]:
    """The lines, the last one with the line break that a text may end without."""
    return (line if line.endswith("\n") else line + newline for line in lines)


def _regions(here: Lines, base: Lines, there: Lines) -> Iterator[tuple[Lines, Lines, Lines]]:
    """The texts cut where all three have the same line, alternating with what is between."""
    in_base, in_there = _pairs(here, base), _pairs(here, there)
    at, at_base, at_there = 0, 0, 0
    for line in (n for n in range(len(here)) if n in in_base and n in in_there):
        other, ancestor = in_there[line], in_base[line]
        yield here[at:line], base[at_base:ancestor], there[at_there:other]
        yield here[line : line + 1], base[ancestor : ancestor + 1], there[other : other + 1]
        at, at_base, at_there = line + 1, ancestor + 1, other + 1
    yield here[at:], base[at_base:], there[at_there:]


def _pairs(one: Lines, other: Lines) -> dict[int, int]:
    """The lines that two texts have in common, by their numbers, in order."""
    shortest = min(len(one), len(other))
    head = next((n for n in range(shortest) if one[n] != other[n]), shortest)
    room = shortest - head
    tail = next((n for n in range(room) if one[-1 - n] != other[-1 - n]), room)
    pairs = {n: n for n in range(head)}
    middle = one[head : len(one) - tail], other[head : len(other) - tail]
    pairs |= {head + a: head + b for a, b in _between(*middle)}
    return pairs | {len(one) - n: len(other) - n for n in range(tail, 0, -1)}


def _between(one: Lines, other: Lines) -> Iterator[tuple[int, int]]:
    """The same of two texts that begin and end differently.

    They are cut first at the lines that each has but once, as the keys of records: what compares
    all lines with all takes minutes for a large file.
    """
    at, at_other = 0, 0
    for a, b in _anchors(one, other):
        yield from _near(one, other, (at, a), (at_other, b))
        yield a, b
        at, at_other = a + 1, b + 1
    yield from _near(one, other, (at, len(one)), (at_other, len(other)))


def _near(
    one: Lines, other: Lines, span: tuple[int, int], its_span: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    """The lines that two short parts have in common."""
    part, its_part = one[slice(*span)], other[slice(*its_span)]
    if not part or not its_part:
        return
    for a, b, size in SequenceMatcher(None, part, its_part).get_matching_blocks():
        yield from ((span[0] + a + n, its_span[0] + b + n) for n in range(size))


def _anchors(one: Lines, other: Lines) -> list[tuple[int, int]]:
    """The most lines that stand once in either text, and in the same order (patience sorting)."""
    numbers = {line: n for n, line in enumerate(other)}
    times, its_times = Counter(one), Counter(other)
    tops: list[int] = []  # of each pile, the line of the other text
    piles: list[tuple[int, int, int]] = []  # a line, the other's, which one it follows in `piles`
    last: list[int] = []  # of each pile, the number of its top in `piles`
    for n, line in enumerate(one):
        if times[line] != 1 or its_times[line] != 1:
            continue
        pile = bisect_left(tops, numbers[line])
        piles.append((n, numbers[line], last[pile - 1] if pile else -1))
        tops[pile : pile + 1] = [numbers[line]]
        last[pile : pile + 1] = [len(piles) - 1]
    found = []
    at = last[-1] if last else -1
    while at >= 0:
        n, its, at = piles[at]
        found.append((n, its))
    return found[::-1]
