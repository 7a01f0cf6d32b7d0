"""What `update-branch` did, what it decided, and what is left to a person."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from notion_gitops.model.branches import BranchUpdate, Collision, Origin, Outcome
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Side
from notion_gitops.model.values import Value
from notion_gitops.report.document import (
    Block,
    Command,
    Document,
    Facts,
    Item,
    Items,
    Paragraph,
    Section,
    Tone,
)
from notion_gitops.report.merge_message import decided_by, decided_value
from notion_gitops.report.redact import redact_collisions
from notion_gitops.report.reports import Report
from notion_gitops.report.show import cut, git_time, place_text, problem_sentence, short, value_text
from notion_gitops.text.words import count

_VALUE = 200  # characters of a value
_LISTED = 20  # decisions and files that are listed


def branch_update_view(
    update: BranchUpdate, mappings: Mapping[str, DatabaseMapping], now: datetime
) -> Report:
    """What people read of it; sensitive values are digests in every form."""
    shown = replace(update, collisions=redact_collisions(update.collisions, mappings))
    sections = (
        *(_asked(c, shown, now) for c in shown.open),
        *_others(shown),
        *_decided(shown),
        *_as_text(shown),
        *_next(shown),
    )
    return Report("branch-update", Document(_title(shown), sections), {"update": shown})


def _title(update: BranchUpdate) -> str:
    whence = ", fetched just now" if update.fetched else ", as this clone has it"
    other = f"{update.other} ({short(update.other_commit)}{whence})"
    match update.outcome:
        case Outcome.UP_TO_DATE:
            return f"{update.branch} holds all of {other} already. Nothing was changed."
        case Outcome.FORWARDED:
            return f"{update.branch} had no commits of its own, and is now where {other} is."
        case Outcome.MERGED:
            return (
                f"Merged {other} into {update.branch}: commit {short(update.commit)}, with "
                f"{count(len(update.merged), 'record file')} that both had changed."
            )
        case Outcome.LEFT:
            files = count(len(update.left), "file")
            return (
                f"Merging {other} into {update.branch}: {files} left to you. "
                "Nothing is committed yet."
            )


# --- what is left to a person -------------------------------------------------------------


def _asked(each: Collision, update: BranchUpdate, now: datetime) -> Section:
    record = f"{each.mapping}/{each.key}"
    heading = f"{record}, {each.field}" if each.field else record
    return Section((Facts(tuple(_facts(each, update, now))),), heading, Tone.ASK)


def _facts(each: Collision, update: BranchUpdate, now: datetime) -> Iterator[tuple[str, str]]:
    yield "file", update.files.get(f"{each.mapping}/{each.key}", "")
    at = f" ({place_text(each.place)})" if each.place else ""
    if each.field is None:
        yield "deleted", update.branch if each.deleted == "here" else update.other
        yield "edited", update.other if each.deleted == "here" else update.branch
    else:
        yield "before", _value(each.base)
        yield update.branch, _told(each.here, each.origins.here, now)
        yield update.other, _told(each.there, each.origins.there, now)
    yield "left open", f"{each.reason}{at}"


def _told(value: Value, origin: Origin, now: datetime) -> str:
    """A value with who gave it, and when."""
    who = git_time(origin.time, now)
    whence = "from Notion, " if origin.side is Side.NOTION else ""
    return f"{_value(value)}  ({whence}{who})" if who else _value(value)


def _value(value: Value) -> str:
    lines = value_text(value).split("\n")
    first = cut(next((line for line in lines if line.strip()), ""), _VALUE)
    return first if len(lines) == 1 else f"{count(len(lines), 'line')}, the first: {first}"


def _others(update: BranchUpdate) -> Iterator[Section]:
    """Files in conflict that are not asked about above."""
    asked = {update.files.get(f"{c.mapping}/{c.key}") for c in update.open}
    others = [path for path, why in update.left.items() if why or path not in asked]
    if others:
        whys = {path: update.left[path] for path in others}
        items = _list([Item(path, (why,) if why else ()) for path, why in whys.items()])
        yield Section((items,), "In conflict, as git leaves it", Tone.ASK)


# --- what was decided ---------------------------------------------------------------------


def _decided(update: BranchUpdate) -> Iterator[Section]:
    if not update.decided:
        return
    items = [
        Item(f"{c.mapping}/{c.key}, {c.field}: {decided_value(c, update)}", (decided_by(c),))
        for c in update.decided
    ]
    yield Section((_list(items),), "Changed on both branches, and decided")


def _as_text(update: BranchUpdate) -> Iterator[Section]:
    if update.as_text:
        items = [Item(path, (problem_sentence(d),)) for path, d in update.as_text.items()]
        yield Section((_list(items),), "Merged as text, since it is not readable as records")


def _list(items: list[Item]) -> Items:
    return Items(tuple(items[:_LISTED]), max(0, len(items) - _LISTED))


# --- what to do next ----------------------------------------------------------------------


def _next(update: BranchUpdate) -> Iterator[Section]:
    if update.not_pushed:
        yield Section((Paragraph(f"Not pushed: {update.not_pushed}."),), tone=Tone.ASK)
    match update.outcome:
        case Outcome.UP_TO_DATE:
            return
        case Outcome.LEFT:
            yield Section(tuple(_to_finish(update)), "To finish")
            yield Section((Command("git merge --abort"),), "To undo")
        case Outcome.MERGED | Outcome.FORWARDED:
            if update.pushed:
                yield Section((Paragraph(f"Pushed to {update.pushed}."),))
                yield from _undo_pushed(update)
                return
            yield Section((Command("notion-gitops plan"), Command("git push")), "Next")
            undo = Command(f"git reset --keep {short(update.before)}")
            yield Section((undo,), "To undo, before it is pushed")


def _undo_pushed(update: BranchUpdate) -> Iterator[Section]:
    if update.outcome is Outcome.MERGED:
        yield Section((Command(f"git revert -m 1 {short(update.commit)}"),), "To undo")


def _to_finish(update: BranchUpdate) -> Iterator[Block]:
    marked = [path for path in update.left if path not in update.half_deleted]
    if marked:
        yield Paragraph("Choose between the lines that are marked; of each file then:")
        yield from _each("git add", marked)
    if update.half_deleted:
        one = len(update.half_deleted) == 1
        which = "One file that a branch deleted has" if one else "Files that a branch deleted have"
        yield Paragraph(f"{which} no marks. To keep the edited file:")
        yield from _each("git add", update.half_deleted)
        yield Paragraph("Or to delete it:")
        yield from _each("git rm", update.half_deleted)
    yield Paragraph("Then:")
    yield Command("notion-gitops validate")
    yield Command("git commit")


def _each(command: str, paths: Sequence[str]) -> Iterator[Block]:
    """One command a line, so that each can be pasted."""
    yield from (Command(f"{command} -- {shlex.quote(path)}") for path in paths[:_LISTED])
    if len(paths) > _LISTED:
        yield Paragraph(f"and so on, for {count(len(paths) - _LISTED, 'more file')}: git status")
