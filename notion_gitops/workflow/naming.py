"""Names that a person typed: that of a mapping, and of a field; else the nearest right word."""

from collections.abc import Iterable

from notion_gitops.formats.schema import suggestion
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.model.mapping import DatabaseMapping


def require_mapping(name: str, mappings: Iterable[str]) -> None:
    """Refuse a name that no mapping has.

    Raises:
        UsageError: with the nearest right word.
    """
    known = sorted(mappings)
    if name not in known:
        what = f'no mapping is named "{name}"'
        raise UsageError(Diagnostic(what, fix=suggestion(name, known)))


def require_field(name: str, mapping: DatabaseMapping) -> None:
    """Refuse a name that no field of the mapping has.

    Raises:
        UsageError: with the nearest right word.
    """
    if name not in mapping.fields:
        what = f'{mapping.name} has no field "{name}"'
        raise UsageError(Diagnostic(what, fix=suggestion(name, mapping.fields)))
