"""Codecs of select, multi-select and status: words in git, options in Notion.

Options are told apart by their ids, so that one that was renamed in Notion stays the same word.
"""

from collections.abc import Iterable

from notion_gitops.model.mapping import PropertyType
from notion_gitops.model.nearest import nearest
from notion_gitops.model.values import Value
from notion_gitops.notion.carrying import Context, NotCarried
from notion_gitops.notion.failures import Json

MAX_MEMBERS = 100
"""Members of one property in one request (Notion's documentation, "Request limits")."""


def decode_option(prop: Json, context: Context) -> Value:
    """The word of the chosen option."""
    chosen = prop[prop["type"]]
    return None if chosen is None else _word(chosen, context)


def encode_option(value: Value, context: Context) -> Json | None:
    """The option that a word stands for, by its id."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise NotCarried(f"one option is expected, not {type(value).__name__}")
    return _option(value, context)


def decode_options(prop: Json, context: Context) -> Value:
    """The words of all chosen options."""
    return frozenset(_word(chosen, context) for chosen in prop["multi_select"]) or None


def encode_options(value: Value, context: Context) -> list[Json]:
    """The options in the order that they have in Notion, new members at the end."""
    old = (context.previous or {}).get("multi_select") or []
    words = in_order(sorted(members(value)), (_word(chosen, context) for chosen in old))
    return [_option(word, context) for word in words]


def members(value: Value) -> frozenset[str]:
    """The members of a set.

    Raises:
        NotCarried: it is none, or has more than Notion takes.
    """
    match value:
        case None:
            return frozenset()
        case frozenset() if len(value) > MAX_MEMBERS:
            raise NotCarried(f"it has {len(value)} members, and Notion takes {MAX_MEMBERS}")
        case frozenset():
            return value
        case _:
            raise NotCarried(f"a list is expected, not {type(value).__name__}")


def in_order(wanted: Iterable[str], before: Iterable[str]) -> list[str]:
    """The wanted members: those of before in their old order, then the new ones in theirs."""
    new = dict.fromkeys(wanted)
    kept = [member for member in dict.fromkeys(before) if member in new]
    return kept + [member for member in new if member not in set(kept)]


def _word(chosen: Json, context: Context) -> str:
    """What git calls an option."""
    name = str(chosen["name"])
    known = context.schema.option_name(chosen["id"], name)
    if known is None:
        raise NotCarried(
            f'"{name}" was the name of another option before',
            fix=f'Rename one of the two options of "{context.schema.name}" in Notion, so that '
            "each has a name of its own.",
            check="unknown option",
        )
    values = context.field.values
    if values is None:
        return known
    for word, option in values.items():
        if option == known:
            return word
    raise NotCarried(
        f'"{name}" in Notion stands for no word in git',
        fix=f"Add a line to `values:` of {context.field.name}, such as "
        f'"{name.casefold().replace(" ", "-")}: {name}".',
        check="unknown option",
    )


def _option(word: str, context: Context) -> Json:
    """What Notion calls a word: the option's id, or the name of one to be created."""
    values = context.field.values
    name = word if values is None else values.get(word)
    if name is None:
        raise NotCarried(f'"{word}" is none of its words', fix=_meant(word, values or {}))
    identity = context.schema.option_id(name)
    if identity is not None:
        return {"id": identity}
    _check_new(name, context)
    return {"name": name}


def _check_new(name: str, context: Context) -> None:
    options = context.schema.options
    twin = next((o for o in options if o.casefold() == name.casefold()), None)
    status = context.field.type is PropertyType.STATUS
    if twin is None and context.field.new_options and not status:
        if "," in name:
            raise NotCarried(f'"{name}" holds a comma, and names of options may not')
        return
    ways = [f'Did you mean "{twin}"?' if twin else _meant(name, options)]
    if context.field.values is not None:  # a word of the mapping, so the option is meant
        ways.append("To add what the mapping names: notion-gitops schema plan.")
    elif not status:
        ways.append("Or write `new_options: allow`, if new ones may be created.")
    raise NotCarried(
        f'"{context.schema.name}" has no option "{name}"',
        fix=" ".join(ways),
        check="unknown option",
    )


def _meant(word: str, words: Iterable[str]) -> str:
    known = sorted(words)
    if not known:
        return "It has no options yet."
    near = nearest(word, known)
    return f'Did you mean "{near}"?' if near else f"Choose one of: {', '.join(known)}."
