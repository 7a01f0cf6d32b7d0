"""The name of a sync: when it began, and four characters that tell it from others."""

import secrets
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u


def new_sync_id(at: datetime) -> str:
    """A name such as ``20261124T1421Z-7k3f``."""
    tail = "".join(secrets.choice(_ALPHABET) for _ in range(4))
    return f"{at:%Y%m%dT%H%MZ}-{tail}"
