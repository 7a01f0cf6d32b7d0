"""A key that changed in git: one record gone and an equal one new is the same record, renamed."""

from collections import defaultdict
from collections.abc import Mapping

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Base, Record
from notion_gitops.model.values import Fields, to_plain


def find_renames(
    mapping: DatabaseMapping, base: Base, git: Mapping[str, Record], gone: frozenset[str]
) -> dict[str, str]:
    """New key -> old key, where exactly one new record equals exactly one that is gone.

    Args:
        mapping: the mapping.
        base: its base.
        git: the records of git that the base does not know.
        gone: keys of the base that git no longer holds (unreadable files are not gone).
    """
    groups = _groups(mapping, base, git, gone)
    return {new[0]: old[0] for new, old in groups if len(new) == 1 and len(old) == 1}


def ambiguous_renames(
    mapping: DatabaseMapping, base: Base, git: Mapping[str, Record], gone: frozenset[str]
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """New keys and old keys of equal records where it cannot be told which became which.

    Neither may be created or deleted before a person has said (``rename MAPPING OLD NEW``).
    """
    groups = _groups(mapping, base, git, gone)
    return tuple((new, old) for new, old in groups if len(new) > 1 or len(old) > 1)


def _groups(
    mapping: DatabaseMapping, base: Base, git: Mapping[str, Record], gone: frozenset[str]
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """New and old keys by equal content, where there are both."""
    if not gone:
        return []
    old, new = defaultdict(list), defaultdict(list)
    for key in sorted(gone):
        old[_content(mapping, base.records[key].fields)].append(key)
    for key, record in sorted(git.items()):
        if key not in base.records:
            new[_content(mapping, record.fields)].append(key)
    return [(tuple(new[content]), tuple(old[content])) for content in old if content in new]


def _content(mapping: DatabaseMapping, fields: Fields) -> str:
    return repr([(n, to_plain(fields.get(n))) for n, f in mapping.fields.items() if not f.derived])
