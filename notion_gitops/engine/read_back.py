"""What is looked at again after it was written: whether Notion took it as it was meant."""

from collections.abc import Collection, Iterable, Mapping

from notion_gitops.engine.fields import same, same_but_space
from notion_gitops.engine.files import known_here
from notion_gitops.engine.order import waves
from notion_gitops.model.mapping import SETS, DatabaseMapping
from notion_gitops.model.operations import Operation
from notion_gitops.model.plan import PAGE_WRITES, Step, StepKind
from notion_gitops.model.records import Record
from notion_gitops.model.values import Fields, Unknown, Value

CANARY = 5  # so many writes go first and are read back (design, decision 41)


def first_writes(
    mappings: Mapping[str, DatabaseMapping],
    planned: Mapping[tuple[str, str], Operation],
    steps: Iterable[Step],
) -> tuple[Step, ...]:
    """The writes that go before all others, which wait until these are read back; if they are many.

    Args: as for `waves`.
    """
    writes = [step for step in steps if step.kind in PAGE_WRITES]
    if len(writes) <= CANARY:
        return ()
    return waves(mappings, planned, writes)[0][:CANARY]


def to_read_back(first: Iterable[Step]) -> frozenset[str]:
    """The mappings that are asked, by one query each, what became of the first writes.

    A page in the trash is in no listing: the answer to its write said that it is there.
    """
    return frozenset(step.mapping for step in first if step.kind is not StepKind.TRASH_PAGE)


def holds(page: Value, wanted: Value) -> bool:
    """Whether a page holds a value that was sent to it; files in git by their content."""
    return known_here(page, wanted, {}) == wanted


def not_as_meant(mapping: DatabaseMapping, meant: Fields, answered: Record) -> tuple[str, ...]:
    """The fields that were written and that Notion answers otherwise; the body aside.

    Args:
        mapping: of the record.
        meant: what was written.
        answered: the page by Notion's answer, its relations by key.
    """
    return tuple(
        name
        for name, wanted in sorted(meant.items())
        if not mapping.fields[name].is_body
        and not _taken(mapping, name, wanted, answered.value(name))
    )


def _taken(mapping: DatabaseMapping, name: str, wanted: Value, got: Value) -> bool:
    spec = mapping.fields[name]
    unclear = isinstance(wanted, Unknown) or isinstance(got, Unknown)
    taken = holds(got, wanted) or same(spec, wanted, got) or same_but_space(spec, wanted, got)
    return unclear or taken


def not_taken(
    mapping: DatabaseMapping, meant: Fields, answered: Record
) -> dict[str, tuple[str, ...]]:
    """By field, the members of sets that were written and that Notion's answer lacks.

    That is no spelling of Notion's: what it did not take must not count as agreed.

    Args: as for `not_as_meant`.
    """
    lacking = {
        name: wanted - got
        for name, wanted in meant.items()
        if mapping.fields[name].type in SETS
        and isinstance(wanted, frozenset)
        and isinstance(got := answered.value(name) or frozenset[str](), frozenset)
    }
    return {name: tuple(sorted(members)) for name, members in lacking.items() if members}


def changed_since(names: Collection[str], answered: Record, now: Record) -> tuple[str, ...]:
    """The fields that a page holds otherwise than its answer to the write said.

    Args:
        names: the fields that were written.
        answered: the page by the answer.
        now: the page as it is read afterwards.
    """
    return tuple(sorted(n for n in names if now.value(n) != answered.value(n)))
