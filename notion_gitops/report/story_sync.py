"""The sync that last touched a record, in a few words."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from notion_gitops.model.mapping import Take
from notion_gitops.model.outcomes import LogEntry, Status
from notion_gitops.model.plan import StepKind
from notion_gitops.model.story import RecordSync, SyncedConflict
from notion_gitops.report.show import short
from notion_gitops.text.words import listed, moment

_FIELDS = 6  # names in one step
_DID = {
    StepKind.CREATE_PAGE: "created the page",
    StepKind.UPDATE_PAGE: "updated the page",
    StepKind.LINK_PAGE: "linked the page",
    StepKind.TRASH_PAGE: "put the page into the trash",
    StepKind.RESTORE_PAGE: "restored the page",
    StepKind.WRITE_FILE: "wrote the file",
    StepKind.DELETE_FILE: "deleted the file",
    StepKind.MOVE_BASE: "took both sides' values into the base",
}
_TAKEN = {
    Take.GIT: "took git's value of {}",
    Take.NOTION: "took Notion's value of {}",
    Take.LATEST: "took the latest edit of {}",
    Take.MERGE: "took another value of {}",
    Take.MANUAL: "left {} to a person",
}


def sync_text(sync: RecordSync, now: datetime) -> str:
    """``20261124T1421Z-7k3f, Tue 24 Nov 14:21 UTC: updated the page (hours)``."""
    name = sync.sync_id or "an import"
    did = [*map(_step, sync.steps), *_conflicts(sync.conflicts)]
    what = "; ".join(did) or "took up what Notion makes of it"
    return f"{name}, {moment(sync.at, now)} UTC ({short(sync.commit)}): {what}"


def _step(step: LogEntry) -> str:
    fields = f" ({listed(step.fields, _FIELDS)})" if step.fields else ""
    ended = "" if step.status is Status.APPLIED else f": {step.status.value}"
    why = f", {step.detail}" if step.detail else ""
    return f"{_DID[step.step]}{fields}{ended}{why}"


def _conflicts(conflicts: Sequence[SyncedConflict]) -> Iterator[str]:
    """What was decided alike, together."""
    alike: dict[tuple[Take, str], list[str]] = {}
    for each in conflicts:
        alike.setdefault((each.take, each.reason), []).append(each.field or "the record")
    for (take, reason), fields in alike.items():
        yield f"{_TAKEN[take].format(listed(fields, _FIELDS))} ({reason})"
