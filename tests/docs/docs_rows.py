"""Tables of the documentation that say, row by row, what holds: `| id | ... | held by |`.

A row names the tests that hold it, as code (`tests/path.py::test_name`, or the folder of a
scenario), or says in words why nothing has to.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache

from tests.docs.docs_pages import PAGES, ROOT

FIRST, LAST = "id", "held by"
_TESTS = re.compile(r"`(tests/[^`]+)`")


@dataclass(frozen=True)
class Row:
    """One row of such a table."""

    page: str
    id: str
    cells: tuple[str, ...]  # the others, as they are written

    @property
    def tests(self) -> list[str]:
        """What holds it."""
        return _TESTS.findall(self.cells[-1])

    @property
    def reason(self) -> str:
        """What is said in words in place of tests, or beside them."""
        return _TESTS.sub("", self.cells[-1]).strip(" ,-")

    def __str__(self) -> str:
        return f"{self.page} {self.id}"


def rows() -> list[Row]:
    """All rows of all pages, as they come."""
    return [row for page in PAGES for row in _rows(page.name, page.read_text("utf-8"))]


def _rows(page: str, text: str) -> list[Row]:
    found, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif (cells[0], cells[-1]) == (FIRST, LAST):
            inside = True
        elif inside and not cells[0].startswith("---"):
            found.append(Row(page, cells[0], tuple(cells[1:])))
    return found


def carries(test: str, id_: str) -> bool:
    """Whether a test says which row it holds: by its name, its docstring or its `why`."""
    path, _, name = test.partition("::")
    if not name:
        case = ROOT / path / "case.yaml"
        return not case.exists() or _says(case.read_text("utf-8"), id_)
    return _says(f"{name} {docstrings(path).get(name, '')}", id_)


@cache
def docstrings(path: str) -> dict[str, str]:
    """The functions of a test file, with their docstrings."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {function.name: ast.get_docstring(function) or "" for function in functions}


def _says(text: str, id_: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(id_)}(?![^\W_])", text, re.IGNORECASE) is not None
