"""`conflicts`: the open questions, and answering them from the command line."""

from dataclasses import dataclass
from pathlib import Path

import click

from notion_gitops.cli import completing
from notion_gitops.cli.asking import ask
from notion_gitops.cli.options import examples, workspace_option
from notion_gitops.cli.output import Format, colour, format_option, say, show, show_report
from notion_gitops.cli.strict import Group
from notion_gitops.cli.walking import require_terminal, tell_problems, walk
from notion_gitops.formats.inside import read_inside
from notion_gitops.model.errors import ExitCode
from notion_gitops.report.asked import asked_list_view, asked_view, bulk_view
from notion_gitops.report.asked_text import asked_text
from notion_gitops.state.conflict_answer import NO_ANSWER, own_value
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import count
from notion_gitops.workflow.conflicts import (
    Wanted,
    asked_about,
    asked_now,
    bulk_of,
    doubts,
    find_conflict,
    open_conflicts,
    the_question,
    write_answers,
)
from notion_gitops.workflow.workspace import Workspace, open_workspace

_CARRIED_OUT = "The next apply carries it out."

mapping_option = click.option("--mapping", metavar="NAME", help="Only the records of a mapping.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the command line said about an answer."""

    take: str | None
    value: str | None
    clear: bool
    overwrite: bool

    @property
    def choice(self) -> str:
        """As it stands in the file.

        Raises:
            UsageError: none is said, or several are.
        """
        if (self.take is not None) + (self.value is not None) + self.clear != 1:
            raise click.UsageError("Say one of --take git|notion|base, --value VALUE and --clear.")
        if self.clear:
            return NO_ANSWER
        return self.take if self.take is not None else own_value(self.value or "")


@click.group(
    "conflicts",
    cls=Group,
    short_help="List, show and settle the open conflicts.",
    epilog=examples(
        "notion-gitops conflicts list",
        "notion-gitops conflicts show tasks/pour-slab",
        "notion-gitops conflicts resolve tasks/pour-slab --field due --take git",
        "notion-gitops conflicts resolve --all --mapping tasks --take notion",
        "notion-gitops conflicts walk",
    ),
)
def command() -> None:
    """The open conflicts: files in state/conflicts/ that ask a person to decide."""


@command.command("list", short_help="List what waits for a decision.")
@workspace_option
@format_option
def list_(start: Path, form: Format) -> ExitCode:
    """List the records that wait for a decision; exits with 3 if there are any.

    What was answered waits for the next apply.
    """
    workspace = open_workspace(start)
    records = [asked_about(workspace, path) for path in open_conflicts(workspace).values()]
    show_report(asked_list_view(records), form)
    return ExitCode.DECISIONS_REMAIN if any(r.urgent for r in records) else ExitCode.DONE


@command.command("show", short_help="Show one record's questions, side by side.")
@workspace_option
@click.argument("key", shell_complete=completing.asked)
@click.option("--file", "as_file", is_flag=True, help="Show the conflict file itself.")
@format_option
def show_(start: Path, key: str, as_file: bool, form: Format) -> None:
    """Show what is asked about a record: both values, the last agreed one, who and when."""
    workspace = open_workspace(start)
    path = find_conflict(workspace, key)
    if as_file:
        content = read_inside(workspace.root, path.relative_to(workspace.root).as_posix())
        for line in (content or b"").decode("utf-8-sig", "replace").splitlines():
            show(terminal(line))
        return
    record = asked_about(workspace, path)
    if form is Format.TEXT:
        show(asked_text(record, colour=colour()))
    else:
        show_report(asked_view(record), form)


@command.command(
    "resolve",
    short_help="Answer; the next apply carries it out.",
    epilog=examples(
        "notion-gitops conflicts resolve tasks/pour-slab --take notion",
        "notion-gitops conflicts resolve pour-slab --field due --value 2026-12-10",
        "notion-gitops conflicts resolve --all --mapping tasks --field due --take git",
    ),
)
@workspace_option
@click.argument("key", required=False, shell_complete=completing.asked)
@click.option("--all", "all_", is_flag=True, help="All questions: of KEY, or of all records.")
@mapping_option
@click.option("--field", help="Which field, if several are asked about; with --all, only that one.")
@click.option("--take", type=click.Choice(["git", "notion", "base"]), help="Whose value stands.")
@click.option("--value", help="A value of your own, as the record file would spell it.")
@click.option("--clear", is_flag=True, help="Take an answer back: the question is open again.")
@click.option("--overwrite", is_flag=True, help="With --all: answer anew what was answered before.")
@click.option("--yes", "-y", is_flag=True, help="With --all: do not ask first (for machines).")
def resolve(  # noqa: PLR0917  one parameter an option
    start: Path,
    key: str | None,
    all_: bool,
    mapping: str | None,
    field: str | None,
    take: str | None,
    value: str | None,
    clear: bool,
    overwrite: bool,
    yes: bool,
) -> None:
    """Write an answer into the conflict file; the next apply carries it out.

    With --all one answer goes to many questions: they are shown, and written together or not
    at all. What was answered before stays, unless --overwrite says otherwise.
    """
    if key is None and not all_:
        raise click.UsageError("Name a record, or say --all; `conflicts walk` asks one by one.")
    answer = Answer(take, value, clear, overwrite)
    choice = answer.choice
    if all_ or key is None:
        if value is not None and field is None:
            raise click.UsageError("One value for all questions needs --field.")
        _answer_all(open_workspace(start), Wanted(key, mapping, field), answer, yes=yes)
        return
    if mapping is not None or overwrite:
        raise click.UsageError("--mapping and --overwrite go with --all.")
    workspace = open_workspace(start)
    record = asked_about(workspace, find_conflict(workspace, key))
    (path,) = write_answers(workspace, [(record, the_question(record, field))], choice)
    say(f"Taken back in {path}." if clear else f"Answered in {path}. {_CARRIED_OUT}")
    tell_problems(doubts(workspace, [path]))


def _answer_all(workspace: Workspace, wanted: Wanted, answer: Answer, *, yes: bool) -> None:
    bulk = bulk_of(asked_now(workspace, wanted), answer.choice, overwrite=answer.overwrite)
    show_report(bulk_view(bulk), Format.TEXT)
    if not bulk.questions:
        return
    if not yes:
        what = "Take them back?" if answer.clear else "Write this answer to all of them?"
        ask(what, to="answer", refused="Not answered")
    paths = write_answers(workspace, bulk.questions, bulk.choice)
    files = count(len(paths), "file")
    say(f"Taken back in {files}." if answer.clear else f"Answered in {files}. {_CARRIED_OUT}")
    tell_problems(doubts(workspace, paths))


@command.command("walk", short_help="Go through the open questions one by one.")
@workspace_option
@click.argument("key", required=False, shell_complete=completing.asked)
@mapping_option
@click.option("--field", help="Only the questions about a field.")
def walk_(start: Path, key: str | None, mapping: str | None, field: str | None) -> ExitCode:
    """Show each open question and ask for an answer, which is written at once.

    Answers are git, notion, base, a value of your own, skip and quit, or their first letters.
    Exits with 3 if questions are left open.
    """
    require_terminal()
    workspace = open_workspace(start)
    records = asked_now(workspace, Wanted(key, mapping, field))
    total = sum(len(record.open) for record in records)
    if not total:
        say("Nothing is open.")
        return ExitCode.DONE
    answered = walk(workspace, records)
    left = f", {total - answered} left open" if answered < total else ""
    after = " The next apply carries out what was answered." if answered else ""
    say(f"{count(answered, 'question')} answered{left}.{after}")
    return ExitCode.DECISIONS_REMAIN if answered < total else ExitCode.DONE
