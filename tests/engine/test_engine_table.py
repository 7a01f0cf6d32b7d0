"""The decision table of the merge, row by row."""

import pytest

from notion_gitops.model.operations import Action, Cause, Operation, State
from notion_gitops.model.records import Side
from notion_gitops.model.values import Value
from tests.engine.engine_builders import (
    a_page,
    in_base,
    in_git,
    in_notion,
    planned,
    values,
)
from tests.engine.engine_builders import decided as decide
from tests.engine.engine_rows import (
    ABSENCES,
    DECISION_2,
    DECISIONS_8_18_19,
    OLD,
    SECTION_3,
    TASKS,
    Row,
    old,
)
from tests.engine.engine_rows_fields import DECISION_27, DECISION_29, DECISIONS_21_23, MIRRORED

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
        kept = [v for b in operation.backups if b.side is write.side and (v := values(b.fields))]
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
