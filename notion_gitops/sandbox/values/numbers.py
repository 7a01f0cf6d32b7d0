"""The forms that numbers can have, and the prefixes of unique ids."""

from __future__ import annotations

from notion_gitops.sandbox.basics.messages import failed_validation

FORMATS = (
    "number", "number_with_commas", "percent", "dollar", "australian_dollar", "canadian_dollar",
    "singapore_dollar", "euro", "pound", "yen", "ruble", "rupee", "won", "yuan", "real", "lira",
    "rupiah", "franc", "hong_kong_dollar", "new_zealand_dollar", "krona", "norwegian_krone",
    "mexican_peso", "rand", "new_taiwan_dollar", "danish_krone", "zloty", "baht", "forint",
    "koruna", "shekel", "chilean_peso", "philippine_peso", "dirham", "colombian_peso", "riyal",
    "ringgit", "leu", "argentine_peso", "uruguayan_peso", "peruvian_sol",
)  # fmt: skip
"""As the official client's last types list them that do so (2022-06-28)."""

_MAX_PREFIX = 100  # characters; Notion's own limit is not known


def checked_format(given: object, path: str) -> str:
    """The format of a number.

    Raises:
        ApiError: 400 for one that Notion does not have.
    """
    if not isinstance(given, str) or given not in FORMATS:
        known = ", ".join(f'`"{one}"`' for one in FORMATS)
        raise failed_validation(path, f"one of {known}", given)
    return given


def checked_prefix(given: object, path: str) -> str | None:
    """The prefix of a unique id.

    Raises:
        ApiError: 400 for anything but letters and digits, or null.
    """
    if given is None:
        return None
    if not isinstance(given, str) or not given.isalnum():
        raise failed_validation(path, "letters and digits or `null`", given)
    if len(given) > _MAX_PREFIX:
        raise failed_validation(f"{path}.length", f"≤ `{_MAX_PREFIX}`", len(given))
    return given
