"""Two clones that apply, a hub between them, a Notion, and the people who work in all of these."""

import re
from dataclasses import dataclass
from datetime import timedelta

from notion_gitops.cli.main import run as run_command
from notion_gitops.model.errors import ExitCode
from notion_gitops.workflow.workspace import NEWEST_REF
from tests.machine.machine_at_rest import agreed, none_lost
from tests.machine.machine_git import Clone
from tests.machine.machine_ground import CLONES, SavedPlan
from tests.machine.machine_objects import set_ref
from tests.machine.machine_oracle import (
    BrokenError,
    Run,
    hold,
    raise_what_was_caught,
    state_of,
)
from tests.machine.machine_people_in_notion import TOKEN
from tests.machine.machine_people_pointing import PeoplePointing
from tests.machine.machine_stage import Killed, Moment, Process, captured
from tests.machine.machine_views import MAIN, STATE, TRACKED, newest_state

ENGINES = ("a", "b")
MOST_ROUNDS = 5  # of both clones, and the last one finds nothing to do


@dataclass(frozen=True)
class Ran:
    """One command, and how it ended."""

    code: int  # -9: killed
    text: str
    wrote: int = 0  # requests that change something
    base: str = ""  # the state commit that it started from

    @property
    def killed(self) -> bool:
        return self.code == -9


@dataclass
class World(PeoplePointing):
    """All of it. Its verbs are what people do; `apply` is the product."""

    def apply(
        self,
        name: str,
        *options: str,
        moments: list[Moment] | None = None,
        push: bool = True,
        stale: set[str] | None = None,
    ) -> Ran:
        """Run an apply in a clone, and hold it against what it may do."""
        arguments = ["apply", "--yes", *(["--push"] if push else []), *options]
        clone = self.clones[name]
        before = (clone.head(), state_of(clone))
        run = Run(clone, newest_state(clone), stale=stale or set())
        ran = self._command(name, run, arguments, moments or [])
        self.tell(f"apply: {ran.code}", name)
        self.check_run(run, before, ran)
        return ran

    def look(self, name: str, *command: str) -> Ran:
        """I18: a command that only looks changes nothing."""
        clone = self.clones[name]
        before = (_refs(clone), _refs(self.hub), _work(clone))
        run = Run(clone, newest_state(clone))
        ran = self._command(name, run, list(command), [])
        hold("I18", run.wrote == 0, command, "wrote to Notion")
        after = (_refs(clone), _refs(self.hub), _work(clone))
        hold("I18", before == after, command, "changed files or refs")
        self.tell(f"{command[0]}: {ran.code}", name)
        return ran

    def save_plan(self, name: str) -> None:
        """`plan --out FILE`."""
        clone, file = self.clones[name], self.root / f"{len(self.story)}.plan"
        ran = self.look(name, "plan", "--out", str(file))
        if file.exists():
            pages = self.oracle.notion.pages()
            self.saved[name] = SavedPlan(file, clone.head(), ran.base, pages)

    def apply_saved(self, name: str) -> None:
        """I17: what was planned is done, and nothing else; nothing at all if git moved."""
        saved, clone = self.saved.pop(name), self.clones[name]
        head, now = clone.head(), self.oracle.notion.pages()
        stale = {p for p in {*now, *saved.pages} if now.get(p) != saved.pages.get(p)}
        ran = self.apply(name, str(saved.file), stale=stale)
        self.tell(f"apply of a saved plan: {ran.code}", name)
        moved = (head, ran.base) != (saved.head, saved.base)
        hold("I17", not moved or not ran.wrote, "written by a plan of another commit", ran.text)
        hold("I17", not moved or head == clone.head(), "committed by a plan of another commit")

    def _command(self, name: str, run: Run, arguments: list[str], moments: list[Moment]) -> Ran:
        command, *rest = arguments
        process = Process(moments)
        self.runs.append(run)
        code, text = -9, ""
        try:
            with captured() as (out, err), self.stage.running(process):
                try:
                    code = int(run_command([*command.split(), "-C", str(run.clone.root), *rest]))
                except Killed:
                    process.dead = True
                    self.stage.end()
                finally:
                    text = out.getvalue() + err.getvalue()
        finally:
            self.runs.pop()
            raise_what_was_caught()
        for moment in moments:
            if moment.happened:
                self.tell(f"in the middle: {moment.what}", moment.kind, moment.nth, moment.after)
        hold("I22", TOKEN not in text, "the token is told")
        hold("I23", "Traceback" not in text, text)
        return Ran(code, text, run.wrote, run.base)

    def check_run(self, run: Run, before: tuple[str, str], ran: Ran) -> None:
        """What a run did to the repository, and what it said of it."""
        clone, oracle = run.clone, self.oracle
        if self.clones[clone.root.name] is not clone:
            return  # its disk was lost
        oracle.committed(run, before[0], clone.head())
        if run.base in clone.objects.ancestors(state_of(clone)) or not run.base:
            oracle.recorded(clone, run.base, state_of(clone))
        oracle.no_twins()
        for ref in (MAIN, STATE):
            oracle.moves_on(self.hub, ref)
        allowed = {0, 1, 3, 4, 5, 6, 7, -9}
        hold("I23", ran.code in allowed, ran.code, ran.text)
        if run.wrote or before[0] != clone.head():
            hold("I23", ran.code in {0, 3, 5, -9}, ran.code, "after a write", ran.text)

    # --- at rest ---

    def come_to_rest(self) -> None:
        """Nothing holds the syncs up any more, and nobody edits: I1, I1b, I2, I4."""
        self.sandbox.weather.clear()
        self.lag = timedelta()
        self.cut(short=False)
        self.share(shared=True)
        for page in self.pages():
            if page.id in self.moved:
                self.move(page, back=True)
            if page.archived:
                self.archive(page, archived=False)
        for name in CLONES:
            self.publish(name)
        for _ in range(MOST_ROUNDS):
            if not self._round():
                break
        else:
            raise BrokenError(f"I1b: it does not come to rest in {MOST_ROUNDS} rounds")
        for name in CLONES:
            self.pull(name)
        self.oracle.no_twins()
        none_lost(self.oracle, self.clones)
        agreed(self.oracle, self.clones["a"], self.told)

    def _round(self) -> bool:
        """Each clone syncs; whether anything happened."""
        busy, set_back = False, 0
        for name in ENGINES:
            self.clock.advance(timedelta(minutes=20))
            self.publish(name)
            before = (_refs(self.hub), _refs(self.clones[name]))
            ran = self.apply(name)
            if self.follow_advice(name, ran):
                ran = self.apply(name)
            if ran.code == ExitCode.STATE_UNUSABLE:
                set_back += 1  # the other clone has what this one lacks, or nobody has
                continue
            hold("I23", ran.code in {0, 3}, "at rest:", ran.code, ran.text)
            self.told = ran.text
            moved = before != (_refs(self.hub), _refs(self.clones[name]))
            busy |= bool(ran.wrote) or moved
        if set_back == len(ENGINES):
            self.rebuild("a")
        return busy or set_back > 0

    def rebuild(self, name: str) -> None:
        """What the message says of a base that is gone with the clone that had it."""
        clone = self.clones[name]
        ran = self._command(name, Run(clone, ""), ["state rebuild", "--yes"], [])
        hold("I23", ran.code in {0, 3}, "rebuild:", ran.code, ran.text)
        self.tell(f"state rebuild: {ran.code}", name)

    def follow_advice(self, name: str, ran: Ran) -> bool:
        """What the message says of a state branch that is not the one that counts."""
        clone = self.clones[name]
        if "went apart" in ran.text:
            set_ref(clone.git, f"refs/heads/kept-{self.oracle.acts}", clone.resolve(STATE))
            set_ref(clone.git, STATE, clone.resolve(TRACKED))
            self.tell("took the remote's state", name)
            return True
        back = re.search(rf"git update-ref {STATE} (\w+)", ran.text)
        if "was set back" not in ran.text or back is None:
            return False
        set_ref(clone.git, STATE, clone.resolve(NEWEST_REF))
        hold("I23", clone.resolve(STATE).startswith(back[1]), "another than the newest", ran.text)
        self.tell("put the state back", name)
        return True


def _refs(clone: Clone) -> dict[str, str]:
    return {r: clone.resolve(r) for r in (MAIN, STATE)}


def _work(clone: Clone) -> dict[str, bytes]:
    folder = clone.root / "state"
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
