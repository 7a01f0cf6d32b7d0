"""How files go to Notion: facts of its documentation, "Working with files and media"."""

from math import ceil

LARGEST_SINGLE = 20 * 1024**2  # bytes that go in one part, Notion's maximum
PART_SIZE = 10 * 1024**2  # of each of several parts, as Notion recommends


def parts_of(size: int) -> int:
    """In how many parts a file of so many bytes goes to Notion."""
    return 1 if size <= LARGEST_SINGLE else ceil(size / PART_SIZE)


def requests_for(size: int) -> int:
    """How many requests sending a file takes: create, send, and complete where it has parts."""
    parts = parts_of(size)
    return 1 + parts + (parts > 1)
