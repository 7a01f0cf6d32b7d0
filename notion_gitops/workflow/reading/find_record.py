"""Which record is meant: by its key, the beginning of a key, or its page's id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.model.nearest import nearest
from notion_gitops.notion.ids import parse_id
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.text.words import listed
from notion_gitops.workflow.naming import require_mapping

_NAMED = 5  # records in a message


@dataclass(frozen=True, slots=True)
class Names:
    """What the records of one mapping can be called."""

    keys: frozenset[str]
    pages: Mapping[str, str]  # page id -> key


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed: ``[MAPPING] KEY [FIELD]``."""

    key: str
    mapping: str = ""  # "" if it was left out
    field: str = ""  # "" for all of them


def read_words(words: tuple[str, ...], mappings: Iterable[str]) -> Words:
    """Tell mapping, key and field apart; ``MAPPING/KEY`` is two words in one.

    Raises:
        UsageError: there are too few or too many, or no mapping is called so.
    """
    known = set(mappings)
    split = words
    if words and "/" in words[0] and words[0].partition("/")[0] in known:
        split = (*words[0].split("/", 1), *words[1:])
    match split:
        case (key,):
            return Words(key)
        case (key, field) if key not in known and parse_id(key) is not None:
            return Words(key, field=field)
        case (name, key):
            require_mapping(name, known)
            return Words(key, name)
        case (name, key, field):
            require_mapping(name, known)
            return Words(key, name, field)
        case _:
            fix = "Write MAPPING KEY, and a field after it to see that alone."
            raise UsageError(Diagnostic("say which record is meant", fix=fix))


def find_record(names: Mapping[str, Names], words: Words, again: FollowUp) -> tuple[str, str]:
    """The mapping and the key of the record that is meant.

    Args:
        names: what the records are called, by mapping.
        words: which one is meant.
        again: how the commands that follow are typed.

    Raises:
        UsageError: there is none, or there are several; with the nearest keys.
    """
    inside = {n: each for n, each in names.items() if words.mapping in ("", n)}
    page = parse_id(words.key)
    if page is not None:
        found = [(n, each.pages[page]) for n, each in inside.items() if page in each.pages]
    else:
        found = _by_key(inside, words.key)
    if len(found) == 1:
        return found[0]
    if found:
        shown = listed([f"{name}/{key}" for name, key in found], _NAMED)
        raise UsageError(Diagnostic(f'"{words.key}" can be {shown}', fix="Write more of it."))
    if page is not None:
        fix = f"A page that is not taken in yet has no story: {again.command('plan')} tells of it."
    else:
        near = _nearest(inside, words.key)
        fix = near or f"{again.command('plan --full')} lists what is known."
    raise UsageError(Diagnostic(_unknown(words, page), fix=fix))


def _by_key(names: Mapping[str, Names], word: str) -> list[tuple[str, str]]:
    """The records with that key; if there is none, those whose keys begin so."""
    exact = [(name, word) for name, each in names.items() if word in each.keys]
    if exact:
        return exact
    folded = word.casefold()
    return [
        (name, key)
        for name, each in names.items()
        for key in sorted(each.keys)
        if word and key.casefold().startswith(folded)
    ]


def _unknown(words: Words, page: str | None) -> str:
    where = words.mapping or "any mapping"
    if page is not None:
        return f"no record of {where} has the page {page}"
    return f'there is no record "{words.key}" in {where}'


def _nearest(names: Mapping[str, Names], word: str) -> str:
    near = {n: key for n, each in names.items() if (key := nearest(word, each.keys)) is not None}
    shown = " or ".join(f"{name}/{key}" for name, key in near.items())
    return f"Did you mean {shown}?" if near else ""
