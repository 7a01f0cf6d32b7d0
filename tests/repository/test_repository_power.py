"""A power cut: what a ref names is on disk before the ref moves."""

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from notion_gitops.formats.atomic import write_bytes
from notion_gitops.repository import Repository

Git = Callable[..., str]


def test_f061_objects_and_refs_are_flushed_before_they_count(
    work: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git by itself leaves loose objects to the operating system (git-config(1), core.fsync)."""
    parent = git(work, "rev-parse", "HEAD").strip()
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
    changes = {"records/a.yaml": b"id: 2\n"}
    Repository.discover(work).commit("refs/heads/main", parent, changes, "Sync\n")
    flushed = _flushed(trace)
    assert {"write-tree", "commit-tree", "update-ref"} <= flushed.keys(), flushed


def _flushed(trace: Path) -> Counter[str]:
    """How often each command of git had something flushed to the disk."""
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for event in map(json.loads, trace.read_text().splitlines()):
        if event["event"] == "cmd_name":
            names[event["sid"]] = event["name"]
        if event.get("category") == "fsync":  # one event a kind of flush, with how often
            counts[names[event["sid"]]] += int(event.get("count", event.get("value")))
    return counts


def test_f061_a_file_has_its_content_on_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)

        def noted(
            *given: object, _name: str = name, _real: Callable[..., None] = real, **m: object
        ) -> None:
            happened.append(_name)
            _real(*given, **m)

        monkeypatch.setattr(os, name, noted)
    write_bytes(tmp_path, "a.yaml", b"id: 1\n")
    assert happened == ["fsync", "replace", "fsync"]  # the content; the name; the folder
