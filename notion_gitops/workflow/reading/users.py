"""Who is who: the directory of the workspace, with the e-mails of Notion's own list."""

from collections.abc import Mapping
from dataclasses import replace

from notion_gitops.model.errors import NotPermitted, TokenRefused
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.people import People, Person
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
    fields = (f for m in mappings.values() for f in m.fields.values())
    if not any(f.type is PropertyType.PEOPLE for f in fields):
        return people, True
    try:
        users = gateway.users()
    except TokenRefused:
        raise
    except NotPermitted:
        return people, False
    emails = {u["id"]: (u.get("person") or {}).get("email") for u in users}
    known = {
        alias: replace(p, email=p.email or emails.get(p.user_id))
        for alias, p in people.by_alias.items()
    }
    taken = {p.user_id for p in known.values()}
    others = {
        f"user:{u['id']}": Person(f"user:{u['id']}", u["id"], u.get("name") or "", emails[u["id"]])
        for u in users
        if u["id"] not in taken
    }
    return People({**known, **others}), True
