"""Records of the base that git holds nowhere, while something in git cannot be read.

What cannot be read may be any of them, under another key. So none of them counts as deleted: it is
as unreadable as the place where it may stand. Only what is one known record for sure, alone under a
key of the base, is no other one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.records.reading import Unreadable
from notion_gitops.text.words import listed

_NAMED = 5  # keys in a message


@dataclass(frozen=True, slots=True)
class Unseen:
    """Records of the base that git holds nowhere, and what may be them."""

    files: Mapping[str, str] = field(default_factory=dict)  # by key, as the base has them
    perhaps: tuple[Unreadable, ...] = ()  # in the order of their places

    @property
    def keys(self) -> frozenset[str]:
        """Their keys."""
        return frozenset(self.files)

    def without(self, found: Collection[str]) -> "Unseen":
        """The others, once it is known where some of them stand."""
        files = {key: file for key, file in self.files.items() if key not in found}
        return Unseen(files, self.perhaps)

    @property
    def unreadable(self) -> dict[str, tuple[Diagnostic, ...]]:
        """What is wrong with each: with its own file, else with the first that may be it."""
        at = {each.path: each.diagnostics for each in self.perhaps if each.key is None}
        own = {key: at[file] for key, file in self.files.items() if file in at}
        others = sorted(self.files.keys() - own.keys())
        told = (_may_be(others, self.perhaps[0]),) if others else ()
        return {**own, **dict.fromkeys(others, told)}


def find_unseen(
    base: Mapping[str, str], here: Collection[str], lost: Iterable[Unreadable]
) -> Unseen:
    """The records of the base that may be among those that cannot be read.

    Args:
        base: the file of each record, by key.
        here: keys that git holds, read or not.
        lost: what cannot be read.
    """
    perhaps = tuple(sorted((u for u in lost if u.whose not in base), key=_place))
    files = {key: file for key, file in base.items() if key not in here} if perhaps else {}
    return Unseen(files, perhaps)


def _place(each: Unreadable) -> tuple[str, int, int]:
    place = each.diagnostics[0].place
    return (place.file, place.line, place.column) if place else (each.path, 0, 0)


def _may_be(keys: list[str], what: Unreadable) -> Diagnostic:
    is_gone, it_was = ("is", "it was") if len(keys) == 1 else ("are", "they were")
    return Diagnostic(
        f"{listed(keys, _NAMED)} {is_gone} gone from git, and may be what cannot be read here",
        what.diagnostics[0].place or Place(what.path),
        fix=f"Put right what is wrong here. If {it_was} deleted, that is carried out then.",
    )
