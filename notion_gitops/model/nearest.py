"""The right word for a mistyped one."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` most likely stands for, None if none resembles it."""
    known = {candidate.casefold(): candidate for candidate in sorted(candidates, reverse=True)}
    found = get_close_matches(word.casefold()[:100], known, n=1, cutoff=0.6)
    return known[found[0]] if found else None
