"""After the writes: what each record's file must hold, and how its base moves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from notion_gitops.engine.advance import LOOK_AGAIN, Confirmed, advance, seen_digest
from notion_gitops.engine.building import OVERWRITTEN
from notion_gitops.engine.fields import same
from notion_gitops.model.mapping import DatabaseMapping, Field, PropertyType
from notion_gitops.model.operations import Action, Backup, Kind, Operation
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import BaseRecord, Record, Side
from notion_gitops.model.values import Fields, Unknown, Value
from notion_gitops.records.keys import path_for_new
from notion_gitops.workflow.reading.compared import Compared
from notion_gitops.workflow.writing.confirm import ReadBack
from notion_gitops.workflow.writing.run import Id
from notion_gitops.workflow.writing.write_files import FileEdit

GONE = frozenset({Kind.FORGET, Kind.DELETE_FILE, Kind.DELETE_PAGE})


@dataclass(frozen=True, slots=True)
class Settling:
    """One mapping's records, its operations that succeeded, and what Notion says after them."""

    compared: Compared
    back: ReadBack
    planned_at: datetime  # before the plan's reading began, by Notion's clock
    left_out: Mapping[Id, Mapping[str, Finding]] = field(default_factory=dict)

    @property
    def mapping(self) -> DatabaseMapping:
        """The mapping."""
        return self.compared.mapping

    def settled(self, operation: Operation) -> Operation:
        """The operation with the values that only Notion's answer tells filled in.

        Derived values, defaults (an empty status), and without the fields that could not be sent.
        """
        at = (operation.mapping, operation.key)
        agreed = {**operation.agreed, **self._told(operation)}
        settled = operation.settled - frozenset(self.left_out.get(at, {}))
        settled |= self._derived(operation).keys() | self._brought_back(operation, agreed)
        present = {n: v for n, v in agreed.items() if v is not None}
        return replace(operation, agreed=present, settled=settled)

    def _told(self, operation: Operation) -> Fields:
        """What a page holds after it was created, besides what was written: defaults, derived."""
        at = (operation.mapping, operation.key)
        told: dict[str, Value] = {}
        write, answer = operation.write(Side.NOTION), self.back.answers.get(at)
        if answer is not None and write is not None and write.action is Action.CREATE:
            written, whole = write.fields(), self.back.resolved(self.mapping, answer)
            told = {
                n: v
                for n, v in whole.fields.items()
                if n not in written
                and n not in self._waiting(operation)
                and not isinstance(v, Unknown)
                and not same(self.mapping.fields[n], None, v)
            }
        if answer is not None and write is not None and write.action is Action.RESTORE:
            told = {  # an empty status in a file means: as it is in Notion
                n: answer.value(n)
                for n, f in self.mapping.fields.items()
                if f.type is PropertyType.STATUS
                and operation.agreed.get(n) is None
                and n not in self._waiting(operation)
            }
        return {**told, **self._derived(operation)}

    def _brought_back(self, operation: Operation, agreed: Fields) -> frozenset[str]:
        """The fields of a page out of the trash on which both sides agree: its answer tells.

        What somebody edited before it went into the trash is not among them: the next plan's.
        """
        write = operation.write(Side.NOTION)
        answer = self.back.answers.get((operation.mapping, operation.key))
        if answer is None or write is None or write.action is not Action.RESTORE:
            return frozenset()
        before, reads = self._before(operation), self.back.resolved(self.mapping, answer)

        def agrees(name: str, spec: Field) -> bool:
            value = reads.value(name)
            if same(spec, value, agreed.get(name)):
                return True
            known = before is not None and name in before.known
            return bool(known and before and same(spec, value, before.in_notion(name)))

        waiting = self._waiting(operation)
        return frozenset(
            n
            for n, f in self.mapping.fields.items()
            if not f.derived and n not in waiting and agrees(n, f)
        )

    def _waiting(self, operation: Operation) -> frozenset[str]:
        """The fields of git's record that cannot be sent, and those on hold.

        Nothing is agreed on about them.
        """
        git = self.compared.inputs.git.records.get(operation.key)
        return operation.held | (git.unknown if git is not None else frozenset())

    def _before(self, operation: Operation) -> BaseRecord | None:
        return self.compared.base.records.get(operation.renamed_from or operation.key)

    def _derived(self, operation: Operation) -> Fields:
        """The derived values of a record as listed after the writes; None for empty."""
        derived = self.back.derived.get((operation.mapping, operation.key), {})
        held = operation.held
        return {n: v for n, v in derived.items() if not isinstance(v, Unknown) and n not in held}

    def file_edit(self, operation: Operation) -> FileEdit | None:
        """How the record's file changes; `operation` as `settled` gave it."""
        at = (operation.mapping, operation.key)
        write = operation.write(Side.GIT)
        if write is not None and write.action is Action.DELETE:
            return FileEdit(at, operation.file, Action.DELETE)
        if write is not None and write.action is Action.CREATE:
            path = path_for_new(self.mapping, operation.key, operation.agreed)
            return FileEdit(at, path, Action.CREATE, operation.agreed)
        git = self.compared.inputs.git.records.get(operation.key)
        if git is None or git.file is None or operation.kind in GONE:
            return None
        values = self._changed(operation, git, write.fields() if write else {})
        return FileEdit(at, git.file.path, Action.UPDATE, values) if values else None

    def _changed(self, operation: Operation, git: Record, planned: Fields) -> dict[str, Value]:
        told = self._told(operation).keys()
        wanted = {n: operation.agreed.get(n) for n in {*planned, *told}}
        fields = self.mapping.fields
        return {n: v for n, v in wanted.items() if not same(fields[n], git.value(n), v)}

    def unagreed(self, operation: Operation, edit: FileEdit) -> Backup:
        """What a file held and nobody agreed on, where Notion's answer takes its place.

        Such is a value that a person wrote for what Notion computes, in a record that is new.
        """
        git, before = self.compared.inputs.git.records.get(operation.key), self._before(operation)
        write = operation.write(Side.GIT)
        replaced = edit.values.keys() - (write.fields() if write else {}).keys()
        held = {name: git.value(name) for name in replaced} if git else {}
        agreed = before.fields if before else {}
        lost = {
            name: value
            for name, value in held.items()
            if value is not None and not same(self.mapping.fields[name], value, agreed.get(name))
        }
        why = dict.fromkeys(lost, "as Notion has it")
        return Backup(*edit.at, Side.GIT, lost, OVERWRITTEN, why)

    def base_record(self, operation: Operation, path: str) -> BaseRecord:
        """The record's new base; `operation` as `settled` gave it."""
        at = (operation.mapping, operation.key)
        before = self._before(operation)
        seen = self._seen_after(operation)
        answer = self.back.answers.get(at)
        page_id = answer.page.id if answer is not None and answer.page else operation.page_id
        confirmed = Confirmed(
            page_id=page_id,
            file=path,
            agreed=operation.agreed,
            notion=self.back.resolved(self.mapping, Record(operation.key, seen)).fields,
            seen=seen,
        )
        base = advance(self.mapping, before, operation, confirmed)
        # Whatever names a page by its id is looked at until that page has a key.
        nameless = operation.key in self.compared.notion.nameless
        return replace(base, seen=LOOK_AGAIN) if nameless and base.seen else base

    def _seen_after(self, operation: Operation) -> Fields:
        """What Notion's page says now, relations by page id.

        As the plan read it, with the written fields as answered and the derived ones as listed
        again. What somebody edited meanwhile is not taken in: the next plan must see it.
        """
        at = (operation.mapping, operation.key)
        key = operation.renamed_from or operation.key
        planned = self.compared.notion.unresolved.get(key)
        seen: dict[str, Value] = dict(planned.fields) if planned else {}
        answer, write = self.back.answers.get(at), operation.write(Side.NOTION)
        if answer is not None and write is not None:
            whole = write.action in (Action.CREATE, Action.RESTORE)
            for name in self.mapping.fields if whole else write.fields():
                seen[name] = answer.value(name)
        listed = self.back.listed.get(at)
        if listed is not None:
            for name, spec in self.mapping.fields.items():
                if spec.derived:
                    seen[name] = listed.value(name)
        return {n: v for n, v in seen.items() if v is not None}

    def refreshes(self, keys: Iterable[str]) -> dict[str, Fields]:
        """The derived values of records that no operation touches, where they moved."""
        found: dict[str, Fields] = {}
        for key in keys:
            derived = self.back.derived.get((self.mapping.name, key), {})
            notion = self.compared.inputs.notion.records.get(key)
            if notion is None or key not in self.compared.base.records:
                continue
            moved = {
                n: v
                for n, v in derived.items()
                if notion.value(n) != v
                and not isinstance(v, Unknown)
                and self.compared.inputs.holds.field(n, key) is None
            }
            if moved:
                found[key] = moved
        return found

    def refresh_edit(self, key: str, record: Record, values: Fields) -> FileEdit:
        """The edit that takes derived values into the file of an otherwise untouched record."""
        path = record.file.path if record.file else ""
        return FileEdit((self.mapping.name, key), path, Action.UPDATE, values)

    def refreshed_seen(self, key: str) -> str:
        """The new digest of a page of which the derived values alone moved.

        One on which something else is not agreed keeps the digest that makes it be looked at, and
        what is on hold stands in it as it was, so that it is looked at later.
        """
        seen = dict(self.compared.notion.unresolved[key].fields)
        before = self.compared.recorded.index.entries[key].seen
        if before != seen_digest(self.mapping, seen):
            return before
        listed = self.back.listed[(self.mapping.name, key)]
        held = self.compared.inputs.holds.fields(self.mapping.fields, key)
        for name, spec in self.mapping.fields.items():
            if spec.derived and name not in held:
                seen[name] = listed.value(name)
        return seen_digest(self.mapping, {n: v for n, v in seen.items() if v is not None})
