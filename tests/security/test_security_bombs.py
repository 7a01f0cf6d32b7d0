"""T17, M11, M13, M16, M17: what is small and means much costs neither memory nor time."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEGABYTES = 256
SCRIPT = """
import pathlib, resource, time
from tests.expressions import test_expressions_escapes as e
from notion_gitops.expressions.patterns import compile_pattern
from notion_gitops.expressions import compile_expression
from notion_gitops.formats.json_text import parse_json
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.expressions import ExpressionFailed

def held(name, act):
    started = time.process_time()
    try:
        act()
    except (InvalidInput, ExpressionFailed):
        pass
    taken = time.process_time() - started
    assert taken < 1, (name, taken)

def run(source):
    git = {"long": "a" * 1_000_001, "many": [1] * 100_001, "digits": "9" * 4000}
    compile_expression(source, e.PLACE, names=e.NAMES)(value="a" * 700_000, git=git)

for source in (*e.COMPILE_BOMBS, *e.RUN_BOMBS):
    held(source[:40], lambda: run(source))

laughs = "a: &a [" + "lol, " * 9 + "lol]\\n"
for n, (name, before) in enumerate(zip("bcdefghi", "abcdefgh")):
    laughs += f"{name}: &{name} [" + f"*{before}, " * 9 + f"*{before}]\\n"
merges = "a0: &a0 {x: 1}\\n" + "".join(
    f"a{n}: &a{n} {{<<: [*a{n-1}, *a{n-1}]}}\\n" for n in range(1, 23)
)
deep = ("[" * 5000, "[" * 5000 + "]" * 5000, "- " * 5000, "{a: " * 5000, "? " * 5000)
for text in (laughs, merges, *deep, "a: " + "x" * 5_000_000, "- x\\n" * 100_000):
    held(text[:20], lambda: parse_yaml(text, "f"))
for text in ("[" * 100_000, '{"a":' * 100_000, "1" * 100_000, '"' + "a" * 5_000_000 + '"'):
    held(text[:20], lambda: parse_json(text, "f"))
def match(pattern):
    compile_pattern(pattern, e.PLACE).fits("a" * 100_000 + "!")

for pattern in ("^(a+)+$", "(a|a)*$", "(.*a){20}$", "([a-z]+)*x", "(x+x+)+y", "a{1000}{1000}"):
    held(pattern, lambda: match(pattern))

def most():
    # Of this program alone: what getrusage tells begins with that of the process it came from.
    status = pathlib.Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    told = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return told[0] if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

print(most() // 1024)
"""


def test_t17_all_bombs_together_stay_small_and_each_is_quick() -> None:
    """In a process of its own, which nothing else has filled."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MEGABYTES
