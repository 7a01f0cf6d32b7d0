"""Saved plans as files: written by `plan --out`, read by `show` and `apply`."""

from pathlib import Path

from notion_gitops.formats.atomic import write_bytes
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput, Refused, UsageError
from notion_gitops.model.saved_plan import SavedPlan
from notion_gitops.state.saved_plan import dump_saved, parse_saved


def write_plan_file(path: Path, plan: SavedPlan) -> None:
    """Write a whole file or none.

    Raises:
        UsageError: there is no such folder.
    """
    if not path.parent.is_dir():
        raise UsageError(Diagnostic(f"there is no folder {path.parent} to save the plan in"))
    write_bytes(path.parent, path.name, dump_saved(plan).encode())


def read_plan_file(path: Path) -> SavedPlan:
    """Read a saved plan.

    Raises:
        Refused: it is none, or not as it was written.
    """
    try:
        text = decode_utf8(path.read_bytes(), str(path))
    except InvalidInput as error:
        raise Refused(*error.diagnostics) from None
    return parse_saved(text, str(path))
