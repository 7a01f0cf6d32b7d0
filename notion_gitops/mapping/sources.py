"""Where the two sides of a mapping are, and where its keys stand."""

import re
from pathlib import PurePosixPath

from notion_gitops.formats.nodes import Scalar
from notion_gitops.mapping.conditions import compile_at
from notion_gitops.mapping.database import DATABASE_FIX, database_id
from notion_gitops.mapping.document import VARIABLE
from notion_gitops.mapping.fields import FieldSet
from notion_gitops.mapping.problems import Problems
from notion_gitops.mapping.view import View
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.mapping import (
    GitFormat,
    GitSource,
    KeyRule,
    NotionSource,
    PropertyType,
)

_RESERVED = (
    *("mappings", "state/conflicts", "state/renames", "state/people.yaml", "state/holds.yaml"),
    *(".notion-gitops", ".github"),
)
_PATH_FIX = "write a path from the repository's root, such as state/records/tasks"
_ENDINGS = {
    GitFormat.YAML: (".yaml", ".yml"),
    GitFormat.JSON: (".json",),
    GitFormat.CSV: (".csv",),
    GitFormat.MARKDOWN: (),
}
_KEY_TYPES = frozenset({PropertyType.RICH_TEXT, PropertyType.TITLE})


def read_notion(section: View, place: Place) -> NotionSource:
    """The Notion side; a literal id or URL is checked, a variable is not looked up."""
    database = section.scalar("database")
    if database is not None:
        _check_database(database, section.problems)
    return NotionSource(
        database="" if database is None else database.text,
        filter=section.value("filter"),
        place=place if database is None else database.place,
    )


def _check_database(database: Scalar, problems: Problems) -> None:
    rest = VARIABLE.sub("", database.text)
    if "$" in rest:
        summary = "this is no reference to a variable of the environment"
        problems.at(database, summary, "write ${NAME}, with letters, digits and _")
    elif rest == database.text and database_id(database.text) is None:
        problems.at(database, "this is no id and no URL of a Notion database", DATABASE_FIX)


def read_git(section: View, fields: FieldSet, place: Place) -> GitSource:
    """The git side, its path checked against what a path may be and its format may need."""
    path, format_ = section.scalar("path"), section.text("format")
    names = frozenset(fields.names) | {"key"}
    git = GitSource(
        path="" if path is None else path.text.rstrip("/"),
        format=GitFormat(format_ or GitFormat.YAML),
        place=place if path is None else path.place,
        folder=compile_at(section.scalar("folder"), section.problems, names),
    )
    if path is not None:
        wrong = wrong_path(path.text)
        if wrong:
            section.problems.at(path, wrong, _PATH_FIX)
        else:
            _check_format(git, section, path)
    return git


def wrong_path(path: str) -> str:
    """Why this cannot be where files of the sync are; empty if it can."""
    bare = path.rstrip("/")
    parts = PurePosixPath(bare).parts
    if not bare or path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "the path must be within the repository, and this one is absolute"
    if "\\" in path:
        return "the path must be written with forward slashes"
    if path.startswith("~") or "$" in path:
        return "nothing in the path is replaced, neither ~ nor variables"
    if any(part in ("", ".", "..") for part in bare.split("/")):
        return "the path must not have empty steps, `.` or `..`"
    if any(part.casefold() == ".git" for part in parts):
        return "the path must not lead into .git"
    if any(ord(c) < ord(" ") or c in ':*?"<>|' for c in path) or path != path.strip():
        return "the path has characters that are not possible on every system"
    lowered = bare.casefold()
    within = (r for r in _RESERVED if lowered == r or lowered.startswith(f"{r}/"))
    reserved = next(within, None)
    return f"{reserved} is not for records: the tool keeps something else there" if reserved else ""


def _check_format(git: GitSource, section: View, path: Scalar) -> None:
    endings, problems = _ENDINGS[git.format], section.problems
    at = section.scalar("format") or path
    suffix = PurePosixPath(git.path).suffix.lower()
    if git.single_file and suffix not in endings:
        kind = next((f for f, ends in _ENDINGS.items() if suffix in ends), None)
        summary = f"{git.path} is a file, and not one of format {git.format.value}"
        if not endings:
            summary = f"format {git.format.value} needs a folder, and {git.path} is a file"
        fix = f"write format: {kind.value}" if kind else "write a folder, without a dot in its name"
        problems.at(at, summary, fix)
    elif not git.single_file and git.format in (GitFormat.CSV, GitFormat.JSON):
        summary = f"format {git.format.value} needs one file, and {git.path} is a folder"
        problems.at(at, summary, f"write path: {git.path}.{git.format.value}")
    folder = section.scalar("folder")
    if folder is not None and git.single_file:
        problems.at(folder, "all records stand in one file, so no folder is chosen", "remove it")


def read_key(section: View, fields: FieldSet, place: Place, *, mirror: bool) -> KeyRule:
    """Where the key stands, and that nothing else stands there."""
    field, property_ = section.scalar("field"), section.scalar("property")
    write_back = section.scalar("write_back")
    if write_back is not None and property_ is None:
        summary = "no property holds the key, so none can be written"
        section.problems.at(write_back, summary, "add property, or remove write_back")
    elif write_back is not None and write_back.text == "all" and mirror:
        summary = "a mirror writes nothing to Notion, so no keys either"
        section.problems.at(write_back, summary, "remove write_back, or write mode: two-way")
    if property_ is not None:
        _check_key_property(field, property_, fields, section.problems)
    return KeyRule(
        field=None if field is None else field.text,
        property_name=None if property_ is None else property_.text,
        write_back=write_back is not None and write_back.text == "all",
        place=place if section.table is None else section.table.place,
    )


def _check_key_property(
    field: Scalar | None, property_: Scalar, fields: FieldSet, problems: Problems
) -> None:
    """A mapped field may hold the key, but then on both sides, and as text."""
    mapped = fields.fields.get(field.text) if field is not None else None
    if mapped is not None and mapped.property_name != property_.text:
        summary = f'the key is the field "{mapped.name}", which is another property'
        problems.at(property_, summary, f"write property: {mapped.property_name}")
    if mapped is not None and mapped.type not in _KEY_TYPES:
        summary = f"a key cannot stand in a property of type {mapped.type.value}"
        problems.at(property_, summary, "use a text property")
    for other in fields.fields.values():
        if other.property_name == property_.text and other is not mapped:
            summary = f'the key\'s property is also the field "{other.name}"'
            problems.at(property_, summary, f"write field: {other.name}, or use another property")


def check_csv_key(git: View, key: View) -> None:
    """The records of a CSV file have no file names that could be their keys."""
    path = git.scalar("path")
    if path is not None and git.text("format") == GitFormat.CSV and key.node("field") is None:
        fix = "add key: {field: id}, with the column that holds the key"
        git.problems.at(path, "a CSV file needs a field for the key", fix)
