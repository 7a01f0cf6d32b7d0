"""What two people do, told through real conflict files: no value that was answered with is lost.

The files are written, answered and read as in an apply, so that answers grow stale, wait for a
write that failed, or lose their question; see `test_engine_nothing_lost` for the words.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notion_gitops.engine.building import OVERWRITTEN
from notion_gitops.model.mapping import DatabaseMapping, Mode, Take
from notion_gitops.model.operations import Backup, Conflict, Operation, Resolution, Write
from notion_gitops.model.records import Side
from notion_gitops.state.conflict_answer import answered, own_value
from notion_gitops.state.conflict_reading import parse_conflict_file
from notion_gitops.state.conflicts import ConflictHeader, let_go, update_conflict_file
from tests.engine.engine_builders import THEN
from tests.engine.engine_world import World
from tests.engine.test_engine_nothing_lost import (
    DAYS,
    KEYS,
    Day,
    Edit,
    Story,
    kept,
    mappings,
    words,
)


class Filed(Story):
    """A story whose questions and answers are in conflict files."""

    def __init__(self, mapping: DatabaseMapping) -> None:
        super().__init__(mapping)
        self.files: dict[str, str] = {}  # by key

    def live(self, day: Day) -> None:
        before = words(answers(self.world))
        super().live(day)
        lost = before - words(answers(self.world)) - kept(self.world, ())
        assert not lost, (lost, self.files)

    def _carry_out(self, plan: Iterable[Operation], goes_well: Callable[[], bool]) -> None:
        operations, failed = {o.key: o for o in plan}, set[str]()

        def done(operation: Operation, _: Write) -> bool:
            well = goes_well()
            failed.update([] if well else [operation.key])
            return well

        self.world.apply(plan, done)
        asked = {key for key, operation in operations.items() if operation.open_conflicts}
        for key in sorted(asked | self.files.keys()):
            if key in asked or key not in failed:
                self._file(key, operations.get(key), sound=key not in failed)

    def _file(self, key: str, operation: Operation | None, *, sound: bool) -> None:
        """Write a record's file anew, as an apply does; keep what is answered in it no more."""
        before = self.world.answers.get(key)
        waiting = frozenset(before.fields if before and not sound else ())
        header = ConflictHeader(f"tasks/{key}", "", "", "", THEN)
        asked = operation.open_conflicts if operation else ()
        text = update_conflict_file(self.files.get(key), asked, header, waiting=waiting)
        if before is not None:
            carried = {c.field for c in operation.conflicts if c.by_person} if operation else set()
            gone = let_go(before, text, carried)
            self.world.backups.append(Backup("tasks", key, Side.GIT, gone, OVERWRITTEN))
        self._put_file(key, text)

    def _put_file(self, key: str, text: str | None) -> None:
        if text is None:
            self.files.pop(key, None)
            self.world.answers.pop(key, None)
            return
        path = f"state/conflicts/tasks/{key}.yaml"
        self.files[key] = text
        self.world.answers[key] = parse_conflict_file(text, path, self.world.mapping)

    def _resolve(self, conflict: Conflict, answer: Resolution) -> None:
        choice = str(answer.take)
        if answer.has_value or answer.take_base:  # more often a value than the other answers
            self.number += 1
            choice = own_value(f"person-{self.number}")
        text = answered(self.files[conflict.key], "", conflict.field, choice)
        self._put_file(conflict.key, text)


def answers(world: World) -> list[object]:
    """The values that people answered with, as far as they are in a file."""
    return [a.value for file in world.answers.values() for a in file.fields.values()]


EDITS = st.builds(
    Edit,
    key=st.just(KEYS[0]),  # so that two of its fields are often asked about at once
    what=st.sampled_from([*(["note", "memo", "title"] * 4), "delete"]),
    form=st.sampled_from(["new", "new", "none"]),
)
QUARRELS = st.builds(
    Day,
    git=st.lists(EDITS, max_size=5).map(tuple),
    notion=st.lists(EDITS, max_size=5).map(tuple),
    seed=st.integers(0, 2**16),
    fails=st.sampled_from([False, False, True]),
)
UNRULED = mappings().map(lambda m: replace(m, rules=(), otherwise=Take.MANUAL, mode=Mode.TWO_WAY))


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    mapping=st.one_of(UNRULED, UNRULED, mappings()),
    days=st.lists(st.one_of(QUARRELS, QUARRELS, DAYS), min_size=3, max_size=6),
)
def test_what_a_person_answered_is_carried_out_or_in_a_file_or_in_a_backup(
    mapping: DatabaseMapping, days: list[Day]
) -> None:
    story = Filed(mapping)
    for day in days:
        story.live(day)
