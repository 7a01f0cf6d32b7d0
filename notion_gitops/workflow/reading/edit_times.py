"""When and by whom the values in conflict came about; asked only for the fields that need it."""

from collections.abc import Mapping
from dataclasses import dataclass

from notion_gitops.engine.planner import FieldOf
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import EditTime, EditTimes
from notion_gitops.model.records import Record
from notion_gitops.workflow.reading.record_history import RecordFile, field_edits
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Editors:
    """Who is who in Notion, for telling our own edits from a person's."""

    names: Mapping[str, str]  # user id -> a name to show
    our_user: str = ""  # the connection's own user id


@dataclass(frozen=True, slots=True)
class Question:
    """One field in conflict, as both sides hold its record."""

    mapping: DatabaseMapping
    field: str
    git: Record
    notion: Record
    dirty: bool  # the record's file differs from HEAD
    first_seen: EditTime | None = None  # Notion's, as the open conflict's file has it


def edit_times(
    workspace: Workspace, questions: Mapping[FieldOf, Question], editors: Editors
) -> dict[FieldOf, EditTimes]:
    """Both times of each field."""
    return {
        at: EditTimes(_in_git(workspace, q), _in_notion(q, editors)) for at, q in questions.items()
    }


def _in_notion(question: Question, editors: Editors) -> EditTime:
    """The page's last edit, or the human one that was first seen if only our own is known."""
    now = in_notion(question.notion, editors)
    return question.first_seen if now.at is None and question.first_seen else now


def in_notion(record: Record, editors: Editors) -> EditTime:
    """The page's last edit, unless it is by our own connection: then no person's time is known."""
    page = record.page
    if page is None:
        return EditTime(None, reason="the page was not read")
    if page.edited_by == editors.our_user:
        why = "the page was last edited by the sync itself, and Notion keeps no time per field"
        return EditTime(None, by="notion-gitops", reason=why)
    return EditTime(page.edited, by=editors.names.get(page.edited_by, page.edited_by))


def _in_git(workspace: Workspace, question: Question) -> EditTime:
    file = question.git.file
    if file is None:
        return EditTime(None, reason="the record is in no file")
    where = RecordFile(workspace, question.mapping, question.git.key, file.path, question.dirty)
    return field_edits(where, question.git, (question.field,))[question.field].time


def deepen(workspace: Workspace) -> None:
    """Bring the history of a shallow clone here, where there is a remote that has it.

    Raises:
        GitFailed: the remote cannot be reached.
    """
    repository = workspace.repository
    remote = repository.default_remote(workspace.head.branch)
    if remote and repository.is_shallow():
        repository.deepen(remote)
