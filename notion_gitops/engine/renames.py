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
    old = defaultdict(list)
    new = defaultdict(list)
    for key in gone:
        old[_content(mapping, base.records[key].fields)].append(key)
    for key, record in git.items():
        if key not in base.records:
            new[_content(mapping, record.fields)].append(key)
    return {
        new[content][0]: old[content][0]
        for content in old
        if len(old[content]) == 1 and len(new.get(content, ())) == 1
    }


def _content(mapping: DatabaseMapping, fields: Fields) -> str:
    return repr([(n, to_plain(fields.get(n))) for n, f in mapping.fields.items() if not f.derived])
