"""Keys of records, and the files that new records get."""

from collections.abc import Mapping

from notion_gitops.formats.keys import key_problem
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.expressions import ExpressionFailed
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.values import Value, to_plain
from notion_gitops.records.files import SUFFIXES

__all__ = ["key_problem", "path_for_new"]


def path_for_new(mapping: DatabaseMapping, key: str, values: Mapping[str, Value]) -> str:
    """The path of the file that a new record goes to, from the repository's root.

    Args:
        mapping: its `git.folder`, if there is one, says which folder under `git.path`.
        key: of the record.
        values: canonical, by field.

    Raises:
        InvalidInput: the key cannot name a file, or `git.folder` yields no folder.
    """
    fault = key_problem(key)
    if fault:
        raise InvalidInput(Diagnostic(f'"{key}" cannot be a key: {fault}', mapping.git.place))
    if mapping.git.single_file:
        return mapping.git.path
    path = mapping.git.path.rstrip("/")
    folder = _folder(mapping, key, values)
    name = key + SUFFIXES[mapping.git.format][0]
    return "/".join(filter(None, (path, folder, name)))


def _folder(mapping: DatabaseMapping, key: str, values: Mapping[str, Value]) -> str:
    expression = mapping.git.folder
    if expression is None:
        return ""
    fields = {name: to_plain(values.get(name)) for name in mapping.fields}
    try:
        found = str(expression(**{**fields, "key": key}) or "").strip("/")
    except ExpressionFailed as error:
        what = f"git.folder cannot be worked out for {key}: {error}"
        raise InvalidInput(Diagnostic(what, expression.place)) from None
    for part in filter(None, found.split("/")):
        fault = key_problem(part)
        if fault:
            what = f'git.folder gives "{found}" for {key}: {fault}'
            fix = "make it of letters, digits, and . _ - alone"
            raise InvalidInput(Diagnostic(what, expression.place, fix=fix))
    return found
