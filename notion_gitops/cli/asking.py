"""Asking before something is done; machines say --yes."""

import sys

import click

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Refused


def ask(question: str, *, to: str, refused: str) -> None:
    """Ask a person at the terminal.

    Args:
        question: that "yes" answers.
        to: what --yes does without being asked, as "apply".
        refused: how "no" is told, as "Not applied".

    Raises:
        Refused: there is nobody to ask, or the answer is no.
    """
    if not sys.stdin.isatty():
        raise Refused(
            Diagnostic(
                "there is no terminal to ask on",
                fix=f"Say --yes to {to} without being asked. Nothing was written.",
            )
        )
    if not click.confirm(question, default=False, err=True):
        raise Refused(Diagnostic(f"{refused}: you said no. Nothing was written."))
