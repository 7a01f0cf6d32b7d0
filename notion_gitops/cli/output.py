"""Where text goes: results to stdout, progress and messages to stderr."""

import os
import shutil
import sys
from enum import StrEnum
from typing import IO, Any

import click

from notion_gitops.cli.secrets import blotted
from notion_gitops.report.reports import Report, report_json, report_markdown, report_text
from notion_gitops.text.columns import use_screen, wrap
from notion_gitops.text.escape import workflow_output


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


format_option = click.option(
    "--format",
    "form",
    type=click.Choice(list(Format), case_sensitive=False),
    default=Format.TEXT,
    help="How to print the result; as text if not said.",
)


def colour(stream: IO[Any] | None = None) -> bool:
    """Whether to colour: a terminal, and NO_COLOR (https://no-color.org) is not set."""
    target = stream or sys.stdout
    return target.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def fit_screen() -> None:
    """Lay texts out for the terminal that we are on, if we are on one (or COLUMNS says)."""
    use_screen(shutil.get_terminal_size().columns)


def say(text: str) -> None:
    """A message about what is going on, for people; each of its lines is wrapped."""
    tell(_wrapped(text))


def show_lines(text: str) -> None:
    """A small result for people; each of its lines is wrapped."""
    show(_wrapped(text))


def _wrapped(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        lead = " " * (len(line) - len(line.lstrip(" ")))
        lines += wrap(line.lstrip(" "), first=lead, rest=f"{lead}  ")
    return "\n".join(lines)


def show(text: str) -> None:
    """A result. If its reader went away (`| head`), the command goes on to its exit code."""
    try:
        show_token(blotted(text))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_token(text: str) -> None:
    """A result that names tokens, as those of the sandbox are."""
    _print(text, err=False)


def tell(text: str) -> None:
    """A message on stderr, as it is."""
    _print(blotted(text), err=True)


def _print(text: str, *, err: bool) -> None:
    """Print whole lines; in a job on GitHub none of them is a command to the runner.

    The runner reads both streams, and the text may hold what records, pages or servers say.
    """
    if os.environ.get("GITHUB_ACTIONS"):
        text = workflow_output(text)
    click.echo(text, nl=not text.endswith("\n"), err=err)


def show_report(report: Report, form: Format) -> None:
    """A report, in the form that was asked for."""
    match form:
        case Format.JSON:
            show(report_json(report))
        case Format.MARKDOWN:
            show(report_markdown(report))
        case Format.TEXT:
            show(report_text(report, colour=colour()))
