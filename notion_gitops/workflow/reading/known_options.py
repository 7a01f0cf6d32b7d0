"""Options in record files held against those that Notion had at the last sync: offline."""

from collections.abc import Iterable, Iterator, Mapping

from notion_gitops.mapping.fingerprints import fingerprint
from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.errors import StateUnusable
from notion_gitops.model.mapping import OPTIONS, Direction, Field, Mode
from notion_gitops.model.nearest import nearest
from notion_gitops.model.records import Record
from notion_gitops.model.values import Value
from notion_gitops.records.places import Word, Words
from notion_gitops.state.reading import decode
from notion_gitops.state.sync import FieldSeen, parse_schema
from notion_gitops.workflow.workspace import Workspace

Seen = Mapping[str, Mapping[str, FieldSeen]]
"""Mapping's name -> field -> what its property was at the last sync."""


def last_schemas(workspace: Workspace) -> Seen:
    """What the state branch here says of all properties; nothing where it cannot be read.

    Whoever needs the state itself, such as `plan`, tells what is wrong with it.
    """
    commit = workspace.repository.resolve(workspace.state_ref)
    if commit is None:
        return {}
    names = {f"{name}/schema.json": name for name in workspace.mappings}
    blobs = workspace.repository.list_tree(commit, [*names])
    contents = workspace.repository.read_blobs(blobs.values())
    seen: dict[str, Mapping[str, FieldSeen]] = {}
    for path, blob in blobs.items():
        try:
            seen[names[path]] = parse_schema(decode(contents[blob], path), path)
        except StateUnusable:
            continue
    return seen


def unknown_options(
    words: Words, records: Iterable[Record], seen: Mapping[str, FieldSeen]
) -> Iterator[Diagnostic]:
    """Warnings about options that Notion did not have; somebody may have added them since."""
    mapping = words.mapping
    if mapping.mode is Mode.MIRROR:
        return
    fields = [f for f in mapping.properties if _is_held(f, seen)]
    for record in records if fields else ():
        for spec in fields:
            options = seen[spec.name].options
            for word in _words(record.value(spec.name)):
                if word not in options and not _may_be_new(word, spec, options):
                    yield _told(words.find(record, spec.name, word), spec, word, options)


def _is_held(spec: Field, seen: Mapping[str, FieldSeen]) -> bool:
    """Whether the options that its files may name are known; those of `values` always are."""
    if spec.type not in OPTIONS or spec.values is not None or spec.direction is Direction.PULL:
        return False
    known = seen.get(spec.name)
    return known is not None and known.fingerprint == fingerprint(spec)


def _may_be_new(word: str, spec: Field, options: Mapping[str, str]) -> bool:
    """Whether writing it would create an option; Notion has none that differ by case alone."""
    return spec.new_options and word.casefold() not in {option.casefold() for option in options}


def _words(value: Value) -> tuple[str, ...]:
    match value:
        case str():
            return (value,)
        case frozenset():
            return tuple(sorted(value))
        case _:
            return ()


def _told(at: Word, spec: Field, word: str, options: Mapping[str, str]) -> Diagnostic:
    near = nearest(word, options)
    choice = ", ".join(sorted(options)) or "none"
    meant = f'Did you mean "{near}"?' if near else f"Its options were: {choice}."
    allow = "" if spec.new_options else " Or add it in Notion, or write `new_options: allow`."
    return Diagnostic(
        f'{spec.name}: "{spec.property_name}" had no option "{word}" at the last sync',
        at.place,
        fix=meant + allow,
        source_line=at.source_line,
        severity=Severity.WARNING,
    )
