"""How the health of each mapping went, sync by sync: read from the state branch's history."""

from notion_gitops.model.errors import StateUnusable
from notion_gitops.model.outcomes import MappingHealth
from notion_gitops.report.trend import HealthLine
from notion_gitops.state.sync import parse_sync
from notion_gitops.workflow.workspace import Workspace


def trend(workspace: Workspace, commit: str, limit: int | None = None) -> tuple[HealthLine, ...]:
    """The health of every mapping after each sync, the latest first.

    Args:
        workspace: the workspace.
        commit: of the state branch; "" if there is none.
        limit: only so many syncs.
    """
    repository = workspace.repository
    syncs = repository.log_syncs(commit, limit) if commit else []
    kept = [f"{name}/sync.yaml" for name in workspace.mappings]
    blobs = {s.commit: repository.list_tree(s.commit, kept) for s in syncs}
    texts = repository.read_blobs(blob for found in blobs.values() for blob in found.values())
    return tuple(
        HealthLine(
            s.trailers["Sync-Id"],
            s.time,
            {
                path.partition("/")[0]: health
                for path, blob in blobs[s.commit].items()
                if (health := _health(texts[blob].decode(), path)) is not None
            },
        )
        for s in syncs
        if "Sync-Id" in s.trailers
    )


def _health(text: str, path: str) -> MappingHealth | None:
    """The health that a sync noted; None for one that this version cannot read."""
    try:
        return parse_sync(text, path).health
    except StateUnusable:
        return None
