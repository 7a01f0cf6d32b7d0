"""The workspace: a git repository with mappings, and what of it every command needs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from notion_gitops.formats.inside import read_inside
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.mapping.holds import load_holds
from notion_gitops.mapping.loading import load_folder
from notion_gitops.mapping.people import load_people
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import StateUnusable, UsageError
from notion_gitops.model.holds import Hold
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.people import People
from notion_gitops.repository.nouns import Head
from notion_gitops.repository.repository import Repository

STATE_REF = "refs/heads/notion-gitops/state"
NEWEST_REF = "refs/notion-gitops/newest"  # follows the state branch, and never goes back with it
SANDBOX_STATE_REF = "refs/notion-gitops/sandbox"  # trying out never touches the real base
MAPPINGS = "mappings"
PEOPLE = "state/people.yaml"
CONFLICTS = "state/conflicts"
RENAMES = "state/renames"
HOLDS = "state/holds.yaml"
PRIVATE = ".notion-gitops"  # not versioned: lock, journal, the sandbox's database


@dataclass(frozen=True, slots=True)
class Workspace:
    """A repository, what its mappings say, and where it stands."""

    repository: Repository
    mappings: Mapping[str, DatabaseMapping]  # by name, in order of the names
    people: People
    head: Head
    sandbox: bool = False
    holds: tuple[Hold, ...] = ()  # of `state/holds.yaml`; mappings say others

    def holds_of(self, name: str) -> tuple[Hold, ...]:
        """All that is or was on hold of a mapping: as it says itself, then as the file says."""
        return (*self.mappings[name].holds, *(h for h in self.holds if h.mapping == name))

    @property
    def root(self) -> Path:
        """The top folder of the work tree."""
        return self.repository.root

    @property
    def state_ref(self) -> str:
        """Where the base and the metadata are kept."""
        return SANDBOX_STATE_REF if self.sandbox else STATE_REF

    @property
    def private(self) -> Path:
        """The folder that is never versioned."""
        return self.root / PRIVATE


def open_workspace(start: Path, *, sandbox: bool = False) -> Workspace:
    """Open the workspace that holds `start`.

    Raises:
        StateUnusable: there is no git repository.
        UsageError: the repository has no mappings.
        InvalidInput: mappings, people or holds are wrong; all problems at once.
    """
    repository = Repository.discover(start)
    folder = repository.root / MAPPINGS
    if not folder.is_dir():
        raise UsageError(
            Diagnostic(
                f"this repository has no folder {MAPPINGS}/",
                fix="Run `notion-gitops init` to make one, or `notion-gitops demo` to see one.",
            )
        )
    mappings = {m.name: m for m in sorted(load_folder(repository.root), key=lambda m: m.name)}
    return Workspace(
        repository=repository,
        mappings=mappings,
        people=read_people(repository.root),
        head=repository.head(),
        sandbox=sandbox,
        holds=_holds(repository.root, mappings),
    )


def mapping_files(workspace: Workspace, name: str) -> dict[str, bytes | None]:
    """What a mapping is made of, by the names that its base keeps it under; None: no such file."""
    files = {"mapping.yaml": f"{name}.yaml", "defaults.yaml": "_defaults.yaml"}
    return {to: read_inside(workspace.root, f"{MAPPINGS}/{f}") for to, f in files.items()}


def require_writable(workspace: Workspace) -> None:
    """Refuse to write where a commit could not stand on solid ground.

    Raises:
        StateUnusable: no commit yet, a detached HEAD, or a merge (or the like) in progress.
    """
    head = workspace.head
    if head.operation_in_progress:
        raise StateUnusable(
            Diagnostic(
                f"a {head.operation_in_progress} is in progress in this repository",
                fix="Finish or abort it, then run this again. Nothing was written.",
            )
        )
    if head.unborn:
        raise StateUnusable(
            Diagnostic(
                "this repository has no commit yet",
                fix="Commit your mappings first: git add -A && git commit -m 'Add mappings'",
            )
        )
    if head.detached:
        raise StateUnusable(
            Diagnostic(
                "no branch is checked out (detached HEAD), so there is nothing to commit to",
                fix="Check a branch out, e.g. git switch main. Nothing was written.",
            )
        )


def _holds(root: Path, mappings: Mapping[str, DatabaseMapping]) -> tuple[Hold, ...]:
    """What is on hold. Only a file that is not there says that nothing is."""
    content = read_inside(root, HOLDS)
    return () if content is None else load_holds(decode_utf8(content, HOLDS), HOLDS, mappings)


def read_people(root: Path) -> People:
    """Who is in the file; Notion's own list, which is read later, knows more."""
    content = read_inside(root, PEOPLE)
    if content is None:
        return People(complete=False)
    people = load_people(decode_utf8(content, PEOPLE), PEOPLE)
    return replace(people, complete=False)
