"""The run that writes, or wrote last, as it announced itself on the git remote."""

from datetime import datetime, timedelta

from notion_gitops.model.runs import AnnouncedRun
from notion_gitops.repository.repository import Repository
from notion_gitops.state.reading import decode
from notion_gitops.state.runs import RUN_FILE, parse_run

RUN_REF = "refs/notion-gitops/run"
"""On the remote, and only while a run writes, or has left creates that may yet turn up."""

SLACK = timedelta(minutes=5)
"""A process may be stopped between its last look at the clock and a write."""


def read_run(repository: Repository, commit: str) -> AnnouncedRun | None:
    """The run that a commit of `RUN_REF` announces; None for no commit.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    if not commit:
        return None
    blob = repository.list_tree(commit, [RUN_FILE]).get(RUN_FILE, "")
    content = repository.read_blobs([blob])[blob] if blob else b""
    return parse_run(decode(content, RUN_FILE), f"{RUN_REF}:{RUN_FILE}")


def is_over(run: AnnouncedRun, now: datetime) -> bool:
    """Whether a run has ended, or its lease has for so long that it will not write any more.

    Args:
        run: as it announced itself.
        now: by Notion's clock.
    """
    return not run.held or now > run.until + SLACK
