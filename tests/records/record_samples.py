"""Mappings and Hypothesis strategies that the tests of records share."""

import os
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from notion_gitops.model.diagnostics import Place
from notion_gitops.model.mapping import (
    DatabaseMapping,
    Field,
    GitFormat,
    GitSource,
    KeyRule,
    NotionSource,
    PropertyType,
)
from notion_gitops.model.people import People, Person
from notion_gitops.model.values import DateValue, FileRef, GeoPlace, Value

PLACE = Place("mappings/all.yaml")
WORDS = {"todo": "Not started", "doing": "In progress", "no": "No", "done, really": "Done"}
NAMES = ("anna", "bert", "carl", "007", "null", "Dora D.")
PEOPLE = People({n: Person(n, f"{i:032x}", email=f"{i}@x.org") for i, n in enumerate(NAMES)})
TYPES = {
    "title": PropertyType.TITLE,
    "notes": PropertyType.RICH_TEXT,
    "hours": PropertyType.NUMBER,
    "kind": PropertyType.SELECT,
    "status": PropertyType.STATUS,
    "tags": PropertyType.MULTI_SELECT,
    "due": PropertyType.DATE,
    "people": PropertyType.PEOPLE,
    "files": PropertyType.FILES,
    "done": PropertyType.CHECKBOX,
    "url": PropertyType.URL,
    "email": PropertyType.EMAIL,
    "phone": PropertyType.PHONE_NUMBER,
    "links": PropertyType.RELATION,
    "where": PropertyType.PLACE,
    "formula": PropertyType.FORMULA,
    "rollup": PropertyType.ROLLUP,
    "made": PropertyType.CREATED_TIME,
    "maker": PropertyType.CREATED_BY,
    "number": PropertyType.UNIQUE_ID,
    "verified": PropertyType.VERIFICATION,
}
PATHS = {
    "yaml folder": ("records/all", GitFormat.YAML),
    "markdown folder": ("records/all", GitFormat.MARKDOWN),
    "json folder": ("records/all", GitFormat.JSON),
    "yaml file": ("records/all.yaml", GitFormat.YAML),
    "json file": ("records/all.json", GitFormat.JSON),
    "csv file": ("records/all.csv", GitFormat.CSV),
}


def examples(count: int) -> int:
    """How many examples a law gets: more of them on demand, by the environment's EXAMPLES."""
    return count * int(os.environ.get("EXAMPLES", "1"))


def sample_mapping(where: str = "yaml folder", key: str | None = None) -> DatabaseMapping:
    path, format_ = PATHS[where]
    fields = {
        n: Field(n, n, t, PLACE, values=WORDS if n == "status" else None, to="all")
        for n, t in TYPES.items()
    }
    return DatabaseMapping(
        name="all",
        place=PLACE,
        notion=NotionSource("x", None, PLACE),
        git=GitSource(path, format_, PLACE),
        key=KeyRule(key, None),
        fields=fields,
        timezone="Europe/Berlin",
    )


def file_of(mapping: DatabaseMapping, key: str = "a") -> str:
    suffix = {"yaml": "yaml", "markdown": "md", "json": "json"}.get(mapping.git.format.value)
    return mapping.git.path if mapping.git.single_file else f"{mapping.git.path}/{key}.{suffix}"


_ONE_WORD = r"""
no NO on off yes y n true True null ~ Null 1e3 007 0o14 0x1F 1_000 12:30 12:30:45 2026-06-01
2026-06-01T10:00Z 2026-01-01/2026-02-01 - -- ? : # & * ! | > ' " % @ ` { } [ ] , = << --- ...
.inf .nan -1 +1 '=x ''x =1+1 @x +49 -x {a} [a] a:b a#b <<<<<<< \n {"a":1} [1] [] {} a: :a
"""
_LONGER = (
    *("a: b", "a #b", " a", "a ", "a\nb", "a\n\nb\n", "a\n", "\na", "\n", " ", "a\r\nb", "a\rb"),
    *("\x85", "a\u2028b", "\u2029", "\ufeff", "\x00", "\x1b[0m", "\x7f\x9f", "\u202e", "\ufffe"),
    *("a\n  b\n c", "  a\nb", "a \nb", "\ta\nb", "a\n\tb", "# a\nb", "- a\n- b", "a, b", ", "),
    *("---\na", "a\n---\nb", "a\n...\nb", "\U0001f600", "a\xa0\nb", "a :b", "😀: 😀"),
)
nasty = st.sampled_from((*_ONE_WORD.split(), *_LONGER))
texts = st.one_of(nasty, st.text(min_size=1, max_size=40))
short_texts = texts.filter(lambda t: len(t) <= 80)
numbers = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False).map(
        lambda x: int(x) if x.is_integer() and abs(x) <= 2**53 else x
    ),
)
minutes = st.datetimes(timezones=st.just(UTC)).map(lambda d: d.replace(second=0, microsecond=0))
moments = st.one_of(st.dates(), minutes)


def _day(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


def _range(start: date | datetime, end: date | datetime | None) -> DateValue:
    if end is not None and _day(end) < _day(start):
        return DateValue(end, start)
    return DateValue(start, end)


dates = st.builds(_range, moments, st.one_of(st.none(), moments))
options = short_texts.filter(lambda t: "," not in t and bool(t.strip()))
people = st.one_of(st.sampled_from(NAMES), st.uuids().map(lambda u: f"user:{u}"))
keys = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,9}", fullmatch=True).filter(
    lambda k: k.lower() not in {"con", "prn", "aux", "nul"} and k[:-1].lower() not in {"com", "lpt"}
)
links = st.one_of(keys, st.uuids().map(lambda u: f"page:{u}"))
degrees = st.floats(-90, 90).map(lambda x: x + 0.0)
anything = st.one_of(
    texts, numbers, st.booleans(), dates, st.tuples(texts), st.tuples(texts, texts)
)
_BY_TYPE: dict[PropertyType, st.SearchStrategy[Value]] = {
    PropertyType.NUMBER: numbers,
    PropertyType.SELECT: options,
    PropertyType.STATUS: st.sampled_from(sorted(WORDS)),
    PropertyType.MULTI_SELECT: st.frozensets(options, min_size=1, max_size=5),
    PropertyType.DATE: dates,
    PropertyType.PEOPLE: st.frozensets(people, min_size=1, max_size=5),
    PropertyType.FILES: st.lists(
        st.builds(FileRef, short_texts, short_texts)
        | st.builds(FileRef, short_texts, st.just("repository:docs/plan 1.pdf")),
        min_size=1,
        max_size=3,
    ).map(tuple),
    PropertyType.CHECKBOX: st.booleans(),
    PropertyType.RELATION: st.frozensets(links, min_size=1, max_size=5),
    PropertyType.PLACE: st.builds(
        GeoPlace, degrees, degrees, st.one_of(st.none(), texts), st.one_of(st.none(), texts)
    ),
    PropertyType.FORMULA: anything,
    PropertyType.ROLLUP: anything,
    PropertyType.CREATED_TIME: dates,
    PropertyType.CREATED_BY: people,
}


def values_of(name: str) -> st.SearchStrategy[Value]:
    """Any value of a field that a file can hold, the empty one too."""
    return st.one_of(st.none(), _BY_TYPE.get(TYPES[name], texts))


field_names = st.sampled_from(sorted(TYPES))
fields = st.lists(field_names, unique=True, max_size=6).flatmap(
    lambda names: st.fixed_dictionaries({n: values_of(n) for n in names})
)
