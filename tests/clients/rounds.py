"""What the run's summary says of the rounds: each client's requests, and what it saw to be so.

The summary is printed by `tests/conftest.py`: pytest asks no other conftest where the tests are
spread over processes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLD = "real client"  # the property of a test's report that is printed


def print_rounds(terminalreporter: Any) -> None:
    """Print what each client asked and what it saw; nothing if none ran."""
    asked: dict[str, Counter[str]] = defaultdict(Counter)
    seen: dict[str, list[str]] = defaultdict(list)
    for client, requests, found in _told(terminalreporter):
        asked[client].update(map(_kind, requests))
        seen[client] += found
    if asked:
        terminalreporter.section("real clients against the sandbox")
    for client, kinds in sorted(asked.items()):
        terminalreporter.line(f"{client}: {kinds.total()} requests")
        for kind, count in sorted(kinds.items()):
            terminalreporter.line(f"  {count:4} x {kind}")
        for one in seen[client]:
            terminalreporter.line(f"       saw: {one}")


def _told(terminalreporter: Any) -> Iterator[tuple[str, list[str], list[str]]]:
    """Of each round: the client, its requests, and what it saw to be so."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                yield from (told for name, told in report.user_properties if name == TOLD)


def _kind(request: str) -> str:
    """The request with its ids left out."""
    method, path, status = request.split(" ")
    parts = [part if len(part) < 32 else ":id" for part in path.split("/")]
    if "properties" in parts:
        parts[-1] = ":property"
    return f"{method} {'/'.join(parts)} -> {status}"
