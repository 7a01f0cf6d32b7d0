"""What the documentation shows of the sandbox: its seed fills one, its weather can be set."""

from pathlib import Path

import pytest

from notion_gitops.sandbox import Sandbox
from notion_gitops.sandbox.seeding.seed import load
from notion_gitops.sandbox.weather.form import read_weather
from notion_gitops.sandbox.weather.presets import PRESETS
from notion_gitops.sandbox.weather.rules import Effect, Fault
from tests.docs.docs_pages import ROOT, Block, blocks

PAGE = (ROOT / "docs" / "sandbox.md").read_text("utf-8")


@pytest.mark.parametrize("block", blocks("yaml seed"), ids=str)
def test_the_seed_fills_a_sandbox(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text(block.text, "utf-8")
    with Sandbox() as sandbox:
        load(sandbox, file)
        assert [one.title for one in sandbox.databases()] == ["Documents", "Tasks", "Goals"]
        assert [one.token for one in sandbox.connections()][1:] == ["reader-token"]


@pytest.mark.parametrize("block", blocks("yaml weather"), ids=str)
def test_the_weather_can_be_set(block: Block) -> None:
    weather = read_weather(block.text, "storm.yaml")
    assert len(weather.rules) == 4
    assert len(weather.limits) == 3


def test_everything_that_can_go_wrong_is_named() -> None:
    assert len(blocks("yaml seed")) == len(blocks("yaml weather")) == 1
    for name in (*Effect, *Fault, *PRESETS):
        assert f"`{name}`" in PAGE, name
