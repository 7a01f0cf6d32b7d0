"""Commands that a text tells to type next, with the options that the one before was given."""

import shlex
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Which workspace and which Notion a command was run with; the next one needs the same."""

    workspace: str = ""  # of -C; "" for the folder that one is in
    sandbox: bool = False
    base_url: str = ""

    def command(self, words: str) -> str:
        """A command that asks Notion: ``apply --push``, said in full."""
        notion = (*(["--sandbox"] if self.sandbox else []), *_option("--base-url", self.base_url))
        return " ".join([self.offline(words), *notion])

    def offline(self, words: str) -> str:
        """A command that does not ask Notion: ``conflicts resolve tasks/a-1 --take git``."""
        return " ".join(["notion-gitops", words, *_option("-C", self.workspace)])

    def git(self, words: str) -> str:
        """A command of git: ``revert 3f2a91c``."""
        return " ".join(["git", *_option("-C", self.workspace), words])


def _option(name: str, value: str) -> list[str]:
    return [name, shlex.quote(value)] if value else []
