"""The token stays out of what is printed, and off the command line."""

import os
import re
from collections.abc import Iterable

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError

_VARIABLE = "NOTION_TOKEN"
_SHORTEST = 12  # letters: what is shorter is no token, and would blot out harmless words
# As Notion makes them: `secret_` and 43 letters, since 2024 `ntn_` and 46.
_TOKEN = re.compile(r"(?:ntn|secret)_[A-Za-z0-9]{24,}")
_STAND_INS = "sandbox"  # its tokens are made up, and clients that are tried out look at their form


def blotted(text: str) -> str:
    """The text without the token of this process, should it hold it."""
    token = _own_token()
    return text.replace(token, "***") if token else text


def require_no_token(arguments: Iterable[str]) -> None:
    """Refuse a command line with a token on it, without repeating it.

    Raises:
        UsageError: other users of the machine see it (`ps`), and the shell keeps it.
    """
    words = list(arguments)
    if words[:1] == [_STAND_INS]:
        return
    token = _own_token()
    if not any(_TOKEN.search(word) or (token and token in word) for word in words):
        return
    raise UsageError(
        Diagnostic(
            "a token stands on the command line",
            detail="Everybody on this machine can read it there (ps), and the shell keeps it.",
            fix=f"Revoke it in Notion, and export the new one as {_VARIABLE}; no option takes it.",
        )
    )


def _own_token() -> str:
    token = os.environ.get(_VARIABLE, "").strip()
    return token if len(token) >= _SHORTEST else ""
