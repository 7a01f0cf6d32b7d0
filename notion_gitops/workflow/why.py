"""`why`: one record's story, from the base, both sides, a plan made now, and git's history."""

from collections.abc import Mapping
from dataclasses import dataclass

from notion_gitops.engine.rules import Evidence
from notion_gitops.engine.standing import standing_rule
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.holds import Hold
from notion_gitops.model.mapping import Field
from notion_gitops.model.operations import Cause, EditTime, EditTimes
from notion_gitops.model.records import Absence, Record
from notion_gitops.model.story import (
    Decision,
    Fate,
    FieldStory,
    GitEdit,
    Holding,
    Ruling,
    Story,
)
from notion_gitops.model.values import Unknown
from notion_gitops.notion.gateway import Gateway
from notion_gitops.report.holds import hold_text
from notion_gitops.workflow.naming import require_field
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.reading.edit_times import Editors, in_notion
from notion_gitops.workflow.reading.fates import field_fate, record_fate
from notion_gitops.workflow.reading.find_record import Words
from notion_gitops.workflow.reading.last_sync import last_sync
from notion_gitops.workflow.reading.newest_state import synced
from notion_gitops.workflow.reading.record_history import by_name, deletion, field_edits
from notion_gitops.workflow.reading.seen_record import Seen, look_up
from notion_gitops.workflow.reading.users import known_users
from notion_gitops.workflow.workspace import CONFLICTS

_NOT_ASKED = "not read (--offline)"
_NOT_TOLD = EditTime(None, reason="not known")
_ABSENT = {
    Absence.TRASHED: "in Notion's trash",
    Absence.OUT_OF_SCOPE: "archived, or out of the mapping's filter",
    Absence.MOVED: "in another database",
    Absence.UNREACHABLE: "cannot be seen",
    Absence.UNPROVEN: "not in the listing",
}


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known of a field besides its values."""

    since: Mapping[str, GitEdit]
    editors: Editors
    whole: Fate


def tell(planned: Planned, words: Words, gateway: Gateway | None) -> Story:
    """The story of the record that is meant.

    Args:
        planned: a plan made now, with what it was computed from.
        words: which record is meant, and perhaps which field.
        gateway: the way to Notion, to ask who edited the page; None if it is not to be asked.

    Raises:
        UsageError: there is no such record or field, or the word fits several records.
    """
    comparison = planned.comparison
    seen = look_up(comparison, planned.plan, words)
    mapping = seen.mapping
    if words.field:
        require_field(words.field, mapping)
    editors = Editors({}) if gateway is None else _editors(seen, gateway)
    return _story(seen, editors, (words.field,) if words.field else tuple(mapping.fields))


def _editors(seen: Seen, gateway: Gateway) -> Editors:
    us, page = str(gateway.me()["id"]), seen.sides.notion.page if seen.sides.notion else None
    by = {page.edited_by} - {us} if page else set()
    comparison = seen.comparison
    users = known_users(gateway, comparison.people, comparison.workspace.mappings, by)
    return Editors(users, us)


def _story(seen: Seen, editors: Editors, wanted: tuple[str, ...]) -> Story:
    sides, where = seen.sides, seen.file
    page = sides.notion.page if sides.notion else None
    since = field_edits(where, by_name(sides.git), wanted) if sides.git is not None else {}
    gone = sides.git is None and where.path and not seen.unreadable
    fate = _held(seen) or _whole(seen)
    around = _Around(since, editors, fate)
    state = seen.comparison.state.commit
    agreed_file = sides.base.file if sides.base else ""
    return Story(
        mapping=seen.mapping.name,
        key=seen.key,
        at=seen.plan.made,
        title=next((r.title for r in (sides.git, sides.notion) if r and r.title), ""),
        renamed_from=seen.old if seen.old != seen.key else "",
        file=where.path,
        in_git=_why_not_in_git(seen),
        deleted=deletion(where) if gone else None,
        page_id=page.id if page else (sides.base.page_id if sides.base else ""),
        page_url=page.url if page else "",
        in_notion=_why_not_in_notion(seen),
        page_edit=_page_edit(sides.notion, editors),
        kind=seen.operation.kind if seen.operation else None,
        fate=fate,
        held_back=_held_back(seen),
        question=_question(seen),
        fields={name: _field(seen, seen.mapping.fields[name], around) for name in wanted},
        sync=last_sync(where.workspace, state, seen.mapping, seen.old, agreed_file),
        synced=synced(where.workspace, state),
        offline=seen.plan.offline,
    )


def _whole(seen: Seen) -> Fate:
    """What becomes of the record: what keeps it from being planned comes first."""
    if seen.unreadable:
        told = (f"{p.place}: {p.summary}" if p.place else p.summary for p in seen.unreadable)
        return Fate(Decision.LEFT_ALONE, tuple(told))
    compared = seen.compared
    if compared is None:
        return Fate(Decision.LEFT_ALONE, ("the mapping was not read, so nothing is known",))
    if not compared.renames.unclear.isdisjoint((seen.key, seen.old)):
        why = "whether a key was changed in git, and which, cannot be told"
        return Fate(Decision.LEFT_ALONE, (why, "neither its file nor its page is touched"))
    if seen.operation is not None:
        return record_fate(seen.sides, seen.operation)
    if seen.plan.offline and _question(seen):
        return Fate(
            Decision.OPEN, ("there is a conflict file; only a plan with Notion tells more",)
        )
    if seen.key in seen.part.unpaired_git:
        why = "both sides hold records that nothing links yet (notion-gitops import pairs them)"
        return Fate(Decision.WAITS, (why,))
    if seen.sides.base is None and seen.sides.git and not seen.sides.notion:
        why = "Notion's listing is not proven whole, so its page may be there already"
        return Fate(Decision.WAITS, (why,)) if not compared.notion.pages.complete else _kept(seen)
    return record_fate(seen.sides, None) if seen.sides.base else _kept(seen)


def _held(seen: Seen) -> Fate | None:
    """What becomes of a record that is on hold as a whole; None if it is not."""
    hold = seen.holds.record(seen.key, seen.old)
    if hold is not None:
        return _on_hold(hold)
    if seen.key in seen.part.held:
        return Fate(Decision.ON_HOLD, ("it waits as a whole, since a field of it is on hold",))
    return None


def _on_hold(hold: Hold) -> Fate:
    return Fate(Decision.ON_HOLD, (hold_text(hold), "nothing of it is written or asked about"))


def _kept(seen: Seen) -> Fate:
    """A record that is not in the base, and to which nothing is done."""
    if seen.old in seen.comparison.state.of(seen.mapping.name).index.tombstones:
        why = 'deleted on one side, and kept or deleted on the other as "deletes" says'
        return Fate(Decision.NOTHING, (why,))
    return Fate(Decision.NOTHING)


def _held_back(seen: Seen) -> tuple[str, ...]:
    """Why nothing of the mapping is done."""
    part = seen.part
    if part.refusals:
        return tuple(refusal.message for refusal in part.refusals)
    if not part.left_out:
        return ()
    return (f"{part.name} takes no part: {part.left_out}", *(p.summary for p in _stopping(seen)))


def _stopping(seen: Seen) -> tuple[Diagnostic, ...]:
    """What is wrong with a mapping that could not be read; of another, it is about records."""
    return seen.part.problems if seen.compared is None else ()


def _question(seen: Seen) -> str:
    path = f"{CONFLICTS}/{seen.mapping.name}/{seen.key}.yaml"
    return path if (seen.comparison.workspace.root / path).is_file() else ""


def _why_not_in_git(seen: Seen) -> str:
    if seen.sides.git is not None:
        return ""
    if seen.unreadable:
        return "cannot be read"
    return "not there any more" if seen.sides.base is not None else "not there"


def _why_not_in_notion(seen: Seen) -> str:
    if seen.plan.offline:
        return _NOT_ASKED
    if seen.compared is None:
        return "not read"
    if seen.sides.notion is not None:
        return ""
    return _ABSENT[seen.sides.absence] if seen.sides.absence else "no page"


def _page_edit(notion: Record | None, editors: Editors) -> EditTime | None:
    """The page's last edit, also if it is our own."""
    if notion is None or notion.page is None:
        return None
    told = in_notion(notion, editors)
    return told if told.at is not None else EditTime(notion.page.edited, by="the sync itself")


def _field(seen: Seen, spec: Field, around: _Around) -> FieldStory:
    sides, name = seen.sides, spec.name
    agreed = sides.base is not None and name in sides.base.known
    never = "never agreed" if sides.base is not None else "never synced"
    base = Holding(sides.base.fields.get(name)) if sides.base and agreed else Holding(missing=never)
    git = Holding(sides.git.value(name)) if sides.git else Holding(missing=_why_not_in_git(seen))
    missing = _why_not_in_notion(seen)
    there = sides.notion.value(name) if sides.notion else None
    if isinstance(there, Unknown):
        missing = missing or f"not known: {there.reason}"
    since = around.since.get(name)
    return FieldStory(
        name=name,
        property_name=spec.property_name,
        base=base,
        git=git,
        notion=Holding(missing=missing) if missing else Holding(there),
        since=since,
        fate=_fate(seen, spec, around.whole),
        ruling=_ruling(seen, spec, around),
    )


def _fate(seen: Seen, spec: Field, whole: Fate) -> Fate:
    hold = seen.holds.field(spec.name, seen.key, seen.old)
    if hold is not None:
        return _on_hold(hold) if hold.field else whole
    stopped = seen.compared is None or seen.unreadable
    return whole if stopped else field_fate(seen.sides, spec, seen.operation, whole)


def _ruling(seen: Seen, spec: Field, around: _Around) -> Ruling:
    """What decided the field's conflict, or would decide one."""
    operation = seen.operation
    conflicts = operation.conflicts if operation is not None else ()
    found = next((c for c in conflicts if c.field == spec.name), None)
    if found is not None:
        return Ruling(found.reason, not found.open, found.rule, found.take, found.place)
    writes = operation.writes if operation is not None else ()
    merged = any(
        change.cause is Cause.MERGED and change.difference.field == spec.name
        for write in writes
        for change in write.changes
    )
    if merged:
        return Ruling("both sides were edited; merged", decided=True, place=spec.place)
    return standing_rule(seen.mapping, spec, _evidence(seen, spec, around))


def _evidence(seen: Seen, spec: Field, around: _Around) -> Evidence:
    sides, since = seen.sides, around.since.get(spec.name)
    notion = in_notion(sides.notion, around.editors) if sides.notion else _NOT_TOLD
    times = EditTimes(since.time if since else _NOT_TOLD, notion)
    return Evidence(
        key=seen.key,
        git=sides.git.fields if sides.git else {},
        notion=sides.notion.fields if sides.notion else {},
        base=sides.base.fields if sides.base else {},
        times={spec.name: times},
    )
