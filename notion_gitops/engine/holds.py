"""Which hold covers a record or a field, and what a held field or record is left as."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from notion_gitops.engine.building import RecordView
from notion_gitops.engine.fields import FieldMerge, Readings
from notion_gitops.model.holds import Hold
from notion_gitops.model.mapping import DatabaseMapping, Mode, PropertyType, Take
from notion_gitops.model.operations import ConflictFile
from notion_gitops.model.records import Record


@dataclass(frozen=True, slots=True)
class Holds:
    """The holds of one mapping that are in force."""

    every: tuple[Hold, ...] = ()
    # By record, "" for those of every record: where its holds stand in `every`. There may be as
    # many holds as records.
    _places: Mapping[str, Sequence[int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places: dict[str, list[int]] = {}
        for place, hold in enumerate(self.every):
            places.setdefault(hold.record, []).append(place)
        object.__setattr__(self, "_places", places)  # it is frozen

    def __bool__(self) -> bool:
        return bool(self.every)

    @property
    def mapping(self) -> Hold | None:
        """The one that holds the mapping as a whole."""
        return next((h for h in self.about() if h.whole), None)

    @property
    def keys(self) -> frozenset[str]:
        """The records that are named, as a whole or for a field."""
        return frozenset(self._places.keys() - {""})

    def about(self, *keys: str) -> list[Hold]:
        """Those that name one of these records, and those of every record."""
        places = (place for key in {"", *keys} for place in self._places.get(key, ()))
        return [self.every[place] for place in sorted(places)]

    def record(self, *keys: str) -> Hold | None:
        """The one that holds a record as a whole: its own, or the mapping's.

        Args:
            keys: the record's key, and the one that it had before it was changed in git.
        """
        return next((h for h in self.about(*keys) if not h.field), None)

    def field(self, name: str, *keys: str) -> Hold | None:
        """The one that holds a field of a record: the record's as a whole, or the field's."""
        about = self.about(*keys)
        whole = next((h for h in about if not h.field), None)
        return whole or next((h for h in about if h.field == name), None)

    def fields(self, names: Iterable[str], *keys: str) -> frozenset[str]:
        """Those of the fields of a record that are held."""
        held = {h.field for h in self.about(*keys)}
        return frozenset(name for name in names if "" in held or name in held)


NO_HOLDS = Holds()


def in_force(holds: Iterable[Hold], today: date) -> Holds:
    """The holds that hold on a day."""
    return Holds(tuple(h for h in holds if not h.is_over(today)))


def loosened(before: Iterable[Hold], now: Collection[Hold], today: date) -> tuple[Hold, ...]:
    """The holds of `before` that hold today, and that nothing of `now` stands for any more.

    A hold that ends sooner than it did is one of them.
    """
    return tuple(
        hold
        for hold in before
        if not hold.is_over(today) and not any(_as_long(hold, other) for other in now)
    )


def _as_long(hold: Hold, other: Hold) -> bool:
    """Whether the other holds all that this one does, and as long."""
    wide = other.record in ("", hold.record) and other.field in ("", hold.field)
    if other.mapping != hold.mapping or not wide:
        return False
    return other.until is None or (hold.until is not None and other.until >= hold.until)


def part_renames(renames: Mapping[str, str], holds: Holds) -> tuple[dict[str, str], dict[str, str]]:
    """Renames that go on, and those of held records; new key -> old key.

    A hold of a single field names its record by one of the keys, and would lose it.
    """
    held = {
        new: old
        for new, old in renames.items()
        if not holds.keys.isdisjoint((new, old)) or holds.record(new, old) is not None
    }
    return {new: old for new, old in renames.items() if new not in held}, held


def left_as_it_is(at: Readings) -> FieldMerge:
    """What becomes of a held field: no value changes, nobody is asked, the base stays."""
    return FieldMerge(at.base, settled=False)


def waits_as_a_whole(mapping: DatabaseMapping, view: RecordView) -> bool:
    """Whether a record that one side alone holds must wait since a field of it is held.

    Without that field it could not be made as it was meant: a required one would be missing, a
    status that is left out is filled in by Notion, and what comes back from a deletion would be
    taken for an edit of the field.
    """
    if not view.held:
        return False
    match (view.git, view.notion):
        case (Record() as git, None) if view.base is None:
            return view.tombstone is not None or _needs(mapping, view.held, git)
        case (None, Record() as notion):
            if view.base is None:
                return _needs(mapping, view.held, notion)
            return mapping.mode is Mode.MIRROR or _comes_back(view.answers)
        case _:
            return False


def _needs(mapping: DatabaseMapping, held: Collection[str], record: Record) -> bool:
    specs = [mapping.fields[name] for name in held]
    return any(
        spec.required or (spec.type is PropertyType.STATUS and record.value(spec.name) is not None)
        for spec in specs
    )


def _comes_back(answers: ConflictFile | None) -> bool:
    """Whether a person wants the file back that git deleted."""
    answer = answers.record if answers is not None else None
    return answer is not None and answer.take is Take.NOTION
