"""What the snapshots are read from, and which mappings take no part in a run."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from notion_gitops.engine.guards import Accepted
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.people import People
from notion_gitops.notion.gateway import Gateway
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.git_side import GitSide, Touched
from notion_gitops.workflow.reading.restoring import Restores
from notion_gitops.workflow.reading.state_branch import StateBranch
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the three snapshots are read from."""

    workspace: Workspace
    state: StateBranch
    changes: Touched
    gateway: Gateway
    databases: Mapping[str, Database]
    people: People
    users_readable: bool = True  # False: people are not written
    restores: Restores = field(default_factory=dict)  # what a person wants back
    accepted: Accepted = field(default_factory=dict)  # numbers past the guards
    whole: Collection[str] = ()  # mappings that somebody wants listed in full

    def mapping(self, name: str) -> DatabaseMapping:
        """A mapping by its name."""
        return self.workspace.mappings[name]


@dataclass
class LeftOut:
    """The mappings that take no part in this run."""

    why: dict[str, str] = field(default_factory=dict)
    problems: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict)

    def leave(self, name: str, why: str, *problems: Diagnostic) -> None:
        """Leave a mapping out."""
        self.why[name] = why
        self.problems[name] = (*self.problems.get(name, ()), *problems)


def unusable(sources: Sources, git: Mapping[str, GitSide]) -> LeftOut:
    """The mappings whose database does not fit, or whose files cannot be read where they are."""
    out = LeftOut()
    for name, database in sources.databases.items():
        if not database.usable:
            out.leave(name, "its database cannot be synced")
        if database.problems:
            out.problems[name] = database.problems
    for name, mapping in sources.workspace.mappings.items():
        problems = git[name].snapshot.unreadable.get(mapping.git.path)
        if mapping.git.single_file and problems is not None:
            out.leave(name, f"{mapping.git.path} cannot be read", *problems)
        if git[name].left_behind:
            out.leave(name, "its files are not where it reads", *git[name].left_behind)
    return out
