"""The health of mappings over the syncs, so that it can be seen where it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from notion_gitops.model.outcomes import MappingHealth
from notion_gitops.report.document import Block, Document, Paragraph, Section, Table
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count, moment, number

_UNKNOWN = "-"
_PARTS = ("health", "records", "errors", "warnings", "decisions", "pending")


@dataclass(frozen=True, slots=True)
class HealthLine:
    """The health of every mapping after one sync."""

    sync_id: str
    at: datetime
    mappings: Mapping[str, MappingHealth] = field(default_factory=dict)  # those that had one


def trend_view(lines: Sequence[HealthLine], mapping: str = "") -> Report:
    """The health sync by sync, the latest first.

    Args:
        lines: the syncs, the latest first.
        mapping: with the parts that this one's is made of; "": of every mapping the health alone.
    """
    table = _of_one(lines, mapping) if mapping else _of_all(lines)
    blocks: tuple[Block, ...] = (table,) if lines else (Paragraph("Nothing was synced yet."),)
    of = f" of {mapping}" if mapping else ""
    title = f"Health{of} over {count(len(lines), 'sync', 'syncs')}, the latest first; times in UTC"
    return Report("trend", Document(title, (Section(blocks),)), {"syncs": tuple(lines)})


def _of_all(lines: Sequence[HealthLine]) -> Table:
    names = sorted({name for line in lines for name in line.mappings})
    rows = tuple(
        (*_when(line), *(_score(lines, at, name) for name in names))
        for at, line in enumerate(lines)
    )
    return Table(("sync", "when", *names), rows, right=frozenset(range(2, 2 + len(names))))


def _of_one(lines: Sequence[HealthLine], name: str) -> Table:
    rows = tuple(
        (*_when(line), _score(lines, at, name), *_parts(line.mappings.get(name)))
        for at, line in enumerate(lines)
    )
    return Table(("sync", "when", *_PARTS), rows, right=frozenset(range(2, 2 + len(_PARTS))))


def _when(line: HealthLine) -> tuple[str, str]:
    return line.sync_id.rsplit("-", 1)[-1], moment(line.at)


def _score(lines: Sequence[HealthLine], at: int, name: str) -> str:
    """The score, with how it moved since the sync before."""
    health = lines[at].mappings.get(name)
    if health is None:
        return _UNKNOWN
    before = lines[at + 1].mappings.get(name) if at + 1 < len(lines) else None
    moved = health.score - before.score if before is not None else 0
    return f"{health.score} ({moved:+d})" if moved else number(health.score)


def _parts(health: MappingHealth | None) -> tuple[str, ...]:
    if health is None:
        return (_UNKNOWN,) * (len(_PARTS) - 1)
    return tuple(
        number(part)
        for part in (
            health.records,
            health.errors,
            health.warnings,
            health.open_conflicts,
            health.pending,
        )
    )
