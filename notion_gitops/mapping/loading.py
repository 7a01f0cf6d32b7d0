"""All mapping files of a workspace, read, checked and held against one another."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from notion_gitops.formats.inside import read_inside
from notion_gitops.formats.nodes import Table
from notion_gitops.mapping.across import Draft, check_across, check_names
from notion_gitops.mapping.body import read_body, with_body
from notion_gitops.mapping.check_parts import World
from notion_gitops.mapping.checks import read_checks
from notion_gitops.mapping.document import read_table
from notion_gitops.mapping.downloads import check_downloads
from notion_gitops.mapping.fields import FieldSet, read_fields
from notion_gitops.mapping.holds import read_holds
from notion_gitops.mapping.policies import read_carry, read_safety, read_thresholds, read_timezone
from notion_gitops.mapping.problems import Problems
from notion_gitops.mapping.rules import read_rules
from notion_gitops.mapping.schemas import defaults_schema, mapping_schema
from notion_gitops.mapping.sources import check_csv_key, read_git, read_key, read_notion
from notion_gitops.mapping.view import View, with_defaults
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping, Field, Initial, Mode, Take

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
    files = _files(root, folder)
    if not any(map(_is_mapping, files)):
        fix = "Write one. notion-gitops init makes a first one to adapt; with --database ID it "
        fix += "writes that of a database in Notion."
        raise InvalidInput(Diagnostic(f"there is no mapping in {folder}/", fix=fix))
    return load_mappings(files)


def load_present(root: Path, folder: str = FOLDER) -> tuple[DatabaseMapping, ...]:
    """As `load_folder`, for a workspace that may have no mapping yet.

    Raises:
        InvalidInput: a file cannot be read, or `load_mappings` refuses one.
    """
    return load_mappings(_files(root, folder))


def _files(root: Path, folder: str) -> dict[str, bytes]:
    """The mapping files and what belongs to them, by the paths that places name."""
    try:
        paths = sorted(p for p in (root / folder).iterdir() if p.suffix.lower() in _ENDINGS)
        _refuse_links(root, folder, paths)
        return {f"{folder}/{p.name}": read_inside(root, f"{folder}/{p.name}") or b"" for p in paths}
    except FileNotFoundError:
        return {}
    except OSError as error:
        reason = f"{error.strerror}: {error.filename}"
        diagnostic = Diagnostic(f"the mappings cannot be read: {reason}", Place(folder))
        raise InvalidInput(diagnostic) from None


def _refuse_links(root: Path, folder: str, paths: Sequence[Path]) -> None:
    """A link could lead to a file of the machine, whose lines would then be shown as errors."""
    links = [
        path.relative_to(root).as_posix() for path in (root / folder, *paths) if path.is_symlink()
    ]
    if links:
        fix = "put the file itself there"
        raise InvalidInput(
            *(Diagnostic("a symbolic link is not read as a mapping", Place(p), fix) for p in links)
        )


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
    check_downloads(drafts, problems)
    mappings = [
        _mapping(draft, World(draft.name, draft.file, fields, every, problems)) for draft in drafts
    ]
    problems.raise_any()
    return tuple(sorted(mappings, key=lambda mapping: mapping.name))


def load_alone(content: bytes, file: str, defaults: bytes | None = None) -> DatabaseMapping:
    """One mapping as it was recorded, without the others: for reading a base that it wrote.

    Args:
        content: of the mapping file.
        file: named in the places; its name need not be the mapping's.
        defaults: of the `_defaults.yaml` of that time, if there was one.

    Returns:
        The mapping, its consistency checks left out: they may need the other mappings.

    Raises:
        InvalidInput: it cannot be read, or not by this version.
    """
    problems = Problems()
    files = {file: content} if defaults is None else {file: content, f"{DEFAULTS}.yaml": defaults}
    drafts = _drafts(files, problems)
    problems.raise_any()
    table = drafts[0].root.table
    entries = () if table is None else table.entries
    bare = table and table._replace(entries=tuple(e for e in entries if e.key.text != "checks"))
    root = View(bare, problems)
    draft = Draft(root.text("name") or "", file, root)
    fields = {draft.name: _fields(draft, problems)}
    mapping = _mapping(draft, World(draft.name, file, fields, frozenset(fields), problems))
    problems.raise_any()
    return mapping


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
    return read_fields(draft.root.view("fields"), problems, mirror=_mirrors(draft))


def _mirrors(draft: Draft) -> bool:
    return draft.root.text("mode") == Mode.MIRROR


def _names(fields: FieldSet, body: Field | None) -> tuple[str, ...]:
    """All fields as written, with the text of the page if it is synced."""
    return fields.names if body is None else (*fields.names, body.name)


def _mapping(draft: Draft, world: World) -> DatabaseMapping:
    """The mapping; where something is wrong, with stand-ins, since it is then not given out."""
    root, fields = draft.root, world.own
    place = Place(draft.file)
    conflicts, deletes = root.view("conflicts"), root.view("deletes")
    otherwise = conflicts.scalar("otherwise")
    check_csv_key(root.view("git"), root.view("key"))
    body = read_body(root, draft.file, mirror=_mirrors(draft))
    every = with_body(fields, body)
    return DatabaseMapping(
        name=draft.name,
        place=place,
        notion=read_notion(root.view("notion"), place),
        git=read_git(root.view("git"), fields, place),
        key=read_key(root.view("key"), fields, place, mirror=_mirrors(draft)),
        fields=every.fields,
        mode=Mode(root.text("mode") or Mode.TWO_WAY),
        rules=read_rules(conflicts, every, draft.file),
        otherwise=Take.MANUAL if otherwise is None else Take(otherwise.text),
        otherwise_place=None if otherwise is None else otherwise.place,
        when_deleted_in_git=read_carry(deletes, "when_deleted_in_git"),
        when_trashed_in_notion=read_carry(deletes, "when_trashed_in_notion"),
        checks=read_checks(root, replace(world, body=body)),
        safety=read_safety(root.view("safety")),
        thresholds=read_thresholds(root.view("thresholds")),
        initial=Initial(root.text("initial") or Initial.ASK),
        timezone=read_timezone(root),
        holds=read_holds(root, draft.name, _names(fields, body), draft.file),
    )
