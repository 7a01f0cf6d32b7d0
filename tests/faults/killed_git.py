"""Stands for git, and dies in the middle: run by the `git` that the tests put first on PATH.

The real git is begun, is killed with SIGKILL while it holds its lock, and so is the command that
called it. Which call it is to happen at stands in KILL_AT; those before it go through.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def main(arguments: list[str]) -> None:
    """Be the real git, or die as it would."""
    real, counter = os.environ["REAL_GIT"], Path(os.environ["KILL_COUNTER"])
    at = next(i for i, a in enumerate(arguments) if a in ("update-ref", "update-index"))
    theirs = arguments[at] == "update-index" and "--index-info" not in arguments
    if theirs or "GIT_INDEX_FILE" in os.environ:  # an index of our own: its lock is in nobody's way
        os.execv(real, [real, *arguments])  # noqa: S606  no shell is wanted
    number = int(counter.read_text()) + 1 if counter.exists() else 1
    counter.write_text(str(number))
    if number != int(os.environ["KILL_AT"]):
        os.execv(real, [real, *arguments])  # noqa: S606  no shell is wanted
    if arguments[at] == "update-ref":
        prepare(real, arguments[:at], arguments[at:])
    else:
        wait_for_index(real, arguments)
    os.kill(os.getppid(), signal.SIGKILL)


def prepare(real: str, settings: list[str], arguments: list[str]) -> None:
    """Hold the locks of a ref that is about to move."""
    ref, new, expected = arguments[arguments.index("--end-of-options") + 1 :]
    line = f"update {ref} {new} {expected}" if expected else f"create {ref} {new}"
    git = begin(real, [*settings, "update-ref", "--stdin"])
    assert git.stdin is not None
    assert git.stdout is not None
    git.stdin.write(f"start\n{line}\nprepare\n".encode())
    git.stdin.flush()
    told = [git.stdout.readline(), git.stdout.readline()]
    assert told == [b"start: ok\n", b"prepare: ok\n"], told
    git.kill()
    git.wait()


def wait_for_index(real: str, arguments: list[str]) -> None:
    """Hold the lock of the user's index."""
    git = begin(real, arguments)
    folder = subprocess.check_output([real, "rev-parse", "--absolute-git-dir"], text=True).strip()
    while not Path(folder, "index.lock").exists():
        time.sleep(0.01)
    git.kill()
    git.wait()


def begin(real: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    """The real git, with its input left open."""
    return subprocess.Popen(
        [real, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


if __name__ == "__main__":
    main(sys.argv[1:])
