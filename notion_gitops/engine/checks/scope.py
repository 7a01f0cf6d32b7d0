"""What every check is given: the rule, the records, and a way to ask the rule's conditions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from notion_gitops.engine.checks.names import RecordNames
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.expressions import Expression, ExpressionFailed
from notion_gitops.model.mapping import BODY, CheckRule, DatabaseMapping
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Absence, Record
from notion_gitops.model.values import Value

PAGE_MEMBER = "page:"  # prefix of a relation's member that no record stands for
NAMED = 5  # how many records a message names before it says "and N more"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the records; only the checks that a mapping declares ask for it."""

    absent: Mapping[str, Mapping[str, Absence]] = field(default_factory=dict)  # mapping -> key
    unread: Mapping[str, frozenset[str]] = field(default_factory=dict)  # keys; not in the records
    deleted: Mapping[str, frozenset[str]] = field(default_factory=dict)  # keys deleted by agreement
    pages: Mapping[str, Absence] = field(default_factory=dict)  # by page id without dashes
    files: frozenset[str] | None = None  # paths of files and folders; None: nobody looked
    paths: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # mapping -> key -> file
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # mapping -> key -> body


NOTHING_KNOWN = Facts()


@dataclass(frozen=True, slots=True)
class Scope:
    """One rule of one mapping over the records of all mappings."""

    mapping: DatabaseMapping
    rule: CheckRule
    mappings: Mapping[str, DatabaseMapping]
    records: Mapping[str, Mapping[str, Record]]  # mapping name -> key -> merged record, by key
    today: date
    facts: Facts = NOTHING_KNOWN

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this mapping's days begin and end."""
        return ZoneInfo(self.mapping.timezone)

    def own(self) -> Iterator[Record]:
        """The records of this mapping, by key."""
        return self.of(self.mapping.name)

    def of(self, name: str) -> Iterator[Record]:
        """The records of any mapping, by key; none if it takes no part in this run."""
        return iter(self.records.get(name, {}).values())

    def names(self, record: Record) -> Mapping[str, Any]:
        """What an expression sees of a record: every field as plain data, `key` and `today`."""
        return RecordNames(record, self.today)

    def text(self, record: Record, name: str) -> str:
        """A text of a record; the one below the fields also where no difference made it be read."""
        value = record.value(name)
        if value is None and name == BODY:
            value = self.facts.texts.get(self.mapping.name, {}).get(record.key)
        return value if isinstance(value, str) else ""

    def leaves_empty(self, record: Record, name: str) -> bool:
        """Whether a field says nothing; a text that nobody has read is not taken for empty."""
        value = record.value(name)
        if value is not None or name != BODY:
            return is_empty(value)
        return self.mapping.name in self.facts.texts and not self.text(record, name)

    def hides(self, name: str | None, mapping: str | None = None) -> bool:
        """Whether a field, of this mapping or another, is sensitive: no message says its value."""
        known = self.mappings.get(mapping or self.mapping.name, self.mapping)
        field = known.fields.get(name or "")
        return field is not None and field.sensitive

    def finding(self, keys: tuple[str, ...], message: str, *, why: str, fix: str) -> Finding:
        """A finding of this rule about records of this mapping."""
        return Finding(
            check=self.rule.kind.value,
            severity=self.rule.severity,
            mapping=self.mapping.name,
            keys=keys,
            message=message,
            why=why,
            fix=fix,
            place=self.rule.place,
        )


@dataclass(slots=True)
class Conditions:
    """Asks the conditions of one rule, and remembers where they could not be answered.

    A condition that fails on a record leaves that record unchecked; the rule then gives one
    finding about all of them instead of stopping the run.
    """

    scope: Scope
    failures: dict[str, tuple[Expression, str]] = field(default_factory=dict)  # record -> why

    def hold(self, condition: Expression | None, mapping: str, record: Record) -> bool:
        """Whether the record meets the condition; no condition always holds."""
        try:
            return condition is None or bool(condition.evaluate(self.scope.names(record)))
        except ExpressionFailed as failed:
            self._failed(condition, f"{mapping}/{record.key}", failed)
            return False

    def ask(
        self,
        condition: Expression | None,
        names: Mapping[str, Any],
        record: Record,
        *,
        otherwise: bool,
    ) -> bool:
        """The same of a record of our own over other names; `otherwise` where it fails."""
        try:
            return condition is None or bool(condition.evaluate(names))
        except ExpressionFailed as failed:
            self._failed(condition, f"{self.scope.mapping.name}/{record.key}", failed)
            return otherwise

    def _failed(self, condition: Expression | None, record: str, failed: ExpressionFailed) -> None:
        if condition is not None:
            self.failures.setdefault(record, (condition, str(failed)))

    def _reads_sensitive(self, condition: Expression) -> bool:
        """Whether it names a sensitive field of any mapping; reasons quote what was read."""
        words = frozenset(re.findall(r"\w+", condition.source))
        every = (self.scope.mapping, *self.scope.mappings.values())
        return any(f.sensitive and f.name in words for m in every for f in m.fields.values())

    def findings(self) -> Iterator[Finding]:
        """One finding if anything failed; its keys are those of this mapping's own records."""
        if not self.failures:
            return
        condition, reason = next(iter(self.failures.values()))
        if self._reads_sensitive(condition):
            reason = "it reads a sensitive field, so that the reason is not told"
        own = f"{self.scope.mapping.name}/"
        yield Finding(
            check=self.scope.rule.kind.value,
            severity=Severity.WARNING,
            mapping=self.scope.mapping.name,
            keys=tuple(sorted(k.removeprefix(own) for k in self.failures if k.startswith(own))),
            message=f'the check\'s condition "{condition.source}" could not be answered for '
            f"{listed(sorted(self.failures))}: {reason}",
            why="These records were not checked.",
            fix="Make the condition hold for empty fields too, as in `due is not none and …`.",
            place=condition.place,
        )


def is_empty(value: Value) -> bool:
    """Whether a value says nothing. A checkbox that is off and a zero do say something."""
    return value is None or value in ("", frozenset(), ())


def members(value: Value) -> list[str]:
    """The keys that a relation names, sorted."""
    return sorted(value) if isinstance(value, frozenset) else []


def listed(names: list[str]) -> str:
    """``a, b, c``, and how many more there are."""
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED} more"
