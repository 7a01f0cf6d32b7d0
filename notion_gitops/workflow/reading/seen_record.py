"""One record with all that a plan read of it, and where that was too little, the rest."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from notion_gitops.engine.bodies import as_in_file
from notion_gitops.engine.holds import Holds
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Operation
from notion_gitops.model.plan import MappingPlan, Plan
from notion_gitops.model.records import Record
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.state.index import Index
from notion_gitops.workflow.reading.compared import Compared, Comparison
from notion_gitops.workflow.reading.fates import Sides
from notion_gitops.workflow.reading.find_record import Names, Words, find_record
from notion_gitops.workflow.reading.git_side import GitReader, GitSide
from notion_gitops.workflow.reading.record_history import RecordFile
from notion_gitops.workflow.reading.state_branch import read_base


@dataclass(frozen=True, slots=True)
class Seen:
    """One record, as both sides and the base hold it, and what the plan means to do with it."""

    comparison: Comparison
    plan: Plan
    part: MappingPlan  # of the plan: its mapping's
    sides: Sides
    git_side: GitSide
    key: str
    old: str  # the key that the base and Notion have it under

    @property
    def mapping(self) -> DatabaseMapping:
        """The record's mapping."""
        return self.sides.mapping

    @property
    def compared(self) -> Compared | None:
        """What was read of the mapping; None if it could not be."""
        return self.comparison.mappings.get(self.mapping.name)

    @property
    def holds(self) -> Holds:
        """What of its mapping is on hold."""
        return self.comparison.holds(self.mapping.name)

    @property
    def operation(self) -> Operation | None:
        """What the plan means to do; None if nothing."""
        return self.plan.operations.get((self.mapping.name, self.key))

    @property
    def unreadable(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the record in git, so that it cannot be read."""
        return self.git_side.snapshot.unreadable.get(self.key, ())

    @property
    def file(self) -> RecordFile:
        """Where the record stands in git, or stood; its path is "" if it never did."""
        git, base = self.sides.git, self.sides.base
        path = git.file.path if git and git.file else (base.file if base else "")
        dirty = path in self.comparison.changes.dirty
        return RecordFile(self.comparison.workspace, self.mapping, self.key, path, dirty)


def names_of(comparison: Comparison, name: str) -> Names:
    """All keys under which the records of a mapping are known, and their pages."""
    compared = comparison.mappings.get(name)
    known = index_names(comparison.state.of(name).index, _git_side(comparison, name).keys)
    if compared is None:
        return known
    records = compared.notion.snapshot.records
    pages = {r.page.id: key for key, r in records.items() if r.page is not None}
    return Names(known.keys | records.keys(), {**known.pages, **pages})


def index_names(index: Index, in_git: Collection[str]) -> Names:
    """The same without Notion: what the base and git know."""
    pages = {e.page_id: key for key, e in index.entries.items()}
    pages |= {t.page_id: key for key, t in index.tombstones.items()}
    return Names(frozenset({*index.entries, *index.tombstones, *in_git}), pages)


def look_up(comparison: Comparison, plan: Plan, words: Words) -> Seen:
    """The record that is meant.

    Raises:
        UsageError: there is no such record, or the word fits several.
    """
    names = {name: names_of(comparison, name) for name in comparison.workspace.mappings}
    again = FollowUp(sandbox=comparison.workspace.sandbox)
    return look(comparison, plan, *find_record(names, words, again))


def look(comparison: Comparison, plan: Plan, name: str, asked: str) -> Seen:
    """Look one record up.

    Args:
        comparison: what a plan was computed from.
        plan: the plan.
        name: the record's mapping.
        asked: its key, or the one that it had before it was changed in git.
    """
    mapping = comparison.workspace.mappings[name]
    compared = comparison.mappings.get(name)
    renames: dict[str, str] = {}
    if compared is not None:
        renames = {**compared.inputs.renames, **compared.inputs.held_renames}
    key = next((new for new, old in renames.items() if old == asked), asked)
    old = renames.get(key, key)
    side = _git_side(comparison, name)
    reader = GitReader(comparison.workspace, mapping, comparison.state.of(name))
    whole = reader.with_records(side, {key})
    git = whole.snapshot.records.get(key)
    base = read_base(comparison.workspace, comparison.state, mapping, {old}).get(old)
    sides = Sides(mapping, git, git, base=base)
    if compared is not None:
        sides = replace(
            sides,
            sent=compared.inputs.git.records.get(key, git),
            notion=_with_text(sides, compared.inputs.notion.records.get(old)),
            absence=compared.inputs.notion.absent.get(old),
        )
    part = next(each for each in plan.mappings if each.name == name)
    return Seen(comparison, plan, part, sides, whole, key, old)


def _git_side(comparison: Comparison, name: str) -> GitSide:
    compared = comparison.mappings.get(name)
    if compared is not None:
        return compared.git
    workspace = comparison.workspace
    reader = GitReader(workspace, workspace.mappings[name], comparison.state.of(name))
    return reader.changed(comparison.changes)


def _with_text(sides: Sides, notion: Record | None) -> Record | None:
    """The page with its text in the form of the file; of a page that did not move, as agreed."""
    body, base = sides.mapping.body, sides.base
    if notion is None or body is None:
        return notion
    there = notion.value(body.name)
    if there is None and base is not None:
        there = base.in_notion(body.name)
    shown = as_in_file(base, sides.git.value(body.name) if sides.git else None, there)
    return replace(notion, fields={**notion.fields, body.name: shown})
