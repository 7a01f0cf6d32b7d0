"""Making git use our merge driver: the attribute of the record files, and the clone's setting."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from notion_gitops.formats.atomic import write_bytes
from notion_gitops.mapping.loading import load_folder
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.repository.repository import Repository
from notion_gitops.workflow.workspace import MAPPINGS

ATTRIBUTES = ".gitattributes"
DRIVER = "notion-gitops"
COMMAND = (
    "notion-gitops merge-file %O %A %B %P %L || { test $? -eq 1 && exit 1; "
    "git merge-file --marker-size=%L -L HEAD -L base -L theirs %A %O %B || exit 1; }"
)
"""What git runs. Where our program is missing or fails, git's own merge takes its place: else git
would leave the file unmerged without any marker in it. Whatever cannot be merged ends with 1: by
more than 128 git would take the whole merge for failed."""

UNDO = f"git config --unset merge.{DRIVER}.driver"
DRIVER_SET = (
    f"Set in this clone's configuration: merge.{DRIVER}.driver, so that git merges record files "
    f"field by field (to undo: {UNDO})."
)

_ROOT = "state/records"
_EVERY = f"{_ROOT}/**"
_LINE = re.compile(r"""[ \t]*("(?:[^"\\]|\\.)*"|[^\s#"]\S*)(.*)""")  # a pattern, and attributes
_ESCAPED = re.compile(r"\\(.)")
_SPECIAL = re.compile(r"^[!#]|[\[*?\\]")
_HEADING = "# notion-gitops: record files are merged field by field"


def install_driver(start: Path) -> list[str]:
    """Set the driver up in the repository that holds `start`; what was done, in sentences.

    Raises:
        StateUnusable: there is no git repository.
        InvalidInput: the mappings are wrong.
    """
    repository = Repository.discover(start)
    mappings = load_folder(repository.root, MAPPINGS)
    told = []
    if write_attributes(repository.root, mappings):
        told.append(f"Added to {ATTRIBUTES}: {', '.join(patterns(mappings))} merge={DRIVER}")
    if set_driver(repository):
        told.append(DRIVER_SET)
    return told or ["Git uses it already; nothing was changed."]


def set_driver(repository: Repository) -> bool:
    """Name the driver in the clone's own configuration, unless a person named one."""
    # No merge.NAME.name: git would refuse to merge where the driver alone is taken back.
    return repository.set_unset(f"merge.{DRIVER}.driver", COMMAND)


def patterns(mappings: Iterable[DatabaseMapping]) -> tuple[str, ...]:
    """The patterns of .gitattributes that the mapped paths need."""
    found = [_EVERY]
    for mapping in mappings:
        path = mapping.git.path.rstrip("/")
        if not path.startswith(f"{_ROOT}/"):
            found.append(_quoted(path, "" if mapping.git.single_file else "/**"))
    return tuple(dict.fromkeys(found))


def write_attributes(root: Path, mappings: Iterable[DatabaseMapping]) -> bool:
    """Add the lines that are missing; whatever a person says of a pattern's merge stays."""
    file = root / ATTRIBUTES
    before = file.read_bytes().decode("utf-8", "surrogateescape") if file.is_file() else ""
    said = {pattern for pattern, attributes in _lines(before) if "merge" in attributes}
    missing = [p for p in patterns(mappings) if _pattern_of(p) not in said]
    if not missing:
        return False
    gap = "" if not before or before.endswith("\n") else "\n"
    lines = "".join(f"{pattern} merge={DRIVER}\n" for pattern in missing)
    text = f"{before}{gap}{_HEADING}\n{lines}"
    write_bytes(root, ATTRIBUTES, text.encode("utf-8", "surrogateescape"))
    return True


def _lines(text: str) -> Iterator[tuple[str, set[str]]]:
    """Each line's pattern and the attributes of which it says something, as gitattributes(5)."""
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found is not None:
            # an attribute can be taken back with a sign
            yield _pattern_of(found[1]), {w.lstrip("-!").split("=")[0] for w in found[2].split()}


def _pattern_of(word: str) -> str:
    return _ESCAPED.sub(r"\1", word[1:-1]) if word.startswith('"') else word


def _quoted(path: str, below: str = "") -> str:
    """The pattern of a path and what is below it, as gitattributes(5) has it."""
    pattern = _SPECIAL.sub(r"\\\g<0>", path) + below
    if not pattern.startswith('"') and not any(c.isspace() for c in pattern):
        return pattern
    return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"'
