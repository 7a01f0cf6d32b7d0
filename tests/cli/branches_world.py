"""A repository with two branches that edit the same record files, and git with our merge driver."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.cli.cli_world import AUTHOR, Tool

FIELDS = """\
  title: {property: Name, type: title, required: true}
  status: {property: Status, type: status, values: {todo: To do, doing: Doing, done: Done}}
  due: {property: Due, type: date}
  hours: {property: Hours, type: number}
  tags: {property: Tags, type: multi_select}
  owner: {property: Owner, type: rich_text}
  note: {property: Note, type: rich_text}
  pin: {property: Pin, type: rich_text, sensitive: true}
"""


def mapping_of(name: str, path: str, form: str = "yaml", more: str = "") -> str:
    """A mapping of that many fields; in CSV the key is a column."""
    key = "{field: id, property: Key}" if form == "csv" else "{property: Key}"
    return (
        f"version: 1\nname: {name}\nnotion: {{database: '${{NOTION_{name.upper()}}}'}}\n"
        f"git: {{path: {path}, format: {form}}}\nmode: two-way\nkey: {key}\n"
        f"fields:\n{FIELDS}{more}"
    )


@dataclass(frozen=True)
class Branches:
    """The repository; `main` is checked out at first."""

    root: Path
    tool: Tool

    def write(self, files: Mapping[str, str | bytes], message: str, *, at: str = "") -> str:
        """Write files and commit; the commit. `at` is a day and time of 2020."""
        for path, content in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git("add", "-A")
        dates = {f"GIT_{who}_DATE": f"2020-{at}Z" for who in ("AUTHOR", "COMMITTER")} if at else {}
        done = self.raw("commit", "-q", "-m", message, **dates)
        assert done.returncode == 0, done.stderr
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str) -> str:
        """Run git, which must succeed."""
        return self.tool.git(*arguments)

    def raw(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run git, however it ends."""
        return subprocess.run(
            ["git", *AUTHOR, *arguments],
            cwd=self.root,
            env=self.tool._told({"GIT_EDITOR": "true", **environment}),
            capture_output=True,
            text=True,
            check=False,
        )

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()


def two_branches(where: Path, mappings: Mapping[str, str]) -> Branches:
    """A repository with these mappings by name, and the driver installed."""
    root, home = where / "workspace", where / "home"
    root.mkdir(parents=True)
    home.mkdir()
    made = Branches(root, Tool(root, home))
    made.git("init", "-q", "-b", "main")
    made.write({f"mappings/{n}.yaml": text for n, text in mappings.items()}, "Mappings")
    made.tool.run("merge-file", "--install").expect(0)
    made.git("add", "-A")
    made.git("commit", "-q", "-m", "Merge records by fields")
    return made
