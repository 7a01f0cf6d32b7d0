"""How far the writing has come, on stderr, where there is a terminal to show it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from notion_gitops.cli.output import say
from notion_gitops.text.escape import terminal
from notion_gitops.workflow.writing.run import Progress as Teller


@contextmanager
def progress_bar() -> Iterator[Teller]:
    """Tells a run's progress: a bar on a terminal, nothing elsewhere; waits are told always."""
    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description:<20}", markup=False),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        tasks = {}

        def step(what: str, done: int, total: int) -> None:
            if not total:
                return
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        def wait(seconds: float, why: str) -> None:
            say(f"Waiting {seconds:.0f} s: {terminal(why)}")

        yield Teller(step, wait)
