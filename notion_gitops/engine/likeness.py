"""Records that are gone and new ones that are alike: one may be the other, renamed and edited."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.values import Fields, Value, to_plain

Group = tuple[tuple[str, ...], tuple[str, ...]]  # new keys, old keys
Pair = tuple[str, str]  # new key, old key

_FEW = 5  # records of one title that are held against one another


def alike(mapping: DatabaseMapping, one: Fields, other: Fields) -> bool:
    """Whether half of the fields that either fills, and that people enter, are equal.

    The title counts twice: it is what people call the record.
    """
    weights = {n: 1 + (n == mapping.title_field.name) for n in _entered(mapping)}
    filled = {n: weight for n, weight in weights.items() if n in one or n in other}
    equal = sum(weight for n, weight in filled.items() if one.get(n) == other.get(n))
    return equal > 0 and 2 * equal >= sum(filled.values())


def content(mapping: DatabaseMapping, fields: Fields) -> str:
    """What people entered: equal for equal records."""
    return repr([(n, to_plain(fields.get(n))) for n in _entered(mapping)])


def alike_groups(
    mapping: DatabaseMapping, gone: Mapping[str, Fields], new: Mapping[str, Fields]
) -> tuple[Group, ...]:
    """All that are equal or alike, with whom they are so, directly or by others.

    Many records have a value such as a status in common by chance. So those that are not equal
    are held against one another only if they have something in common that tells them from the
    others: the title, unless many have it, or a value that no other one has. That is also what
    keeps this from holding each against each.
    """
    pairs = {*_equal(mapping, gone, new), *_alike(mapping, gone, new)}
    return tuple(_joined(sorted(pairs)))


def _equal(
    mapping: DatabaseMapping, gone: Mapping[str, Fields], new: Mapping[str, Fields]
) -> Iterator[Pair]:
    """Pairs that join all that are equal; not each with each."""
    old: dict[str, list[str]] = defaultdict(list)
    for key, fields in gone.items():
        old[content(mapping, fields)].append(key)
    seen: dict[str, str] = {}
    for key, fields in new.items():
        same = content(mapping, fields)
        if same in old:
            yield key, old[same][0]
            yield from ((seen.setdefault(same, key), other) for other in old[same])


def _alike(
    mapping: DatabaseMapping, gone: Mapping[str, Fields], new: Mapping[str, Fields]
) -> Iterator[Pair]:
    title, names = mapping.title_field.name, _entered(mapping)
    old, now = _by_value(names, gone), _by_value(names, new)
    for (name, value), keys in now.items():
        others = old.get((name, value), ())
        most = _FEW if name == title else 1
        if len(keys) <= most and len(others) <= most:
            yield from (
                (one, other)
                for one in keys
                for other in others
                if alike(mapping, gone[other], new[one])
            )


def _by_value(
    names: Iterable[str], records: Mapping[str, Fields]
) -> dict[tuple[str, Value], list[str]]:
    found: dict[tuple[str, Value], list[str]] = defaultdict(list)
    for key, fields in records.items():
        for name in names:
            if name in fields:
                found[name, fields[name]].append(key)
    return found


def _joined(pairs: Collection[Pair]) -> Iterator[Group]:
    """Pairs that have a key in common, as one group each, in the order of their new keys."""
    beside: dict[tuple[bool, str], list[tuple[bool, str]]] = defaultdict(list)
    for new, old in pairs:
        beside[True, new].append((False, old))
        beside[False, old].append((True, new))
    seen: set[tuple[bool, str]] = set()
    for new, _ in pairs:
        found, ahead = set[tuple[bool, str]](), [(True, new)]
        while ahead:
            at = ahead.pop()
            if at not in seen:
                seen.add(at)
                found.add(at)
                ahead.extend(beside[at])
        if found:
            yield (
                tuple(sorted(key for is_new, key in found if is_new)),
                tuple(sorted(key for is_new, key in found if not is_new)),
            )


def _entered(mapping: DatabaseMapping) -> list[str]:
    return [name for name, spec in mapping.fields.items() if not spec.derived]
