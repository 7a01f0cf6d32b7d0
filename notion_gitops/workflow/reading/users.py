"""Who is who: the directory of the workspace, with the e-mails of Notion's own list."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from notion_gitops.model.errors import NotPermitted, TokenRefused
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.people import People, Person
from notion_gitops.notion.failures import Json
from notion_gitops.notion.gateway import Gateway

UNREADABLE = (
    "The connection may not read user information, so people are taken from Notion by alias or "
    "user:ID, and never written there."
)


def with_users(
    gateway: Gateway, people: People, mappings: Mapping[str, DatabaseMapping]
) -> tuple[People, bool]:
    """The directory with the e-mails of Notion's own list, and whether that could be read.

    It is asked for only if a mapping has people, and once in a run.

    Raises:
        TokenRefused: the token is refused.
    """
    if not _have_people(mappings):
        return people, True
    users = _listed(gateway)
    if users is None:
        return people, False
    listed = {person.user_id: person for person in map(_person, users)}
    known = {alias: _completed(p, listed.get(p.user_id)) for alias, p in people.by_alias.items()}
    taken = {p.user_id for p in known.values()}
    others = {p.alias: p for p in listed.values() if p.user_id not in taken}
    return People({**known, **others}), True


def known_users(
    gateway: Gateway,
    people: People,
    mappings: Mapping[str, DatabaseMapping],
    wanted: Collection[str],
) -> dict[str, Person]:
    """Who each user is, by id: as the directory says, else as Notion does.

    Notion's own list is asked for only if somebody is not known, and it was not read before since
    no mapping has people.

    Args:
        gateway: the way to Notion.
        people: the directory, with what `with_users` added.
        mappings: all of them.
        wanted: the ids of users who are going to be named.
    """
    known = {p.user_id: p for p in people.by_alias.values()}
    if _have_people(mappings) or known.keys() >= set(wanted):
        return known
    return {person.user_id: person for person in map(_person, _listed(gateway) or ())} | known


def _person(user: Json) -> Person:
    """One user of Notion's list, which no alias was given."""
    email = (user.get("person") or {}).get("email")
    integration = user.get("type") == "bot"
    return Person(f"user:{user['id']}", user["id"], user.get("name") or "", email, integration)


def _completed(person: Person, listed: Person | None) -> Person:
    if listed is None:
        return person
    return replace(person, email=person.email or listed.email, integration=listed.integration)


def _have_people(mappings: Mapping[str, DatabaseMapping]) -> bool:
    fields = (f for m in mappings.values() for f in m.fields.values())
    return any(f.type is PropertyType.PEOPLE for f in fields)


def _listed(gateway: Gateway) -> list[Json] | None:
    """Notion's list of users; None if the connection may not read it."""
    try:
        return gateway.users()
    except TokenRefused:
        raise
    except NotPermitted:
        return None
