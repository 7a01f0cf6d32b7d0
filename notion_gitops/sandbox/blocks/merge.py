"""Putting new blocks in the place of old ones, where what stays the same keeps its ids.

As observed of Notion: after a whole page was replaced by nearly the same Markdown all its blocks
had their old ids, the one with the changed text too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.blocks.store import (
    CHILD_DATABASE,
    CHILD_PAGE,
    Draft,
    Node,
    insert_draft,
    set_trashed,
    write_content,
)

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call

Reading = Callable[[Node], Sequence[Draft]]
"""What a block in the file counts as when it is compared with new ones."""

_IN_PAGE = frozenset({CHILD_PAGE, CHILD_DATABASE})


def as_itself(node: Node) -> Sequence[Draft]:
    """The block as it is in the file."""
    identity = node.id if node.kind in _IN_PAGE else None
    children = tuple(one for child in node.children for one in as_itself(child))
    return (Draft(node.kind, node.content, children, identity),)


def pages_in(nodes: Iterable[Node]) -> list[Node]:
    """The pages and databases among blocks, at any depth."""
    return [one for node in nodes for one in node.all() if one.kind in _IN_PAGE]


def referred_by(drafts: Iterable[Draft]) -> frozenset[str]:
    """The ids of the blocks, pages and databases that new blocks refer to, at any depth."""
    found: set[str] = set()
    for draft in drafts:
        found |= referred_by(draft.children)
        if draft.identity is not None:
            found.add(draft.identity)
    return frozenset(found)


def replace_under(
    call: Call, parent: str, old: Sequence[Node], new: Sequence[Draft], reading: Reading
) -> None:
    """Put new blocks in the place of the old ones of a page or block.

    Pages and databases in it that are no longer named lose their place, but not their life: to
    trash them is for the caller.

    Args:
        call: the request.
        parent: id of the page or block.
        old: the blocks that are there.
        new: the blocks that shall be there.
        reading: what an old block counts as; one that reads as several blocks is kept if all of
            them are there.
    """
    _Replacement(call, reading, referred_by(new)).carry_out(parent, old, new)


@dataclass(frozen=True, slots=True)
class _Replacement:
    call: Call
    reading: Reading
    spared: frozenset[str]  # ids of blocks that go to another place

    def carry_out(self, parent: str, old: Sequence[Node], new: Sequence[Draft]) -> None:
        pairing = _paired(old, new, self.reading)
        for node in pairing.gone:
            if node.id not in self.spared and node.kind not in _IN_PAGE:
                set_trashed(self.call, node.id, trashed=True)
        for at, pair in enumerate(pairing.kept, 1):
            self._put(parent, float(at), pair)

    def _put(self, parent: str, place: float, pair: _Pair) -> None:
        draft, node = pair.draft, pair.node
        if node is None and draft is not None:
            self._insert(parent, place, draft)
        elif node is not None:
            if node.place != place:
                _place(self.call, node.id, parent, place)
            if draft is not None and draft.identity is None:
                if dumps(node.content) != dumps(draft.content):
                    write_content(self.call, node.id, draft.content)
                self.carry_out(node.id, node.children, draft.children)

    def _insert(self, parent: str, place: float, draft: Draft) -> None:
        if draft.identity is not None:
            _place(self.call, draft.identity, parent, place)
        else:
            made = insert_draft(self.call, parent, place, Draft(draft.kind, draft.content))
            for at, child in enumerate(draft.children, 1):
                self._insert(made, float(at), child)


def _place(call: Call, identity: str, parent: str, place: float) -> None:
    call.store.write(
        "UPDATE blocks SET parent=?, place=?, in_trash=0 WHERE id=?", (parent, place, identity)
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """A block of the new order; no draft: it stays as it is; no node: it is to be made."""

    draft: Draft | None
    node: Node | None


@dataclass(slots=True)
class _Pairing:
    """The new order while it is found, and the old blocks that are not in it."""

    kept: list[_Pair] = field(default_factory=list)
    gone: list[Node] = field(default_factory=list)

    def between(self, old: list[Node], new: Sequence[Draft]) -> None:
        """Between two blocks that stay: the next old one of the same type takes new content."""
        rest = list(old)
        for draft in new:
            node = next((one for one in rest if _may_become(one, draft)), None)
            if node is not None:
                rest.remove(node)
            self.kept.append(_Pair(draft, node))
        self.gone.extend(rest)


def _paired(old: Sequence[Node], new: Sequence[Draft], reading: Reading) -> _Pairing:
    forms = [(node, [_form(draft) for draft in reading(node)]) for node in old]
    flat = [form for _, known in forms for form in known]
    matcher = SequenceMatcher(None, flat, [_form(draft) for draft in new], autojunk=False)
    found = {a + n: b + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    pairing = _Pairing()
    at, done = 0, 0
    waiting: list[Node] = []
    for node, known in forms:
        places = [found.get(at + step) for step in range(len(known))]
        at += len(known)
        first = places[0] if places else None
        if first is None or places != list(range(first, first + len(known))):
            waiting.append(node)
            continue
        pairing.between(waiting, new[done:first])
        pairing.kept.append(_Pair(None, node))
        waiting, done = [], first + len(known)
    pairing.between(waiting, new[done:])
    return pairing


def _form(draft: Draft) -> str:
    if draft.identity is not None:
        return f"{draft.kind} {draft.identity}"
    inner = "".join(f"({_form(child)})" for child in draft.children)
    return f"{draft.kind} {dumps(draft.content)}{inner}"


def _may_become(node: Node, draft: Draft) -> bool:
    if draft.identity is not None:
        return node.id == draft.identity
    return node.kind == draft.kind
