"""Laws of merging a record file between two branches, over every format and type of field."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from notion_gitops.engine.fields import same, trimmed
from notion_gitops.model.mapping import SETS, DatabaseMapping, PropertyType
from notion_gitops.model.records import Record
from notion_gitops.model.values import Value
from notion_gitops.records.edits import FileEdits
from notion_gitops.records.reading import read_records
from notion_gitops.records.versions import Contents
from notion_gitops.records.writing import edit_file
from notion_gitops.repository.nouns import Head, NotText
from notion_gitops.repository.repository import Repository
from notion_gitops.text.markers import Marking
from notion_gitops.workflow.reading.merged_file import Desk, MergedFile, merge_records
from notion_gitops.workflow.reading.value_origins import Historian, Tips
from notion_gitops.workflow.workspace import Workspace
from tests.records.record_samples import (
    PATHS,
    PEOPLE,
    TYPES,
    examples,
    fields,
    file_of,
    sample_mapping,
    values_of,
)

Fields = dict[str, Value]
Changes = dict[str, Fields | None]
formats = pytest.mark.parametrize("where", sorted(PATHS))
few = st.lists(st.sampled_from(sorted(TYPES)), unique=True, min_size=1, max_size=3)
colliding = few.flatmap(
    lambda names: st.tuples(*(st.fixed_dictionaries({n: values_of(n) for n in names}),) * 3)
)
"""The base, and edits of the same few fields on both branches."""
HALVES = (sorted(TYPES)[::2], sorted(TYPES)[1::2])
MARKING = Marking(here="THIS-BRANCH", there="THE-OTHER-BRANCH", with_base=True)
_CONFLICT = re.compile(
    r"^<{7} THIS-BRANCH\r?\n(.*?)^\|{7} base\r?\n(.*?)^={7}\r?\n(.*?)^>{7} THE-OTHER-BRANCH\r?\n",
    re.MULTILINE | re.DOTALL,
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository.create(tmp_path_factory.mktemp("laws"))


def merge(repository: Repository, mapping: DatabaseMapping, contents: Contents) -> MergedFile:
    workspace = Workspace(repository, {mapping.name: mapping}, PEOPLE, Head("", ""))
    desk = Desk(repository, lambda: MARKING, PEOPLE)
    historian = Historian(workspace, Tips)
    try:
        return merge_records(desk, historian, mapping, file_of(mapping), contents)
    except NotText:  # a CSV file with a NUL is binary to git, and is left as git leaves it
        reject()


def written(mapping: DatabaseMapping, content: bytes | None, values: Fields) -> bytes:
    """The file with these fields, of a record that may be new."""
    changed = {"a": values}
    edits = FileEdits(changed=changed) if content else FileEdits(added=changed)
    return edit_file(mapping, content, file_of(mapping), edits) or b""


def read(mapping: DatabaseMapping, content: bytes) -> Mapping[str, Record]:
    reading = read_records(mapping, {file_of(mapping): content}, PEOPLE)
    assert reading.lost == {}, (reading.problems, content)
    return reading.records


def versions(mapping: DatabaseMapping, base: Fields, here: Fields, there: Fields) -> Contents:
    old = written(mapping, None, base)
    return Contents(old, written(mapping, old, here), written(mapping, old, there))


def chosen(merged: MergedFile, side: int) -> bytes:
    """The file as a person leaves it who takes one side of every conflict."""
    return _CONFLICT.sub(lambda m: m[side], merged.content.decode()).encode()


def holds(mapping: DatabaseMapping, name: str, record: Record, edit: tuple[Value, Value]) -> bool:
    """Whether a record has what an edit entered; of a set, the members that it added."""
    before, after = edit
    spec, found = mapping.fields[name], record.value(name)
    if spec.type in SETS:
        return _members(after) - _members(before) <= _members(found)
    if after is None and spec.type is PropertyType.STATUS:
        return True  # an empty status means: leave it
    outer_space = trimmed(spec, found, after)  # which Notion trims
    return outer_space or same(spec, before, after) or same(spec, found, after)


def _members(value: Value) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()


def edited(base: Fields, edits: Fields) -> Fields:
    """The edits that are some: those that say what the base said are none."""
    return {n: v for n, v in edits.items() if v != base.get(n)}


@formats
@settings(max_examples=examples(12), deadline=None)
@given(base=fields, here=fields, there=fields)
def test_edits_of_different_fields_always_merge(
    repository: Repository, where: str, base: Fields, here: Fields, there: Fields
) -> None:
    mapping = sample_mapping(where)
    here = {n: v for n, v in here.items() if n in HALVES[0]}
    there = {n: v for n, v in there.items() if n in HALVES[1]}
    merged = merge(repository, mapping, versions(mapping, base, here, there))
    assert merged.reason is None
    assert merged.clean
    assert merged.collisions == ()
    record = read(mapping, merged.content)["a"]
    wanted = {**base, **here, **there}
    for name in mapping.fields:
        assert same(mapping.fields[name], record.value(name), wanted.get(name)), name


@formats
@settings(max_examples=examples(25), deadline=None)
@given(three=colliding)
def test_whatever_either_branch_entered_is_in_the_file_or_between_markers(
    repository: Repository, where: str, three: tuple[Fields, Fields, Fields]
) -> None:
    base, here, there = three
    mapping = sample_mapping(where)
    merged = merge(repository, mapping, versions(mapping, base, here, there))
    assert merged.reason is None
    assert merged.clean is not bool(merged.open)
    sides = [read(mapping, chosen(merged, side))["a"] for side in (1, 3)]
    asked = {c.field for c in merged.open}
    for edits, record in zip((here, there), sides, strict=True):
        for name, value in edited(base, edits).items():
            edit = (base.get(name), value)
            assert holds(mapping, name, record, edit), (name, value, merged.content)
    for name in set(TYPES) - asked:
        assert same(mapping.fields[name], sides[0].value(name), sides[1].value(name)), name
    if not merged.clean:
        read(mapping, chosen(merged, 2))  # the common ancestor's lines are there, too


@formats
@settings(max_examples=examples(12), deadline=None)
@given(three=colliding)
def test_it_is_the_same_whichever_branch_is_merged_into_the_other(
    repository: Repository, where: str, three: tuple[Fields, Fields, Fields]
) -> None:
    base, here, there = three
    mapping = sample_mapping(where)
    at = versions(mapping, base, here, there)
    one = merge(repository, mapping, at)
    other = merge(repository, mapping, Contents(at.base, at.there, at.here))
    assert one.clean is other.clean
    opposite = {"": "", "here": "there", "there": "here"}
    swapped = [
        replace(c, here=c.there, there=c.here, stands=opposite[c.stands]) for c in other.collisions
    ]
    assert [*one.collisions] == swapped
    for side, its_other in ((1, 3), (3, 1)):
        mine = read(mapping, chosen(one, side))["a"]
        its = read(mapping, chosen(other, its_other))["a"]
        for name, spec in mapping.fields.items():
            texts = (mine.value(name), its.value(name))
            assert same(spec, *texts) or trimmed(spec, *texts), name


changes = st.dictionaries(
    st.sampled_from("abcdef"),
    st.fixed_dictionaries({"title": st.just("new"), "hours": st.integers(0, 3)}) | st.none(),
    max_size=4,
)
"""What a branch does to the records of a file, by key: it writes them, or deletes them (None)."""


@pytest.mark.parametrize("where", [w for w in sorted(PATHS) if w.endswith(" file")])
@settings(max_examples=examples(25), deadline=None)
@given(base=st.sets(st.sampled_from("abcd"), min_size=1), here=changes, there=changes)
def test_records_of_one_file_come_and_go(
    repository: Repository, where: str, base: set[str], here: Changes, there: Changes
) -> None:
    mapping = sample_mapping(where)
    old: Changes = {key: {"title": f"old {key}", "hours": 9} for key in base}
    content = _changed(mapping, b"", old)
    at = Contents(content, *(_changed(mapping, content, c) for c in (here, there)))
    merged = merge(repository, mapping, at)
    assert merged.reason is None
    mine, theirs = (read(mapping, chosen(merged, side)) for side in (1, 3))
    old_keys, my_keys, their_keys = (read(mapping, c).keys() for c in (at.base, at.here, at.there))
    asked = {c.key for c in merged.open}
    for key in "abcdef":
        before, one, other = key in old_keys, key in my_keys, key in their_keys
        wanted = other if one == before else one
        expected = (one, other) if key in asked else (wanted, wanted)
        assert (key in mine, key in theirs) == expected, key


def _changed(mapping: DatabaseMapping, content: bytes, changes: Changes) -> bytes:
    known = read(mapping, content) if content else {}
    edits = FileEdits(
        changed={k: v for k, v in changes.items() if v is not None and k in known},
        added={k: v for k, v in changes.items() if v is not None and k not in known},
        removed=frozenset(k for k, v in changes.items() if v is None and k in known),
    )
    return edit_file(mapping, content, file_of(mapping), edits) or b"" if edits.keys else content


@settings(max_examples=examples(25), deadline=None)
@given(base=fields, here=fields, there=fields, lines=st.sets(st.integers(0, 30), max_size=4))
def test_comments_and_keys_of_ones_own_stay(
    repository: Repository, base: Fields, here: Fields, there: Fields, lines: set[int]
) -> None:
    mapping = sample_mapping("yaml folder")
    at = versions(mapping, {**base, "title": "T"}, here, there)
    marked = [
        _with_lines(mapping, at.here, lines, "here"),
        _with_lines(mapping, at.there, {n + 1 for n in lines}, "there"),
    ]
    merged = merge(repository, mapping, Contents(at.base, *marked))
    text = merged.content.decode()
    for content in marked:
        for word in re.findall(r"# (?:here|there) \d+|own_(?:here|there): 1", content.decode()):
            assert word in text


def _with_lines(mapping: DatabaseMapping, content: bytes, lines: set[int], who: str) -> bytes:
    """The file with comments between its fields, and a key that no field covers."""
    parts = re.split(r"(?<=\n)(?=[a-z]+:)", content.decode())
    told = "".join(
        (f"# {who} {number}\n" if number in lines else "") + part
        for number, part in enumerate(parts)
    )
    text = f"own_{who}: 1\n{told}".encode()
    return text if read_records(mapping, {file_of(mapping): text}, PEOPLE).lost == {} else content


_MANY = {
    "yaml file": "dig:\n  title: Dig\n  ticket: OPS-1 # link\n\nlay:\n  title: Lay\n\npave:\n"
    "  title: Pave\n",
    "csv file": "id,title,ticket\ndig,Dig,OPS-1\nlay,Lay,\npave,Pave,\n",
    "json file": '{\n"dig": {"title": "Dig", "ticket": "OPS-1"},\n"lay": {"title": "Lay"},\n'
    '"pave": {"title": "Pave"}\n}\n',
}


@pytest.mark.parametrize("deleted", [1, 3])
@pytest.mark.parametrize(
    ("where", "old", "new"),
    [
        ("yaml file", "OPS-1", "OPS-2"),
        ("yaml file", "title: Dig", "title: Dig it"),
        ("yaml file", "  ticket", "  # call Eva first\n  ticket"),
        ("yaml file", "# link", "# link checked"),
        ("csv file", "OPS-1", "OPS-2"),
        ("csv file", "dig,Dig", "dig,Dig it"),
        ("json file", "OPS-1", "OPS-2"),
        ("json file", '"Dig"', '"Dig it"'),
    ],
)
def test_a_record_that_is_asked_about_is_shown_with_all_that_it_holds(
    repository: Repository, where: str, old: str, new: str, deleted: int
) -> None:
    mapping, base = sample_mapping(where), _MANY[where].encode()
    edited_file = base.replace(old.encode(), new.encode())
    without = edit_file(mapping, base, file_of(mapping), FileEdits(removed=frozenset({"dig"})))
    pair = (without, edited_file) if deleted == 1 else (edited_file, without)
    merged = merge(repository, mapping, Contents(base, *(c or b"" for c in pair)))
    assert [(c.key, c.open) for c in merged.collisions] == [("dig", True)]
    assert chosen(merged, deleted) == without
    assert chosen(merged, 4 - deleted) == edited_file
    assert chosen(merged, 2) == base


def test_what_git_alone_would_put_in_twice_is_marked(repository: Repository) -> None:
    mapping = sample_mapping("yaml folder")
    base = "title: T\nhours: 1\ntags: [red]\n"
    here, there = base.replace("hours", "prio: 1\nhours"), f"{base}prio: 2\n"
    merged = merge(repository, mapping, Contents(*(t.encode() for t in (base, here, there))))
    assert merged.rest_open
    assert [chosen(merged, side).decode() for side in (1, 2, 3)] == [here, base, there]


def test_a_comment_that_one_branch_deleted_does_not_come_back_unseen(
    repository: Repository,
) -> None:
    mapping = sample_mapping("yaml folder")
    base, here, there = (
        "# old\ntitle: T\nhours: 1\n",
        "title: T\nhours: 1\n",
        "tags: [red]\n# old\ntitle: T, then\nhours: 2 # two\n",
    )
    merged = merge(repository, mapping, Contents(*(t.encode() for t in (base, here, there))))
    assert merged.rest_open
    marked = f"<<<<<<< {MARKING.here}\n=======\ntags: [red]\n# old\n>>>>>>> {MARKING.there}\n"
    assert merged.content.decode() == f"{marked}title: T, then\nhours: 2 # two\n"
