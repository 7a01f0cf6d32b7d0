"""The traps are walked into with the same worlds that the workflow's scenarios use."""

from tests.workflow.conftest import _alone, _synced, make, world

__all__ = ["_alone", "_synced", "make", "world"]
