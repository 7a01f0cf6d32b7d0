"""The formula language's subset."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.sandbox.basics.nouns import Kind
from notion_gitops.sandbox.values.formula_syntax import FormulaError, keep_form, parse
from notion_gitops.sandbox.values.formulas import Scope, shown_formula
from notion_gitops.sandbox.values.operands import Operand, When

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
CELLS: dict[str, tuple[Kind, Operand]] = {
    "Hours": (Kind.NUMBER, 4),
    "None": (Kind.NUMBER, None),
    "Text": (Kind.RICH_TEXT, "abc"),
    "Blank": (Kind.RICH_TEXT, None),
    "Done": (Kind.CHECKBOX, True),
    "Due": (Kind.DATE, When("2026-07-11", "2026-07-20")),
    "NoDate": (Kind.DATE, None),
    "Tags": (Kind.MULTI_SELECT, ["x", "y"]),
}


def shown(expression: str) -> Any:
    kept = keep_form(expression, lambda name: name if name in CELLS else None, ("ds", "space"))
    scope = Scope(lambda name: CELLS[name][1], lambda name: CELLS[name][0], NOW)
    try:
        result = shown_formula(parse(kept), scope)
    except FormulaError:
        return "unsupported"
    kind = result["type"]
    return "unsupported" if kind == "unsupported" else result[kind]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-2 ^ 2", 4),
        ("10 / 4", 2.5),
        ("7 % 4", 3),
        ("1 / 0", None),
        ('prop("Hours") * 2', 8),
        ('prop("None") + 1', 1),
        ('prop("Hours") > 3 and not prop("Done")', False),
        ('prop("Hours") > 3 && !empty(prop("Done"))', True),
        ('if(prop("Hours") == 4, "four", "else")', "four"),
        ('prop("Hours") < 3 ? "few" : "many"', "many"),
        ('ifs(false, "a", prop("Done"), "b", "c")', "b"),
        ("round(2.5) + round(2.345, 2)", 5.35),
        ("round(-2.5)", -2),
        ('concat(prop("Text"), "-", format(3))', "abc-3"),
        ('prop("Text") + 1', "abc1"),
        ('length(prop("Text")) + length(prop("Tags"))', 5),
        ('prop("Text").length()', 3),
        ('prop("Text").upper().contains("AB")', True),
        ('contains(prop("Tags"), "x")', True),
        ('empty(prop("Blank"))', True),
        ('prop("Blank")', None),
        ('dateBetween(prop("Due"), now(), "days")', 9),
        ('dateBetween(dateEnd(prop("Due")), prop("Due"), "weeks")', 1),
        ('dateBetween(prop("NoDate"), now(), "days")', None),
        ('format(dateAdd(prop("Due"), 1, "months"))', "2026-08-11"),
        ('dateStart(prop("Due"))', {"start": "2026-07-11", "end": None, "time_zone": None}),
        ('prop("Due") > now()', True),
        ('month(prop("Due"))', 7),
        ("max(1, 5, 3)", 5),
        ("'single'", "single"),
    ],
)  # fmt: skip
def test_expressions(expression: str, value: Any) -> None:
    assert shown(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        "foo(1)",
        'map(prop("Tags"), current)',
        "1 +",
        "let(a, 1, a)",
        '"open',
        'prop("Due") * 2',
        "@",
    ],
)
def test_the_rest_is_unsupported(expression: str) -> None:
    assert shown(expression) == "unsupported"


def test_an_unknown_property_is_an_error() -> None:
    with pytest.raises(FormulaError, match="Nope"):
        shown('prop("Nope")')


@given(
    st.lists(st.tuples(st.sampled_from(["+", "-", "*"]), st.integers(0, 99)), max_size=6),
    st.integers(0, 99),
)
def test_arithmetic_is_pythons(tail: list[tuple[str, int]], first: int) -> None:
    expression = " ".join([str(first), *(f"{sign} {number}" for sign, number in tail)])
    assert shown(expression) == eval(expression)  # noqa: S307  made of digits and signs above


@given(st.text(alphabet="()+-*/\"'.,?:! abtrue0123 prop", max_size=30))
def test_no_text_crashes_the_parser(text: str) -> None:
    try:
        shown(text)
    except FormulaError:
        return
