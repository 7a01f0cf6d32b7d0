"""`to_git:` and `to_notion:` of a mapping, applied to canonical values."""

from typing import Any

from notion_gitops.formats.dates import NotADate, read_date
from notion_gitops.model.expressions import Expression, ExpressionFailed
from notion_gitops.model.mapping import SETS, Field, PropertyType
from notion_gitops.model.values import Value, to_plain
from notion_gitops.notion.carrying import Context, NotCarried

_DATES = frozenset({
    PropertyType.DATE, PropertyType.CREATED_TIME, PropertyType.LAST_EDITED_TIME,
})  # fmt: skip


def to_git(value: Value, context: Context) -> Value:
    """What a value of Notion's is called in git.

    Raises:
        NotCarried: the transform fails, or gives what the field cannot hold.
    """
    transform = context.field.to_git
    return value if transform is None else _applied(transform, value, context)


def to_notion(value: Value, context: Context) -> Value:
    """What a value of git's is called in Notion.

    Raises:
        NotCarried: the transform fails, gives what the field cannot hold, or its way back
            gives another value, which would then come back as an edit.
    """
    transform = context.field.to_notion
    if transform is None:
        return value
    there = _applied(transform, value, context)
    if context.field.to_git is not None and (back := to_git(there, context)) != value:
        raise NotCarried(
            f"{to_plain(value)!r} becomes {to_plain(there)!r} in Notion, and that would come "
            f"back as {to_plain(back)!r}",
            fix=f"Make to_git undo to_notion in the mapping's field {context.field.name}.",
            check="transform",
        )
    return there


def _applied(transform: Expression, value: Value, context: Context) -> Value:
    if value is None:
        return None  # empty stays empty, on both sides
    try:
        return _from_plain(transform(value=to_plain(value)), context)
    except ExpressionFailed as error:
        raise NotCarried(
            f"{transform.source} fails: {error}",
            fix=f"Correct it at {transform.place}.",
            check="transform",
        ) from error


def _from_plain(plain: Any, context: Context) -> Value:
    """Plain data as the canonical value of the field's type."""
    field = context.field
    match plain:
        case None | "":
            return None
        case [*members] if field.type in SETS and all(isinstance(m, str) for m in members):
            return frozenset(members) or None
        case str() if field.type in _DATES:
            return _date(plain, context)
        case bool() if field.type is PropertyType.NUMBER:
            raise _unfit(plain, field)
        case str() | bool() | int() | float() if field.type not in SETS | _DATES:
            return plain
        case _:
            raise _unfit(plain, field)


def _date(text: str, context: Context) -> Value:
    try:
        return read_date(text, context.zone.key)
    except NotADate as error:
        raise NotCarried(f"the transform gives no date: {error}", check="transform") from error


def _unfit(plain: Any, field: Field) -> NotCarried:
    return NotCarried(
        f"the transform gives {plain!r:.60}, which a {field.type} cannot hold", check="transform"
    )
