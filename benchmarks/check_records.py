"""All checks over 10,000 tasks and 500 resources, against the first read of the tasks' files.

Prints both times and their ratio; exits 1 if the checks take longer than the reading.
Run it as `python benchmarks/check_records.py [TASKS]`.
"""

import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from notion_gitops.engine.checks import run_checks
from notion_gitops.mapping import load_mappings
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.people import People
from notion_gitops.model.records import Record
from notion_gitops.records.files import list_files, read_files
from notion_gitops.records.reading import read_records

FLOOR = 1.0
RESOURCES = 500
TODAY = date(2026, 11, 23)
HEAD = """\
version: 1
name: {name}
notion: {{database: "{number:032x}"}}
git: {{path: state/records/{name}, format: yaml}}
fields:
"""
TASKS_MAPPING = """\
  title: {property: Name, type: title, required: true}
  code: {property: Code, type: rich_text}
  status: {property: Status, type: status}
  crew: {property: Crew, type: relation, to: resources}
  parent: {property: Parent, type: relation, to: tasks}
  hours: {property: Hours, type: number}
  start: {property: Start, type: date}
  due: {property: Due, type: date}
checks:
  - {unique: [title]}
  - {similar: title}
  - {required: [status, hours]}
  - {range: {field: hours, min: 0, max: 80}}
  - {pattern: {field: code, matches: '[A-Z]{2}-[0-9]+'}}
  - {allowed: {field: status, values: [todo, doing, done]}}
  - {orphans: crew}
  - {tree: parent}
  - {order: [start, due]}
  - {contradicts: {when: "status == 'doing'", relation: crew, related: "hours == 0", message: x}}
  - {expr: {holds: "status != 'doing' or (related.crew | first).hours > 0", message: x}}
"""
RESOURCES_MAPPING = """\
  title: {property: Name, type: title, required: true}
  hours: {property: Hours, type: number}
checks:
  - {capacity: {from: tasks, relation: crew, amount: hours, limit: hours, start: start, end: due}}
  - capacity:
      {from: tasks, relation: crew, amount: hours, limit: hours, start: start, end: due, per: week}
  - {documented: {by: tasks, relation: crew, date: due, max_age_days: 900}}
"""


def mappings() -> dict[str, DatabaseMapping]:
    parts = {"tasks": TASKS_MAPPING, "resources": RESOURCES_MAPPING}
    texts = {
        f"mappings/{name}.yaml": (HEAD.format(name=name, number=number) + part).encode()
        for number, (name, part) in enumerate(parts.items(), 1)
    }
    return {m.name: m for m in load_mappings(texts)}


def a_task(n: int) -> str:
    start = date(2026, 1, 1) + timedelta(n % 300)
    parent = f"parent: task-{n - 1}\n" if n % 10 else ""
    return (
        f"title: Order the concrete elements for building number {n}\ncode: AB-{n}\n"
        f"status: {('todo', 'doing', 'done')[n % 3]}\ncrew: crew-{n % RESOURCES}\n{parent}"
        f"hours: {n % 40}\nstart: {start}\ndue: {start + timedelta(n % 30)}\n"
    )


def read(root: Path, mapping: DatabaseMapping) -> dict[str, Record]:
    files = read_files(root, list_files(root, mapping))
    return dict(read_records(mapping, files, People({})).records)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    known = mappings()
    crews = {f"crew-{n}": Record(f"crew-{n}", {"title": f"Crew {n}", "hours": 40})
             for n in range(RESOURCES)}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        records = root / "state/records/tasks"
        records.mkdir(parents=True)
        for n in range(count):
            (records / f"task-{n}.yaml").write_text(a_task(n))
        read(root, known["tasks"])  # the disk's cache is warm
        ratios = []
        for _ in range(3):
            start = time.perf_counter()
            tasks = read(root, known["tasks"])
            middle = time.perf_counter()
            found = run_checks(known, {"tasks": tasks, "resources": crews}, TODAY)
            end = time.perf_counter()
            ratios.append((end - middle) / (middle - start))
            told = f"{len(found)} findings"
            print(f"reading {middle - start:.2f} s, checks {end - middle:.2f} s ({told})")
    ratio = sorted(ratios)[len(ratios) // 2]
    print(f"{count} tasks: ratio {ratio:.2f} (median of {len(ratios)}; floor {FLOOR})")
    return 0 if ratio <= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
