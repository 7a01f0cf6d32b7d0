"""Changing the columns of a data source, as requests ask for it.

The order in which a request names them means nothing: columns go first, then names change, then
all others are made and changed, relations after plain ones, and what is computed from others last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import ApiError, Json, failed_validation, invalid
from notion_gitops.sandbox.basics.nouns import Kind, Property, Source
from notion_gitops.sandbox.databases.configs import changed_config, new_config, retyped_config
from notion_gitops.sandbox.databases.entries import Entry, Wish, checked_name, read_entry, root_of
from notion_gitops.sandbox.databases.relations import drop_partner
from notion_gitops.sandbox.databases.rows import number_rows, save_properties
from notion_gitops.sandbox.values.retyping import retype_values
from notion_gitops.sandbox.values.shapes import look_up

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call

_NOT_BY_API = frozenset({Kind.BUTTON, Kind.VERIFICATION})
_COMPUTED = frozenset({Kind.FORMULA, Kind.ROLLUP})
_TITLE_ID = "title"


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to become of one column."""

    entry: Entry
    identity: str | None  # of the column as it is; None: a new one


def change_schema(call: Call, source: Source, given: object) -> Source:
    """Apply the `properties` of a request to the columns of a data source.

    Args:
        call: the request.
        source: the data source as it is.
        given: name or id to a config, or to null, which deletes the column.

    Raises:
        ApiError: 400 for a wrong form, a type that cannot be made, a title that would go.
    """
    if not isinstance(given, dict):
        raise failed_validation(root_of(call), "an object", given)
    changes = _changes(call, source, given)
    for name, config in given.items():
        if config is None:
            _delete(call, source.id, look_up(source, name), name)
    _rename(call, source.id, changes)
    computed = [change for change in changes if change.entry.kind in _COMPUTED]
    others = [change for change in changes if change not in computed]
    for change in sorted(others, key=lambda one: one.entry.kind is Kind.RELATION):
        _carry_out(call, source.id, change)
    _carry_out_computed(call, source.id, computed)
    _put_in_order(call, source.id, changes)
    return call.world.the_source(source.id)


def _changes(call: Call, source: Source, given: dict[str, Any]) -> list[_Change]:
    """The entries of a request, but for those that delete, each with its column."""
    changes, named = [], set()
    for key, config in given.items():
        prop = look_up(source, key)
        if prop is not None and prop.id in named:
            raise invalid(f"{prop.name} is named more than once.")
        if prop is not None:
            named.add(prop.id)
        elif config is not None:
            checked_name(key, f"{root_of(call)}.{key[:20]}")
        if config is not None:
            entry = read_entry(key, config, root_of(call), there=prop is not None)
            changes.append(_Change(entry, None if prop is None else prop.id))
    return changes


def _delete(call: Call, identity: str, prop: Property | None, name: str) -> None:
    if prop is None:
        raise invalid(f"{name} is not a property that exists.")
    if prop.kind is Kind.TITLE:
        raise invalid("Cannot delete the title property.")
    drop_partner(call, prop)
    call.store.write("DELETE FROM links WHERE property=?", (prop.id,))
    source = call.world.the_source(identity)
    save_properties(call, source, tuple(p for p in source.properties if p.id != prop.id))


def _rename(call: Call, identity: str, changes: list[_Change]) -> None:
    """Change all names at once, so that columns can swap theirs."""
    source = call.world.the_source(identity)
    wished = {c.identity: c.entry.name for c in changes if c.entry.name is not None}
    renamed = tuple(replace(p, name=wished.get(p.id) or p.name) for p in source.properties)
    taken = set()
    for name in [p.name for p in renamed] + [c.entry.key for c in changes if c.identity is None]:
        if name in taken:
            raise invalid(f"{name} is a property that exists already.")
        taken.add(name)
    if renamed != source.properties:
        save_properties(call, source, renamed)


def _carry_out_computed(call: Call, identity: str, waiting: list[_Change]) -> None:
    """Make and change columns that read others, perhaps one another, in an order that works."""
    while waiting:
        left, problem = [], None
        for change in waiting:
            try:
                _carry_out(call, identity, change)
            except ApiError as error:  # it may read a column that is still to be made
                problem = error
                left.append(change)
        if problem is not None and len(left) == len(waiting):
            raise problem
        waiting = left


def _carry_out(call: Call, identity: str, change: _Change) -> None:
    source, entry = call.world.the_source(identity), change.entry
    prop = None if change.identity is None else source.by_id.get(change.identity)
    if prop is None and change.identity is not None:  # went with the other side of its relation
        raise invalid(f"{entry.key} is not a property that exists.")
    kind = entry.kind
    if kind is None:
        return
    path = f"{entry.path}.{kind.value}"
    if prop is not None:
        wish = Wish(call, source, prop.id, prop.name, kind, entry.config, path)
        _update(wish, prop, entry.about)
        return
    own = _TITLE_ID if kind is Kind.TITLE else call.store.new_property_id()
    _create(Wish(call, source, own, entry.key, kind, entry.config, path), entry.about)


def _create(wish: Wish, about: Json) -> None:
    call, kind = wish.call, wish.kind
    if kind is Kind.TITLE and any(p.kind is Kind.TITLE for p in wish.source.properties):
        raise invalid("Cannot create a second title property.")
    if kind in _NOT_BY_API and not call.seeding:
        raise invalid(f"Cannot create a property of the type {kind.value}.")
    _only_unique_id(wish)
    prop = Property(wish.identity, wish.name, kind, new_config(wish), about.get("description"))
    # A two-way relation to the same data source has just added a column.
    source = call.world.the_source(wish.source.id)
    save_properties(call, source, (*source.properties, prop))
    if kind is Kind.UNIQUE_ID:
        number_rows(call, source, prop)


def _update(wish: Wish, prop: Property, about: Json) -> None:
    call, same = wish.call, wish.kind is prop.kind
    new = replace(prop, config=changed_config(wish, prop)) if same else _retyped(wish, prop)
    new = replace(new, description=about.get("description", prop.description))
    source = call.world.the_source(wish.source.id)
    save_properties(call, source, tuple(new if p.id == prop.id else p for p in source.properties))
    if wish.kind is Kind.UNIQUE_ID and not same:
        number_rows(call, source, new)


def _retyped(wish: Wish, prop: Property) -> Property:
    call, kind = wish.call, wish.kind
    if Kind.TITLE in {kind, prop.kind} or kind in _NOT_BY_API:
        raise invalid(f"Cannot change the type of {prop.name} to {kind.value}.")
    _only_unique_id(wish)
    config = retyped_config(wish, prop)
    drop_partner(call, prop)
    new = retype_values(call, wish.source, prop, replace(prop, kind=kind, config=config))
    call.store.write("DELETE FROM links WHERE property=?", (prop.id,))
    return new


def _only_unique_id(wish: Wish) -> None:
    """Refuse a second unique id: a data source has one at most."""
    has = any(p.kind is Kind.UNIQUE_ID for p in wish.source.properties)
    if wish.kind is Kind.UNIQUE_ID and has:
        raise invalid("Cannot create a second unique_id property.")


def _put_in_order(call: Call, identity: str, changes: list[_Change]) -> None:
    """Let new columns stand as the request names them, behind those that were there."""
    source = call.world.the_source(identity)
    places = {c.entry.key: at for at, c in enumerate(changes) if c.identity is None}
    ordered = tuple(sorted(source.properties, key=lambda p: places.get(p.name, -1)))
    if ordered != source.properties:
        save_properties(call, source, ordered)
