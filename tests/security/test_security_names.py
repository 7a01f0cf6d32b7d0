"""T09, R30: no title, no key and no name leaves its folder."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notion_gitops.engine.identity import derived_key
from notion_gitops.formats.atomic import remove, write_bytes
from notion_gitops.formats.keys import key_problem
from notion_gitops.model.errors import Refused
from notion_gitops.model.records import Record
from notion_gitops.text.slugs import slug
from tests.engine.engine_builders import a_page

HOSTILE = (
    *("../x", "../../x", "/x", "//x", "a/../../x", "./../x", "..", ".", "", "/", "a/..", "\\..\\x"),
    *("C:\\x", "a\\b", "%2e%2e%2fx", "．．／x", "..\0/x", "\0", "\n", "-rf", "--", ".git/config"),
    *(
        ".GIT/hooks/pre-commit",
        "git~1/x",
        ".git\u200c/x",
        "con",
        "COM1.txt",
        "nul.yaml",
        "a.",
        "a ",
    ),
    *(
        "a:b",
        "a*",
        "a?",
        "x" * 300,
        "\u202eexe",
        "link/x",
        "link/../x",
        "state/../../x",
        "~/x",
        "$HOME",
    ),
)
NAMES = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=60),
    st.lists(
        st.sampled_from(["..", ".", "/", "\\", "link", ".git", "a", "\0", "~"]), max_size=6
    ).map("".join),
    st.lists(st.sampled_from(["..", ".", "link", ".git", "a", "b.yaml"]), max_size=6).map("/".join),
)


@given(NAMES)
@example("con")
@example("../../etc/passwd")
def test_t09_whatever_a_page_is_called_its_key_names_a_file(title: str) -> None:
    key = derived_key(Record("", {"title": title}, page=a_page(), title=title), slug)
    assert key_problem(key) == ""
    assert len(Path(key).parts) == 1


@given(NAMES)
def test_t09_what_may_be_a_key_is_one_step_and_no_device(name: str) -> None:
    if key_problem(name) == "":
        assert Path(name).parts == (name,)
        assert not name.startswith((".", "-"))
        assert name.isascii()
        assert name.isprintable()


def _world(folder: Path) -> tuple[Path, dict[str, bytes]]:
    root, outside = folder / "root", folder / "outside"
    (root / ".git").mkdir(parents=True)
    outside.mkdir()
    (root / ".git/config").write_bytes(b"git's own")
    (outside / "x").write_bytes(b"theirs")
    (root / "link").symlink_to(outside)
    return root, _canaries(folder)


def _canaries(folder: Path) -> dict[str, bytes]:
    """What must stay as it is: all outside of the root, and git's own folder."""
    root = folder / "root"
    files = [p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()]
    ours = [p for p in files if root in p.parents and root / ".git" not in p.parents]
    return {str(p): p.read_bytes() for p in files if p not in ours}


def _hold(folder: Path, name: str) -> None:
    root, before = folder / "root", _canaries(folder)
    with suppress(Refused, OSError, UnicodeEncodeError):
        write_bytes(root, name, b"ours")
    with suppress(Refused, OSError, UnicodeEncodeError):
        remove(root, name)
    assert _canaries(folder) == before, name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("names")
    _world(made)
    return made


@given(NAMES)
def test_t09_no_name_writes_or_removes_outside(folder: Path, name: str) -> None:
    _hold(folder, name)


@pytest.mark.slow
@settings(max_examples=100_000, deadline=None)
@given(NAMES)
def test_t09_a_hundred_thousand_names(folder: Path, name: str) -> None:
    _hold(folder, name)
