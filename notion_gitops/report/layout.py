"""Lines that fit the screen, for a terminal. Every text is escaped here, and nowhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notion_gitops.report.document import Table, Tone
from notion_gitops.text.columns import pad, screen, width, wrap
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import number

_GAP = 2  # blanks between columns
_GOES_ON = " \\"  # at the end of a line of a command
_NARROWEST = 6  # columns of a table are not made narrower
_SGR = {
    Tone.HEAD: "1",
    Tone.NEW: "32",
    Tone.GONE: "31",
    Tone.ASK: "1;33",
    Tone.FAINT: "2",
}  # ECMA-48, "Select Graphic Rendition"


@dataclass(frozen=True, slots=True)
class Line:
    """One line, escaped and not wider than the screen."""

    text: str = ""
    tone: Tone = Tone.PLAIN


BLANK = Line()


def printed(lines: Iterable[Line], *, colour: bool) -> str:
    """The lines as one text that ends with a line feed; without two empty lines in a row."""
    kept: list[Line] = []
    for line in lines:
        if line.text or (kept and kept[-1].text):
            kept.append(line)
    while kept and not kept[-1].text:
        kept.pop()
    return "".join(f"{_painted(line) if colour else line.text}\n" for line in kept)


def paragraph(text: str, indent: int = 0, tone: Tone = Tone.PLAIN, hang: int = 0) -> list[Line]:
    """Running text, wrapped."""
    first, rest = " " * indent, " " * (indent + hang)
    return [Line(line, tone) for line in wrap(terminal(text), first=first, rest=rest)]


def command(text: str, indent: int, hang: int = _GAP) -> list[Line]:
    """A command to copy; a long one is broken as a shell takes it, with a backslash."""
    room, lines = screen() - len(_GOES_ON), [""]
    for word in _words(terminal(text)):
        start = indent if len(lines) == 1 else indent + hang
        if lines[-1] and start + width(f"{lines[-1]} {word}") > room:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
    ends = [*[_GOES_ON] * (len(lines) - 1), ""]
    starts = [indent, *[indent + hang] * (len(lines) - 1)]
    whole = [" " * n + line + end for n, line, end in zip(starts, lines, ends, strict=True)]
    if max(map(width, whole)) > screen():  # a word as long as a line
        return paragraph(text, indent, hang=hang)
    return [Line(line) for line in whole]


def _words(text: str) -> list[str]:
    """The words of a command, an option with its value; blanks in quotes part none."""
    words, quote = [""], ""
    for letter in text:
        if letter in "'\"" and quote in {"", letter}:
            quote = "" if quote else letter
        if letter == " " and not quote:
            words.append("")
        else:
            words[-1] += letter
    parts: list[str] = []
    for word in words:
        if parts and parts[-1].startswith("-") and " " not in parts[-1] and word[:1] != "-":
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return parts


def labelled(label: str, text: str, indent: int = 0) -> list[Line]:
    """``To do this: notion-gitops apply``; a command that does not fit there is a line below."""
    whole = f"{' ' * indent}{terminal(label)}: {terminal(text)}"
    if width(whole) <= screen():
        return [Line(whole)]
    return [*paragraph(f"{label}:", indent), *command(text, indent + _GAP)]


def placed(*parts: tuple[int, str], tone: Tone = Tone.PLAIN) -> list[Line]:
    """Texts, each at its column; one that does not fit goes on the next line, at its column."""
    lines = [""]
    for column, text in parts:
        shown = terminal(text)
        if not shown:
            continue
        start = max(column, width(lines[-1]) + _GAP) if lines[-1] else column
        if lines[-1] and start > column and start + width(shown) > screen():
            lines.append("")
            start = column
        before = pad(lines[-1], start)
        lines[-1:] = wrap(shown, first=before, rest=" " * column)
    return [Line(line, tone) for line in lines]


def two_ends(left: str, right: str, tone: Tone = Tone.PLAIN) -> list[Line]:
    """One text at the left edge and one that ends at the right edge."""
    start = screen() - width(terminal(right))
    return placed((0, left), (max(start, _GAP), right), tone=tone)


def table(content: Table, indent: int = 2) -> list[Line]:
    """A table whose cells are wrapped where the screen is too narrow; nothing is cut.

    Of numbers, which nobody reads broken in two, it is a list where they do not fit.
    """
    rows = [[terminal(cell) for cell in row] for row in (content.columns, *content.rows)]
    if content.right and _needed(rows) > screen() - indent:
        return _stacked(content, indent)
    widths = _widths(rows, screen() - indent)
    lines: list[Line] = []
    for position, row in enumerate(rows):
        tone = Tone.FAINT if position == 0 else Tone.PLAIN
        lines += [Line(" " * indent + text, tone) for text in _row(row, widths, content)]
    return [*lines, *_more(content, indent)]


def _stacked(content: Table, indent: int) -> list[Line]:
    """Each row as its first cell, and below it the others with their headings."""
    lines: list[Line] = []
    for first, *cells in content.rows:
        named = [f"{h} {c}" for h, c in zip(content.columns[1:], cells, strict=True) if c]
        lines += paragraph(first, indent)
        lines += paragraph(", ".join(named), indent + 2 * _GAP)
    return [*lines, *_more(content, indent)]


def _more(content: Table, indent: int) -> list[Line]:
    return paragraph(f"and {number(content.more)} more", indent) if content.more else []


def _row(row: Sequence[str], widths: Sequence[int], content: Table) -> list[str]:
    cells = [wrap(cell, room) for cell, room in zip(row, widths, strict=True)]
    height = max(map(len, cells))
    texts = []
    for level in range(height):
        parts = [
            pad(cell[level] if level < len(cell) else "", widths[column], content.align(column))
            for column, cell in enumerate(cells)
        ]
        texts.append((" " * _GAP).join(parts).rstrip())
    return texts


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Widths that fit; columns of running text give way before a key would be broken in two."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(width, column)) for column in columns]
    unbroken = _unbroken(columns)
    while sum(widths) + _GAP * (len(widths) - 1) > room and max(widths) > _NARROWEST:
        slack = [i for i, w in enumerate(widths) if w > max(unbroken[i], _NARROWEST)]
        spare = slack or [i for i, w in enumerate(widths) if w > unbroken[i]]
        give = max(spare or range(len(widths)), key=widths.__getitem__)
        widths[give] -= 1
    return widths


def _needed(rows: Sequence[Sequence[str]]) -> int:
    """The least columns of the screen in which no word is broken."""
    unbroken = _unbroken(list(zip(*rows, strict=True)))
    return sum(unbroken) + _GAP * (len(unbroken) - 1)


def _unbroken(columns: Sequence[Sequence[str]]) -> list[int]:
    """The longest word of each column."""
    return [max(map(width, " ".join(column).split()), default=0) for column in columns]


def _painted(line: Line) -> str:
    code = _SGR.get(line.tone)
    return f"\x1b[{code}m{line.text}\x1b[0m" if code and line.text else line.text
