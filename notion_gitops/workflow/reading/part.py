"""The plan of one mapping: what is decided, with what was read and is left alone."""

from collections.abc import Mapping

from notion_gitops.engine.identity import NO_TITLE
from notion_gitops.engine.likeness import Group
from notion_gitops.engine.planner import Decided
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.plan import MappingPlan
from notion_gitops.model.records import Absence, Record, Snapshot
from notion_gitops.text.words import listed
from notion_gitops.workflow.reading.compared import Compared, Comparison
from notion_gitops.workflow.reading.hold_findings import not_compared
from notion_gitops.workflow.reading.origins import with_origin

_NAMED = 5  # keys in a message


def mapping_plan(name: str, comparison: Comparison, decided: Decided, out: str) -> MappingPlan:
    """The plan of one mapping.

    Args:
        name: the mapping's.
        comparison: what was read.
        decided: what is to be done.
        out: why it takes no part; "" if it does.
    """
    each = comparison.mappings.get(name)
    if each is None:
        problems = comparison.problems.get(name, ()) if out else ()
        on_hold = not_compared(comparison, name)
        return MappingPlan(name, 0, 0, 0, problems=problems, left_out=out, on_hold=on_hold)
    absent = each.inputs.notion.absent
    identified = each.notion.identified
    paired = {*each.inputs.notion.records}
    whole = each.inputs.holds.mapping is not None
    unpaired = each.inputs.unpaired and not whole
    return MappingPlan(
        name=name,
        records=len(decided.merged[name].keys() | each.git.keys),
        in_git=len(each.git.keys),
        in_notion=each.notion.pages.count,
        operations=decided.operations[name],
        refusals=tuple(
            with_origin(comparison, r, {o.key: o for o in decided.operations[name]})
            for r in decided.refusals[name]
        ),
        problems=() if whole else _problems(each, decided.held[name]),
        left_out=out,
        first_contact=not each.recorded.ever,
        drafts=identified.drafts,
        out_of_scope=_keys(absent, Absence.OUT_OF_SCOPE),
        unreachable=tuple(
            key
            for key in _unreachable(absent, each.git.keys)
            if each.inputs.holds.record(key) is None
        ),
        unpaired_git=tuple(sorted(each.git.keys - paired)) if unpaired else (),
        unpaired_notion=only_in_notion(each) if unpaired else (),
        on_file=frozenset(each.inputs.answers),
        on_hold=decided.on_hold[name],
        held=decided.held[name],
    )


def only_in_notion(each: Compared) -> tuple[str, ...]:
    """The titles of the pages that no record of git is, with and without a key of their own."""
    records = each.inputs.notion.records
    keyed = (records[key] for key in sorted(records.keys() - each.git.keys))
    pages: tuple[Record, ...] = (*each.notion.identified.unpaired, *keyed)
    return tuple(page.title or NO_TITLE for page in pages)


def _problems(each: Compared, held: frozenset[str]) -> tuple[Diagnostic, ...]:
    git, notion = each.inputs.git, each.inputs.notion
    unreadable = (*_unreadable(git, held), *_unreadable(notion, held))
    unclear = (_unclear(each, group) for group in each.renames.ambiguous)
    return (*unreadable, *unclear, *each.refused)


def _unreadable(side: Snapshot, held: frozenset[str]) -> list[Diagnostic]:
    """All that is wrong with records, once each, in the order of files and lines."""
    lost = (problems for key, problems in side.unreadable.items() if key not in held)
    found = dict.fromkeys(problem for problems in lost for problem in problems)
    return sorted(found, key=lambda problem: (problem.place is None, problem.place))


def _unclear(each: Compared, group: Group) -> Diagnostic:
    new, old = (listed(keys, _NAMED) for keys in group)
    file = each.git.snapshot.records[group[0][0]].file
    one_each = len(group[0]) == 1 and len(group[1]) == 1
    is_gone = f"{old} {'is' if len(group[1]) == 1 else 'are'} gone from git"
    are_new = "is new and much like" if len(group[0]) == 1 else "are new and much like"
    keys = f"{old} {new}" if one_each else "OLD NEW"
    return Diagnostic(
        f"{is_gone}, and {new} {are_new} {'it' if len(group[1]) == 1 else 'them'}",
        file.place if file is not None else None,
        detail="Whether that is the same record, renamed and edited at once, cannot be told, so no "
        "page of them is touched, and none is made.",
        fix=f"{'If' if one_each else 'For each that'} it was renamed, say so: notion-gitops rename "
        f"{each.mapping.name} {keys}. If they are different records: take what is new out, apply, "
        "then add it again.",
    )


def _unreachable(absent: Mapping[str, Absence], in_git: frozenset[str]) -> tuple[str, ...]:
    """The records that are kept although their pages cannot be had.

    A person who deleted the file of such a page as well has decided, and the record is forgotten.
    """
    lost = _keys(absent, Absence.MOVED, Absence.UNREACHABLE)
    unproven = _keys(absent, Absence.UNPROVEN)
    return tuple(sorted({*unproven, *(key for key in lost if key in in_git)}))


def _keys(absent: Mapping[str, Absence], *which: Absence) -> tuple[str, ...]:
    return tuple(sorted(key for key, why in absent.items() if why in which))
