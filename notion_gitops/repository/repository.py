"""The whole of it, as others use it."""

from dataclasses import dataclass

from notion_gitops.repository.history import History
from notion_gitops.repository.locks import Locks
from notion_gitops.repository.merging import Merging
from notion_gitops.repository.remote import Remotes
from notion_gitops.repository.texts import Texts


@dataclass(frozen=True, slots=True)
class Repository(Merging, History, Remotes, Texts, Locks):
    """A git repository with a work tree; start from `Repository.discover`.

    Paths are relative to `root`, with forward slashes. Refs are given by their full names,
    commits by their full ids.
    """
