"""What a run is about to do and has done, on disk before it happens.

Crash recovery itself needs no journal: a record's identity is read back from both sides, and the
next plan finds both equal. The journal is for creates that no commit tells of, and for the backups
of a run that never came to its commit.
"""

import hashlib
import json
import os
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from notion_gitops.formats.atomic import write_bytes
from notion_gitops.model.creates import OpenCreate, OpenCreates
from notion_gitops.model.operations import Backup
from notion_gitops.state.backups import backup_line
from notion_gitops.workflow.reading.journal_lines import FILE, FORMAT_VERSION, LEFT, lines

FORGOTTEN = timedelta(days=1)  # after it, a page that did not turn up was not created


@dataclass(frozen=True, slots=True)
class Journal:
    """An append-only file of JSON lines, each on disk before `note` returns.

    Threads may share it.
    """

    path: Path
    _lock: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    @classmethod
    def begin(
        cls,
        private: Path,
        sync_id: str,
        state_ref: str,
        earlier: OpenCreates,
        accepted: Mapping[str, Collection[int]] = MappingProxyType({}),
    ) -> "Journal":
        """Start a new journal, which carries on the creates that no commit tells of so far.

        One that a crash left is kept beside it, since it holds backups.

        Args:
            private: the folder that it is in.
            sync_id: of the run.
            state_ref: where the run is going to be recorded.
            earlier: the creates to carry on.
            accepted: numbers that a person accepted past the guards, by guard.
        """
        private.mkdir(exist_ok=True)
        path = private / FILE
        known = open_creates(private)
        if len(known) < sum(1 for _ in lines(path)):  # it holds more than what is carried on
            number = sum(1 for _ in private.glob(LEFT.format("*")))
            os.link(path, private / LEFT.format(f"{number:04d}"))
        journal = cls(path)
        journal._carry_on(earlier)
        given = {"accepted": {g: sorted(n) for g, n in accepted.items()}} if accepted else {}
        journal.note("begin", format_version=FORMAT_VERSION, sync=sync_id, state=state_ref, **given)
        return journal

    def note(self, what: str, **details: Any) -> None:
        """Append one line and wait until the disk has it."""
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(_line(what, datetime.now(UTC), **details))
            file.flush()
            os.fsync(file.fileno())

    def creating(self, mapping: str, key: str, at: datetime) -> None:
        """Write down that a page is about to be created; `at` by Notion's clock."""
        self.note("create", mapping=mapping, key=key, sent=at.isoformat(timespec="seconds"))

    def keep(self, backups: Iterable[Backup]) -> None:
        """Write down what is going to be overwritten or deleted."""
        self.note("backups", backups=[backup_line(b) for b in backups])

    def about_to_write(self, path: str, content: bytes | None) -> None:
        """Write down which file of the work tree is going to hold what; None: it is deleted."""
        self.note("file", path=path, digest=content_digest(content))

    def end(self, recorded: Collection[tuple[str, str]]) -> None:
        """The run came to its commits: what the journal held is in them, but for lost creates.

        Args:
            recorded: mapping and key of the records that the commits tell of.
        """
        known = open_creates(self.path.parent)
        latest = max((create.at for create in known.values()), default=None)
        lost = {
            at: create
            for at, create in known.items()
            if at not in recorded and latest and latest - create.at < FORGOTTEN
        }
        if lost:
            self._carry_on(lost)
        else:
            self.path.unlink(missing_ok=True)

    def _carry_on(self, creates: OpenCreates) -> None:
        """Put a journal of these creates alone into the place of what is there."""
        told = "".join(_open_line(m, k, create) for (m, k), create in creates.items())
        write_bytes(self.path.parent, self.path.name, told.encode("utf-8"))


def open_creates(private: Path) -> dict[tuple[str, str], OpenCreate]:
    """The creates of earlier runs that are in no commit: answered or not, and when it was."""
    creates: dict[tuple[str, str], OpenCreate] = {}
    for line in lines(private / FILE):
        at = (str(line.get("mapping", "")), str(line.get("key", "")))
        match line.get("what"):
            case "create":
                sent = datetime.fromisoformat(str(line.get("sent") or line["at"]))
                creates[at] = OpenCreate(sent.astimezone(UTC), str(line.get("page", "")))
            case "created" if at in creates:
                creates[at] = OpenCreate(creates[at].at, str(line.get("page", "")))
            case "not created" | "linked":
                creates.pop(at, None)
    return creates


def files_written(private: Path) -> dict[str, set[str]]:
    """The work tree's files that a run wrote, or was about to, with the digests of their contents.

    Empty after a run that came to its end.
    """
    files: dict[str, set[str]] = {}
    for line in lines(private / FILE):
        if line.get("what") == "file":
            files.setdefault(str(line["path"]), set()).add(str(line["digest"]))
    return files


def content_digest(content: bytes | None) -> str:
    """By which the journal knows a content again; "" for no file."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _line(what: str, at: datetime, **details: Any) -> str:
    when = at.isoformat(timespec="seconds")
    line = {"what": what, "at": when, **details}
    return json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"


def _open_line(mapping: str, key: str, create: OpenCreate) -> str:
    page = {"page": create.page} if create.page else {}
    sent = create.at.isoformat(timespec="seconds")
    return _line("create", create.at, mapping=mapping, key=key, sent=sent, **page)
