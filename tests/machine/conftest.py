"""The stand-ins of the machine, and one template for all stories of a process."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answers import handed_down
from tests.machine.machine_making import Template, make_template
from tests.machine.machine_stage import stand_ins


@pytest.fixture(autouse=True)
def _on_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Time, waits, git and threads are stand-ins; no setting of the machine reaches a test."""
    home = tmp_path_factory.getbasetemp() / "machine-home"
    home.mkdir(exist_ok=True)
    (home / ".gitconfig").write_text("[user]\n\tname = Ann Lee\n\temail = ann@example.org\n")
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("GIT_", "NOTION_")) or n == "EMAIL"]:
            if name not in handed_down():
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_CONFIG_HOME", str(home))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_AUTHOR_DATE", "")  # each call sets them; so they are put back in the end
        patch.setenv("GIT_COMMITTER_DATE", "")
        with stand_ins(patch):
            yield


@pytest.fixture(scope="session")
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="template-") as folder:
        yield Path(folder).resolve()


_TEMPLATES: list[Template] = []


@pytest.fixture
def template(_folder: Path, _on_stage: None) -> Template:
    """A world in which both sides agree; made once in a process."""
    if not _TEMPLATES:
        _TEMPLATES.append(make_template(_folder))
    return _TEMPLATES[0]
