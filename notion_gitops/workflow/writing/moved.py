"""How the base of one mapping moves with a sync."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Kind, Operation
from notion_gitops.model.records import BaseRecord, Record
from notion_gitops.workflow.reading.compared import Compared
from notion_gitops.workflow.reading.state_branch import same_meaning


@dataclass(frozen=True, slots=True)
class Moved:
    """How one mapping's base moves."""

    compared: Compared
    records: Mapping[str, BaseRecord]  # the new base of these keys
    refreshed: Mapping[str, str]  # keys whose derived values alone moved -> their new digest
    gone: Mapping[str, Operation]  # keys that are forgotten
    reworded: Mapping[str, str]  # keys whose file changed or moved, nothing agreed anew -> path
    contents: Mapping[str, bytes | None]  # record files as they are now, as far as known
    planned_at: datetime  # before the plan's reading began, by Notion's clock
    read_at: datetime  # the same of the last reading of what was edited: what is older is known
    read_back: Mapping[str, Record]  # the pages that it found, by id

    @property
    def mapping(self) -> DatabaseMapping:
        """The mapping."""
        return self.compared.mapping

    def taken_up(self, key: str) -> frozenset[str]:
        """The fields of a record's file that follow from other records and were just refreshed."""
        fields = self.mapping.fields.items() if key in self.refreshed else ()
        return frozenset(name for name, spec in fields if spec.derived)

    @property
    def renamed_from(self) -> tuple[str, ...]:
        """The former keys of records whose key changed in git."""
        renames = self.compared.inputs.renames
        return tuple(old for new, old in renames.items() if new in self.records)

    @property
    def changed_meaning(self) -> frozenset[str]:
        """The fields that mean something else in today's mapping than when the base was written."""
        recorded = self.compared.recorded
        fields = self.mapping.fields
        return frozenset(n for n in fields if not same_meaning(self.mapping, recorded, n))


def forgets(operation: Operation) -> bool:
    """Whether the record leaves the base when the operation succeeds."""
    return operation.kind in {Kind.FORGET, Kind.DELETE_FILE, Kind.DELETE_PAGE}
