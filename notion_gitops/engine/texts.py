"""Which texts that both sides edited may be merged: bodies always, others where a rule says so."""

from typing import NamedTuple

from notion_gitops.engine.bodies import as_in_file
from notion_gitops.engine.fields import same
from notion_gitops.model.mapping import (
    DatabaseMapping,
    Direction,
    Field,
    Mode,
    PropertyType,
    Take,
)
from notion_gitops.model.records import BaseRecord, Record
from notion_gitops.model.values import Unknown
from notion_gitops.text.bodies import same_text
from notion_gitops.text.wording import text_of, word_lines


class ThreeTexts(NamedTuple):
    """What is to be merged line by line."""

    base: str
    git: str
    notion: str
    by_word: bool = False  # a line is a word of the text

    @property
    def have_lines(self) -> bool:
        """Whether git takes them for texts: what holds a NUL is none to it."""
        return "\0" not in "".join(self[:3])

    def in_words(self) -> "ThreeTexts":
        """The same, to be merged word by word."""
        base, git, notion = map(word_lines, self[:3])
        return ThreeTexts(base, git, notion, by_word=True)

    def merged(self, lines: str) -> str:
        """The text, given the merged lines."""
        return text_of(lines) if self.by_word else lines


def texts_to_merge(
    mapping: DatabaseMapping, base: BaseRecord, git: Record, notion: Record
) -> dict[str, ThreeTexts]:
    """The texts of a record that both sides edited and that may be merged, by field.

    A body is merged by lines. The text of a property has few of them, often one, so it is merged
    by words; and since words that fit may still not make sense together, only if a rule asks.
    """
    found = {
        spec.name: texts.in_words()
        for spec in mapping.properties
        if may_merge(mapping, spec) and (texts := _edited(spec, base, git, notion))
    }
    body = mapping.body
    if body is not None:
        texts = None if mapping.mode is Mode.MIRROR else _edited_body(body, base, git, notion)
        if texts is not None and texts.have_lines:
            found[body.name] = texts
    return found


def may_merge(mapping: DatabaseMapping, spec: Field) -> bool:
    """Whether a rule may ask for the merge of a property's text."""
    if spec.type is not PropertyType.RICH_TEXT or spec.direction is not Direction.BOTH:
        return False
    asked = (r for r in mapping.rules if r.take is Take.MERGE)
    return mapping.mode is not Mode.MIRROR and any(
        rule.fields is None or spec.name in rule.fields for rule in asked
    )


def _edited(spec: Field, base: BaseRecord, git: Record, notion: Record) -> ThreeTexts | None:
    """The three texts, if each is one and both sides edited it differently."""
    name = spec.name
    old, ours, theirs = base.fields.get(name), git.value(name), notion.value(name)
    if not isinstance(old, str) or not isinstance(ours, str) or not isinstance(theirs, str):
        return None
    edited = not same(spec, ours, old) and not same(spec, theirs, base.in_notion(name))
    return ThreeTexts(old, ours, theirs) if edited and not same(spec, ours, theirs) else None


def _edited_body(body: Field, base: BaseRecord, git: Record, notion: Record) -> ThreeTexts | None:
    """The three texts in the file's form, if each is one and both sides edited it differently."""
    file, ours = base.fields.get(body.name), git.value(body.name)
    if body.direction is not Direction.BOTH or file is None or isinstance(ours, Unknown | None):
        return None
    theirs = as_in_file(base, ours, notion.value(body.name))
    if isinstance(theirs, Unknown | None):
        return None
    texts = ThreeTexts(str(file), str(ours), str(theirs))
    equal = (same_text(texts.base, s) for s in (texts.git, texts.notion))
    return None if any(equal) or same_text(texts.git, texts.notion) else texts
