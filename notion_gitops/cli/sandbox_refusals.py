"""Why an edit of the sandbox was refused, in the words of the command line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from notion_gitops.formats.dates import HOW, NotADate, read_date
from notion_gitops.formats.schema import suggestion
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.sandbox.basics.nouns import READ_ONLY, Kind, Property, Source
from notion_gitops.sandbox.call import Call
from notion_gitops.sandbox.sandbox import Sandbox
from notion_gitops.sandbox.values.plain import PlainError, find_page
from notion_gitops.sandbox.values.richtext import plain_text


@dataclass(frozen=True, slots=True)
class Tried:
    """What the command line asked for."""

    database: str
    page: str | None = None
    values: Mapping[str, Any] | None = None
    by: str | None = None


def refusal(sandbox: Sandbox, tried: Tried, said: str) -> tuple[Diagnostic, ...]:
    """All that is wrong with an edit; what the sandbox said of it if that tells nothing.

    Args:
        sandbox: it refused the edit.
        tried: what was asked for.
        said: by the sandbox.
    """
    with sandbox.acting() as call:
        found = tuple(_wrong(call, tried))
    return found or (Diagnostic(said, fix="notion-gitops sandbox edit --help"),)


def no_database(sandbox: Sandbox, name: str) -> Diagnostic:
    """The sandbox has no database of that name."""
    with sandbox.acting() as call:
        return _no_database(_sources(call), name)


def _wrong(call: Call, tried: Tried) -> Iterator[Diagnostic]:
    if tried.by is not None and (unknown := _no_user(call, tried.by)) is not None:
        yield unknown
    sources = _sources(call)
    source = next((s for s in sources if tried.database.casefold() in _names(s)), None)
    if source is None:
        yield _no_database(sources, tried.database)
        return
    if tried.page is not None and (missing := _no_page(call, source, tried.page)) is not None:
        yield missing
    for name, value in (tried.values or {}).items():
        prop = source.by_name.get(name)
        if prop is None:
            fix = suggestion(name, sorted(source.by_name))
            yield Diagnostic(f'{_title(source)} has no property "{name}"', fix=fix)
        elif (misfit := _misfit(call, prop, value)) is not None:
            yield misfit


def _sources(call: Call) -> list[Source]:
    return [source for source in call.world.sources() if not source.doc["in_trash"]]


def _title(source: Source) -> str:
    return plain_text(source.doc["title"])


def _names(source: Source) -> set[str]:
    names = (source.alias or "", _title(source), source.id, source.database_id)
    return {name.casefold() for name in names if name}


def _no_database(sources: list[Source], name: str) -> Diagnostic:
    known = sorted({source.alias or _title(source) for source in sources})
    return Diagnostic(f'the sandbox has no database "{name}"', fix=suggestion(name, known))


def _no_user(call: Call, name: str) -> Diagnostic | None:
    users = call.world.users().values()
    known = {n.casefold() for u in users for n in (u.id, u.name or "", u.email or "") if n}
    if name.casefold() in known:
        return None
    people = sorted({user.name for user in users if user.name})
    return Diagnostic(f'nobody in the sandbox is called "{name}"', fix=suggestion(name, people))


def _no_page(call: Call, source: Source, name: str) -> Diagnostic | None:
    try:
        find_page(call, source, name)
    except PlainError as error:
        listing = f'notion-gitops sandbox show "{source.alias or _title(source)}" lists its pages'
        return Diagnostic(str(error), fix=listing)
    return None


def _misfit(call: Call, prop: Property, value: Any) -> Diagnostic | None:
    """What is wrong with a value; None if it fits, or if only the sandbox knows."""
    if prop.kind in READ_ONLY:
        what = f'"{prop.name}" is worked out by Notion and cannot be set'
        return Diagnostic(what, fix="leave it out")
    if value is None:
        return None
    match prop.kind:
        case Kind.NUMBER if isinstance(value, bool) or not isinstance(value, (int, float)):
            what = f'{prop.name}: a number is expected here, not "{value}"'
            return Diagnostic(what, fix=f"write it with digits, as in {prop.name}=12.5")
        case Kind.STATUS:
            options = [option["name"] for option in prop.config["options"]]
            if str(value) in options:
                return None
            what = f'{prop.name} has no option "{value}"'
            return Diagnostic(what, fix=suggestion(str(value), options))
        case Kind.DATE:
            return _no_date(prop.name, str(value))
        case Kind.PEOPLE:
            names = value if isinstance(value, list) else [value]
            return next((d for name in names if (d := _no_user(call, str(name)))), None)
        case Kind.RELATION:
            return _no_target(call, prop, value if isinstance(value, list) else [value])
        case _:
            return None


def _no_date(name: str, text: str) -> Diagnostic | None:
    try:
        read_date(text, "UTC")
    except NotADate as error:
        return Diagnostic(f"{name}: no date: {error}", fix=HOW)
    return None


def _no_target(call: Call, prop: Property, keys: list[Any]) -> Diagnostic | None:
    source = call.world.source(prop.config["data_source_id"])
    if source is None:
        return Diagnostic(f"{prop.name}: the relation leads to a database that is gone")
    return next((d for key in keys if (d := _no_page(call, source, str(key)))), None)
