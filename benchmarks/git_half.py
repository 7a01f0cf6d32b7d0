"""The git half of a quiet plan over 10,000 records, against `git status` on the same tree.

Makes a workspace with a file per record and a state branch whose base equals it, then measures
what a plan asks of git: read the state branch, find what differs from the base, read that.
Prints both times and their ratio; exits 1 if it is above the floor of 2.
Run it as `python benchmarks/git_half.py [RECORDS]`.
"""

import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from common.bench_git import git, make_repository

from notion_gitops.mapping.fingerprints import fingerprint
from notion_gitops.state.index import IndexEntry, dump_index
from notion_gitops.state.sync import FieldSeen, SyncState, dump_schema, dump_sync
from notion_gitops.workflow.reading.git_side import GitReader, read_state_and_changes
from notion_gitops.workflow.workspace import STATE_REF, Workspace, open_workspace

FLOOR = 2.0
ROUNDS = 9
FOLDERS = 16  # the files are spread, as a large team's would be
MAPPING = """\
version: 1
name: tasks
notion: {database: "${NOTION_TASKS_DATABASE}"}
git: {path: state/records/tasks, format: yaml}
key: {property: Task ID}
fields:
  title: {property: Name, type: title}
  status: {property: Status, type: status}
  due: {property: Due, type: date}
  hours: {property: Hours, type: number}
  tags: {property: Tags, type: multi_select}
"""
RECORD = """\
title: "Task number {n}: something to do"

status: doing

due: 2026-06-01

hours: {n}.5

tags:
  - red
  - green
"""


def path_of(n: int) -> str:
    return f"state/records/tasks/{n % FOLDERS:02d}/task-{n}.yaml"


def make_workspace(root: Path, records: int) -> Workspace:
    files = {"mappings/tasks.yaml": MAPPING}
    files |= {path_of(n): RECORD.format(n=n) for n in range(records)}
    make_repository(root, files)
    git(root, "repack", "-a", "-d", "--quiet")
    workspace = open_workspace(root)
    record_base(workspace, records)
    return workspace


def record_base(workspace: Workspace, records: int) -> None:
    """What an apply would leave on the state branch, with both sides equal."""
    mapping = workspace.mappings["tasks"]
    entries = [
        IndexEntry(
            f"task-{n}", str(uuid.uuid5(uuid.NAMESPACE_OID, str(n))), path_of(n), f"{n:016x}"
        )
        for n in range(records)
    ]
    seen = {
        name: FieldSeen(name, field.type.value, fingerprint(field))
        for name, field in mapping.fields.items()
    }
    sync = SyncState("tasks", str(uuid.UUID(int=1)), 1, "main", "db", "ds", datetime.now(UTC))
    metadata = {
        "tasks/mapping.yaml": MAPPING,
        "tasks/schema.json": dump_schema(seen),
        "tasks/sync.yaml": dump_sync(sync),
        **{f"tasks/pages/{name}": text for name, text in dump_index(entries, []).items()},
    }
    base = workspace.repository.list_tree(workspace.head.commit, ["state/records"])
    changes = {**base, **{path: text.encode() for path, text in metadata.items()}}
    message = f"Sync bench\n\nSync-Id: bench\nSync-Records: {workspace.head.commit}\n"
    workspace.repository.commit(STATE_REF, "", changes, message, base_tree_from_parent=False)


def parts(workspace: Workspace) -> tuple[float, float]:
    """Seconds for: finding what differs (state branch and work tree), reading what differs."""
    marks = [time.perf_counter()]
    state, changes = read_state_and_changes(workspace)
    marks.append(time.perf_counter())
    side = GitReader(workspace, workspace.mappings["tasks"], state.of("tasks")).changed(changes)
    marks.append(time.perf_counter())
    assert not changes.since_base, "the plan is not quiet"
    assert not side.snapshot.records, "a file was parsed"
    assert len(side.keys) == len(state.of("tasks").index.entries), "records are missing"
    return marks[1] - marks[0], marks[2] - marks[1]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        workspace = make_workspace(root, records)
        workspace.private.mkdir()  # as every apply does: the parsed index is kept there
        parts(workspace)
        git(root, "status", "--porcelain")  # refreshes the index and warms the disk's cache
        rounds = []
        for _ in range(ROUNDS):
            status = seconds(lambda: git(root, "status", "--porcelain"))
            find, take = parts(workspace)
            rounds.append((status, find, take))
    status, find, take = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(sum(each[1:]) / each[0] for each in rounds)
    print(f"git status {status * 1000:.0f} ms")
    print(
        f"git half   {(find + take) * 1000:.0f} ms: "
        f"find what differs {find * 1000:.0f}, read it {take * 1000:.0f}"
    )
    print(f"{records} records: ratio {ratio:.2f} (median of {ROUNDS}; floor {FLOOR})")
    return 0 if ratio <= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
