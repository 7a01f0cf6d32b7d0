"""The mappings that take no part in a run: why, what it holds back, and the way on."""

from collections.abc import Iterator, Mapping

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.plan import MappingPlan, Plan, UnfitAccept
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.plan_counts import Counts, counts_of, writes_meant
from notion_gitops.report.plan_decisions import accepts, fixes, limit
from notion_gitops.report.plan_view import HeldView
from notion_gitops.report.show import problem_sentence
from notion_gitops.text.words import count, listed, number

_PROBLEMS = 3  # of one mapping; the others stand further up
_NAMED = 10  # mappings


def takes_part(part: MappingPlan) -> bool:
    """Whether anything of a mapping may be done."""
    return not part.left_out and not part.refusals


def held_views(plan: Plan, again: FollowUp, *, problems: int = _PROBLEMS) -> tuple[HeldView, ...]:
    """One for each mapping that takes no part, with so many of its problems."""
    return tuple(
        HeldView(part.name, _why(part), tuple(_ways(part, again, problems)))
        for part in plan.mappings
        if not takes_part(part)
    )


def held_counts(plan: Plan) -> Mapping[str, Counts]:
    """What is meant and not done, by mapping."""
    return {part.name: counts_of(part) for part in plan.mappings if not takes_part(part)}


def held_sentence(held: Mapping[str, Counts]) -> str:
    """``Held back: 22 pages to trash in Notion (tasks).``; nothing if nothing is."""
    total = sum(held.values(), Counts())
    if not total.writes:
        return ""
    names = [name for name, counts in held.items() if counts.writes]
    return f"Held back: {writes_meant(total)} ({listed(names, _NAMED)})."


def unfit_accept(given: UnfitAccept) -> Diagnostic:
    """What is wrong with a number given with `--accept`, and which one is right."""
    name, _, what = given.guard.partition(".")
    if not given.meant:
        summary = f"--accept {given.guard}={given.count} fits nothing: no limit stopped {name} "
        kind = {"deletes": "for its deletes", "updates": "for its updates"}
        return Diagnostic(
            summary + kind.get(what, f'for its field "{what}"'),
            fix="Leave it out. Nothing was written.",
        )
    right = " or ".join(f"--accept {given.guard}={count}" for count in given.meant)
    return Diagnostic(
        f"--accept {given.guard}={given.count} does not fit: "
        f"this plan is stopped at {listed([number(n) for n in given.meant])}",
        fix=f"If that is meant: {right}. Nothing was written.",
    )


def _why(part: MappingPlan) -> str:
    if part.refusals:
        return " ".join(f"{r.message} {limit(r)}".strip() for r in part.refusals)
    return f"It takes no part: {part.left_out}."


def _ways(part: MappingPlan, again: FollowUp, problems: int) -> Iterator[str]:
    mends = dict.fromkeys(fix for refusal in part.refusals for fix in fixes(refusal, again))
    yield from (f"If it is a mistake: {fix}" for fix in mends)
    if part.refusals and all(refusal.acceptable for refusal in part.refusals):
        yield f"If it is meant: {again.command(f'apply {accepts(part.refusals)}')}"
    if part.unpaired_git or part.unpaired_notion:
        yield f"To pair them: {again.command('import')}"
        yield f"If what is left is not the same: {again.command('apply --all-new')}"
    if part.left_out and not part.refusals:
        yield from map(problem_sentence, part.problems[:problems])
        if len(part.problems) > problems:
            yield f"and {count(len(part.problems) - problems, 'more problem')}"
