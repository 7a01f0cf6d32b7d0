"""Step 4, towards git: the record files, and how far the base moves with both sides written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Refreshed, Status
from notion_gitops.model.plan import StepKind
from notion_gitops.model.records import Side
from notion_gitops.workflow.reading.git_side import GitReader
from notion_gitops.workflow.writing.moved import Moved, forgets
from notion_gitops.workflow.writing.run import FILE_STEPS, Id, Run
from notion_gitops.workflow.writing.settle import Settling
from notion_gitops.workflow.writing.write_files import FileEdit, FileWriter, Unwritten


@dataclass
class _Filing:
    """The file edits of one mapping, and the operations they belong to."""

    settled: dict[str, Operation] = field(default_factory=dict)  # by key
    edits: list[FileEdit] = field(default_factory=list)
    refreshed: dict[str, str] = field(default_factory=dict)  # key -> new digest
    told: list[Refreshed] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)  # as read
    failed: dict[Id, Unwritten] = field(default_factory=dict)  # no file can be named for them


def write_files(
    run: Run, settlings: Mapping[str, Settling]
) -> tuple[dict[str, Moved], dict[str, bytes | None], tuple[Refreshed, ...]]:
    """Write the record files, and note what became of each.

    Returns:
        How far the base of each mapping moves, the contents by path (None: deleted), and the files
        that only take up what Notion made of a write.
    """
    comparison = run.planned.comparison
    filings = {name: _filing(run, settling) for name, settling in settlings.items()}
    writer = FileWriter(
        comparison.workspace,
        {n: c.mapping for n, c in comparison.mappings.items()},
        {p: c for f in filings.values() for p, c in f.contents.items()},
        run.journal.about_to_write,
    )
    edits = [e for f in filings.values() for e in f.edits]
    failed = writer.write(edits)
    for filing in filings.values():
        failed |= filing.failed
    run.touched.update((*e.at, Side.GIT) for e in edits if e.at not in failed)
    _note_files(run, failed)
    moved = {n: _moved(settlings[n], filing, writer, failed) for n, filing in filings.items()}
    told = (r for f in filings.values() for r in f.told if (r.mapping, r.key) not in failed)
    return moved, writer.written, tuple(told)


def _filing(run: Run, settling: Settling) -> _Filing:
    name, compared = settling.mapping.name, settling.compared
    filing = _Filing()
    for (mapping, key), operation in run.operations.items():
        if mapping == name and run.results.sound(mapping, key):
            settled = settling.settled(operation)
            filing.settled[key] = settled
            try:
                edit = settling.file_edit(settled)
            except InvalidInput as error:
                why = error.diagnostics[0].summary
                filing.failed[mapping, key] = Unwritten(Status.FAILED, why)
                continue
            if edit is not None:
                filing.edits.append(edit)
                run.keep(settling.unagreed(operation, edit))
            if edit is not None and operation.write(Side.GIT) is None:
                filing.told.append(_taken_up(settling.mapping, edit))
    others = compared.base.records.keys() - {k for m, k in run.operations if m == name}
    refreshes = settling.refreshes(sorted(others))
    git = GitReader(run.planned.comparison.workspace, settling.mapping, compared.recorded)
    side = git.with_records(compared.git, refreshes)
    filing.contents = dict(side.contents)
    for key, values in refreshes.items():
        record = side.snapshot.records.get(key)
        if record is not None and record.file is not None:
            filing.edits.append(settling.refresh_edit(key, record, values))
            filing.refreshed[key] = settling.refreshed_seen(key)
            filing.told.append(_taken_up(settling.mapping, filing.edits[-1]))
    return filing


def _taken_up(mapping: DatabaseMapping, edit: FileEdit) -> Refreshed:
    """A file that only takes up what Notion made of a write."""
    names = [name for name in mapping.fields if name in edit.values]
    derived = tuple(name for name in names if mapping.fields[name].derived)
    return Refreshed(*edit.at, derived, tuple(name for name in names if name not in derived))


def _note_files(run: Run, failed: Mapping[Id, Unwritten]) -> None:
    """Log the file steps, and the moves of the base that no write belongs to."""
    for step in run.planned.plan.steps:
        at = (step.mapping, step.key)
        if step.kind not in FILE_STEPS and step.kind is not StepKind.MOVE_BASE:
            continue
        if at in failed:
            run.results.note(step, *failed[at])
        elif run.results.sound(*at):
            run.results.note(step, Status.APPLIED)
        else:
            run.results.note(step, Status.SKIPPED, run.results.why(*at))


def _moved(
    settling: Settling,
    filing: _Filing,
    writer: FileWriter,
    failed: Mapping[Id, Unwritten],
) -> Moved:
    name = settling.mapping.name
    done = {k: o for k, o in filing.settled.items() if (name, k) not in failed}
    paths = {e.at[1]: e.path for e in filing.edits}
    contents = {**filing.contents, **writer.written}
    records = {
        key: settling.base_record(o, paths.get(key) or o.file)
        for key, o in done.items()
        if not forgets(o) and (o.settled or o.writes)
    }
    gone = {key: o for key, o in done.items() if forgets(o)}
    back, planned_at = settling.back, settling.planned_at
    told = name in back.found and settling.mapping.notion.filter is None
    return Moved(
        compared=settling.compared,
        records=records,
        refreshed={k: s for k, s in filing.refreshed.items() if (name, k) not in failed},
        gone=gone,
        reworded=_reworded(settling, {*records, *gone}),
        contents=contents,
        planned_at=planned_at,
        read_at=(back.began or planned_at) if told else planned_at,
        read_back=back.found[name] if told else {},
    )


def _reworded(settling: Settling, moved: set[str]) -> dict[str, str]:
    """Records whose file changed and of which nothing was agreed anew, with its path.

    Also those that are in dispute or were not written: the base takes over how and where their
    files are written, else it could not be read any more once the mapping says another format.
    """
    entries = settling.compared.recorded.index.entries
    return {
        key: record.file.path
        for key, record in settling.compared.git.snapshot.records.items()
        if key in entries and entries[key].file and record.file and key not in moved
    }
