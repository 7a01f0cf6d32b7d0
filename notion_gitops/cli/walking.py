"""Going through open questions one by one, on a terminal; each answer is written at once."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from notion_gitops.cli.output import colour, say, show, tell
from notion_gitops.model.asked import Asked, AskedRecord
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput, Refused
from notion_gitops.report.asked_text import question_text
from notion_gitops.report.diagnostics import diagnostics_text
from notion_gitops.state.conflict_answer import own_value
from notion_gitops.workflow.conflicts import doubts, write_answers
from notion_gitops.workflow.workspace import Workspace

_TAKE = {"g": "git", "n": "notion", "b": "base"}
_VALUE, _SKIP, _QUIT = "v", "s", "q"
_OF_A_FIELD = {**_TAKE, _VALUE: "value", _SKIP: "skip", _QUIT: "quit"}
_OF_A_RECORD = {"g": "git", "n": "notion", _SKIP: "skip", _QUIT: "quit"}
_ASK_VALUE = "Value, as the record file spells it (nothing: go back; null: empty)"


@dataclass(frozen=True, slots=True)
class Question:
    """One question, on the way through all of them."""

    workspace: Workspace
    record: AskedRecord
    asked: Asked

    @property
    def words(self) -> Mapping[str, str]:
        """What may be typed, by its first letter."""
        if self.asked.field is None:
            return _OF_A_RECORD
        return {k: w for k, w in _OF_A_FIELD.items() if w != "base" or self.asked.takes_base}


def require_terminal() -> None:
    """Somebody has to be there.

    Raises:
        Refused: there is no terminal.
    """
    if not sys.stdin.isatty():
        fix = "Answer with notion-gitops conflicts resolve, or in the files themselves."
        raise Refused(Diagnostic("there is no terminal to ask on", fix=fix))


def walk(workspace: Workspace, records: Sequence[AskedRecord]) -> int:
    """Ask each open question; how many were answered."""
    questions = [Question(workspace, record, asked) for record in records for asked in record.open]
    answered = 0
    try:
        for number, question in enumerate(questions, 1):
            show(f"\n{number} of {len(questions)}")
            show(question_text(question.record, question.asked, colour=colour()))
            word = _settled(question)
            if word == _QUIT:
                break
            answered += word != _SKIP
    except click.Abort:  # the keyboard's interrupt, or its end: as "quit"
        click.echo(err=True)
    return answered


def _settled(question: Question) -> str:
    """Ask until there is an answer that can be written, or none is wanted; the letter."""
    while True:
        letter = _letter(question.words)
        if letter in (_SKIP, _QUIT):
            return letter
        choice = _own() if letter == _VALUE else _TAKE[letter]
        try:
            if choice:
                pair = (question.record, question.asked)
                (path,) = write_answers(question.workspace, [pair], choice)
                say(f"Answered in {path}.")
                tell_problems(doubts(question.workspace, [path]))
                return letter
        except InvalidInput as error:
            tell_problems(error.diagnostics)
        except Refused as error:
            tell_problems(error.diagnostics)
            return _SKIP


def _letter(words: Mapping[str, str]) -> str:
    offered = ", ".join(f"({word[0]}){word[1:]}" for word in words.values())
    while True:
        typed: str = click.prompt(offered, prompt_suffix=": ", err=True).strip().casefold()
        found = [letter for letter, word in words.items() if typed in (letter, word)]
        if found:
            return found[0]
        say(f"That is none of them: {', '.join(words.values())}, or their first letters.")


def _own() -> str:
    typed: str = click.prompt(_ASK_VALUE, default="", show_default=False, err=True)
    return own_value(typed) if typed.strip() else ""


def tell_problems(problems: Sequence[Diagnostic]) -> None:
    """Say what is wrong, or doubtful, beside what else is shown."""
    tell(diagnostics_text(problems, colour=colour(sys.stderr)))
