"""Real clients of Notion, unchanged but for the address, get along with the sandbox."""

from __future__ import annotations

import json
import os
import platform
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.clients.conftest import HERE, TOKEN, Served

if TYPE_CHECKING:
    from pathlib import Path

PY = HERE / "py"


@pytest.mark.parametrize("version", ["2025-09-03", "2026-03-11"])
def test_the_official_javascript_sdk(
    served: Served, js: Path, tmp_path: Path, version: str
) -> None:
    served.run(f"@notionhq/client, {version}", "node", js / "sdk.mjs", version, home=tmp_path)


def test_the_official_javascript_sdk_of_the_oldest_version(
    served: Served, js: Path, tmp_path: Path
) -> None:
    served.run("@notionhq/client 2, 2022-06-28", "node", js / "sdk2022.mjs", home=tmp_path)


def test_the_official_mcp_server(served: Served, js: Path, tmp_path: Path) -> None:
    served.run("@notionhq/notion-mcp-server", "node", js / "mcp.mjs", home=tmp_path)


def test_the_official_command_line(served: Served, js: Path, tmp_path: Path) -> None:
    system, machine = platform.system().lower(), platform.machine()
    kind = f"ntn-{system}-{'x64' if machine == 'x86_64' else machine}"
    binary = js / "node_modules/ntn/dist" / kind / "ntn"
    if not binary.exists():
        pytest.skip(f"ntn has no program for {system} on {machine}")
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)

    def ntn(*arguments: str, given: str = "") -> str:
        return served.run(
            "ntn", binary, *arguments, home=tmp_path, given=given,
            NOTION_API_BASE_URL=served.url, NOTION_API_TOKEN=TOKEN, NOTION_KEYRING="0",
            NOTION_API_VERSION="2026-03-11",
        )  # fmt: skip

    def saw(what: str, got: object, wanted: object) -> None:
        served.saw("ntn", what, got, wanted)

    saw("its token is a bot", json.loads(ntn("api", "v1/users/me"))["type"], "bot")
    found = json.loads(ntn("api", "v1/search", "query=Tasks", "filter[property]=object",
                           "filter[value]=data_source"))["results"]  # fmt: skip
    saw("a search finds one data source", [one["object"] for one in found], ["data_source"])
    rows = json.loads(ntn("api", f"v1/data_sources/{found[0]['id']}/query", "page_size:=2"))
    saw("a query is cut into pages", (len(rows["results"]), rows["has_more"]), (2, True))
    page = rows["results"][0]["id"]
    body = json.dumps({"properties": {"Hours": {"number": 7.5}}})
    changed = json.loads(ntn("api", f"v1/pages/{page}", "-X", "PATCH", "-d", body))
    saw("a number is written", changed["properties"]["Hours"]["number"], 7.5)
    ntn("files", "create", "--filename", "hello.txt", given="hello")
    saw("a file sent is listed", "hello.txt" in ntn("files", "list"), True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("library", "script"),
    [
        ("notion-client", "official.py"),
        ("ultimate-notion", "ultimate.py"),
        ("doughboy", "dough.py"),
    ],
)
def test_a_public_library(
    served: Served, python: Path, tmp_path: Path, library: str, script: str
) -> None:
    served.run(library, python, PY / script, home=tmp_path, NOTION_TOKEN=TOKEN)


@pytest.mark.slow
def test_a_public_uploader_of_csv_files(served: Served, python: Path, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        'Name,Price,Paid,Tags\nFirst,1.5,true,"red, blue"\nSecond,2,false,red\n'
    )
    shutil.copy(PY / "told.py", tmp_path)
    page = served.root_page.replace("-", "")
    served.run(
        "csv2notion-neo", python, PY / "csv_upload.py", "--workspace", "Sandbox",
        "--token", TOKEN, "--url", f"https://www.notion.so/Root-{page}", tmp_path / "orders.csv",
        home=tmp_path,
    )  # fmt: skip
    made = next(one for one in served.sandbox.databases() if one.title == "orders")
    served.saw("csv2notion-neo", "each line of the file is a row", made.rows, 2)
