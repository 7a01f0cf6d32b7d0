"""Laws of reading and writing records, over every format."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.values import Value
from notion_gitops.records.edits import FileEdits
from notion_gitops.records.reading import read_records
from notion_gitops.records.writing import add, change, edit_file, remove
from tests.records.record_samples import (
    PATHS,
    PEOPLE,
    examples,
    fields,
    file_of,
    keys,
    sample_mapping,
)

Fields = dict[str, Value]
formats = pytest.mark.parametrize("where", sorted(PATHS))


def read(mapping: DatabaseMapping, path: str, content: bytes) -> dict[str, Fields]:
    reading = read_records(mapping, {path: content}, PEOPLE)
    assert reading.lost == {}, reading.problems
    return {key: dict(record.fields) for key, record in reading.records.items()}


def full(values: Fields) -> Fields:
    return {name: value for name, value in values.items() if value is not None}


@formats
@settings(max_examples=examples(40), deadline=None)
@given(values=fields)
def test_what_is_added_is_read(where: str, values: Fields) -> None:
    mapping = sample_mapping(where)
    path = file_of(mapping)
    assert read(mapping, path, add(mapping, None, path, "a", values)) == {"a": full(values)}


@formats
@settings(max_examples=examples(40), deadline=None)
@given(before=fields, after=fields)
def test_what_is_changed_is_read_and_the_rest_stays(
    where: str, before: Fields, after: Fields
) -> None:
    mapping = sample_mapping(where)
    path = file_of(mapping)
    content = add(mapping, None, path, "a", before)
    changed = change(mapping, content, path, "a", after)
    assert read(mapping, path, changed) == {"a": full({**before, **after})}
    assert change(mapping, changed, path, "a", after) == changed


@pytest.mark.parametrize("where", [w for w in sorted(PATHS) if w.endswith("file")])
@settings(max_examples=examples(25), deadline=None)
@given(
    records=st.dictionaries(keys, fields, min_size=1, max_size=4),
    changes=fields,
    data=st.data(),
)
def test_many_records_in_one_file(
    where: str, records: dict[str, Fields], changes: Fields, data: st.DataObject
) -> None:
    mapping = sample_mapping(where)
    path = mapping.git.path
    wanted: dict[str, Fields] = {}
    content: bytes | None = None
    for key, values in records.items():
        if key.casefold() not in {k.casefold() for k in wanted}:
            content = add(mapping, content, path, key, values)
            wanted[key] = full(values)
    assert content is not None
    assert read(mapping, path, content) == wanted
    chosen = data.draw(st.sampled_from(sorted(wanted)))
    content = change(mapping, content, path, chosen, changes)
    wanted[chosen] = full({**wanted[chosen], **changes})
    assert read(mapping, path, content) == wanted
    for key in sorted(wanted):
        content = remove(mapping, content, path, key)
        assert content is not None
        del wanted[key]
        assert read(mapping, path, content) == wanted


def _by_key(content: bytes) -> bytes:
    """A list of records as a table by key."""
    records = json.loads(content)
    table = {r["id"]: {k: v for k, v in r.items() if k != "id"} for r in records}
    return json.dumps(table, indent=2).encode()


@pytest.mark.parametrize("where", ["yaml file", "json file", "csv file", "json by key"])
@settings(max_examples=examples(25), deadline=None)
@given(
    records=st.dictionaries(keys.map(str.lower), fields, min_size=1, max_size=5),
    added=st.dictionaries(keys.map(str.lower), fields, max_size=3),
    data=st.data(),
)
def test_many_edits_of_one_file_at_once(
    where: str, records: dict[str, Fields], added: dict[str, Fields], data: st.DataObject
) -> None:
    mapping = sample_mapping("json file" if where == "json by key" else where)
    path = mapping.git.path
    content = edit_file(mapping, None, path, FileEdits(added=records))
    assert content is not None
    content = _by_key(content) if where == "json by key" else content
    changed = {k: data.draw(fields) for k in data.draw(st.sets(st.sampled_from(sorted(records))))}
    free = sorted(records.keys() - changed.keys())
    removed = data.draw(st.frozensets(st.sampled_from(free))) if free else frozenset()
    added = {k: v for k, v in added.items() if k not in records}
    after = edit_file(mapping, content, path, FileEdits(changed, added, removed))
    assert after is not None
    wanted = {k: {**v, **changed.get(k, {})} for k, v in records.items() if k not in removed}
    assert read(mapping, path, after) == {k: full(v) for k, v in {**wanted, **added}.items()}


@formats
def test_a_new_file_does_not_depend_on_the_order_of_sets(where: str) -> None:
    mapping = sample_mapping(where)
    members = [f"option {i}" for i in range(20)]
    contents = {
        add(mapping, None, file_of(mapping), "a", {"tags": frozenset(order)})
        for order in (members, members[::-1])
    }
    assert len(contents) == 1
