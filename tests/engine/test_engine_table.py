"""The decision table of the merge, row by row, and exhaustively against a small specification."""

from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import pytest

from notion_gitops.model.mapping import (
    Carry,
    DatabaseMapping,
    Direction,
    Initial,
    Mode,
    PropertyType,
    Take,
)
from notion_gitops.model.operations import Action, Cause, Kind, Operation, State
from notion_gitops.model.records import Absence, BaseRecord, Record, Side
from notion_gitops.model.values import Unknown, Value
from tests.engine.engine_builders import (
    a_field,
    a_mapping,
    a_page,
    a_tombstone,
    in_base,
    in_git,
    in_notion,
    planned,
    written,
)
from tests.engine.engine_builders import decided as decide

TASKS = a_mapping(
    a_field("due"),
    a_field("tags", PropertyType.MULTI_SELECT),
    a_field("status", PropertyType.STATUS),
    a_field("owner", required=True),
    a_field("pushed", direction=Direction.PUSH),
    a_field("pulled", direction=Direction.PULL),
    a_field("sum", PropertyType.FORMULA, direction=Direction.PULL),
    a_field("done", PropertyType.CHECKBOX),
)
OLD: dict[str, Value] = {"title": "T", "due": "d0", "owner": "o0"}
MIRROR = replace(TASKS, mode=Mode.MIRROR)


@dataclass(frozen=True)
class Row:
    """One row: what the three hold, and exactly what is meant."""

    name: str
    kind: Kind | None  # None: nothing is to be done
    git: dict[str, Value] | None = None  # None: no file
    notion: dict[str, Value] | None = None  # None: no page, or in the trash if the base knows it
    base: dict[str, Value] | None = None
    to_git: tuple[Action, dict[str, Value]] | None = None
    to_notion: tuple[Action, dict[str, Value]] | None = None
    open: tuple[str | None, ...] = ()  # fields; None: the record as a whole
    causes: frozenset[Cause] = frozenset()
    mapping: DatabaseMapping = TASKS
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def old(**fields: Value) -> dict[str, Value]:
    return {**OLD, **fields}


def only(*causes: Cause) -> frozenset[Cause]:
    return frozenset(causes)


CREATE, UPDATE, DELETE, RESTORE = Action.CREATE, Action.UPDATE, Action.DELETE, Action.RESTORE
NEW = only(Cause.NEW)
A_SET = frozenset({"a", "b"})


def with_policy(git: Carry = Carry.DELETE, notion: Carry = Carry.DELETE) -> DatabaseMapping:
    return replace(TASKS, when_deleted_in_git=git, when_trashed_in_notion=notion)


SECTION_3 = [
    Row("created in git", Kind.CREATE_PAGE, git=OLD, to_notion=(CREATE, OLD), causes=NEW),
    Row("created in Notion", Kind.CREATE_FILE, notion=OLD, to_git=(CREATE, OLD), causes=NEW),
    Row("created on both, equal", Kind.LINK, git=OLD, notion=OLD),
    Row(
        "created on both, a value wins over empty",
        Kind.BOTH_WAYS,
        git=old(due=None),
        notion=old(owner=None),
        to_git=(UPDATE, {"due": "d0"}),
        to_notion=(UPDATE, {"owner": "o0"}),
        causes=only(Cause.FIRST),
    ),
    Row(
        "created on both, different",
        Kind.OPEN,
        git=old(due="g"),
        notion=old(due="n"),
        open=("due",),
    ),
    Row("unchanged", None, git=OLD, notion=OLD, base=OLD),
    Row(
        "edited in Notion",
        Kind.TO_GIT,
        git=OLD,
        notion=old(due="n"),
        base=OLD,
        to_git=(UPDATE, {"due": "n"}),
        causes=only(Cause.EDIT),
    ),
    Row(
        "edited in git",
        Kind.TO_NOTION,
        git=old(due="g"),
        notion=OLD,
        base=OLD,
        to_notion=(UPDATE, {"due": "g"}),
        causes=only(Cause.EDIT),
    ),
    Row(
        "cleared in git",
        Kind.TO_NOTION,
        git=old(due=None),
        notion=OLD,
        base=OLD,
        to_notion=(UPDATE, {"due": None}),
        causes=only(Cause.EDIT),
    ),
    Row(
        "disjoint edits",
        Kind.BOTH_WAYS,
        git=old(due="g"),
        notion=old(title="n"),
        base=OLD,
        to_git=(UPDATE, {"title": "n"}),
        to_notion=(UPDATE, {"due": "g"}),
        causes=only(Cause.EDIT),
    ),
    Row("the same edit", Kind.ADOPT, git=old(due="x"), notion=old(due="x"), base=OLD),
    Row(
        "sets merge by member",
        Kind.BOTH_WAYS,
        git=old(tags=frozenset({"a", "b", "g"})),
        notion=old(tags=frozenset({"b", "n"})),
        base=old(tags=A_SET),
        to_git=(UPDATE, {"tags": frozenset({"b", "g", "n"})}),
        to_notion=(UPDATE, {"tags": frozenset({"b", "g", "n"})}),
        causes=only(Cause.MERGED),
    ),
    Row(
        "a conflict, and the rest goes on",
        Kind.TO_GIT,
        git=old(due="g"),
        notion=old(due="n", title="n"),
        base=OLD,
        to_git=(UPDATE, {"title": "n"}),
        open=("due",),
        causes=only(Cause.EDIT),
    ),
    Row("deleted in git", Kind.DELETE_PAGE, notion=OLD, base=OLD, to_notion=(DELETE, {})),
    Row("trashed in Notion", Kind.DELETE_FILE, git=OLD, base=OLD, to_git=(DELETE, {})),
    Row("deleted on both", Kind.FORGET, base=OLD),
    Row("deleted in git, edited in Notion", Kind.OPEN, notion=old(due="n"), base=OLD, open=(None,)),
    Row("edited in git, trashed in Notion", Kind.OPEN, git=old(due="g"), base=OLD, open=(None,)),
]

ABSENCES = [
    *(
        Row(f"edited in git, page {a.value}", None, git=old(due="g"), base=OLD, more={"absence": a})
        for a in Absence
        if a is not Absence.TRASHED
    ),
    Row("no file, page out of scope", None, base=OLD, more={"absence": Absence.OUT_OF_SCOPE}),
    Row("no file, listing cut short", None, base=OLD, more={"absence": Absence.UNPROVEN}),
    Row("no file, page moved", Kind.FORGET, base=OLD, more={"absence": Absence.MOVED}),
    Row(
        "a delete settles an unreachable page",
        Kind.FORGET,
        base=OLD,
        more={"absence": Absence.UNREACHABLE},
    ),
]

DECISION_2 = [
    Row(
        "initial: git",
        Kind.TO_NOTION,
        git=old(due="g"),
        notion=old(due="n"),
        to_notion=(UPDATE, {"due": "g"}),
        causes=only(Cause.FIRST),
        mapping=replace(TASKS, initial=Initial.GIT),
    ),
    Row(
        "initial: notion, before the rules",
        Kind.TO_GIT,
        git=old(due="g"),
        notion=old(due="n"),
        to_git=(UPDATE, {"due": "n"}),
        causes=only(Cause.FIRST),
        mapping=replace(TASKS, initial=Initial.NOTION, otherwise=Take.GIT),
    ),
    Row(
        "an absent checkbox counts as empty",
        Kind.BOTH_WAYS,
        git=old(done=True),
        notion=old(done=False, due="d1"),
        base=None,
        to_notion=(UPDATE, {"done": True}),
        to_git=(UPDATE, {"due": "d1"}),
        causes=only(Cause.FIRST),
        mapping=replace(TASKS, initial=Initial.NOTION),
    ),
    Row("a checkbox that is absent is not ticked", Kind.LINK, git=OLD, notion=old(done=False)),
    Row(
        "a pushed value wins over empty, but cannot travel",
        Kind.LINK,
        git=OLD,
        notion=old(pushed="n"),
    ),
    Row("a pulled value likewise", Kind.LINK, git=old(pulled="g"), notion=OLD),
    Row(
        "a pushed field's first value is git's",
        Kind.TO_NOTION,
        git=old(pushed="g"),
        notion=old(pushed="n"),
        to_notion=(UPDATE, {"pushed": "g"}),
        causes=only(Cause.FIRST),
    ),
    Row(
        "a pulled field's first value is Notion's",
        Kind.TO_GIT,
        git=old(pulled="g"),
        notion=old(pulled="n"),
        to_git=(UPDATE, {"pulled": "n"}),
        causes=only(Cause.FIRST),
    ),
]

DECISIONS_8_18_19 = [
    Row("keep the page", Kind.FORGET, notion=OLD, base=OLD, mapping=with_policy(git=Carry.KEEP)),
    Row("keep the file", Kind.FORGET, git=OLD, base=OLD, mapping=with_policy(notion=Carry.KEEP)),
    Row(
        "ask, deleted in git",
        Kind.OPEN,
        notion=OLD,
        base=OLD,
        open=(None,),
        mapping=with_policy(git=Carry.ASK),
    ),
    Row(
        "ask, trashed in Notion",
        Kind.OPEN,
        git=OLD,
        base=OLD,
        open=(None,),
        mapping=with_policy(notion=Carry.ASK),
    ),
    Row(
        "a kept page stays out",
        None,
        notion=OLD,
        mapping=with_policy(git=Carry.KEEP),
        more={"tombstone": a_tombstone(Side.GIT)},
    ),
    Row(
        "a kept file stays out",
        None,
        git=OLD,
        mapping=with_policy(notion=Carry.KEEP),
        more={"tombstone": a_tombstone(Side.NOTION), "absence": Absence.TRASHED},
    ),
    Row(
        "a page that is back from the trash comes back",
        Kind.CREATE_FILE,
        notion=OLD,
        to_git=(CREATE, OLD),
        causes=NEW,
        more={"tombstone": a_tombstone(Side.NOTION)},
    ),
    Row(
        "a file that is back restores its page as the file says",
        Kind.CREATE_PAGE,
        git=OLD,
        to_notion=(RESTORE, {**OLD, "tags": None}),
        causes=NEW,
        more={
            "tombstone": a_tombstone(Side.GIT, title="T", tags=["a"], status="todo", sum=1),
            "absence": Absence.TRASHED,
        },
    ),
    Row(
        "a file that is back, whose page is gone for good",
        Kind.CREATE_PAGE,
        git=OLD,
        to_notion=(CREATE, OLD),
        causes=NEW,
        more={"tombstone": a_tombstone(Side.GIT), "absence": Absence.UNREACHABLE},
    ),
    Row(
        "a file that is back, whose page may be alive",
        None,
        git=OLD,
        more={"tombstone": a_tombstone(Side.GIT), "absence": Absence.UNPROVEN},
    ),
]

DECISIONS_21_23 = [
    Row(
        "a key edited in Notion is put back",
        Kind.TO_NOTION,
        git=OLD,
        notion=OLD,
        base=OLD,
        to_notion=(UPDATE, {}),
        more={"page_key": "other"},
    ),
    Row(
        "a page without a key is left without one",
        None,
        git=OLD,
        notion=OLD,
        base=OLD,
        more={"page_key": None},
    ),
]

DECISION_27 = [
    Row(
        "a pushed field edited in Notion is put back",
        Kind.TO_NOTION,
        git=old(pushed="p"),
        notion=old(pushed="n"),
        base=old(pushed="p"),
        to_notion=(UPDATE, {"pushed": "p"}),
        causes=only(Cause.PUT_BACK),
    ),
    Row(
        "a pushed field emptied in Notion is put back",
        Kind.TO_NOTION,
        git=old(pushed="p"),
        notion=OLD,
        base=old(pushed="p"),
        to_notion=(UPDATE, {"pushed": "p"}),
        causes=only(Cause.PUT_BACK),
    ),
    Row(
        "a pulled field edited in git is put back",
        Kind.TO_GIT,
        git=old(pulled="g"),
        notion=old(pulled="p"),
        base=old(pulled="p"),
        to_git=(UPDATE, {"pulled": "p"}),
        causes=only(Cause.PUT_BACK),
    ),
    Row(
        "a pulled field emptied in git is put back",
        Kind.TO_GIT,
        git=OLD,
        notion=old(pulled="p"),
        base=old(pulled="p"),
        to_git=(UPDATE, {"pulled": "p"}),
        causes=only(Cause.PUT_BACK),
    ),
    Row(
        "a pulled field edited on both",
        Kind.TO_GIT,
        git=old(pulled="g"),
        notion=old(pulled="n"),
        base=old(pulled="p"),
        to_git=(UPDATE, {"pulled": "n"}),
        causes=only(Cause.PUT_BACK),
    ),
    Row(
        "a computed value moves",
        Kind.TO_GIT,
        git=old(sum=1),
        notion=old(sum=2),
        base=old(sum=1),
        to_git=(UPDATE, {"sum": 2}),
        causes=only(Cause.REFRESH),
    ),
    Row(
        "a required field emptied in Notion",
        Kind.OPEN,
        git=OLD,
        notion=old(owner=None),
        base=OLD,
        open=("owner",),
    ),
    Row(
        "a required field emptied in Notion, whatever the rules say",
        Kind.OPEN,
        git=OLD,
        notion=old(owner=None),
        base=OLD,
        open=("owner",),
        mapping=replace(TASKS, otherwise=Take.NOTION),
    ),
    Row(
        "a new page takes nothing from a pulled field",
        Kind.CREATE_PAGE,
        git=old(pulled="g", sum=7),
        to_notion=(CREATE, OLD),
        causes=NEW,
    ),
    Row(
        "a new file takes nothing from a pushed field",
        Kind.CREATE_FILE,
        notion=old(pushed="n", pulled="p", sum=7),
        to_git=(CREATE, old(pulled="p", sum=7)),
        causes=NEW,
    ),
]

DECISION_29 = [
    Row(
        "an empty status takes Notion's",
        Kind.TO_GIT,
        git=OLD,
        notion=old(status="todo"),
        base=old(status="todo"),
        to_git=(UPDATE, {"status": "todo"}),
        causes=only(Cause.DEFAULT),
    ),
    Row(
        "an empty status takes Notion's, also when that was edited",
        Kind.TO_GIT,
        git=OLD,
        notion=old(status="done"),
        base=old(status="todo"),
        to_git=(UPDATE, {"status": "done"}),
        causes=only(Cause.DEFAULT),
    ),
    Row(
        "an empty status that is only pushed",
        Kind.TO_GIT,
        git=OLD,
        notion=old(state="todo"),
        base=old(),
        to_git=(UPDATE, {"state": "todo"}),
        causes=only(Cause.DEFAULT),
        mapping=a_mapping(
            *TASKS.fields.values(),
            a_field("state", PropertyType.STATUS, direction=Direction.PUSH),
        ),
    ),
    Row(
        "an option that the mapping does not name is left alone on both sides",
        None,
        git=old(status="todo"),
        notion=old(status=Unknown("no word for it")),
        base=old(status="todo"),
    ),
    Row(
        "a value that cannot be told is left alone, the rest goes on",
        Kind.TO_NOTION,
        git=old(status="done", due="g"),
        notion=old(status=Unknown("no word for it")),
        base=old(status="todo"),
        to_notion=(UPDATE, {"due": "g"}),
        causes=only(Cause.EDIT),
    ),
]

MIRRORED = [
    Row("mirror: a file alone stays", None, git=OLD, mapping=MIRROR),
    Row(
        "mirror: an edit in git is put back",
        Kind.TO_GIT,
        git=old(due="g", pushed="g"),
        notion=OLD,
        base=OLD,
        to_git=(UPDATE, {"due": "d0", "pushed": None}),
        causes=only(Cause.PUT_BACK),
        mapping=MIRROR,
    ),
    Row(
        "mirror: a file that was deleted is put back",
        Kind.CREATE_FILE,
        notion=old(pushed="n"),
        base=OLD,
        to_git=(CREATE, old(pushed="n")),
        causes=NEW,
        mapping=MIRROR,
    ),
    Row(
        "mirror: trashed in Notion, edited in git",
        Kind.DELETE_FILE,
        git=old(due="g"),
        base=OLD,
        to_git=(DELETE, {}),
        mapping=MIRROR,
    ),
    Row(
        "mirror: a key edited in Notion stays as it is",
        None,
        git=OLD,
        notion=OLD,
        base=OLD,
        mapping=MIRROR,
        more={"page_key": "other"},
    ),
    Row(
        "mirror: a required field emptied in Notion",
        Kind.OPEN,
        git=OLD,
        notion=old(owner=None),
        base=OLD,
        open=("owner",),
        mapping=MIRROR,
    ),
]

ROWS = [
    *SECTION_3,
    *ABSENCES,
    *DECISION_2,
    *DECISIONS_8_18_19,
    *DECISIONS_21_23,
    *DECISION_27,
    *DECISION_29,
    *MIRRORED,
]


def operation_of(row: Row) -> Operation | None:
    more = dict(row.more)
    page = a_page(key=more.pop("page_key", "k"))
    return decide(
        row.mapping,
        base=None if row.base is None else in_base(row.mapping, **row.base),
        git=None if row.git is None else in_git(**row.git),
        notion=None if row.notion is None else in_notion("k", page, **row.notion),
        **more,
    )


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row_of_the_decision_table(row: Row) -> None:
    check_row(row)


def check_row(row: Row) -> None:
    operation = operation_of(row)
    assert (operation.kind if operation else None) is row.kind
    if operation is None:
        return
    for side, expected in ((Side.GIT, row.to_git), (Side.NOTION, row.to_notion)):
        write = operation.write(side)
        assert (None if write is None else (write.action, write.fields())) == expected
    assert tuple(c.field for c in operation.open_conflicts) == row.open
    causes = {c.cause for w in operation.writes for c in w.changes}
    assert causes == row.causes
    for write in operation.writes:
        before = _overwritten(row, write.side, write.action, write.fields())
        kept = [b.fields for b in operation.backups if b.side is write.side]
        if Cause.REFRESH not in causes:
            assert kept == ([before] if before else [])


def _overwritten(
    row: Row, side: Side, action: Action, fields: dict[str, Value]
) -> dict[str, Value]:
    held = row.git if side is Side.GIT else row.notion
    if held is None:
        return {}
    names = held if action is Action.DELETE else fields
    return {n: held[n] for n in names if held.get(n) is not None}


def test_edit_against_delete_tells_the_states_and_keeps_both() -> None:
    conflict = planned(TASKS, base=in_base(TASKS, **OLD), git=in_git(**old(due="g"))).conflicts[0]
    assert (conflict.git, conflict.notion) == (State.EDITED, State.DELETED)


# --- exhaustively, against a specification that shares nothing with the engine ------------

ABSENT, UNKNOWN = "absent", "unknown"
STATES = (ABSENT, "a", "b", "c", UNKNOWN)
TRIPLES = list(product(STATES, repeat=3))
End = tuple[str, str, bool]  # what git and Notion hold afterwards, and whether a person is asked


def specified(direction: Direction, base: str, git: str, notion: str) -> End:
    """One field `f`: absent is empty, unknown cannot be told (of the base: was never agreed)."""
    if UNKNOWN in (git, notion) or git == notion:
        return git, notion, False
    edits = {s for s, v in (("git", git), ("notion", notion)) if v != base}
    if base == UNKNOWN and ABSENT in (git, notion):
        edits = {"notion" if git == ABSENT else "git"}
        reads = {
            Direction.BOTH: {"git", "notion"},
            Direction.PUSH: {"git"},
            Direction.PULL: {"notion"},
        }
        if not edits & reads[direction]:
            return git, notion, False
    match direction:
        case Direction.PUSH:
            return git, git, False
        case Direction.PULL:
            return notion, notion, False
        case Direction.BOTH if edits == {"git"}:
            return git, git, False
        case Direction.BOTH if edits == {"notion"}:
            return notion, notion, False
        case _:
            return git, notion, True


def specified_record(direction: Direction, base: str, git: str, notion: str) -> End:
    """A whole record with the one field `f`: absent is no record on that side (or no base)."""
    if ABSENT not in (git, notion):
        return specified(direction, UNKNOWN if base == ABSENT else base, git, notion)
    if git == notion:
        return ABSENT, ABSENT, False
    left = notion if git == ABSENT else git
    if base == ABSENT:  # created
        reads = Direction.PUSH if git == ABSENT else Direction.PULL
        copy = "empty" if direction is reads or left == UNKNOWN else left
        return (copy, left, False) if git == ABSENT else (left, copy, False)
    if left not in (UNKNOWN, base):  # deleted here, edited there
        return git, notion, True
    return ABSENT, ABSENT, False


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize(("base", "git", "notion"), TRIPLES)
def test_every_field_as_specified(direction: Direction, base: str, git: str, notion: str) -> None:
    check_field(direction, base, git, notion)


def check_field(direction: Direction, base: str, git: str, notion: str) -> None:
    mapping = a_mapping(a_field("f", direction=direction))
    agreed = in_base(mapping, title="T", f=_value(base))
    if base == UNKNOWN:
        agreed = replace(agreed, fields={"title": "T"}, known=frozenset({"title"}))
    sides = in_git(title="T", f=_value(git)), in_notion(title="T", f=_value(notion))
    expected = specified(direction, base, git, notion)
    assert _ends(mapping, agreed, *sides) == expected


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize(("base", "git", "notion"), TRIPLES)
def test_every_record_as_specified(direction: Direction, base: str, git: str, notion: str) -> None:
    check_record(direction, base, git, notion)


def check_record(direction: Direction, base: str, git: str, notion: str) -> None:
    mapping = a_mapping(a_field("f", direction=direction))
    agreed = None if base == ABSENT else in_base(mapping, title="T", f=_value(base))
    if agreed and base == UNKNOWN:
        agreed = replace(agreed, fields={"title": "T"}, known=frozenset({"title"}))
    here = None if git == ABSENT else in_git(title="T", f=_value(git))
    there = None if notion == ABSENT else in_notion(title="T", f=_value(notion))
    expected = specified_record(direction, base, git, notion)
    assert _ends(mapping, agreed, here, there) == expected


def _value(state: str) -> Value:
    return {ABSENT: None, UNKNOWN: Unknown("cannot be told")}.get(state, state)


def _ends(
    mapping: DatabaseMapping, base: BaseRecord | None, git: Record | None, notion: Record | None
) -> End:
    operation = decide(mapping, base=base, git=git, notion=notion)
    both = git is not None and notion is not None
    ends = []
    for side, record in ((Side.GIT, git), (Side.NOTION, notion)):
        write = operation.write(side) if operation else None
        deleted = write is not None and write.action is Action.DELETE
        if deleted or (record is None and write is None):
            ends.append(ABSENT)
        else:
            value = record.value("f") if record else None
            after = (written(operation, side) or {}).get("f", value)
            ends.append(_state(after, ABSENT if both else "empty"))
    return ends[0], ends[1], bool(operation and operation.open_conflicts)


def _state(value: Value, empty: str) -> str:
    if value is None:
        return empty
    return UNKNOWN if isinstance(value, Unknown) else str(value)
