"""A key that changed in git: one record gone and an equal one new is the same record, renamed."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from notion_gitops.engine.fields import same
from notion_gitops.engine.likeness import Group, alike, alike_groups, content
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Base, BaseRecord, Record


def find_renames(
    mapping: DatabaseMapping,
    base: Base,
    git: Mapping[str, Record],
    gone: frozenset[str],
    notion: Mapping[str, Record] | None = None,
) -> dict[str, str]:
    """New key -> old key, where exactly one new record equals exactly one that is gone.

    A rename that was carried out by half, before the base knew, is found as well: the page has
    the new key already, or the file has what Notion says where it has not what the base says.

    Args:
        mapping: the mapping.
        base: its base.
        git: the records of git that the base does not know.
        gone: keys of the base that git no longer holds (unreadable files are not gone).
        notion: the pages by the keys of the base; without them only equal records are found.
    """
    groups = _groups(mapping, base, git, gone)
    found = {new[0]: old[0] for new, old in groups if len(new) == 1 and len(old) == 1}
    asked = {key for group in groups for keys in group for key in keys}
    left = {k: r for k, r in git.items() if k not in base.records and k not in asked}
    begun = {
        old: [key for key, r in left.items() if _has_become(mapping, base.records[old], r, page)]
        for old in sorted(gone - asked)
        if (page := (notion or {}).get(old)) is not None
    }
    one = {old: new[0] for old, new in begun.items() if len(new) == 1}
    claims = list(one.values())
    return found | {new: old for old, new in one.items() if claims.count(new) == 1}


def ambiguous_renames(
    mapping: DatabaseMapping,
    base: Base,
    git: Mapping[str, Record],
    gone: frozenset[str],
    settled: Collection[str] = (),
) -> tuple[Group, ...]:
    """New keys and old keys where it cannot be told which became which, or whether one did.

    These are several equal records, and those that are alike in most of their fields: renamed and
    edited at once, or different ones. None may be created or deleted before that is clear.

    Args:
        mapping: the mapping.
        base: its base.
        git: the records of git that the base does not know.
        gone: keys of the base that git no longer holds.
        settled: keys, new and old, of which it is known what became of them.
    """
    groups = _groups(mapping, base, git, gone)
    clear = {key for new, old in groups if len(new) == len(old) == 1 for key in (*new, *old)}
    clear.update(settled)
    old = {key: base.records[key].fields for key in sorted(gone - clear)}
    new = {k: r.fields for k, r in sorted(git.items()) if k not in base.records and k not in clear}
    return alike_groups(mapping, old, new)


def perhaps_renamed(
    mapping: DatabaseMapping, base: Base, git: Mapping[str, Record], held: Collection[str]
) -> dict[str, str]:
    """New key -> old key, where a new record may be one on hold, renamed and edited.

    Those that are alike in most of their fields; of a single new one nothing else is asked. Sent
    as a new record, it would be a twin.

    Args:
        mapping: the mapping.
        base: its base.
        git: the new records that are no other's new key.
        held: keys of the base that are on hold, and that git no longer holds.
    """
    found: dict[str, str] = {}
    for old in sorted(held):
        agreed = base.records[old].fields
        like = [key for key, new in git.items() if alike(mapping, agreed, new.fields)]
        maybe = like or (list(git) if len(git) == 1 else [])
        found |= {new: old for new in maybe if new not in found}
    return found


def _groups(
    mapping: DatabaseMapping, base: Base, git: Mapping[str, Record], gone: frozenset[str]
) -> list[Group]:
    """New and old keys by equal content, where there are both."""
    if not gone:
        return []
    old, new = defaultdict(list), defaultdict(list)
    for key in sorted(gone):
        old[content(mapping, base.records[key].fields)].append(key)
    for key, record in sorted(git.items()):
        if key not in base.records:
            new[content(mapping, record.fields)].append(key)
    return [(tuple(new[each]), tuple(old[each])) for each in old if each in new]


def _has_become(mapping: DatabaseMapping, base: BaseRecord, record: Record, page: Record) -> bool:
    if page.page is not None and page.page.key == record.key:
        return True
    return all(
        same(spec, record.value(name), base.fields.get(name))
        or same(spec, record.value(name), page.value(name))
        for name, spec in mapping.fields.items()
        if not spec.derived
    )
