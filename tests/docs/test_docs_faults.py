"""The tables of what can go wrong: each row has a test or a reason, and each test knows its row."""

from collections import Counter

from tests.docs.docs_rows import carries, rows

ROWS = rows()


def test_there_are_rows_of_every_kind() -> None:
    kinds = Counter(row.id[0] for row in ROWS if row.page == "faults.md")
    assert {kind for kind, count in kinds.items() if count > 5} >= set("DFMRPACGI")


def test_every_id_is_given_once() -> None:
    assert [id_ for id_, count in Counter(row.id for row in ROWS).items() if count > 1] == []


def test_every_row_has_a_test_or_a_reason() -> None:
    bare = [str(row) for row in ROWS if not row.tests and len(row.reason.split()) < 3]
    assert bare == []


def test_every_row_is_told_in_words() -> None:
    assert [str(row) for row in ROWS if not all(row.cells)] == []


def test_a_row_is_found_from_its_test() -> None:
    """One of the tests that a row names carries its id, in its name or its docstring."""
    lost = [
        f"{row}: {', '.join(row.tests)}"
        for row in ROWS
        if row.tests and not any(carries(test, row.id) for test in row.tests)
    ]
    assert lost == []
