"""A real client in process, and over the loopback port."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpx
import notion_client
import pytest
from notion_client.helpers import collect_paginated_api

from notion_gitops.sandbox import DEFAULT_TOKEN, SandboxTransport
from notion_gitops.sandbox.server import SandboxServer, serve
from notion_gitops.sandbox.weather.rules import Effect, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.conftest import Api

VERSION = "2026-03-11"


@pytest.fixture
def in_process(acme: Api) -> Iterator[notion_client.Client]:
    http = httpx.Client(transport=SandboxTransport(acme.sandbox))
    yield notion_client.Client(auth=DEFAULT_TOKEN, notion_version=VERSION, client=http, retry=False)
    http.close()


@pytest.fixture
def server(acme: Api) -> Iterator[SandboxServer]:
    serving = serve(acme.sandbox)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def over_the_port(server: SandboxServer) -> Iterator[notion_client.Client]:
    client = notion_client.Client(
        auth=DEFAULT_TOKEN, notion_version=VERSION, base_url=server.base_url, retry=False
    )
    yield client
    client.close()


@pytest.fixture(params=["in_process", "over_the_port"])
def client(request: pytest.FixtureRequest) -> notion_client.Client:
    found: notion_client.Client = request.getfixturevalue(request.param)
    return found


def test_a_round_of_the_official_client(acme: Api, client: notion_client.Client) -> None:
    tasks = acme.source("tasks")
    title = {"title": [{"text": {"content": "Süß & 'quoted'"}}]}
    page: Any = client.pages.create(
        parent={"data_source_id": tasks}, properties={"Name": title, "Hours": {"number": 1}}
    )
    client.pages.update(page["id"], properties={"Hours": {"number": 2}})
    hours = page["properties"]["Hours"]["id"]
    item: Any = client.pages.properties.retrieve(page["id"], hours)
    assert item["number"] == 2
    found: Any = client.data_sources.query(tasks, filter_properties=["Name", "Hours"])
    assert list(found["results"][0]["properties"]) == ["Name", "Hours"]
    assert found["results"][0]["properties"]["Name"]["title"][0]["plain_text"] == "Süß & 'quoted'"
    client.blocks.delete(page["id"])
    assert len(collect_paginated_api(client.data_sources.query, data_source_id=tasks)) == 3


def test_errors_arrive_as_the_clients_own(client: notion_client.Client) -> None:
    with pytest.raises(notion_client.APIResponseError) as caught:
        client.pages.retrieve("11111111-1111-4111-8111-111111111111")
    assert caught.value.code == notion_client.APIErrorCode.ObjectNotFound
    assert caught.value.request_id


def test_a_dropped_connection_is_a_network_error(acme: Api, client: notion_client.Client) -> None:
    acme.sandbox.weather.add(Rule(Effect.DROP_AFTER, "PATCH", nth=1))
    page = acme.page("tasks", "Pour")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        client.pages.update(page["id"], properties={"Hours": {"number": 9}})
    again: Any = client.pages.retrieve(page["id"])
    assert again["properties"]["Hours"]["number"] == 9


def test_many_clients_at_once_get_each_request_counted(acme: Api, server: SandboxServer) -> None:
    tasks = acme.source("tasks")

    def create_ten() -> None:
        client = notion_client.Client(
            auth=DEFAULT_TOKEN, notion_version=VERSION, base_url=server.base_url
        )
        for _ in range(10):
            client.pages.create(parent={"data_source_id": tasks}, properties={})
        client.close()

    threads = [threading.Thread(target=create_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert acme.sandbox.requests == 40
    assert len(acme.query("tasks")) == 43


def test_a_fault_of_the_sandbox_itself_is_answered_and_told(
    server: SandboxServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A connection that just ends would look like a write whose outcome is not known."""

    def broken(_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(server.sandbox, "handle", broken)
    answer = httpx.get(f"{server.base_url}/v1/users/me")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_server_error")
    assert "ZeroDivisionError: a bug" in capfd.readouterr().err


def test_the_server_listens_on_the_loopback_interface_only(server: SandboxServer) -> None:
    assert server.server_address[0] == "127.0.0.1"
