"""The fields of a mapping: each with its property, and what its type allows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from notion_gitops.formats.nodes import Entry, Scalar, Table
from notion_gitops.formats.schema import suggestion
from notion_gitops.mapping.conditions import VALUE_NAMES, compile_at
from notion_gitops.mapping.problems import Problems, Seen
from notion_gitops.mapping.view import View
from notion_gitops.model.mapping import COMPUTED, OPTIONS, Direction, Field, PropertyType

IN_EXPRESSIONS = frozenset(
    {"key", "today", "and", "or", "not", "in", "is", "if", "else", "true", "false", "none"}
    | {"True", "False", "None"}
)
_CREATABLE = frozenset({PropertyType.SELECT, PropertyType.MULTI_SELECT})


@dataclass(frozen=True, slots=True)
class FieldSet:
    """What is known of a mapping's fields, even if some of them are wrong."""

    fields: Mapping[str, Field]  # those that could be read
    names: tuple[str, ...]  # all, as written
    groups: Mapping[str, frozenset[str]]
    readable: bool  # False: a field is missing from `fields`, so nothing follows from absence

    def type_of(self, name: str) -> PropertyType | None:
        """The field's type; None if it is not known."""
        found = self.fields.get(name)
        return None if found is None else found.type


def read_fields(section: View, problems: Problems, *, mirror: bool) -> FieldSet:
    """The fields of one mapping, in the order of the file; `problems` takes what is wrong.

    Args:
        section: the table `fields`.
        problems: takes in all that is wrong with them.
        mirror: the mapping writes nothing to Notion.
    """
    fields: dict[str, Field] = {}
    groups: dict[str, set[str]] = {}
    names = []
    for entry in section.entries():
        name = entry.key.text
        names.append(name)
        _check_name(entry.key, problems)
        view = View(entry.value if isinstance(entry.value, Table) else None, problems)
        groups.setdefault(view.text("group") or "", set()).add(name)
        field = _field(entry, view)
        if field is not None:
            fields[name] = field
            _check_field(field, view, problems, mirror=mirror)
    _check_properties(section, problems)
    groups.pop("", None)
    frozen = {group: frozenset(members) for group, members in groups.items()}
    found = FieldSet(fields, tuple(names), frozen, readable=len(fields) == len(names))
    if section.table is not None:
        _check_title(section.table, found, problems)
    return found


def _check_name(key: Scalar, problems: Problems) -> None:
    if key.text in IN_EXPRESSIONS:
        fix = "choose another name; the property in Notion keeps its own"
        problems.at(key, f'"{key.text}" means something else in expressions', fix)


def _field(entry: Entry, view: View) -> Field | None:
    property_name, type_name = view.text("property"), view.text("type")
    if property_name is None or type_name is None:
        return None
    kind = PropertyType(type_name)
    usual = Direction.PULL if kind in COMPUTED else Direction.BOTH
    values = view.value("values")
    return Field(
        name=entry.key.text,
        property_name=property_name,
        type=kind,
        place=entry.key.place,
        direction=Direction(view.text("direction") or usual),
        required=view.value("required") is True,
        group=view.text("group"),
        to=view.text("to"),
        values=values,
        new_options=view.text("new_options") == "allow",
        sensitive=view.value("sensitive") is True,
        download=(view.text("download") or "").rstrip("/") or None,
        to_notion=compile_at(view.scalar("to_notion"), view.problems, VALUE_NAMES),
        to_git=compile_at(view.scalar("to_git"), view.problems, VALUE_NAMES),
    )


def _check_field(field: Field, view: View, problems: Problems, *, mirror: bool) -> None:
    for key, why in _misplaced(field, mirror=mirror):
        node = view.node(key)
        if node is not None:
            problems.at(node, why, f"remove {key}")
    if field.type is PropertyType.RELATION and view.table and view.table.get("to") is None:
        problems.at(
            view.table,
            "a relation must say which mapping it leads to",
            "add to: and the mapping's name",
        )
    _check_values(view, problems)
    if not field.computed:
        _check_direction(field, view, problems, mirror=mirror)


def _misplaced(field: Field, *, mirror: bool) -> Iterator[tuple[str, str]]:
    """The keys that a field of this type cannot have, and why."""
    kind = field.type
    if kind is not PropertyType.RELATION:
        yield "to", f"only a relation leads to a mapping, and this is {kind.value}"
    if kind not in OPTIONS:
        yield "values", f"only select, multi_select and status have options; this is {kind.value}"
    if kind not in _CREATABLE:
        yield "new_options", f"Notion creates no options in a property of type {kind.value}"
    if kind is not PropertyType.FILES:
        yield "download", f"only files can be downloaded, and this is {kind.value}"
    elif field.direction is Direction.PUSH:
        yield "download", "this field is not read from Notion"
    if field.computed:
        if field.direction is not Direction.PULL:
            yield "direction", f"Notion works out a {kind.value} itself, so it can only be pulled"
        yield "to_notion", f"nothing is written to a {kind.value}"
        yield "required", f"Notion works out a {kind.value} itself, so nobody can fill it in"
    elif field.direction is Direction.PULL or mirror:
        yield "to_notion", "this field is not written to Notion"


def _check_values(view: View, problems: Problems) -> None:
    """Two words for one option: what Notion says could not be read back."""
    seen = Seen()
    for entry in view.view("values").entries():
        option = entry.value
        if isinstance(option, Scalar) and problems.well_formed(option):
            summary = f'two words stand for the option "{option.text}"'
            problems.once(seen, option, summary, "keep one of the two")


def _check_direction(field: Field, view: View, problems: Problems, *, mirror: bool) -> None:
    direction, to_notion, to_git = (view.scalar(k) for k in ("direction", "to_notion", "to_git"))
    if mirror:
        if direction is not None and field.direction is Direction.PUSH:
            summary = "a mirror writes nothing to Notion, so nothing can be pushed"
            problems.at(direction, summary, "write pull, or mode: two-way")
        return
    if field.direction is not Direction.PULL and to_git is not None and to_notion is None:
        problems.at(to_git, "to_git alone cannot be undone on the way to Notion", "add to_notion")
    if field.direction is Direction.BOTH and to_notion is not None and to_git is None:
        fix = "add to_git, or direction: push"
        problems.at(to_notion, "to_notion alone cannot be undone on the way to git", fix)


def _check_properties(section: View, problems: Problems) -> None:
    seen = Seen()
    for entry in section.entries():
        view = View(entry.value if isinstance(entry.value, Table) else None, problems)
        name = view.scalar("property")
        if name is not None:
            summary = f'two fields are the property "{name.text}"'
            problems.once(seen, name, summary, "remove one of the two fields")


def _check_title(table: Table, found: FieldSet, problems: Problems) -> None:
    titles = [f for f in found.fields.values() if f.type is PropertyType.TITLE]
    if not titles and found.readable and found.fields:
        fix = "add the property that names the pages, as in title: {property: Name, type: title}"
        problems.at(table, "no field is the title, and every database has one", fix)
    for extra in titles[1:]:
        entry = table.entry(extra.name)
        first = table.entry(titles[0].name)
        if entry is not None and first is not None:
            summary = "two fields are titles, and a database has one title"
            problems.at(entry.key, summary, "give one its own type", also=first.key)


def known_field(
    name: Scalar | None, owner: FieldSet, problems: Problems, whose: str = ""
) -> str | None:
    """The name, if such a field exists; else None, and `problems` knows."""
    if name is None:
        return None
    if name.text in owner.names:
        return name.text
    problems.at(name, f'unknown field "{name.text}"{whose}', suggestion(name.text, owner.names))
    return None
