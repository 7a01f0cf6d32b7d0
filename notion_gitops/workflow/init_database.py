"""`init` from a live database: its mapping, written from its real schema, and what was found."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from notion_gitops.formats.atomic import write_bytes
from notion_gitops.mapping.drafting import SCHEMA_FILE, mapping_text
from notion_gitops.mapping.loading import load_mappings
from notion_gitops.mapping.naming import mapping_name
from notion_gitops.mapping.schemas import mapping_schema_text
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import NotShared, UsageError
from notion_gitops.model.mapping import PropertyType
from notion_gitops.model.survey import Survey, Verdict
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.schema import read_schema
from notion_gitops.workflow.init_people import find_people, note_people
from notion_gitops.workflow.reading.survey import Assessed, Found, assess, look, unique_names
from notion_gitops.workflow.workspace import MAPPINGS

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,49}")
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A database that gets a mapping."""

    reference: str  # id or address
    name: str = ""  # of the mapping; "": from the database's title


def init_databases(
    root: Path, gateway: Gateway, wanted: Sequence[Wanted], known: Mapping[str, str]
) -> tuple[Survey, ...]:
    """Look at the databases, and write a mapping for each; nothing is written to Notion.

    Args:
        root: of the repository.
        gateway: the way to Notion.
        wanted: what gets a mapping.
        known: the databases of the mappings that are there already: name -> id.

    Raises:
        UsageError: a name that no mapping can have, or a file that is there already.
        InvalidInput: a reference that is no database's, or mappings that do not load.
        CannotReachNotion: Notion does not show a database, or does not answer.
    """
    _require_names(wanted)
    looked = [look(gateway, one.reference) for one in wanted]
    wished = [
        one.name or mapping_name(found.schema.title, ())
        for one, found in zip(wanted, looked, strict=True)
    ]
    found = dict(zip(unique_names(wished, ()), looked, strict=True))
    mapped = _mapped(gateway, known)
    _require_new(root, found, mapped)
    assessed = assess(found, mapped)
    _require_titles(assessed)
    texts = {_file(name): mapping_text(one.draft) for name, one in assessed.items()}
    load_mappings({**_there(root), **{path: text.encode() for path, text in texts.items()}})
    about_people = note_people(root, find_people(found.values()))
    for path, text in texts.items():
        write_bytes(root, path, text.encode())
    schema = f"{MAPPINGS}/{SCHEMA_FILE}"
    if not (root / schema).exists():
        write_bytes(root, schema, mapping_schema_text().encode())
    surveys = [_survey(n, found[n], one, texts[_file(n)]) for n, one in assessed.items()]
    return tuple(_with_people(survey, about_people) for survey in surveys)


def _with_people(survey: Survey, said: str) -> Survey:
    taken = any(p.type == PropertyType.PEOPLE for p in survey.of(Verdict.TAKEN))
    return replace(survey, decisions=(*survey.decisions, said)) if said and taken else survey


def _require_names(wanted: Sequence[Wanted]) -> None:
    for one in wanted:
        if one.name and not _NAME.fullmatch(one.name):
            raise UsageError(
                Diagnostic(
                    f'"{one.name}" cannot be the name of a mapping',
                    fix="Small letters, digits, - and _, beginning with a letter.",
                )
            )


def _require_titles(assessed: Mapping[str, Assessed]) -> None:
    for one in assessed.values():
        for prop in one.properties:
            if prop.type == PropertyType.TITLE and prop.verdict is not Verdict.TAKEN:
                raise UsageError(
                    Diagnostic(
                        f'a mapping cannot hold the name of the title of "{one.draft.title}"',
                        fix="Rename that property in Notion: without ${, and under 500 letters.",
                    )
                )


def _mapped(gateway: Gateway, known: Mapping[str, str]) -> dict[str, str]:
    """The data sources of the mappings that are there; those that are not shown are unknown."""
    mapped: dict[str, str] = {}
    for name, reference in known.items():
        try:
            mapped[read_schema(gateway, reference).data_source_id] = name
        except NotShared:
            continue
    return mapped


def _require_new(root: Path, found: Mapping[str, Found], mapped: Mapping[str, str]) -> None:
    """Refuse what would write over a file, or map a database twice; all of it at once."""
    problems = []
    seen = dict(mapped)
    for name, one in found.items():
        source = one.schema.data_source_id
        if source in seen:
            problems.append(_mapped_twice(root, one.schema.title, seen[source], mapped))
        elif (there := _existing(root, name)) is not None:
            problems.append(
                Diagnostic(
                    f"{there} is there already, and no file is written over",
                    fix="Give the new mapping another name with --name, or move the file away.",
                )
            )
        seen.setdefault(source, name)
    if problems:
        raise UsageError(*problems)


def _mapped_twice(root: Path, title: str, name: str, mapped: Mapping[str, str]) -> Diagnostic:
    """A database that a file maps already, or that the command line names twice."""
    if name not in mapped.values():
        return Diagnostic(f'"{title}" is named twice', fix="Name each database once.")
    file = _existing(root, name) or _file(name)
    return Diagnostic(
        f'the database "{title}" has a mapping already: {file}',
        fix="Edit that file. To have it written anew, move it away first.",
    )


def _existing(root: Path, name: str) -> str | None:
    paths = (f"{MAPPINGS}/{name}{ending}" for ending in _ENDINGS)
    return next((path for path in paths if (root / path).exists()), None)


def _there(root: Path) -> dict[str, bytes]:
    """The mapping files that are there already."""
    folder = root / MAPPINGS
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return {f"{MAPPINGS}/{p.name}": p.read_bytes() for p in paths if p.suffix in _ENDINGS}


def _file(name: str) -> str:
    return f"{MAPPINGS}/{name}.yaml"


def _survey(name: str, found: Found, assessed: Assessed, text: str) -> Survey:
    return Survey(
        mapping=name,
        title=found.schema.title,
        file=_file(name),
        lines=text.count("\n"),
        pages=len(found.pages),
        complete=found.complete,
        properties=assessed.properties,
        decisions=assessed.decisions,
    )
