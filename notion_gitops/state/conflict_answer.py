"""Writing an answer into a conflict file, as a person would by hand."""

from notion_gitops.formats.nodes import Entry, Node, Table
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError


def answered(text: str, path: str, field: str | None, answer: str) -> str:
    """The text with an answer after ``resolution:``.

    Args:
        text: of the conflict file.
        path: of the file, for messages.
        field: whose question is answered; None: the one about the record as a whole.
        answer: ``git``, ``notion``, ``base``, or ``value: ...`` as YAML.

    Raises:
        UsageError: the file does not ask that.
        InvalidInput: the file cannot be read.
    """
    root = parse_yaml(text, path)
    table = _question(root, field)
    entry = table.entry("resolution") if table is not None else None
    if entry is None:
        asked = ", ".join(open_fields(text, path)) or "nothing"
        what = f'"{field}"' if field else "the record as a whole"
        raise UsageError(Diagnostic(f"{path} does not ask about {what}", fix=f"It asks: {asked}."))
    start = entry.key.end
    line_end = text.find("\n", max(start, entry.value.end))
    line_end = len(text) if line_end < 0 else line_end
    colon = text.index(":", start) + 1
    shown = answer if not answer.startswith("value:") else "{" + answer + "}"
    return f"{text[:colon]} {shown}{text[line_end:]}"


def open_fields(text: str, path: str) -> tuple[str, ...]:
    """The fields that the file asks about; "" stands for the record as a whole."""
    root = parse_yaml(text, path)
    fields = _fields(root)
    names = tuple(e.key.text for e in fields.entries) if fields else ()
    return (*(("",) if _question(root, None) else ()), *names)


def _question(root: Node | None, field: str | None) -> Table | None:
    if not isinstance(root, Table):
        return None
    if field is None:
        return root if root.entry("resolution") is not None else None
    fields = _fields(root)
    found: Entry | None = fields.entry(field) if fields else None
    return found.value if found is not None and isinstance(found.value, Table) else None


def _fields(root: Node | None) -> Table | None:
    fields = root.get("fields") if isinstance(root, Table) else None
    return fields if isinstance(fields, Table) else None
