"""A plan as Markdown for a comment on GitHub: kept under a size, with a word on what was cut."""

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from notion_gitops.report.markdown_form import rendered
from notion_gitops.report.plan_view import PlanView
from notion_gitops.report.show import cut
from notion_gitops.text.words import number

MARKER = "<!-- notion-gitops:plan -->"  # by which the comment is found again
SIZE = 60_000  # characters; GitHub refuses a comment of more than 65,536
_WHOLE = "notion-gitops plan --full"
# How many things of a list and how many characters of a text are kept, more and more sparingly.
# The first of these could never fit, so that no time is lost on rendering what is cut anyway.
_LEVELS = ((1000, 2000), (200, 200), (60, 100), (20, 60), (5, 40), (2, 30))

Viewed = TypeVar("Viewed")


def plan_markdown(view: PlanView) -> str:
    """The plan, at most `SIZE` characters, behind the marker of the one comment."""
    page = ""
    for items, characters in _LEVELS:
        small = _shrunk(view, items, characters)
        page = _page(small if small == view else replace(small, cut=_told(view, small)))
        if len(page) <= SIZE:
            break
    return page


def _page(view: PlanView) -> str:
    return f"{MARKER}\n{rendered('plan.md.j2', plan=view)}"


def _told(whole: PlanView, small: PlanView) -> str:
    """What was left out, and where it is."""
    every, kept = _records(whole), _records(small)
    said = f"{number(every - kept)} of {number(every)} records" if kept < every else "Long texts"
    command = whole.more_command or _WHOLE
    return f"{said} are left out here, to fit into a comment. All of it: {command}"


def _records(view: PlanView) -> int:
    return len(view.decisions) + sum(len(mapping.shown) for mapping in view.mappings)


def _shrunk(part: Viewed, items: int, characters: int) -> Viewed:
    """The same view with shorter lists and texts, all the way down; addresses stay whole."""
    if not is_dataclass(part) or isinstance(part, type):
        return part
    values = {f.name: getattr(part, f.name) for f in fields(part) if f.name != "url"}
    return replace(part, **{n: _shrunk_value(v, items, characters) for n, v in values.items()})


def _shrunk_value(value: Any, items: int, characters: int) -> Any:
    match value:
        case Enum():
            return value
        case str():
            return cut(value, characters)
        case tuple():
            return tuple(_shrunk_value(v, items, characters) for v in value[:items])
        case _:
            return _shrunk(value, items, characters)
