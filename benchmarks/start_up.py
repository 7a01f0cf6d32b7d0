"""`notion-gitops --help` against a bare Python start that imports click.

Prints both times and their ratio; exits 1 if it is above the floor of 2.
Run it as `python benchmarks/start_up.py` with the Python of the environment.
"""

import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

FLOOR = 2.0
ROUNDS = 25
OURS = (str(Path(sysconfig.get_path("scripts"), "notion-gitops")), "--help")
THEIRS = (sys.executable, "-c", "import click")


def seconds(command: tuple[str, ...]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    for command in (OURS, THEIRS):
        seconds(command)  # compiles what has not been yet, and warms the disk's cache
    rounds = [(seconds(OURS), seconds(THEIRS)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(a / b for a, b in rounds)
    print(f"python -c 'import click' {theirs * 1000:.0f} ms, --help {ours * 1000:.0f} ms")
    print(f"ratio {ratio:.2f} (median of {ROUNDS}; floor {FLOOR})")
    return 0 if ratio <= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
