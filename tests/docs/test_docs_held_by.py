"""The documentation names the tests that hold what it promises: each of them exists."""

import ast
from functools import cache

import pytest

from tests.docs.docs_pages import ROOT, inline_code

NAMED = sorted({(page, code) for page, code in inline_code() if code.startswith("tests/")})


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of all functions and classes of a test file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    nodes = (ast.FunctionDef, ast.ClassDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, nodes))


@pytest.mark.parametrize("page", sorted({page for page, _ in NAMED}))
def test_every_test_that_a_page_names_exists(page: str) -> None:
    missing = []
    for where, code in NAMED:
        path, _, name = code.partition("::")
        known = (ROOT / path).exists() and (not name or name in names_in(path))
        if where == page and not known:
            missing.append(code)
    assert not missing


@pytest.mark.parametrize("page", ["guarantees.md"])
def test_a_page_of_promises_names_tests(page: str) -> None:
    named = [code for where, code in NAMED if where == page and "::" in code]
    assert len(named) >= 20
