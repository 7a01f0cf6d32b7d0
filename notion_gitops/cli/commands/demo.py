"""`demo`: the story that a team lives, on the sandbox, in a folder of its own."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from notion_gitops.cli.main import run
from notion_gitops.cli.options import examples
from notion_gitops.cli.output import colour
from notion_gitops.cli.strict import Command
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, UsageError


@dataclass(frozen=True, slots=True)
class Story:
    """Tells what happens and lets it happen, by the commands that a reader could type."""

    coloured: bool

    def say(self, text: str) -> None:
        """A line of the story."""
        click.echo(click.style(text, fg="cyan") if self.coloured else text)

    def chapter(self, title: str) -> None:
        """A heading."""
        click.echo("")
        line = f"== {title} "
        self.say(line + "=" * (78 - len(line)))

    def tool(self, *arguments: str, expect: ExitCode = ExitCode.DONE) -> None:
        """Run one of our own commands and show it."""
        self._prompt("notion-gitops", *arguments)
        code = run(list(arguments))
        if code is not expect:
            raise UsageError(
                Diagnostic(
                    f"the demo expected exit code {int(expect)} and got {int(code)}",
                    fix="Please report this, with the output above.",
                )
            )
        if code is not ExitCode.DONE:
            click.echo(f"(exit code {int(code)})")

    def git(self, *arguments: str) -> None:
        """Run git and show it."""
        self._prompt("git", *arguments)
        sys.stdout.flush()
        subprocess.run(["git", *arguments], check=True)  # noqa: S603, S607  fixed arguments

    def _prompt(self, *words: str) -> None:
        click.echo("")
        line = f"$ {shlex.join(words)}"
        click.echo(click.style(line, bold=True) if self.coloured else line)
        sys.stdout.flush()


@click.command(
    "demo",
    cls=Command,
    short_help="Play the whole story on the sandbox.",
    epilog=examples(
        "notion-gitops demo",
        "notion-gitops demo story",
    ),
)
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default="notion-gitops-demo"
)
def command(folder: Path) -> None:
    """Make a workspace in FOLDER and live a team's day in it: no token, no account, no network.

    Every step prints the command that it runs. The workspace stays, to play on in.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            Diagnostic(
                f"{folder} is there already and is not empty",
                fix="Name another folder: notion-gitops demo FOLDER",
            )
        )
    story = Story(colour())
    _begin(story, folder)
    _first_sync(story)
    _a_day(story)
    _second_sync(story)
    _farewell(story, folder)


def _begin(story: Story, folder: Path) -> None:
    story.chapter("A workspace")
    story.say("A git repository with mappings/ and state/; the sandbox plays Notion.")
    story.tool("init", str(folder), "--samples")
    click.echo("")
    click.echo(f"$ cd {shlex.quote(str(folder))}")
    os.chdir(folder)
    story.git("config", "user.name", "Bo Chen")
    story.git("config", "user.email", "bo@kestrelworks.example")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Add mappings of four databases")


def _first_sync(story: Story) -> None:
    story.chapter("The first sync: four databases come to git")
    story.tool("check", "--sandbox")
    story.tool("plan", "--sandbox")
    story.tool("apply", "--sandbox", "--yes")
    story.say("")
    story.say("Both sides are equal now, so a plan has nothing to do.")
    story.tool("plan", "--sandbox")


def _a_day(story: Story) -> None:
    """Edits on both sides: two that merge, one that a rule decides, one that stays open."""
    story.chapter("A day passes: Ann edits in Notion, Bo edits files in git")
    at = ("--by", "Ann Lee", "--at", f"{_an_hour_ago():%Y-%m-%dT%H:%M:%S}")
    edit = ("sandbox", "edit")
    story.tool(*edit, "tasks", "floor-slab-hall-b", "Assignee=[Carla Jansen]", *at)
    story.tool(*edit, "tasks", "badge-readers", "Tags=[cabling, electric, site]", *at)
    story.tool(*edit, "tasks", "raise-steel-frame", "Due=2026-12-11", *at)
    story.tool(*edit, "tasks", "cabling-ward-3", "Due=2026-12-15", *at)
    story.tool(*edit, "projects", "solar-carport", "Status=On hold", *at)
    story.tool("sandbox", "add", "notes", "Name=Crane is back on Monday", *at)
    story.say("")
    story.say("Bo changes some of the same tasks, and the text of a note, in their files:")
    for key, field, value in (
        ("floor-slab-hall-b", "hours", "40"),
        ("raise-steel-frame", "due", "2026-12-04"),
        ("cabling-ward-3", "due", "2027-01-08"),
    ):
        _set_line(key, field, value)
    _add_tag("badge-readers", "urgent")
    _reword(Path("state/records/notes/phones-idea.md"), "since spring", "since May")
    story.git("--no-pager", "diff", "--no-color", "-U0", "--stat")
    story.git("commit", "-q", "-a", "-m", "Move dates after the site meeting")


def _second_sync(story: Story) -> None:
    story.chapter("What would a sync do now?")
    story.tool("plan", "--sandbox")
    story.chapter("Do it")
    story.tool("apply", "--sandbox", "--yes", expect=ExitCode.DECISIONS_REMAIN)
    story.chapter("How things stand, and what came before")
    story.tool("status", "--sandbox", expect=ExitCode.DECISIONS_REMAIN)
    story.tool("log", "--sandbox")
    story.git("--no-pager", "log", "--no-color", "--oneline")


def _farewell(story: Story, folder: Path) -> None:
    story.chapter("Now you")
    click.echo(f"The workspace stays in {folder}. Go on there:")
    for command_line, why in (
        *((line, "to find it") for line in _within_reach()),
        (f"cd {shlex.quote(str(folder))}", ""),
        ("notion-gitops conflicts show cabling-ward-3", "open question"),
        ("notion-gitops conflicts resolve cabling-ward-3 --take notion", "decide it"),
        ("git commit -qam 'Decide'; notion-gitops apply --sandbox", "carry it out"),
        ("notion-gitops sandbox edit tasks alarm-rules Hours=20", "play Ann again"),
        ("notion-gitops plan --sandbox", "what is new"),
        ("git log -p", "every sync"),
    ):
        click.echo(f"  {command_line:<60}  {why and '# '}{why}".rstrip())


def _within_reach() -> Iterator[str]:
    """What to type first where a shell does not find the command, as after `make demo`."""
    if shutil.which("notion-gitops") is not None:
        return
    beside = Path(sys.executable).parent
    if (beside / "notion-gitops").is_file():
        yield f'export PATH={shlex.quote(str(beside))}:"$PATH"'
    else:
        yield f"alias notion-gitops={shlex.quote(f'{sys.executable} -m notion_gitops')}"


def _an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def _record(key: str) -> Path:
    return Path("state", "records", "tasks", f"{key}.yaml")


def _set_line(key: str, field: str, value: str) -> None:
    """Change one line of a record file, as a person in an editor would."""
    path = _record(key)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    changed = [f"{field}: {value}\n" if line.startswith(f"{field}:") else line for line in lines]
    path.write_text("".join(changed), "utf-8")


def _add_tag(key: str, tag: str) -> None:
    _reword(_record(key), "tags: [", f"tags: [{tag}, ")


def _reword(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
