"""The check for near duplicates: records whose titles are one slip of the finger apart."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from notion_gitops.engine.checks.scope import Scope
from notion_gitops.model.mapping import CheckKind
from notion_gitops.model.plan import Finding

_WORD = re.compile(r"[^\W_]+")
_LONG = 6  # letters of a word in which one may be wrong: "plan" and "plant" are two things
_CHARACTERS = 200  # of a text that are looked at


def similar(scope: Scope) -> Iterator[Finding]:
    """Records whose texts have the same words, but for one letter of one long word.

    Case, marks, blanks and the order of the words count for nothing; digits count in full:
    "Sprint 24" and "Sprint 25" are two things. What differs in case alone is left to `unique`
    where that is declared.
    """
    (name,) = scope.rule.fields
    texts = {r.key: v.strip() for r in scope.own() if isinstance(v := r.value(name), str)}
    unique = any(
        rule.kind is CheckKind.UNIQUE and rule.fields == (name,) for rule in scope.mapping.checks
    )
    for keys in _alike(texts):
        if not unique or len({texts[key].casefold() for key in keys}) > 1:
            yield scope.finding(
                keys,
                f"{name} is much alike{_shown(scope, name, [texts[key] for key in keys])}",
                why="They may be one thing that was written down twice, each with half its story.",
                fix="If they are one: move what is missing to one of them, and the other to the "
                "trash. If they are two: give them names that tell them apart.",
            )


def _alike(texts: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The keys of texts that are alike, in groups.

    Texts are filed under their words, and under their words but for one long one. Where several
    meet, they are filed under that word with one letter taken out, and those that meet there are
    joined. No two texts are compared, so that the cost grows with their number.
    """
    joined: dict[str, str] = {}  # key -> another key of its group; a group's root has none

    def root(key: str) -> str:
        while key in joined:
            above = joined[key]
            joined[key] = joined.get(above, above)  # the way is half as long next time
            key = above
        return key

    for group in _meeting(texts):
        one = root(group[0])
        for key in group[1:]:
            if (other := root(key)) != one:
                joined[other] = one
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for key in joined.keys() | set(joined.values()):
        groups[root(key)].append(key)
    return sorted(tuple(sorted(group)) for group in groups.values())


def _meeting(texts: Mapping[str, str]) -> Iterator[list[str]]:
    """Groups of keys whose texts are alike; a key may be in several."""
    same: defaultdict[str, list[str]] = defaultdict(list)
    first: dict[str, tuple[str, str]] = {}  # nearly all stay alone
    but_for_one: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, text in texts.items():
        words = sorted(_WORD.findall(text[:_CHARACTERS].casefold()))
        if words:
            same[" ".join(words)].append(key)
        for position, word in enumerate(words):
            if len(word) >= _LONG - 1 and word.isalpha():
                rest = " ".join(words[:position] + words[position + 1 :])
                if rest in first:
                    but_for_one[rest].append((word, key))
                else:
                    first[rest] = (word, key)
    yield from (keys for keys in same.values() if len(keys) > 1)
    for rest, others in but_for_one.items():
        slips: defaultdict[str, list[str]] = defaultdict(list)
        for word, key in (first[rest], *others):
            for slip in _slips(word):
                slips[slip].append(key)
        yield from (keys for keys in slips.values() if len(keys) > 1)


def _slips(word: str) -> set[str]:
    """The word, and if it is long what is left of it without one of its letters."""
    without = (word[:at] + word[at + 1 :] for at in range(len(word)))
    return {word, *without} if len(word) >= _LONG else {word}


def _shown(scope: Scope, name: str, texts: list[str]) -> str:
    if scope.hides(name):
        return ""
    different = list(dict.fromkeys(texts))
    more = f" and {len(different) - 2} more" if len(different) > 2 else ""  # noqa: PLR2004  shown
    return ": " + " and ".join(f'"{text}"' for text in different[:2]) + more
