"""A seed file: its text, its form, and the place of everything that is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

from notion_gitops.formats.nodes import Items, Node, Scalar, Table, plain, problem
from notion_gitops.formats.schema import check_schema
from notion_gitops.formats.yaml_text import decode_utf8, parse_yaml
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Steps = tuple[str | int, ...]
"""The keys and numbers that lead to something in a description."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a description."""

    text: str
    path: Steps = ()  # to where it is; empty for the whole


class SeedError(Exception):
    """A description that cannot be carried out."""

    def __init__(self, problems: list[Problem], node: Node | None = None) -> None:
        """Hold what is wrong.

        Args:
            problems: all of it.
            node: the file that it is in; None if it is in none.
        """
        super().__init__("\n".join(one.text for one in problems))
        self.problems = problems
        self.diagnostics = tuple(_placed(one, node) for one in problems)

    @classmethod
    def of_form(cls, found: tuple[Diagnostic, ...]) -> SeedError:
        """The error of a file that has not the form of a description."""
        error = cls([Problem(f"{one.place}: {one.summary}") for one in found])
        error.diagnostics = found
        return error


def _placed(found: Problem, node: Node | None) -> Diagnostic:
    if node is None:
        return Diagnostic(found.text)
    return problem(_at(node, found.path), found.text)


def _at(node: Node, path: Steps) -> Node:
    """The node that a path leads to, or the last one on the way."""
    for step in path:
        below: Node | None = None
        match node:
            case Table():
                below = node.get(str(step))
            case Items(nodes=nodes):
                below = nodes[step] if isinstance(step, int) and step < len(nodes) else None
            case Scalar():
                return node
        if below is None:
            return node
        node = below
    return node


def read_seed(path: Path) -> tuple[Mapping[str, Any], Node]:
    """The description in a file, and its tree with places.

    Raises:
        SeedError: it cannot be read, or has not the form of a description.
    """
    try:
        node = parse_yaml(decode_utf8(path.read_bytes(), str(path)), str(path))
    except OSError as error:
        raise SeedError([Problem(f"{path}: {error.strerror}")]) from error
    except InvalidInput as error:
        raise SeedError.of_form(error.diagnostics) from error
    if node is None:
        raise SeedError([Problem(f"{path}: there is nothing in this file")])
    found = check_schema(node, _schema())
    if found:
        raise SeedError.of_form(tuple(found))
    return plain(node), node


@cache
def _schema() -> Mapping[str, Any]:
    file = resources.files("notion_gitops.sandbox") / "schemas" / "seed.schema.json"
    return cast("Mapping[str, Any]", json.loads(file.read_text(encoding="utf-8")))
