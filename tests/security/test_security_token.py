"""T05, T06, T07, C08: the token goes to one host, whatever the surroundings say."""

import inspect
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.cli.main import run
from notion_gitops.model.errors import CannotReachNotion, ExitCode, InvalidInput
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.failures import AmbiguousWrite
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pacing import Clock
from tests.cli.cli_world import World

TOKEN = "sandbox-token"  # noqa: S105  of the local Notion, which says so itself


class Canary(ThreadingHTTPServer):
    """A host that the token must not reach: it notes whatever comes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Note)
        self.heard: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Note(BaseHTTPRequestHandler):
    def handle_one_request(self) -> None:
        line = self.rfile.readline(4096).decode("latin-1")
        assert isinstance(self.server, Canary)
        self.server.heard.append(line)
        self.close_connection = True


@pytest.fixture
def canary() -> Iterator[Canary]:
    server = Canary()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_canary_is_awake(canary: Canary) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get("http://notion.example/v1/users/me", proxy=canary.url)
    assert canary.heard == ["GET http://notion.example/v1/users/me HTTP/1.1\r\n"]


def test_t05_neither_variables_nor_files_send_the_token_elsewhere(
    command_world: World, canary: Canary
) -> None:
    """C08, C07: proxies, `.netrc` and git's settings are not asked where Notion is."""
    proxies = {
        name: canary.url
        for base in ("http_proxy", "https_proxy", "all_proxy")
        for name in (base, base.upper())
    }
    netrc = command_world.tool.home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login evil password evil\n")
    netrc.chmod(0o600)
    command_world.tool.git("config", "http.proxy", canary.url)
    command_world.tool.git("config", f"url.{canary.url}/.insteadOf", "http://127.0.0.1")
    with command_world.served({}) as served:
        environment = {**proxies, "NETRC": str(netrc), "NOTION_TOKEN": TOKEN}
        for command in ("check", "plan"):
            served.tool.run(command, **environment).expect(0)
        assert canary.heard == []
        base = served.tool.environment["NOTION_GITOPS_BASE_URL"]
        asked = {**environment, "NOTION_GITOPS_BASE_URL": f"{base}@127.0.0.1:{canary.server_port}"}
        served.tool.run("plan", **asked).expect(64)
    assert canary.heard == []


MAPPED = {
    "mappings/tasks.yaml": (
        "base_url: {url}\n",
        "proxy: {url}\n",
        "api: {{url: '{url}'}}\n",
    ),
    "mappings/_defaults.yaml": ("base_url: {url}\n", "notion: {{base_url: '{url}'}}\n"),
}
BESIDE = {
    ".notion-gitops/settings.yaml": "base_url: {url}\n",
    ".env": "NOTION_GITOPS_BASE_URL={url}\nHTTPS_PROXY={url}\n",
    "notion_client.py": "raise SystemExit('{url}')\n",
    "httpx.py": "raise SystemExit('{url}')\n",
    "sitecustomize.py": "raise SystemExit('{url}')\n",
}


def test_t05_no_file_of_the_repository_says_where_notion_is(
    command_world: World, canary: Canary
) -> None:
    """The files that a pull request can bring along; M09."""
    for file, text in BESIDE.items():
        (command_world.root / file).write_text(text.format(url=canary.url))
    with command_world.served({}) as served:
        line = f"NOTION_TOKEN={TOKEN} notion-gitops plan --format json || exit $?"
        done = served.tool.shell(line)
    assert done.code == 0, done.stderr
    assert canary.heard == []


@pytest.mark.parametrize("file", MAPPED)
def test_t05_no_mapping_says_where_notion_is(
    command_world: World, canary: Canary, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    path = command_world.root / file
    before = path.read_text() if path.exists() else ""
    for text in MAPPED[file]:
        path.write_text(before + text.format(url=canary.url))
        assert run(["plan", "-C", str(command_world.root)]) == ExitCode.INVALID
        assert file in capsys.readouterr().err
    assert canary.heard == []


# --- T06: redirects ---


def gateway_to(answer: httpx.MockTransport) -> Gateway:
    settings = Settings(clock=Clock(sleep=lambda _: None))
    return open_gateway("ntn_" + "a" * 46, transport=answer, settings=settings)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/v1/users/me",
        "https://api.notion.com.evil.example/",
        "http://api.notion.com/v1/users/me",
        "https://api.notion.com:8443/v1/users/me",
        "//evil.example/",
        "/v1/other",
        "",
    ],
)
def test_t06_no_redirect_is_followed_wherever_it_leads(status: int, to: str) -> None:
    """A08: another host, port or scheme, and the same host too."""
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(status, headers={"location": to} if to else {})

    with pytest.raises(CannotReachNotion):
        gateway_to(httpx.MockTransport(answer)).me()
    assert {str(url) for url in asked} == {"https://api.notion.com/v1/users/me"}


# --- T07: ids in paths ---


def by_id() -> dict[str, list[str]]:
    """The methods of the gateway that take an id first, with their further parameters."""
    found = {}
    for name, method in inspect.getmembers(Gateway, inspect.isfunction):
        parameters = list(inspect.signature(method).parameters.values())[1:]
        if not name.startswith("_") and parameters and parameters[0].name.endswith("_id"):
            wanted = [p.name for p in parameters[1:] if p.default is p.empty]
            found[name] = wanted
    return found


STAND_INS = {"properties": {}, "command": {}, "property_id": "a", "title": "x"}
HOSTILE_IDS = st.one_of(
    st.sampled_from(["../users", "%2e%2e/users", "x/../../users", "", "me", "?a", "#", "\n"]),
    st.text(max_size=40),
    st.uuids().map(lambda u: f"{u}/../../users"),
    st.uuids().map(lambda u: f"{u}\n"),
    st.uuids().map(lambda u: f"{u}?archived=true"),
    st.uuids().map(lambda u: u.hex[:31]),
)


def test_every_way_by_id_is_known() -> None:
    assert len(by_id()) >= 14


@given(HOSTILE_IDS)
def test_t07_what_is_no_id_reaches_no_path(identity: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"object": "list", "results": [], "has_more": False})

    gateway = gateway_to(httpx.MockTransport(answer))
    for name, wanted in by_id().items():
        with pytest.raises(InvalidInput, match="is not a Notion id"):
            getattr(gateway, name)(identity, *(STAND_INS.get(w, {}) for w in wanted))
    assert asked == []


@given(st.text(min_size=1, max_size=30))
def test_t07_the_id_of_a_property_stays_one_step_of_the_path(property_id: str) -> None:
    asked: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path)
        return httpx.Response(200, json={"object": "list", "results": [], "has_more": False})

    page = "11111111-2222-4333-8444-555555555555"
    gateway_to(httpx.MockTransport(answer)).property_items(page, property_id)
    (path,) = asked
    steps = path.partition(b"?")[0].split(b"/")
    assert steps[:5] == [b"", b"v1", b"pages", page.encode(), b"properties"]
    assert len(steps) == 6


def test_t07_an_upload_goes_to_no_path_that_an_answer_makes_up() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"id": "x/../../users/me", "status": "uploaded"})

    with pytest.raises(AmbiguousWrite):
        gateway_to(httpx.MockTransport(answer)).upload_file("a.txt", b"a")
    assert asked == ["/v1/file_uploads"]
