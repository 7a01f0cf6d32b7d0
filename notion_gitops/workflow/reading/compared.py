"""What was read of the mappings: three snapshots each, and what else is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notion_gitops.engine.holds import Holds
from notion_gitops.engine.planner import Inputs
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.people import People
from notion_gitops.model.records import Base
from notion_gitops.state.sync import PendingRecord
from notion_gitops.workflow.reading.bodies import Bodies
from notion_gitops.workflow.reading.changed_keys import Renames
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.git_side import GitSide, Touched
from notion_gitops.workflow.reading.notion_side import NotionSide
from notion_gitops.workflow.reading.on_hold import holds_at
from notion_gitops.workflow.reading.restoring import Restores
from notion_gitops.workflow.reading.state_branch import Recorded, StateBranch
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Compared:
    """One mapping with both sides and the base read."""

    mapping: DatabaseMapping
    database: Database
    recorded: Recorded
    git: GitSide
    notion: NotionSide
    inputs: Inputs
    renames: Renames = field(default_factory=Renames)  # keys that changed in git
    refused: tuple[Diagnostic, ...] = ()  # values in git that Notion has no place for
    bodies: Bodies = field(default_factory=Bodies)  # the texts of pages that were read
    refused_writes: tuple[PendingRecord, ...] = ()  # by Notion, before: they are not sent again

    @property
    def base(self) -> Base:
        """The base, whole: values that were not read are those of the side that equals it."""
        return self.inputs.base


@dataclass(frozen=True, slots=True)
class Comparison:
    """All mappings, read."""

    workspace: Workspace
    state: StateBranch
    changes: Touched
    people: People  # with Notion's e-mails
    at: datetime  # before the first listing began, by this machine's clock
    at_notion: datetime  # the same by Notion's
    mappings: Mapping[str, Compared] = field(default_factory=dict)  # those that could be read
    stopped: Mapping[str, str] = field(default_factory=dict)  # why the others could not
    problems: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)  # of those
    restores: Restores = field(default_factory=dict)  # what a person wants back

    def holds(self, name: str) -> Holds:
        """What of a mapping is on hold now."""
        return holds_at(self.workspace, name, self.at)
