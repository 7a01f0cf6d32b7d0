"""What carrying a plan out costs: the same policy that the executor follows, counted ahead."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil

from notion_gitops.engine.read_back import first_writes, to_read_back
from notion_gitops.model.mapping import DatabaseMapping, Field, PropertyType
from notion_gitops.model.operations import Operation
from notion_gitops.model.plan import PAGE_WRITES, Forecast, Step, StepKind
from notion_gitops.model.records import Side
from notion_gitops.model.uploads import requests_for
from notion_gitops.model.values import Fields, FileRef

PAGE_SIZE = 100  # records per answer of a query, Notion's maximum
SHOWN_MEMBERS = 25  # so many members of a relation are in a page object
WINDOW_BUDGET = 180  # requests per minute on the smaller plans of Notion
WINDOW_SECONDS = 60.0

NEEDS_FRESH = frozenset({StepKind.UPDATE_PAGE, StepKind.TRASH_PAGE})


@dataclass(frozen=True, slots=True)
class Files:
    """What a plan sends and fetches besides values."""

    uploads: tuple[FileRef, ...] = ()  # one for each time that a file is sent
    downloads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """What the plan's own listing of one database showed."""

    pages: int
    recent: frozenset[str]  # ids of pages edited since the mark that apply will ask from
    cut: Mapping[str, int] = field(default_factory=dict)  # page id -> requests to read it whole


def to_freshen(steps: Iterable[Step]) -> frozenset[str]:
    """The mappings whose pages are asked about again right before the first write."""
    return frozenset(s.mapping for s in steps if s.kind in NEEDS_FRESH)


def to_relist(
    mappings: Mapping[str, DatabaseMapping],
    steps: Iterable[Step],
    large: Collection[str] = (),
) -> frozenset[str]:
    """The mappings with derived fields that the writes may move: listed whole afterwards.

    Args:
        mappings: by name.
        steps: what is planned.
        large: mappings that are too large for that: of their pages those edited lately are read
            back, and what Notion works out for the others comes with the daily listing.
    """
    return _with_moved_values(mappings, steps) - frozenset(large)


def to_confirm(
    mappings: Mapping[str, DatabaseMapping],
    steps: Iterable[Step],
    large: Collection[str] = (),
) -> frozenset[str]:
    """The mappings of which what was edited lately is read back by one query.

    Args: as for `to_relist`, whose mappings are listed whole instead.
    """
    planned = tuple(steps)
    written = frozenset(s.mapping for s in planned if s.kind in PAGE_WRITES)
    moved = _with_moved_values(mappings, planned)
    return (written | (moved & frozenset(large))) - to_relist(mappings, planned, large)


def _with_moved_values(
    mappings: Mapping[str, DatabaseMapping], steps: Iterable[Step]
) -> frozenset[str]:
    """The mappings with derived fields that follow from what is written."""
    moved = {s.mapping for s in steps if s.kind in PAGE_WRITES}
    links = {(m.name, f.to) for m in mappings.values() for f in _relations(m)}
    links |= {(to, name) for name, to in links if to}
    while more := {to for name, to in links if name in moved and to and to not in moved}:
        moved |= more
    return frozenset(
        name
        for name in moved
        if name in mappings and any(f.derived for f in mappings[name].fields.values())
    )


def forecast(
    mappings: Mapping[str, DatabaseMapping],
    steps: tuple[Step, ...],
    listed: Mapping[str, Listed],
    operations: Mapping[tuple[str, str], Operation],
    seconds_per_request: float,
    *,
    files: Files = Files(),
    large: Collection[str] = (),
) -> Forecast:
    """Requests, seconds, files, and the people whom Notion is going to notify."""
    writes = [s for s in steps if s.kind in PAGE_WRITES]
    restores = [s for s in writes if s.kind is StepKind.RESTORE_PAGE]
    requests = len(writes) + len(restores)  # what is brought back is looked at before,
    requests += sum(1 for s in restores if s.fields)  # and written after
    first = first_writes(mappings, operations, steps)
    tried = to_read_back(first)
    freshened = to_freshen(steps) - (tried - to_freshen(first))  # being read back is fresh, too
    for name in freshened:
        requests += _answers(len(_listed(listed, name).recent))
    for name in tried:
        requests += _answers(_edited_after(name, first, operations, _listed(listed, name)))
    relisted, confirmed = to_relist(mappings, steps, large), to_confirm(mappings, steps, large)
    for name in relisted:
        requests += _answers(_after(name, steps, _listed(listed, name).pages))
    for name in confirmed:
        requests += _answers(_edited_after(name, steps, operations, _listed(listed, name)))
    looks = (
        _Look(freshened, ()),
        _Look(tried, first),
        _Look(confirmed, steps),
        _Look(relisted, steps, whole=True),
    )
    requests += sum(_cut_values(mappings, look, listed, operations) for look in looks)
    requests += _cut_answers(mappings, steps, listed, operations)
    requests += upload_requests(files.uploads)
    requests += sum(_for_text(mappings[s.mapping], s, operations) for s in writes)
    seconds = requests * seconds_per_request + (requests // WINDOW_BUDGET) * WINDOW_SECONDS
    notified = _notified(mappings, operations.values())
    refreshed = _with_moved_values(mappings, steps) | _with_defaults(mappings, steps)
    return Forecast(
        requests,
        round(seconds, 1),
        notified,
        files.uploads,
        files.downloads,
        tuple(name for name in mappings if name in refreshed),
    )


def _with_defaults(mappings: Mapping[str, DatabaseMapping], steps: Iterable[Step]) -> set[str]:
    """The mappings of new pages whose status is left empty: Notion fills it in."""
    return {
        step.mapping
        for step in steps
        if step.kind is StepKind.CREATE_PAGE
        for spec in mappings[step.mapping].fields.values()
        if spec.type is PropertyType.STATUS and spec.name not in step.fields
    }


def upload_requests(uploads: Iterable[FileRef]) -> int:
    """How many requests it takes to send these files.

    Before the first, Notion is asked for the limit of its workspace.
    """
    needed = [requests_for(ref.size) for ref in uploads]
    return sum(needed) + bool(needed)


def _listed(listed: Mapping[str, Listed], name: str) -> Listed:
    return listed.get(name, Listed(0, frozenset()))


def _answers(records: int) -> int:
    return max(1, ceil(records / PAGE_SIZE))


def _after(name: str, steps: tuple[Step, ...], pages: int) -> int:
    added = {StepKind.CREATE_PAGE: 1, StepKind.RESTORE_PAGE: 1, StepKind.TRASH_PAGE: -1}
    return pages + sum(added.get(s.kind, 0) for s in steps if s.mapping == name)


def _edited_after(
    name: str,
    steps: tuple[Step, ...],
    operations: Mapping[tuple[str, str], Operation],
    listed: Listed,
) -> int:
    written = {
        operations[(s.mapping, s.key)].page_id or s.key
        for s in steps
        if s.mapping == name and s.kind in PAGE_WRITES
    }
    trashed = {
        operations[(s.mapping, s.key)].page_id
        for s in steps
        if s.mapping == name and s.kind is StepKind.TRASH_PAGE
    }
    return len((written | listed.recent) - trashed)


def requests_to_complete(mapping: DatabaseMapping, fields: Fields) -> int:
    """How many requests it takes to read what a page object shows only in part.

    That is more than 25 members of a relation, and 25 people or more; a hundred come at once.
    """
    sizes = {n: len(v) for n, v in fields.items() if isinstance(v, frozenset)}
    shown = {PropertyType.RELATION: SHOWN_MEMBERS, PropertyType.PEOPLE: SHOWN_MEMBERS - 1}
    return sum(
        _answers(sizes[f.name])
        for f in mapping.fields.values()
        if sizes.get(f.name, 0) > shown.get(f.type, SHOWN_MEMBERS) and f.type in shown
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """Queries that an apply makes of some databases."""

    mappings: frozenset[str]
    after: tuple[Step, ...]  # what was written by then
    whole: bool = False  # all pages; else those edited lately


def _cut_values(
    mappings: Mapping[str, DatabaseMapping],
    look: _Look,
    listed: Mapping[str, Listed],
    operations: Mapping[tuple[str, str], Operation],
) -> int:
    """The requests for values that the answers to these queries show only in part."""
    requests = 0
    for name in look.mappings:
        at = _listed(listed, name)
        cuts = dict(at.cut) if look.whole else _recent_cuts(at)
        for step in (s for s in look.after if s.mapping == name and s.kind in PAGE_WRITES):
            operation = operations[(name, step.key)]
            page = operation.page_id or step.key
            if step.kind is StepKind.TRASH_PAGE:
                cuts.pop(page, None)
            else:
                cuts[page] = requests_to_complete(mappings[name], operation.agreed)
        requests += sum(cuts.values())
    return requests


def _cut_answers(
    mappings: Mapping[str, DatabaseMapping],
    steps: tuple[Step, ...],
    listed: Mapping[str, Listed],
    operations: Mapping[tuple[str, str], Operation],
) -> int:
    """The requests for values that the answers to the writes themselves show only in part."""
    requests = 0
    for step in (s for s in steps if s.kind in PAGE_WRITES):
        operation = operations[(step.mapping, step.key)]
        if step.kind is StepKind.TRASH_PAGE:
            requests += _listed(listed, step.mapping).cut.get(operation.page_id or step.key, 0)
        else:
            requests += requests_to_complete(mappings[step.mapping], operation.agreed)
    return requests


def _for_text(
    mapping: DatabaseMapping, step: Step, operations: Mapping[tuple[str, str], Operation]
) -> int:
    """The requests for the text of a page, besides the one that writes its properties.

    It is read before it is written over, before and after its page goes into the trash, and after
    it came with its page. Before one that came back is written over, its blocks are listed.
    """
    if mapping.body is None or step.kind is StepKind.LINK_PAGE:
        return 0
    if mapping.body.name not in step.fields:
        return {StepKind.TRASH_PAGE: 2, StepKind.RESTORE_PAGE: 1}.get(step.kind, 0)
    write = operations[(step.mapping, step.key)].write(Side.NOTION)
    alone = step.fields == (mapping.body.name,) and not (
        step.kind is StepKind.UPDATE_PAGE and write is not None and write.key_to_write
    )
    requests = 1 if alone or step.kind is StepKind.CREATE_PAGE else 2
    return requests + (step.kind is StepKind.RESTORE_PAGE)


def _recent_cuts(listed: Listed) -> dict[str, int]:
    return {page: n for page, n in listed.cut.items() if page in listed.recent}


def _relations(mapping: DatabaseMapping) -> list[Field]:
    return [f for f in mapping.fields.values() if f.type is PropertyType.RELATION]


def _notified(
    mappings: Mapping[str, DatabaseMapping], operations: Iterable[Operation]
) -> tuple[str, ...]:
    people: set[str] = set()
    for operation in operations:
        write = operation.write(Side.NOTION)
        for change in write.changes if write else ():
            spec = mappings[operation.mapping].fields[change.difference.field]
            if spec.type is PropertyType.PEOPLE:
                people.update(change.difference.added)
    return tuple(sorted(people))
