"""Renames that a person told: the rename files in the work tree, and what of them still counts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from notion_gitops.formats.inside import read_inside
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.state.renames import parse_rename
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.workspace import RENAMES, Workspace


@dataclass(frozen=True, slots=True)
class Told:
    """What the rename files of a mapping say."""

    renames: Mapping[str, str] = field(default_factory=dict)  # new key -> old key: to carry out
    doubtful: Mapping[str, str] = field(default_factory=dict)  # likewise: git holds both keys
    over: tuple[str, ...] = ()  # new keys of those that say nothing any more


def rename_path(mapping: str, new: str) -> str:
    """Where it is told that a record has got this key, from the repository's root."""
    return f"{RENAMES}/{mapping}/{new}.yaml"


def read_rename_files(workspace: Workspace, mapping: DatabaseMapping) -> dict[str, str]:
    """What the rename files of one mapping say: new key -> old key.

    Raises:
        InvalidInput: one cannot be read, or two are about one record.
    """
    folder = workspace.root / RENAMES / mapping.name
    found: dict[str, str] = {}
    by_old: dict[str, str] = {}
    for file in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        path = f"{RENAMES}/{mapping.name}/{file.name}"
        text = decode_utf8(read_inside(workspace.root, path) or b"", path)
        old = parse_rename(text, path, mapping.name)
        other = by_old.setdefault(old, file.stem)
        if other != file.stem:
            what = f"{old} of {mapping.name} cannot have become both {other} and {file.stem}"
            also = Place(rename_path(mapping.name, other))
            raise InvalidInput(
                Diagnostic(what, Place(path), fix="delete one of the two", also=also)
            )
        found[file.stem] = old
    return found


def told_renames(said: Mapping[str, str], base: Collection[str], git: GitSide) -> Told:
    """What still counts of rename files.

    A rename is to be carried out as long as the base knows the old key alone, and git the new one.
    A record that cannot be read under its new key is waited for.

    Args:
        said: new key -> old key.
        base: keys of the base.
        git: the git side.
    """
    waiting = {new: old for new, old in said.items() if old in base and new not in base}
    there = git.keys - git.unseen.keys
    renames = {n: o for n, o in waiting.items() if n in git.snapshot.records and o not in there}
    doubtful = {n: o for n, o in waiting.items() if n in there and o in there}
    unread = {n for n, o in waiting.items() if n in git.snapshot.unreadable or o in git.unseen.keys}
    over = said.keys() - renames.keys() - doubtful.keys() - unread
    return Told(renames, doubtful, tuple(sorted(over)))


def doubts(mapping: DatabaseMapping, doubtful: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """What is wrong with the renames of records that are there under both keys."""
    return tuple(
        Diagnostic(
            f"{new} was {old}, this file says, and {old} is in git as well",
            Place(path := rename_path(mapping.name, new)),
            detail=f"As long as both are there, {new} gets no page.",
            fix=f"Delete {old} in git, if it is {new} now; or delete {path}, if they are two.",
        )
        for new, old in sorted(doubtful.items())
    )
