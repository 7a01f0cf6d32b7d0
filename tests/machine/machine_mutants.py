"""The bugs that a sync like this one has had elsewhere, planted in the real code.

Where another layer would make up for a bug, that layer is switched off as well (`without`): the
schedule must pass with the layer off and the bug not planted.
"""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from notion_gitops.cli.commands import apply as apply_command
from notion_gitops.engine import deleted
from notion_gitops.engine.building import build
from notion_gitops.engine.rules import FieldDecider
from notion_gitops.model.mapping import Take
from notion_gitops.model.operations import Kind
from notion_gitops.model.outcomes import Status
from notion_gitops.model.plan import PAGE_WRITES
from notion_gitops.model.records import Absence
from notion_gitops.notion import gateway, listing
from notion_gitops.notion.calls import Nature
from notion_gitops.notion.sender import Sender
from notion_gitops.repository.remote import Remotes
from notion_gitops.workflow import apply
from notion_gitops.workflow.reading import announced, how_read, incremental, missing, state_branch
from notion_gitops.workflow.writing import held, lost_creates, share
from notion_gitops.workflow.writing.fresh import FreshReadings
from notion_gitops.workflow.writing.journal import Journal
from notion_gitops.workflow.writing.page_step import PageStep
from notion_gitops.workflow.writing.run import Results
from notion_gitops.workflow.writing.write_pages import PageWriter

Plant = Callable[[pytest.MonkeyPatch], None]


def nothing(patch: pytest.MonkeyPatch) -> None:
    """No layer is off."""


def base_before_apply(patch: pytest.MonkeyPatch) -> None:
    """The plan is recorded, and then carried out."""
    real, write = apply.carry_out, PageWriter.write

    def carry_out(*arguments: Any, **more: Any) -> Any:
        later: list[tuple[PageWriter, list[Any]]] = []

        def noted(self: PageWriter, steps: Any) -> None:
            todo = list(steps)
            later.append((self, todo))
            for step in todo:
                if step.kind in PAGE_WRITES:
                    self.run.results.note(step, Status.APPLIED)

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(PageWriter, "write", noted)
            result = real(*arguments, **more)
        for writer, steps in later:
            write(writer, steps)
        return result

    patch.setattr(apply_command, "carry_out", carry_out)


def ours_wins(patch: pytest.MonkeyPatch) -> None:
    """Of two edits git's is taken, and nobody is asked."""
    real = FieldDecider._verdict
    patch.setattr(FieldDecider, "_verdict", lambda self, at: replace(real(self, at), take=Take.GIT))


def force_push(patch: pytest.MonkeyPatch) -> None:
    """A push that was rejected is done by force."""
    real = Remotes.push_atomic

    def push(self: Any, remote: str, refs: Mapping[str, str], leases: Mapping[str, str]) -> Any:
        answer = real(self, remote, refs, leases)
        if answer.ok:
            return answer
        there = self.remote_refs(remote, refs)
        return real(self, remote, refs, {ref: there.get(ref, "") for ref in refs})

    patch.setattr(Remotes, "push_atomic", push)
    patch.setattr(Remotes, "_rewinds", lambda *_: "")


def whole_record(patch: pytest.MonkeyPatch) -> None:
    """All fields of a record are sent, not only those that changed."""
    real = PageStep._values
    patch.setattr(PageStep, "_values", lambda self: {**self.operation.agreed, **real(self)})


def large(patch: pytest.MonkeyPatch) -> None:
    """Every database counts as large, so that it is read by what was edited."""
    patch.setattr(how_read, "INCREMENTAL_ABOVE", 0)
    patch.setattr(incremental.ChangedReader, "_dear", 10)


def watermark(patch: pytest.MonkeyPatch) -> None:
    """What was edited before the last sync ended counts as known, though times are of a minute."""
    large(patch)

    def mark(read_at: datetime) -> datetime:
        return read_at.replace(second=0, microsecond=0) + timedelta(minutes=1)

    patch.setattr(how_read, "fresh_mark", mark)


def delete_wins(patch: pytest.MonkeyPatch) -> None:
    """A deletion is carried out, whatever was edited on the other side."""
    patch.setattr(deleted, "_edits", lambda *_: ())


def missing_is_deleted(patch: pytest.MonkeyPatch) -> None:
    """A page that is not in the listing counts as deleted, without a look at it."""
    patch.setattr(missing._Look, "_classified", lambda *_: Absence.TRASHED)


def small_pages(patch: pytest.MonkeyPatch) -> None:
    """A listing takes more than one request."""
    for module in (listing, gateway):
        patch.setattr(module, "PAGE_SIZE", 2)


def small_pages_and_no_look(patch: pytest.MonkeyPatch) -> None:
    small_pages(patch)
    missing_is_deleted(patch)


def shifting_pagination(patch: pytest.MonkeyPatch) -> None:
    """Listings are sorted by the time of the last edit, which moves while they are read."""
    order = [{"timestamp": "last_edited_time", "direction": "ascending"}]
    patch.setattr(listing, "_OLDEST_FIRST", order)


def base_from_plan(patch: pytest.MonkeyPatch) -> None:
    """The base takes what was planned, whatever became of it."""
    patch.setattr(Results, "sound", lambda *_: True)


def retried_create(patch: pytest.MonkeyPatch) -> None:
    """A create without an answer is sent again like anything else."""
    real = Sender._may_repeat

    def may(self: Sender, failure: Any, nature: Nature) -> bool:
        return real(self, failure, Nature.READ if nature is Nature.CREATE else nature)

    patch.setattr(Sender, "_may_repeat", may)


def not_read_again(patch: pytest.MonkeyPatch) -> None:
    """A page is written on what the plan read, however long ago."""
    patch.setattr(FreshReadings, "require", lambda self, *_: self.connection.gateway.moment() + 60)


def base_without_push(patch: pytest.MonkeyPatch) -> None:
    """If the push of both branches is rejected, the base is pushed alone."""
    real = share.push

    def push(workspace: Any, remote: Any) -> Any:
        answer = real(workspace, remote)
        if answer is not None and not answer.ok:
            ref, repository = workspace.state_ref, workspace.repository
            state = repository.resolve(ref) or ""
            repository.push_atomic(remote.name, {ref: state}, {ref: remote.state})
        return answer

    patch.setattr(share, "push", push)


def ancestry_unchecked(patch: pytest.MonkeyPatch) -> None:
    """A base whose records are no part of the branch is taken as it is."""
    patch.setattr(state_branch, "_require_related", lambda *_: False)


def no_announcement(patch: pytest.MonkeyPatch) -> None:
    """The lock on the remote does not say what is created under it."""
    patch.setattr(held, "_created", lambda _: frozenset())


def no_journal(patch: pytest.MonkeyPatch) -> None:
    """Creates are not written down before they are sent."""
    patch.setattr(Journal, "creating", lambda *_: None)


def no_quarantine(patch: pytest.MonkeyPatch) -> None:
    """A create that is not to be seen is sent again at once."""
    patch.setattr(lost_creates, "QUARANTINE", timedelta())


def stamp_not_renewed(patch: pytest.MonkeyPatch) -> None:
    """A create is written down when it is first tried, not whenever it is."""
    real, first = Journal.creating, dict[tuple[str, str], datetime]()

    def creating(self: Journal, mapping: str, key: str, at: datetime) -> None:
        real(self, mapping, key, first.setdefault((mapping, key), at))

    patch.setattr(Journal, "creating", creating)


def no_slack(patch: pytest.MonkeyPatch) -> None:
    """A lock is taken over as soon as its lease ends, though its holder may be held up."""
    patch.setattr(announced, "SLACK", timedelta())


def no_lock(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether another machine is writing."""

    @contextmanager
    def free(*_: Any, **__: Any) -> Any:
        yield None

    patch.setattr(apply_command, "held", free)


def no_verification(patch: pytest.MonkeyPatch) -> None:
    """The answer to a deletion is not looked at."""
    patch.setattr(FreshReadings, "edited", lambda *_: False)


def trash_not_compared(patch: pytest.MonkeyPatch) -> None:
    """A record that is gone on both sides is forgotten, whatever its page says."""
    patch.setattr(
        deleted, "_gone_twice", lambda mapping, view, *_: build(mapping, view, Kind.FORGET)
    )


@dataclass(frozen=True)
class Mutant:
    """A planted bug, the story that catches it, and the invariants that may say so."""

    plant: Plant
    story: Callable[[Any], None]
    caught_by: frozenset[str]
    without: Plant = nothing

    @property
    def name(self) -> str:
        return self.plant.__name__
