"""The people that `init` finds in the pages of databases, and the aliases that they get."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from notion_gitops.formats.atomic import write_bytes
from notion_gitops.formats.inside import read_inside
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.formats.yaml_write import yaml_inline
from notion_gitops.mapping.naming import free
from notion_gitops.mapping.people import load_people
from notion_gitops.model.mapping import PropertyType
from notion_gitops.model.people import People, Person
from notion_gitops.text.slugs import slug
from notion_gitops.text.words import count, listed
from notion_gitops.workflow.reading.survey import Found
from notion_gitops.workflow.workspace import PEOPLE

_HEAD = """\
# Who is who: the alias used in record files, and the user in Notion.
format_version: 1
"""
NO_PEOPLE = f"{_HEAD}people: {{}}\n"

_LONGEST = 40
_NAMED = 6


def find_people(found: Iterable[Found]) -> dict[str, str]:
    """The names of the people that stand in pages, by user id; "" if Notion does not say it."""
    names: dict[str, str] = {}
    for one in found:
        for prop in one.schema.properties.values():
            if prop.type == PropertyType.PEOPLE:
                for value in one.values(prop):
                    names |= {user["id"]: _name(user) for user in value or []}
    return names


def note_people(root: Path, names: Mapping[str, str]) -> str:
    """Write who is who, if nobody has said so before; what a person has to know of it.

    Args:
        root: of the repository.
        names: of the people found, by user id.
    """
    content = read_inside(root, PEOPLE)
    text = NO_PEOPLE if content is None else decode_utf8(content, PEOPLE)
    known = {p.user_id for p in load_people(text, PEOPLE).by_alias.values()}
    new = {user: name for user, name in names.items() if user not in known}
    if not new:
        return ""
    if text == NO_PEOPLE:
        write_bytes(root, PEOPLE, _text(_named(new)).encode())
        said = f"{count(len(new), 'person', 'people')} found in the pages: record files call them "
        return f"{said}by the aliases in {PEOPLE}. Make these your own before the first apply."
    lines = [_line(person) for person in _named(new).by_alias.values()]
    said = f"Not in {PEOPLE} yet, so that record files call them user:ID: "
    return said + listed(lines, _NAMED) + "."


def _name(user: Mapping[str, Any]) -> str:
    return str(user.get("name") or "")


def _named(names: Mapping[str, str]) -> People:
    """First names as aliases; whole names where a first one is that of several."""
    firsts = [slug(name.split()[0]) for name in names.values() if name.split()]
    people: dict[str, Person] = {}
    for user, name in sorted(names.items(), key=lambda pair: (pair[1].casefold(), pair[0])):
        first = slug(name.split()[0]) if name.split() else ""
        wished = first if firsts.count(first) == 1 else slug(name, _LONGEST)
        alias = free(wished or "person", people, "-")
        people[alias] = Person(alias, user, name)
    return People(people)


def _text(people: People) -> str:
    lines = "".join(f"  {_line(person)}\n" for person in people.by_alias.values())
    return f"{_HEAD}people:\n{lines}"


def _line(person: Person) -> str:
    named = {"name": person.name} if person.name else {}
    return f"{person.alias}: {yaml_inline({'user': person.user_id, **named})}"
