"""What a round tells its test: one line for each thing that it saw to be so."""

import os

URL = os.environ["SANDBOX_URL"]
TOKEN = os.environ["SANDBOX_TOKEN"]
ROOT_PAGE = os.environ["SANDBOX_ROOT_PAGE"]


def same(what: str, got: object, wanted: object) -> None:
    """Both are equal, or the round ends."""
    if got != wanted:
        raise SystemExit(f"{what}: {got!r} is not {wanted!r}")
    print(f"SAW {what}")  # noqa: T201  the test reads it


def so(what: str, condition: object) -> None:
    """It is so, or the round ends."""
    same(what, bool(condition), wanted=True)
