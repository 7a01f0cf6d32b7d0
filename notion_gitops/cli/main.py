"""The entry point: finds the command, and turns whatever happens into a message and an exit code.

Commands are loaded when they are called, so that ``--help`` and completion stay quick.
"""

import importlib
import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from notion_gitops import __version__
from notion_gitops.cli.secrets import require_no_token
from notion_gitops.cli.strict import Group
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, NotionGitopsError, Unfinished

DEBUG = "NOTION_GITOPS_DEBUG"

COMMANDS = {
    "init": ("init", "Make a workspace: mappings/, state/, and what belongs to them."),
    "validate": ("validate", "Check mappings and record files, offline."),
    "check": ("check", "Check connection, permissions and schemas."),
    "schema": ("schema", "Make in Notion what the mappings name: databases, properties, options."),
    "plan": ("plan", "Show what an apply would do on either side, and why."),
    "show": ("show", "Show a saved plan."),
    "apply": ("apply", "Do it: write, read back, record, commit."),
    "import": ("import_", "Pair what both sides already hold, before the first sync."),
    "why": ("why", "Tell why a record, or one of its fields, is as it is."),
    "conflicts": ("conflicts", "List, show and settle the open conflicts."),
    "backups": ("backups", "List and show what syncs overwrote; plan to have it back."),
    "rename": ("rename", "Give a record another key, wherever it stands in git."),
    "hold": ("hold", "Leave a record, a field or a mapping as it is for a while."),
    "update-branch": ("update_branch", "Merge another branch into this one, field by field."),
    "merge-file": ("merge_file", "Merge one record file for git, as its merge driver."),
    "state": ("state", "Mend the state branch: rebuild it, or forget a mapping's base."),
    "status": ("status", "Show the last sync, drift, open conflicts and health."),
    "log": ("log", "Show the history of syncs."),
    "unlock": ("unlock", "Show who holds the team's lock, or break it."),
    "sandbox": ("sandbox", "Run, fill and edit the local Notion."),
    "completion": ("completion", "Print what makes a shell complete our words."),
    "demo": ("demo", "Play the whole story on the sandbox, in a folder of its own."),
}  # name -> module, and what --help says of it


class _Lazy(Group):
    """A group that knows its commands' names and loads them one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a newcomer needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        from notion_gitops.cli.output import fit_screen  # noqa: PLC0415  start-up time

        fit_screen()
        module = importlib.import_module(f"notion_gitops.cli.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest right name where there is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib  # noqa: PLC0415  only where it is needed: start-up time

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)


@click.command(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Start with `notion-gitops demo`: it needs no token and no account.",
)
@click.option(
    "-C",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, exists=True),
    help="Run the command in that folder, as `git -C` does.",
)
@click.version_option(__version__, prog_name="notion-gitops")
def cli(folder: str | None) -> None:
    """Keep records in git and Notion databases in step, both ways."""
    if folder is not None:
        os.chdir(folder)


_GOES_ON = (
    "If an apply had begun to write, nothing is lost: the same command goes on from there, and "
    "notion-gitops status tells."
)


def main() -> NoReturn:
    """Run the command line and exit with the code of the contract."""
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(int(run(sys.argv[1:])))


def run(arguments: list[str]) -> ExitCode:
    """Run one command; its exit code. Every error that a person can put right is told as such."""
    try:
        require_no_token(arguments)
        result = cli.main(arguments, prog_name="notion-gitops", standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  nothing ends without a word
        if os.environ.get(DEBUG) and not isinstance(error, click.exceptions.Exit):
            _say(traceback.format_exc())
        return _explained(error)
    return result if isinstance(result, ExitCode) else ExitCode.DONE


def _explained(error: BaseException) -> ExitCode:
    """Tell what happened, in our form; the exit code that it stands for."""
    match error:
        case click.exceptions.Exit():
            return ExitCode(error.exit_code)
        case click.Abort() | KeyboardInterrupt():
            _say(f"Interrupted. {_GOES_ON}")
            return ExitCode.INTERRUPTED
        case click.exceptions.NoArgsIsHelpError():
            _say(error.format_message())
            return ExitCode.USAGE
        case click.ClickException():
            _tell((_as_ours(error),))
            return ExitCode.USAGE
        case Unfinished(__cause__=BaseException() as cause):
            _explained(cause)
            _tell(error.diagnostics)
            return error.exit_code
        case NotionGitopsError():
            _tell(error.diagnostics)
            return error.exit_code
        case OSError():  # the disk is full, or a folder may not be written
            _tell((Diagnostic(f"this machine: {error}", fix="Mend it, then run this again."),))
            return ExitCode.FAILED
        case _:
            _tell((_bug(error),))
            return ExitCode.FAILED


def _bug(error: BaseException) -> Diagnostic:
    """An error that nobody thought of: said in one line, with how to see it whole."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return Diagnostic(
        f"this is a fault of notion-gitops itself: {type(error).__name__} in "
        f"{Path(where.filename).name}, line {where.lineno}",
        detail="What was done so far is in the journal; running it again is safe.",
        fix=f"Please report it, with what {DEBUG}=1 shows (it may hold values of your records).",
    )


def _as_ours(error: click.ClickException) -> Diagnostic:
    """What click found wrong with the command line, in the form of all our messages."""
    said = error.format_message().rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return Diagnostic(said)
    return Diagnostic(said, fix=f"{context.command_path} --help")


def _tell(diagnostics: tuple[Diagnostic, ...]) -> None:
    from notion_gitops.cli.output import colour, fit_screen, tell  # noqa: PLC0415  only on errors
    from notion_gitops.report.diagnostics import diagnostics_text  # noqa: PLC0415  as above

    fit_screen()
    tell(diagnostics_text(diagnostics, colour=colour(sys.stderr)))


def _say(text: str) -> None:
    from notion_gitops.cli.output import tell  # noqa: PLC0415  start-up time

    tell(text)


def _terminated(_signal: int, _frame: FrameType | None) -> NoReturn:
    _say(f"Stopped (SIGTERM). {_GOES_ON}")
    sys.exit(int(ExitCode.TERMINATED))
