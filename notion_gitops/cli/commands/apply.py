"""`apply`: write what the plan says, read it back, record it, commit it."""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from notion_gitops.cli.applying import Applied, Wishes
from notion_gitops.cli.asking import ask
from notion_gitops.cli.commands.plan import printed
from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import (
    accept_option,
    all_new_option,
    base_url_option,
    examples,
    relist_option,
    require_known,
    restore_option,
    sandbox_option,
    workspace_option,
)
from notion_gitops.cli.output import Format, format_option, say, show
from notion_gitops.cli.plan_file import read_plan_file
from notion_gitops.cli.progress import progress_bar
from notion_gitops.cli.strict import Command
from notion_gitops.cli.sync_output import show_sync, write_reports
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, Locked, Refused
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.model.restores import RestoreWish
from notion_gitops.report.sync_reports import six_reports
from notion_gitops.text.words import listed
from notion_gitops.workflow.apply import carry_out, nothing_to_do
from notion_gitops.workflow.check import connection_report
from notion_gitops.workflow.plan import (
    Connection,
    Planned,
    PlanOptions,
    decisions_remain,
    make_plan,
)
from notion_gitops.workflow.saved_plan import (
    options_of,
    require_same_origin,
    require_usable,
    stale_operations,
)
from notion_gitops.workflow.workspace import Workspace, open_workspace, require_writable
from notion_gitops.workflow.writing.heartbeat import heartbeat_due, note_heartbeat
from notion_gitops.workflow.writing.held import drop_own, held
from notion_gitops.workflow.writing.lock import killed_since, only_one
from notion_gitops.workflow.writing.locks_left import require_unlocked
from notion_gitops.workflow.writing.put_back import put_back
from notion_gitops.workflow.writing.ready import (
    commit_records,
    dirty_records,
    require_branch,
    require_committed,
    require_fitting,
)
from notion_gitops.workflow.writing.share import (
    Remote,
    fetch_before,
    not_pushed,
    push,
    push_after,
    rejection,
)
from notion_gitops.workflow.writing.start_over import forget_overtaken, start_over
from notion_gitops.workflow.writing.state_ref import adopt_state
from notion_gitops.workflow.writing.unfinished import told_as_unfinished, writing

_NAMED = 5  # mappings
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds at most before each further try, after a lost race


@click.command(
    "apply",
    cls=Command,
    short_help="Write, read back, record, commit.",
    epilog=examples(
        "notion-gitops apply",
        "notion-gitops apply --yes --push                 (scheduled, in CI)",
        "notion-gitops apply --accept tasks.deletes=37",
        "notion-gitops apply release.plan                 (of plan --out)",
    ),
)
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@workspace_option
@sandbox_option
@base_url_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask before writing (for machines).")
@click.option(
    "--commit-records",
    is_flag=True,
    help="Commit record files that are not committed first, as a commit of your own.",
)
@click.option("--push", is_flag=True, help="Push both branches afterwards, in one atomic push.")
@click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the six reports there, as text, Markdown and JSON.",
)
@all_new_option
@accept_option
@restore_option
@relist_option
@format_option
def command(  # noqa: PLR0917  one parameter an option
    file: Path | None,
    start: Path,
    sandbox: bool,
    base_url: str | None,
    yes: bool,
    commit_records: bool,
    push: bool,
    reports: Path | None,
    all_new: bool,
    accept: dict[str, frozenset[int]],
    restores: tuple[RestoreWish, ...],
    relist: bool,
    form: Format,
) -> ExitCode:
    """Plan anew, ask, and carry the plan out on both sides.

    Of a FILE that `plan --out` saved, exactly that plan, without asking: it is refused if it was
    computed from other commits, mappings or databases, and what changed in Notion since is left
    out. What is overwritten is backed up first. Afterwards a plan shows no changes.
    """
    where = Where(sandbox, base_url)
    relisted = None if relist else ()
    options = PlanOptions(accept, all_new, deepen=True, restores=restores, relist=relisted)
    wishes = Wishes(start, where, options, yes, commit_records, push, form, reports)
    if file is None:
        return _apply(wishes)
    if accept or all_new or restores or relist or commit_records:
        raise click.UsageError("A saved plan says itself what it was made with: give FILE alone.")
    saved = read_plan_file(file)
    require_usable(saved, datetime.now(UTC))
    return _apply(replace(wishes, plan=options_of(saved), yes=True, saved=saved))


def _apply(wishes: Wishes) -> ExitCode:
    """Sync once; again, on what the remote has by then, as long as others push meanwhile."""
    with _locked(wishes) as opened:
        done = _sync(opened, wishes)
        for pause in PAUSES:
            if isinstance(done, ExitCode) or not _starts_over(done, wishes, pause):
                break
            with told_as_unfinished(lambda: True):
                moved = open_workspace(wishes.start, sandbox=wishes.where.sandbox)
                done = _sync(moved, wishes, done.result)
        return done if isinstance(done, ExitCode) else _after(done, wishes)


def _sync(
    opened: Workspace, wishes: Wishes, earlier: SyncResult | None = None
) -> Applied | ExitCode:
    """1. Fetch. 2. Plan. 3. Show and ask. 4. Lock the remote, write, commit, push.

    Args:
        opened: the workspace.
        wishes: what was said on the command line.
        earlier: a sync that others were faster than: its pages are written.

    Returns:
        What was done; the code to end with if there was nothing to do.
    """
    with connected(opened, wishes.where) as connection:
        remote = fetch_before(opened, to_push=wishes.push)
        planned, workspace = _plan(opened, connection, wishes, fitting=earlier is None)
        quiet = nothing_to_do(planned)
        if quiet and earlier is None:
            show(printed(planned.plan, workspace, wishes.form, again=wishes.again))
            code = _quiet_code(planned)
            _note_heartbeat(planned, remote, connection, wishes, code)
            pushed = _push_rest(workspace, remote) if wishes.push else None
            if remote is not None and wishes.push and drop_own(planned, remote, connection):
                say(f"An interrupted run left its announcement on {remote.name}; it was removed.")
            return pushed or code
        stale = _stale(planned, wishes)
        if not quiet:  # else what the earlier one overwrote is still to be recorded
            _ask(planned, workspace, wishes)
        adopt_state(workspace, planned.comparison.state.commit)
        begun = writing(workspace, connection.gateway)
        lock = held(planned, remote, connection, to_push=wishes.push, tell=say)
        with told_as_unfinished(begun), lock as lease:
            with progress_bar() as progress:
                result = carry_out(planned, connection, progress, lease, stale, overtaken=earlier)
            if earlier is not None and result.state_commit:
                forget_overtaken(workspace.private, earlier.sync_id)
            if remote is not None and wishes.push:
                result = push_after(workspace, remote, result)
        with told_as_unfinished():
            done = Applied(workspace, remote, planned, result)
            if wishes.reports is None:
                return done
            connected_to = connection_report(connection, planned)
            return replace(done, reports=six_reports(result, connected_to, workspace.mappings))


def _starts_over(done: Applied, wishes: Wishes, pause: float) -> bool:
    """Whether others pushed while the sync ran, so that it is to be computed anew on that.

    Not with a saved plan: what comes of it then was not reviewed.
    """
    if done.remote is None or not wishes.push or done.result.pushed or wishes.saved is not None:
        return False
    with told_as_unfinished():
        if not start_over(done.planned, done.result, done.remote):
            return False
        if wishes.form is not Format.JSON:
            show_sync(done.result, done.workspace.mappings, wishes.form, wishes.again)
        say(
            f"Others pushed to {done.remote.name} meanwhile: all is computed anew on what is there."
        )
        time.sleep(random.uniform(0, pause))  # noqa: S311  so that two do not meet again
    return True


def _after(done: Applied, wishes: Wishes) -> ExitCode:
    """Write the six reports, tell."""
    result = done.result
    with told_as_unfinished():
        if done.remote is not None and not wishes.push:
            result = replace(result, notes=(*result.notes, not_pushed(wishes.again)))
        if wishes.reports is not None:
            write_reports(wishes.reports, done.reports)
        show_sync(result, done.workspace.mappings, wishes.form, wishes.again)
    return result.exit_code


@contextmanager
def _locked(wishes: Wishes) -> Iterator[Workspace]:
    """The workspace as it is once no other run writes in it, without what a killed run left."""
    workspace = open_workspace(wishes.start, sandbox=wishes.where.sandbox)
    require_known(wishes.plan.accepted, workspace.mappings)
    require_writable(workspace)
    killed = killed_since(workspace.private)
    with only_one(workspace.private):
        workspace = open_workspace(wishes.start, sandbox=wishes.where.sandbox)
        require_writable(workspace)
        cleared = require_unlocked(workspace, killed)
        if cleared:
            say(f"An interrupted run left locks of git, which were removed: {', '.join(cleared)}")
        undone = put_back(workspace)
        if undone:
            say(f"An interrupted run left {len(undone)} files uncommitted; they were put back.")
        yield workspace


def _plan(
    workspace: Workspace, connection: Connection, wishes: Wishes, *, fitting: bool
) -> tuple[Planned, Workspace]:
    """The plan, on committed records; `fitting`: its numbers must be those of `--accept`."""
    planned = make_plan(workspace, connection, wishes.plan)
    if wishes.saved is not None:
        require_same_origin(wishes.saved, planned, wishes.where.address)
    if fitting:
        require_fitting(planned)
    require_branch(planned)

    def may_commit(paths: list[str]) -> bool:
        if wishes.yes or not sys.stdin.isatty():
            return wishes.commit_records
        say(f"{len(paths)} record files are not committed: {', '.join(paths[:5])}")
        return wishes.commit_records or click.confirm("Commit them first, as your own commit?")

    if not require_committed(planned, commit_records=may_commit):
        return planned, workspace
    commit_records(workspace, dirty_records(planned))
    workspace = open_workspace(wishes.start, sandbox=wishes.where.sandbox)
    return make_plan(workspace, connection, wishes.plan), workspace


def _stale(planned: Planned, wishes: Wishes) -> dict[tuple[str, str], str]:
    """The records about which something else was reviewed than would be done now."""
    return stale_operations(wishes.saved, planned) if wishes.saved else {}


def _note_heartbeat(
    planned: Planned, remote: Remote | None, connection: Connection, wishes: Wishes, code: ExitCode
) -> None:
    """Once a day; where the state is shared, only by who shares it, and not while others write."""
    unshared = remote is not None and not wishes.push
    if unshared or not heartbeat_due(planned, connection.now()):
        return
    try:
        with held(planned, remote, connection, to_push=wishes.push, tell=say):
            note_heartbeat(planned, connection.now(), code)
            if remote is not None:
                push(planned.comparison.workspace, remote)
    except (Locked, Refused):
        return  # another run is at work, and tells by that how things stand


def _push_rest(workspace: Workspace, remote: Remote | None) -> ExitCode | None:
    """Push what an earlier sync could not; the code to end with if it was rejected again."""
    answer = None if remote is None else push(workspace, remote)
    if remote is None or answer is None:
        return None
    if not answer.ok:
        say(rejection(remote, answer))
        return ExitCode.PARTLY_APPLIED
    say(f"Pushed to {remote.name} what an earlier sync had left.")
    return None


def _quiet_code(planned: Planned) -> ExitCode:
    plan = planned.plan
    out = [m.name for m in plan.mappings if m.left_out]
    if out:
        say(f"Nothing was written. To put right first: {listed(out, _NAMED)} (see above).")
        return ExitCode.REFUSED
    return ExitCode.DECISIONS_REMAIN if decisions_remain(plan) else ExitCode.DONE


def _ask(planned: Planned, workspace: Workspace, wishes: Wishes) -> None:
    """Show the plan and ask; machines say --yes.

    Raises:
        Refused: there is nobody to ask, the answer is no, or nothing of the plan may be done.
    """
    plan = planned.plan
    if all(m.left_out for m in plan.mappings):
        show(printed(plan, workspace, wishes.form, again=wishes.again))
        raise Refused(Diagnostic("Stopped before writing anything, on either side."))
    if wishes.yes:
        return
    show(printed(plan, workspace, Format.TEXT, again=wishes.again))
    ask("Apply this?", to="apply", refused="Not applied")
