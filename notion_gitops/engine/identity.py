"""Which page is which record: page id, then key; never the title."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from notion_gitops.engine.created import is_kept
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.mapping import DatabaseMapping, Field, PropertyType
from notion_gitops.model.plan import DUPLICATE_KEY, UNUSABLE_KEY, Draft, Finding
from notion_gitops.model.records import Base, PageOrigin, Record, Side
from notion_gitops.model.values import Fields, Value

DRAFT_REST = timedelta(minutes=5)  # a new page is taken in once it was left alone for so long
KEY_ID_LENGTH = 6  # hex digits of the page id at the end of a key made from a page
NO_TITLE = "(no title)"  # of a page that cannot be named otherwise


@dataclass(frozen=True, slots=True)
class Identified:
    """The pages of one database, told apart."""

    records: Mapping[str, Record] = field(default_factory=dict)  # by key, the key filled in
    findings: tuple[Finding, ...] = ()
    drafts: tuple[Draft, ...] = ()
    unpaired: tuple[Record, ...] = ()  # first contact: pages that nothing links to a record


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What identification depends on besides the base and the pages."""

    git_keys: Collection[str]  # all keys in git
    now: datetime
    slug: Callable[[str], str]  # a title as the beginning of a key; "" if nothing is usable
    valid_key: Callable[[str], bool]
    held_keys: Collection[str] = ()  # of records that are on hold
    all_new: bool = False  # first contact: what nothing links is new


def identify(
    mapping: DatabaseMapping, base: Base, pages: Collection[Record], at: Circumstances
) -> Identified:
    """Give each page the key of its record.

    1. A page that the base knows keeps its key, whatever its key property says. So does the page
       of a deleted record that is there again.
    2. Another page with a key in its property is that record, unless the key is taken: then it is
       a copy, reported and left alone.
    3. A page with no key whose id ends as a key in git does is that record: an apply that created
       the file was interrupted before the base knew.
    4. Any other page with no key is a new record, once it is no draft. On first contact it is
       none before somebody says so: it may be the twin of a record in git.
    """
    known = _known_pages(mapping, base, at)
    records = {known[_origin(p).id]: p for p in pages if _origin(p).id in known}
    buried = {t.page_id for t in base.tombstones.values()}
    others = [p for p in pages if _origin(p).id not in known and _origin(p).id not in buried]
    taken = {*records, *base.records}
    keyed, findings = _by_key_property(mapping, taken, others, at)
    records |= keyed
    keyless = [p for p in others if not _origin(p).key]
    free = [k for k in at.git_keys if k not in records and k not in base.records]
    records |= (linked := _by_id_in_key(keyless, free))
    ids = {_origin(p).id for p in linked.values()}
    rest = [p for p in keyless if _origin(p).id not in ids]
    if not base.ever and not at.all_new and set(free) - linked.keys():
        return Identified(_named(records), tuple(findings), unpaired=tuple(rest))
    waiting = {_origin(p).id: _draft(mapping, p, at) for p in rest}
    drafts = tuple(draft for draft in waiting.values() if draft is not None)
    ready = [p for p in rest if waiting[_origin(p).id] is None]
    born, clashes = _born(mapping, ready, {*records, *base.records, *at.git_keys}, at)
    return Identified(_named(records | born), (*findings, *clashes), drafts)


def _known_pages(mapping: DatabaseMapping, base: Base, at: Circumstances) -> dict[str, str]:
    """Page id -> key: of the base, and of deleted records whose pages are no more to be left out.

    A page that the mapping keeps although its file was deleted stays out, until git has a record
    of that key again.
    """
    returned = {
        t.page_id: key
        for key, t in base.tombstones.items()
        if key not in base.records and (key in at.git_keys or not is_kept(mapping, t, Side.NOTION))
    }
    return returned | {b.page_id: key for key, b in base.records.items()}


def _by_id_in_key(keyless: Collection[Record], free: Collection[str]) -> dict[str, Record]:
    """The pages whose id alone names one unlinked key in git, as keys made from pages do."""
    keys, pages = defaultdict(list), defaultdict(list)
    for key in free:
        keys[key[-KEY_ID_LENGTH - 1 :]].append(key)
    for page in keyless:
        pages[f"-{_tail(page)}"].append(page)
    return {
        keys[tail][0]: found[0]
        for tail, found in pages.items()
        if len(found) == 1 and len(keys.get(tail, ())) == 1
    }


def _born(
    mapping: DatabaseMapping, pages: Collection[Record], taken: Collection[str], at: Circumstances
) -> tuple[dict[str, Record], list[Finding]]:
    """The pages born in Notion, by the keys made for them; never two under one key."""
    used = {key.casefold() for key in taken}
    born: dict[str, Record] = {}
    findings = []
    for page in sorted(pages, key=lambda p: _origin(p).id):
        key = _held_key(page, at, used) or derived_key(page, at.slug)
        if key.casefold() in used:
            findings.append(_duplicate_key(mapping, key, page, copy=False))
            continue
        used.add(key.casefold())
        born[key] = page
    return born, findings


def _named(records: Mapping[str, Record]) -> dict[str, Record]:
    return {key: replace(page, key=key) for key, page in sorted(records.items())}


def derived_key(page: Record, slug: Callable[[str], str]) -> str:
    """The key of a page born in Notion: its title and the end of its id.

    The end, since the first digits are shared by the pages of one database.
    """
    return f"{slug(page.title) or 'page'}-{_tail(page)}"


def _held_key(page: Record, at: Circumstances, used: Collection[str]) -> str:
    """The key by which a new page is on hold: its title may have changed since; "" if it is not."""
    named = {key for key in at.held_keys if key.endswith(f"-{_tail(page)}")}
    held = {key for key in named if key.casefold() not in used}
    return "" if derived_key(page, at.slug) in held else min(held, default="")


def _tail(page: Record) -> str:
    return _origin(page).id.replace("-", "")[-KEY_ID_LENGTH:]


def resolve_relations(
    mapping: DatabaseMapping, record: Record, keys: Mapping[str, Mapping[str, str]]
) -> Record:
    """The record with its relations by key instead of by page id.

    Args:
        mapping: the record's mapping.
        record: as decoded from Notion: relation members are ``page:ID``.
        keys: by mapping name, the key of each page id. Pages not in it stay ``page:ID``.
    """
    relations = [f for f in mapping.fields.values() if f.type is PropertyType.RELATION]
    changed = {f.name: _resolved(f, record.value(f.name), keys) for f in relations}
    if all(record.value(n) == v for n, v in changed.items()):
        return record
    fields: Fields = {**record.fields, **{n: v for n, v in changed.items() if v is not None}}
    return replace(record, fields=fields)


def _resolved(spec: Field, value: Value, keys: Mapping[str, Mapping[str, str]]) -> Value:
    if not isinstance(value, frozenset) or spec.to is None:
        return value
    target = keys.get(spec.to, {})
    return frozenset(target.get(m.removeprefix("page:"), m) for m in value)


def _by_key_property(
    mapping: DatabaseMapping,
    known: Collection[str],
    others: Collection[Record],
    at: Circumstances,
) -> tuple[dict[str, Record], list[Finding]]:
    keyed = [(key, p) for p in others if (key := _origin(p).key)]
    seen = Counter(key.casefold() for key, _ in keyed)
    taken = {key.casefold() for key in known}
    in_git = {key.casefold(): key for key in at.git_keys}
    accepted: dict[str, Record] = {}
    findings = []
    for key, page in keyed:
        folded = key.casefold()
        if not at.valid_key(key):
            findings.append(_bad_key(mapping, key, page))
        elif folded in taken or seen[folded] > 1:
            findings.append(_duplicate_key(mapping, key, page, copy=folded in taken))
        else:
            accepted[in_git.get(folded, key)] = page  # unique ignoring case: git's spelling
    return accepted, findings


def _draft(mapping: DatabaseMapping, page: Record, at: Circumstances) -> Draft | None:
    """What a page waits for before it is a record; None if it is one."""
    required = (f.name for f in mapping.fields.values() if f.required)
    missing = tuple(name for name in required if page.value(name) is None)
    rest = _origin(page).edited + DRAFT_REST
    until = rest if at.now < rest else None
    return Draft(page.title or NO_TITLE, missing, until) if missing or until else None


def _duplicate_key(mapping: DatabaseMapping, key: str, page: Record, *, copy: bool) -> Finding:
    what = "a copy of it carries the same key" if copy else "several pages carry this key"
    return Finding(
        DUPLICATE_KEY,
        Severity.WARNING,
        mapping.name,
        (key,),
        f'{what} in Notion: "{page.title}" ({_origin(page).url})',
        why="a key names one record; the tool leaves such pages alone rather than guess",
        fix=f'empty "{mapping.key.property_name}" on the copy to make it a record of its own, '
        "or trash it",
        place=mapping.place,
    )


def _bad_key(mapping: DatabaseMapping, key: str, page: Record) -> Finding:
    return Finding(
        UNUSABLE_KEY,
        Severity.WARNING,
        mapping.name,
        (),
        f'the page "{page.title}" has the key "{key}", which cannot name a file',
        why="keys become file names",
        fix="use letters, digits, dots, hyphens and underscores, beginning with a letter or digit",
        place=mapping.place,
    )


def _origin(page: Record) -> PageOrigin:
    if page.page is None:
        raise ValueError("a record read from Notion has an origin there")
    return page.page
