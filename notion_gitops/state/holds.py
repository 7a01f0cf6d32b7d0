"""Writing ``state/holds.yaml``: what people put on hold, one entry a hold.

Only the lines of the entry that comes or goes change: comments and other people's entries stay.
"""

from notion_gitops.formats.nodes import Items, Table
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import Refused
from notion_gitops.model.holds import Hold
from notion_gitops.state.reading import FORMAT_VERSION
from notion_gitops.state.writing import moment, table

_List = tuple[int, Items]  # where the colon of `holds:` ends, and the list
_HEAD = """\
# What is on hold: it is left as it is, in git and in Notion, until its entry is
# taken out or its last day is over. Every plan tells it, with what waits.
#   notion-gitops hold add MAPPING [KEY] [--field F] --reason TEXT [--until DAY]
#   notion-gitops hold remove MAPPING [KEY] [--field F]
"""


def with_hold(text: str | None, hold: Hold) -> str:
    """The file with one more hold, at its end.

    Args:
        text: of the file, which is a right one; None: there is none.
        hold: what is to be held.

    Raises:
        Refused: its list stands in brackets, where nothing can be added line by line.
    """
    there = _list(text, hold.place.file)
    if text is None or there is None:
        return f"{_HEAD}format_version: {FORMAT_VERSION}\nholds:\n{_entry(hold, '  ')}"
    colon, items = there
    if items.nodes:
        start = _dash(text, there, 0)
        indent, end = text[start : text.index("-", start)], _end_of_line(text, items.end)
    else:  # the brackets of an empty list make way for the entry
        text = f"{text[: items.start].rstrip(' ')}{text[items.end :]}"
        indent, end = "  ", _end_of_line(text, colon)
    line_break = "\r\n" if "\r\n" in text else "\n"
    before = text[:end] if text[:end].endswith("\n") else f"{text[:end]}{line_break}"
    entry = _entry(hold, indent).replace("\n", line_break)
    return f"{before}{entry}{text[end:]}"


def without_hold(text: str, hold: Hold) -> str | None:
    """The file without a hold that stands in it; None if nothing is left that a person wrote.

    Raises:
        Refused: its list stands in brackets, where nothing can be taken out line by line.
    """
    there = _list(text, hold.place.file)
    if there is None:
        return None
    colon, items = there
    number = next(i for i, node in enumerate(items.nodes) if node.place == hold.place)
    start, end = _dash(text, there, number), _end_of_line(text, items.nodes[number].end)
    if len(items.nodes) > 1:
        return text[:start] + text[end:]
    left = f"{text[:colon]} []{text[colon:start]}{text[end:]}"
    return left if "#" in left.replace("\r\n", "\n").replace(_HEAD, "") else None


def _list(text: str | None, file: str) -> _List | None:
    node = parse_yaml(text, file) if text is not None else None
    entry = node.entry("holds") if isinstance(node, Table) else None
    if text is None or entry is None or not isinstance(entry.value, Items):
        return None
    items = entry.value
    in_brackets = items.flow and (items.nodes or "#" in text[items.start : items.end])
    if in_brackets or any(isinstance(n, Table) and n.flow for n in items.nodes):
        what = f"{file} has its list in brackets or braces, which is not rewritten"
        raise Refused(Diagnostic(what, Place(file), fix="Edit it by hand: a hold an entry."))
    return text.index(":", entry.key.end) + 1, items


def _dash(text: str, there: _List, number: int) -> int:
    """Where the line of an entry's dash begins: it may stand alone above the entry."""
    colon, items = there
    start = _end_of_line(text, items.nodes[number - 1].end if number else colon)
    while not text[start:].lstrip(" ").startswith("-"):
        start = _end_of_line(text, start)  # comments between two entries
    return start


def _end_of_line(text: str, offset: int) -> int:
    """Where the next line begins."""
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1


def _entry(hold: Hold, indent: str) -> str:
    parts = {
        "mapping": hold.mapping,
        "record": hold.record,
        "field": hold.field,
        "reason": hold.reason,
        "until": hold.until.isoformat() if hold.until is not None else "",
        "by": hold.by,
        "since": moment(hold.since) if hold.since is not None else "",
    }
    lines = table({name: value for name, value in parts.items() if value}, f"{indent}  ")
    return f"{indent}- {lines.removeprefix(f'{indent}  ')}"
