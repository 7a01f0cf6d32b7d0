"""A rename file, ``state/renames/MAPPING/KEY.yaml``: which record has got this key.

Without one a rename is known by the record being otherwise as it was. With one it is known however
much was edited at once. `notion-gitops rename` writes it, and the next sync takes it away.
"""

from collections.abc import Iterator

from notion_gitops.formats.keys import key_problem
from notion_gitops.formats.nodes import Table, plain, problem
from notion_gitops.formats.schema import check_schema
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.formats.yaml_write import yaml_text
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.state.conflict_tree import text_in
from notion_gitops.state.reading import FORMAT_VERSION, check_version, schema

_FIX = "restore it from git; or delete it, and write it with notion-gitops rename"


def dump_rename(mapping: str, old: str, new: str) -> str:
    """The text of the rename file of a record that has got another key."""
    return (
        "# This record has got another key, and keeps its page. notion-gitops rename wrote\n"
        "# this: commit it with the record. The next sync carries it out and removes it.\n"
        f"format_version: {FORMAT_VERSION}\n"
        f"record: {mapping}/{yaml_text(new)}\n"
        f"was: {yaml_text(old)}\n"
    )


def parse_rename(text: str, path: str, mapping: str) -> str:
    """The key that the record of a rename file had before.

    Args:
        text: of the file.
        path: of the file, whose name is the new key.
        mapping: that the record is of.

    Raises:
        InvalidInput: it cannot be read, is of another record, or says no key.
        StateUnusable: a newer version of this program wrote it.
    """
    root = parse_yaml(text, path)
    if not isinstance(root, Table):
        raise InvalidInput(Diagnostic("this is no rename file", Place(path), fix=_FIX))
    check_version(plain(root.get("format_version")), path)
    problems = [*check_schema(root, schema("rename")), *_identity_problems(root, path, mapping)]
    if problems:
        raise InvalidInput(*problems)
    return text_in(root, "was")


def _identity_problems(root: Table, path: str, mapping: str) -> Iterator[Diagnostic]:
    record, was = root.get("record"), root.get("was")
    expected = f"{mapping}/{path.rsplit('/', 1)[-1].removesuffix('.yaml')}"
    if record is not None and (said := text_in(root, "record")) != expected:
        what = f'this file is about "{said}", and its name says "{expected}"'
        yield problem(record, what, fix=_FIX)
    if was is not None and (wrong := key_problem(text_in(root, "was"))):
        yield problem(was, f"this is no key: {wrong}", fix=_FIX)
