"""What the snapshots are read from, and which mappings take no part in a run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from notion_gitops.engine.guards import Accepted
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import (
    CannotReachNotion,
    InvalidInput,
    NotionGitopsError,
    TokenRefused,
)
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.nearest import nearest
from notion_gitops.model.people import People
from notion_gitops.notion.failures import RejectedRequest
from notion_gitops.notion.gateway import Gateway
from notion_gitops.workflow.reading.git_side import GitSide, Touched
from notion_gitops.workflow.reading.notion_side import Database, Pages, list_pages, placed
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
    """The mappings whose database does not fit, or whose one file cannot be read."""
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
    return out


def list_all(sources: Sources, out: LeftOut) -> dict[str, Pages]:
    """The pages of every usable database; one that does not answer is left out."""
    pages: dict[str, Pages] = {}
    failed: list[NotionGitopsError] = []
    for name, database in sources.databases.items():
        if name in out.why:
            continue
        try:
            pages[name] = list_pages(sources.gateway, database, sources.people)
        except TokenRefused:
            raise
        except (CannotReachNotion, RejectedRequest) as error:
            told = _told(error, database)
            failed.append(told)
            problems = placed(told, database.mapping)
            out.leave(name, "its pages could not be listed", *problems)
    if failed and not pages:
        raise failed[0]
    return pages


def _told(error: NotionGitopsError, database: Database) -> NotionGitopsError:
    """What a listing that failed says of the mapping: its filter is all that Notion can refuse."""
    mapping, schema = database.mapping, database.schema
    if not isinstance(error, RejectedRequest) or not mapping.notion.filter or schema is None:
        return error
    lost = [n for n in _named(mapping.notion.filter) if n not in schema.properties]
    near = nearest(lost[0], schema.properties) if lost else None
    meant = f'Did you mean "{near}"? ' if near else ""
    return InvalidInput(
        Diagnostic(
            f"Notion does not take the filter of {mapping.name}: {error.message}",
            mapping.notion.place,
            fix=f"{meant}Write properties as they are called in Notion now, and what their types "
            "can be asked (docs/mappings.md).",
        )
    )


def _named(filter_: Any) -> Iterator[str]:
    """The properties that a filter names, at any depth."""
    match filter_:
        case {"property": str(name)}:
            yield name
        case {"and": [*parts]} | {"or": [*parts]}:
            for part in parts:
                yield from _named(part)
