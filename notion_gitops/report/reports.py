"""The three forms of a small report, alike for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notion_gitops.report.document import Document
from notion_gitops.report.document_text import document_text
from notion_gitops.report.json_form import to_json
from notion_gitops.report.markdown_form import rendered


@dataclass(frozen=True, slots=True)
class Report:
    """One report: what is shown of it, and the nouns that its JSON is made of."""

    name: str  # as a file is named
    document: Document
    data: Mapping[str, Any]


def report_text(report: Report, *, colour: bool) -> str:
    """80 columns; `colour` adds terminal colours and changes nothing else."""
    return document_text(report.document, colour=colour)


def report_markdown(report: Report) -> str:
    """With the same words, as headings, lists and tables."""
    return rendered("document.md.j2", document=report.document)


def report_json(report: Report) -> str:
    """The nouns themselves, with a `format_version`."""
    return to_json(report.name, **report.data)
