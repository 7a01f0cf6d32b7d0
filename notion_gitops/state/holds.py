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
    items = _items(text, hold.place.file)
    if text is None or items is None or not items.nodes:
        return f"{_HEAD}format_version: {FORMAT_VERSION}\nholds:\n{_entry(hold, '  ')}"
    indent = " " * (items.nodes[0].place.column - 1 - len("- "))
    end = _end_of_line(text, items.end)
    before = text[:end] if text[:end].endswith("\n") else f"{text[:end]}\n"
    return f"{before}{_entry(hold, indent)}{text[end:]}"


def without_hold(text: str, hold: Hold) -> str | None:
    """The file without a hold that stands in it; None if none is left.

    Raises:
        Refused: its list stands in brackets, where nothing can be taken out line by line.
    """
    items = _items(text, hold.place.file)
    nodes = items.nodes if items is not None else ()
    if len(nodes) == 1:
        return None
    node = next(node for node in nodes if node.place == hold.place)
    start = text.rfind("\n", 0, node.start) + 1
    return text[:start] + text[_end_of_line(text, node.end) :]


def _items(text: str | None, file: str) -> Items | None:
    node = parse_yaml(text, file) if text is not None else None
    items = node.get("holds") if isinstance(node, Table) else None
    if not isinstance(items, Items):
        return None
    if items.nodes and (items.flow or any(isinstance(n, Table) and n.flow for n in items.nodes)):
        what = f"{file} has its list in brackets or braces, which is not rewritten"
        raise Refused(Diagnostic(what, Place(file), fix="Edit it by hand: a hold an entry."))
    return items


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
