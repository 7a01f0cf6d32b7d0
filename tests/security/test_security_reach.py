"""T25: a token that opens more than is synced is told."""

import json

from notion_gitops.model.errors import ExitCode
from tests.cli.cli_world import World


def test_t25_a_connection_that_sees_more_than_the_mappings_is_told(command_world: World) -> None:
    (command_world.root / "mappings/projects.yaml").unlink()
    tasks = command_world.root / "mappings/tasks.yaml"
    lines = [line for line in tasks.read_text().splitlines() if "to: projects" not in line]
    tasks.write_text("\n".join(lines) + "\n")
    with command_world.served({"narrow-token": ["tasks"]}) as served:
        wide = served.tool.run("check", NOTION_TOKEN="sandbox-token")  # noqa: S106  made up
        assert wide.code == ExitCode.DONE, wide.stderr
        assert "The token opens 1 database more than is synced" in wide.stdout
        assert "warning: no mapping names Projects" in wide.stdout
        told = served.tool.run("check", "--format", "json", NOTION_TOKEN="sandbox-token")  # noqa: S106
        assert json.loads(told.stdout)["connection"]["beyond"] == ["Projects"]
        narrow = served.tool.run("check", NOTION_TOKEN="narrow-token").expect(0)  # noqa: S106
        assert "more than is synced" not in narrow.stdout
