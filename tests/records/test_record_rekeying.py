"""Another key for a record in its file."""

from dataclasses import replace

import pytest

from notion_gitops.model.mapping import KeyRule
from notion_gitops.records.edits import CannotEdit
from notion_gitops.records.rekeying import rekeyed
from tests.records.record_samples import PLACE, sample_mapping


def rewritten(where: str, before: str, *, field: str | None = None, new: str = "x2") -> str:
    mapping = sample_mapping(where)
    mapping = replace(mapping, key=KeyRule(field, "Key", place=PLACE))
    path = mapping.git.path if mapping.git.single_file else f"{mapping.git.path}/t2.any"
    return rekeyed(mapping, before.encode(), path, "t2", new).decode()


@pytest.mark.parametrize(
    ("where", "before", "key"),
    [
        ("csv file", "title,id,more\r\nOne,t1,\r\nTwo,t2,t2\r\n", "Two,t2"),
        ("csv file", '\ufeffid,title\n"t2","a ""t2"""\n', '"t2",'),
        ("json file", '[{"id": "t1"}, {"title": "t2", "id": "t2"}]', '"id": "t2"'),
        ("json file", '{\n "t1": {},\n "t2": {"title": "t2"}\n}\n', '"t2": {'),
        ("yaml file", "# all\n- id: t1\n- title: t2\n  id: t2  # its key\n", "id: t2"),
        ("yaml file", "- {id: 't2', title: t2}\n", "id: 't2'"),
        ("yaml file", 't1: {}\n"t2":\n  title: t2\n', '"t2":'),
    ],
)
def test_the_key_alone_is_rewritten(where: str, before: str, key: str) -> None:
    assert before.count(key) == 1
    assert rewritten(where, before) == before.replace(key, key.replace("t2", "x2"))


@pytest.mark.parametrize(
    ("where", "before"),
    [
        ("yaml folder", "# t2\ntitle: t2\n\nid: t2\n"),
        ("markdown folder", "---\ntitle: T\nid: t2\n---\nText of t2\n"),
        ("json folder", '{"title": "t2", "id": "t2"}'),
    ],
)
def test_a_key_in_a_field_of_its_file_is_rewritten(where: str, before: str) -> None:
    key = '"id": "t2"' if "json" in where else "id: t2"
    assert rewritten(where, before, field="id") == before.replace(key, key.replace("t2", "x2"))
    assert rewritten(where, before) == before  # there the file's name is the key


@pytest.mark.parametrize("new", ["12", "1e3", "no", "2026-01-02", "0x1F"])
@pytest.mark.parametrize("before", ["- id: t2\n", "- {id: t2}\n", "t2:\n  title: T\n"])
def test_a_key_that_looks_like_something_else_reads_back(before: str, new: str) -> None:
    found = rewritten("yaml file", before, new=new)
    mapping = sample_mapping("yaml file")
    assert rekeyed(mapping, found.encode(), mapping.git.path, new, "t2")


@pytest.mark.parametrize("before", ["id,title\nt1,One\n", "id,title\nt2,A\nt2,B\n"])
def test_a_record_that_is_not_there_or_there_twice_is_refused(before: str) -> None:
    with pytest.raises(CannotEdit, match="t2 could not be written"):
        rewritten("csv file", before)


def test_a_key_that_is_taken_is_refused() -> None:
    with pytest.raises(CannotEdit, match="t2 could not be written"):
        rewritten("yaml file", "t2: {}\nx2: {}\n")
