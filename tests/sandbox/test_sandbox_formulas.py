"""Formulas: what each function gives, and that nothing which can be written breaks a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from notion_gitops.sandbox import Sandbox
from notion_gitops.sandbox.basics.clock import SettableClock
from notion_gitops.sandbox.seeding.seed import load
from tests.sandbox import formula_examples
from tests.sandbox.conftest import NOW, Api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.conftest import Json, Validate

UNSUPPORTED = {"type": "unsupported", "unsupported": {}}


class Desk:
    """A data source whose formula is written anew, and read on one page."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._path = f"data_sources/{api.source('everything')}"
        self._pages = {name: api.page("everything", name)["id"] for name in ("Full", "Empty")}

    def write(self, expression: str) -> tuple[int, Json]:
        change = {"properties": {"Formula": {"formula": {"expression": expression}}}}
        return self.api.ask("PATCH", self._path, change)

    def shown(self, expression: str, page: str = "Full") -> Json:
        """The value as answers show it."""
        status, answer = self.write(expression)
        assert status == 200, answer
        read = self.api.good("GET", f"pages/{self._pages[page]}")
        found: Json = read["properties"]["Formula"]["formula"]
        return found

    def refused(self, expression: str) -> str:
        status, answer = self.write(expression)
        assert (status, answer["code"]) == (400, "validation_error"), answer
        return str(answer["message"])


@pytest.fixture(scope="module")
def desk(description: Json, validate: Validate | None) -> Iterator[Desk]:
    with Sandbox(clock=SettableClock(NOW), seed="formulas") as sandbox:
        load(sandbox, description)
        api = Api(sandbox, SettableClock(NOW))
        yield Desk(api)
    if validate is not None:
        assert not [problem for one in api.exchanges for problem in validate(one)]


def of(value: Any) -> Json:
    """The formula value that holds a Python value; a date is a tuple of its start and end."""
    match value:
        case bool():
            return {"type": "boolean", "boolean": value}
        case int() | float():
            return {"type": "number", "number": value}
        case str():
            return {"type": "string", "string": value}
        case (start, end):
            return {"type": "date", "date": {"start": start, "end": end, "time_zone": None}}
        case _:
            raise AssertionError(value)


NOTHING = {"type": "number", "number": None}


@pytest.mark.parametrize(("expression", "value"), formula_examples.ALL)
def test_what_an_expression_gives(desk: Desk, expression: str, value: Any) -> None:
    assert desk.shown(expression) == of(value)


@pytest.mark.parametrize(
    "expression",
    [
        "1 / 0", "0 / 0", "10 ^ 308 * 10", "10 ^ 400", "-1 / 0 + 1", "(-8) ^ 0.5", "sqrt(-1)",
        "ln(0)", "exp(1000)", "5 % 0", "round(1 / 0)", "floor(1 / 0)", "round(10 ^ 308, 15) * 10",
        "mean(10 ^ 308, 10 ^ 308)", "sum([10 ^ 308, 10 ^ 308])", 'toNumber("abc")',
        'toNumber("nan")', 'toNumber("inf")', 'toNumber("1e400")', 'toNumber("")', "sum()",
        "1" + "0" * 400, 'dateBetween(fromTimestamp(1 / 0), now(), "days")', "max([])",
        'year(parseDate("never"))', "[1].at(5)", "find([1], current > 2)", "if(false, 1)",
        "let(a, 1, if(a > 2, a))",
    ],
)  # fmt: skip
def test_what_is_no_finite_real_number_is_empty(desk: Desk, expression: str) -> None:
    assert desk.shown(expression) == NOTHING


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ('prop("Number")', "number"),
        ('prop("Text")', "string"),
        ('prop("Date")', "date"),
        ('year(prop("Date"))', "number"),
        ('dateBetween(prop("Date"), now(), "days")', "number"),
        ('dateAdd(prop("Date"), 1, "days")', "date"),
        ('dateStart(prop("Date"))', "date"),
        ('if(true, prop("Date"), prop("Text"))', "date"),
        ('prop("Relation").first()', "string"),
        ('prop("Relation").first().prop("Hours")', "string"),
        ('[prop("Number")].first()', "number"),
    ],
)  # fmt: skip
def test_what_is_empty_has_a_type(desk: Desk, expression: str, kind: str) -> None:
    assert desk.shown(expression, "Empty") == {"type": kind, kind: None}


def test_an_empty_number_counts_as_none_at_all(desk: Desk) -> None:
    assert desk.shown('prop("Number") + 1', "Empty") == of(1)
    assert desk.shown('prop("Text") == ""', "Empty") == of(True)
    assert desk.shown('formatDate(prop("Date"), "YYYY")', "Empty") == of("")


@pytest.mark.parametrize(
    "expression",
    [
        'dateAdd(now(), 10 ^ 9, "years")',
        'dateAdd(now(), 10 ^ 300, "days")',
        'dateSubtract(today(), 2027, "years")',
        "fromTimestamp(10 ^ 300)",
        'parseDate("2026-13-01")',
        'parseDate("0001-01-01T00:00+14:00")',
    ],
)
def test_a_date_beyond_the_calendar_is_empty(desk: Desk, expression: str) -> None:
    assert desk.shown(expression) == {"type": "date", "date": None}


@pytest.mark.parametrize(
    "expression",
    [
        "foo(1)", "Nope", "current", "abs()", "abs(1, 2)", "if(true)", "let(1, 2, 3)",
        'prop("Date") * 2', '1 + abs("2")', '1 < "2"', 'dateAdd(now(), 1, "fortnights")',
        'prop("Text").prop("Hours")', 'prop("Relation").map(current.prop("Nope")).length()',
        'prop("Multi")', 'prop("Relation")', 'prop("Relation").first()', '[1, "a"].sort().first()',
        'prop("People").map(current.email()).join("")', "[1].map().length()", "[1].join()",
        "{{notion:block_property:gone:a:b}}",
    ],
)  # fmt: skip
def test_the_rest_is_unsupported(desk: Desk, expression: str) -> None:
    assert desk.shown(expression) == UNSUPPORTED


@pytest.mark.parametrize(
    "expression",
    [
        'repeat("a", 10 ^ 9)',
        'repeat("a", 10 ^ 300)',
        'padStart("a", 10 ^ 9, "b")',
        'let(a, repeat("a", 400000), replaceAll(a, "", a))',
        'let(a, repeat("a ", 9000).split(" "), a.map(a.map(a.sum()).sum()).sum())',
        'let(a, repeat("a ", 9000).split(" "), a.join(repeat("a", 400000)))',
        'test("a", "(?=a)")',
        'test("a", "[z-a]")',
        'test("a", "a++")',
    ],
)
def test_what_would_take_too_long_is_unsupported(desk: Desk, expression: str) -> None:
    assert desk.shown(expression) == UNSUPPORTED


@pytest.mark.parametrize(
    "expression",
    [
        "", " ", "/* nothing */", "1 +", "1 2", '"open', "@", "f(1 2)", "[1", "(1", "1)", "a.1",
        "? :", "true ? 1", "and", "{{notion:block_property:}}", "/* open", "a.b",
        "(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1", "[" * 5000, "1 ? " * 5000, "f(" * 5000,
        "1 ^ " * 5000 + "1", "1+" * 20_000 + "1", "//" * 3000 + "\n@", "/* " * 6000,
        " " * 9000 + "@",
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused(desk: Desk, expression: str) -> None:
    assert "Type error with formula" in desk.refused(expression)


def test_a_column_cannot_be_made_of_what_is_no_expression(acme: Api) -> None:
    change = {"New": {"formula": {"expression": "1 +"}}}
    path = f"data_sources/{acme.source('tasks')}"
    assert "something is missing" in acme.refused("PATCH", path, {"properties": change})
    assert "New" not in acme.good("GET", path)["properties"]


def test_an_unknown_property_is_refused(desk: Desk) -> None:
    assert "Nope is not a property" in desk.refused('1 + prop("Nope")')


def test_formulas_that_read_each_other_in_a_circle_are_unsupported(desk: Desk) -> None:
    assert desk.shown('prop("Formula") + 1') == UNSUPPORTED


@pytest.mark.parametrize("chain", ["1" + ".abs()" * 2000, "true" + ".if(true, true)" * 900])
def test_a_long_chain_breaks_nothing(desk: Desk, chain: str) -> None:
    assert desk.shown(chain) in (of(1), UNSUPPORTED)


def test_deep_formulas_in_formulas_break_nothing(acme: Api) -> None:
    path = f"data_sources/{acme.source('tasks')}"
    inner = "1"
    for number in range(7):
        deep = f"1 + ({'(1 + ' * 45}{inner}{')' * 45})"
        change = {f"F{number}": {"formula": {"expression": deep}}}
        acme.good("PATCH", path, {"properties": change})
        inner = f'prop("F{number}")'
    shown = acme.page("tasks", "Pour")["properties"]
    assert shown["F0"]["formula"] == of(47)
    assert shown["F6"]["formula"] == UNSUPPORTED


def test_a_formula_is_filtered_and_sorted_by(acme: Api) -> None:
    path = f"data_sources/{acme.source('tasks')}"
    change = {"Ratio": {"formula": {"expression": '1 / (prop("Hours") - 4)'}}}
    acme.good("PATCH", path, {"properties": change})
    empty = {"property": "Ratio", "formula": {"number": {"is_empty": True}}}
    assert acme.titles("tasks", filter=empty) == ["Pour"]
    assert (
        acme.titles("tasks", sorts=[{"property": "Ratio", "direction": "ascending"}])[-1] == "Pour"
    )


def test_a_rollup_of_pages_is_known_by_titles(acme: Api) -> None:
    path = f"data_sources/{acme.source('tasks')}"
    rollup = {"relation_property_name": "Project", "rollup_property_name": "Tasks",
              "function": "show_original"}  # fmt: skip
    acme.good("PATCH", path, {"properties": {"Beside": {"rollup": rollup}}})
    change = {"Text": {"formula": {"expression": 'format(prop("Beside")) + prop("Project")'}}}
    acme.good("PATCH", path, {"properties": change})
    assert acme.page("tasks", "Pour")["properties"]["Text"]["formula"] == of("Pour, PaintHall B")


@given(
    st.lists(st.tuples(st.sampled_from(["+", "-", "*"]), st.integers(0, 99)), max_size=6),
    st.integers(0, 99),
)
def test_arithmetic_is_pythons(desk: Desk, tail: list[tuple[str, int]], first: int) -> None:
    expression = " ".join([str(first), *(f"{sign} {number}" for sign, number in tail)])
    assert desk.shown(expression) == of(eval(expression))  # noqa: S307  digits and signs


TOKENS = st.sampled_from([
    "+", "-", "*", "/", "%", "^", "(", ")", "[", "]", ",", ".", "?", ":", "==", "<", "!", "and",
    "not", "true", "1", "a", "current", "index", "if(", "let(a,", '"a"', 'prop("Date")', "/*", "//",
])  # fmt: skip
LEAVES = st.sampled_from([
    "true", "0", "-2.5", "9" * 20, "1 / 0", "0 / 0", '"a"', '"\\d+"', '""', '"days"', '"years"',
    "now()", "[]", "[1, [2]]", "current", "index", "nope", 'prop("Number")', 'prop("Text")',
    'prop("Date")', 'prop("Multi")', 'prop("Relation")', 'prop("Rollup")', '"Hours"',
])  # fmt: skip
NAMES = st.sampled_from([
    "abs", "round", "pow", "mod", "min", "median", "sign", "toNumber", "sqrt", "exp", "cbrt",
    "substring", "contains", "test", "match", "replaceAll", "split", "join", "repeat", "padEnd",
    "format", "dateAdd", "dateBetween", "dateRange", "dateEnd", "formatDate", "parseDate", "length",
    "fromTimestamp", "timestamp", "week", "day", "at", "slice", "sort", "unique", "flat", "concat",
    "map", "filter", "find", "every", "empty", "if", "ifs", "let", "style", "reverse", "nope",
])  # fmt: skip


def calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arguments = st.lists(inner, min_size=1, max_size=3).map(", ".join)
    signs = st.sampled_from(["+", "-", "*", "/", "%", "^", "<", "==", "and"])
    return (
        st.builds("{}({})".format, NAMES, arguments)
        | st.builds("({} {} {})".format, inner, signs, inner)
        | st.builds("{}.prop({})".format, inner, inner)
    )


WELL_FORMED = st.recursive(LEAVES, calls, max_leaves=8)  # though its types may be wrong


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TOKENS, max_size=12).map(" ".join) | WELL_FORMED)
@example("{{notion:block_property:a}}")
def test_whatever_is_written_a_page_is_read(desk: Desk, expression: str) -> None:
    status, answer = desk.write(expression)
    if status == 400:
        assert answer["code"] == "validation_error"
    else:
        assert status == 200
        assert len(desk.api.query("everything")) == 2
