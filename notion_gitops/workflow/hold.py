"""Putting something on hold, and letting it go on: what stands in `state/holds.yaml`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from notion_gitops.formats.atomic import remove, write_bytes
from notion_gitops.formats.inside import read_inside
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.mapping.holds import load_holds
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import UsageError
from notion_gitops.model.holds import Hold
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.state.holds import with_hold, without_hold
from notion_gitops.text.words import listed
from notion_gitops.workflow.naming import require_field, require_mapping
from notion_gitops.workflow.reading.find_record import Names, Words, find_record
from notion_gitops.workflow.reading.git_side import GitReader, read_state_and_changes
from notion_gitops.workflow.reading.seen_record import index_names
from notion_gitops.workflow.workspace import HOLDS, Workspace

_LONGEST = 300  # characters of a reason
_NAMED = 12  # holds in a message


@dataclass(frozen=True, slots=True)
class Scope:
    """What is meant: a mapping, a record of it, a field of either."""

    mapping: str
    record: str = ""
    field: str = ""


def every_hold(workspace: Workspace) -> tuple[Hold, ...]:
    """All holds, those that are over too, by mapping."""
    return tuple(h for name in workspace.mappings for h in workspace.holds_of(name))


def scope_of(workspace: Workspace, said: Scope, ask_notion: Callable[[], Names] | None) -> Scope:
    """What is meant, its key whole.

    Args:
        workspace: the workspace.
        said: as it was typed; the key may be the beginning of one, or a page's id.
        ask_notion: tells the records that Notion knows as well; None: it cannot be asked.

    Raises:
        UsageError: there is no such mapping, field or record; with the nearest word.
    """
    _require_known(workspace, said)
    if not said.record:
        return said
    words, again = Words(said.record, said.mapping), FollowUp(sandbox=workspace.sandbox)
    try:
        _, key = find_record({said.mapping: _known(workspace, said.mapping)}, words, again)
    except UsageError:
        if ask_notion is None:
            raise
        _, key = find_record({said.mapping: ask_notion()}, words, again)
    return replace(said, record=key)


def new_hold(scope: Scope, reason: str, until: date | None, now: datetime) -> Hold:
    """What is to be put on hold; who does it is filled in as it is written.

    Raises:
        UsageError: there is no reason, it is too long, or the last day is over.
    """
    told = " ".join(reason.split())
    if not told:
        raise UsageError(Diagnostic("a hold needs a reason", fix="Say why: --reason TEXT"))
    if len(told) > _LONGEST:
        what = f"the reason has {len(told)} characters, and {_LONGEST} is the most"
        raise UsageError(Diagnostic(what, fix="Say it shorter, and where the rest is."))
    hold = Hold(scope.mapping, told, Place(HOLDS), scope.record, scope.field, until, since=now)
    if hold.is_over(now.astimezone(UTC).date()):
        what = f"the hold would be over already: its last day is {until}"
        raise UsageError(Diagnostic(what, fix="Name a later day with --until, or none."))
    return hold


def add_hold(workspace: Workspace, hold: Hold, today: date) -> Hold:
    """Write a hold into the file; as it is written. One that is over makes way.

    Raises:
        UsageError: the very same is on hold already.
        Refused: the file cannot be written line by line.
    """
    hold = replace(hold, by=workspace.repository.user())
    same = [h for h in workspace.holds_of(hold.mapping) if h.scope == hold.scope]
    standing = next((h for h in same if not h.is_over(today)), None)
    if standing is not None:
        what = f"{standing.name} is on hold already: {standing.reason}"
        fix = "Change it there, or take it out first (hold remove)."
        raise UsageError(Diagnostic(what, standing.place, fix=fix))
    text = _text(workspace)
    over = next((h for h in same if h.place.file == HOLDS), None)
    if text is not None and over is not None:
        text = without_hold(text, over)
    _write(workspace, with_hold(text, hold))
    return hold


def remove_hold(workspace: Workspace, said: Scope) -> Hold:
    """Take a hold out of the file.

    Raises:
        UsageError: there is none of this scope in the file, or several; with where it is, or what
            there is.
        Refused: the file cannot be written line by line.
    """
    _require_known(workspace, said)
    wanted = Hold(said.mapping, "", Place(HOLDS), said.record, said.field)
    found = _held(workspace, wanted)
    hold = next((h for h in found if h.place.file == HOLDS), None)
    text = _text(workspace)
    if hold is None or text is None:
        raise UsageError(_not_in_file(workspace, wanted, found))
    _write(workspace, without_hold(text, hold))
    return hold


def _held(workspace: Workspace, wanted: Hold) -> list[Hold]:
    """The holds of that scope; if there are none, of the one record whose key begins so.

    Raises:
        UsageError: several records on hold begin so.
    """
    every = every_hold(workspace)
    exact = [h for h in every if h.scope == wanted.scope]
    if exact or not wanted.record:
        return exact
    begin = wanted.record.casefold()
    alike = [h for h in every if (h.mapping, h.field) == (wanted.mapping, wanted.field)]
    found = [h for h in alike if h.record.casefold().startswith(begin)]
    names = list(dict.fromkeys(h.name for h in found))
    if len(names) > 1:
        what = f'"{wanted.record}" can be {listed(names, _NAMED)}'
        raise UsageError(Diagnostic(what, fix="Write more of it."))
    return found


def _require_known(workspace: Workspace, said: Scope) -> None:
    require_mapping(said.mapping, workspace.mappings)
    if said.field:
        require_field(said.field, workspace.mappings[said.mapping])


def _known(workspace: Workspace, name: str) -> Names:
    """The records of a mapping that git and the base know, without asking Notion."""
    state, changes = read_state_and_changes(workspace)
    recorded = state.of(name)
    side = GitReader(workspace, workspace.mappings[name], recorded).changed(changes)
    return index_names(recorded.index, side.keys)


def _not_in_file(workspace: Workspace, wanted: Hold, found: list[Hold]) -> Diagnostic:
    if found:
        place = found[0].place
        what = f"{wanted.name} is put on hold by its mapping, and not by {HOLDS}"
        return Diagnostic(what, place, fix=f"Take it out there: {place.file}, line {place.line}.")
    names = list(dict.fromkeys(h.name for h in every_hold(workspace)))
    there = f"On hold are: {', '.join(names[:_NAMED])}." if names else "Nothing is on hold."
    return Diagnostic(f"{wanted.name} is not on hold", fix=there)


def _write(workspace: Workspace, text: str | None) -> None:
    """Write the file, if it can be read again; it goes with the last that a person wrote."""
    if text is None:
        remove(workspace.root, HOLDS)
        return
    load_holds(text, HOLDS, workspace.mappings)
    write_bytes(workspace.root, HOLDS, text.encode())


def _text(workspace: Workspace) -> str | None:
    content = read_inside(workspace.root, HOLDS)
    return None if content is None else decode_utf8(content, HOLDS)
