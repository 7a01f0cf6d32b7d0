"""Record files edited so that only the lines of what changed are different.

Every edit replaces text between places of the parsed file; then the result is read back. Unless
the changed fields read exactly as wanted and all else as before, nothing is returned.
"""

from collections.abc import Mapping

from notion_gitops.model.mapping import DatabaseMapping, GitFormat
from notion_gitops.model.values import Value
from notion_gitops.records.checking import Expected, checked
from notion_gitops.records.csv_edit import add_row, change_rows, new_csv, remove_row
from notion_gitops.records.documents import parse_document
from notion_gitops.records.edits import Edit, apply_edits, cannot_edit
from notion_gitops.records.table_edit import add_to, change_table, new_file, remove_from

Values = Mapping[str, Value]


def change(mapping: DatabaseMapping, content: bytes, path: str, key: str, values: Values) -> bytes:
    """Set fields of one record; None empties a field and keeps its key.

    Args:
        mapping: the file's.
        content: of the file as it is.
        path: of the file, for messages.
        key: of the record.
        values: canonical, of the fields to change alone.

    Raises:
        CannotEdit: the result would not read back as wanted.
        InvalidInput: the file cannot be read.
    """
    return change_many(mapping, content, path, {key: values})


def change_many(
    mapping: DatabaseMapping, content: bytes, path: str, changes: Mapping[str, Values]
) -> bytes:
    """As `change`, for several records of one file, which is parsed once."""
    document = parse_document(mapping, content, path)
    slots = {s.key: s for s in document.slots if s.key is not None}
    missing = [key for key in changes if key not in slots]
    if missing:
        raise cannot_edit(path, missing[0], "it is not in this file")
    if mapping.git.format is GitFormat.CSV:
        text = change_rows(mapping, document, changes)
    else:
        edits: list[Edit] = []
        for key, values in changes.items():
            edits += change_table(mapping, document, slots[key], values)
        text = _applied(document.text, edits, path, next(iter(changes), ""))
    return checked(text, Expected(mapping, content, path, changes))


def add(
    mapping: DatabaseMapping, content: bytes | None, path: str, key: str, values: Values
) -> bytes:
    """Write a new record.

    Args:
        mapping: the file's.
        content: of the file that holds many records; None for a new file.
        path: of the file, for messages.
        key: of the new record.
        values: canonical.

    Raises:
        CannotEdit: the result would not read back as wanted, or the key is taken.
        InvalidInput: the file cannot be read.
    """
    if content is None or not content.strip():
        csv = mapping.git.format is GitFormat.CSV
        text = new_csv(mapping, key, values) if csv else new_file(mapping, key, values)
        return checked(text, Expected(mapping, b"", path, {key: values}))
    document = parse_document(mapping, content, path)
    if any(s.key is not None and s.key.casefold() == key.casefold() for s in document.slots):
        raise cannot_edit(path, key, "its key is taken")
    if not mapping.git.single_file:
        raise cannot_edit(path, key, "its file is taken")
    if mapping.git.format is GitFormat.CSV:
        text = add_row(mapping, document, key, values)
    else:
        text = _applied(document.text, add_to(mapping, document, key, values), path, key)
    return checked(text, Expected(mapping, content, path, {key: values}))


def remove(mapping: DatabaseMapping, content: bytes, path: str, key: str) -> bytes | None:
    """Take a record out of its file; None if the file goes with it.

    Raises:
        CannotEdit: the rest would not read back as before, or the record is not there.
        InvalidInput: the file cannot be read.
    """
    if not mapping.git.single_file:
        return None
    document = parse_document(mapping, content, path)
    at = next((i for i, s in enumerate(document.slots) if s.key == key), None)
    if at is None:
        raise cannot_edit(path, key, "it is not in this file")
    if mapping.git.format is GitFormat.CSV:
        text = remove_row(document, at)
    else:
        text = _applied(document.text, [remove_from(mapping, document, at)], path, key)
    return checked(text, Expected(mapping, content, path, {}, removed=key))


def _applied(text: str, edits: list[Edit], path: str, key: str) -> str:
    try:
        return apply_edits(text, edits)
    except ValueError as error:
        raise cannot_edit(path, key, str(error)) from None
