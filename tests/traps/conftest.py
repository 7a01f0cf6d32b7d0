"""The traps are walked into with the same worlds that the workflow's scenarios use."""

from tests.workflow.conftest import _alone, _synced, _synced_notes, make, notes, world

__all__ = ["_alone", "_synced", "_synced_notes", "make", "notes", "world"]
