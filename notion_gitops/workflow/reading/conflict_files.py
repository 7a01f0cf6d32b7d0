"""Conflict files in the work tree, read before a plan: what was asked, and the answers so far."""

from notion_gitops.formats.inside import read_inside
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import ConflictFile
from notion_gitops.records.attachments import Attachments
from notion_gitops.state.conflict_reading import parse_conflict_file
from notion_gitops.workflow.workspace import CONFLICTS, Workspace


def conflict_path(mapping: str, key: str) -> str:
    """Where the open conflicts of a record are kept, from the repository's root."""
    return f"{CONFLICTS}/{mapping}/{key}.yaml"


def read_conflict_files(workspace: Workspace, mapping: DatabaseMapping) -> dict[str, ConflictFile]:
    """The conflict files of one mapping, by key.

    Raises:
        InvalidInput: one cannot be read, or an answer in it is none that is offered.
    """
    folder = workspace.root / CONFLICTS / mapping.name
    look = Attachments(workspace.root).look
    found = {}
    for file in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        path = f"{CONFLICTS}/{mapping.name}/{file.name}"
        text = decode_utf8(read_inside(workspace.root, path) or b"", path)
        conflict = parse_conflict_file(text, path, mapping, workspace.people, look)
        found[conflict.key] = conflict
    return found
