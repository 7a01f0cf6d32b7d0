"""Values, places and times as strings to show; still to be escaped by the renderer."""

import re
from datetime import datetime

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.operations import EditTime
from notion_gitops.model.values import DateValue, FileRef, GeoPlace, Unknown, Value
from notion_gitops.text.columns import ELLIPSIS
from notion_gitops.text.words import count, moment

EMPTY = "(empty)"
NOT_READY = "taken in once filled in and unedited for 5 minutes"
_KILOBYTE = 1024  # bytes
_SHA = 7  # characters of a commit that are shown, as git does
_LEAD = 12  # characters that are kept before the first difference of two long values
# The host of a page's address has changed before and may again (observed in recorded answers);
# anything else that calls itself a page's address is not made a link.
_PAGE_URL = re.compile(r"https://(?:[a-z]+\.)?notion\.(?:so|com|site)/[A-Za-z0-9/_-]+")


def value_text(value: Value) -> str:
    """One value as people read it; sets and lists are sorted or in order, with commas."""
    match value:
        case None:
            return EMPTY
        case bool():
            return "yes" if value else "no"
        case frozenset():
            return ", ".join(sorted(value)) or EMPTY
        case tuple():
            return ", ".join(_file_text(v) if isinstance(v, FileRef) else v for v in value) or EMPTY
        case GeoPlace():
            return value.name or value.address or f"{value.lat}, {value.lon}"
        case Unknown():
            return f"(not known: {value.reason})"
        case str():
            lines = [line.strip() for line in value.split("\n")]
            return " / ".join(filter(None, lines)) if len(lines) > 1 else value
        case DateValue() | int() | float():
            return str(value)


def _file_text(ref: FileRef) -> str:
    return file_size(ref) if ref.path and ref.size else ref.path or ref.name


def file_size(ref: FileRef) -> str:
    """A file in git with its size: ``docs/plan.pdf, 20 KB``."""
    kilobytes = ref.size / _KILOBYTE
    if ref.size < _KILOBYTE:
        return f"{ref.path}, {count(ref.size, 'byte')}"
    if kilobytes < _KILOBYTE:
        return f"{ref.path}, {kilobytes:.0f} KB"
    return f"{ref.path}, {kilobytes / _KILOBYTE:.1f} MB"


def cut(text: str, limit: int | None) -> str:
    """The text, ended with an ellipsis when it is longer than `limit` characters."""
    return text if limit is None or len(text) <= limit else text[: limit - 1] + ELLIPSIS


def cut_pair(old: str, new: str, limit: int | None) -> tuple[str, str]:
    """Two values, cut so that the first difference of long ones is still to be seen."""
    if limit is None or max(len(old), len(new)) <= limit:
        return old, new
    pairs = enumerate(zip(old, new, strict=False))
    common = next((i for i, (a, b) in pairs if a != b), min(len(old), len(new)))
    start = common - _LEAD if common > limit // 2 else 0
    lead = ELLIPSIS if start > 0 else ""
    return lead + cut(old[max(0, start) :], limit), lead + cut(new[max(0, start) :], limit)


def place_text(place: Place | None) -> str:
    """File and line; empty without a place."""
    return "" if place is None else f"{place.file}:{place.line}"


def short(commit: str) -> str:
    """A commit's id, shortened."""
    return commit[:_SHA]


def git_time(time: EditTime, now: datetime) -> str:
    """Who gave git's value, in which commit, when; or why that is not known."""
    return _who_and_when((time.by, short(time.commit)), time, now)


def notion_time(time: EditTime, now: datetime) -> str:
    """Who edited the page last, and when: Notion keeps no author of a single property."""
    if not time.told:
        return ""
    by = f"page last edited by {time.by}" if time.by else "page last edited"
    return _who_and_when((by,), time, now)


def page_url(url: str) -> str:
    """The address of a page if it is one of Notion's, else nothing."""
    return url if _PAGE_URL.fullmatch(url) else ""


def _who_and_when(who: tuple[str, ...], time: EditTime, now: datetime) -> str:
    when = f"{moment(time.at, now)} UTC" if time.at else time.reason
    return ", ".join(part for part in (*who, when) if part)


def problem_sentence(problem: Diagnostic) -> str:
    """A diagnostic on one line: where, what, and how to put it right."""
    at = f"{problem.place}: " if problem.place else ""
    remedy = problem.remedy
    fix = f". {remedy[0].upper()}{remedy[1:]}" if remedy else ""
    return f"{at}{problem.summary.rstrip('.')}{fix}"
