"""When and by whom the values in conflict came about; asked only for the fields that need it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from notion_gitops.engine.planner import FieldOf
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import EditTime, EditTimes
from notion_gitops.model.records import Record
from notion_gitops.model.values import Value
from notion_gitops.records.reading import read_records
from notion_gitops.repository.nouns import CommitInfo
from notion_gitops.workflow.workspace import Workspace

LONGEST_WALK = 500  # commits of one file that are looked at before giving up


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
    value = question.git.value(question.field)
    if question.dirty:
        modified = (workspace.root / file.path).stat().st_mtime
        return EditTime(datetime.fromtimestamp(modified, UTC), by="(not committed)")
    walk = workspace.repository.first_parent_log(file.path, workspace.head.commit)
    return _since(workspace, question, value, walk)


def _since(
    workspace: Workspace, question: Question, value: Value, walk: Iterable[CommitInfo]
) -> EditTime:
    """The oldest commit, counted from now backwards, that already has the value."""
    since: CommitInfo | None = None
    for number, commit in enumerate(walk):
        if _value_at(workspace, question, commit.commit) != value:
            break
        since = commit
        if commit.at_boundary:
            why = "the clone is too shallow to tell; fetch more history (git fetch --unshallow)"
            return EditTime(None, by=commit.author, reason=why)
        if number >= LONGEST_WALK:
            why = f"the value is older than {LONGEST_WALK} commits"
            return EditTime(None, by=commit.author, reason=why)
    if since is None:
        return EditTime(None, reason="no commit of this branch has the value")
    return EditTime(since.time, by=since.author, commit=since.commit[:7])


def _value_at(workspace: Workspace, question: Question, commit: str) -> Value:
    file, key = question.git.file, question.git.key
    content = workspace.repository.blob_at(commit, file.path) if file else None
    if file is None or content is None:
        return None
    reading = read_records(question.mapping, {file.path: content}, workspace.people)
    record = reading.records.get(key)
    return record.value(question.field) if record else None


def deepen(workspace: Workspace) -> None:
    """Bring the history of a shallow clone here, where there is a remote that has it.

    Raises:
        GitFailed: the remote cannot be reached.
    """
    repository = workspace.repository
    remote = repository.default_remote(workspace.head.branch)
    if remote and repository.is_shallow():
        repository.deepen(remote)
