"""Checks that follow relations from one mapping to another: orphans, contradicts, documented."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from notion_gitops.engine.checks.scope import (
    PAGE_MEMBER,
    Conditions,
    Scope,
    is_empty,
    listed,
    members,
)
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Absence, Record
from notion_gitops.model.values import DateValue
from notion_gitops.text.words import count

_UNSEEN = {
    Absence.MOVED: "its page was moved to another place",
    Absence.UNREACHABLE: "its page is unshared, or deleted for good",
}
_ASIDE = frozenset({Absence.OUT_OF_SCOPE, Absence.UNPROVEN})  # not compared, but there
EMPTY_ALLOWED = "empty_allowed"  # option of the implied rule: only dangling members are told


def orphans(scope: Scope) -> Iterator[Finding]:
    """Records whose relation is empty, dangles, or leads out of the mapping (information)."""
    for record in scope.own():
        for name in scope.rule.fields:
            if is_empty(record.value(name)):
                yield from _alone(scope, record, name)
            else:
                yield from _dangling(scope, record, name)


def contradicts(scope: Scope) -> Iterator[Finding]:
    """Records that say one thing while a record they relate to says another."""
    conditions = Conditions(scope)
    options = scope.rule.options
    name = options["relation"]
    target = scope.mapping.fields[name].to or ""
    others = scope.records.get(target, {})
    for record in scope.own():
        keys = [key for key in members(record.value(name)) if key in others]
        if not keys or not conditions.hold(options.get("when"), scope.mapping.name, record):
            continue
        against = [k for k in keys if conditions.hold(options.get("related"), target, others[k])]
        if against:
            said = options.get("message") or f"contradicts its {name}"
            named = f": {listed([f'{target}/{key}' for key in against])}"
            yield scope.finding(
                (record.key,),
                said if scope.hides(name) else said + named,
                why="Both cannot be true, so one of the two is out of date.",
                fix=f"Correct this record, or the one in {target}.",
            )
    yield from conditions.findings()


def documented(scope: Scope) -> Iterator[Finding]:
    """Records that no note relates to, or whose newest note is older than allowed."""
    conditions = Conditions(scope)
    options = scope.rule.options
    if options["by"] not in scope.records:
        return  # those records are not part of this run, so nothing can be said
    notes = _by_target(scope, options["by"], options["relation"])
    for record in scope.own():
        if conditions.hold(options.get("while"), scope.mapping.name, record):
            message = _undocumented(scope, record, notes.get(record.key, []))
            if message:
                yield scope.finding(
                    (record.key,),
                    message,
                    why="What was decided and why is known only to those who were there.",
                    fix=f"Write a record in {options['by']} that names {record.key} "
                    f"in its {options['relation']}.",
                )
    yield from conditions.findings()


def _alone(scope: Scope, record: Record, name: str) -> Iterator[Finding]:
    field = scope.mapping.fields[name]
    if scope.rule.options.get(EMPTY_ALLOWED) or field.required:
        return  # allowed, or told by `required` already
    yield scope.finding(
        (record.key,),
        f"has no {name}",
        why=f"It shows up in none of the {field.to or 'related'} views, and is easily forgotten.",
        fix=f'Fill in {name} in the record\'s file, or "{field.property_name}" in Notion.',
    )


def _dangling(scope: Scope, record: Record, name: str) -> Iterator[Finding]:
    target = scope.mapping.fields[name].to or ""
    others = scope.records.get(target)
    keys = members(record.value(name))
    outside = [key for key in keys if key.startswith(PAGE_MEMBER)]
    if outside:
        finding = scope.finding(
            (record.key,),
            f"{name} names {_named(scope, name, outside)}, which is no record of {target}",
            why="The page is kept in the list as it is: it is not mapped, or not taken in yet.",
            fix=f"Nothing, if this is meant; else give the page a record in {target}.",
        )
        yield replace(finding, severity=Severity.INFO)
    if others is None:
        return  # those records are not part of this run, so nothing can be said
    known = [key for key in keys if not key.startswith(PAGE_MEMBER)]
    away, unread = scope.facts.absent.get(target, {}), scope.facts.unread.get(target, frozenset())
    lost = [k for k in known if k not in others and k not in unread and away.get(k) not in _ASIDE]
    if lost:
        yield scope.finding(
            (record.key,),
            f"{name} names {_named(scope, name, [_lost(scope, target, key) for key in lost])}, "
            f"which {'is' if len(lost) == 1 else 'are'} not in {target}",
            why="The name leads nowhere, and cannot be sent to Notion.",
            fix=f"Correct {name}, or bring the record back to {target}.",
        )
    unseen = [key for key in known if key in others and away.get(key) in _UNSEEN]
    if unseen:
        yield scope.finding(
            (record.key,),
            f"{name} names {_unseen(scope, name, {key: _UNSEEN[away[key]] for key in unseen})}",
            why="In Notion the link leads to a page that people do not see there.",
            fix=f"Share or move that page back, or correct {name}.",
        )


def _named(scope: Scope, name: str, members: list[str]) -> str:
    """The members of a relation; how many there are of a sensitive one."""
    return count(len(members), "record") if scope.hides(name) else listed(members)


def _unseen(scope: Scope, name: str, why: Mapping[str, str]) -> str:
    if scope.hides(name):
        return f"{count(len(why), 'record')} ({listed(sorted(set(why.values())))})"
    return listed([f"{key} ({reason})" for key, reason in why.items()])


def _lost(scope: Scope, target: str, key: str) -> str:
    trashed = scope.facts.absent.get(target, {}).get(key) is Absence.TRASHED
    gone = trashed or key in scope.facts.deleted.get(target, frozenset())
    return f"{key} (deleted)" if gone else key


def _by_target(scope: Scope, mapping: str, relation: str) -> dict[str, list[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in scope.of(mapping):
        for key in members(record.value(relation)):
            found[key].append(record)
    return found


def _undocumented(scope: Scope, record: Record, notes: list[Record]) -> str:
    options = scope.rule.options
    if not notes:
        return f"is not documented: nothing in {options['by']} is about it"
    max_age, dated_by = options.get("max_age_days"), options.get("date")
    if dated_by is None:
        return ""
    days = [(day, note.key) for note in notes if (day := _day(note, dated_by)) is not None]
    if not days:
        return f"has no dated record in {options['by']}"
    newest, key = max(days)
    hidden = scope.hides(options["relation"], options["by"])
    note = "" if hidden else f" ({options['by']}/{key})"
    if max_age is not None and newest < scope.today - timedelta(days=max_age):
        if scope.hides(dated_by, options["by"]):
            return f"was last documented more than {max_age} days ago{note}"
        age = (scope.today - newest).days
        return f"was last documented {age} days ago{note}, and {max_age} is the limit"
    not_before = options.get("not_before")
    since = _day(record, not_before, first=True)
    if since is not None and newest < since:
        if scope.hides(not_before) or scope.hides(dated_by, options["by"]):
            return f"was last documented{note} before its {not_before}"
        return f"was last documented on {newest}{note}, and its {not_before} is {since}"
    return ""


def _day(record: Record, name: str | None, *, first: bool = False) -> date | None:
    value = record.value(name) if name else None
    if not isinstance(value, DateValue):
        return None
    moment = value.start if first else value.end or value.start
    return moment.date() if isinstance(moment, datetime) else moment
