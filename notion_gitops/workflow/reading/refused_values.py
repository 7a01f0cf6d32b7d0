"""Values in git that Notion has no place for: told in the plan, left alone on both sides."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from notion_gitops.engine.holds import NO_HOLDS, Holds
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.mapping import (
    OPTIONS,
    DatabaseMapping,
    Direction,
    Field,
    Mode,
    PropertyType,
)
from notion_gitops.model.nearest import nearest
from notion_gitops.model.people import People
from notion_gitops.model.records import BaseRecord, Record, Snapshot
from notion_gitops.model.values import Fields, Unknown, Value
from notion_gitops.notion.pages import Target, encode_properties
from notion_gitops.notion.schema import Schema
from notion_gitops.records.places import Words
from notion_gitops.text.words import listed
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.git_side import GitSide

_SOURCES = OPTIONS | {PropertyType.PEOPLE, PropertyType.RELATION}
_LISTS = frozenset({
    PropertyType.MULTI_SELECT, PropertyType.PEOPLE, PropertyType.RELATION, PropertyType.FILES,
})  # fmt: skip
_MOST_MEMBERS = 100  # of a list in one request (Notion's documentation, "Request limits")
_MOST_KEYS = 5000  # in so many, the nearest is not looked for: it would take seconds
_NAMED = 5  # keys in a message


@dataclass(frozen=True, slots=True)
class Known:
    """What values may name."""

    people: People
    keys: Mapping[str, Collection[str]] = field(default_factory=dict)  # by mapping: its records
    users_readable: bool = True  # False: people are not written
    # By mapping: those on hold that no page has the key of, with the key that it has instead.
    unborn: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    trashed: Mapping[str, Collection[str]] = field(default_factory=dict)  # those whose page is
    holds: Holds = NO_HOLDS  # of the mapping that is looked at


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a value is not sent, and what to do about it."""

    why: str
    fix: str
    words: Sequence[str] = ()  # those that are meant, if they are known


def without_refused(
    database: Database, known: Known, git: GitSide, base: Mapping[str, BaseRecord]
) -> tuple[Snapshot, tuple[Diagnostic, ...]]:
    """The records without what Notion cannot take, and what to do about it.

    Options that Notion does not have, people that nobody is, records that there are not. A typing
    error would otherwise become a choice for everybody, or fail whenever it is written.

    Args:
        database: with its mapping.
        known: what values may name.
        git: the records, and their files.
        base: the records as last agreed.
    """
    mapping, schema = database.mapping, database.schema
    wanted = _SOURCES | _LISTS
    specs = [f for f in mapping.fields.values() if f.type in wanted and is_written(f, mapping.mode)]
    if schema is None or not specs:
        return git.snapshot, ()
    look, words = _Look(database, schema, known), Words(mapping, git.contents)
    records: dict[str, Record] = {}
    problems: list[Diagnostic] = []
    unwritten: list[str] = []
    for key, record in git.snapshot.records.items():
        refused = {
            spec.name: r
            for spec in specs
            if not known.holds.field(spec.name, key)
            and _is_sent(spec, record, base.get(key))
            and (r := look.refusal(spec, record.value(spec.name)))
        }
        kept = set() if known.users_readable else set(_people(specs, record, base.get(key)))
        kept -= known.holds.fields(kept, key)
        records[key] = _left_alone(record, {n: r.why for n, r in refused.items()}, kept)
        problems += [
            _told(words, record, spec, refused[spec.name]) for spec in specs if spec.name in refused
        ]
        unwritten += [key] if kept else []
    if unwritten:
        problems.append(_people_told(database, unwritten))
    return replace(git.snapshot, records=records), tuple(problems)


def waiting_relations(
    mapping: DatabaseMapping, before: Snapshot, after: Snapshot
) -> dict[str, Fields]:
    """By key: the relations in git that `without_refused` took out of what is sent.

    Args:
        mapping: of the records.
        before: as the files have them.
        after: as they were left.
    """
    relations = [f.name for f in mapping.fields.values() if f.type is PropertyType.RELATION]
    found = {
        key: {
            name: value
            for name in relations
            if isinstance(value := before.records[key].value(name), frozenset)
            and isinstance(record.value(name), Unknown)
        }
        for key, record in after.records.items()
    }
    return {key: fields for key, fields in found.items() if fields}


def refused_fields(database: Database, known: Known, values: Fields) -> dict[str, tuple[str, str]]:
    """Why some of these values cannot be sent, and what to do about it, by field."""
    mapping, schema = database.mapping, database.schema
    if schema is None:
        return {}
    look = _Look(database, schema, known)
    found: dict[str, tuple[str, str]] = {}
    for name, value in values.items():
        spec = mapping.fields.get(name)
        if spec is None or not is_written(spec, mapping.mode):
            continue
        refusal = look.refusal(spec, value)
        if refusal is not None:
            fix = "Set another one by hand." if spec.sensitive else refusal.fix  # it is in no file
            found[name] = (refusal.why, fix)
        elif spec.type is PropertyType.PEOPLE and not known.users_readable:
            found[name] = ("people are not written", "Let the connection read user information.")
    return found


def unsent(
    mapping: DatabaseMapping,
    git: Snapshot,
    notion: Snapshot,
    base: Mapping[str, BaseRecord],
    holds: Holds = NO_HOLDS,
) -> tuple[Diagnostic, ...]:
    """What is edited in git and waits, since it is not known what Notion holds there.

    Its option has no word in the mapping, or its database is hidden: git's value may be older or
    newer than Notion's. Told once for each reason.
    """
    waiting: dict[tuple[str, str], list[Record]] = {}
    specs = [f for f in mapping.properties if is_written(f, mapping.mode)]
    for key, record in git.records.items():
        other = notion.records.get(key)
        unread = other.fields if other is not None else {}
        for spec in specs:
            theirs, ours = unread.get(spec.name), record.value(spec.name)
            if not isinstance(theirs, Unknown) or isinstance(ours, Unknown):
                continue
            if holds.field(spec.name, key) is not None:
                continue
            if ours is None and spec.type is PropertyType.STATUS:
                continue  # an empty status means: leave it
            if _is_edited(spec, record, base.get(key)):
                waiting.setdefault((spec.name, theirs.reason), []).append(record)
    return tuple(_waiting_told(mapping, at, records) for at, records in waiting.items())


def _waiting_told(
    mapping: DatabaseMapping, at: tuple[str, str], records: list[Record]
) -> Diagnostic:
    name, why = at
    why = "what Notion holds has no word in the mapping" if mapping.fields[name].sensitive else why
    keys = listed([record.key for record in records], _NAMED)
    first = records[0].file
    return Diagnostic(
        f"{mapping.name}/{keys}: {name} is edited in git, and not sent: {why}",
        first.place if first is not None else mapping.fields[name].place,
        fix="Put right what keeps Notion's value from being read; the edit is sent then.",
        detail="The field is left as it is on both sides.",
    )


def is_written(spec: Field, mode: Mode) -> bool:
    """Whether the field is written to Notion at all; an edit of any other is put back."""
    return not spec.derived and spec.direction is not Direction.PULL and mode is Mode.TWO_WAY


@dataclass
class _Look:
    """Looks values up; the same few come again and again."""

    database: Database
    schema: Schema
    known: Known
    asked: dict[tuple[str, Value], _Refusal | None] = field(default_factory=dict)

    def refusal(self, spec: Field, value: Value) -> _Refusal | None:
        """Why the value is not sent; None if it can be, or if it is empty."""
        if value is None or isinstance(value, Unknown):
            return None
        found = self._refusal(spec, value)
        return _unnamed(spec) if found is not None and spec.sensitive else found

    def _refusal(self, spec: Field, value: Value) -> _Refusal | None:
        if isinstance(value, frozenset | tuple) and len(value) > _MOST_MEMBERS:
            return _too_many(spec, len(value))
        if spec.type not in _SOURCES:
            return None
        at = (spec.name, value)
        if at not in self.asked:
            relation = spec.type is PropertyType.RELATION
            self.asked[at] = self._dangling(spec, value) if relation else self._encoded(at)
        return self.asked[at]

    def _encoded(self, at: tuple[str, Value]) -> _Refusal | None:
        name, value = at
        target = Target(self.database.mapping, self.schema, self.known.people)
        finding = encode_properties({name: value}, target).left_out.get(name)
        return None if finding is None else _Refusal(finding.message, finding.fix)

    def _dangling(self, spec: Field, value: Value) -> _Refusal | None:
        there = self.known.keys.get(spec.to or "", ())
        lost = lost_keys(value, there)
        if not lost:
            return self._unborn(spec, value) or self._trashed(spec, value)
        fix = name_another(lost[0], spec, there)
        return _Refusal(f"{spec.name}: there is no {listed(lost, _NAMED)} in {spec.to}", fix, lost)

    def _unborn(self, spec: Field, value: Value) -> _Refusal | None:
        unborn = self.known.unborn.get(spec.to or "", {})
        members = value if isinstance(value, frozenset) else frozenset()
        waiting = sorted(m for m in members if m in unborn)
        if not waiting:
            return None
        new = [key for key in waiting if not unborn[key]]
        why = f"{listed(new or waiting, _NAMED)} of {spec.to} {_on_hold(new, waiting, unborn)}"
        fix = "It is sent once that hold ends; the plan tells what is on hold."
        return _Refusal(f"{spec.name}: {why}", fix, waiting)

    def _trashed(self, spec: Field, value: Value) -> _Refusal | None:
        """Notion shows no relation to such a page, and may not take one: it is not documented."""
        trashed = self.known.trashed.get(spec.to or "", ())
        members = value if isinstance(value, frozenset) else frozenset()
        gone = sorted(m for m in members if m in trashed)
        if not gone:
            return None
        which = "is in Notion's trash" if len(gone) == 1 else "are in Notion's trash"
        fix = "It is sent once that page is back; or take it out of the list."
        return _Refusal(f"{spec.name}: {listed(gone, _NAMED)} of {spec.to} {which}", fix, gone)


def _on_hold(new: Sequence[str], waiting: Sequence[str], old: Mapping[str, str]) -> str:
    """What keeps a relation to these from being sent."""
    if new:
        return "are on hold, and have no page yet" if new[1:] else "is on hold, and has no page yet"
    before = listed([old[key] for key in waiting], _NAMED)
    if waiting[1:]:
        return f"are on hold: in Notion they are {before} until that ends"
    return f"is on hold: in Notion it is {before} until that ends"


def lost_keys(value: Value, there: Collection[str]) -> list[str]:
    """The keys in a relation that lead nowhere."""
    members = value if isinstance(value, frozenset) else frozenset()
    return sorted(m for m in members if not m.startswith("page:") and m not in there)


def name_another(word: str, spec: Field, there: Collection[str]) -> str:
    """What to do about a key that leads nowhere."""
    near = nearest(word, there) if len(there) <= _MOST_KEYS else None
    meant = f'Did you mean "{near}"? ' if near else ""
    return f"{meant}Name a record of {spec.to}, or add the one that is missing."


def _unnamed(spec: Field) -> _Refusal:
    """Why a value is not sent that nobody is to read."""
    why = f"{spec.name}: Notion does not take this value, which is not shown as it is sensitive"
    return _Refusal(why, "Look at it in the file.")


def _is_sent(spec: Field, record: Record, base: BaseRecord | None) -> bool:
    """Whether git's value may have to be written: it was edited, or always stands in Notion.

    What Notion holds need not be fit to be sent: its lists may be longer than a request's.
    """
    return spec.direction is Direction.PUSH or _is_edited(spec, record, base)


def _is_edited(spec: Field, record: Record, base: BaseRecord | None) -> bool:
    """Whether git's value is another than the one agreed on; of none, whether there is one."""
    known = base is not None and spec.name in base.known
    return record.value(spec.name) != (base.fields.get(spec.name) if base and known else None)


def _too_many(spec: Field, count: int) -> _Refusal:
    what = f"{spec.name}: {count} members, where Notion takes {_MOST_MEMBERS} in a request"
    return _Refusal(what, "Remove some, or edit the list in Notion.")


def _people(specs: list[Field], record: Record, base: BaseRecord | None) -> Iterator[str]:
    """The people fields that git would write."""
    for spec in specs:
        if spec.type is PropertyType.PEOPLE and _is_sent(spec, record, base):
            yield spec.name


def _people_told(database: Database, keys: list[str]) -> Diagnostic:
    return Diagnostic(
        f"{database.mapping.name}: people are not written to Notion in {listed(keys, _NAMED)}",
        database.mapping.place,
        fix="Give the connection the capability to read user information "
        "(notion.so/profile/integrations).",
        detail="Without it Notion does not show who is who. These fields are left as they are on "
        "both sides.",
    )


def _left_alone(record: Record, refused: Mapping[str, str], kept: Collection[str]) -> Record:
    if not refused and not kept:
        return record
    unknown = {name: Unknown("people are not written") for name in kept}
    unknown |= {name: Unknown(why) for name, why in refused.items()}
    return replace(record, fields={**record.fields, **unknown})


def _told(words: Words, record: Record, spec: Field, refusal: _Refusal) -> Diagnostic:
    return Diagnostic(
        f"{words.mapping.name}/{record.key}: {refusal.why}",
        words.find(record, spec.name, next(iter(refusal.words), "")).place,
        fix=refusal.fix,
        detail="The field is left as it is on both sides.",
    )
