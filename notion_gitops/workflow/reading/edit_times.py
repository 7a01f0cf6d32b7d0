"""When and by whom the values in conflict came about; asked only for the fields that need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from notion_gitops.engine.fields import same
from notion_gitops.engine.planner import FieldOf
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import EditTime, EditTimes
from notion_gitops.model.people import Person
from notion_gitops.model.records import BaseRecord, Record
from notion_gitops.workflow.reading.record_history import RecordFile, Seen, deletion, field_edits
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Editors:
    """Who is who in Notion, for telling our own edits from a person's."""

    users: Mapping[str, Person]  # by user id
    our_user: str = ""  # the connection's own user id


@dataclass(frozen=True, slots=True)
class Question:
    """A field, or a whole record, in conflict, as both sides hold it."""

    mapping: DatabaseMapping
    key: str
    field: str | None  # None: one side deleted the record
    base: BaseRecord | None
    git: Record | None
    notion: Record | None
    dirty: frozenset[str] = frozenset()  # record files that differ from HEAD
    first_seen: EditTime | None = None  # Notion's, as the open conflict's file has it


def edit_times(
    workspace: Workspace, questions: Mapping[FieldOf, Question], editors: Editors
) -> dict[FieldOf, EditTimes]:
    """Both times of each field."""
    seen: Seen = {}
    return {
        at: EditTimes(_in_git(workspace, q, seen), _in_notion(q, editors))
        for at, q in questions.items()
    }


def _in_notion(question: Question, editors: Editors) -> EditTime:
    """The page's last edit, or the human one that was first seen if only our own is known."""
    if question.notion is None:
        return EditTime(None)  # Notion does not tell who put a page into the trash
    now = in_notion(question.notion, editors)
    return question.first_seen if now.at is None and question.first_seen else now


def in_notion(record: Record, editors: Editors) -> EditTime:
    """The page's last edit, unless it is by our own connection: then no person's time is known."""
    page = record.page
    if page is None:
        return EditTime(None, reason="the page was not read")
    if page.edited_by == editors.our_user:
        why = "the page was last edited by the sync itself, and Notion keeps no time per field"
        return EditTime(None, by="notion-gitops", reason=why, person=False)
    user = editors.users.get(page.edited_by)
    if user is None:
        return EditTime(page.edited, by=page.edited_by)
    person = None if user.integration is None else not user.integration
    return EditTime(page.edited, by=user.name or user.alias, person=person)


def _in_git(workspace: Workspace, question: Question, seen: Seen) -> EditTime:
    git, base = question.git, question.base
    path = git.file.path if git and git.file else (base.file if base else "")
    if not path:
        return EditTime(None, reason="the record is in no file")
    dirty = path in question.dirty
    where = RecordFile(workspace, question.mapping, question.key, path, dirty, seen)
    if git is None:
        gone = deletion(where)
        return gone.time if gone is not None else EditTime(None)
    names = _edited(question, git) if question.field is None else (question.field,)
    edits = [edit.time for edit in field_edits(where, git, names).values()]
    return max(edits, key=_moment, default=EditTime(None))


def _edited(question: Question, git: Record) -> tuple[str, ...]:
    """The fields that git edited since the last agreement."""
    agreed = question.base.fields if question.base else {}
    own = (spec for spec in question.mapping.fields.values() if not spec.derived)
    return tuple(s.name for s in own if not same(s, git.value(s.name), agreed.get(s.name)))


def _moment(edit: EditTime) -> datetime:
    return edit.at or datetime.min.replace(tzinfo=UTC)


def deepen(workspace: Workspace) -> None:
    """Bring the history of a shallow clone here, where there is a remote that has it.

    Raises:
        GitFailed: the remote cannot be reached.
    """
    repository = workspace.repository
    remote = repository.default_remote(workspace.head.branch)
    if remote and repository.is_shallow():
        repository.deepen(remote)
