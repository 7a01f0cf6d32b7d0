"""Sizes of files as people write them."""

from __future__ import annotations

import re

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_FORM = re.compile(r"([1-9][0-9]{0,12}) ?(?:(?:([KMG])i?)?B)?", re.IGNORECASE)


def bytes_of(text: str) -> int:
    """The bytes of a size such as `5000000` or `20MB`; a megabyte has 1024 * 1024, as Notion's has.

    Raises:
        ValueError: it is no size.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no size such as 20MB")
    return int(found[1]) * _UNITS[(found[2] or "").upper()]
