"""Options that several commands share."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from notion_gitops.engine.guards import MISSING
from notion_gitops.formats.schema import suggestion
from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.errors import UsageError
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.restores import RestoreWish
from notion_gitops.text.columns import screen, wrap

sandbox_option = click.option(
    "--sandbox",
    is_flag=True,
    help="Talk to the local Notion in .notion-gitops/ instead: no token, no network.",
)
sandbox_base_option = click.option(
    "--sandbox",
    is_flag=True,
    help="Take what was synced with the local Notion instead.",
)
base_url_option = click.option(
    "--base-url",
    metavar="URL",
    help="Another address than Notion's, e.g. of `sandbox serve`. A host other than this machine "
    "must be given in NOTION_GITOPS_BASE_URL as well.",
)
workspace_option = click.option(
    "-C",
    "--workspace",
    "start",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=".",
    help="The repository to work in.  [default: here]",
)

_ACCEPT = re.compile(r"([a-z0-9][a-z0-9_-]*)\.([A-Za-z][A-Za-z0-9_]*)=(\d+)")


def _accepted(
    _ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]
) -> dict[str, frozenset[int]]:
    accepted: dict[str, frozenset[int]] = {}
    for text in given:
        found = _ACCEPT.fullmatch(text)
        if found is None:
            raise click.BadParameter(
                f'"{text}" is not of the form MAPPING.WHAT=COUNT, e.g. tasks.deletes=37'
            )
        guard = f"{found[1]}.{found[2]}"
        accepted[guard] = accepted.get(guard, frozenset()) | {int(found[3])}
    return accepted


def examples(*lines: str) -> str:
    """The end of a command's help: what one types, as it is (click re-wraps all but this)."""
    room = screen() - 2  # click indents it
    wrapped = (part for line in lines for part in wrap(line, room, "  ", " " * 6))
    return "\n".join(("\b", "Examples:", *wrapped))


def require_known(accepted: Iterable[str], mappings: Mapping[str, DatabaseMapping]) -> None:
    """Refuse an `--accept` that no guard could ever ask for.

    Raises:
        UsageError: with the nearest right word.
    """
    for given in accepted:
        name, _, what = given.partition(".")
        if name not in mappings:
            fix = suggestion(name, mappings)
            raise UsageError(Diagnostic(f'--accept {given}: no mapping is named "{name}"', fix=fix))
        guards = ("deletes", "updates", MISSING, *mappings[name].fields)
        if what not in guards:
            fix = f"{suggestion(what, guards)} The plan that was stopped names the exact words."
            raise UsageError(Diagnostic(f'--accept {given}: nothing guards "{what}"', fix=fix))


def _restores(
    _ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]
) -> tuple[RestoreWish, ...]:
    try:
        return tuple(map(RestoreWish.parse, given))
    except ValueError as error:
        raise click.BadParameter(
            f"{error}, e.g. 7k3f/tasks/pour-slab:due; the field can be left out, and @git or "
            "@notion added"
        ) from None


restore_option = click.option(
    "--restore",
    "restores",
    multiple=True,
    metavar="SYNC-ID/MAPPING/KEY[:FIELD]",
    callback=_restores,
    help="Bring this back out of a sync's backup as well; can be said again.",
)
accept_option = click.option(
    "--accept",
    multiple=True,
    metavar="MAPPING.WHAT=COUNT",
    callback=_accepted,
    help="Let a guard pass once, with the exact number it names, e.g. tasks.deletes=37.",
)
all_new_option = click.option(
    "--all-new",
    is_flag=True,
    help="First contact: take records that nothing links for new ones, on both sides.",
)
relist_option = click.option(
    "--relist",
    is_flag=True,
    help="List every database in full, also those of which only what was edited is read.",
)
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice([Severity.WARNING, Severity.ERROR], case_sensitive=False),
    help="Fail (4) if a check finds something of this severity, or of a graver one.",
)
