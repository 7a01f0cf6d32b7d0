"""Every mapping, record and people file that the documentation shows is valid."""

import re
from typing import Any

import pytest
import yaml

from notion_gitops import samples
from notion_gitops.expressions.filters import FILTERS
from notion_gitops.mapping.holds import load_holds
from notion_gitops.mapping.loading import load_mappings
from notion_gitops.mapping.people import load_people
from notion_gitops.mapping.schemas import mapping_schema
from notion_gitops.model.mapping import CheckKind, DatabaseMapping, PropertyType, Take
from notion_gitops.model.people import People
from notion_gitops.records.reading import read_records
from tests.docs.docs_pages import ROOT, Block, blocks, table

REFERENCE = ROOT / "docs/mappings.md"
SAMPLES = {p: t for p, t in samples.workspace_files().items() if p.startswith("mappings/")}


def _people() -> People:
    return load_people(samples.workspace_files()["state/people.yaml"], "state/people.yaml")


def _load(files: dict[str, str]) -> dict[str, DatabaseMapping]:
    return {m.name: m for m in load_mappings({p: t.encode() for p, t in files.items()})}


def _whole(block: Block) -> bool:
    return block.text.startswith("version:")


@pytest.mark.parametrize("block", [b for b in blocks("yaml") if _whole(b)], ids=str)
def test_each_whole_mapping_is_valid(block: Block) -> None:
    name = yaml.safe_load(block.text)["name"]
    assert name in _load({f"mappings/{name}.yaml": block.text})


@pytest.mark.parametrize("block", [b for b in blocks("yaml") if not _whole(b)], ids=str)
def test_each_part_of_a_mapping_is_valid_in_a_mapping(block: Block) -> None:
    part: dict[str, Any] = yaml.safe_load(block.text)
    mapping: dict[str, Any] = yaml.safe_load(SAMPLES["mappings/tasks.yaml"])
    fields = mapping["fields"] | part.pop("fields", {})
    text = yaml.safe_dump(mapping | part | {"fields": fields}, sort_keys=False)
    assert "tasks" in _load(SAMPLES | {"mappings/tasks.yaml": text})


@pytest.mark.parametrize("block", blocks("yaml holds"), ids=str)
def test_each_file_of_holds_is_valid(block: Block) -> None:
    assert load_holds(block.text, "state/holds.yaml", _load(SAMPLES))


@pytest.mark.parametrize("block", blocks("yaml record *"), ids=str)
def test_each_record_fits_the_mapping_that_the_same_page_shows(block: Block) -> None:
    name = block.info.rpartition(" ")[2]
    shown = [b for b in blocks("yaml") if b.page == block.page and f"\nname: {name}\n" in b.text]
    mapping = _load({f"mappings/{name}.yaml": shown[0].text})[name]
    file = f"{mapping.git.path}/shown.yaml"
    reading = read_records(mapping, {file: block.text.encode()}, _people())
    assert reading.problems == ()
    assert reading.warnings == ()
    assert reading.records["shown"].fields.keys() == yaml.safe_load(block.text).keys()


@pytest.mark.parametrize("block", blocks("yaml people"), ids=str)
def test_each_people_file_is_valid(block: Block) -> None:
    assert load_people(block.text, "state/people.yaml").by_alias


def test_the_hook_that_is_shown_is_the_one_that_is_offered() -> None:
    (block,) = blocks("yaml pre-commit")
    offered = {h["id"] for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    used = {h["id"] for repo in yaml.safe_load(block.text)["repos"] for h in repo["hooks"]}
    assert used == offered


def _named(heading: str, column: int = 0) -> set[str]:
    """The words in backticks in one column of a table of the reference."""
    rows = table(REFERENCE, heading)
    return {word for row in rows for word in re.findall(r"`([a-z_]+)[:`]", row[column])}


def test_the_reference_names_every_part_of_a_mapping() -> None:
    assert _named("## The parts") == set(mapping_schema()["properties"])


def test_the_reference_names_every_key_of_a_field_and_every_type() -> None:
    text = REFERENCE.read_text("utf-8")
    keys = set(mapping_schema()["$defs"]["field"]["properties"])
    assert _named("### `fields`") == keys
    types = re.search(r"^\| type \| in a file.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert types is not None
    firsts = (row.split("|")[1] for row in types[1].splitlines()[1:])
    properties = set(PropertyType) - {PropertyType.BODY}
    assert {t for cell in firsts for t in re.findall(r"`(\w+)`", cell)} == properties


def test_the_reference_names_every_rule_check_and_filter() -> None:
    text = REFERENCE.read_text("utf-8")
    assert _named("### `conflicts`") == set(Take)
    assert _named("### `checks`") == set(CheckKind)
    said = re.search(r"use the filters (.*?)\.", text, re.DOTALL)
    assert said is not None
    assert set(re.findall(r"`(\w+)`", said[1])) == set(FILTERS)


def test_a_mapping_that_is_wrong_would_be_noticed() -> None:
    """The checks above can fail."""
    with pytest.raises(Exception, match="unknown"):
        _load(SAMPLES | {"mappings/tasks.yaml": SAMPLES["mappings/tasks.yaml"] + "colour: red\n"})
