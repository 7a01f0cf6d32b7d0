"""Pages from templates. Everything that is printed is escaped for HTML."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from notion_gitops.sandbox.face.messages import file, missing

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Response

_PACKAGE = "notion_gitops.sandbox.face"
_STATIC = {
    "face.css": "text/css; charset=utf-8",
    "face.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def rendered(template: str, **names: Any) -> str:
    """A template of `templates/` over the given names."""
    return _environment().get_template(f"{template}.html.j2").render(**names)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def static(name: str) -> Response:
    """A file of `static/`.

    Raises:
        Refused: there is none.
    """
    if name not in _STATIC:
        raise missing("file")
    return file(files(_PACKAGE).joinpath("static", name).read_bytes(), _STATIC[name])
