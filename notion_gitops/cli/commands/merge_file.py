"""`merge-file`: git's merge driver for record files."""

import gc
import os
import sys
from pathlib import Path

import click

from notion_gitops.cli.options import examples
from notion_gitops.cli.output import say, tell
from notion_gitops.cli.strict import Command
from notion_gitops.model.branches import Collision
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, NotionGitopsError
from notion_gitops.records.versions import Contents
from notion_gitops.report.show import place_text, problem_sentence
from notion_gitops.text.escape import terminal
from notion_gitops.workflow.merge_driver import install_driver
from notion_gitops.workflow.merge_file import Asked, merge_for_git
from notion_gitops.workflow.reading.merged_file import REST_OPEN, MergedFile

COULD_NOT = 129  # more than any number of conflicts; the driver's setting then lets git merge
LONGEST_MARKER = 200  # a line of .gitattributes could ask for gigabytes

_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(
    "merge-file",
    cls=Command,
    short_help="Merge one record file, field by field: git's merge driver.",
    epilog=examples(
        "notion-gitops merge-file --install",
        "notion-gitops merge-file base here there state/records/tasks/a.yaml",
    ),
)
@click.argument("base", type=_file, required=False)
@click.argument("ours", type=_file, required=False)
@click.argument("theirs", type=_file, required=False)
@click.argument("path", required=False)
@click.argument("marker_size", type=click.IntRange(min=1), default=7)
@click.option("--install", is_flag=True, help="Make git of this clone use it, and stop there.")
def command(  # noqa: PLR0917  one parameter a word of git's
    base: Path | None,
    ours: Path | None,
    theirs: Path | None,
    path: str | None,
    marker_size: int,
    install: bool,
) -> ExitCode:
    """Merge BASE, OURS and THEIRS, three versions of the record file PATH, into OURS.

    Git runs this by itself in merges, rebases and cherry-picks, once it is told to. Edits of
    different fields merge, sets by their members, and where two edits collide the rules of the
    mapping decide. What they leave open stands between git's conflict markers, alone.

    Ends with 0 if nothing is open, and with 1 if git is to leave the file to you.
    """
    if install:
        _install()
        return ExitCode.DONE
    if base is None or ours is None or theirs is None or path is None:
        raise click.UsageError("Git gives BASE OURS THEIRS PATH; or say --install.")
    size = min(marker_size, LONGEST_MARKER)
    gc.disable()  # a large file is a million tuples without a cycle, looked through in vain
    try:
        contents = Contents(base.read_bytes(), ours.read_bytes(), theirs.read_bytes())
        merged = merge_for_git(Path(), Asked(path, contents, size), os.environ)
        ours.write_bytes(merged.content)
    except Exception as error:  # noqa: BLE001  1 would be taken for a merge with conflicts
        _say_one_line(path, f"could not be merged by its fields: {_why(error)}")
        sys.exit(COULD_NOT)
    if not merged.inner:
        _tell(merged)
    return ExitCode.DONE if merged.clean else ExitCode.FAILED


def _install() -> None:
    for line in install_driver(Path()):
        say(line)


def _why(error: Exception) -> str:
    if isinstance(error, NotionGitopsError):
        return problem_sentence(error.diagnostics[0])
    return f"{type(error).__name__}: {error}"


def _tell(merged: MergedFile) -> None:
    if merged.reason is not None:
        _say_one_line(merged.path, f"merged as text: {_short(merged.reason)}")
    if merged.rest_open:
        _say_one_line(merged.path, f"left to you: {REST_OPEN}")
    for each in merged.collisions:
        _say_one_line(merged.path, _decision(each))


def _short(reason: Diagnostic) -> str:
    at = f"{reason.place}: " if reason.place else ""
    return f"{at}{reason.summary}"


def _decision(each: Collision) -> str:
    what = f"{each.key}, {each.field}" if each.field else each.key
    at = f" ({place_text(each.place)})" if each.place else ""
    whose = {"here": "this branch's value, ", "there": "the other branch's value, "}
    how = "left to you: " if each.open else whose.get(each.stands, "")
    return f"{what}: {how}{each.reason}{at}"


def _say_one_line(path: str, text: str) -> None:
    tell(terminal(f"notion-gitops: {path}: {text}"))
