"""A plan that was kept in a file, to be reviewed and then applied exactly as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from notion_gitops.model.restores import RestoreWish


@dataclass(frozen=True, slots=True)
class Origin:
    """What a plan was computed from; if any of it is another, so is the plan."""

    head: str  # commit that the records were read at
    base: str  # commit of the state branch; "" if there was none
    mappings: str  # digest of the mapping files
    databases: Mapping[str, str]  # mapping -> id of its data source
    notion: str  # the address that was asked, or "sandbox"
    version: str  # of notion-gitops


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What stands in the file."""

    made: datetime
    origin: Origin
    offline: bool  # Notion was not read: it can be shown, and not applied
    accepted: Mapping[str, frozenset[int]]  # --accept
    all_new: bool
    relist: bool
    restores: tuple[RestoreWish, ...]
    operations: Mapping[tuple[str, str], str]  # by mapping and key: a digest of what is meant
    text: str  # as people read it
    markdown: str
    json: str
