"""Rows of the decision table: section 3 of the design, first contact and deletes."""

from dataclasses import dataclass, field, replace
from typing import Any

from notion_gitops.model.mapping import (
    Carry,
    DatabaseMapping,
    Direction,
    Initial,
    Mode,
    PropertyType,
    Take,
)
from notion_gitops.model.operations import Action, Cause, Kind
from notion_gitops.model.records import Absence, Side
from notion_gitops.model.values import Unknown, Value
from tests.engine.engine_builders import (
    a_field,
    a_mapping,
    a_tombstone,
)

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
    Row(
        "deleted in git, a value in Notion that cannot be told",
        Kind.OPEN,
        notion=old(due=Unknown("no word for it")),
        base=OLD,
        open=(None,),
    ),
    Row(
        "deleted in git, a column of Notion that cannot be seen",
        Kind.DELETE_PAGE,
        notion=old(due=Unknown("hidden", everywhere=True)),
        base=OLD,
        to_notion=(DELETE, {}),
    ),
    Row(
        "trashed in Notion, a value in git that cannot be sent",
        Kind.OPEN,
        git=old(due=Unknown("refused")),
        base=OLD,
        open=(None,),
    ),
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
