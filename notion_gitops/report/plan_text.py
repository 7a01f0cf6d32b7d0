"""A plan as text of 80 columns."""

from collections.abc import Iterable

from notion_gitops.report.document import Tone
from notion_gitops.report.holds import HEADING
from notion_gitops.report.layout import (
    BLANK,
    Line,
    command,
    labelled,
    paragraph,
    placed,
    printed,
    table,
    two_ends,
)
from notion_gitops.report.plan_view import (
    DecisionView,
    FieldView,
    FindingGroup,
    FindingView,
    HeldView,
    MappingView,
    Mark,
    NoteView,
    PlanView,
    QuestionView,
    RecordView,
    RefusalView,
)
from notion_gitops.report.show import cut
from notion_gitops.text.columns import COLUMNS, screen, width
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import count, number

_NAME, _FIELD, _DEEP = 2, 6, 8
_WAY, _WHAT, _ASIDE, _TOWARDS = 17, 31, 57, 51  # columns
_NAMES = (8, 16)  # narrowest and widest column of field names
_LABEL = 13
_TYPED = ("git ", "notion-gitops ")  # begins what is to be copied
_CLOSES = "If both sides become equal, a question closes by itself."
_SIGNS = {"+": Tone.NEW, "-": Tone.GONE}
_TONES = {Mark.CHANGED: Tone.PLAIN, Mark.NEW: Tone.NEW, Mark.GONE: Tone.GONE}


def plan_text(view: PlanView, *, colour: bool) -> str:
    """The plan; `colour` adds terminal colours and changes nothing else."""
    lines = [*paragraph(view.compared), *_each(view.warnings, Tone.ASK), BLANK]
    lines += [*_decisions(view.decisions, view.walk), *_refusals(view.refusals)]
    lines += [line for note in view.unrestored for line in (*_note(note, 0), BLANK)]
    for mapping in view.mappings:
        lines += _mapping(mapping)
    if view.quiet and view.mappings:
        lines += [*two_ends(view.quiet, "nothing to do"), BLANK]
    lines += _on_hold(view.on_hold)
    lines += _findings(view.findings, view.advised_by)
    lines += _summary(view)
    return printed(lines, colour=colour)


def _each(texts: Iterable[str], tone: Tone = Tone.PLAIN) -> list[Line]:
    return [line for text in texts for line in paragraph(text, tone=tone)]


def _decisions(decisions: tuple[DecisionView, ...], walk: str) -> list[Line]:
    if not decisions:
        return []
    total = sum(len(decision.questions) for decision in decisions)
    heading = f"{count(total, 'DECISION', 'DECISIONS')} NEEDED"
    lines = paragraph(heading, tone=Tone.ASK)
    common = _common(decisions)
    for decision in decisions:
        lines += [*_decision(decision, common), BLANK]
    lines += [line for text in common for line in paragraph(text, _NAME, hang=2)]
    lines += labelled("One by one", walk, _NAME) if walk else []
    return [*lines, BLANK] if common or walk else lines


def _common(decisions: tuple[DecisionView, ...]) -> tuple[str, ...]:
    """What holds for all of several decisions, said once below them."""
    if len(decisions) == 1:
        return ()
    said = [{text for text in (d.meanwhile, d.missing) if text} for d in decisions]
    shared = set.intersection(*said)
    return (*(t for t in (decisions[0].meanwhile, decisions[0].missing) if t in shared), _CLOSES)


def _decision(decision: DecisionView, common: tuple[str, ...]) -> list[Line]:
    title = f'"{decision.title}"' if decision.title else ""
    lines = placed((_NAME, decision.record), (_NAME, title), tone=Tone.HEAD)
    for question in decision.questions:
        lines += _question(question)
    lines += paragraph(decision.meanwhile, _FIELD) if decision.meanwhile not in common else []
    for question in decision.questions:
        lines += paragraph(f'Asked about "{question.about}": {question.asked}.', _FIELD, hang=2)
    return [*lines, *_answers(decision, common)]


def _answers(decision: DecisionView, common: tuple[str, ...]) -> list[Line]:
    """How to decide: by a command, or in the file."""
    lines = paragraph("Decide in one of two ways:", _FIELD) if not common else []
    lines += _way("here", decision.command, f"({decision.others})")
    lines += _way("git", f"fill in {decision.file}")
    missing = decision.missing if decision.missing not in common else ""
    lines += paragraph(missing, _FIELD) if missing else []
    return lines if common else [*lines, *paragraph(_CLOSES, _FIELD)]


def _way(label: str, text: str, more: str = "") -> list[Line]:
    """What is typed is only broken where a shell takes it; what else there is stands behind it."""
    first, *rest = command(text, _WAY)
    lines = [Line(f"{'':{_DEEP}}{label}".ljust(_WAY) + first.text.lstrip()), *rest]
    if not more:
        return lines
    whole = f"{lines[-1].text}   {terminal(more)}"
    if width(whole) <= screen():
        return [*lines[:-1], Line(whole)]
    return [*lines, *paragraph(more, _WAY + 2)]


def _question(question: QuestionView) -> list[Line]:
    labels = _FIELD + min(width(terminal(question.about)), _NAMES[1]) + 2
    values = labels + _LABEL
    who = values + 2 + max(width(terminal(side.value)) for side in question.sides)
    lines: list[Line] = []
    for position, side in enumerate(question.sides):
        about = question.about if position == 0 else ""
        parts = [(_FIELD, about), (labels, side.label), (values, side.value)]
        if who + width(terminal(side.who)) <= COLUMNS:
            lines += placed(*parts, (who, side.who))
        else:
            lines += [*placed(*parts), *(paragraph(side.who, values) if side.who else [])]
    return lines


def _refusals(refusals: tuple[RefusalView, ...]) -> list[Line]:
    lines: list[Line] = []
    for refusal in refusals:
        lines += paragraph(f"STOPPED: {refusal.mapping}", tone=Tone.ASK)
        lines += [*paragraph(refusal.message, _NAME), *paragraph(refusal.limit, _NAME)]
        if refusal.origin:
            lines += paragraph("Where it comes from", _NAME)
            lines += [line for told in refusal.origin for line in paragraph(told, 4, hang=2)]
        lines += _keys(refusal)
        if refusal.fixes:
            heading = "If this is a mistake" if refusal.accept else "What to do"
            lines += paragraph(heading, _NAME)
            lines += [line for fix in refusal.fixes for line in _fix(fix)]
        if refusal.accept:
            lines += paragraph("If it is meant, say so once, with the number", _NAME)
            lines += command(refusal.accept, 4)
        lines.append(BLANK)
    return lines


def _fix(text: str) -> list[Line]:
    """A command as it is, or what else a person is to do."""
    return command(text, 4) if text.startswith(_TYPED) else paragraph(text, 4, hang=2)


def _keys(refusal: RefusalView) -> list[Line]:
    if not refusal.keys:
        return []
    heading = f"First {len(refusal.keys)} of {number(refusal.total)}"
    if refusal.total == len(refusal.keys):
        heading = "The record" if refusal.total == 1 else f"The {refusal.total} records"
    named = [line for key in refusal.keys for line in paragraph(key, 4)]
    return paragraph(heading, _NAME) + named


def _mapping(mapping: MappingView) -> list[Line]:
    right = f"{mapping.records}  {mapping.state:>12}"
    lines = two_ends(mapping.name, right, tone=Tone.HEAD)
    for note in mapping.left:
        lines += _note(note)
    for record in mapping.shown:
        lines += _record(record)
    for note in mapping.notes:
        lines += _note(note)
    return [*lines, BLANK]


def _record(record: RecordView) -> list[Line]:
    name = f"{record.mark.value} {record.name}" if record.mark.value else record.name
    parts = ((_NAME, name), (_WHAT, record.what), (_ASIDE, record.aside))
    lines = placed(*parts, tone=_TONES[record.mark])
    widest = max((width(terminal(field.name)) for field in record.fields), default=0)
    column = _FIELD + min(max(widest, _NAMES[0]), _NAMES[1]) + 2
    for field in record.fields:
        lines += _field(field, column)
    for detail in record.details:
        lines += paragraph(detail, _FIELD, hang=2)
    return lines


def _field(field: FieldView, column: int) -> list[Line]:
    if field.is_set:
        lines = _members(field, column)
    elif field.lines:
        lines = placed((_FIELD, field.name), (column, field.new), (_TOWARDS, field.towards))
        lines += [line for text in field.lines for line in _text_line(text)]
    else:
        change = (column, f"{field.old} -> {field.new}")
        lines = placed((_FIELD, field.name), change, (_TOWARDS, field.towards))
    for note in field.notes:
        lines += paragraph(note, _FIELD, hang=2)
    return lines


def _text_line(text: str) -> list[Line]:
    """One line of a difference, with its sign and its indent."""
    shown = cut(terminal(text), COLUMNS - _DEEP)
    return [Line(f"{'':{_DEEP}}{shown}", _SIGNS.get(text[:1], Tone.FAINT))]


def _members(field: FieldView, column: int) -> list[Line]:
    signed = [("+", field.added), ("-", field.removed)]
    texts = [f"{sign} {', '.join(members)}" for sign, members in signed if members]
    lines: list[Line] = []
    for position, text in enumerate(texts):
        first = position == 0
        name, towards = (field.name, field.towards) if first else ("", "")
        lines += placed((_FIELD, name), (column, text), (_TOWARDS, towards))
    return lines


def _note(note: NoteView, indent: int = _NAME) -> list[Line]:
    lines = paragraph(note.text, indent, hang=2)
    deeper = indent + _FIELD - _NAME
    for detail in note.details:
        lines += paragraph(detail, deeper, hang=2)
    return lines + _more(note.more, deeper)


def _on_hold(notes: tuple[NoteView, ...]) -> list[Line]:
    if not notes:
        return []
    lines = paragraph(HEADING, tone=Tone.HEAD)
    for note in notes:
        lines += _note(note)
    return [*lines, BLANK]


def _findings(groups: tuple[FindingGroup, ...], advised_by: str) -> list[Line]:
    if not groups:
        return []
    lines = paragraph("Worth a look, nothing is blocked", tone=Tone.HEAD)
    for group in groups:
        grave = f" ({group.severities})" if group.grave else ""
        lines += paragraph(f"{group.check}{grave}", _NAME)
        for finding in group.findings:
            lines += _finding(finding, advised=not advised_by)
        lines += _more(group.more, 4)
        for advice in group.advice if not advised_by else ():
            lines += paragraph(advice, _FIELD, Tone.FAINT)
    if advised_by:
        lines += paragraph(f"Why, and what to do: {advised_by}", _NAME, hang=_NAME)
    return [*lines, BLANK]


def _finding(finding: FindingView, *, advised: bool) -> list[Line]:
    lines = placed((4, finding.where), (_WHAT, finding.message))
    for detail in (*finding.details, *(finding.advice if advised else ())):
        lines += paragraph(detail, _FIELD, Tone.FAINT)
    return lines


def _more(more: int, indent: int) -> list[Line]:
    return paragraph(f"and {number(more)} more", indent) if more else []


def _held(held: tuple[HeldView, ...]) -> list[Line]:
    """What takes no part, once more: the end of a long plan is what people read."""
    lines: list[Line] = []
    for each in held:
        lines += paragraph(f"STOPPED: {each.mapping}. {each.why}", hang=_NAME, tone=Tone.ASK)
        lines += [line for way in each.ways for line in _held_way(way)]
    return lines


def _held_way(way: str) -> list[Line]:
    label, _, typed = way.partition(": ")
    if typed.startswith(_TYPED):
        return labelled(label, typed, _NAME)
    return paragraph(way, _NAME, hang=2)


def _summary(view: PlanView) -> list[Line]:
    lines = paragraph(view.summary, hang=_FIELD, tone=Tone.HEAD)
    lines += paragraph(view.held_back, _FIELD, tone=Tone.ASK) if view.held_back else []
    if view.counts:
        lines += table(view.counts, _FIELD)
    lines += paragraph(view.notified, _FIELD) if view.notified else []
    lines += [BLANK, *_each(view.notes), BLANK]
    lines += [*_each(view.exceeded, Tone.ASK), BLANK]
    lines += [*_each(view.first, Tone.ASK), BLANK, *_held(view.held), BLANK]
    if view.next_command:
        lines += labelled(view.next_label, view.next_command)
    if view.more_command:
        lines += labelled("More", view.more_command)
    return lines
