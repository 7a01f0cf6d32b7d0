"""Keeping a plan in a file, and what of it still holds when it is to be applied.

A saved plan is evidence and no instruction: applying one plans anew, and carries out the operations
that come out exactly as the file has them. So nothing is ever done that was not reviewed, and
nothing that does not fit what both sides hold now.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from notion_gitops import __version__
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Refused
from notion_gitops.model.plan import Plan
from notion_gitops.model.saved_plan import Origin, SavedPlan
from notion_gitops.report.operation_digests import operation_digests
from notion_gitops.workflow.plan import Planned, PlanOptions
from notion_gitops.workflow.workspace import Workspace, mapping_files

MAX_AGE_HOURS = 24

_ANEW = "Make the plan anew, and have it reviewed. Nothing was written."


@dataclass(frozen=True, slots=True)
class Shown:
    """The plan in the forms in which people and programs read it."""

    text: str
    markdown: str
    json: str


def saved_plan(
    planned: Planned, plan: Plan, options: PlanOptions, notion: str, shown: Shown
) -> SavedPlan:
    """The plan as it is kept.

    Args:
        planned: what the plan was made from.
        plan: the plan, as it is shown.
        options: what it was made with.
        notion: the address that was asked, or "sandbox".
        shown: what people read of it.
    """
    return SavedPlan(
        made=plan.made,
        origin=_origin(planned, notion),
        offline=plan.offline,
        accepted={guard: frozenset(n) for guard, n in options.accepted.items()},
        all_new=options.all_new,
        relist=options.relist is None,
        restores=options.restores,
        operations=operation_digests(plan, planned.comparison.workspace.mappings),
        text=shown.text,
        markdown=shown.markdown,
        json=shown.json,
    )


def options_of(saved: SavedPlan) -> PlanOptions:
    """What a saved plan is made anew with."""
    relist = None if saved.relist else ()
    return PlanOptions(
        saved.accepted, saved.all_new, deepen=True, restores=saved.restores, relist=relist
    )


def counts_until(made: datetime) -> datetime:
    """When a plan that was made then can be applied no longer."""
    return made + timedelta(hours=MAX_AGE_HOURS)


def require_usable(saved: SavedPlan, now: datetime) -> None:
    """Refuse a saved plan that no apply can carry out, whatever both sides hold.

    Raises:
        Refused: it was made without asking Notion, or too long ago.
    """
    if saved.offline:
        raise Refused(
            Diagnostic(
                "this plan was made without asking Notion: it can be shown, and not applied",
                fix="Make one without --offline. Nothing was written.",
            )
        )
    if now > counts_until(saved.made):
        made = f"it was made {saved.made:%Y-%m-%d %H:%M} UTC"
        raise Refused(
            Diagnostic(f"this plan is more than {MAX_AGE_HOURS} hours old: {made}", fix=_ANEW)
        )


def require_same_origin(saved: SavedPlan, planned: Planned, notion: str) -> None:
    """Refuse a saved plan that was computed from something else than what is here.

    Raises:
        Refused: every difference, by its name.
    """
    differing = tuple(_differing(saved.origin, _origin(planned, notion)))
    if differing:
        raise Refused(*(Diagnostic(each, fix=_ANEW) for each in differing))


def stale_operations(saved: SavedPlan, planned: Planned) -> dict[tuple[str, str], str]:
    """The records of which not the reviewed operation would be carried out, and why not."""
    now = operation_digests(planned.plan, planned.comparison.workspace.mappings)
    changed = {at for at, digest in saved.operations.items() if now.get(at) != digest}
    return {
        **dict.fromkeys(sorted(changed), "changed since the plan was made"),
        **dict.fromkeys(sorted(now.keys() - saved.operations.keys()), "not in the saved plan"),
    }


def _origin(planned: Planned, notion: str) -> Origin:
    plan, workspace = planned.plan, planned.comparison.workspace
    sources = {n: d.schema.data_source_id for n, d in planned.databases.items() if d.schema}
    return Origin(plan.head, plan.base, _mappings_digest(workspace), sources, notion, __version__)


def _mappings_digest(workspace: Workspace) -> str:
    whole = hashlib.sha256()
    for name in workspace.mappings:
        for file, content in sorted(mapping_files(workspace, name).items()):
            whole.update(f"{name}/{file}:{len(content or b'')}\n".encode())
            whole.update(content or b"")
    return whole.hexdigest()


def _differing(then: Origin, now: Origin) -> Iterator[str]:
    names: Mapping[str, tuple[str, str]] = {
        "of another version of notion-gitops": (then.version, now.version),
        "for another Notion": (then.notion, now.notion),
        "of another commit": (then.head[:12], now.head[:12]),
        "of another base": (then.base[:12], now.base[:12]),
        "of other mappings": (then.mappings[:12], now.mappings[:12]),
    }
    for what, (before, here) in names.items():
        if before != here:
            yield f"this plan is {what}: it says {before or 'none'}, here is {here or 'none'}"
    for name in sorted(then.databases.keys() | now.databases.keys()):
        before, here = then.databases.get(name, "none"), now.databases.get(name, "none")
        if before != here:
            yield f"this plan is for another database of {name}: {before}, here is {here}"
