"""The weather as text: what is kept in the file, sent to the control endpoint, read from YAML."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

from notion_gitops.formats.json_text import parse_json
from notion_gitops.formats.nodes import Items, Node, Scalar, Table, plain, problem
from notion_gitops.formats.schema import check_schema
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.errors import InvalidInput
from notion_gitops.sandbox.weather.rules import (
    CALM,
    Conditions,
    Effect,
    Fault,
    Lateness,
    RateLimit,
    Rule,
    Scope,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from notion_gitops.model.diagnostics import Diagnostic
    from notion_gitops.sandbox.basics.messages import Json

_PLAIN = ("method", "path", "nth", "status", "body", "headers", "probability", "count", "token",
          "retry_after")  # fmt: skip
"""The fields of a rule that stand in the JSON as they are."""

_NOTHING = Rule(Effect.ANSWER)


def read_weather(text: str, file: str) -> Conditions:
    """The weather that a YAML or JSON text describes.

    Args:
        text: YAML, or JSON if the file's name ends in `.json`.
        file: named in the places of problems.

    Raises:
        InvalidInput: with a diagnostic for each problem.
    """
    node = (parse_json if file.endswith(".json") else parse_yaml)(text, file)
    if node is None:
        return CALM
    problems = [*check_schema(node, _schema()), *_wrong_patterns(node), *_wrong_ranges(node)]
    if problems:
        raise InvalidInput(*problems)
    return from_json(plain(node))


@cache
def _schema() -> Mapping[str, Any]:
    file = resources.files("notion_gitops.sandbox") / "schemas" / "weather.schema.json"
    return cast("Mapping[str, Any]", json.loads(file.read_text(encoding="utf-8")))


def _wrong_patterns(node: Node) -> Iterator[Diagnostic]:
    for key, value in _pairs(node):
        if key == "path" and isinstance(value, Scalar):
            try:
                re.compile(value.text)
            except re.error as error:
                yield problem(value, f"no regular expression: {error}")


def _wrong_ranges(node: Node) -> Iterator[Diagnostic]:
    for key, value in _pairs(node):
        if key in {"latency", "seconds"} and isinstance(value, Items):
            ends = [one for one in plain(value) if isinstance(one, (int, float))]
            if ends != sorted(ends):
                yield problem(value, "the range ends before it begins", fix="turn it round")


def _pairs(node: Node) -> Iterator[tuple[str, Node]]:
    """All keys of a document with their values, but for what stands in bodies and headers."""
    match node:
        case Table(entries=entries):
            for entry in entries:
                yield entry.key.text, entry.value
                if entry.key.text not in {"body", "headers"}:
                    yield from _pairs(entry.value)
        case Items(nodes=nodes):
            for one in nodes:
                yield from _pairs(one)
        case Scalar():
            return


# To and from JSON


def from_json(doc: Json) -> Conditions:
    """The weather of a document that the schema allows."""
    shortest, longest = _range(doc.get("latency", 0))
    return Conditions(
        seed=doc.get("seed", 0),
        latency=shortest,
        longest_latency=longest,
        limits=tuple(_limit(one) for one in doc.get("limits", [])),
        search_lag=_lateness(doc.get("search_lag", {})),
        relation_lag=_lateness(doc.get("relation_lag", {})),
        rules=tuple(_rule(one) for one in doc.get("rules", [])),
    )


def to_json(weather: Conditions) -> Json:
    """The document of a weather, without what is as in fair weather."""
    doc: Json = {
        "seed": weather.seed,
        "latency": _shown_range(weather.latency, weather.longest_latency),
        "limits": [_shown_limit(one) for one in weather.limits],
        "search_lag": _shown_lateness(weather.search_lag),
        "relation_lag": _shown_lateness(weather.relation_lag),
        "rules": [_shown_rule(one) for one in weather.rules],
    }
    return {key: value for key, value in doc.items() if value}


def _range(given: float | list[float]) -> tuple[float, float | None]:
    if isinstance(given, list):
        return float(given[0]), float(given[1])
    return float(given), None


def _shown_range(shortest: float, longest: float | None) -> float | list[float]:
    return shortest if longest is None else [shortest, longest]


def _limit(doc: Json) -> RateLimit:
    scope = Scope(doc.get("scope", Scope.CONNECTION))
    return RateLimit(doc["requests"], scope, doc.get("seconds", 60), doc.get("path", ""))


def _shown_limit(limit: RateLimit) -> Json:
    doc: Json = {"requests": limit.requests, "scope": limit.scope.value, "seconds": limit.seconds}
    return {**doc, "path": limit.path} if limit.path else doc


def _lateness(doc: Json) -> Lateness:
    return Lateness(float(doc.get("seconds", 0)), doc.get("requests", 0))


def _shown_lateness(lag: Lateness) -> Json:
    doc = {"seconds": lag.seconds, "requests": lag.requests}
    return {key: value for key, value in doc.items() if value}


def _rule(doc: Json) -> Rule:
    shortest, longest = _range(doc.get("seconds", 0))
    rule = Rule(Effect(doc["effect"]), seconds=shortest, longest=longest)
    if "fault" in doc:
        rule = replace(rule, fault=Fault(doc["fault"]))
    return replace(rule, **{key: doc[key] for key in _PLAIN if key in doc})


def _shown_rule(rule: Rule) -> Json:
    doc: Json = {"effect": rule.effect.value}
    if rule.fault is not None:
        doc["fault"] = rule.fault.value
    if rule.seconds or rule.longest is not None:
        doc["seconds"] = _shown_range(rule.seconds, rule.longest)
    for key in _PLAIN:
        value = getattr(rule, key)
        if value != getattr(_NOTHING, key):
            doc[key] = value
    return doc
