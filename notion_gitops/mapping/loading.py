"""All mapping files of a workspace, read, checked and held against one another."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from notion_gitops.formats.nodes import Table
from notion_gitops.mapping.across import Draft, check_across, check_names
from notion_gitops.mapping.checks import World, read_checks
from notion_gitops.mapping.document import read_table
from notion_gitops.mapping.fields import FieldSet, read_fields
from notion_gitops.mapping.policies import read_carry, read_safety, read_timezone
from notion_gitops.mapping.problems import Problems
from notion_gitops.mapping.rules import read_rules
from notion_gitops.mapping.schemas import defaults_schema, mapping_schema
from notion_gitops.mapping.sources import check_csv_key, read_git, read_key, read_notion
from notion_gitops.mapping.view import View, with_defaults
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping, Initial, Mode, Take

FOLDER = "mappings"
DEFAULTS = "_defaults"
_ENDINGS = (".yaml", ".yml")


def load_folder(root: Path, folder: str = FOLDER) -> tuple[DatabaseMapping, ...]:
    """The mappings of a workspace, by name.

    Args:
        root: the workspace, which the places are relative to.
        folder: where in it the mapping files are.

    Raises:
        InvalidInput: there are none, a file cannot be read, or `load_mappings` refuses one.
    """
    try:
        paths = sorted(p for p in (root / folder).iterdir() if p.suffix.lower() in _ENDINGS)
        files = {f"{folder}/{p.name}": p.read_bytes() for p in paths}
    except FileNotFoundError:
        files = {}
    except OSError as error:
        reason = f"{error.strerror}: {error.filename}"
        diagnostic = Diagnostic(f"the mappings cannot be read: {reason}", Place(folder))
        raise InvalidInput(diagnostic) from None
    if not any(map(_is_mapping, files)):
        fix = "write one, or let notion-gitops init write it from a database"
        raise InvalidInput(Diagnostic("there are no mappings", Place(folder), fix=fix))
    return load_mappings(files)


def load_mappings(files: Mapping[str, bytes]) -> tuple[DatabaseMapping, ...]:
    """The mappings in these files, by name.

    Args:
        files: path (as places name it) to content. Files whose names begin with `_` are not
            mappings; `_defaults.yaml` is what the others take their defaults from.

    Raises:
        InvalidInput: with all that is wrong with all of the files, in the order of the text.
    """
    problems = Problems()
    drafts = _drafts(files, problems)
    fields = {draft.name: _fields(draft, problems) for draft in drafts}
    check_names(drafts, problems)
    every = frozenset(PurePosixPath(file).stem for file in files if _is_mapping(file))
    check_across(drafts, every, problems)
    mappings = [
        _mapping(draft, World(draft.name, draft.file, fields, every, problems)) for draft in drafts
    ]
    problems.raise_any()
    return tuple(sorted(mappings, key=lambda mapping: mapping.name))


def _is_mapping(file: str) -> bool:
    return not PurePosixPath(file).name.startswith("_")


def _drafts(files: Mapping[str, bytes], problems: Problems) -> Sequence[Draft]:
    defaults = _defaults(files, problems)
    drafts = []
    for file in sorted(filter(_is_mapping, files)):
        table = read_table(files[file], file, mapping_schema(), problems)
        if table is not None:
            root = View(with_defaults(table, defaults), problems)
            drafts.append(Draft(PurePosixPath(file).stem, file, root))
    return drafts


def _defaults(files: Mapping[str, bytes], problems: Problems) -> Table | None:
    for file in sorted(files):
        path = PurePosixPath(file)
        if path.stem == DEFAULTS and path.suffix in _ENDINGS:
            return read_table(files[file], file, defaults_schema(), problems)
    return None


def _fields(draft: Draft, problems: Problems) -> FieldSet:
    mirror = draft.root.text("mode") == Mode.MIRROR
    return read_fields(draft.root.view("fields"), problems, mirror=mirror)


def _mapping(draft: Draft, world: World) -> DatabaseMapping:
    """The mapping; where something is wrong, with stand-ins, since it is then not given out."""
    root, fields = draft.root, world.own
    place = Place(draft.file)
    conflicts, deletes = root.view("conflicts"), root.view("deletes")
    otherwise = conflicts.scalar("otherwise")
    check_csv_key(root.view("git"), root.view("key"))
    return DatabaseMapping(
        name=draft.name,
        place=place,
        notion=read_notion(root.view("notion"), place),
        git=read_git(root.view("git"), fields, place),
        key=read_key(root.view("key"), fields, place),
        fields=fields.fields,
        mode=Mode(root.text("mode") or Mode.TWO_WAY),
        rules=read_rules(conflicts, fields, draft.file),
        otherwise=Take.MANUAL if otherwise is None else Take(otherwise.text),
        otherwise_place=None if otherwise is None else otherwise.place,
        when_deleted_in_git=read_carry(deletes, "when_deleted_in_git"),
        when_trashed_in_notion=read_carry(deletes, "when_trashed_in_notion"),
        checks=read_checks(root, world),
        safety=read_safety(root.view("safety")),
        initial=Initial(root.text("initial") or Initial.ASK),
        timezone=read_timezone(root),
    )
