"""Record files edited so that only the lines of what changed are different.

Every edit replaces text between places of the parsed file; then the result is read back. Unless
the changed fields read exactly as wanted and all else as before, nothing is returned.
"""

from collections.abc import Mapping

from notion_gitops.model.mapping import DatabaseMapping, GitFormat
from notion_gitops.model.values import Value
from notion_gitops.records.body_edit import edit_body
from notion_gitops.records.checking import Expected, checked
from notion_gitops.records.csv_edit import edit_rows, new_csv
from notion_gitops.records.documents import Document, parse_document
from notion_gitops.records.edits import Edit, FileEdits, apply_edits, cannot_edit
from notion_gitops.records.table_edit import add_to, change_table, new_file, remove_from

Values = Mapping[str, Value]


def edit_file(
    mapping: DatabaseMapping, content: bytes | None, path: str, edits: FileEdits
) -> bytes | None:
    """Change, add and remove records of one file, which is parsed and checked once.

    Args:
        mapping: the file's.
        content: of the file as it is; None if there is none.
        path: of the file, for messages.
        edits: what is to happen; values are canonical, and None empties a field, whose key stays.

    Returns:
        The new content; None if the file goes with its only record.

    Raises:
        CannotEdit: the result would not read back as wanted, a record to change or to remove is
            not there, or the key of a new one is taken.
        InvalidInput: the file cannot be read.
    """
    if edits.removed and not mapping.git.single_file:
        return None
    if content is None or not content.strip():
        return _new(mapping, path, edits)
    document = parse_document(mapping, content, path)
    _check_keys(mapping, document, path, edits)
    slots = {s.key: s for s in document.slots if s.key is not None}
    if edits.removed and edits.added:  # a new record may stand where an old one goes
        left = edit_file(mapping, content, path, FileEdits(edits.changed, {}, edits.removed))
        return edit_file(mapping, left, path, FileEdits(added=edits.added))
    if mapping.git.format is GitFormat.CSV:
        found = edit_rows(mapping, document, edits)
    else:
        gone = {i for i, s in enumerate(document.slots) if s.key in edits.removed}
        found = remove_from(mapping, document, gone)
        for key, values in edits.changed.items():
            found += change_table(mapping, document, slots[key], values)
            found += edit_body(mapping, document, values)
        if edits.added:
            found += add_to(mapping, document, edits.added)
    text = _applied(document.text, found, path, edits)
    return checked(text, Expected(mapping, path, edits, content, document))


def change(mapping: DatabaseMapping, content: bytes, path: str, key: str, values: Values) -> bytes:
    """Set fields of one record; as `edit_file`."""
    return edit_file(mapping, content, path, FileEdits(changed={key: values})) or b""


def add(
    mapping: DatabaseMapping, content: bytes | None, path: str, key: str, values: Values
) -> bytes:
    """Write a new record; `content` is that of the file of many records; as `edit_file`."""
    return edit_file(mapping, content, path, FileEdits(added={key: values})) or b""


def remove(mapping: DatabaseMapping, content: bytes, path: str, key: str) -> bytes | None:
    """Take a record out of its file; None if the file goes with it; as `edit_file`."""
    return edit_file(mapping, content, path, FileEdits(removed=frozenset({key})))


def _new(mapping: DatabaseMapping, path: str, edits: FileEdits) -> bytes:
    """A new file; of a record that had a file without fields, its first content."""
    records = {**edits.added, **({} if mapping.git.single_file else edits.changed)}
    if edits.removed or len(records) < len(edits.keys):
        raise cannot_edit(path, edits.keys[0], "it is not in this file")
    csv = mapping.git.format is GitFormat.CSV
    text = new_csv(mapping, records) if csv else new_file(mapping, records)
    return checked(text, Expected(mapping, path, FileEdits(added=records), b"", None))


def _check_keys(mapping: DatabaseMapping, document: Document, path: str, edits: FileEdits) -> None:
    known = {s.key for s in document.slots if s.key is not None}
    for key in (*edits.changed, *sorted(edits.removed)):
        if key not in known:
            raise cannot_edit(path, key, "it is not in this file")
    folded = {k.casefold() for k in known - edits.removed}
    for key in edits.added:
        if key.casefold() in folded:
            raise cannot_edit(path, key, "its key is taken")
        if not mapping.git.single_file:
            raise cannot_edit(path, key, "its file is taken")


def _applied(text: str, found: list[Edit], path: str, edits: FileEdits) -> str:
    try:
        return apply_edits(text, found)
    except ValueError as error:
        raise cannot_edit(path, edits.keys[0], str(error)) from None
