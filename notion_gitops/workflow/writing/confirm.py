"""Step 5: read back what was written, and take up the values that Notion derives from it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from notion_gitops.engine.forecast import to_confirm, to_relist
from notion_gitops.engine.identity import resolve_relations
from notion_gitops.engine.read_back import changed_since
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.errors import CannotReachNotion
from notion_gitops.model.mapping import BODY, DatabaseMapping
from notion_gitops.model.outcomes import Validation
from notion_gitops.model.plan import PAGE_WRITES, Finding, Step, StepKind
from notion_gitops.model.records import Record
from notion_gitops.model.values import Fields, Unknown, Value
from notion_gitops.notion.failures import RejectedRequest
from notion_gitops.notion.pages import decode_page
from notion_gitops.workflow.reading.how_read import fresh_mark, large_mappings
from notion_gitops.workflow.reading.notion_side import list_pages, without_hidden
from notion_gitops.workflow.writing.fresh import edited_since
from notion_gitops.workflow.writing.run import Id, Run

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the pages say after the writes."""

    answers: Mapping[Id, Record]  # the written pages as answered, relations by page id
    listed: Mapping[Id, Record]  # the records that were listed again, relations by page id
    derived: Mapping[Id, Fields]  # of these the derived values, by key; None for empty
    validation: Validation
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # mapping, page id -> key
    unread: Mapping[str, str] = field(default_factory=dict)  # databases that did not answer, why
    # The pages that were read back, by mapping and id; and from when on, by Notion's clock.
    found: Mapping[str, Mapping[str, Record]] = field(default_factory=dict)
    began: datetime | None = None

    def resolved(self, mapping: DatabaseMapping, record: Record) -> Record:
        """The record with its relations by key."""
        return resolve_relations(mapping, record, self.keys)


@dataclass(frozen=True, slots=True)
class Answered:
    """What Notion made of the writes of a run, by its answers."""

    pages: Mapping[Id, Json]  # as last answered, by record
    ids: Mapping[str, Mapping[str, str]]  # mapping -> key -> page id, of the new pages too
    texts: Mapping[Id, Value]  # what pages have for a text
    respelled: Collection[Id]  # new pages whose text was read otherwise than it was sent
    otherwise: Mapping[Id, Collection[str]]  # fields that came to something else than was written


def read_back(run: Run, answered: Answered) -> ReadBack:
    """Ask every written database once, and list again those whose derived values may have moved."""
    steps = run.planned.plan.steps
    mappings = {n: c.mapping for n, c in run.planned.comparison.mappings.items()}
    written = tuple(s for s in steps if (s.mapping, s.key) in answered.pages)
    large = large_mappings(run.planned.comparison.state)
    relisted = to_relist(mappings, written, large)
    began = run.connection.at_notion()
    found, unread = _asked_again(run, relisted, to_confirm(mappings, written, large))
    keys = {n: {page: key for key, page in by_key.items()} for n, by_key in answered.ids.items()}
    answers = {at: _decoded(run, at[0], page) for at, page in answered.pages.items()}
    texts = {**answered.texts, **_doubted(answered.respelled, answers, found)}
    answers = {at: _with_text(r, texts[at]) if at in texts else r for at, r in answers.items()}
    listed = {
        (name, keys[name][page_id]): record
        for name in (relisted | large) & found.keys()
        for page_id, record in found[name].items()
        if page_id in keys.get(name, {})
    }
    return ReadBack(
        answers=answers,
        listed=listed,
        derived=_derived(mappings, listed, keys),
        validation=_validated(run, answered, answers, found),
        keys=keys,
        unread=unread,
        found=found,
        began=began,
    )


def _asked_again(
    run: Run, whole: frozenset[str], edited: frozenset[str]
) -> tuple[dict[str, Mapping[str, Record]], dict[str, str]]:
    """The pages of databases listed whole, and of others those edited since the plan was made.

    Returns:
        By mapping the records by page id; and why the others could not be read.
    """
    comparison, databases = run.planned.comparison, run.planned.databases
    gateway, mark = run.connection.gateway, fresh_mark(comparison.at_notion)
    found: dict[str, Mapping[str, Record]] = {}
    unread: dict[str, str] = {}
    for name in (*sorted(whole), *sorted(edited)):
        try:
            if name in whole:
                found[name] = list_pages(gateway, databases[name], comparison.people).decoded
            else:
                found[name] = edited_since(gateway, databases[name], comparison, mark)
        except (CannotReachNotion, RejectedRequest) as error:
            unread[name] = error.diagnostics[0].summary
    return found, unread


def _decoded(run: Run, name: str, page: Json) -> Record:
    database = run.planned.databases[name]
    if database.schema is None:
        raise ValueError("a page was written in a database that could not be read")
    people = run.planned.comparison.people
    record = decode_page(page, database.mapping, database.schema, people).record
    return without_hidden(record, database)


def _doubted(
    respelled: Collection[Id],
    answers: Mapping[Id, Record],
    found: Mapping[str, Mapping[str, Record]],
) -> dict[Id, Value]:
    """The texts of new pages that may be an edit and not only Notion's spelling of what was sent.

    Notion tells who edited a page last: if that is still this connection, it is a spelling.
    """
    doubted: dict[Id, Value] = {}
    for at in respelled:
        made = answers[at].page
        now = found.get(at[0], {}).get(made.id) if made else None
        if made is None or now is None or now.page is None or now.page.edited_by != made.edited_by:
            doubted[at] = Unknown("it reads otherwise than it was sent, and the page was edited")
    return doubted


def _with_text(record: Record, text: Value) -> Record:
    return record if text is None else replace(record, fields={**record.fields, BODY: text})


def _derived(
    mappings: Mapping[str, DatabaseMapping],
    listed: Mapping[Id, Record],
    keys: Mapping[str, Mapping[str, str]],
) -> dict[Id, Fields]:
    values: dict[Id, Fields] = {}
    for (name, key), record in listed.items():
        whole = resolve_relations(mappings[name], record, keys)
        names = (f.name for f in mappings[name].fields.values() if f.derived)
        values[(name, key)] = {n: whole.value(n) for n in names}
    return values


def _validated(
    run: Run,
    answered: Answered,
    answers: Mapping[Id, Record],
    found: Mapping[str, Mapping[str, Record]],
) -> Validation:
    """Compare what the pages say now with what was written and what Notion answered to that."""
    steps = [s for s in run.planned.plan.steps if s.kind in PAGE_WRITES and s.mapping in found]
    trashed = {(s.mapping, s.key) for s in steps if s.kind is StepKind.TRASH_PAGE}
    wrote = _written_fields(run, steps, answers)
    findings = []
    for at, names in sorted(wrote.items()):
        if at in trashed:
            continue  # such a page is in no listing; its answer said that it is in the trash
        answer = answers[at]
        now = found.get(at[0], {}).get(answer.page.id if answer.page else "")
        if now is None:
            findings.append(_lost(at))
        elif changed := changed_since(names, answer, now):
            findings.append(_moved(at, changed))
    findings += [_otherwise(at, sorted(names)) for at, names in sorted(answered.otherwise.items())]
    wrong = {f.keys for f in findings}
    return Validation(len(wrote), len(wrote) - len(wrong), tuple(findings))


def _written_fields(
    run: Run, steps: Iterable[Step], answers: Mapping[Id, Record]
) -> dict[Id, set[str]]:
    """By record, what was written to its page; but the text, whose answer is looked at at once."""
    fields: dict[Id, set[str]] = {}
    for step in steps:
        at, body = (step.mapping, step.key), run.planned.databases[step.mapping].mapping.body
        if at in answers:
            names = set(step.fields) - ({body.name} if body else set())
            fields.setdefault(at, set()).update(names)
    return fields


def _lost(at: Id) -> Finding:
    return _finding(at, "its page was written and is not to be found in the database")


def _moved(at: Id, names: Collection[str]) -> Finding:
    return _finding(at, f"{', '.join(names)} was changed in Notion while this sync ran")


def _otherwise(at: Id, names: Collection[str]) -> Finding:
    return _finding(
        at,
        f"{', '.join(names)} was written, and Notion holds something else",
        why="Notion does not take this value as it is, or an automation there changes it at once",
        fix="look at the page; both sides keep what they have until somebody edits one of them",
    )


def _finding(
    at: Id,
    message: str,
    why: str = "somebody, or an automation in Notion, changed it at the same time",
    fix: str = "the next plan shows what is there now and what would follow",
) -> Finding:
    return Finding(
        check="read back",
        severity=Severity.WARNING,
        mapping=at[0],
        keys=(at[1],),
        message=message,
        why=why,
        fix=fix,
    )
