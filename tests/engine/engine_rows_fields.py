"""Rows of the decision table: directions, required fields, statuses, mirrors."""

from dataclasses import replace

from notion_gitops.model.mapping import (
    Direction,
    PropertyType,
    Take,
)
from notion_gitops.model.operations import Cause, Kind
from notion_gitops.model.values import Unknown
from tests.engine.engine_builders import (
    a_field,
    a_mapping,
)
from tests.engine.engine_rows import CREATE, DELETE, MIRROR, NEW, OLD, TASKS, UPDATE, Row, old, only

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
