"""What holds for all tests."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Helpers are imported as `tests.FOLDER.MODULE`, wherever pytest is started.
sys.path.insert(0, str(Path(__file__).parents[1]))

# `make test-long`: laws that do not fix their own number of examples get twenty times as many.
settings.register_profile("long", max_examples=2000, deadline=None)

_MEMORY = Path("/dev/shm")  # noqa: S108  on Linux: a file system in memory
_ROOM = 2 << 30  # bytes


def _is_workplace(folder: Path) -> bool:
    """Whether repositories can be made there, hooks run, and everything finds its place."""
    if not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < _ROOM:
        return False
    return not os.statvfs(folder).f_flag & os.ST_NOEXEC


# Thousands of small repositories, each of which waits until the disk has them: a third of the time.
if "TMPDIR" not in os.environ and _is_workplace(_MEMORY):
    os.environ["TMPDIR"] = str(_MEMORY)
    tempfile.tempdir = None

RECORD = "NOTION_GITOPS_SANDBOX_RECORD"
_FOLDER = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_WRONG = pytest.StashKey[list[str]]()
_COUNT = pytest.StashKey[int]()


# Every answer of every sandbox of the run is recorded and validated, each worker's by itself; the
# run fails if one does not fit Notion's published types. See tests/answers.py.


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_WRONG] = []
    config.stash[_COUNT] = 0
    config.stash[_FOLDER] = tempfile.TemporaryDirectory(prefix="answers-")
    os.environ[RECORD] = config.stash[_FOLDER].name


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    from tests.answers import at_hand, problems_in  # noqa: PLC0415  after the path is set

    config = session.config
    folder = config.stash[_FOLDER]
    count, wrong = problems_in(Path(folder.name)) if at_hand() else (0, [])
    folder.cleanup()
    config.stash[_COUNT] += count
    config.stash[_WRONG].extend(wrong)
    told: dict[str, Any] | None = getattr(config, "workeroutput", None)
    if told is not None:
        told["answers"] = (count, wrong)
    elif config.stash[_WRONG] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What an xdist worker found."""
    count, wrong = getattr(node, "workeroutput", {}).get("answers", (0, []))
    node.config.stash[_COUNT] += count
    node.config.stash[_WRONG].extend(wrong)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    from tests.answers import ABSENT, at_hand  # noqa: PLC0415  after the path is set
    from tests.clients.rounds import print_rounds  # noqa: PLC0415  after the path is set

    print_rounds(terminalreporter)
    told: list[str] = config.stash[_WRONG]
    if told:
        terminalreporter.section("answers that Notion would not give", red=True)
        for problem in sorted(set(told)):
            terminalreporter.line(problem)
    elif config.stash[_COUNT]:
        terminalreporter.line(f"{config.stash[_COUNT]} forms of answers fit Notion's types")
    elif not at_hand():
        terminalreporter.line(f"the sandbox's answers were not validated: {ABSENT}")
