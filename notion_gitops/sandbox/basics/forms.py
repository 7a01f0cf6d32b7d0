"""The body of a `multipart/form-data` request: its fields and its one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from python_multipart import parse_form
from python_multipart.exceptions import FormParserError

from notion_gitops.sandbox.basics.messages import Request, invalid

if TYPE_CHECKING:
    from python_multipart.multipart import Field, File

KIND = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file in a form."""

    name: str | None
    content_type: str | None
    content: bytes


@dataclass
class Form:
    """What a form holds."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, SentFile] = field(default_factory=dict)


def is_form(request: Request) -> bool:
    """Whether the body of a request is a form."""
    return request.headers.get("content-type", "").lower().startswith(KIND)


def read_form(request: Request) -> Form:
    """The form that a request carries.

    Raises:
        ApiError: 400 if its body is none.
    """
    form = Form()

    def on_field(found: Field) -> None:
        form.fields[_text(found.field_name) or ""] = _text(found.value) or ""

    def on_file(found: File) -> None:
        found.file_object.seek(0)
        form.files[_text(found.field_name) or ""] = SentFile(
            _text(found.file_name), _text(found.content_type), found.file_object.read()
        )
        found.close()

    headers = {
        "Content-Type": request.headers.get("content-type", "").encode("latin-1"),
        "Content-Length": str(len(request.body)).encode(),
    }
    try:
        parse_form(headers, BytesIO(request.body), on_field, on_file)
    except (FormParserError, ValueError) as error:
        raise invalid("Error parsing the multipart/form-data body.") from error
    return form


def _text(raw: object) -> str | None:
    if isinstance(raw, bytes):
        return raw.decode("utf-8", "replace")
    return None if raw is None else str(raw)
