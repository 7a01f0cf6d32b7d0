"""The open conflicts: which there are, and answering one. The next apply carries answers out."""

from pathlib import Path

from notion_gitops.formats.atomic import write_bytes
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.model.asked import AskedRecord
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.records.attachments import Attachments
from notion_gitops.state.conflict_answer import answered, open_fields
from notion_gitops.state.conflict_reading import asked_in, parse_conflict_file
from notion_gitops.workflow.workspace import CONFLICTS, Workspace


def open_conflicts(workspace: Workspace) -> dict[str, Path]:
    """The conflict files, by MAPPING/KEY."""
    return {
        f"{name}/{path.stem}": path
        for name in workspace.mappings
        for path in sorted((workspace.root / CONFLICTS / name).glob("*.yaml"))
    }


def find_conflict(workspace: Workspace, key: str) -> Path:
    """The conflict file of a record.

    Args:
        workspace: the workspace.
        key: of the record, or MAPPING/KEY.

    Raises:
        UsageError: nothing is asked about that record, or several have that key.
    """
    files = open_conflicts(workspace)
    found = [path for record, path in files.items() if key in (record, path.stem)]
    if len(found) == 1:
        return found[0]
    what = f"{key} is the key of several records" if found else f"nothing is asked about {key}"
    fix = f"Name it MAPPING/KEY. Open: {', '.join(files)}."
    if not files:
        fix = "No decision is open; notion-gitops apply asks when one is needed."
    raise UsageError(Diagnostic(what, fix=fix))


def asked_about(workspace: Workspace, record: str, path: Path) -> AskedRecord:
    """What a conflict file asks, and what was answered so far.

    Raises:
        InvalidInput: the file cannot be read.
    """
    relative = path.relative_to(workspace.root).as_posix()
    title, questions = asked_in(decode_utf8(path.read_bytes(), relative), relative)
    return AskedRecord(record, title, relative, questions)


def answer(workspace: Workspace, key: str, field: str | None, choice: str) -> str:
    """Write an answer into a conflict file; its path from the repository's root.

    Args:
        workspace: the workspace.
        key: of the record, or MAPPING/KEY.
        field: whose question is answered; None: the only one that the file asks.
        choice: ``git``, ``notion``, ``base``, or ``value: ...`` as YAML.

    Raises:
        UsageError: that is not asked.
        InvalidInput: the file cannot be read, or the answer is none that is offered; the file
            stays as it is.
    """
    path = find_conflict(workspace, key)
    relative = path.relative_to(workspace.root).as_posix()
    text = decode_utf8(path.read_bytes(), relative)
    chosen = field if field is not None else _only(open_fields(text, relative), relative)
    after = answered(text, relative, chosen or None, choice)
    mapping = workspace.mappings[path.parent.name]
    look = Attachments(workspace.root).look
    parse_conflict_file(after, relative, mapping, workspace.people, look)  # or it is not written
    write_bytes(workspace.root, relative, after.encode())
    return relative


def _only(asked: tuple[str, ...], path: str) -> str:
    if len(asked) == 1:
        return asked[0]
    named = ", ".join(name or "the record" for name in asked)
    raise UsageError(Diagnostic(f"{path} asks about several: {named}", fix="Say --field."))
