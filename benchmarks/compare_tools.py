"""The same figures for two public tools that bring a file of rows into a Notion database.

csv2notion-neo (uploads and merges CSV) and data2notion (keeps a database equal to a CSV file) can
do a part of the job: the way to Notion. Neither has an option for another address than Notion's,
so the default of the client library in them is changed as they start; the tools themselves are as
published.

Nothing is installed from here. A tool that is not there is told so and left out:

    python3 -m venv TOOLS && TOOLS/bin/pip install csv2notion-neo
    python3 -m venv OTHERS && OTHERS/bin/pip install 'data2notion>=1.3'
    python benchmarks/compare_tools.py TOOLS/bin/python OTHERS/bin/python
"""

import csv
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.bench_world import PAGE_SIZE, parts

from notion_gitops.sandbox.sandbox import Sandbox
from notion_gitops.sandbox.seeding import seed
from notion_gitops.sandbox.server import serve

ROWS, FEW = 200, 10  # one of them sends three requests a second, and no more
TOKEN = "ntn_" + "5" * 46  # one of them looks at its form
START = """
import sys
import notion_client.client as client
options = client.ClientOptions.__init__
options.__defaults__ = tuple(
    sys.argv[1] if value == "https://api.notion.com" else value for value in options.__defaults__
)
sys.argv = sys.argv[2:]
"""


@dataclass(frozen=True)
class Tool:
    """A tool, and how it is run."""

    name: str
    module: str  # that its interpreter has
    start: str  # the end of its start


TOOLS = (
    Tool("csv2notion-neo", "csv2notion_neo.cli", "from csv2notion_neo.cli import cli as main\n"
         "sys.exit(main(*sys.argv[1:]))"),
    Tool("data2notion", "data2notion_main",
         "from data2notion_main import main\nsys.exit(main())"),
)  # fmt: skip


def arguments(tool: Tool, database: str, file: Path) -> list[str]:
    """The command line that makes the database equal to the file, as far as the tool can."""
    if tool.name == "data2notion":
        fast = [
            "--notion-rate-limit",
            "100000:100000",
            "--no-progress-bar",
            "--notion-token",
            TOKEN,
        ]
        return [*fast, "write-to-notion", database, "csv", str(file)]
    address = f"https://www.notion.so/{database.replace('-', '')}?v={database.replace('-', '')}"
    return ["--workspace", "Sandbox", "--token", TOKEN, "--url", address, "--merge", str(file)]


def write(file: Path, changed: int) -> None:
    """A row for each part, of which the first few say something new."""
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["Name", "Part ID", "Stock", "Place"])
        for n in range(ROWS):
            rows.writerow([f"Part {n}", f"part-{n}", n + (n < changed), "Hall"])


def run(tool: Tool, python: str, folder: Path) -> None:
    """A first push, a quiet run and a run with a few changes, counted by a served sandbox."""
    sandbox = Sandbox(seed="bench")
    seed.load(sandbox, parts(0))
    sandbox.add_token(TOKEN, name=tool.name)
    server = serve(sandbox)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    database = next(one.database_id for one in sandbox.databases())
    listing = ROWS // PAGE_SIZE
    for what, changed, floor in (
        (f"first push of {ROWS:,}", 0, 1 + ROWS),
        (f"quiet, {ROWS:,} rows", 0, listing),
        (f"{FEW} of {ROWS:,} changed", FEW, listing + FEW),
    ):
        write(folder / "parts.csv", changed)
        before = sandbox.requests
        command = arguments(tool, database, folder / "parts.csv")
        done = subprocess.run(
            [python, "-c", START + tool.start, server.base_url, tool.name, *command],
            cwd=folder, check=False, capture_output=True, text=True, timeout=900,
        )  # fmt: skip
        sent = sandbox.requests - before
        ended = "" if done.returncode == 0 else f"   it ended with {done.returncode}"
        print(f"  {tool.name:<16} {what:<28} {sent:>6} {floor:>6} {sent / floor:>7.2f}{ended}")
    server.shutdown()


def has(python: str, module: str) -> bool:
    """Whether an interpreter has a module."""
    asked = [python, "-c", f"import importlib.util as u; print(bool(u.find_spec({module!r})))"]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    return done.stdout.strip() == "True"


def main(pythons: Sequence[str]) -> int:
    print(f"  {'tool':<16} {'one way, to Notion':<28} {'sent':>6} {'floor':>6} {'ratio':>7}")
    for tool in TOOLS:
        python = next((p for p in pythons if has(p, tool.module)), None)
        if python is None:
            print(
                f"  {tool.name} is not installed, so it is not compared (see {Path(__file__).name})"
            )
            continue
        with tempfile.TemporaryDirectory() as folder:
            run(tool, python, Path(folder).resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main([*sys.argv[1:], sys.executable]))
