"""Two sides in memory, planned and applied with the real core: what the laws are tried on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from notion_gitops.engine.advance import Confirmed, advance, bury
from notion_gitops.engine.holds import NO_HOLDS, Holds, part_renames
from notion_gitops.engine.identity import Circumstances, identify
from notion_gitops.engine.planner import Decided, FieldOf, Inputs, decide
from notion_gitops.engine.renames import find_renames
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.operations import (
    Action,
    Backup,
    Conflict,
    ConflictFile,
    EditTimes,
    Kind,
    Operation,
    Resolution,
    State,
    Write,
)
from notion_gitops.model.records import Absence, Base, BaseRecord, Side, Snapshot
from notion_gitops.model.restores import Restore
from notion_gitops.model.values import Value
from tests.engine.engine_builders import THEN, a_page, in_git, in_notion, values

Held = dict[str, Value]
Done = Callable[[Operation, Write], bool]

DEFAULT_STATUS = "todo"


def everything(_operation: Operation, _write: Write) -> bool:
    return True


@dataclass
class Page:
    """A page of the database."""

    fields: Held
    key: str | None = None
    in_trash: bool = False


@dataclass
class World:
    """One mapping's records on both sides, the base, and what was kept on the way."""

    mapping: DatabaseMapping
    git: dict[str, Held] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)  # by page id
    base: Base = field(default_factory=lambda: Base(ever=True))
    backups: list[Backup] = field(default_factory=list)
    answers: dict[str, ConflictFile] = field(default_factory=dict)
    restores: dict[str, Restore] = field(default_factory=dict)  # by key: asked for
    created: int = 0
    holds: Holds = NO_HOLDS

    def __repr__(self) -> str:
        m = self.mapping
        takes = [f"{r.name}: {r.take}" for r in m.rules]
        deletes = f"{m.when_deleted_in_git}, {m.when_trashed_in_notion}"
        return f"World({m.mode}, {takes}, {m.otherwise}, {deletes})"

    # --- what people do -------------------------------------------------------------------

    def add_page(self, fields: Mapping[str, Value], key: str | None = None) -> str:
        self.created += 1
        page_id = f"00000000-0000-0000-0000-{self.created:012x}"
        self.pages[page_id] = Page(values(fields), key)
        return page_id

    def page_of(self, key: str) -> Page:
        return self.pages[self.base.records[key].page_id]

    def resolve(self, conflict: Conflict, answer: Resolution) -> None:
        """Write an answer into the conflict file."""
        file = self.answers.get(conflict.key)
        file = file or ConflictFile("tasks", conflict.key, THEN, "conflict.yaml")
        answer = replace(answer, asked=conflict.asked)
        if conflict.field is None:
            self.answers[conflict.key] = replace(file, record=answer)
        else:
            fields = {**file.fields, conflict.field: answer}
            self.answers[conflict.key] = replace(file, fields=fields, asked=frozenset(fields))

    # --- what the tool does ---------------------------------------------------------------

    def decide(self, times: Mapping[FieldOf, EditTimes] | None = None) -> Decided:
        return decide({"tasks": self.inputs()}, times or {}, {})

    def inputs(self) -> Inputs:
        """What a plan would be made of now."""
        git = {key: in_git(key, **fields) for key, fields in self.git.items()}
        live = [
            in_notion(page.key or "", a_page(i, page.key), **page.fields)
            for i, page in self.pages.items()
            if not page.in_trash
        ]
        at = Circumstances(
            git_keys=git.keys(),
            now=THEN + timedelta(hours=1),
            slug=lambda title: "".join(c for c in title.lower() if c.isalnum()),
            valid_key=lambda key: True,
            held_keys=self.holds.keys,
            all_new=True,
        )
        notion = identify(self.mapping, self.base, live, at).records
        listed = {r.page.id for r in notion.values() if r.page}
        ids = {k: b.page_id for k, b in self.base.records.items()}
        ids |= {k: t.page_id for k, t in self.base.tombstones.items() if k not in ids}
        absent = {k: Absence.TRASHED for k, i in ids.items() if i not in listed}
        renames = find_renames(
            self.mapping,
            self.base,
            git,
            frozenset(self.base.records.keys() - git.keys()),
            notion,
        )
        going, waiting = part_renames(renames, self.holds)
        return Inputs(
            mapping=self.mapping,
            base=self.base,
            git=Snapshot(git),
            notion=Snapshot(notion, absent=absent),
            candidates=frozenset({*git, *notion, *self.base.records, *self.restores}),
            answers=self.answers,
            renames=going,
            restores=self.restores,
            holds=self.holds,
            held_renames=waiting,
        )

    def plan(self) -> tuple[Operation, ...]:
        return self.decide().operations["tasks"]

    def apply(self, plan: Iterable[Operation], done: Done = everything) -> None:
        """Carry out those writes that `done` lets through; the base moves if all were."""
        for operation in plan:
            written = [w for w in operation.writes if done(operation, w)]
            self.backups += operation.backups
            page_id, default = operation.page_id, {}
            for write in written:
                if write.side is Side.NOTION:
                    page_id = self._write_page(operation, write)
                    if write.action is Action.CREATE:
                        default = self._default(operation, page_id)
                else:
                    self._write_file(operation, write)
            if len(written) == len(operation.writes):
                self._move_base(operation, page_id, default)

    def sync(self) -> tuple[Operation, ...]:
        plan = self.plan()
        self.apply(plan)
        return plan

    # --- the details ----------------------------------------------------------------------

    def _write_page(self, operation: Operation, write: Write) -> str:
        if write.action is Action.CREATE:
            fields = self._as_stored(write.fields())
            for name, spec in self.mapping.fields.items():
                if spec.type is PropertyType.STATUS:
                    fields.setdefault(name, DEFAULT_STATUS)
            return self.add_page(fields, operation.key)
        page = self.pages[operation.page_id]
        page.fields = values({**page.fields, **self._as_stored(write.fields())})
        page.in_trash = write.action is Action.DELETE
        if write.key_to_write:
            page.key = operation.key
        return operation.page_id

    def _as_stored(self, fields: Mapping[str, Value]) -> Held:
        """Notion trims text, so that it reads back otherwise than it was sent."""
        return {n: v.strip() or None if isinstance(v, str) else v for n, v in fields.items()}

    def _write_file(self, operation: Operation, write: Write) -> None:
        if write.action is Action.DELETE:
            del self.git[operation.key]
            return
        held = self.git.get(operation.key, {})
        self.git[operation.key] = values({**held, **write.fields()})

    def _default(self, operation: Operation, page_id: str) -> Held:
        """The default of a status that was left empty goes into the file in the same apply."""
        page, file = self.pages[page_id].fields, self.git[operation.key]
        default = {
            name: page[name]
            for name, spec in self.mapping.fields.items()
            if spec.type is PropertyType.STATUS and file.get(name) is None and page.get(name)
        }
        file.update(default)
        return default

    def _move_base(self, operation: Operation, page_id: str, default: Held) -> None:
        records, tombstones = dict(self.base.records), dict(self.base.tombstones)
        before = records.pop(operation.renamed_from or operation.key, None)
        deleted = any(w.action is Action.DELETE for w in operation.writes)
        if before is not None and (deleted or operation.kind is Kind.FORGET):
            in_git = operation.write(Side.GIT) is not None or operation.key in self.git
            tombstones[operation.key] = bury(self.mapping, before, in_git=in_git)
        elif operation.settled:
            records[operation.key] = self._advanced(operation, before, page_id, default)
            tombstones.pop(operation.key, None)
        elif before is not None:
            records[operation.key] = before
        self.base = Base(records, tombstones, ever=True)

    def _advanced(
        self, operation: Operation, before: BaseRecord | None, page_id: str, default: Held
    ) -> BaseRecord:
        reads = self.pages[page_id].fields
        at = Confirmed(
            page_id=page_id,
            file=f"state/records/tasks/{operation.key}.yaml",
            agreed={**operation.agreed, **default},
            notion=dict(reads),
            seen=dict(reads),
        )
        return advance(self.mapping, before, operation, at)


def quiet(plan: Iterable[Operation]) -> bool:
    """Whether nothing would be written."""
    return not any(o.writes for o in plan)


def open_questions(plan: Iterable[Operation]) -> frozenset[tuple[str, str | None]]:
    return frozenset((o.key, c.field) for o in plan for c in o.open_conflicts)


def held(world: World) -> tuple[dict[str, Held], dict[str, tuple[Held, bool]]]:
    """Both sides as they stand, the page ids left out."""
    files = {key: dict(fields) for key, fields in world.git.items()}
    pages = {}
    for page_id, page in world.pages.items():
        record = next((k for k, b in world.base.records.items() if b.page_id == page_id), None)
        pages[record or page.key or page_id] = (dict(page.fields), page.in_trash)
    return files, pages


def words(fields: Iterable[Value]) -> set[str]:
    """The texts and the members of sets, without the space that Notion trims."""
    found: set[str] = set()
    for value in fields:
        if isinstance(value, frozenset):
            found |= value
        elif isinstance(value, str):
            found.add(value.strip())
    return found


def fresh(world: World) -> set[str]:
    """What people entered on either side and nobody has agreed on yet."""
    agreed = words(v for b in world.base.records.values() for v in b.fields.values())
    return _standing(world) - agreed


def kept(world: World, plan: Iterable[Operation]) -> set[str]:
    """What still stands in a record, or is in a backup or an open question."""
    asked = (v for o in plan for c in o.open_conflicts for v in (c.git, c.notion))
    backups = (v for b in world.backups for v in b.fields.values())
    questions = words(v for v in asked if not isinstance(v, State))
    return _standing(world) | words(backups) | questions


def _standing(world: World) -> set[str]:
    files = words(v for f in world.git.values() for v in f.values())
    pages = (p for p in world.pages.values() if not p.in_trash)
    return files | words(v for p in pages for v in p.fields.values())
