"""The consistency checks that a mapping declares, with the fields of other mappings they name."""

from notion_gitops.formats.nodes import Scalar
from notion_gitops.mapping.check_parts import World
from notion_gitops.mapping.check_readers import READERS
from notion_gitops.mapping.view import View
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.mapping import CheckKind, CheckRule

_KINDS = tuple(kind.value for kind in CheckKind)


def read_checks(root: View, world: World) -> tuple[CheckRule, ...]:
    """The checks in their order; one of the defaults that names no field of ours is left out."""
    found = []
    for view in root.views("checks"):
        rule = _check(view, world)
        if rule is not None:
            found.append(rule)
    return tuple(found)


def _check(view: View, world: World) -> CheckRule | None:
    table = view.table
    if table is None:
        return None
    kinds = [entry.key for entry in table.entries if entry.key.text in _KINDS]
    if not kinds and not world.problems.well_formed(table):
        return None  # its kind is misspelt, which was told
    if len(kinds) != 1:
        told = " and ".join(key.text for key in kinds) or "none"
        fix = f"write one of {', '.join(_KINDS)}"
        world.problems.at(table, f"a check has one kind, and this has {told}", fix)
        return None
    kind = CheckKind(kinds[0].text)
    if table.source.file != world.file and not _concerns(view, kind, world):
        return None
    fields, options = READERS[kind](view, kind.value, world)
    severity = Severity(view.text("severity") or Severity.WARNING)
    return CheckRule(kind, fields, options, severity, table.place)


def _concerns(view: View, kind: CheckKind, world: World) -> bool:
    """Whether a check of the defaults is about fields that this mapping has."""
    node = view.node(kind.value)
    named = [node] if isinstance(node, Scalar) else list(view.scalars(kind.value))
    field = view.view(kind.value).scalar("field")
    named += [field] if field is not None else []
    return bool(named) and all(name.text in world.own_with_body.names for name in named)
