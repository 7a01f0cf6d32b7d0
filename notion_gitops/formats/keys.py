"""What may be the key of a record, on every file system and in every format."""

import re

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
# Windows takes these for devices, whatever extension follows (Microsoft, "Naming Files, Paths").
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def key_problem(key: str) -> str:
    """What is wrong with a key, as half a sentence; empty if nothing is."""
    if not key:
        return "it is empty"
    if not _KEY.fullmatch(key):
        if len(key) > 100:  # noqa: PLR2004  the grammar above
            return "it is longer than 100 characters"
        return "a key has letters, digits, and . _ - after the first, and nothing else"
    if key.endswith("."):
        return "it ends with a dot, which Windows drops"
    if _RESERVED.fullmatch(key):
        return "Windows reserves this name"
    return ""
