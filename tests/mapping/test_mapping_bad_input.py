"""Bad mapping files, one folder each: `input.yaml`, and what is told of it in `expected.txt`.

With WRITE_EXPECTED=1 in the environment the expected texts are written anew; read them after.
"""

import os
from pathlib import Path

import pytest

from notion_gitops.mapping import load_mappings
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, InvalidInput

BAD = Path(__file__).parent / "bad"
CASES = sorted(path.name for path in BAD.iterdir())
FILE = "mappings/tasks.yaml"


def told(diagnostic: Diagnostic) -> str:
    """A diagnostic as plain text: the place, the line with a caret, and how to put it right."""
    lines = [f"{diagnostic.place}: {diagnostic.summary}"]
    if diagnostic.also is not None:
        lines.append(f"  also: {diagnostic.also}")
    if diagnostic.source_line and diagnostic.place is not None:
        lines.append(f"  | {diagnostic.source_line[:120]}")
        lines.append(f"  | {' ' * (diagnostic.place.column - 1)}^")
    lines.append(f"  fix: {diagnostic.fix}")
    return "\n".join(lines)


@pytest.mark.parametrize("case", CASES)
def test_a_bad_mapping_is_told(case: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        load_mappings({FILE: (BAD / case / "input.yaml").read_bytes()})
    assert raised.value.exit_code is ExitCode.INVALID
    found = "\n\n".join(map(told, raised.value.diagnostics)) + "\n"
    expected = BAD / case / "expected.txt"
    if os.environ.get("WRITE_EXPECTED"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
    assert [d for d in raised.value.diagnostics if d.place is None or not d.fix] == []


def test_there_are_cases() -> None:
    assert len(CASES) > 50


def test_a_token_is_not_repeated_in_what_is_told() -> None:
    assert "ntn_" not in (BAD / "token-in-mapping" / "expected.txt").read_text(encoding="utf-8")
