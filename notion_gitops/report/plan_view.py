"""A plan as it is shown: display-ready strings, not yet escaped. Laid out by `plan_text` and
`plan_markdown`; made by `plan_build`.
"""  # noqa: D205  one sentence over two lines

from dataclasses import dataclass, field
from enum import StrEnum

from notion_gitops.report.document import Table


class Mark(StrEnum):
    """What happens to a record as a whole."""

    CHANGED = ""
    NEW = "+"
    GONE = "-"


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field that changes on one side."""

    name: str
    old: str = ""
    new: str = ""
    added: tuple[str, ...] = ()  # members, for sets; then `old` and `new` are not shown
    removed: tuple[str, ...] = ()
    towards: str = ""  # "Notion to git", where a record goes both ways
    notes: tuple[str, ...] = ()  # which rule decided, what was overwritten
    lines: tuple[str, ...] = ()  # of a long text: how it differs; then `new` says how much

    @property
    def is_set(self) -> bool:
        """Whether the members are shown instead of the two values."""
        return bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record, or several with the same change."""

    name: str  # the key, or "37 tasks, the same change"
    mark: Mark
    what: str  # "from Notion to git"
    aside: str = ""
    title: str = ""
    url: str = ""  # of its page in Notion; "" if there is none
    fields: tuple[FieldView, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SideView:
    """One of the values that a person must choose from."""

    label: str  # "last agreed", "git", "Notion"
    value: str
    who: str = ""  # who, and when


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What is asked about one field, or about the record as a whole."""

    about: str  # the field's name; "record" for edit against delete
    sides: tuple[SideView, ...]
    asked: str  # why a person is asked


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One record that somebody must decide about."""

    record: str  # tasks/fix-login-page-49b7ee
    title: str
    url: str
    questions: tuple[QuestionView, ...]
    meanwhile: str  # what goes on until it is decided
    file: str  # the conflict file
    missing: str  # that the file is not there yet, and when it will be; "" if it is
    command: str  # that writes an answer into it
    others: str  # what the command could take instead


@dataclass(frozen=True, slots=True)
class RefusalView:
    """A guard that stops a mapping, as SCREENS of every refusal: what, where from, what to do."""

    mapping: str
    message: str
    limit: str  # "The limit is 20 (mappings/tasks.yaml:52)."
    keys: tuple[str, ...]  # the first few
    total: int  # of all keys
    fixes: tuple[str, ...]  # what to do if it is a mistake, a line each
    origin: tuple[str, ...]  # where it comes from, a line each
    accept: str  # the command that lets it pass once; "" if nothing does


@dataclass(frozen=True, slots=True)
class HeldView:
    """A mapping that takes no part, as the end of a plan or an apply tells it."""

    mapping: str
    why: str
    ways: tuple[str, ...]  # what puts it right, and what lets it pass


@dataclass(frozen=True, slots=True)
class NoteView:
    """Something to know: a heading, and what belongs to it."""

    text: str
    details: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class MappingView:
    """What happens to the records of one mapping."""

    name: str
    records: str  # "3,012 records"
    state: str  # "41 to sync", "takes no part"
    shown: tuple[RecordView, ...] = ()
    left: tuple[NoteView, ...] = ()  # what is not done: unreadable, unreachable, not ready
    notes: tuple[NoteView, ...] = ()  # what is done without a write, or without an edit


@dataclass(frozen=True, slots=True)
class FindingView:
    """One thing that is worth a look."""

    where: str
    message: str
    details: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()  # why it matters, what to do: what not all of its group share


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one check."""

    check: str
    findings: tuple[FindingView, ...]
    more: int = 0
    advice: tuple[str, ...] = ()  # what holds for all of them: why it matters, what to do
    severities: str = ""  # "1 error, 2 warnings", of all of them
    grave: bool = False  # whether one of them is an error


@dataclass(frozen=True, slots=True)
class PlanView:
    """A whole plan, in the order in which it is read."""

    heading: str  # for Markdown: what happens, in one line
    compared: str  # what was compared, and what that cost
    warnings: tuple[str, ...] = ()  # "Notion was not read: ..."
    decisions: tuple[DecisionView, ...] = ()
    walk: str = ""  # the command that goes through the decisions, if there are several
    refusals: tuple[RefusalView, ...] = ()
    restores: bool = False  # whether something comes back out of the backups
    unrestored: tuple[NoteView, ...] = ()  # what was asked for and does not come back
    mappings: tuple[MappingView, ...] = ()
    quiet: str = ""  # mappings with nothing to do
    on_hold: tuple[NoteView, ...] = ()  # what is left as it is since somebody said so
    findings: tuple[FindingGroup, ...] = ()
    advised_by: str = ""  # the command whose text says why they matter and what to do, if not this
    summary: str = ""
    held_back: str = ""  # what is meant and not going to be done
    counts: Table | None = None  # per mapping
    notified: str = ""
    notes: tuple[str, ...] = ()
    exceeded: tuple[str, ...] = ()  # thresholds of the team that the plan is beyond
    first: tuple[str, ...] = ()  # what apply would stop at, as things are
    held: tuple[HeldView, ...] = ()  # what takes no part, and the way on
    next_label: str = ""
    next_command: str = ""
    more_command: str = ""
    made: str = ""  # "Plan of main 3f2a91c on base 9d8e7f6, Tue 24 Nov 13:58 UTC"
    cut: str = field(default="", kw_only=True)  # what was left out to keep a size
