"""Once a day a quiet run notes on the state branch that it was here.

A quiet run commits nothing, so without this nobody could tell a schedule that does not run any more
from a workspace in which nothing happens: `status --max-age` reads it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from notion_gitops.model.errors import ExitCode
from notion_gitops.state.sync import SyncState, dump_sync
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.writing.state_ref import adopt_state, commit_state

AFTER = timedelta(hours=20)  # so that whoever runs every few hours is never a day behind
_LOOKED_AT = 20  # commits of the state branch; an import has not all trailers
_CARRIED = ("Sync-Records", "Sync-Serial")  # whoever looks for the last ones finds them here too


def heartbeat_due(planned: Planned, now: datetime) -> bool:
    """Whether it was last noted long ago that all that takes part is in step."""
    states = _states(planned)
    left_out = any(not part.takes_part for part in planned.plan.mappings)
    return bool(states) and not left_out and min(s.last_success for s in states) + AFTER <= now


def note_heartbeat(planned: Planned, now: datetime, code: ExitCode) -> str:
    """Note it in a commit of its own, which is no sync; the commit.

    Raises:
        RaceLost: the state branch moved since the plan was made.
        GitFailed: git could not make it.
    """
    workspace, state = planned.comparison.workspace, planned.comparison.state.commit
    adopt_state(workspace, state)
    changes: dict[str, bytes | None] = {
        f"{each.mapping}/sync.yaml": dump_sync(replace(each, last_success=now)).encode()
        for each in _states(planned)
    }
    carried: dict[str, str] = {}
    for commit in workspace.repository.log_syncs(state, _LOOKED_AT):
        carried = {n: v for n, v in commit.trailers.items() if n in _CARRIED} | carried
    trailers = {**carried, "Sync-Exit": str(int(code))}
    told = "".join(f"{name}: {value}\n" for name, value in trailers.items())
    return commit_state(workspace, state, changes, f"Heartbeat: nothing to do\n\n{told}")


def _states(planned: Planned) -> list[SyncState]:
    compared = planned.comparison.mappings.values()
    return [each.recorded.sync for each in compared if each.recorded.sync is not None]
