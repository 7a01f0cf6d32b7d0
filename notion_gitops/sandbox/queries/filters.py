"""Filters of a query: an object of the request becomes a test of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import UNDEFINED, Json, failed_validation, invalid
from notion_gitops.sandbox.basics.nouns import Kind, Page, Property, Source
from notion_gitops.sandbox.queries.conditions import Asking, Family, Test, condition
from notion_gitops.sandbox.values.operands import Operand, When
from notion_gitops.sandbox.values.rollups import Function, result_type
from notion_gitops.sandbox.values.shapes import find_property

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call
    from notion_gitops.sandbox.values.cells import Cells

PageTest = Callable[[Page], bool]

_MAX_MEMBERS = 100
_FORMULA_KEYS = ("string", "number", "checkbox", "date")
_MAX_DEPTH = 2  # one compound inside one compound
_KEYS: dict[str, Family] = {
    "title": Family.TEXT, "rich_text": Family.TEXT, "url": Family.TEXT, "email": Family.TEXT,
    "phone_number": Family.TEXT, "number": Family.NUMBER, "unique_id": Family.NUMBER,
    "checkbox": Family.CHECKBOX, "select": Family.OPTION, "status": Family.OPTION,
    "multi_select": Family.OPTIONS, "date": Family.DATE, "created_time": Family.DATE,
    "last_edited_time": Family.DATE, "people": Family.PEOPLE, "created_by": Family.PEOPLE,
    "last_edited_by": Family.PEOPLE, "relation": Family.RELATION, "files": Family.FILES,
    "verification": Family.VERIFICATION, "string": Family.TEXT,
}  # fmt: skip
_TEXT_KINDS = frozenset({Kind.TITLE, Kind.RICH_TEXT, Kind.URL, Kind.EMAIL, Kind.PHONE_NUMBER})
_TIMESTAMPS = {"created_time": "created", "last_edited_time": "edited"}


class _Compiler:
    """Turns the filter of one request into a test."""

    def __init__(self, call: Call, source: Source, cells: Cells) -> None:
        self._call = call
        self._source = source
        self._cells = cells
        self._asking = Asking(call.now, call.token.bot.id)

    def compile(self, given: Any, path: str, depth: int) -> PageTest:
        if not isinstance(given, dict):
            raise failed_validation(path, "an object", given)
        for joint in ("and", "or"):
            if joint in given:
                only(given, (joint,), path)
                return self._compound(joint, given[joint], f"{path}.{joint}", depth)
        if "timestamp" in given:
            return self._timestamp(given, path)
        return self._property(given, path)

    def _compound(self, joint: str, given: Any, path: str, depth: int) -> PageTest:
        if depth >= _MAX_DEPTH:
            raise failed_validation(path, "not present", given)
        if not isinstance(given, list):
            raise failed_validation(path, "an array", given)
        if len(given) > _MAX_MEMBERS:
            raise failed_validation(f"{path}.length", f"≤ `{_MAX_MEMBERS}`", len(given))
        tests = [self.compile(one, f"{path}[{at}]", depth + 1) for at, one in enumerate(given)]
        if joint == "and":
            return lambda page: all(test(page) for test in tests)
        return lambda page: any(test(page) for test in tests)

    def _timestamp(self, given: Json, path: str) -> PageTest:
        name = given["timestamp"]
        field = _TIMESTAMPS.get(name) if isinstance(name, str) else None
        if field is None:
            words = '`"created_time"` or `"last_edited_time"`'
            raise failed_validation(f"{path}.timestamp", words, name)
        only(given, ("timestamp", name, "type"), path)
        test = condition(Family.DATE, given.get(name, UNDEFINED), self._asking, f"{path}.{name}")
        if field == "created":
            return lambda page: test(When(page.created))
        return lambda page: test(When(page.edited))

    def _property(self, given: Json, path: str) -> PageTest:
        name = given.get("property", UNDEFINED)
        if not isinstance(name, str):
            raise failed_validation(f"{path}.property", "a string", name)
        prop = find_property(self._source, name)
        key = next((key for key in given if key not in {"property", "type"}), None)
        if key is None:
            raise failed_validation(f"{path}.{prop.kind.value}", "defined", UNDEFINED)
        only(given, ("property", "type", key), path)
        if given.get("type", key) != key:
            raise failed_validation(f"{path}.type", f'`"{key}"`', given["type"])
        source, cells = self._source, self._cells
        if prop.kind is Kind.ROLLUP and key == "rollup":
            return self._rollup(prop, given[key], f"{path}.rollup")
        test = self._test(prop, key, given[key], f"{path}.{key}")
        return lambda page: test(cells.operand(page, source, prop))

    def _test(self, prop: Property, key: str, given: Any, path: str) -> Test:
        match prop.kind:
            case Kind.FORMULA if key == "formula":
                return self._inner(given, path, _FORMULA_KEYS)
            case _ if not _fits(prop.kind, key):
                raise _mismatch(prop.kind, key)
            case _:
                return condition(_KEYS[key], given, self._asking, path)

    def _inner(self, given: Any, path: str, keys: Iterable[str]) -> Test:
        """The test of `{TYPE: {operator: operand}}`, as formulas and rollups have it."""
        key, inner = _single(given, path)
        if key not in keys:
            raise failed_validation(f"{path}.{key}", "not present", inner)
        return condition(_KEYS[key], inner, self._asking, f"{path}.{key}")

    def _rollup(self, prop: Property, given: Any, path: str) -> PageTest:
        quantor, inner = _single(given, path)
        result = result_type(Function(prop.config["function"]))
        source, cells = self._source, self._cells
        match quantor:
            case "number" | "date":
                if quantor != result:
                    raise invalid(f"database property rollup does not match filter {quantor}")
                test = self._inner(given, path, (quantor,))
                return lambda page: test(cells.operand(page, source, prop))
            case "any" | "every" | "none":
                if result != "array":
                    raise invalid(f"database property rollup does not match filter {quantor}")
                test = self._inner(inner, f"{path}.{quantor}", self._rolled_keys(prop, inner))
                holds = _quantified(quantor, test)
                return lambda page: holds(cells.rolled(page, source, prop))
            case _:
                raise failed_validation(f"{path}.{quantor}", "not present", inner)

    def _rolled_keys(self, prop: Property, inner: Any) -> Iterable[str]:
        """The types by which the values of a rollup may be asked."""
        relation = self._source.relation_of(prop)
        target = self._call.world.source(relation.config["data_source_id"]) if relation else None
        rolled = target.by_id.get(prop.config["rollup_property_id"]) if target else None
        if rolled is None or rolled.kind in {Kind.FORMULA, Kind.ROLLUP}:
            return _KEYS
        for key in inner if isinstance(inner, dict) else ():
            if key in _KEYS and not _fits(rolled.kind, key):
                raise _mismatch(rolled.kind, key)
        return _KEYS


def _mismatch(kind: Kind, key: str) -> Exception:
    return invalid(f"database property {kind.value} does not match filter {key}")


def _single(given: Any, path: str) -> tuple[str, Any]:
    """The one key of an object, with its value."""
    if not isinstance(given, dict) or len(given) != 1:
        raise failed_validation(path, "an object", given)
    ((key, inner),) = given.items()
    return key, inner


def only(given: Json, known: tuple[str, ...], path: str) -> None:
    """Refuse (400) an object with other keys than these."""
    for key, value in given.items():
        if key not in known:
            raise failed_validation(f"{path}.{key}", "not present", value)


def _quantified(quantor: str, test: Test) -> Callable[[list[Operand]], bool]:
    def holds(members: list[Operand]) -> bool:
        found = [test(member) for member in members]
        match quantor:
            case "any":
                return any(found)
            case "every":
                return all(found)
            case _:
                return not any(found)

    return holds


def _fits(kind: Kind, key: str) -> bool:
    """Whether a filter may name that type; all texts can be asked for as `rich_text`."""
    return key in _KEYS and (key == kind.value or (key == "rich_text" and kind in _TEXT_KINDS))


def compile_filter(call: Call, source: Source, cells: Cells, given: object) -> PageTest | None:
    """The test that a `filter` means, or None if there is none.

    Raises:
        ApiError: 400 with the place of what is wrong.
    """
    if given is None:
        return None
    return _Compiler(call, source, cells).compile(given, "body.filter", 0)
