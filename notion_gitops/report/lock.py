"""Who holds the lock on the git remote."""

from typing import Any

from notion_gitops.model.runs import AnnouncedRun
from notion_gitops.report.document import Block, Command, Document, Facts, Paragraph, Section
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count


def lock_view(remote: str, run: AnnouncedRun | None, again: FollowUp) -> Report:
    """What people read of it; `again` says how commands are typed."""
    document = Document(_title(remote, run), _sections(run, again))
    return Report("lock", document, {"remote": remote, "run": _data(run)})


def _data(run: AnnouncedRun | None) -> dict[str, Any] | None:
    if run is None:
        return None
    creates = [
        {"mapping": mapping, "key": key, "at": create.at, "page": create.page or None}
        for (mapping, key), create in run.creates.items()
    ]
    told = {"sync": run.run, "who": run.who, "since": run.since, "until": run.until}
    return {**told, "held": run.held, "creates": creates}


def _title(remote: str, run: AnnouncedRun | None) -> str:
    held = run is not None and run.held
    return f"{'A run holds' if held else 'No run holds'} the lock on {remote}."


def _sections(run: AnnouncedRun | None, again: FollowUp) -> tuple[Section, ...]:
    if run is None:
        return ()
    left = Paragraph(
        f"{count(len(run.creates), 'page')} that it may have created: the next apply looks for "
        "them before it creates them."
    )
    if not run.held:
        return (Section((left,), f"Sync {run.run} has ended"),)
    facts = Facts((
        ("sync", run.run),
        ("runs on", run.who),
        ("since", f"{run.since:%Y-%m-%d %H:%M} UTC"),
        ("lease", f"ends {run.until:%Y-%m-%d %H:%M} UTC, unless it is renewed"),
    ))  # fmt: skip
    broken = Paragraph("If you know that it is dead, break its lock:")
    blocks: tuple[Block, ...] = (facts, broken, Command(again.offline(f"unlock {run.run}")))
    return (Section((left, *blocks) if run.creates else blocks),)
