"""Answers for every type of property and every endpoint fit the schemas of Notion's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.answers import ABSENT

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Validate


@pytest.fixture
def schemas(validate: Validate | None) -> Validate:
    if validate is None:
        pytest.skip(ABSENT)
    return validate


@pytest.mark.parametrize("version", ["2026-03-11", "2025-09-03"])
def test_every_answer_fits(acme: Api, schemas: Validate, version: str) -> None:
    def ask(method: str, path: str, body: object = None) -> Any:
        return acme.good(method, path, body, version=version)

    everything = acme.source("everything")
    source = ask("GET", f"data_sources/{everything}")
    rows = ask("POST", f"data_sources/{everything}/query", {})["results"]
    database = ask("GET", f"databases/{source['parent']['database_id']}")
    full = next(row for row in rows if row["properties"]["Checkbox"]["checkbox"])
    ask("GET", f"pages/{full['id']}")
    for entry in full["properties"].values():
        ask("GET", f"pages/{full['id']}/properties/{entry['id']}")
    ask("GET", f"blocks/{full['id']}")
    ask("GET", f"blocks/{database['id']}")
    ask("GET", f"pages/{full['id']}/markdown")
    ask("POST", "search", {})
    ask("GET", "users")
    ask("GET", "users/me")
    ask("GET", f"data_sources/{everything}/templates")
    acme.ask("GET", "nowhere", version=version)
    acme.ask("GET", f"pages/{database['id']}", version=version)
    acme.ask("GET", "users/me", token="wrong", version=version)  # noqa: S106
    wrong = [(e["path"], problem) for e in acme.exchanges for problem in schemas(e)]
    assert not wrong
    assert len(acme.exchanges) > 35


def test_a_damaged_answer_does_not_fit(acme: Api, schemas: Validate) -> None:
    row = acme.query("everything")[0]
    exchange = {
        "method": "GET", "path": f"pages/{row['id']}", "status": 200,
        "notion_version": "2026-03-11", "body": {**row, "archived": False},
    }  # fmt: skip
    assert schemas(exchange)
