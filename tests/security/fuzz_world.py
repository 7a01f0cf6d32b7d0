"""Mutations of good mappings and records: what a slip of the hand, or a bad hand, makes of them."""

import random
import re
from collections.abc import Callable, Sequence

NASTY = [
    *("", " ", "\t", "\0", "\ufeff", "\u2028", "\x85", "\x1b[2J", "\u202e", "\ud7ff", "\U0010ffff"),
    *(
        "~",
        "null",
        "true",
        "no",
        "on",
        "y",
        ".inf",
        ".nan",
        "-0.0",
        "1e400",
        "0x1F",
        "1_000",
        "012",
    ),
    *("9" * 400, "-" + "9" * 400, "1" * 5000, "2026-02-30", "9999-12-31", "0000-00-00", "12:30:45"),
    *("2026-01-01T24:00", "2026-10-25T02:30", "2026-01-01/2025-01-01", "2026-01-01T00:00:60Z"),
    *(
        "[",
        "]",
        "{",
        "}",
        "[[",
        "{{",
        "}}",
        "{%",
        "%}",
        "- ",
        ": ",
        "? ",
        "| ",
        "> ",
        "#",
        ",",
        "'",
    ),
    *(
        '"',
        "'",
        "`",
        "@x",
        "%x",
        "&a",
        "*a",
        "!!python/object/apply:os.system [x]",
        "<<: *a",
        "!tag x",
    ),
    *("...", "---", "<<<<<<< HEAD", ">>>>>>> x", "012", "\\", "\\u0000", '"\\ud800"'),
    *("../x", "/etc/passwd", "a/b", "con", "-rf", ".git/config", "x" * 300, "．．／", "%2e%2e%2f"),
    *("{{ 10**10000000 }}", "''.__class__", "'a' * 10**9", "^(a+)+$", "(" * 500, "a" * 100_000),
    *("https://evil.example", "javascript:alert(1)", "file:///etc/passwd", "${HOME}", "$ref"),
    *("key", "status", "title", "version: 2", "mode: push", "format: csv", "[" * 5000, "- " * 3000),
]

Mutation = Callable[[random.Random, bytes], bytes]


def _flip(draw: random.Random, data: bytes) -> bytes:
    at = draw.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]


def _cut(draw: random.Random, data: bytes) -> bytes:
    return data[: draw.randrange(len(data))]


def _drop(draw: random.Random, data: bytes) -> bytes:
    start = draw.randrange(len(data))
    return data[:start] + data[start + draw.randrange(1, 30) :]


def _insert(draw: random.Random, data: bytes) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + _nasty(draw) + data[at:]


def _replace_word(draw: random.Random, data: bytes) -> bytes:
    words = list(re.finditer(rb"[\w./{}'-]+", data))
    if not words:
        return data
    word = draw.choice(words)
    return data[: word.start()] + _nasty(draw) + data[word.end() :]


def _lines(change: Callable[[random.Random, list[bytes]], None]) -> Mutation:
    def mutate(draw: random.Random, data: bytes) -> bytes:
        lines = data.split(b"\n")
        change(draw, lines)
        return b"\n".join(lines)

    return mutate


def _twice(draw: random.Random, lines: list[bytes]) -> None:
    lines.insert(draw.randrange(len(lines)), draw.choice(lines))


def _away(draw: random.Random, lines: list[bytes]) -> None:
    del lines[draw.randrange(len(lines))]


def _swapped(draw: random.Random, lines: list[bytes]) -> None:
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _indented(draw: random.Random, lines: list[bytes]) -> None:
    at = draw.randrange(len(lines))
    lines[at] = draw.choice([b" ", b"  ", b"\t", b"- "]) + lines[at]


def _valued(draw: random.Random, lines: list[bytes]) -> None:
    at = draw.randrange(len(lines))
    lines[at] = lines[at].partition(b":")[0] + b": " + _nasty(draw)


def _many(draw: random.Random, lines: list[bytes]) -> None:
    at = draw.randrange(len(lines))
    lines[at : at + 1] = [lines[at]] * draw.choice([2, 50, 2000])


MUTATIONS: Sequence[Mutation] = (
    *(_flip, _cut, _drop, _insert, _insert, _replace_word, _replace_word, _replace_word),
    *map(_lines, (_twice, _away, _swapped, _indented, _valued, _valued, _valued, _many)),
)


def mutated(seed: int, data: bytes) -> bytes:
    """The content with one to three mutations, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311  it is to be the same each time
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        data = draw.choice(MUTATIONS)(draw, data or b"x")
    return data


def _nasty(draw: random.Random) -> bytes:
    return draw.choice(NASTY).encode("utf-8", "surrogatepass")
