"""`sandbox clock`: what time it is in the local Notion.

It is kept in the sandbox's file: it holds for every later `--sandbox` command and for a running
`sandbox serve`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from notion_gitops.cli.options import examples
from notion_gitops.cli.output import show
from notion_gitops.cli.sandbox_file import opened_place, place_options
from notion_gitops.cli.strict import Group
from notion_gitops.sandbox.basics.clock import KeptClock

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@click.group(
    "clock",
    cls=Group,
    invoke_without_command=True,
    short_help="Show or set the time in the local Notion.",
    epilog=examples(
        "notion-gitops sandbox clock set 2026-07-01T09:00:00Z --stopped",
        "notion-gitops sandbox clock advance 6m",
        "notion-gitops sandbox clock reset",
    ),
)
@place_options
@click.pass_context
def clock(ctx: click.Context, start: Path, file: Path | None) -> None:
    """Show the time in the local Notion."""
    if ctx.invoked_subcommand is None:
        with opened_place(start, file) as sandbox:
            _tell_time(sandbox.clock)


@clock.command("set", short_help="Put the clock to a time.")
@place_options
@click.argument("time", metavar="TIME")
@click.option("--stopped", is_flag=True, help="Stand still there, until it is moved.")
def set_clock(start: Path, file: Path | None, time: str, stopped: bool) -> None:
    """Put the clock to TIME (UTC if it has no zone); it runs on from there."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        raise click.UsageError(f'"{time}" is no time such as 2026-07-01T09:30:00Z') from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    with _changed_clock(start, file) as kept:
        kept.set(moment, stopped=stopped)


@clock.command("advance")
@place_options
@click.argument("by", metavar="DURATION")
def advance(start: Path, file: Path | None, by: str) -> None:
    """Move the clock on by DURATION: 90s, 5m, 2h or 1d."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", by)
    if found is None:
        raise click.UsageError(f'"{by}" is no duration such as 90s, 5m, 2h or 1d')
    with _changed_clock(start, file) as kept:
        kept.advance(timedelta(seconds=int(found[1]) * _UNITS[found[2]]))


@clock.command("reset")
@place_options
def reset_clock(start: Path, file: Path | None) -> None:
    """Put the clock back to the real time."""
    with _changed_clock(start, file) as kept:
        kept.reset()


@contextmanager
def _changed_clock(start: Path, file: Path | None) -> Iterator[KeptClock]:
    """The clock of a sandbox, which is told when it was changed."""
    with opened_place(start, file) as sandbox:
        try:
            yield sandbox.clock
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        _tell_time(sandbox.clock)


def _tell_time(clock: KeptClock) -> None:
    setting = clock.setting
    moment = clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if setting.stopped is not None:
        show(f"{moment}, stopped")
    elif setting.ahead:
        show(f"{moment}, {setting.ahead.total_seconds():+.0f} s from the real time")
    else:
        show(f"{moment}, the real time")
