"""Who is who: `state/people.yaml`."""

from uuid import UUID

from notion_gitops.formats.nodes import Table
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.mapping.document import as_table, check_form
from notion_gitops.mapping.problems import Problems, Seen
from notion_gitops.mapping.schemas import people_schema
from notion_gitops.mapping.view import View
from notion_gitops.model.people import People, Person

_TWICE = ("this person has another alias already", "keep one alias for each person")


def load_people(text: str, file: str) -> People:
    """The directory of people.

    Args:
        text: of the file, without a byte order mark.
        file: named in the places.

    Raises:
        InvalidInput: with all that is wrong with it; two aliases of one user or one e-mail too.
    """
    problems = Problems()
    table = as_table(parse_yaml(text, file), file, "format_version", problems)
    if table is not None:
        check_form(table, people_schema(), problems)
    section = View(table, problems).view("people")
    people: dict[str, Person] = {}
    users = Seen()
    emails = Seen()
    for entry in section.entries():
        view = View(entry.value if isinstance(entry.value, Table) else None, problems)
        user, email = view.scalar("user"), view.scalar("email")
        if user is None:
            continue
        user_id = str(UUID(user.text))
        problems.once_as(users, user_id, user, _TWICE)
        if email is not None:
            problems.once_as(emails, email.text.casefold(), email, _TWICE)
        alias = entry.key.text
        address = None if email is None else email.text
        people[alias] = Person(alias, user_id, name=view.text("name") or "", email=address)
    problems.raise_any()
    return People(people)
