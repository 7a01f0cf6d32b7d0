"""The conflict rules of a mapping."""

from notion_gitops.formats.schema import suggestion
from notion_gitops.mapping.conditions import CONFLICT_NAMES, compile_at, parts_of_conflict, words_of
from notion_gitops.mapping.fields import FieldSet, known_field
from notion_gitops.mapping.problems import Seen
from notion_gitops.mapping.view import View
from notion_gitops.model.mapping import SETS, PropertyType, Rule, Take


def read_rules(section: View, fields: FieldSet, file: str) -> tuple[Rule, ...]:
    """The rules in their order; a rule of the defaults that fits no field is left out.

    Args:
        section: the table `conflicts`.
        fields: of the mapping.
        file: the mapping's own; rules from another file are defaults, which may name fields
            that this mapping does not have.
    """
    rules = []
    names = Seen()
    for view in section.views("rules"):
        own = view.table is not None and view.table.source.file == file
        rule = _rule(view, fields, own=own)
        name = view.scalar("name")
        if name is not None:
            summary = f'two rules are named "{name.text}"'
            section.problems.once(names, name, summary, "rename one: logs tell them by name")
        if rule is not None:
            rules.append(rule)
    return tuple(rules)


def _rule(view: View, fields: FieldSet, *, own: bool) -> Rule | None:
    name, take = view.text("name"), view.text("take")
    covered = _covered(view, fields, own=own)
    if view.table is None or name is None or take is None or (covered is not None and not covered):
        return None
    parts = parts_of_conflict(fields.names) if own else None
    words = words_of(fields.fields, "git", "notion", "base") if own else None
    rule = Rule(
        name=name,
        take=Take(take),
        place=view.table.place,
        fields=covered,
        when=compile_at(view.scalar("when"), view.problems, CONFLICT_NAMES, parts, words),
    )
    if rule.take is Take.MERGE:
        _check_merge(rule, view, fields)
    return rule


def _covered(view: View, fields: FieldSet, *, own: bool) -> frozenset[str] | None:
    """The fields that the rule is about, None for all; empty if none of them is there."""
    group = view.scalar("group")
    if group is None and view.node("fields") is None:
        return None
    named = view.scalars("fields")
    members = fields.groups.get(group.text, frozenset()) if group is not None else frozenset()
    if not own:
        return members | {n.text for n in named if n.text in fields.names}
    if group is not None and not members:
        fix = suggestion(group.text, fields.groups) or "add group: to the fields that it means"
        view.problems.at(group, f'no field is in the group "{group.text}"', fix)
    known = (known_field(name, fields, view.problems) for name in named)
    return members | {name for name in known if name is not None}


def _check_merge(rule: Rule, view: View, fields: FieldSet) -> None:
    take = view.scalar("take")
    about = fields.names if rule.fields is None else sorted(rule.fields)
    merged = {*SETS, PropertyType.BODY, PropertyType.RICH_TEXT}
    others = [f for f in about if (kind := fields.type_of(f)) is not None and kind not in merged]
    if take is not None and others:
        shown = ", ".join(others[:5])
        summary = f"only sets and texts (rich_text, body) can be merged, and not: {shown}"
        fix = "name the fields that are sets or texts, or take git, notion, latest or manual"
        view.problems.at(take, summary, fix)
