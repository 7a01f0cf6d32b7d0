import os
import tracemalloc
from pathlib import Path

import pytest

from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.people import People
from notion_gitops.records.files import FilesRead, is_record_path, list_files, read_files
from notion_gitops.records.keys import path_for_new
from notion_gitops.records.reading import Reading, read_records
from tests.records.record_samples import PEOPLE, sample_mapping


def reading_of(
    files: dict[str, str | bytes], where: str = "yaml folder", key: str | None = None
) -> Reading:
    mapping = sample_mapping(where, key)
    root = mapping.git.path
    contents = {
        (root if mapping.git.single_file else f"{root}/{name}"): (
            text if isinstance(text, bytes) else text.encode()
        )
        for name, text in files.items()
    }
    return read_records(mapping, contents, PEOPLE)


def told(reading: Reading) -> list[tuple[str, str]]:
    return [(str(d.place).removeprefix("records/"), d.summary) for d in reading.problems]


def test_a_record_knows_its_key_its_title_and_its_file() -> None:
    reading = reading_of({"a.yaml": "title: A thing\nhours: 1\nstatus:\ntags: []\n"})
    record = reading.records["a"]
    assert (record.title, dict(record.fields)) == ("A thing", {"title": "A thing", "hours": 1})
    assert record.file is not None
    assert (record.file.path, str(record.file.place)) == (
        "records/all/a.yaml",
        "records/all/a.yaml:1:1",
    )
    assert len(record.file.content) == 64


def test_all_problems_of_a_record_are_told_and_the_others_are_read() -> None:
    reading = reading_of(
        {
            "a.yaml": "hours: x\nstatus: doin\ndue: 2026-02-30\n",
            "b.yaml": "title: B\n",
            "c.yaml": "title: 'x\n",
            "d.yaml": b"title: \xff",
            "e.yaml": "<<<<<<< HEAD\ntitle: E\n=======\ntitle: F\n>>>>>>> x\n",
            "f.yaml": "title: F\ntitle: G\n",
            "g.yaml": "- title: G\n",
            "h.yaml": "\ttitle: H\n",
            "i.yaml": "just text\n",
        }
    )
    assert set(reading.records) == {"b"}
    assert set(reading.unreadable) == set("acdefghi")
    assert reading.unknown_files == frozenset()
    places = [place for place, _ in told(reading)]
    assert places == [
        "all/a.yaml:1:8", "all/a.yaml:2:9", "all/a.yaml:3:6", "all/c.yaml:1:8", "all/d.yaml:1:8",
        "all/e.yaml:1:1", "all/e.yaml:5:1", "all/f.yaml:2:1", "all/g.yaml:1:1", "all/h.yaml:1:1",
        "all/i.yaml:1:1",
    ]  # fmt: skip
    assert all(d.fix for d in reading.problems)
    summaries = [problem.summary.split(": ")[0] for problem in reading.unreadable["a"]]
    assert summaries == ["hours", "status", "due"]


@pytest.mark.parametrize("name", ["con.yaml", "a b.yaml", "é.yaml", "a..yaml", "x" * 101 + ".yaml"])
def test_a_file_name_that_cannot_be_a_key(name: str) -> None:
    reading = reading_of({name: "title: A\n"})
    assert not reading.records
    assert reading.unknown_files == {f"records/all/{name}"}


def test_keys_are_unique_in_whatever_case_and_both_places_are_told() -> None:
    """Holds F094."""
    reading = reading_of(
        {"a.yaml": "title: 1\n", "x/a.yml": "title: 2\n", "B.yaml": "{}", "b.yaml": "{}"}
    )
    assert not reading.records
    assert set(reading.unreadable) == {"a", "B", "b"}
    assert told(reading) == [
        (
            "all/B.yaml:1:1",
            'the key "B" is here and at records/all/b.yaml:1:1, told apart by capitals alone',
        ),
        ("all/a.yaml:1:1", 'the key "a" is here and at records/all/x/a.yml:1:1'),
    ]
    (problem,) = reading.unreadable["b"]
    assert problem.also is not None
    assert "capitals" in problem.summary


def test_the_key_field_goes_before_the_name_of_the_file() -> None:
    files: dict[str, str | bytes] = {
        "one.yaml": "id: a-1\n",
        "two.yaml": "title: x\n",
        "three.yaml": "id: ../x\n",
        "four.yaml": "id: 'x\n",
        "five.yaml": "id: [a]\n",
        "007.yaml": "id: 008\n",
    }
    reading = reading_of(files, key="id")
    assert set(reading.records) == {"a-1", "two", "008"}
    assert reading.unknown_files == {f"records/all/{n}.yaml" for n in ("three", "four", "five")}


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("yaml file", "- {id: a, hours: x}\n- {title: none}\n- {id: b}\n- {id: B}\n- 3\n"),
        ("json file", '[{"id": "a", "hours": "1"}, {"title": "x"}, {"id": "b"}, {"id": "B"}, 3]'),
        ("csv file", "id,hours\na,x\n,1\nb,1\nB,2\n"),
    ],
)
def test_files_of_many_records_tell_all_problems(where: str, text: str) -> None:
    reading = reading_of({"": text}, where)
    assert not reading.records
    path = sample_mapping(where).git.path
    assert set(reading.unreadable) == {"a", "b", "B", path}
    assert reading.unknown_files == {path}


@pytest.mark.parametrize("where", ["yaml file", "json file", "csv file"])
@pytest.mark.parametrize("text", ["text", '"', "[1", "a,b\n1\n", "\x00"])
def test_a_single_file_that_cannot_be_read_is_unknown_as_a_whole(where: str, text: str) -> None:
    reading = reading_of({"": text}, where)
    assert not reading.records
    assert reading.unknown_files == {sample_mapping(where).git.path}


def test_a_file_cut_to_nothing_is_no_record_without_fields() -> None:
    """Holds F061."""
    reading = reading_of({"a.yaml": "\n", "b.yaml": "{}\n"})
    assert told(reading) == [("all/a.yaml:1:1", "the file is empty")]
    assert set(reading.records) == {"b"}


@pytest.mark.parametrize("where", ["yaml file", "json file", "csv file"])
def test_an_empty_file_has_no_records(where: str) -> None:
    assert reading_of({"": ""}, where) == Reading()


def test_csv_cells_mean_what_their_field_says() -> None:
    text = (
        "id,title,hours,done,tags,people,due,files,where,notes,kind\r\n"
        "a,'=1+1,2.5,TRUE,\"b, a\",'-,2026-01-01/2026-01-02,https://x.org/f,"
        '"{""lat"": 1, ""lon"": 2}"," x ",\r\n'
    )
    reading = reading_of({"": text.replace("'-,", ",")}, "csv file")
    assert reading.problems == ()
    assert {k: str(v) for k, v in reading.records["a"].fields.items() if k != "tags"} == {
        "title": "=1+1",
        "hours": "2.5",
        "done": "True",
        "due": "2026-01-01/2026-01-02",
        "files": "(FileRef(name='f', url='https://x.org/f', digest='', size=0),)",
        "where": "GeoPlace(lat=1.0, lon=2.0, name=None, address=None)",
        "notes": " x ",
    }
    assert reading.records["a"].value("tags") == frozenset({"a", "b"})


def test_problems_inside_the_json_of_a_cell_are_told_at_the_cell() -> None:
    text = 'id,where,files\na,"{""lat"": 91, ""lon"": 1}","[1,"\n'
    places = [place for place, _ in told(reading_of({"": text}, "csv file"))]
    assert places == ["all.csv:2:3", "all.csv:2:31"]


def test_markdown_has_its_fields_above_its_text() -> None:
    reading = reading_of(
        {
            "a.md": "---\ntitle: A\n---\n# Text\n---\nhours: x\n",
            "b.md": "# Text\n",
            "c.md": "---\ntitle: C\n",
            "d.md": "---\r\ntitle: D\r\nhours: x\r\n---\r\n",
            "e.md": "---\ntitle: E\n---\n<<<<<<< HEAD\n",
        },
        "markdown folder",
    )
    assert dict(reading.records["a"].fields) == {"title": "A"}
    assert [p for p, _ in told(reading)] == [
        "all/b.md:1:1",
        "all/c.md:1:1",
        "all/d.md:3:8",
        "all/e.md:4:1",
    ]


def test_keys_that_resemble_a_field_are_warned_of() -> None:
    reading = reading_of({"a.yaml": "titel: A\nwhatever: 1\n", "b.yaml": "title: B\ntitel: B\n"})
    assert {(w.fix, w.severity) for w in reading.warnings} == {
        ('did you mean "title"?', Severity.WARNING)
    }
    # Also once the field is there, as after an apply: the misspelt one is still not taken.
    assert [str(w.place) for w in reading.warnings] == [
        "records/all/a.yaml:1:1", "records/all/b.yaml:2:1",
    ]  # fmt: skip


def test_the_files_of_a_mapping_are_found_in_its_folder(tmp_path: Path) -> None:
    mapping = sample_mapping()
    for name in ("a.yaml", "x/b.yml", ".hidden.yaml", ".git/c.yaml", "d.md", "x/y/e.yaml~"):
        path = tmp_path / "records/all" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"title: x\n")
    found = list_files(tmp_path, mapping)
    assert found == ["records/all/a.yaml", "records/all/x/b.yml"]
    assert all(is_record_path(mapping, p) for p in found)
    assert not is_record_path(mapping, "records/all/.hidden.yaml")
    assert not is_record_path(mapping, "records/allx/a.yaml")
    read = read_files(tmp_path, [*found, "records/all/gone.yaml"])
    assert read == FilesRead(dict.fromkeys(found, b"title: x\n"))
    assert list_files(tmp_path / "x", mapping) == []


def test_links_are_listed_and_refused_by_name(tmp_path: Path) -> None:
    mapping = sample_mapping()
    folder = tmp_path / "records/all"
    folder.mkdir(parents=True)
    (tmp_path / "secret.yaml").write_bytes(b"title: secret\n")
    (tmp_path / "outside").mkdir()
    (folder / "a.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "b").symlink_to(tmp_path / "outside")
    (folder / "c.yaml").write_bytes(b"")
    os.mkfifo(folder / "d.yaml")
    found = list_files(tmp_path, mapping)
    read = read_files(tmp_path, [*found, "records/all/b/x.yaml"])
    assert [str(d.place) for d in read.problems.values()] == [
        f"records/all/{n}:1:1" for n in ("a.yaml", "b", "d.yaml", "b/x.yaml")
    ]
    assert read.contents == {"records/all/c.yaml": b""}
    reading = read_records(mapping, read, PEOPLE)
    assert reading.lost.keys() == {"a", "c", "d", "x", "records/all/b"}


def test_new_records_get_a_file_of_their_key() -> None:
    assert path_for_new(sample_mapping(), "a-1", {}) == "records/all/a-1.yaml"
    assert path_for_new(sample_mapping("markdown folder"), "a", {}) == "records/all/a.md"
    assert path_for_new(sample_mapping("csv file"), "a", {}) == "records/all.csv"
    with pytest.raises(InvalidInput, match="cannot be a key"):
        path_for_new(sample_mapping(), "../a", {})


def test_nobody_is_known_without_a_list_of_people() -> None:
    reading = read_records(sample_mapping(), {"records/all/a.yaml": b"people: anna\n"}, People())
    assert [d.fix for d in reading.problems] == ["add the person to state/people.yaml"]


def test_an_address_that_notion_may_know_is_accepted_until_notion_was_asked() -> None:
    files = {"records/all/a.yaml": b"people: [carla@kestrelworks.example, carla@, carla]\n"}
    offline = read_records(sample_mapping(), files, People(complete=False))
    assert [d.summary for d in offline.problems] == [
        'people: nobody is called "carla@"',
        'people: nobody is called "carla"',
    ]
    asked = read_records(sample_mapping(), files, People())
    assert len(asked.problems) == 3


def test_r24_conflict_markers_in_the_text_of_a_record_are_told_at_their_lines() -> None:
    text = "---\ntitle: A\n---\n\nOne.\n<<<<<<< HEAD\nTwo.\n=======\n2.\n>>>>>>> x\n"
    reading = reading_of({"a.md": text, "b.md": "---\ntitle: B\n---\n"}, "markdown folder")
    assert set(reading.records) == {"b"}
    assert [place for place, _ in told(reading)] == ["all/a.md:6:1", "all/a.md:10:1"]
    quoted = text.replace("\n<<<<", "\n    <<<<").replace("\n>>>>", "\n    >>>>")
    assert set(reading_of({"a.md": quoted}, "markdown folder").records) == {"a"}  # about git


def test_r27_a_file_beyond_all_measure_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "a.yaml").write_text("title: A\n")
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(200_000_000)  # takes no room on the disk, and would in memory
    read = read_files(tmp_path, ["records/a.yaml", "records/huge.yaml"])
    assert dict(read.contents) == {"records/a.yaml": b"title: A\n"}
    assert "larger than 100 MB" in read.problems["records/huge.yaml"].summary


def test_f063_reading_takes_five_kilobytes_a_record() -> None:
    """The files' own bytes and what is made of them; so 100,000 records fit into 500 MB."""
    text = "title: A thing that is to be done\nhours: {}\nstatus: doing\ntags: [a, b]\nnote: {}\n"
    files: dict[str, str | bytes] = {f"k{n}.yaml": text.format(n, "x" * 300) for n in range(1000)}
    reading_of({"k.yaml": "title: warm\n"})
    tracemalloc.start()
    try:
        assert len(reading_of(files).records) == 1000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 5_000 * 1000
