import os
from pathlib import Path

import pytest

from notion_gitops.formats.atomic import remove, write_bytes
from notion_gitops.formats.keys import key_problem
from notion_gitops.formats.schema import check_schema
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.errors import Refused


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    write_bytes(tmp_path, "a/b/c.yaml", b"one")
    (tmp_path / "a/b/c.yaml").chmod(0o640)
    write_bytes(tmp_path, "a/b/c.yaml", b"two")
    assert (tmp_path / "a/b/c.yaml").read_bytes() == b"two"
    assert (tmp_path / "a/b/c.yaml").stat().st_mode & 0o777 == 0o640
    assert names(tmp_path / "a/b") == ["c.yaml"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """Holds F062."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/f").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_bytes(tmp_path, "a/f", b"x")
    assert names(tmp_path / "a") == ["f"]


def test_what_a_killed_run_left_behind_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / f".f.{os.getpid()}.tmp").write_bytes(b"half")
    write_bytes(tmp_path, "f", b"whole")
    assert (tmp_path / "f").read_bytes() == b"whole"
    assert names(tmp_path) == ["f"]


@pytest.mark.parametrize(
    "path", ["../x", "/etc/x", ".git/config", ".GIT/x", "", "a/../../x", "a\0b", "a\\b", "link/x"]
)
def test_nothing_is_written_or_removed_outside(tmp_path: Path, path: str) -> None:
    """Holds T09."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "x").write_bytes(b"theirs")
    (root / "link").symlink_to(outside)
    with pytest.raises(Refused):
        write_bytes(root, path, b"ours")
    with pytest.raises(Refused):
        remove(root, path)
    assert (outside / "x").read_bytes() == b"theirs"
    assert names(tmp_path) == ["outside", "root"]


def test_a_link_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "f").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="symbolic link"):
        write_bytes(tmp_path, "f", b"x")


def test_removing_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    write_bytes(tmp_path, "a/f", b"x")
    remove(tmp_path, "a/f")
    remove(tmp_path, "a/f")
    remove(tmp_path, "b/f")
    assert names(tmp_path / "a") == []


@pytest.mark.parametrize(
    "key", ["a", "A-1", "0", "a.b", "a" * 100, "console", "com", "com10", "a..b"]
)
def test_keys(key: str) -> None:
    assert not key_problem(key)


NO_KEYS = r"""
../x /etc/passwd a/b a\b . .. -rf .git/config .GIT git~1 con CON nul.txt COM1.txt lpt9 a. a: a*b
a? a|b %2e%2e%2f ．．／ é _a ß
"""
MORE_NO_KEYS = ("", "a ", " a", "a\nb", "a\n", "a\0b", "a" * 101, "a\u202eb", "a\u0301")


@pytest.mark.parametrize("key", [*NO_KEYS.split(), *MORE_NO_KEYS])
def test_what_cannot_be_a_key(key: str) -> None:
    """Holds F093, F094, R30-R44."""
    assert key_problem(key)


SCHEMA = {
    "type": "object",
    "required": ["name", "kind"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "description": "what it is called"},
        "kind": {"enum": ["alpha", "beta"]},
        "more": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/table"}]},
        "list": {"type": "array", "minItems": 2, "items": {"type": "integer"}},
    },
    "$defs": {
        "table": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"depth": {"type": "integer", "maximum": 3}},
        }
    },
}


def test_a_document_is_held_against_its_schema_all_at_once() -> None:
    text = "nam: x\nkind: alhpa\nmore: {dept: 1, depth: 7}\nlist: [no]\n"
    node = parse_yaml(text, "f")
    assert node is not None
    told = [(str(d.place), d.summary, d.fix) for d in check_schema(node, SCHEMA)]
    assert told == [
        ("f:1:1", '"name" is missing', "add name: what it is called"),
        ("f:1:1", 'unknown key "nam"', 'did you mean "name"?'),
        ("f:2:7", '"alhpa" is not possible here', 'did you mean "alpha"?'),
        ("f:3:8", 'unknown key "dept"', 'did you mean "depth"?'),
        ("f:3:24", "7 is too large; the most is 3", ""),
        ("f:4:7", "at least 2 members are needed here", ""),
        ("f:4:8", "a whole number is expected here, not text", ""),
    ]


def test_the_right_document_has_no_problem() -> None:
    node = parse_yaml("name: x\nkind: beta\nmore: {depth: 1}\n", "f")
    assert node is not None
    assert check_schema(node, SCHEMA) == []


def test_a_schema_is_never_fetched() -> None:
    """Holds M12."""
    node = parse_yaml("a: 1", "f")
    assert node is not None
    with pytest.raises(Exception, match=r"127\.0\.0\.1"):
        check_schema(node, {"$ref": "http://127.0.0.1:1/schema.json"})
