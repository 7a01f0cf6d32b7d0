"""Checks as people meet them: `checks/NAME.yaml` holds mappings and records, and beside it stand
what `check --data` prints of them (`.txt`) and what a plan says on a pull request (`.md`).

With UPDATE_GOLDEN=1 in the environment the expected texts are written anew; read them after.
"""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from notion_gitops.engine.checks import Facts, run_checks
from notion_gitops.mapping import load_mappings
from notion_gitops.model.mapping import CheckKind, DatabaseMapping
from notion_gitops.model.people import People
from notion_gitops.model.plan import Finding, Forecast, MappingPlan, Plan
from notion_gitops.model.records import Absence, Record
from notion_gitops.model.values import Value, to_plain
from notion_gitops.records.reading import read_records
from notion_gitops.report.consistency import consistency_view
from notion_gitops.report.plan_build import plan_view
from notion_gitops.report.plan_markdown import plan_markdown
from notion_gitops.report.reports import report_text

SCENARIOS = Path(__file__).parent / "checks"
TODAY = date(2026, 11, 23)
Records = dict[str, dict[str, Record]]


def _mapping(name: str, number: int, said: Mapping[str, Any]) -> bytes:
    form = said.get("git", {}).get("format", "yaml")
    whole = {
        "version": 1,
        "name": name,
        "notion": {"database": f"{number:032x}"},
        **said,
        "git": {"path": f"state/records/{name}", "format": form},
    }
    return yaml.safe_dump(whole, sort_keys=False).encode()


def _records(mapping: DatabaseMapping, said: Mapping[str, Any]) -> dict[str, Record]:
    ending = "md" if mapping.git.format == "markdown" else "yaml"
    files = {
        f"{mapping.git.path}/{key}.{ending}": (
            record if isinstance(record, str) else yaml.safe_dump(record, allow_unicode=True)
        ).encode()
        for key, record in said.items()
    }
    reading = read_records(mapping, files, People({}))
    assert reading.problems == ()
    return dict(reading.records)


def _facts(said: Mapping[str, Any], records: Records) -> Facts:
    def body(record: Record) -> Value:
        return record.value("body")

    texts = {
        name: {key: str(body(r)) for key, r in of.items() if body(r)}
        for name, of in records.items()
    }
    away = said.get("absent", {})
    return Facts(
        absent={n: {k: Absence(why) for k, why in of.items()} for n, of in away.items()},
        unread={n: frozenset(keys) for n, keys in said.get("unread", {}).items()},
        deleted={n: frozenset(keys) for n, keys in said.get("deleted", {}).items()},
        pages={page: Absence(why) for page, why in said.get("pages", {}).items()},
        files=frozenset(said.get("files", ())),
        paths={n: {k: r.file.path for k, r in of.items() if r.file} for n, of in records.items()},
        texts=texts,
    )


def found(scenario: str) -> tuple[dict[str, DatabaseMapping], Records, tuple[Finding, ...]]:
    said = yaml.safe_load((SCENARIOS / f"{scenario}.yaml").read_text("utf-8"))
    files = {
        f"mappings/{name}.yaml": _mapping(name, number, mapping)
        for number, (name, mapping) in enumerate(said["mappings"].items(), 1)
    }
    mappings = {m.name: m for m in load_mappings(files)}
    records = {n: _records(m, said["records"].get(n, {})) for n, m in mappings.items()}
    return mappings, records, run_checks(mappings, records, TODAY, _facts(said, records))


def _plan(records: Records, findings: tuple[Finding, ...]) -> Plan:
    parts = tuple(MappingPlan(n, len(of), len(of), len(of)) for n, of in sorted(records.items()))
    made = datetime.combine(TODAY, datetime.min.time(), UTC)
    return Plan(parts, (), findings, Forecast(0, 0.0), "c0ffee1", "main", "", made)


@pytest.mark.parametrize("scenario", sorted(p.stem for p in SCENARIOS.glob("*.yaml")))
def test_what_is_told(scenario: str) -> None:
    mappings, records, findings = found(scenario)
    plan = _plan(records, findings)
    shown = {
        ".txt": report_text(consistency_view(plan, mappings), colour=False),
        ".md": plan_markdown(plan_view(plan, mappings, full=True)),
    }
    for ending, text in shown.items():
        path = SCENARIOS / f"{scenario}{ending}"
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")
    assert [f for f in findings if not (f.why and f.fix)] == []


@pytest.mark.parametrize("scenario", sorted(p.stem for p in SCENARIOS.glob("*.yaml")))
def test_nothing_is_told_where_nothing_is_declared_or_amiss(scenario: str) -> None:
    mappings, records, findings = found(scenario)
    assert findings
    nobody: Records = {name: {} for name in records}
    assert run_checks(mappings, nobody, TODAY) == ()


def _secrets(mapping: DatabaseMapping, records: Mapping[str, Record]) -> Iterator[str]:
    """The words of the sensitive fields of all records; keys of the same mapping are none."""
    for name in (f.name for f in mapping.fields.values() if f.sensitive):
        for record in records.values():
            words = re.findall(r"\w{2,}", str(to_plain(record.value(name)) or "").casefold())
            yield from (word for word in words if word not in records)


def test_no_word_of_a_sensitive_field_is_in_what_any_check_tells() -> None:
    mappings, records, findings = found("sensitive")
    assert {f.check for f in findings} == {kind.value for kind in CheckKind}
    secrets = {word for n, of in records.items() for word in _secrets(mappings[n], of)} - {"page"}
    for finding in findings:
        text = f"{finding.message} {finding.why} {finding.fix}".casefold()
        about = "|".join(map(re.escape, finding.keys)) or "-"  # the record itself is named
        told = set(re.findall(r"\w+", re.sub(about, "", text)))
        assert secrets & told == set(), text
        if finding.check == "tree":  # none says who is next
            assert (len(finding.keys), told & records["tasks"].keys()) == (1, set())
