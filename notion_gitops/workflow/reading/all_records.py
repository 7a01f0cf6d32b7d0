"""All record files of a mapping in the work tree, read with no regard to what changed."""

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.records.attachments import Attachments
from notion_gitops.records.files import list_files, read_files
from notion_gitops.records.places import Words
from notion_gitops.records.reading import Reading, read_records
from notion_gitops.workflow.workspace import Workspace


def read_mapping(workspace: Workspace, mapping: DatabaseMapping) -> tuple[Reading, Words]:
    """All records of one mapping, and where their words stand."""
    files = read_files(workspace.root, list_files(workspace.root, mapping))
    look = Attachments(workspace.root).look
    reading = read_records(mapping, files, workspace.people, look)
    return reading, Words(mapping, files.contents)
