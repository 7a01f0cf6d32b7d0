"""The first read of 10,000 record files, against PyYAML's C loader over the same files.

Prints both times and their ratio; exits 1 if it is above the floor of 1.5.
Run it as `python benchmarks/read_records.py [FILES]`.
"""

import sys
import tempfile
import time
from pathlib import Path

import yaml

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
from notion_gitops.records.files import list_files, read_files
from notion_gitops.records.reading import read_records

FLOOR = 1.5
RECORD = """\
title: "Task number {n}: something to do"

status: doing

project: project-{m}

assignee: [anna, bert]

due: 2026-06-01

hours: {n}.5

tags:
  - red
  - green

notes: A longer text that says what has to be done, and for whom

done: false

url: https://example.com/tasks/{n}
"""
TYPES = {
    "title": PropertyType.TITLE,
    "status": PropertyType.STATUS,
    "project": PropertyType.RELATION,
    "assignee": PropertyType.PEOPLE,
    "due": PropertyType.DATE,
    "hours": PropertyType.NUMBER,
    "tags": PropertyType.MULTI_SELECT,
    "notes": PropertyType.RICH_TEXT,
    "done": PropertyType.CHECKBOX,
    "url": PropertyType.URL,
}


def tasks() -> DatabaseMapping:
    place = Place("mappings/tasks.yaml")
    return DatabaseMapping(
        name="tasks",
        place=place,
        notion=NotionSource("x", None, place),
        git=GitSource("state/records/tasks", GitFormat.YAML, place),
        key=KeyRule(None, None),
        fields={name: Field(name, name, type_, place) for name, type_ in TYPES.items()},
    )


def ours(root: Path, people: People) -> int:
    files = read_files(root, list_files(root, tasks()))
    return len(read_records(tasks(), files, people).records)


def theirs(root: Path) -> int:
    found = {}
    for path in sorted((root / "state/records/tasks").glob("*.yaml")):
        found[path.stem] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return len(found)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    people = People({name: Person(name, f"{name}-id") for name in ("anna", "bert")})
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        records = root / "state/records/tasks"
        records.mkdir(parents=True)
        for n in range(count):
            (records / f"task-{n}.yaml").write_text(RECORD.format(n=n, m=n % 50))
        theirs(root)  # the disk's cache is warm for both
        ratios = []
        for _ in range(5):
            start = time.perf_counter()
            assert theirs(root) == count
            middle = time.perf_counter()
            assert ours(root, people) == count
            end = time.perf_counter()
            ratios.append((end - middle) / (middle - start))
            print(f"PyYAML {middle - start:.2f} s, notion-gitops {end - middle:.2f} s")
    ratio = sorted(ratios)[len(ratios) // 2]
    print(f"{count} files: ratio {ratio:.2f} (median of {len(ratios)}; floor {FLOOR})")
    return 0 if ratio <= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
