"""In which order a plan's writes are done: what others need comes first, deletes come last."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.operations import Action, Operation
from notion_gitops.model.plan import Step, StepKind
from notion_gitops.model.records import Side

Id = tuple[str, str]  # mapping, key


def steps(
    mappings: Mapping[str, DatabaseMapping], operations: Iterable[Operation]
) -> tuple[Step, ...]:
    """All writes in order: creates and restores, updates, links, files, deletes.

    A relation to a page that this plan creates or restores later (a cycle) is left out there and
    written in a second pass.
    """
    planned = {(o.mapping, o.key): o for o in operations}
    restored = set(_that(planned, Side.NOTION, Action.RESTORE))
    made, deferred = _made(mappings, planned)
    updated = _that(planned, Side.NOTION, Action.UPDATE)
    trashed = _that(planned, Side.NOTION, Action.DELETE)
    new_files = _that(planned, Side.GIT, Action.CREATE)
    files = _that(planned, Side.GIT, Action.UPDATE)
    gone = _that(planned, Side.GIT, Action.DELETE)
    return (
        *(
            _step(
                StepKind.RESTORE_PAGE if i in restored else StepKind.CREATE_PAGE,
                i,
                _without(planned[i], deferred[i]),
            )
            for i in made
        ),
        *(_step(StepKind.UPDATE_PAGE, i, _names(planned[i], Side.NOTION)) for i in updated),
        *(_step(StepKind.LINK_PAGE, i, deferred[i]) for i in made if deferred[i]),
        *(_step(StepKind.WRITE_FILE, i, _names(planned[i], Side.GIT)) for i in new_files),
        *(_step(StepKind.WRITE_FILE, i, _names(planned[i], Side.GIT)) for i in files),
        *(_step(StepKind.MOVE_BASE, i, ()) for i, o in planned.items() if _base_only(o)),
        *(_step(StepKind.TRASH_PAGE, i, ()) for i in trashed),
        *(_step(StepKind.DELETE_FILE, i, ()) for i in gone),
    )


def waves(
    mappings: Mapping[str, DatabaseMapping],
    planned: Mapping[Id, Operation],
    ordered: Iterable[Step],
) -> tuple[tuple[Step, ...], ...]:
    """The page writes of a plan, in groups: those of one group do not need one another.

    Args:
        mappings: by name.
        planned: the operations that the steps are of.
        ordered: as `steps` gave them; what is no write to a page is left out.
    """
    groups: dict[tuple[int, int], list[Step]] = {}
    depth: dict[Id, int] = {}  # of the pages made so far
    for step in ordered:
        record = (step.mapping, step.key)
        match step.kind:
            case StepKind.CREATE_PAGE | StepKind.RESTORE_PAGE:
                needed = _targets(mappings[step.mapping], planned[record], depth.keys())
                above = (depth[t] for n in step.fields for t in needed.get(n, ()))
                depth[record] = max(above, default=-1) + 1
                groups.setdefault((0, depth[record]), []).append(step)
            case StepKind.UPDATE_PAGE | StepKind.LINK_PAGE:
                groups.setdefault((1, 0), []).append(step)
            case StepKind.TRASH_PAGE:
                groups.setdefault((2, 0), []).append(step)
            case _:
                pass
    return tuple(tuple(groups[at]) for at in sorted(groups))


def _made(
    mappings: Mapping[str, DatabaseMapping], planned: Mapping[Id, Operation]
) -> tuple[list[Id], Mapping[Id, tuple[str, ...]]]:
    """The pages to create or restore, targets first; and the fields that must wait, by record."""
    created = {
        *_that(planned, Side.NOTION, Action.CREATE),
        *_that(planned, Side.NOTION, Action.RESTORE),
    }
    needs = {i: _targets(mappings[i[0]], planned[i], created) for i in created}
    waiting_for = {i: {t for targets in needs[i].values() for t in targets} - {i} for i in created}
    needed_by: dict[Id, list[Id]] = defaultdict(list)
    for record, targets in waiting_for.items():
        for target in targets:
            needed_by[target].append(record)
    ready = [i for i in created if not waiting_for[i]]
    heapq.heapify(ready)
    rest = sorted(created, reverse=True)  # for cycles: the smallest goes first
    order: list[Id] = []
    done: set[Id] = set()
    while len(order) < len(created):
        if not ready:
            while rest[-1] in done:
                rest.pop()
            ready = [rest.pop()]
        record = heapq.heappop(ready)
        if record in done:
            continue
        order.append(record)
        done.add(record)
        for other in needed_by[record]:
            waiting_for[other].discard(record)
            if not waiting_for[other] and other not in done:
                heapq.heappush(ready, other)
    return order, _deferred(order, needs)


def _deferred(
    order: list[Id], needs: Mapping[Id, Mapping[str, set[Id]]]
) -> Mapping[Id, tuple[str, ...]]:
    position = {record: n for n, record in enumerate(order)}
    return {
        record: tuple(
            sorted(
                name
                for name, targets in needs[record].items()
                if any(position[t] >= position[record] for t in targets)
            )
        )
        for record in order
    }


def _targets(
    mapping: DatabaseMapping, operation: Operation, created: AbstractSet[Id]
) -> dict[str, set[Id]]:
    """By relation field: the records among `created` that it points to."""
    write = operation.write(Side.NOTION)
    values = write.fields() if write else {}
    found = {}
    for name, value in values.items():
        spec = mapping.fields[name]
        if spec.type is PropertyType.RELATION and spec.to and isinstance(value, frozenset):
            targets = {(spec.to, key) for key in value} & created
            if targets:
                found[name] = targets
    return found


def _that(planned: Mapping[Id, Operation], side: Side, action: Action) -> list[Id]:
    writes = ((i, o.write(side)) for i, o in planned.items())
    return [i for i, w in writes if w is not None and w.action is action]


def _names(operation: Operation, side: Side) -> tuple[str, ...]:
    write = operation.write(side)
    return tuple(write.fields()) if write else ()


def _without(operation: Operation, deferred: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(n for n in _names(operation, Side.NOTION) if n not in deferred)


def _base_only(operation: Operation) -> bool:
    return not operation.writes and (bool(operation.settled) or not operation.conflicts)


def _step(kind: StepKind, record: Id, fields: tuple[str, ...]) -> Step:
    return Step(kind, record[0], record[1], fields)
