"""What would decide if both sides edited a field now: the rule of a conflict that is not there."""

from dataclasses import replace

from notion_gitops.engine.merge import direction_of
from notion_gitops.engine.rules import Evidence, choose
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.mapping import SETS, DatabaseMapping, Direction, Field, Mode, Take
from notion_gitops.model.story import Ruling

_TAKES = {
    Take.GIT: "takes git's value",
    Take.NOTION: "takes Notion's value",
    Take.LATEST: "takes the latest edit",
    Take.MERGE: "merges the texts; where it cannot, a person is asked",
}


def standing_rule(mapping: DatabaseMapping, spec: Field, evidence: Evidence) -> Ruling:
    """What would decide, with the conditions of rules as the record stands now.

    Args:
        mapping: the record's mapping.
        spec: the field.
        evidence: both sides' values, with the times of the field's edits.
    """
    one_way = _one_way(mapping, spec)
    if one_way is not None:
        return one_way
    if spec.type in SETS:
        return _would("if both sides edit it, what either adds or removes is merged", spec.place)
    ruling = _by_rule(mapping, spec, evidence)
    apart = "edits in different places are merged; else " if spec.is_body else ""
    return replace(ruling, text=f"if both sides edit it, {apart}{ruling.text}")


def _one_way(mapping: DatabaseMapping, spec: Field) -> Ruling | None:
    if spec.computed:
        return _would("Notion computes it: an edit in git is put back", spec.place)
    if mapping.mode is Mode.MIRROR:
        return _would("the mapping is a mirror: an edit in git is put back", mapping.place)
    match direction_of(mapping, spec):
        case Direction.PULL:
            return _would('"direction: pull": an edit in git is put back', spec.place)
        case Direction.PUSH:
            return _would('"direction: push": an edit in Notion is put back', spec.place)
        case Direction.BOTH:
            return None


def _by_rule(mapping: DatabaseMapping, spec: Field, evidence: Evidence) -> Ruling:
    verdict = choose(mapping, spec, evidence)
    rule = next((r for r in mapping.rules if r.name == verdict.rule), None)
    take = rule.take if rule is not None else mapping.otherwise
    if take in _TAKES and (rule is None or verdict.place == rule.place):
        named = f'rule "{rule.name}"' if rule is not None else '"otherwise"'
        return Ruling(f"{named} {_TAKES[take]}", False, verdict.rule, take, verdict.place)
    text = f"a person is asked: {verdict.reason}"
    return Ruling(text, decided=False, rule=verdict.rule, take=Take.MANUAL, place=verdict.place)


def _would(text: str, place: Place) -> Ruling:
    return Ruling(text, decided=False, place=place)
