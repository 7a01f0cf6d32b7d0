"""What the face is asked and what it answers: forms, pages, redirections, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote_plus

from notion_gitops.sandbox.basics.messages import Response

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Request

Form = dict[str, list[str]]
"""The fields of a form, in order: what a browser sends, and what a form is filled with."""

LARGEST = 1024 * 1024  # bytes of a form; a cell holds at most 200,000 characters

_FORM_TYPE = "application/x-www-form-urlencoded"

# Nothing from elsewhere, nothing inline, not shown within another page. `same-origin` keeps the
# Origin header on forms, which `no-referrer` would make "null".
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
        " object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


class Refused(Exception):  # noqa: N818  an answer, no error of ours
    """A request that is not done, and why; becomes a page that says so."""

    def __init__(self, status: int, title: str, text: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.text = text


def missing(what: str) -> Refused:
    """There is no such page."""
    return Refused(
        404, f"There is no such {what}", "It may have been removed, or the address is wrong."
    )


def first(form: Form, name: str) -> str:
    """The first value of a field; empty if there is none."""
    return next(iter(form.get(name, [])), "")


def query_of(request: Request) -> Form:
    """The query of an address as a form."""
    form: Form = {}
    for name, value in request.query:
        form.setdefault(name, []).append(value)
    return form


def form_of(request: Request) -> Form:
    """The form that a browser sent. Line ends are line feeds, as they were before it sent them.

    Raises:
        Refused: it is no form of this site, or too large.
    """
    _same_site(request)
    if len(request.body) > LARGEST:
        raise Refused(413, "That is too much text", "Notion takes at most 2,000 characters a run.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise Refused(415, "That is no form", f"Send {_FORM_TYPE}, as a browser does.")
    text = request.body.decode("utf-8", "replace")
    fields = parse_qs(text, keep_blank_values=True)
    return {name: [_lines(v) for v in values] for name, values in fields.items()}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _same_site(request: Request) -> None:
    """Refuse a form that another site made the browser send (cross-site request forgery).

    Browsers send at least one of the two headers with every form; see the Fetch standard,
    "Origin header", and "Fetch Metadata Request Headers".
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    own = f"http://{request.headers.get('host', '')}"
    told = origin is not None or site is not None
    if not told or origin not in (None, own) or site not in (None, "same-origin"):
        raise Refused(
            403,
            "This edit came from another site",
            "Only pages of this address may edit. Open the table again and edit there.",
        )


def cookie(request: Request, name: str) -> str | None:
    """The value of a cookie."""
    for part in request.headers.get("cookie", "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return unquote_plus(value)
    return None


def local(address: str, default: str) -> str:
    """`address` if it is a path on this site, else `default`."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside and address.isascii() and address.isprintable() else default


# Answers


def html(text: str, status: int = 200) -> Response:
    """A page, or a part of one."""
    headers = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
    return Response(status, {**headers, **_HEADERS}, text.encode("utf-8", "replace"))


def see(address: str, **headers: str) -> Response:
    """Done; the browser goes on to `address`."""
    return Response(303, {"location": address, **_HEADERS, **headers}, b"")


def done() -> Response:
    """Done, for the script, which then asks for what it shows."""
    return Response(204, dict(_HEADERS), b"")


def file(content: bytes, kind: str) -> Response:
    """A file of the package; it is small, so that a browser may well ask for it each time."""
    headers = {"content-type": kind, "cache-control": "no-cache"}
    return Response(200, {**headers, **_HEADERS}, content)
