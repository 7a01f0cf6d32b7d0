"""What people do between clones: push, pull and merge; and clones that are lost."""

import shutil
from dataclasses import dataclass
from typing import Any

from tests.machine.machine_files import (
    FIELDS,
    RECORDS,
    key_of,
    record_of,
    spelled,
    tokens_in,
    went,
)
from tests.machine.machine_git import Clone
from tests.machine.machine_ground import make_repository
from tests.machine.machine_objects import FILE, set_ref, write_index
from tests.machine.machine_people_in_git import PeopleInGit
from tests.machine.machine_views import MAIN, STATE, records_in


@dataclass
class PeopleBetweenClones(PeopleInGit):
    """Git's own merges, file by file; what it cannot merge is settled by a person."""

    def publish(self, name: str) -> bool:
        """git push, after a git pull if it is needed."""
        self.pull(name)
        clone = self.clones[name]
        if self.hub.resolve(MAIN) == clone.head():
            return False
        self.hub.objects.take(clone.objects, clone.head())
        set_ref(self.hub.git, MAIN, clone.head())
        set_ref(clone.git, "refs/remotes/origin/main", clone.head())
        self.oracle.moves_on(self.hub, MAIN)
        self.tell("push", name)
        return True

    def pull(self, name: str, *, mine: bool = True) -> bool:
        """git pull; a person settles what git cannot merge, by the one value or the other."""
        clone, there = self.clones[name], self.hub.resolve(MAIN)
        here = clone.head()
        clone.objects.take(self.hub.objects, there)
        set_ref(clone.git, "refs/remotes/origin/main", there)
        if there in clone.objects.ancestors(here):
            return False
        if not here or here in clone.objects.ancestors(there):
            self._check_out(clone, there)
            self.tell("pull", name)
            return True
        merged = self._merged(clone, here, there, mine=mine)
        self._check_out(clone, here, merged)
        self.put(clone, merged, [here, there])
        self.tell("merge", name)
        return True

    def _check_out(
        self, clone: Clone, commit: str, entries: dict[str, tuple[str, str]] | None = None
    ) -> None:
        wanted = clone.objects.tree_of(commit) if entries is None else entries
        before = clone.objects.tree_of(clone.head())
        for path in {*before, *wanted}:
            if before.get(path) != wanted.get(path):
                content, file = self.content(clone, wanted.get(path)), clone.root / path
                if content is None:
                    file.unlink(missing_ok=True)
                else:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(content)
        if entries is None:
            set_ref(clone.git, MAIN, commit)
            write_index(clone.git / "index", wanted)

    def _merged(
        self, clone: Clone, here: str, there: str, *, mine: bool
    ) -> dict[str, tuple[str, str]]:
        common = clone.objects.ancestors(here) & clone.objects.ancestors(there)
        best = max(common, key=lambda c: len(clone.objects.ancestors(c)))
        base, ours, theirs = (clone.objects.tree_of(c) for c in (best, here, there))
        merged = {}
        for path in {*base, *ours, *theirs}:
            one, two, was = ours.get(path), theirs.get(path), base.get(path)
            taken = one if two in (was, one) else two if one == was else None
            if taken is None and one != two and was not in (one, two):
                taken = self._settled(clone, path, (was, one, two), mine=mine)
            if taken is not None:
                merged[path] = taken
        return merged

    def _settled(self, clone: Clone, path: str, three: Any, *, mine: bool) -> Any:
        """What a person makes of a file that both changed; two edits of a field: one of them."""
        was, one, two = (record_of(self.content(clone, e) or b"") for e in three)
        kept, lost = (three[1], two) if mine else (three[2], one)
        if not path.startswith(RECORDS):
            return three[2]
        if kept is None or None in three[1:]:
            self.oracle.replaced(" ".join(lost.values()), "merged")
            if kept is None:
                self.oracle.deleted.add(key_of(path))
            return kept
        text = self.content(clone, kept) or b""
        side, other = (one, two) if mine else (two, one)
        for name in FIELDS:
            if side[name] == was[name] != other[name]:
                text = spelled(text, name, other[name])
            elif side[name] != other[name] != was[name]:
                self.oracle.replaced(went(other[name], side[name]), "merged")
        return (FILE, clone.objects.write("blob", text))

    def set_back(self) -> bool:
        """Somebody forces the remote's state branch back by a sync; clones do not know yet."""
        now = self.hub.resolve(STATE)
        commit = self.hub.objects.commit(now) if now else None
        if commit is None or not commit.parents:
            return False
        set_ref(self.hub.git, STATE, commit.parents[0])
        self.oracle.set_back = commit.parents[0]
        self.tell("state set back")
        return True

    def lose_disk(self, name: str) -> None:
        """A clone is gone; another one takes its place. What it had not pushed is gone with it."""
        clone = self.clones[name]
        here = " ".join(v for r in records_in(clone, clone.head()).values() for v in r.values())
        # Its syncs may have told Notion; then the page in the trash is all that is known of it.
        self.oracle.forgotten |= self.oracle.deleted - records_in(clone, clone.head()).keys()
        kept = set().union(*(tokens_in(" ".join(p.values.values())) for p in self.pages()))
        for values in records_in(self.hub, self.hub.resolve(MAIN)).values():
            kept |= tokens_in(" ".join(values.values()))
        self.oracle.replaced(" ".join(tokens_in(here) - kept), "its disk was lost")
        self._fresh(name)
        self.tell("disk lost", name)

    def _fresh(self, name: str) -> None:
        folder = self.clones[name].root
        shutil.rmtree(folder)
        make_repository(folder, bare=False)
        clone = Clone(folder)
        self.clones[name] = self.stage.git.clones[folder] = clone
        for ref in (MAIN, STATE):
            commit = self.hub.resolve(ref)
            if commit:
                clone.objects.take(self.hub.objects, commit)
                tracked = f"refs/remotes/origin/{ref.removeprefix('refs/heads/')}"
                set_ref(clone.git, tracked, commit)
        self._check_out(clone, self.hub.resolve(MAIN))
