"""What an expression can say, and what it says when it cannot."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_gitops.expressions import compile_expression
from notion_gitops.expressions.filters import FILTERS
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.expressions import ExpressionFailed

PLACE = Place("mappings/tasks.yaml", 28, 10)
NAMES = frozenset({"git", "notion", "base", "key", "field", "edited", "value", "today"})


def evaluate(source: str, **given_names: Any) -> Any:
    return compile_expression(source, PLACE, names=NAMES)(**given_names)


def refused(
    source: str, parts: Mapping[str, frozenset[str]] | None = None
) -> tuple[Diagnostic, ...]:
    with pytest.raises(InvalidInput) as raised:
        compile_expression(source, PLACE, names=NAMES, parts=parts)
    return raised.value.diagnostics


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("git.status == 'doing'", True),
        ("{{ git.status == 'doing' }}", True),
        ("{{git.status}}", "doing"),
        ("{'doing': 1}[git.status]", 1),
        ("git['status']", "doing"),
        ("notion.due > git.due", True),
        ("'urgent' in git.tags", True),
        ("'urgent' in notion.tags", False),
        ("'urgent' not in notion.tags", True),
        ("git.tags is empty", False),
        ("notion.tags is empty and notion.tags is none", True),
        ("git.hours * 60", 750),
        ("git.hours / 0.5", 25),
        ("git.hours // 5", 2),
        ("-git.hours + 1", -11.5),
        ("git.hours | round", 12),
        ("'7' | int + 1", 8),
        ("'7.5' | float", 7.5),
        ("'1e3' | int", 1000),
        ("git.status | upper ~ '!'", "DOING!"),
        ("git.status ~ ' ' ~ git.hours ~ none ~ true", "doing 12.5true"),
        ("git.tags | join(', ')", "a, urgent"),
        ("git.tags | first", "a"),
        ("git.tags | last", "urgent"),
        ("git.tags | length", 2),
        ("git.tags + ['b']", ["a", "urgent", "b"]),
        ("git.tags[0]", "a"),
        ("git.tags[9]", None),
        ("git.due[:4]", "2026"),
        ("git.due[5:7] ~ git.missing[:4]", "11"),
        ("git.tags[:1]", ["a"]),
        ("git.missing | default('none yet')", "none yet"),
        ("git.missing.deeper", None),
        ("edited.git.at", None),
        ("'yes' if git.hours > 10", "yes"),
        ("'yes' if git.hours > 100", None),
        ("'a' if git.status == 'x' else 'b'", "b"),
        ("not git.missing or git.status", True),
        ("git.status in ['doing', 'done']", True),
        ("git.status is in ['doing', 'done']", True),
        ("git.due is defined and base.due is undefined", True),
        ("git.status is string and git.hours is number and not git.hours is boolean", True),
        ("('a', 'b')", ["a", "b"]),
        ("'  x ' | trim | title", "X"),
        ("'tHe end' | capitalize", "The end"),
        ("'tHe end' | title", "The End"),
        ("git.missing | lower | replace('a', 'b') | int | abs", None),
        ("'a-b' | replace('-', '_')", "a_b"),
        ("5 | string", "5"),
        ("true and none is none", True),
    ],
)
def test_an_expression_gives_a_typed_value(source: str, expected: object) -> None:
    git = {"status": "doing", "due": "2026-11-28", "tags": ["a", "urgent"], "hours": 12.5}
    notion = {"status": "done", "due": "2026-12-01"}
    found = evaluate(source, git=git, notion=notion, base={}, key="k")
    assert found == expected
    assert type(found) is type(expected)


def test_the_source_is_kept_without_braces_and_decides_equality() -> None:
    bare = compile_expression("value | lower", PLACE, names=NAMES)
    braced = compile_expression("{{ value | lower }}", Place("other.yaml"), names=NAMES)
    assert braced.source == "value | lower"
    assert bare == braced


@pytest.mark.parametrize(
    ("source", "column", "words"),
    [
        ("gti.status == 'doing'", 10, ["gti", "git"]),
        ("{{ gti.status }}", 13, ["gti", "git"]),
        ("  gti.status", 12, ["gti", "git"]),
        ("{{git.status | uper}}", 12 + 13, ["uper", "upper"]),
        ("git.status is strng", 21, ["strng", "string"]),
        ("git.status == ", 23, ["broken"]),
        ("git.status = 'doing'", 21, ["broken", "=="]),
        ("git.status && 1", 21, ["broken", "and"]),
        ("git.status == 'doing", 24, ["broken"]),
        ("(git.status", 21, ["broken"]),
        ("git.status)", 20, ["broken"]),
        ("git.status notion", 21, ["broken"]),
        ("{{ git }} {{ notion }}", 17, ["broken"]),
        ("{% if git %}", 11, ["bare"]),
        ("", 10, ["empty"]),
        ("{{ }}", 13, ["empty"]),
        ("git.status.lower()", 26, ["called"]),
        ("git.hours ** 2", 10, ["**"]),
        ("git.status | default(fallback='x')", 40, ["order"]),
        ("git.status | replace('x')", 23, ["2 arguments", "has 1"]),
        ("git.__class__", 13, ["begin with _"]),
        ("1e999", 10, ["too large"]),
    ],
)
def test_a_problem_is_told_at_its_column(source: str, column: int, words: list[str]) -> None:
    found = refused(source)
    assert len(found) == 1
    told = found[0].summary + " " + found[0].fix
    assert [word for word in words if word not in told] == []
    assert found[0].place == Place(PLACE.file, PLACE.line, column)
    assert found[0].fix


def test_all_problems_of_an_expression_are_told_at_once() -> None:
    found = refused("gti.x == notoin.y | uper")
    assert [d.place.column for d in found if d.place] == [10, 19, 30]


def test_an_unknown_part_is_told_with_the_nearest() -> None:
    parts = {"git": frozenset({"status", "due"}), "edited": frozenset({"git"})}
    parts["edited.git"] = frozenset({"at", "by"})
    found = refused("git.statsu == edited.git.att or edited.gti.at", parts)
    assert [d.fix for d in found] == [
        'did you mean "status"?',
        'did you mean "at"?',
        'did you mean "git"?',
    ]
    assert compile_expression("notion.anything", PLACE, names=NAMES, parts=parts)() is None


def test_in_several_lines_the_place_is_the_beginning() -> None:
    found = refused("git.status == 'x'\n  and gti.due")
    assert found[0].place == PLACE


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("git.due < git.hours", "a text cannot be compared with a number"),
        ("git.due < git.missing", "a text cannot be compared with nothing"),
        ("git.due + 1", "`+` does not work between a text and a number"),
        ("git.due * 3", "`*` does not work between a text and a number"),
        ("3 * git.tags", "`*` does not work between a number and a list"),
        ("git.due - git.due", "`-` does not work between a text and a text"),
        ("true + 1", "`+` does not work between yes or no and a number"),
        ("git.hours / 0", "division by zero"),
        ("git.due.year", "a text has no part 'year'"),
        ("git.tags | lower", "a text is needed here, and this is a list"),
        ("git.tags | int", "a list is no number"),
        ("git[1:]", "a table has no pieces"),
        ("git.due | int", "'2026-11-28' is no such number"),
        ("git.due | join(', ')", "`join` takes a list, and this is a text"),
        ("git.hours | first", "a number is no list"),
        ("git.hours | length", "a number has no length"),
        ("git.due | round", "a text cannot be rounded"),
        ("git.due | abs", "a text has no absolute value"),
        ("git.tags ~ 'x'", "a list cannot be written as a text"),
        ("git.due | replace('', 'x')", "`replace` needs a text to look for"),
        ("1 in git.due", "it cannot be worked out"),
        ("9007199254740992 * 2", "beyond 2^53"),
        ("git.hours * 1e308", "no finite number"),
    ],
)
def test_what_does_not_fit_fails_in_words(source: str, words: str) -> None:
    git = {"due": "2026-11-28", "tags": ["a"], "hours": 12}
    with pytest.raises(ExpressionFailed) as raised:
        evaluate(source, git=git)
    assert words in str(raised.value)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
OPERATORS = ["+", "-", "*", "/", "//", "~", "<", "<=", "==", "in", "and", "or"]
CALLS = ["default(1)", "replace('a','b')", "round(2)", "join(',')"]
CALLS += [name for name, callee in FILTERS.items() if callee.least == 0]
SOURCES = st.recursive(
    st.sampled_from(["value", "git.a", "git", "3", "0", "'x'", "none", "true", "[1, value]", "-7"]),
    lambda inner: st.one_of(
        st.tuples(
            inner,
            st.sampled_from(OPERATORS),
            inner,
        ).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(
            inner,
            st.sampled_from(
                [
                    "lower",
                    "upper",
                    "trim",
                    "title",
                    "capitalize",
                    "int",
                    "float",
                    "round",
                    "abs",
                    "first",
                    "last",
                    "join",
                    "length",
                    "string",
                    "default(1)",
                    "replace('a','b')",
                    "round(2)",
                    "join(',')",
                ]
            ),
        ).map(lambda t: f"({t[0]} | {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} if {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}[{t[1]}])"),
    ),
    max_leaves=5,
)


@settings(deadline=None)
@given(source=SOURCES, value=plain, inner=plain)
def test_evaluation_raises_nothing_but_its_own_error(
    source: str, value: object, inner: object
) -> None:
    expression = compile_expression(source, PLACE, names=NAMES)
    try:
        expression(value=value, git={"a": inner})
    except ExpressionFailed as error:
        assert str(error)  # noqa: PT017  either outcome is right, another exception is not


@settings(deadline=None)
@given(st.text(alphabet="git.{}()[]|'\"=!<>+*/%~ \n\\#-_a1:,", max_size=60))
def test_any_text_is_compiled_or_refused(source: str) -> None:
    try:
        compile_expression(source, PLACE, names=NAMES)
    except InvalidInput as error:
        assert all(d.place is not None for d in error.diagnostics)  # noqa: PT017  likewise
