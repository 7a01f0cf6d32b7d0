"""Which rule decides between two branches, where a rule speaks of git and Notion."""

from dataclasses import dataclass, replace

from notion_gitops.engine.fields import Decide, FieldMerge, Readings, leave_open, settle
from notion_gitops.engine.rules import Evidence, Verdict, fitting, unmerged
from notion_gitops.model.branches import Origin, Origins, Versions
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.mapping import DatabaseMapping, Field, Rule, Take
from notion_gitops.model.operations import Cause, Conflict, EditTimes
from notion_gitops.model.records import Record, Side
from notion_gitops.model.values import Fields

_DEPENDS = "which rule fits depends on which of the two values is Notion's, and that is not known"
_EMPTIED = "it is required, and was emptied on one branch"


@dataclass(frozen=True, slots=True)
class Sides:
    """A field whose one value came from Notion, and the other from git."""

    git: Record
    notion: Record
    times: EditTimes

    def evidence(self, at: Versions, name: str) -> Evidence:
        """What the rules are given."""
        base = at.base.fields if at.base else {}
        return Evidence(at.key, self.git.fields, self.notion.fields, base, {name: self.times})


def sides_of(origins: Origins, at: Versions) -> Sides | None:
    """Which branch holds git's value and which Notion's; None if both are the same, or unknown."""
    if at.here is None or at.there is None:
        return None
    match (origins.here.side, origins.there.side):
        case (Side.GIT, Side.NOTION):
            return Sides(at.here, at.there, EditTimes(origins.here.time, origins.there.time))
        case (Side.NOTION, Side.GIT):
            return Sides(at.there, at.here, EditTimes(origins.there.time, origins.here.time))
        case _:
            return None


def decide_in_git(mapping: DatabaseMapping, spec: Field, at: Versions, origins: Origins) -> Decide:
    """The decision between two values that no rule can tell apart as git's and Notion's.

    It is the same whichever branch is merged into the other. Rules that take git or Notion do not
    decide, and no later rule is tried in their place: the mapping puts that one first.
    """

    def decide(readings: Readings, why: str) -> FieldMerge:
        del why
        ruling = _ruling(mapping, spec, at, origins)
        conflict = Conflict(
            mapping.name,
            at.key,
            spec.name,
            readings.base,
            readings.git,
            readings.notion,
            ruling.reason,
            rule=ruling.rule,
            place=ruling.place,
        )
        if ruling.take is Take.MERGE and readings.merged is not None:
            decided = replace(conflict, take=ruling.take)
            return settle(spec, readings, decided, readings.merged, Cause.MERGED)
        if ruling.take is Take.MERGE:
            return leave_open(readings, replace(conflict, reason=unmerged(spec, ruling.rule)))
        if ruling.take is Take.MANUAL:
            return leave_open(readings, conflict)
        value = readings.git if ruling.take is Take.GIT else readings.notion
        return settle(spec, readings, replace(conflict, take=ruling.take), value, Cause.RULE)

    return decide


def _ruling(mapping: DatabaseMapping, spec: Field, at: Versions, origins: Origins) -> Verdict:
    """What decides; GIT stands for the value of this branch, NOTION for that of the other."""
    here, there = (r.fields if r else {} for r in (at.here, at.there))
    if spec.required and (here.get(spec.name) is None or there.get(spec.name) is None):
        return Verdict(Take.MANUAL, _EMPTIED)
    times = EditTimes(origins.here.time, origins.there.time)
    swapped = EditTimes(origins.there.time, origins.here.time)
    found = fitting(mapping, spec, _evidence(at, (here, there), spec.name, times))
    other = fitting(mapping, spec, _evidence(at, (there, here), spec.name, swapped))
    if found != other:
        return Verdict(Take.MANUAL, _DEPENDS)
    if isinstance(found, Verdict):
        return found
    return _by_rule(mapping, spec, found, origins)


def _evidence(at: Versions, sides: tuple[Fields, Fields], name: str, times: EditTimes) -> Evidence:
    base = at.base.fields if at.base else {}
    return Evidence(at.key, sides[0], sides[1], base, {name: times})


def _by_rule(mapping: DatabaseMapping, spec: Field, rule: Rule | None, origins: Origins) -> Verdict:
    take = rule.take if rule else mapping.otherwise
    name = rule.name if rule else "otherwise"
    place = rule.place if rule else mapping.otherwise_place or mapping.place
    said = f'rule "{name}"' if rule else f"otherwise: {take.value}"
    match take:
        case Take.LATEST:
            return _latest(origins, (said, name, place))
        case Take.GIT | Take.NOTION:
            reason = f"{said} takes {Side(take.value).label}'s value, and {_whence(origins)}"
            return Verdict(Take.MANUAL, reason, name, place)
        case Take.MERGE:
            return Verdict(Take.MERGE, said, name, place)
        case Take.MANUAL if rule:
            return Verdict(Take.MANUAL, f"{said} leaves it to a person", name, place)
        case Take.MANUAL:
            return Verdict(Take.MANUAL, f'no rule covers "{spec.name}"', "", place)


def _whence(origins: Origins) -> str:
    """Where both values came from."""
    match (origins.here.side, origins.there.side):
        case (Side() as one, Side() as other) if one is other:
            return f"both came from {one.label}"
        case _:
            return "where they came from is not known"


def _latest(origins: Origins, said: tuple[str, str, Place]) -> Verdict:
    """The later commit; times of commits are exact, so nothing is rounded."""
    rule, name, place = said
    here, there = origins.here.time.at, origins.there.time.at
    if here is None or there is None:
        unknown: Origin = origins.here if here is None else origins.there
        reason = f"the latest edit is not known: {unknown.time.reason}"
        return Verdict(Take.MANUAL, reason, name, place)
    if here == there:
        return Verdict(Take.MANUAL, "both edits have the same time", name, place)
    return Verdict(
        Take.GIT if here > there else Take.NOTION, f"{rule}: the later edit", name, place
    )
