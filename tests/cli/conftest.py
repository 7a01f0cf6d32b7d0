"""Makes `tests.cli.cli_world` importable wherever pytest is started."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.cli.cli_world import Tool, World, good_world


@pytest.fixture(scope="session")
def _good(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A workspace in sync with its sandbox; never changed, only copied."""
    return good_world(tmp_path_factory.mktemp("good"))


@pytest.fixture
def world(_good: World, tmp_path: Path) -> World:
    """A workspace in sync with its sandbox, to do anything to."""
    return _good.copied(tmp_path)


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """The command line as a process, in an empty folder."""
    here = tmp_path / "here"
    home = tmp_path / "home"
    here.mkdir()
    home.mkdir()
    return Tool(here, home)
