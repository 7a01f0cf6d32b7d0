"""Commands that a text tells to type next, with the options that the one before was given."""

import shlex
from dataclasses import dataclass, replace

from notion_gitops.model.restores import RestoreWish

_PLANS = frozenset({"plan", "apply"})  # commands that make a plan and can bring something back


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Which workspace and which Notion a command was run with; the next one needs the same."""

    workspace: str = ""  # of -C; "" for the folder that one is in
    sandbox: bool = False
    base_url: str = ""
    restores: tuple[RestoreWish, ...] = ()  # what is to come back with the next plan or apply
    plan_file: str = ""  # where the plan is saved that is shown

    def restoring(self, wishes: tuple[RestoreWish, ...]) -> "FollowUp":
        """The same, for plans and applies that bring this back."""
        return replace(self, restores=wishes)

    def in_sandbox(self) -> "FollowUp":
        """The same, for commands that are to look at the sandbox."""
        return replace(self, sandbox=True)

    def command(self, words: str) -> str:
        """A command that asks Notion: ``apply --push``, said in full."""
        notion = (*(["--sandbox"] if self.sandbox else []), *_option("--base-url", self.base_url))
        plans = words.partition(" ")[0] in _PLANS
        wishes = (part for w in self.restores if plans for part in _option("--restore", str(w)))
        return " ".join([self.offline(words), *wishes, *notion])

    @property
    def apply(self) -> str:
        """The command that carries out the plan that is shown: the saved one, if it is saved."""
        if self.plan_file:
            return replace(self, restores=()).command(f"apply {shlex.quote(self.plan_file)}")
        return self.command("apply")

    def offline(self, words: str) -> str:
        """A command that does not ask Notion: ``conflicts resolve tasks/a-1 --take git``."""
        return " ".join(["notion-gitops", words, *_option("-C", self.workspace)])

    def recorded(self, words: str) -> str:
        """A command that reads what syncs recorded: the sandbox has records of its own."""
        return " ".join([self.offline(words), *(["--sandbox"] if self.sandbox else [])])

    def git(self, words: str) -> str:
        """A command of git: ``revert 3f2a91c``."""
        return " ".join(["git", *_option("-C", self.workspace), words])


def _option(name: str, value: str) -> list[str]:
    return [name, shlex.quote(value)] if value else []
