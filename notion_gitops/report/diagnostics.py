"""What is wrong, where, and how to put it right: for people, for Markdown and for machines."""

from collections.abc import Iterable, Sequence

from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.report.document import Tone
from notion_gitops.report.json_form import to_json
from notion_gitops.report.layout import BLANK, Line, command, paragraph, printed
from notion_gitops.report.markdown_form import rendered
from notion_gitops.text.columns import fit, screen, width
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import count

_TONES = {Severity.ERROR: Tone.GONE, Severity.WARNING: Tone.ASK, Severity.INFO: Tone.PLAIN}
_SHOWN = 20
_ALL = "All: notion-gitops validate --format markdown"
_INDENT = 2
_COMMANDS = 8
_GUTTER = "    | "
_BEFORE = 30  # columns of a long source line that are shown before the caret


def diagnostics_text(diagnostics: Sequence[Diagnostic], *, colour: bool) -> str:
    """Each with its place, its line and its remedy, and how many there are.

    Of very many the first are shown: they are enough to begin with, and often they are one mistake.
    """
    lines: list[Line] = []
    for diagnostic in diagnostics[:_SHOWN]:
        lines += [*_diagnostic(diagnostic), BLANK]
    if len(diagnostics) > _SHOWN:
        lines += paragraph(f"{counted(diagnostics)}; the first {_SHOWN} are shown. {_ALL}")
    elif len(diagnostics) > 1:
        lines += paragraph(counted(diagnostics))
    return printed(lines, colour=colour)


def diagnostics_markdown(diagnostics: Sequence[Diagnostic]) -> str:
    """The same as a list."""
    return rendered("diagnostics.md.j2", diagnostics=diagnostics, counted=counted(diagnostics))


def diagnostics_json(diagnostics: Sequence[Diagnostic]) -> str:
    """The same as data."""
    return to_json("diagnostics", diagnostics=tuple(diagnostics))


def counted(diagnostics: Iterable[Diagnostic]) -> str:
    """``2 errors, 1 warning``."""
    severities = [d.severity for d in diagnostics]
    names = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}
    parts = [count(severities.count(s), name) for s, name in names.items() if s in severities]
    return ", ".join(parts) or "no errors"


def _diagnostic(diagnostic: Diagnostic) -> list[Line]:
    heading = f"{diagnostic.severity.value}: {diagnostic.summary}"
    lines = paragraph(heading, hang=_INDENT, tone=_TONES[diagnostic.severity])
    if diagnostic.place:
        lines += paragraph(f"--> {diagnostic.place}", _INDENT, hang=4)
    if diagnostic.source_line and diagnostic.place:
        lines += _source(diagnostic.source_line, diagnostic.place.column)
    if diagnostic.also:
        lines += paragraph(f"--> {diagnostic.also} (the other place)", _INDENT, hang=4)
    for detail in diagnostic.detail.splitlines():
        lines += paragraph(detail, _INDENT)
    if diagnostic.fix:
        lines += paragraph(f"help: {diagnostic.fix}", _INDENT, hang=6)
    for each in diagnostic.commands:
        lines += command(each, _COMMANDS)
    return lines


def _source(source: str, column: int) -> list[Line]:
    """The line with a caret under the column; only the part round the column of a long line."""
    room = screen() - len(_GUTTER)
    position = min(max(column - 1, 0), len(source))
    start = max(0, position - _BEFORE) if width(terminal(source)) > room else 0
    before, shown = terminal(source[start:position]), terminal(source[start:])
    caret = " " * width(before) + "^"
    return [Line(_GUTTER + fit(shown, room)), Line(_GUTTER + fit(caret, room))]
