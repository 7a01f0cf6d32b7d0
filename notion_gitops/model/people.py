"""Who is who: the alias in record files, the user in Notion."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """One entry of state/people.yaml."""

    alias: str
    user_id: str  # Notion's, with dashes
    name: str = ""
    email: str | None = None  # only if the team wants it there, or as Notion's user list says
    integration: bool | None = None  # no person, as Notion's user list says; None: it was not read


@dataclass(frozen=True, slots=True)
class People:
    """The directory of people, looked up from either side."""

    by_alias: Mapping[str, Person] = field(default_factory=dict)
    complete: bool = True  # False: Notion's own list was not read, which knows more addresses

    @property
    def names(self) -> frozenset[str]:
        """All that somebody can be called by in a record: aliases and e-mails."""
        emails = (p.email for p in self.by_alias.values() if p.email)
        return frozenset((*self.by_alias, *emails))

    def alias_of(self, user_id: str) -> str:
        """The alias of a Notion user, else ``user:ID``."""
        for person in self.by_alias.values():
            if person.user_id == user_id:
                return person.alias
        return f"user:{user_id}"

    def user_id_of(self, name: str) -> str | None:
        """The Notion user id of an alias, an e-mail or ``user:ID``; None if nobody has it."""
        if name.startswith("user:"):
            return name.removeprefix("user:")
        if name in self.by_alias:
            return self.by_alias[name].user_id
        lowered = name.casefold()
        for person in self.by_alias.values():
            if person.email and person.email.casefold() == lowered:
                return person.user_id
        return None
