"""Reading the journals of this machine: of a run in progress, and of those that were cut short."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from notion_gitops.model.backups import KeptBackup, KeptSync
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import StateUnusable
from notion_gitops.state.backups import read_backup

FILE = "journal.jsonl"
LEFT = "journal-left-{}.jsonl"  # of a run that was cut short, once another one began
FORMAT_VERSION = 1
_LOOK = (
    "Else move the file away, and look in Notion for pages that stand there twice: it tells which "
    "were being created. Nothing was written."
)


def lines(path: Path) -> Iterable[Mapping[str, Any]]:
    """The lines of a journal that say what they should; none if there is no such file.

    What a line announces is done once it is on disk whole: one that is cut short tells nothing.

    Raises:
        StateUnusable: a newer version wrote it.
    """
    if not path.exists():
        return
    # Not splitlines(): a value may hold other line breaks (U+2028), which JSON leaves as they are.
    for number, text in enumerate(path.read_text("utf-8", "replace").split("\n"), start=1):
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            continue  # the last line of a run that was killed while writing it
        if isinstance(line, dict):
            _require_known(line, Place(f"{path.parent.name}/{path.name}", number))
            if _is_whole(line):
                yield line


def _require_known(line: Mapping[str, Any], place: Place) -> None:
    if line.get("format_version", FORMAT_VERSION) != FORMAT_VERSION:
        what = "this journal was written by a newer notion-gitops"
        raise StateUnusable(Diagnostic(what, place, fix=f"Use that version. {_LOOK}"))


def _is_whole(line: Mapping[str, Any]) -> bool:
    match line.get("what"):
        case "begin":
            return _is_moment(line.get("at"))
        case "create":
            return _is_moment(line.get("sent") or line.get("at"))
        case "backups":
            return isinstance(line.get("backups"), list)
        case "file":
            return {"path", "digest"} <= line.keys()
        case _:
            return True


def _is_moment(text: object) -> bool:
    try:
        return datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False


def unfinished_ids(private: Path) -> frozenset[str]:
    """The ids of the syncs that did not come to their end, or are not there yet."""
    journals = (private / FILE, *private.glob(LEFT.format("*")))
    begun = (line for path in journals for line in lines(path) if line.get("what") == "begin")
    return frozenset(str(line.get("sync", "")) for line in begun)


def cut_short(private: Path, state_ref: str) -> tuple[str, datetime] | None:
    """The last run, if it did not come to its end: its sync's id, and when it began."""
    for line in lines(private / FILE):
        if line.get("what") == "begin" and line.get("state", state_ref) == state_ref:
            return str(line.get("sync", "")), datetime.fromisoformat(str(line["at"]))
    return None


def accepted_before(private: Path) -> Mapping[str, frozenset[int]]:
    """The numbers past the guards under which the last run began, if it was cut short."""
    for line in lines(private / FILE):
        if line.get("what") == "begin" and isinstance(accepted := line.get("accepted"), dict):
            return {guard: frozenset(numbers) for guard, numbers in accepted.items()}
    return {}


def unfinished_syncs(private: Path, state_ref: str) -> Iterator[KeptSync]:
    """The runs that did not come to their end, or are not there yet, with their backups.

    Args:
        private: the folder with the journals.
        state_ref: where the runs were going to be recorded; others are left out.
    """
    for path in (private / FILE, *sorted(private.glob(LEFT.format("*")))):
        begun: Mapping[str, Any] | None = None
        kept: list[KeptBackup] = []
        for line in lines(path):
            if line.get("what") == "begin":
                begun = line
            elif line.get("what") == "backups":
                kept += filter(None, map(read_backup, line.get("backups", ())))
        if begun is not None and begun.get("state", state_ref) == state_ref:
            at = datetime.fromisoformat(str(begun["at"])).astimezone(UTC)
            yield KeptSync(str(begun.get("sync", "")), at, "", tuple(kept))
