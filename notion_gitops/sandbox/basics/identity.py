"""Identifiers: made from a seed, so that the same run gives the same ids everywhere."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote, unquote

_PROPERTY_ALPHABET = "".join(chr(c) for c in range(33, 127) if chr(c) not in "%/\"'")
_UNRESERVED = "!'()*"  # what encodeURIComponent leaves alone beside what quote() does
_HEX32 = re.compile(r"[0-9a-f]{32}")
_VARIANTS = "89ab"
_SHARED_PREFIX = 12  # hex digits that pages of one data source have in common


def digest(*parts: object) -> str:
    """64 hex digits that stand for `parts`."""
    text = "\x00".join(str(part) for part in parts)
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def uuid_of(*parts: object) -> str:
    """A uuid in the shape of a random one (version 4), fixed by `parts`."""
    raw = digest("uuid", *parts)
    return _dashed(f"{raw[:12]}4{raw[13:16]}{_variant(raw[16])}{raw[17:32]}")


def page_uuid(family: str, *parts: object) -> str:
    """A uuid as rows have it: its first digits are shared by all rows of `family`, a uuid."""
    raw = digest("page", family, *parts)
    prefix = family.replace("-", "")[:_SHARED_PREFIX]
    return _dashed(f"{prefix}81{raw[:2]}{_variant(raw[2])}{raw[3:18]}")


def property_id(*parts: object) -> str:
    """Four printable characters, as property ids are."""
    raw = int(digest("property", *parts)[:16], 16)
    chars = []
    for _ in range(4):
        raw, place = divmod(raw, len(_PROPERTY_ALPHABET))
        chars.append(_PROPERTY_ALPHABET[place])
    return "".join(chars)


def encode_property_id(identity: str) -> str:
    """The form of a property id in answers: percent-encoded."""
    return quote(identity, safe=_UNRESERVED)


def decode_property_id(identity: str) -> str:
    """The property id that an encoded or plain form stands for."""
    return unquote(identity)


def parse_uuid(text: str) -> str | None:
    """The dashed lower-case form of an id with or without dashes, or None if it is no uuid.

    The all-zero uuid passes, and another variant than RFC 4122's does not, as in recorded answers.
    """
    raw = text.replace("-", "").lower()
    if not _HEX32.fullmatch(raw):
        return None
    if raw.strip("0") and raw[16] not in _VARIANTS:
        return None
    return _dashed(raw)


def _variant(digit: str) -> str:
    return _VARIANTS[int(digit, 16) % 4]


def _dashed(raw: str) -> str:
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:32]}"
