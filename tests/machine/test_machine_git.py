"""Git in this process answers as git does: in one story, each call is asked of both."""

import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from notion_gitops.repository.calls import Answer, Call
from tests.machine.machine_git import QuickGit
from tests.machine.machine_git_text import command
from tests.machine.machine_making import Template, a_world

# What changes nothing, or only adds an object that both name alike.
ASKED_OF_BOTH = frozenset({
    "cat-file", "check-attr", "commit-tree", "config", "diff-tree", "fast-import", "for-each-ref",
    "hash-object", "ls-remote", "ls-tree", "merge-base", "remote", "rev-parse", "status",
    "symbolic-ref",
})  # fmt: skip


@dataclass
class BothGits(QuickGit):
    """Holds every answer against git's own."""

    compared: Counter[str] = field(default_factory=Counter)

    def run(self, folder: Path, arguments: Sequence[str], call: Call | None = None) -> Answer:
        name, _ = command(arguments)
        before = self.answered[name]
        mine = super().run(folder, arguments, call)
        if self.answered[name] > before and name in ASKED_OF_BOTH:
            real = self.real(folder, arguments, call or Call())
            assert (mine.ok, mine.out) == (real.ok, real.out), (arguments, mine, real)
            self.compared[name] += 1
        return mine


def test_git_in_this_process_answers_as_git_does(template: Template) -> None:
    with a_world(template) as world:
        both = BothGits(world.stage.git.real, clones=world.stage.git.clones)
        world.stage.git = both
        page = {p.key: p for p in world.pages()}
        world.write("desk", "tasks/ant", "note")
        world.create("desk", "tasks/dog")
        world.delete("desk", "tasks/bee")
        world.publish("desk")
        world.edit_page(page["tasks/ant"], "note")
        world.edit_page(page["tasks/cat"], "hours")
        world.add_page()
        world.pull("a")
        world.apply("a")
        world.pull("b")
        (world.clones["b"].root / "state/records/tasks/ant.md").write_text(
            "---\ntitle: other\n---\n"
        )
        (world.clones["b"].root / "state/records/tasks/new.md").write_text("---\ntitle: new\n---\n")
        (world.clones["b"].root / "state/records/tasks/cat.md").unlink()
        assert world.apply("b").code == 4
        world.write("a", "tasks/cat", "note")
        world.publish("a")
        world.apply("a", push=False)
        world.lose_disk("b")
        world.come_to_rest()
        assert set(both.compared) >= ASKED_OF_BOTH - {"diff-tree"}, both.compared
        for clone in (*world.clones.values(), world.hub):
            sound(clone.root)


def sound(folder: Path) -> None:
    """Git finds nothing wrong in what was written here: objects, refs, index."""
    for arguments in (("fsck", "--strict", "--no-dangling"), ("status", "--porcelain")):
        if arguments[0] == "status" and not (folder / ".git").exists():
            continue
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout + done.stderr == "" or arguments[0] == "fsck", done.stdout
