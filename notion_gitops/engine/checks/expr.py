"""The check that a team writes itself: an expression over a record and those that it relates to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from notion_gitops.engine.checks.names import RecordNames
from notion_gitops.engine.checks.scope import Conditions, Scope, listed, members
from notion_gitops.model.expressions import Expression, ExpressionFailed
from notion_gitops.model.mapping import PropertyType
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Record

_LONGEST = 300  # characters of a message


def expr(scope: Scope) -> Iterator[Finding]:
    """Records for which `holds` does not hold; `when` says which are looked at."""
    options, conditions = scope.rule.options, Conditions(scope)
    around = _Around.of(scope)
    for record in scope.own():
        names = around.names(record, shown=False)
        if not conditions.ask(options.get("when"), names, record, otherwise=False):
            continue
        if conditions.ask(options["holds"], names, record, otherwise=True):
            continue
        yield scope.finding(
            (record.key,),
            message_of(options["message"], around.names(record, shown=True)),
            why=options.get("why") or "The team wrote this rule into the mapping.",
            fix=options.get("fix") or f"Make this hold: {options['holds'].source}",
        )
    yield from conditions.findings()


def message_of(template: tuple[str | Expression, ...], names: Mapping[str, Any]) -> str:
    """The message: texts as they are, expressions worked out; one that cannot be is a "?"."""
    parts = [p if isinstance(p, str) else _told(p, names) for p in template]
    message = " ".join("".join(parts).split())
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."


def _told(expression: Expression, names: Mapping[str, Any]) -> str:
    try:
        value = expression.evaluate(names)
    except ExpressionFailed:
        return "?"
    if isinstance(value, list):
        return listed([str(member) for member in value]) or "nothing"
    return "nothing" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class _Around:
    """What an expression can see around a record."""

    scope: Scope
    incoming: Mapping[str, Mapping[str, list[Record]]]  # mapping -> our key -> its records
    shown: Mapping[str, Mapping[str, list[Record]]]  # the same, but by sensitive relations

    @classmethod
    def of(cls, scope: Scope) -> "_Around":
        used = scope.rule.options.get("incoming", ())
        told = {name: _incoming(scope, name, shown=True) for name in used}
        return cls(scope, {name: _incoming(scope, name, shown=False) for name in used}, told)

    def names(self, record: Record, *, shown: bool) -> Mapping[str, Any]:
        """The names; `shown`: without the fields that no message may show."""
        return RecordNames(
            record,
            self.scope.today,
            hidden=self._hidden(self.scope.mapping.name) if shown else frozenset(),
            more={
                "related": _Lazy(lambda name: self._related(record, name, shown=shown)),
                "incoming": _Lazy(lambda name: self._incoming(record, name, shown=shown)),
            },
        )

    def _related(self, record: Record, name: str, *, shown: bool) -> list[RecordNames]:
        field = self.scope.mapping.fields.get(name)
        target = (field.to if field else None) or ""
        hidden = shown and self.scope.hides(name)
        others = {} if hidden else self.scope.records.get(target, {})
        found = [others[key] for key in members(record.value(name)) if key in others]
        return self._seen(found, target, shown=shown)

    def _incoming(self, record: Record, name: str, *, shown: bool) -> list[RecordNames]:
        relating = self.shown if shown else self.incoming
        return self._seen(relating.get(name, {}).get(record.key, []), name, shown=shown)

    def _seen(self, records: list[Record], mapping: str, *, shown: bool) -> list[RecordNames]:
        hidden = self._hidden(mapping) if shown else frozenset[str]()
        return [RecordNames(r, self.scope.today, hidden=hidden) for r in records]

    def _hidden(self, mapping: str) -> frozenset[str]:
        known = self.scope.mappings.get(mapping)
        fields = known.fields.values() if known else ()
        return frozenset(f.name for f in fields if f.sensitive)


class _Lazy(Mapping[str, Any]):
    """A table whose parts are worked out when they are asked for."""

    def __init__(self, get: Any) -> None:
        self._get = get

    def __getitem__(self, name: str) -> Any:
        return self._get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _incoming(scope: Scope, name: str, *, shown: bool) -> dict[str, list[Record]]:
    """The records of a mapping that relate to ours, by our keys; each once.

    `shown`: by those relations alone that a message may show.
    """
    known = scope.mappings.get(name)
    relations = [
        f.name
        for f in (known.fields.values() if known else ())
        if f.type is PropertyType.RELATION
        and f.to == scope.mapping.name
        and not (shown and f.sensitive)
    ]
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in scope.of(name):
        for key in {k for relation in relations for k in members(record.value(relation))}:
            found[key].append(record)
    return found
