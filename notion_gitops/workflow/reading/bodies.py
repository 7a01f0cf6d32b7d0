"""Reading the texts of pages: a request each, so only where one may have changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from notion_gitops.engine.fields import same
from notion_gitops.engine.holds import Holds
from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.errors import CannotReachNotion, TokenRefused
from notion_gitops.model.mapping import BODY, DatabaseMapping, Field
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import BaseRecord, Record
from notion_gitops.model.values import Unknown, Value
from notion_gitops.notion.bodies import body_of, signs_of_loss
from notion_gitops.notion.failures import RejectedRequest
from notion_gitops.notion.gateway import Gateway
from notion_gitops.text.bodies import body_digest
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.notion_side import NotionSide
from notion_gitops.workflow.reading.state_branch import Recorded

MARKER = "bodies"  # in sync.yaml: when all texts were last read
FULL_PASS = timedelta(days=1)
MINUTE_OVER = timedelta(minutes=2)  # Notion floors edit times to the minute; doubled, to be sure


@dataclass(frozen=True, slots=True)
class BodyReading:
    """The text of one page as it was read."""

    value: Value  # `Unknown` if it is not whole
    edited: str = ""  # when the page was last edited, if no later edit can have the same time
    loses: str = ""  # what would be lost if the text were written, as far as it tells
    unread: bool = False  # Notion did not give it


UNREAD = BodyReading(
    Unknown("its text was not read, since those before it could not be"), unread=True
)
PATIENCE = 3  # texts that cannot be read one after the other, before the rest is left for later


@dataclass(frozen=True, slots=True)
class Bodies:
    """The texts of one mapping's pages, as far as they had to be read."""

    read: Mapping[str, BodyReading] = field(default_factory=dict)  # by key
    full: bool = False  # all were read since that was due
    changed: frozenset[str] = frozenset()  # keys of records whose text git changed

    @property
    def unknown(self) -> dict[str, str]:
        """Why a text is not known, by key."""
        found = ((key, r.value) for key, r in self.read.items())
        return {key: value.reason for key, value in found if isinstance(value, Unknown)}

    def trusted_at(self, key: str, digest: str) -> str:
        """When a page was last edited, if it was read since and its text is still this one."""
        found = self.read.get(key)
        if found is None or isinstance(found.value, Unknown) or _digest(found.value) != digest:
            return ""
        return found.edited


def read_bodies(
    gateway: Gateway,
    side: NotionSide,
    recorded: Recorded,
    now: datetime,
    changed: Collection[str],
) -> Bodies:
    """Read the texts of the pages that were edited since theirs was read last, and of some more.

    Args:
        gateway: the way to Notion.
        side: the pages; as long as nothing links some of them, none is read.
        recorded: what is known of them.
        now: when their listing began.
        changed: keys of records whose text git changed.
    """
    if side.identified.unpaired:
        return Bodies()
    full, entries = bodies_are_due(recorded, now), recorded.index.entries
    read: dict[str, BodyReading] = {}
    silent = 0
    for key, record in side.unresolved.items():
        page = record.page
        if page is None:
            continue
        edited = page.edited.isoformat()
        if full or key in changed or key not in entries or entries[key].body_at != edited:
            found = _read(gateway, page.id) if silent < PATIENCE else UNREAD
            silent = silent + 1 if found.unread else 0
            at_rest = now >= page.edited + MINUTE_OVER and not found.unread
            read[key] = replace(found, edited=edited if at_rest else "")
    return Bodies(read, full=full, changed=frozenset(changed))


def _read(gateway: Gateway, page_id: str) -> BodyReading:
    """The text of one page. One that cannot be read is left alone; the others go on."""
    try:
        answer = gateway.markdown(page_id)
    except TokenRefused:
        raise
    except CannotReachNotion as error:
        why = f"its text could not be read: {error.diagnostics[0].summary}"
        return BodyReading(Unknown(why), unread=True)
    except RejectedRequest as error:
        why = f"its text could not be read: {error.message}"
        return BodyReading(Unknown(why), unread=True)
    value = body_of(answer)
    return BodyReading(value, loses=signs_of_loss(str(value or ""), str(answer.get("markdown"))))


def bodies_are_due(recorded: Recorded, now: datetime) -> bool:
    """Whether the texts of all pages are to be read, edited or not."""
    marker = recorded.sync.markers.get(MARKER) if recorded.sync else None
    return marker is None or now - datetime.fromisoformat(marker) >= FULL_PASS


def changed_in_git(
    body: Field, git: GitSide, base: Mapping[str, BaseRecord], renames: Mapping[str, str]
) -> frozenset[str]:
    """The keys, as Notion's side knows them, of the records whose text git changed."""
    changed = set()
    for key, record in git.snapshot.records.items():
        old = renames.get(key, key)
        before = base.get(old)
        agreed = before.fields.get(body.name) if before else None
        if before is None or not same(body, record.value(body.name), agreed):
            changed.add(old)
    return frozenset(changed)


def moved_in_notion(bodies: Bodies, recorded: Recorded) -> frozenset[str]:
    """The keys of the pages whose text is not the one that was agreed."""
    entries = recorded.index.entries
    return frozenset(
        key
        for key, found in bodies.read.items()
        if key in entries
        and not isinstance(found.value, Unknown)
        and _digest(found.value) != entries[key].body
    )


def with_bodies(side: NotionSide, bodies: Bodies, base: Mapping[str, BaseRecord]) -> NotionSide:
    """The Notion side with the texts: those that were read, and else those that were agreed.

    Args:
        side: the pages.
        bodies: what was read.
        base: of the records that may differ; nobody looks at the texts of the others.
    """
    values: dict[str, Value] = {key: b.in_notion(BODY) for key, b in base.items()}
    if side.identified.unpaired:
        values = dict.fromkeys(side.unresolved, Unknown("nothing links the two sides yet"))
    values |= {key: found.value for key, found in bodies.read.items()}

    def filled(records: Mapping[str, Record]) -> dict[str, Record]:
        return {key: _with(record, values.get(key)) for key, record in records.items()}

    snapshot = replace(side.snapshot, records=filled(side.snapshot.records))
    return replace(side, snapshot=snapshot, unresolved=filled(side.unresolved))


def body_findings(mapping: DatabaseMapping, bodies: Bodies) -> list[Finding]:
    """What is told of the texts that are not whole, and that git did not change."""
    return [
        Finding(
            check="page text",
            severity=Severity.WARNING,
            mapping=mapping.name,
            keys=(key,),
            message=f"{BODY}: {why}",
            why="The text is left as it is on both sides; nothing is lost.",
            fix="Take such blocks out of the page, or leave its text to Notion.",
            place=mapping.body.place if mapping.body else None,
        )
        for key, why in bodies.unknown.items()
        if key not in bodies.changed
    ]


def waiting_texts(
    mapping: DatabaseMapping, bodies: Bodies, git: Mapping[str, Record], holds: Holds
) -> tuple[Diagnostic, ...]:
    """The texts that git changed and that cannot be held against Notion's: they wait."""
    return tuple(
        text_left(mapping.name, git.get(key), key, why)
        for key, why in bodies.unknown.items()
        if key in bodies.changed and holds.field(BODY, key) is None
    )


def text_left(mapping: str, record: Record | None, key: str, why: str) -> Diagnostic:
    """That a text of git's does not go to Notion.

    Args:
        mapping: the mapping's name.
        record: the record in git.
        key: its key.
        why: the reason.
    """
    return Diagnostic(
        f"{mapping}/{key}: its text is not written to Notion: {why}",
        record.file.place if record and record.file else None,
        fix="make the edit in Notion, or take it back here",
        detail="The text is left as it is on both sides; the other fields go on.",
    )


def _digest(value: Value) -> str:
    return body_digest(value if isinstance(value, str) else None)


def _with(record: Record, body: Value) -> Record:
    return record if body is None else replace(record, fields={**record.fields, BODY: body})
