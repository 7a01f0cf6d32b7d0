"""What must hold, told by a model of its own: where each value came from, and who saw it go.

Every value that a person enters is entered once only (a token), so that it can be told what became
of it. Transitions are checked as they happen, since an end may hide what was lost on the way.
I1 to I23 are the invariants of the catalogue of faults, by their numbers there.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.machine.machine_files import (
    BODY,
    CONFLICTS,
    FIELDS,
    RECORDS,
    RELATIONS,
    Values,
    by_page,
    key_of,
    pointing_to,
    record_of,
    tokens_in,
    went,
)
from tests.machine.machine_git import Clone
from tests.machine.machine_views import (
    STATE,
    NotionView,
    Page,
    base_of,
    records_in,
)

RULED = frozenset({"spot"})  # the mapping's rule decides: git's value stays, the other is backed up
YOUNG = timedelta(seconds=5)  # a page is written on a reading that is not older (I10)


class BrokenError(AssertionError):
    """An invariant does not hold."""


_RAISED: list[BrokenError] = []  # the product may catch what is raised in the midst of it


def hold(invariant: str, fact: object, *about: object) -> None:
    if not fact:
        _RAISED.append(BrokenError(f"{invariant}: {' '.join(map(str, about))}"))
        raise _RAISED[-1]


def forget_what_was_raised() -> None:
    """At the beginning of a story."""
    _RAISED.clear()


def raise_what_was_caught() -> None:
    """Raise what was broken in the midst of the product, which may have caught it."""
    found = _RAISED[:1]
    _RAISED.clear()
    if found:
        raise found[0]


@dataclass
class Run:
    """One apply, as the oracle watches it."""

    clone: Clone
    base: str  # the state commit that it starts from
    read: dict[str, tuple[int, datetime]] = field(default_factory=dict)  # page, or its source
    texts: dict[str, tuple[int, datetime]] = field(default_factory=dict)  # page: its body
    wrote: int = 0  # requests that change something
    brought_back: set[str] = field(default_factory=set)  # pages that it took out of the trash
    stale: set[str] = field(default_factory=set)  # pages that moved since the plan was saved
    jumped: bool = False  # time was made to jump just before the request that goes out now

    def reading(self, page: Page, name: str = "") -> tuple[int, datetime] | None:
        """When a field of the page was last read, as a number of an act and as a time."""
        if name == BODY:
            return self.texts.get(page.id)
        found = [self.read[at] for at in (page.id, page.source) if at in self.read]
        return max(found, default=None)


@dataclass
class Oracle:
    """What people did, and what the product may therefore do."""

    notion: NotionView
    saw: dict[str, set[str]] = field(default_factory=dict)  # token -> what took its place, seen
    entered: dict[str, str] = field(default_factory=dict)  # token -> where
    excused: set[str] = field(default_factory=set)  # written between our reading and our writing
    acts: int = 0
    edited: dict[tuple[str, str], int] = field(default_factory=dict)  # page, field -> act
    deleted: set[str] = field(default_factory=set)  # keys whose file a person deleted once
    forgotten: set[str] = field(default_factory=set)  # deletions that a lost disk had alone
    trashed: dict[str, int] = field(default_factory=dict)  # pages that people trashed -> act
    answered: set[tuple[str, str]] = field(default_factory=set)  # key, field ("": the record)
    backed_up: set[str] = field(default_factory=set)  # tokens in the backups of any sync
    heads: dict[str, str] = field(default_factory=dict)  # of the hub, as last seen
    set_back: str = ""  # where somebody set the hub's state branch back to
    renamed: dict[str, str] = field(default_factory=dict)  # keys by people: new -> old
    tally: Counter[str] = field(default_factory=Counter)

    # --- what people do ---

    def token(self, where: str) -> str:
        """A value that nobody entered before."""
        token = str(10001 + len(self.entered))
        self.entered[token] = where
        return token

    def replaced(self, text: str, by: str) -> None:
        """A person who sees `text` puts another value, or nothing, into its place."""
        for token in tokens_in(text):
            self.saw.setdefault(token, set()).add(by)

    def revived(self, text: str) -> None:
        """A person brings an old value back: it counts again."""
        for token in tokens_in(text):
            self.saw.pop(token, None)

    def edits(self, page: str, name: str) -> None:
        self.acts += 1
        self.edited[(page, name)] = self.acts

    # --- what the product asks of Notion, before it happens ---

    def reads(self, run: Run, page: str, at: datetime) -> None:
        """It reads a page, or all of a data source."""
        run.read[page] = (self.acts, at)

    def reads_text(self, run: Run, page: str, at: datetime) -> None:
        """It reads the body of a page."""
        run.texts[page] = (self.acts, at)

    def edited_since(self, run: Run, page: Page, name: str) -> bool:
        """Whether a person edited a field after the run last read it."""
        reading = run.reading(page, name)
        return reading is not None and self.edited.get((page.id, name), -1) > reading[0]

    def _only_hidden(self, page: Page, name: str) -> bool:
        """A relation that nobody edited: what it shows went into the trash, and came back."""
        return name in RELATIONS and (page.id, name) not in self.edited

    def trashes(self, run: Run, page: Page) -> None:
        """I5: only what a person deleted in git goes into the trash."""
        files = records_in(run.clone, run.clone.head())
        key, base = self._agreed(run, page)
        asked = (key, "") in self.answered
        hold("I5", asked or key not in files, key, "is trashed, and its file is there")
        hold("I5", asked or key in self.deleted, key, "is trashed, and nobody deleted its file")
        self._young(run, page)
        shown = {k for p in self.notion.pointing_to(page.id) for k in (self._agreed(run, p)[0],)}
        hold("I5", asked or not shown & pointing_to(files, key), key, "is trashed, and pointed to")
        for name, value in page.values.items():
            since = self.edited_since(run, page, name)
            known = not went(value, base.get(name, "")) or since or asked or name in RULED
            known = known or self.notion.hides(value) or self._only_hidden(page, name)
            hold("I4", known, f"{key} is trashed, and {name} was edited to {value}")

    @staticmethod
    def _agreed(run: Run, page: Page) -> tuple[str, Values]:
        """The key of a page, and what was agreed on it, as the base of the run has it."""
        base = base_of(run.clone, run.base) if run.base else None
        keys = [k for k, p in base.pages.items() if p == page.id] if base else []
        key = keys[0] if keys else page.key
        return key, by_page(base.records.get(key, {}), base.pages) if base else {}

    def updates(self, run: Run, page: Page, values: Values) -> None:
        """I4, I8: only a value that both sides agreed on is written over, or one that is asked."""
        key, base = self._agreed(run, page)
        for name, new in values.items():
            self._young(run, page, name)
            now = page.values[name]
            if not went(went(now, new), base.get(name, "")):
                continue
            if self.edited_since(run, page, name):
                self.tally["edited between our reading and our writing"] += 1
                self.excused |= tokens_in(now)
                continue
            back = page.id in run.brought_back  # a person saw it go, with all that it says
            asked = (key, name) in self.answered or (key, "") in self.answered
            may = back or asked or name in RULED
            hold("I4", may, f"{key}.{name} = {now} is written over in Notion by {new}; base", base)

    def _young(self, run: Run, page: Page, name: str = "") -> None:
        reading = run.reading(page, name)
        hold("I10", reading is not None, page.key, "is written and was not read by this run")
        assert reading is not None
        age = self.now() - reading[1]
        hold("I10", run.jumped or age <= YOUNG, page.key, f"is written on a reading {age} old")

    def now(self) -> datetime:
        return self.notion.sandbox.clock()

    # --- after a run ---

    def committed(self, run: Run, before: str, after: str) -> None:
        """The commits that a run made on the working branch: I4, I5, I7, I15."""
        clone, commit = run.clone, after
        while commit and commit != before:
            found = clone.objects.commit(commit)
            assert found is not None
            parent = found.parents[0] if found.parents else ""
            if "Sync-Id: " in found.message:
                self._record_commit(run, parent, commit)
            commit = parent

    def _record_commit(self, run: Run, parent: str, commit: str) -> None:
        clone = run.clone
        before, after = clone.objects.tree_of(parent), clone.objects.tree_of(commit)
        base = base_of(clone, run.base) if run.base else None
        for path in {p for p in {*before, *after} if before.get(p) != after.get(p)}:
            hold("I15", path.startswith((RECORDS, CONFLICTS)), path, "is written")
            if not path.startswith(RECORDS):
                continue
            key = key_of(path)
            was = self._before(key, base.records) if base else key
            agreed = base.records.get(was, {}) if base else {}
            old = self._record(clone, before.get(path))
            if path not in after:
                self._file_deleted(key, base.pages.get(was, "") if base else "", old, agreed)
            else:
                self._file_written(key, old, self._record(clone, after[path]), agreed)

    def _before(self, key: str, known: Mapping[str, Values]) -> str:
        """The key that a record had in the base."""
        while key not in known and key in self.renamed:
            key = self.renamed[key]
        return key

    @staticmethod
    def _record(clone: Clone, entry: tuple[str, str] | None) -> Values:
        found = clone.objects.read(entry[1]) if entry else None
        return record_of(found[1]) if found else {}

    def _file_deleted(self, key: str, page: str, old: Values, agreed: Values) -> None:
        asked = (key, "") in self.answered
        gone = page in self.trashed or asked or key in self.forgotten
        hold("I5", gone, f"the file of {key} is deleted, and nobody trashed its page")
        for name, value in old.items():
            known = not went(value, agreed.get(name, "")) or asked
            hold("I4", known, f"the file of {key} is deleted, and {name} was edited to {value}")

    def _file_written(self, key: str, old: Values, new: Values, agreed: Values) -> None:
        for name in FIELDS:
            was, now = old.get(name, ""), new[name]
            if was == now:
                continue
            held = [v for (_, f), vs in self.notion.held.items() if f == name for v in vs]
            invented = name not in RELATIONS and went(went(now, was), "\n".join(held))
            hold("I7", not invented, f"{key}.{name} = {now} is invented")
            may = not went(went(was, now), agreed.get(name, "")) or name in RULED
            asked = (key, name) in self.answered or (key, "") in self.answered
            hold("I4", may or asked, f"{key}.{name} = {was} is written over in git by {now}")

    def recorded(self, clone: Clone, before: str, after: str) -> None:
        """The commits that a run made on the state branch: I6, I12, I13."""
        commit = after
        while commit and commit != before:
            found = clone.objects.commit(commit)
            assert found is not None
            hold("I13", len(found.parents) <= 1, "a merge on the state branch")
            parent = found.parents[0] if found.parents else ""
            self._state_commit(clone, parent, commit)
            commit = parent
        hold("I13", commit == before, "the state branch does not stand on what it was")

    def _seen(self, value: str) -> str:
        """A relation without the pages in the trash."""
        return "\n".join(page for page in value.splitlines() if not self.notion.hides(page))

    def _state_commit(self, clone: Clone, parent: str, commit: str) -> None:
        base = base_of(clone, commit)
        self.backed_up |= tokens_in(base.backups)
        missing = base.files ^ base.held
        hold("I12", not missing, "index and files of the base differ:", missing)
        earlier = base_of(clone, parent) if parent else None
        if earlier is not None:
            hold("I13", base.serial > earlier.serial, "serial", earlier.serial, base.serial)
            hold("I13", base.lineage == earlier.lineage, "another lineage")
        old = {n: base.pages[o] for n, o in self.renamed.items() if o in base.pages}
        for key, agreed in base.records.items():
            known = earlier.records if earlier else {}
            before = known.get(self._before(key, known), {})
            page, values = base.pages[key], by_page(agreed, {**base.pages, **old})
            for name in FIELDS:
                value = values[name]
                if value and agreed[name] != before.get(name):
                    held = self.notion.held.get((page, name), set())
                    if name in RELATIONS:  # whether those in the trash are there, nobody is shown
                        value, held = self._seen(value), {self._seen(each) for each in held}
                    hold("I6", value in held, f"base of {key}.{name} = {value} never was in Notion")

    # --- at any time ---

    def moves_on(self, hub: Clone, ref: str) -> None:
        """I13: what the remote had, it still has: nobody's commits are pushed away.

        D10: nothing is built on a state that somebody set back.
        """
        now, before = hub.resolve(ref), self.heads.get(ref, "")
        if now == self.set_back:
            return
        hold("I13", not before or before in hub.objects.ancestors(now), ref, "was rewound")
        self.heads[ref] = now

    def no_twins(self) -> None:
        """I3: one live page of ours for a key."""
        pages = self.notion.pages().values()
        ours = Counter(p.key for p in pages if p.by_us and p.key and not p.in_trash)
        twins = {key: count for key, count in ours.items() if count > 1}
        hold("I3", not twins, "twins:", twins)


def state_of(clone: Clone) -> str:
    """The local state branch of a clone."""
    return clone.resolve(STATE)
