from datetime import UTC, date, datetime

import pytest

from notion_gitops.formats.values import read_value
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import Field, PropertyType
from notion_gitops.model.people import People, Person
from notion_gitops.model.values import DateValue, FileRef, GeoPlace, Value

T = PropertyType
PLACE = Place("m.yaml")
ANNA = "c0ffee00-0000-4000-8000-000000000001"
PEOPLE = People({"anna": Person("anna", ANNA, email="Anna@x.org"), "bert": Person("bert", "b-id")})


def read(text: str, type_: PropertyType, values: dict[str, str] | None = None) -> Value:
    node = parse_yaml(f"f: {text}\n", "f.yaml")
    field = Field("f", "F", type_, PLACE, to="tasks", values=values)
    return read_value(node.get("f"), field, "Europe/Berlin", PEOPLE)  # type: ignore[union-attr]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize("text", ["", "~", "null", "''", "[]", "[null]", "['']"])
@pytest.mark.parametrize("type_", [T.MULTI_SELECT, T.PEOPLE, T.RELATION])
def test_nothing_is_one_value_for_sets(text: str, type_: PropertyType) -> None:
    """Holds R07."""
    assert read(text, type_) is None


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "''"])
@pytest.mark.parametrize(
    "type_", [T.TITLE, T.RICH_TEXT, T.SELECT, T.STATUS, T.URL, T.DATE, T.FORMULA]
)
def test_nothing_is_one_value(text: str, type_: PropertyType) -> None:
    """Holds R07."""
    assert read(text, type_) is None


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "NO",
        "on",
        "y",
        "true",
        "1e3",
        "007",
        "0x1F",
        "1_000",
        "12:30:45",
        "2026-06-01",
        ".nan",
        "-1",
    ],
)
@pytest.mark.parametrize("type_", [T.TITLE, T.RICH_TEXT, T.SELECT, T.EMAIL, T.URL, T.PHONE_NUMBER])
def test_in_a_text_field_all_is_text(word: str, type_: PropertyType) -> None:
    """Holds R01, R02, R03."""
    assert read(word, type_) == word


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-12.50", -12.5),
        ("1e3", 1000),
        ("-0.0", 0),
        ("9007199254740992", 2**53),
        ("1e21", 1e21),
        ("5e-324", 5e-324),
    ],
)
def test_numbers(text: str, value: float) -> None:
    """Holds F098."""
    found = read(text, T.NUMBER)
    assert found == value
    assert isinstance(found, int) is isinstance(value, int)


@pytest.mark.parametrize(
    "text",
    [
        "'42'",
        "012",
        "0o14",
        "0x1F",
        "1_000",
        "+1",
        "1.",
        ".5",
        "1,5",
        "NaN",
        ".inf",
        "1e400",
        "9007199254740993",
        "true",
        "12:30",
        "[1]",
        "{a: 1}",
        "9" * 5000,
    ],
)
def test_what_is_no_number(text: str) -> None:
    """Holds F098, R02, R14."""
    with pytest.raises(InvalidInput) as caught:
        read(text, T.NUMBER)
    (found,) = caught.value.diagnostics
    assert found.place == Place("f.yaml", 1, 4)
    assert found.fix
    assert "number" in found.summary
    assert len(found.summary) < 200


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False)])
def test_checkboxes(text: str, value: bool) -> None:
    assert read(text, T.CHECKBOX) is value


@pytest.mark.parametrize("text", ["yes", "on", "1", "'true'", "x", "[true]"])
def test_what_is_no_checkbox(text: str) -> None:
    """Holds R14."""
    with pytest.raises(InvalidInput, match="true or false"):
        read(text, T.CHECKBOX)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-06-01", DateValue(date(2026, 6, 1))),
        ("'2026-06-01'", DateValue(date(2026, 6, 1))),
        ("2026-06-01T10:00", DateValue(at(2026, 6, 1, 8, 0))),
        ("2026-06-01 10:00:59", DateValue(at(2026, 6, 1, 8, 0))),
        ("2026-06-01T10:00:59.123Z", DateValue(at(2026, 6, 1, 10, 0))),
        ("2026-06-01T10:00-05:30", DateValue(at(2026, 6, 1, 15, 30))),
        ("2026-06-01/2026-06-01", DateValue(date(2026, 6, 1), date(2026, 6, 1))),
        (
            "2026-06-01T10:00/2026-06-02T10:00+00:00",
            DateValue(at(2026, 6, 1, 8), at(2026, 6, 2, 10)),
        ),
        ("2026-06-01T00:00", DateValue(at(2026, 5, 31, 22))),
        ("2026-10-25T02:30", DateValue(at(2026, 10, 25, 0, 30))),  # comes twice: the first
        ("2026-03-29T02:30", DateValue(at(2026, 3, 29, 1, 30))),  # never comes: an hour on
        ("0001-01-01", DateValue(date(1, 1, 1))),
        ("9999-12-31", DateValue(date(9999, 12, 31))),
    ],
)
def test_dates(text: str, value: DateValue) -> None:
    """Holds F099, R06."""
    assert read(text, T.DATE) == value
    assert read(str(value), T.DATE) == value


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-1-2",
        "2026/01/02",
        "2026-06-01T24:00",
        "2026-06-30T23:59:60Z",
        "2026-06-02/2026-06-01",
        "2026-06-01T10:00 Europe/Berlin",
        "2026-06-01/",
        "tomorrow",
        "20260601",
        "2026-06-01T10:00+99:00",
        "0001-01-01T00:00+02:00",
        "٢٠٢٦-06-01",
        "2026-06-01/2026-06-02/2026-06-03",
        "[2026-06-01]",
        "1",
    ],
)
def test_what_is_no_date(text: str) -> None:
    """Holds F099, R05, R06."""
    with pytest.raises(InvalidInput, match="date") as caught:
        read(text, T.DATE)
    assert caught.value.diagnostics[0].fix


def test_options_and_their_words() -> None:
    words = {"todo": "Not started", "doing": "In progress"}
    assert read("doing", T.STATUS, words) == "doing"
    assert read("[doing, todo, doing]", T.MULTI_SELECT, words) == frozenset({"doing", "todo"})
    assert read("one", T.MULTI_SELECT) == frozenset({"one"})
    with pytest.raises(InvalidInput) as caught:
        read("[doin, x, todo]", T.MULTI_SELECT, words)
    assert [(str(d.place), d.fix) for d in caught.value.diagnostics] == [
        ("f.yaml:1:5", 'did you mean "doing"?'),
        ("f.yaml:1:11", "use one of: todo, doing"),
    ]


@pytest.mark.parametrize(
    ("text", "type_", "says"),
    [
        ("'a, b'", T.SELECT, "comma"),
        ("['a, b']", T.MULTI_SELECT, "comma"),
        ("x" * 101, T.SELECT, "100"),
        ("[a, b]", T.SELECT, "one word or phrase is expected here, not a list"),
        ("{a: 1}", T.MULTI_SELECT, "not a table"),
        ("u" * 2001, T.URL, "2,000"),
        ("u" * 201, T.EMAIL, "200"),
        ("u" * 201, T.PHONE_NUMBER, "200"),
        ("u" * 200_001, T.RICH_TEXT, "200,000"),
        ("[a]", T.TITLE, "text is expected here, not a list"),
        ("../x", T.RELATION, "no key"),
        ("page:../x", T.RELATION, "no key"),
        ("user:x", T.RELATION, "no key"),
        ("user:../users", T.PEOPLE, "nobody"),
        ("carl@x.org", T.PEOPLE, "nobody"),
        ("{lat: 91, lon: 0}", T.PLACE, "lat must be"),
        ("{lat: 1}", T.PLACE, '"lon" is missing'),
        ("{lat: 1, lon: 2, nam: x}", T.PLACE, 'unknown key "nam"'),
        ("here", T.PLACE, "a place is expected"),
        ("[{name: x}]", T.FILES, "no url"),
        ("['http://[odd']", T.FILES, "no address that can be read"),
        ("[{name: x, url: 'http://[odd'}]", T.FILES, "no address that can be read"),
        ("[{name: x, url: y, size: 3}]", T.FILES, "size"),
        ("[[x]]", T.FILES, "not a list"),
    ],
)
def test_what_notion_would_refuse_is_refused_here(
    text: str, type_: PropertyType, says: str
) -> None:
    """Holds R15."""
    with pytest.raises(InvalidInput, match=says):
        read(text, type_)


def test_people_by_alias_address_or_id() -> None:
    undashed = ANNA.replace("-", "").upper()
    for text in ("anna", "anna@X.org", f"user:{ANNA}", f"user:{undashed}", "[anna, anna@x.org]"):
        assert read(text, T.PEOPLE) == frozenset({"anna"})
    assert read("user:someone-else", T.CREATED_BY) == "user:someone-else"
    with pytest.raises(InvalidInput) as caught:
        read("[ann, bert]", T.PEOPLE)
    assert caught.value.diagnostics[0].fix.startswith('did you mean "anna"?')


def test_relations_by_key_or_page() -> None:
    page = "c0ffee0000004000800000000000000a"
    assert read(f"[a-1, 'page:{page}']", T.RELATION) == frozenset(
        {"a-1", "page:c0ffee00-0000-4000-8000-00000000000a"}
    )


def test_files_and_places() -> None:
    assert read("[https://x.org/a/my%20file.pdf?q=1, {name: n, url: u}]", T.FILES) == (
        FileRef("my file.pdf", "https://x.org/a/my%20file.pdf?q=1"),
        FileRef("n", "u"),
    )
    assert read("https://x.org", T.FILES) == (FileRef("x.org", "https://x.org"),)
    assert read("{lat: 52.5, lon: -13, name: B}", T.PLACE) == GeoPlace(52.5, -13.0, "B")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.50", 1.5),
        ("'1.50'", "1.50"),
        ("true", True),
        ("no", "no"),
        ("2026-06-01", DateValue(date(2026, 6, 1))),
        ("'2026-06-01'", "2026-06-01"),
        ("[1, 'a, b', true]", ("1", "a, b", "true")),
        ("[]", None),
    ],
)
def test_computed_values_are_what_writing_them_produced(text: str, value: Value) -> None:
    assert read(text, T.FORMULA) == value
    assert type(read(text, T.ROLLUP)) is type(value)
