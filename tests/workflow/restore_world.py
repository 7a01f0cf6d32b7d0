"""What is asked for out of the backups, and what is planned of it."""

from notion_gitops.model.operations import Cause
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.model.records import Side
from notion_gitops.model.restores import RestoreWish, Unrestored
from notion_gitops.workflow.plan import Planned
from tests.workflow.workflow_samples import TASKS
from tests.workflow.workflow_world import World

NOTE = "  note: {property: Note, type: rich_text}\n"
assert NOTE in TASKS


def wish(
    sync: SyncResult | str, record: str, name: str = "", side: Side | None = None
) -> RestoreWish:
    sync_id = sync if isinstance(sync, str) else sync.sync_id
    mapping, _, key = record.partition("/")
    return RestoreWish(sync_id, mapping, key, name, side)


def rename(world: World, old: str, new: str) -> None:
    folder = "state/records/tasks"
    world.git("mv", f"{folder}/{old}.yaml", f"{folder}/{new}.yaml")
    world.commit("Rename")


def planned(world: World, *wishes: RestoreWish) -> Planned:
    return world.plan(restores=wishes)


def left(world: World, *wishes: RestoreWish) -> Unrestored:
    """What does not come back; and nothing else is planned for it."""
    found = planned(world, *wishes)
    (one,) = found.plan.not_restored
    writes = [w for o in found.plan.operations.values() for w in o.writes]
    assert Cause.RESTORED not in {c.cause for w in writes for c in w.changes}
    return one
