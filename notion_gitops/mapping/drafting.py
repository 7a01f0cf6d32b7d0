"""A first mapping of a database, as the text of its file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from notion_gitops.formats.forms import Form
from notion_gitops.formats.yaml_write import yaml_inline, yaml_text
from notion_gitops.model.mapping import SETS, PropertyType

SCHEMA_FILE = "mapping.schema.json"
"""Beside the mappings: what editors complete and check them with."""

_WIDTH = 100
_METADATA = frozenset({PropertyType.PEOPLE, PropertyType.MULTI_SELECT})
_PLANNED = frozenset({PropertyType.DATE, PropertyType.NUMBER})
_ACTIVE = frozenset(
    {"in_progress", "progress", "doing", "active", "started", "running", "ongoing", "working"}
    | {"wip", "open", "under_way", "underway", "in_work"}
)  # words of teams for work that goes on
_PLAIN_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class DraftField:
    """A field that the mapping takes."""

    name: str
    property_name: str
    type: PropertyType
    values: Mapping[str, str] = field(default_factory=dict)  # word -> option
    to: str = ""  # relation

    @property
    def group(self) -> str:
        """The group that rules name it by."""
        return "metadata" if self.type in _METADATA & SETS else ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A property that the mapping only mentions."""

    name: str  # of the field that it would be
    property_name: str
    type: str  # Notion's word
    why: str


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """All that a first mapping says."""

    name: str
    title: str  # of the database
    url: str
    database: str  # id of the database, or of the data source if it has several
    key: str  # the property that holds the key; "" if none can
    fields: tuple[DraftField, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def key_to_make(self) -> str:
        """The name that a key property would have."""
        return f"{self.name.replace('_', ' ').replace('-', ' ').capitalize()} ID"


def mapping_text(draft: MappingDraft) -> str:
    """The file: a mirror from Notion to git, which changes nothing in Notion."""
    sections = (_head(draft), _sides(draft), _key(draft), _fields(draft), _policies(draft))
    return "\n".join("\n".join(section) + "\n" for section in sections)


def _head(draft: MappingDraft) -> list[str]:
    return [
        f"# yaml-language-server: $schema={SCHEMA_FILE}",
        f"# The database {_comment(draft.title)} in Notion: {_comment(draft.url)}",
        "# Written by `notion-gitops init` from what it found there; from now on it is yours.",
        "version: 1",
        f"name: {yaml_text(draft.name)}",
    ]


def _sides(draft: MappingDraft) -> list[str]:
    return [
        "notion:",
        f"  database: {yaml_text(draft.database)}   # or ${{NAME}}, from the environment",
        "",
        "git:",
        f"  path: state/records/{draft.name}   # a folder with one file for each page",
        "  format: yaml   # or markdown, json, csv",
        "",
        "# The texts of the pages are left out. They come along with `format: markdown` and:",
        "# body: pull",
        "",
        "# From Notion to git only: nothing is written to Notion until this says two-way.",
        "mode: mirror",
    ]


def _key(draft: MappingDraft) -> list[str]:
    told = "# How both sides know that they speak of the same record: the file's name without its"
    if draft.key:
        return [
            told,
            "# ending, which stands in this property of the page.",
            f"key: {yaml_inline({'property': draft.key})}",
        ]
    return [
        told,
        "# ending. No property of this database can hold it yet. Before `two-way`, take the # away",
        "# and run `notion-gitops schema apply`, which adds the property; or name another one.",
        f"# key: {yaml_inline({'property': draft.key_to_make})}",
    ]


def _fields(draft: MappingDraft) -> list[str]:
    lines = ["# Each field of a file, and the property of the page that it is.", "fields:"]
    lines += [line for f in draft.fields for line in _lines(f)]
    if draft.left_out:
        lines += ["", "  # Left out; take the # away from what is wanted."]
    for one in draft.left_out:
        form: dict[str, Form] = {"property": one.property_name, "type": one.type}
        lines.append(f"  # {one.name}: {yaml_inline(form)}   ({one.why})")
    return lines


def _lines(spec: DraftField) -> list[str]:
    form = _field(spec)
    line = f"  {spec.name}: {yaml_inline(form)}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"  {spec.name}:", *(f"    {key}: {yaml_inline(form[key])}" for key in form)]


def _field(spec: DraftField) -> dict[str, Form]:
    form: dict[str, Form] = {"property": spec.property_name, "type": spec.type.value}
    if spec.to:
        form["to"] = spec.to
    if spec.group:
        form["group"] = spec.group
    if spec.values:
        form["values"] = dict(spec.values)
    return form


def _policies(draft: MappingDraft) -> list[str]:
    return [
        "# Who is right when both sides changed the same field since they last agreed. A sample:",
        "# make the rules your own before `two-way`. The first that fits decides.",
        "conflicts:",
        *_rules(draft),
        "  otherwise: manual   # a person decides; or git, notion, latest",
        "",
        "# A page in the trash takes its file along; a deleted file takes no page along unasked.",
        "deletes: {when_deleted_in_git: ask, when_trashed_in_notion: delete}",
        "",
        "# The first time both sides have a value: ask, or take git's or notion's.",
        "initial: ask",
    ]


def _rules(draft: MappingDraft) -> Iterator[str]:
    rules = [*_active_rule(draft), *_metadata_rule(draft), *_status_rule(draft)]
    if rules:
        yield "  rules:"
        yield from rules


def _active_rule(draft: MappingDraft) -> Iterator[str]:
    """Git wins while the operation is active."""
    status, word = active_word(draft.fields)
    planned: list[Form] = [f.name for f in draft.fields if f.type in _PLANNED]
    if status is None or not word or not planned:
        return
    yield "    - name: active work is planned in git"
    yield f"""      when: "git.{status.name} == '{word}'\""""
    yield f"      fields: {yaml_inline(planned)}"
    yield "      take: git"


def _metadata_rule(draft: MappingDraft) -> Iterator[str]:
    """Notion wins for what is kept by hand."""
    if any(f.group for f in draft.fields):
        yield "    - {name: metadata is Notion's, group: metadata, take: notion}"


def _status_rule(draft: MappingDraft) -> Iterator[str]:
    """The latest edit wins for status."""
    status, _ = active_word(draft.fields)
    if status is not None:
        fields = yaml_inline([status.name])
        yield f"    - {{name: status follows the last edit, fields: {fields}, take: latest}}"


def active_word(fields: tuple[DraftField, ...]) -> tuple[DraftField | None, str]:
    """The field that says how far a record is, and its word for work that goes on; "" if none."""
    kinds = [f for f in fields if f.type is PropertyType.STATUS]
    kinds += [f for f in fields if f.type is PropertyType.SELECT and f.name in {"status", "state"}]
    if not kinds:
        return None, ""
    words = [word for word in kinds[0].values if _PLAIN_WORD.fullmatch(word)]
    named = [word for word in words if word in _ACTIVE]
    middle = words[1:2] if len(words) > 2 else []  # noqa: PLR2004  the first is "not yet", the last "done"
    return kinds[0], (named or middle or [""])[0]


def _comment(text: str) -> str:
    """A text of Notion's, fit for a comment: on one line, without control characters."""
    return yaml_inline(text) if text else '""'
