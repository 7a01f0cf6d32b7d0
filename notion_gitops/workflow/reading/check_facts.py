"""What the checks are given besides the records; it is read only where a check asks for it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from notion_gitops.engine.checks import Facts
from notion_gitops.engine.checks.links import links_in, target_of
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.mapping import BODY, CheckKind, DatabaseMapping
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Absence, Record
from notion_gitops.records.files import SUFFIXES, is_record_path
from notion_gitops.workflow.reading.compared import Compared, Comparison
from notion_gitops.workflow.reading.git_side import GitReader

RECORDS = "state/records"  # where record files are usually kept; what else is in it is told
_ENDINGS = tuple(ending for endings in SUFFIXES.values() for ending in endings)

Merged = Mapping[str, Mapping[str, Record]]


def check_facts(comparison: Comparison, merged: Merged) -> Facts:
    """The facts for the checks that the mappings declare."""
    every = comparison.mappings
    linking = any(_asks(each.mapping, CheckKind.LINKS) for each in every.values())
    texts = {n: _texts(comparison, c) for n, c in every.items() if _reads_body(c.mapping)}
    paths = {n: _paths(c) for n, c in every.items() if _asks(c.mapping, CheckKind.LINKS)}
    return Facts(
        absent={name: each.inputs.notion.absent for name, each in every.items()},
        unread={
            name: frozenset({*each.inputs.git.unreadable, *each.inputs.notion.unreadable})
            for name, each in every.items()
        },
        deleted={name: frozenset(each.base.tombstones) for name, each in every.items()},
        pages=_pages(every) if linking else {},
        files=_files(comparison, merged, texts, paths) if linking else None,
        paths=paths,
        texts=texts,
    )


def unclaimed_files(comparison: Comparison) -> list[Finding]:
    """Files where records are kept that are no records of any mapping."""
    root = comparison.workspace.root
    mappings = comparison.workspace.mappings
    found = []
    for name, mapping in mappings.items():
        folder = mapping.git.path.rstrip("/") + "/"
        inside = (p for p in comparison.changes.since_base if p.startswith(folder))
        strange = [p for p in inside if not is_record_path(mapping, p) and _is_seen(root, p)]
        found += [_unclaimed(name, p, mapping) for p in sorted(strange) if not _hidden(p)]
    claimed = tuple(m.git.path.rstrip("/") for m in mappings.values())
    for path in _in_folder(root / RECORDS):
        if not any(c == path or c.startswith(f"{path}/") for c in claimed):
            found.append(_unclaimed("", path, None))
    return found


def _asks(mapping: DatabaseMapping, kind: CheckKind) -> bool:
    return any(rule.kind is kind for rule in mapping.checks)


def _reads_body(mapping: DatabaseMapping) -> bool:
    return mapping.body is not None and any(BODY in rule.fields for rule in mapping.checks)


def _texts(comparison: Comparison, each: Compared) -> dict[str, str]:
    """The texts below the fields, as git has them; of the records that are readable there."""
    reader = GitReader(comparison.workspace, each.mapping, each.recorded)
    records = reader.with_records(each.git, each.git.keys).snapshot.records
    return {k: v for k, r in records.items() if isinstance(v := r.value(BODY), str)}


def _paths(each: Compared) -> dict[str, str]:
    entries = each.recorded.index.entries
    known = {key: entries[key].file for key in each.git.keys if key in entries}
    read = {k: r.file.path for k, r in each.git.snapshot.records.items() if r.file is not None}
    return known | read


def _pages(every: Mapping[str, Compared]) -> dict[str, Absence]:
    """Why the pages that are not listed are not, by their ids."""
    found: dict[str, Absence] = {}
    for each in every.values():
        ids = {t.page_id: Absence.TRASHED for t in each.base.tombstones.values()}
        entries = each.recorded.index.entries
        away = each.inputs.notion.absent.items()
        ids |= {entries[key].page_id: why for key, why in away if key in entries}
        found |= {page_id.replace("-", ""): why for page_id, why in ids.items()}
    return found


def _files(
    comparison: Comparison,
    merged: Merged,
    texts: Mapping[str, Mapping[str, str]],
    paths: Mapping[str, Mapping[str, str]],
) -> frozenset[str]:
    """Of the paths that texts link to, those that are there."""
    targets: set[str] = set()
    for name, of_key in paths.items():
        mapping = comparison.mappings[name].mapping
        fields = {f for r in mapping.checks if r.kind is CheckKind.LINKS for f in r.fields}
        for key, record in merged.get(name, {}).items():
            said = [v for f in fields if isinstance(v := record.value(f), str)]
            said += [text] if BODY in fields and (text := texts.get(name, {}).get(key)) else []
            links = (link for text in said for link in links_in(text))
            targets.update(target_of(link, of_key[key]) for link in links if key in of_key)
    inside = (t for t in targets if t and not t.startswith(".."))
    return frozenset(t for t in inside if os.path.lexists(comparison.workspace.root / t))


def _is_seen(root: Path, path: str) -> bool:
    return os.path.lexists(root / path)


def _hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _in_folder(folder: Path) -> Iterator[str]:
    inside = folder.iterdir() if folder.is_dir() and not folder.is_symlink() else ()
    names = sorted(path.name for path in inside)
    yield from (f"{RECORDS}/{name}" for name in names if not name.startswith("."))


def _unclaimed(name: str, path: str, mapping: DatabaseMapping | None) -> Finding:
    like_records = path.endswith(_ENDINGS) or mapping is None
    return Finding(
        check="unclaimed file",
        severity=Severity.WARNING if like_records else Severity.INFO,
        mapping=name or RECORDS,
        keys=(),
        message=f"{path} is no record of any mapping",
        why="It stands where records are kept, and nothing of it is ever synced.",
        fix="Correct `git.path` or `git.format` in the mapping that it is meant for, or move it.",
        place=mapping.git.place if mapping is not None else None,
    )
