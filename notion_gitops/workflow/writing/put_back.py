"""What a killed run left in the work tree: written, and in no commit."""

from notion_gitops.formats.atomic import remove, unfinished, write_bytes
from notion_gitops.repository.nouns import Head
from notion_gitops.workflow.workspace import Workspace
from notion_gitops.workflow.writing.journal import content_digest, files_written


def put_back(workspace: Workspace) -> list[str]:
    """Take back what an interrupted run wrote into the work tree and did not come to commit.

    Nothing is lost by it: the run got these values from Notion, and the next plan gets them
    again. A file that somebody changed or committed since is left as it is.

    Returns:
        The paths that were put back to what HEAD holds.
    """
    noted = files_written(workspace.private)
    for path in noted:
        _discard_unfinished(workspace, path)
    changed = workspace.repository.status(sorted(noted)).changed
    ours = [p for p in sorted(changed) if content_digest(_content(workspace, p)) in noted[p]]
    undone = [path for path in ours if _put_back(workspace, workspace.head, path)]
    workspace.repository.refresh_index(ours)  # a run that is killed after its commit leaves it old
    return undone


def _put_back(workspace: Workspace, head: Head, path: str) -> bool:
    """Give a file the content that HEAD holds; whether it had another one."""
    content = workspace.repository.read_file(head.commit, path)
    if content == _content(workspace, path):
        return False
    if content is None:
        remove(workspace.root, path)
    else:
        write_bytes(workspace.root, path, content)
    return True


def _content(workspace: Workspace, path: str) -> bytes | None:
    file = workspace.root / path
    return file.read_bytes() if file.is_file() else None


def _discard_unfinished(workspace: Workspace, path: str) -> None:
    """Remove the temporary files that a write of this path left when it was killed."""
    folder, _, name = path.rpartition("/")
    for file in (workspace.root / folder).glob(unfinished(name)):
        remove(workspace.root, f"{folder}/{file.name}" if folder else file.name)
