"""What an apply was asked for, and what it did."""

from dataclasses import dataclass
from pathlib import Path

from notion_gitops.cli.connect import Where
from notion_gitops.cli.output import Format
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.model.saved_plan import SavedPlan
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.reports import Report
from notion_gitops.workflow.plan import Planned, PlanOptions
from notion_gitops.workflow.workspace import Workspace
from notion_gitops.workflow.writing.share import Remote


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line said about how to go about it."""

    start: Path
    where: Where
    plan: PlanOptions
    yes: bool
    commit_records: bool
    push: bool
    form: Format
    reports: Path | None
    saved: SavedPlan | None = None  # the plan that was reviewed

    @property
    def again(self) -> FollowUp:
        """How the commands that follow are typed."""
        return self.where.follow_up(self.start)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a sync did, and over what."""

    workspace: Workspace
    remote: Remote | None
    planned: Planned
    result: SyncResult
    reports: tuple[Report, ...] = ()  # the six, if they are wanted
