"""Whatever two people do, and whatever the rules say: what they entered is not lost.

Each value that a person enters is a word of its own, so that it can be told where it came from. At
every sync, all words that stand in a record on either side are afterwards still in a record, in a
backup, or in an open conflict.
"""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from notion_gitops.engine.planner import FieldOf, decide
from notion_gitops.expressions import compile_expression
from notion_gitops.model.expressions import Expression
from notion_gitops.model.mapping import (
    Carry,
    DatabaseMapping,
    Direction,
    Initial,
    Mode,
    PropertyType,
    Rule,
    Take,
)
from notion_gitops.model.operations import (
    Conflict,
    EditTime,
    EditTimes,
    Operation,
    Resolution,
    State,
)
from notion_gitops.model.records import Base, Side
from notion_gitops.model.values import Value
from notion_gitops.repository import Repository
from notion_gitops.workflow.reading.text_merges import merge_texts
from tests.engine.engine_builders import HERE, THEN, a_field, a_mapping
from tests.engine.engine_world import World

TASKS = a_mapping(
    a_field("note", group="texts"),
    a_field("memo", group="texts"),
    a_field("tags", PropertyType.MULTI_SELECT),
    a_field("owner", required=True),
    a_field("status", PropertyType.STATUS),
    a_field("pushed", direction=Direction.PUSH),
    a_field("pulled", direction=Direction.PULL),
)
KEYS = ("k1", "k2")
TEXTS = ("title", "note", "memo", "owner", "pushed", "pulled")
WORD = re.compile(r"(?:git|notion|person)-\d+|first-[a-z0-9-]+")
STATUSES = ("todo", "doing", "done")
CONDITIONS = (
    "git.status == 'doing'",
    "notion.status != git.status",
    "base.note and git.note",
    "key == 'k1'",
    "field in ['note', 'title']",
    "edited.git.by == 'Ann'",
    "edited.git.at > edited.notion.at",  # fails where a time is not known
    "git.owner > 3",  # always fails
)
NAMES = frozenset({"git", "notion", "base", "key", "field", "edited"})


@cache
def condition(source: str) -> Expression:
    return compile_expression(source, HERE, names=NAMES)


@cache
def repository() -> Repository:
    """Somewhere to merge texts in, with git itself."""
    return Repository.create(Path(mkdtemp(prefix="merges-")))


# --- what is drawn --------------------------------------------------------------------------


@st.composite
def rules(draw: st.DrawFn, number: int) -> Rule:
    """A rule of any form: a field, a group of them, or all; with a condition or without."""
    take = draw(st.sampled_from(Take))
    groups = [{"note"}, {"note", "memo"}, {"tags", "note"}]
    others = [{"title"}, {"owner", "status"}, {"note", "title", "tags"}]
    about = draw(st.sampled_from(groups if take is Take.MERGE else [*groups, *others, None]))
    source = draw(st.none() | st.sampled_from(CONDITIONS))
    fields = None if about is None else frozenset(about)
    return Rule(f"rule {number}", take, HERE, fields, condition(source) if source else None)


@st.composite
def mappings(draw: st.DrawFn) -> DatabaseMapping:
    count = draw(st.integers(0, 4))
    return replace(
        TASKS,
        rules=tuple(draw(rules(n)) for n in range(count)),
        otherwise=draw(st.sampled_from([Take.GIT, Take.NOTION, Take.LATEST, Take.MANUAL])),
        initial=draw(st.sampled_from(Initial)),
        mode=draw(st.sampled_from([Mode.TWO_WAY, Mode.TWO_WAY, Mode.TWO_WAY, Mode.MIRROR])),
        when_deleted_in_git=draw(st.sampled_from(Carry)),
        when_trashed_in_notion=draw(st.sampled_from(Carry)),
    )


@dataclass(frozen=True)
class Edit:
    """One thing that a person does on one side."""

    key: str
    what: str  # a field, delete, restore or create
    form: str = "new"  # of a new value: new, more (added to what is there), none
    number: int = 0


FIELDS = (*TEXTS, "note", "memo", "tags", "tags", "status")
EDITS = st.builds(
    Edit,
    key=st.sampled_from(KEYS),
    what=st.sampled_from((*FIELDS, *FIELDS, "delete", "restore", "create")),
    form=st.sampled_from(["new", "more", "more", "none"]),
)
HISTORIES = st.lists(EDITS, max_size=8)


@dataclass(frozen=True)
class Day:
    """What both people do until the next sync, and how that sync goes."""

    git: tuple[Edit, ...]
    notion: tuple[Edit, ...]
    seed: int = 0  # of which answers are given, whose edit is later, which writes fail
    fails: bool = False  # the sync is interrupted
    forgets: bool = False  # the base is lost before the sync


DAYS = st.builds(
    Day,
    git=HISTORIES.map(tuple),
    notion=HISTORIES.map(tuple),
    seed=st.integers(0, 2**16),
    fails=st.sampled_from([False, False, True]),
    forgets=st.sampled_from([False] * 7 + [True]),
)


# --- what is done with it -------------------------------------------------------------------


class Story:
    """Two histories of edits, with syncs in between; every new value is a word of its own."""

    def __init__(self, mapping: DatabaseMapping) -> None:
        self.world = World(replace(mapping, mode=Mode.TWO_WAY))
        self.number = 0
        for key in KEYS:
            self.world.git[key] = {n: f"first-{key}-{n} and more" for n in TEXTS}
            self.world.git[key]["tags"] = frozenset({f"first-{key}-tag"})
            self.world.git[key]["status"] = "todo"
        self.world.sync()
        self.world.mapping = mapping

    def live(self, day: Day) -> None:
        for edit in day.git:
            self._in_git(edit)
        for edit in day.notion:
            self._in_notion(edit)
        if day.forgets:
            self.world.base = Base(ever=True)
        entered = standing(self.world)
        plan = self._sync(day, random.Random(day.seed))  # noqa: S311  no secret
        lost = entered - kept(self.world, plan)
        assert not lost, (lost, plan)

    def _in_git(self, edit: Edit) -> None:
        git = self.world.git
        if edit.what == "delete":
            git.pop(edit.key, None)
        elif edit.what == "create":
            fresh = {n: self._word(Side.GIT) for n in ("title", "owner", "note")}
            git.setdefault(edit.key, dict(fresh))
        elif edit.key in git and edit.what != "restore":
            self._put(Side.GIT, git[edit.key], edit)

    def _in_notion(self, edit: Edit) -> None:
        if edit.what == "create":
            fields = {n: self._word(Side.NOTION) for n in ("title", "owner", "note")}
            self.world.add_page({**fields, "status": "todo"})
            return
        record = self.world.base.records.get(edit.key)
        if record is None:
            return
        page = self.world.pages[record.page_id]
        if edit.what in ("delete", "restore"):
            page.in_trash = edit.what == "delete"
        elif not page.in_trash:
            self._put(Side.NOTION, page.fields, edit)

    def _put(self, side: Side, fields: dict[str, Value], edit: Edit) -> None:
        old, word = fields.get(edit.what), self._word(side)
        if edit.what == "status":
            fields[edit.what] = STATUSES[self.number % len(STATUSES)]
        elif edit.what == "tags":
            members = old if isinstance(old, frozenset) and edit.form == "more" else frozenset()
            fields[edit.what] = members | {word}
        elif edit.form == "none" and edit.what not in ("title", "owner"):
            fields.pop(edit.what, None)
        elif edit.form == "more" and isinstance(old, str):
            at = self.number % 2  # in front of what is there, or after it
            fields[edit.what] = f"{word} {old}" if at else f"{old} {word}"
        else:
            fields[edit.what] = word

    def _word(self, side: Side) -> str:
        self.number += 1
        return f"{side.value}-{self.number}"

    def _sync(self, day: Day, chance: random.Random) -> tuple[Operation, ...]:
        times = self._times(chance)
        inputs = self.world.inputs()
        inputs = replace(inputs, merged_texts=merge_texts(repository(), inputs, lambda _: ()))
        plan = decide({"tasks": inputs}, times, {}).operations["tasks"]
        for operation in plan:
            for conflict in operation.conflicts:
                event(f"{conflict.take.value}, by {'a person' if conflict.by_person else 'a rule'}")
        self._carry_out(plan, (lambda: chance.random() < 0.5) if day.fails else lambda: True)
        for operation in plan:
            self._answer(operation.open_conflicts, chance)
        return plan

    def _carry_out(self, plan: Iterable[Operation], goes_well: Callable[[], bool]) -> None:
        self.world.apply(plan, lambda _o, _w: goes_well())

    def _times(self, chance: random.Random) -> dict[FieldOf, EditTimes]:
        """When each value was edited: known or not, whichever is later, or in one minute."""
        return {
            ("tasks", key, name): EditTimes(_time(chance, "Ann"), _time(chance, "Eva"))
            for key in sorted({*self.world.git, *self.world.base.records})
            for name in self.world.mapping.fields
        }

    def _answer(self, asked: Iterable[Conflict], chance: random.Random) -> None:
        for conflict in asked:
            answers = [Resolution(take=Take.GIT), Resolution(take=Take.NOTION)]
            if conflict.field is not None and conflict.field not in ("tags", "status"):
                self.number += 1
                own = f"person-{self.number}"
                answers += [Resolution(take_base=True), Resolution(value=own, has_value=True)]
            if chance.random() < 0.6:
                self._resolve(conflict, chance.choice(answers))

    def _resolve(self, conflict: Conflict, answer: Resolution) -> None:
        self.world.resolve(conflict, answer)


def _time(chance: random.Random, by: str) -> EditTime:
    at = chance.choice([None, *(THEN + timedelta(seconds=s) for s in (0, 30, 90, 600))])
    return EditTime(at, by=by, reason="" if at else "nobody knows")


def words(values: Iterable[object]) -> set[str]:
    """The words of people in these values."""
    found: set[str] = set()
    for value in values:
        members = value if isinstance(value, frozenset) else [value]
        found |= {word for member in members for word in WORD.findall(str(member))}
    return found


def standing(world: World) -> set[str]:
    """What stands in a record on either side."""
    files = (value for fields in world.git.values() for value in fields.values())
    pages = (page for page in world.pages.values() if not page.in_trash)
    return words(files) | words(value for page in pages for value in page.fields.values())


def kept(world: World, plan: Iterable[Operation]) -> set[str]:
    """What is in a record, a backup or an open conflict."""
    backups = (value for backup in world.backups for value in backup.fields.values())
    conflicts = [c for operation in plan for c in operation.open_conflicts]
    asked = (v for c in conflicts for v in (c.git, c.notion) if not isinstance(v, State))
    return standing(world) | words(backups) | words(asked)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mapping=mappings(), days=st.lists(DAYS, min_size=1, max_size=4))
def test_what_anybody_entered_is_in_a_record_a_backup_or_an_open_conflict(
    mapping: DatabaseMapping, days: list[Day]
) -> None:
    """Holds I4."""
    loses_nothing(mapping, days)


def loses_nothing(mapping: DatabaseMapping, days: Iterable[Day]) -> None:
    story = Story(mapping)
    for day in days:
        story.live(day)
