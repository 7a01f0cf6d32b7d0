"""`schema plan` and `schema apply`: what is added to Notion, as text, Markdown and JSON."""

from notion_gitops.model.mapping import PropertyType
from notion_gitops.model.outcomes import Status
from notion_gitops.model.schema_plan import (
    SchemaOutcome,
    SchemaPlan,
    SchemaResult,
    SchemaStep,
    SchemaStepKind,
    WantedProperty,
)
from notion_gitops.report.connection import problem_item
from notion_gitops.report.document import (
    Block,
    Command,
    Document,
    Item,
    Items,
    Paragraph,
    Section,
    Tone,
)
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count, duration, listed

_NAMES = 8


def schema_plan_view(plan: SchemaPlan) -> Report:
    """What would be added, what keeps it from being added, and what a person has to do."""
    document = Document(_plan_title(plan), (*_sections(plan), Section(_next(plan))))
    return Report("schema-plan", document, {"plan": plan})


def schema_result_view(result: SchemaResult) -> Report:
    """What was added, and how the new databases are found from now on."""
    sections = [
        *_created(result),
        *_by_mapping(result.outcomes),
        *_hand(result.plan),
        Section((Paragraph(_after(result)),)),
    ]
    data = {
        "outcomes": result.outcomes,
        "created": result.created,
        "by_hand": result.plan.by_hand,
        "requests": result.requests,
        "exit_code": result.exit_code,
    }
    return Report("schema-apply", Document(_result_title(result), tuple(sections)), data)


def _plan_title(plan: SchemaPlan) -> str:
    asked = f"{count(plan.cost.requests, 'request')}, {duration(plan.cost.seconds)}"
    where = "the sandbox" if plan.sandbox else "Notion"
    return f"Compared {count(len(plan.databases), 'mapping')} with {where} ({asked})."


def _sections(plan: SchemaPlan) -> list[Section]:
    sections = []
    if plan.problems:
        items = Items(tuple(problem_item(problem) for problem in plan.problems))
        sections.append(Section((items,), "To put right first", Tone.ASK))
    sections += _by_mapping([SchemaOutcome(step, Status.APPLIED) for step in plan.steps])
    sections += _hand(plan)
    if plan.hints:
        items = Items(tuple(problem_item(hint) for hint in plan.hints))
        sections.append(Section((items,), "Renamed in Notion, and followed"))
    extra = [Item(f"{d.mapping}: {listed(d.extra, _NAMES)}") for d in plan.databases if d.extra]
    if extra:
        sections.append(Section((Items(tuple(extra)),), "In Notion alone, and left alone"))
    return sections


def _hand(plan: SchemaPlan) -> list[Section]:
    if not plan.by_hand:
        return []
    items = Items(tuple(problem_item(one) for one in plan.by_hand))
    return [Section((items,), "For a person to do, in Notion", Tone.ASK)]


def _by_mapping(outcomes: tuple[SchemaOutcome, ...] | list[SchemaOutcome]) -> list[Section]:
    names = dict.fromkeys(outcome.step.mapping for outcome in outcomes)
    return [
        Section(
            (Items(tuple(i for o in outcomes if o.step.mapping == name for i in _items(o))),),
            name,
            Tone.NEW,
        )
        for name in names
    ]


def _items(outcome: SchemaOutcome) -> list[Item]:
    """The lines of one step; what became of it, if it is not done, stands with the first."""
    step = outcome.step
    said = [_property(step, prop) for prop in step.properties]
    if step.kind is SchemaStepKind.DATABASE:
        said.insert(0, f'+ database "{step.title}"')
    details = (
        () if outcome.status is Status.APPLIED else (f"{outcome.status.value}: {outcome.detail}",)
    )
    first, *rest = said
    return [Item(first, (*details, *step.notes)), *(Item(line) for line in rest)]


def _property(step: SchemaStep, prop: WantedProperty) -> str:
    options = listed([f'"{o}"' for o in prop.options], _NAMES)
    if step.kind is SchemaStepKind.OPTIONS:
        return f'+ {count(len(prop.options), "option")} of "{prop.name}": {options}'
    said = f'+ "{prop.name}", {prop.type.value}'
    if prop.type is PropertyType.RELATION:
        said += f" to {prop.to}"
        if prop.face:
            said += f', two-way: "{prop.face}" there'
    return f"{said}: {options}" if options else said


def _counts(plan: SchemaPlan) -> str:
    steps = plan.steps
    new = sum(1 for step in steps if step.kind is SchemaStepKind.DATABASE)
    properties = sum(len(s.properties) for s in steps if s.kind is not SchemaStepKind.OPTIONS)
    options = sum(
        len(p.options) for s in steps for p in s.properties if s.kind is SchemaStepKind.OPTIONS
    )
    parts = (
        count(new, "database") if new else "",
        count(properties, "property") if properties else "",
        count(options, "option") if options else "",
    )
    return listed([part for part in parts if part])


def _next(plan: SchemaPlan) -> tuple[Block, ...]:
    if plan.problems:
        text = "Nothing is added before that is put right."
        return (Paragraph(text),)
    if not plan.steps:
        rest = "; what is left is for a person" if plan.by_hand else ""
        return (Paragraph(f"Nothing to do: all that the mappings name is there{rest}."),)
    new = any(step.kind is SchemaStepKind.DATABASE for step in plan.steps)
    total = f"To add: {_counts(plan)}, with {count(len(plan.steps), 'request')}. "
    total += "Nothing is removed, renamed or retyped."
    parent = f" --parent {plan.parent or 'PAGE'}" if new else ""
    blocks: tuple[Block, ...] = (
        Paragraph(total),
        Command(FollowUp(sandbox=plan.sandbox).command(f"schema apply{parent}")),
    )
    if new and not plan.parent:
        hint = "PAGE is the page in Notion that the new databases are to stand on; add the "
        hint += "connection to it there. If they exist already, set their variables instead."
        return (*blocks, Paragraph(hint))
    return blocks


def _result_title(result: SchemaResult) -> str:
    done = sum(1 for o in result.outcomes if o.status is Status.APPLIED)
    asked = count(result.requests, "request")
    if done == len(result.outcomes):
        return f"Added to Notion, and read back: {_counts(result.plan)} ({asked})."
    return f"{done} of {count(len(result.outcomes), 'step')} done ({asked})."


def _created(result: SchemaResult) -> list[Section]:
    if not result.created:
        return []
    commands = tuple(
        Command(f"export {new.variable}={new.id}") if new.variable else Paragraph(new.id)
        for new in result.created
    )
    text = Paragraph(
        "Set these before anything else, here and as variables of the repository on GitHub "
        "(Settings, Secrets and variables, Actions, Variables):"
    )
    return [Section((text, *commands), "New databases", Tone.NEW)]


def _after(result: SchemaResult) -> str:
    again = FollowUp(sandbox=result.plan.sandbox)
    if any(o.status is not Status.APPLIED for o in result.outcomes):
        return (
            f"Next: {again.command('schema plan')} tells what is still missing; what was done "
            "is not done again."
        )
    return f"Next: {again.command('check')}"
