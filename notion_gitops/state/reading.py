"""What the readers of machine-written files share: schemas, versions, and damage."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn

from jsonschema import Draft202012Validator

from notion_gitops.formats.json_text import parse_json
from notion_gitops.formats.nodes import Node, Table, plain
from notion_gitops.formats.schema import check_schema
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput, StateUnusable

FORMAT_VERSION = 1
"""Of every file in this package. A reader refuses a higher one."""

_RESTORE = (
    "Machines write this file and nobody should edit it. This makes the state anew, and loses no "
    "edit: notion-gitops state rebuild"
)


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The JSON Schema that this package ships for one kind of file."""
    text = files("notion_gitops.state").joinpath("schemas", f"{name}.json").read_text("utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


def decode(content: bytes, path: str) -> str:
    """The text of a machine-written file.

    Raises:
        StateUnusable: it is not UTF-8.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        damaged(Place(path), "it is not UTF-8")


def read_json(text: str, path: str, kind: str) -> dict[str, Any]:
    """A machine-written JSON file that fits the schema `kind`, as plain data.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    try:
        return _checked(parse_json(text, path), path, kind)
    except InvalidInput as error:
        raise _damaged_by(error) from None


def read_yaml(text: str, path: str, kind: str) -> Table:
    """A machine-written YAML file that fits the schema `kind`, as a tree of nodes.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    try:
        node = parse_yaml(text, path)
        _checked(node, path, kind)
    except InvalidInput as error:
        raise _damaged_by(error) from None
    if not isinstance(node, Table):  # the schema asks for one
        damaged(Place(path), "it is not a table")
    return node


def fits(data: object, kind: str) -> bool:
    """Whether JSON data fits the schema `kind`."""
    return _validator(kind).is_valid(data)


def check_version(version: object, path: str) -> None:
    """Refuse what a newer version of this program wrote.

    Raises:
        StateUnusable: its `format_version` is higher than ours.
    """
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise StateUnusable(
            Diagnostic(
                f"{path} was written by a newer version of notion-gitops "
                f"(format {version}; this one knows {FORMAT_VERSION})",
                Place(path),
                fix="Upgrade notion-gitops here to the version that your workflows use.",
            )
        )


def damaged(place: Place, what: str) -> NoReturn:
    """Refuse a machine-written file.

    Raises:
        StateUnusable: always.
    """
    raise StateUnusable(Diagnostic(f"{place.file} is damaged: {what}", place, fix=_RESTORE))


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema(kind))


def _checked(node: Node | None, path: str, kind: str) -> dict[str, Any]:
    if node is None:
        damaged(Place(path), "it is empty")
    data = plain(node)
    check_version(data.get("format_version") if isinstance(data, dict) else None, path)
    problems = check_schema(node, schema(kind))
    if problems:
        raise InvalidInput(*problems)
    return dict(data)


def _damaged_by(error: InvalidInput) -> StateUnusable:
    return StateUnusable(
        *(
            Diagnostic(
                f"{d.place.file if d.place else 'a state file'} is damaged: {d.summary}",
                d.place,
                fix=_RESTORE,
                source_line=d.source_line,
            )
            for d in error.diagnostics
        )
    )
