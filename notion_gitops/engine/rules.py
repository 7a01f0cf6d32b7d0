"""Who wins a conflict: the person's answer, then `initial`, then the mapping's rules in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from notion_gitops.engine.fields import FieldMerge, Readings, initial_take, leave_open, settle
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.expressions import ExpressionFailed
from notion_gitops.model.mapping import SETS, DatabaseMapping, Field, PropertyType, Rule, Take
from notion_gitops.model.operations import (
    Cause,
    Conflict,
    EditTime,
    EditTimes,
    Resolution,
)
from notion_gitops.model.values import Fields, Unknown, Value, to_plain

NOTION_ROUNDING = timedelta(minutes=1)  # Notion floors edit times to the minute


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one record when its conflicts are decided."""

    key: str
    git: Fields
    notion: Fields
    base: Fields
    times: Mapping[str | None, EditTimes] = field(default_factory=dict)  # by field, where fetched
    answers: Mapping[str, Resolution] = field(default_factory=dict)  # by field, from a person


@dataclass(frozen=True, slots=True)
class Verdict:
    """What decided a conflict, or why nothing did."""

    take: Take
    reason: str
    rule: str = ""
    place: Place | None = None
    needs_times: bool = False  # ask again with the times of both edits


NEEDS_TIMES = Verdict(Take.MANUAL, "the times of the edits are not known yet", needs_times=True)


@dataclass(frozen=True, slots=True)
class Decider:
    """Settles the conflicts of one record under one mapping; see `engine.fields.Decide`."""

    mapping: DatabaseMapping
    evidence: Evidence
    missing_times: set[str] = field(default_factory=set)  # filled: fields whose times are needed

    def for_field(self, spec: Field) -> "FieldDecider":
        """The decision function for one field."""
        return FieldDecider(self, spec)


@dataclass(frozen=True, slots=True)
class FieldDecider:
    """One field's `Decide` function."""

    decider: Decider
    field: Field

    def __call__(self, at: Readings, why: str) -> FieldMerge:
        """What becomes of the field, by answer, `initial` or rule."""
        conflict = self._conflict(at, why)
        answer = self.decider.evidence.answers.get(self.field.name)
        stale = ""
        if answer is not None and is_answer(answer):
            unfit = _unfit(at, conflict, answer)
            if not unfit and answer.refused:
                why = f"the answer cannot be carried out: {answer.refused}"
                return leave_open(at, replace(conflict, reason=why, place=answer.place))
            if not unfit:
                return _answered(self.field, at, conflict, answer)
            stale = f"; {unfit}, so it is asked again"
        verdict = self._verdict(at)
        if verdict.needs_times:
            self.decider.missing_times.add(self.field.name)
        decided = _with_verdict(conflict, verdict, stale)
        cause = Cause.RULE if at.known else Cause.FIRST
        match verdict.take:
            case Take.GIT:
                return settle(self.field, at, decided, at.git, cause)
            case Take.NOTION:
                return settle(self.field, at, decided, at.notion, cause)
            case Take.MERGE:
                return settle(self.field, at, decided, at.merged, Cause.MERGED)
            case _:
                return leave_open(at, decided)

    def _conflict(self, at: Readings, why: str) -> Conflict:
        return Conflict(
            mapping=self.decider.mapping.name,
            key=self.decider.evidence.key,
            field=self.field.name,
            base=at.base if at.known else None,
            git=at.git,
            notion=at.notion,
            reason=why,
            times=self.decider.evidence.times.get(self.field.name),
            agreed=at.known,
        )

    def _verdict(self, at: Readings) -> Verdict:
        mapping, evidence = self.decider.mapping, self.decider.evidence
        if not at.known:
            take = initial_take(mapping.initial)
            reason = f"first contact, and initial is {mapping.initial.value}"
            return Verdict(take, reason, rule=f"initial: {mapping.initial.value}")
        if self.field.required and at.notion is None:
            return Verdict(Take.MANUAL, "it is required, and was emptied in Notion")
        verdict = choose(mapping, self.field, evidence)
        if verdict.take is Take.MERGE and at.merged is None:
            return replace(verdict, take=Take.MANUAL, reason=unmerged(self.field, verdict.rule))
        return verdict


def choose(mapping: DatabaseMapping, spec: Field, evidence: Evidence) -> Verdict:
    """The first rule that fits decides; without one, `otherwise`."""
    times = evidence.times.get(spec.name)
    found = fitting(mapping, spec, evidence)
    if isinstance(found, Verdict):
        return found
    return _otherwise(mapping, spec, times) if found is None else _by_rule(found, times)


def fitting(mapping: DatabaseMapping, spec: Field, evidence: Evidence) -> Rule | Verdict | None:
    """The first rule that fits, or why that cannot be told; None: no rule fits."""
    times = evidence.times.get(spec.name)
    for rule in mapping.rules:
        if rule.fields is not None and spec.name not in rule.fields:
            continue
        if times is None and rule.when is not None and "edited" in rule.when.source:
            return NEEDS_TIMES
        try:
            fits = rule.when is None or bool(rule.when(**_names(mapping, spec, evidence)))
        except ExpressionFailed as failure:
            reason = f'the condition of rule "{rule.name}" could not be evaluated: {failure}'
            return Verdict(Take.MANUAL, reason, rule.name, rule.place)
        if fits:
            return rule
    return None


def _otherwise(mapping: DatabaseMapping, spec: Field, times: EditTimes | None) -> Verdict:
    place = mapping.otherwise_place or mapping.place
    if mapping.otherwise is Take.LATEST:
        return NEEDS_TIMES if times is None else _latest(times, "otherwise", place)
    if mapping.otherwise in (Take.GIT, Take.NOTION):
        return Verdict(mapping.otherwise, "no rule covers this field", "otherwise", place)
    return Verdict(Take.MANUAL, f'no rule covers "{spec.name}"', "", place)


def _by_rule(rule: Rule, times: EditTimes | None) -> Verdict:
    match rule.take:
        case Take.GIT | Take.NOTION:
            return Verdict(rule.take, f'rule "{rule.name}"', rule.name, rule.place)
        case Take.LATEST:
            return NEEDS_TIMES if times is None else _latest(times, rule.name, rule.place)
        case Take.MANUAL:
            reason = f'rule "{rule.name}" leaves it to a person'
            return Verdict(Take.MANUAL, reason, rule.name, rule.place)
        case Take.MERGE:
            return Verdict(Take.MERGE, f'rule "{rule.name}"', rule.name, rule.place)


def unmerged(spec: Field, rule: str) -> str:
    """Why a rule that says merge leaves a conflict open."""
    said = f'rule "{rule}" says merge, but'
    if spec.type in SETS:
        return f"{said} both sides' changes together would empty a required field"
    if spec.is_body or spec.type is PropertyType.RICH_TEXT:
        return f"{said} both edits are in the same place, or do not fit together"
    return f"{said} these values have no parts to merge"


def _latest(times: EditTimes, rule: str, place: Place | None) -> Verdict:
    """The later edit, unless Notion's rounding or missing history leaves it undecided."""
    git_at, notion_at = times.git.at, times.notion.at
    if git_at is None or notion_at is None:
        unknown = times.git if git_at is None else times.notion
        reason = f"the latest edit is not known: {unknown.reason}"
        return Verdict(Take.MANUAL, reason, rule, place)
    if git_at >= notion_at + NOTION_ROUNDING:
        return Verdict(Take.GIT, f'rule "{rule}": git is the later edit', rule, place)
    if git_at < notion_at:
        return Verdict(Take.NOTION, f'rule "{rule}": Notion is the later edit', rule, place)
    reason = "both edits fall into the same minute, which is all that Notion tells"
    return Verdict(Take.MANUAL, reason, rule, place)


def _names(mapping: DatabaseMapping, spec: Field, evidence: Evidence) -> dict[str, Any]:
    """What a condition can speak of, as plain data; an empty or untold field is null."""
    times = evidence.times.get(spec.name)

    def plain(fields: Fields) -> dict[str, Any]:
        told = {n: v for n, v in fields.items() if not isinstance(v, Unknown)}
        return {n: to_plain(told.get(n)) for n in {*mapping.fields, *told}}

    def edited(side: EditTime | None) -> dict[str, Any]:
        if side is None:
            return {"at": None, "by": None, "person": None}
        at = side.at.isoformat() if side.at is not None else None
        return {"at": at, "by": side.by, "person": side.person}

    return {
        "git": plain(evidence.git),
        "notion": plain(evidence.notion),
        "base": plain(evidence.base),
        "key": evidence.key,
        "field": spec.name,
        "edited": {
            "git": edited(times.git if times else None),
            "notion": edited(times.notion if times else None),
        },
    }


def is_answer(resolution: Resolution) -> bool:
    """Whether a person has decided; an empty ``resolution:`` decides nothing."""
    chosen = resolution.take in (Take.GIT, Take.NOTION)
    return chosen or resolution.take_base or resolution.has_value


def _unfit(at: Readings, conflict: Conflict, answer: Resolution) -> str:
    """Why an answer cannot be carried out; empty if it can."""
    if answer.asked != conflict.asked:
        return "a side changed after the answer was given"
    if answer.take_base and not at.known:
        return "there is no last agreed value to return to"
    return ""


def _answered(spec: Field, at: Readings, conflict: Conflict, answer: Resolution) -> FieldMerge:
    value, take, what = _chosen(at, answer)
    reason = f"a person chose {what}"
    decided = replace(conflict, take=take, reason=reason, place=answer.place, by_person=True)
    return settle(spec, at, decided, value, Cause.RESOLVED)


def _chosen(at: Readings, answer: Resolution) -> tuple[Value, Take, str]:
    if answer.has_value:
        return answer.value, Take.MERGE, "another value"
    if answer.take_base:
        return at.base, Take.MERGE, "the last agreed value"
    if answer.take is Take.GIT:
        return at.git, Take.GIT, "git's value"
    return at.notion, Take.NOTION, "Notion's value"


def _with_verdict(conflict: Conflict, verdict: Verdict, stale: str) -> Conflict:
    decided = verdict.take in (Take.GIT, Take.NOTION, Take.MERGE)
    return replace(
        conflict,
        reason=verdict.reason + stale,
        take=verdict.take if decided else Take.MANUAL,
        rule=verdict.rule,
        place=verdict.place,
    )
