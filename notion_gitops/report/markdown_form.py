"""The Jinja2 environment of the Markdown templates: whatever they print is escaped.

A template prints data as ``{{ value }}``, and that is escaped for inline Markdown and for table
cells. Filters that make Markdown of data (`code`, `link`) escape it themselves.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from notion_gitops.text.escape import code, markdown, visible
from notion_gitops.text.words import count, number


def rendered(template: str, **names: Any) -> str:
    """A template of `report/templates` over the given names; ends with one line feed."""
    return _environment().get_template(template).render(**names).strip("\n") + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("notion_gitops.report"),
        autoescape=True,  # so that macros and filters give markup, which is not escaped twice
        finalize=_escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"code": _code, "link": _link, "number": number, "fenced": fenced}
    environment.globals["count"] = count
    return environment


def _escaped(value: Any) -> Any:
    return value if hasattr(value, "__html__") else Markup(markdown(str(value)))  # noqa: S704  it is escaped


def _code(name: str) -> Markup:
    return Markup(code(name))  # noqa: S704  it is escaped


def fenced(lines: Iterable[str]) -> Markup:
    """Lines as a block of code that no line of it can end."""
    shown = "\n".join(map(visible, lines))
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return Markup(f"{fence}diff\n{shown}\n{fence}")  # noqa: S704  nothing in it is Markdown


def _link(text: str, url: str) -> Markup:
    """The text as a link to one of Notion's pages; plain where there is no page."""
    shown = markdown(text)
    return Markup(f"[{shown}]({url})" if url else shown)  # noqa: S704  it is escaped
