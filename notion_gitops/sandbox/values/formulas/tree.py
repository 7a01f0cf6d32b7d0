"""What an expression is made of."""

from __future__ import annotations

from dataclasses import dataclass


class FormulaError(Exception):
    """An expression that the sandbox cannot read or compute."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text or a truth value."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Prop:
    """The value of a property, by id."""

    identity: str


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, `current`, `index`, or a constant."""

    name: str


@dataclass(frozen=True, slots=True)
class Members:
    """A list, member by member."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Apply:
    """A function or an operator on its arguments."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Prop | Name | Members | Apply
