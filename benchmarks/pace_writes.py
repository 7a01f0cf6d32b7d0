"""How long a thousand writes take under a budget of requests, against the least possible time.

The sandbox has a budget of requests per minute and a latency; a run knows neither. Threads,
requests, pacing and the sandbox are the real ones. Time alone is simulated: it stands still while
any thread has something to do, and jumps to when the next wait ends. So minutes of waiting cost
nothing, and the speed of this machine is not measured.

The least possible time is that of somebody who knows the budget and may have any number of requests
out at once: a full window for each budget that is spent before the last, and one latency.
Exits 1 if a case takes more than 1.05 times that, or is told to slow down more than once.
Run it as `python benchmarks/pace_writes.py [WRITES]`.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from pathlib import Path
from unittest import mock

import httpx
from common.bench_git import commit, make_repository, write
from common.bench_world import PARTS, parts

from notion_gitops.notion.connect import budget_settings, open_gateway
from notion_gitops.notion.pacing import WINDOW, Clock
from notion_gitops.sandbox.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.seeding import seed
from notion_gitops.sandbox.transport import SandboxTransport
from notion_gitops.sandbox.weather.rules import Conditions, RateLimit
from notion_gitops.workflow.apply import carry_out
from notion_gitops.workflow.plan import Connection, PlanOptions, make_plan
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing import fresh
from notion_gitops.workflow.writing.run import Progress

FLOOR = 1.05
WRITES = 1000
START = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
QUIET = 0.002  # seconds, real ones: if nobody stirs for three times as long, time jumps
MAPPING = PARTS + 'safety: {updates: "100%"}\n'


@dataclass
class SimulatedTime:
    """Seconds that pass only while everybody waits."""

    at: float = 0.0
    _waiting: dict[threading.Thread, float] = field(default_factory=dict)  # until when
    _known: set[threading.Thread] = field(default_factory=set)
    _stirred: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def now(self) -> float:
        return self.at

    def date(self) -> datetime:
        return START + timedelta(seconds=self.at)

    def sleep(self, seconds: float) -> None:
        with self._changed:
            until = self.at + seconds
            self._wait(until, lambda: self.at >= until)

    def acquire(self, lock: "SimulatedLock") -> None:
        with self._changed:
            self._wait(float("inf"), lambda: not lock.held)
            lock.held = True

    def release(self, lock: "SimulatedLock") -> None:
        with self._changed:
            lock.held = False
            self._changed.notify_all()

    def _wait(self, until: float, over: Callable[[], bool]) -> None:
        me = threading.current_thread()
        self._known.add(me)
        self._waiting[me] = until
        self._stirred += 1
        self._changed.wait_for(over)
        del self._waiting[me]
        self._stirred += 1

    def run(self) -> None:
        """Let time jump, again and again, once all threads that ever waited do so."""
        before, calm = -1, 0
        while True:
            time.sleep(QUIET)
            with self._changed:
                calm = calm + 1 if self._stirred == before else 0
                before = self._stirred
                if calm >= 3 and self._all_wait():
                    self.at = min(self._waiting.values())
                    self._changed.notify_all()
                    calm = 0

    def _all_wait(self) -> bool:
        main = threading.main_thread()  # which waits for the others in its own way
        busy = {t for t in self._known if t.is_alive() and t is not main} - self._waiting.keys()
        return bool(self._waiting) and not busy


@dataclass
class SimulatedLock:
    """A lock for which one waits as for all else: time may pass meanwhile."""

    time: SimulatedTime
    held: bool = False

    def __enter__(self) -> None:
        self.time.acquire(self)

    def __exit__(self, *_: object) -> None:
        self.time.release(self)


class Watched(SandboxTransport):
    """Notes when writes were sent and answered."""

    def __init__(self, sandbox: Sandbox, now: Callable[[], float]) -> None:
        super().__init__(sandbox)
        self.now = now
        self.times: list[float] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        write = request.method == "PATCH" or request.url.path.endswith("/pages")
        began = self.now()
        response = super().handle_request(request)
        if write:
            self.times += [began, self.now()]
        return response


@dataclass
class Bench:
    """A workspace with so many records, and a sandbox that may hold them."""

    root: Path
    writes: int
    time: SimulatedTime

    def __post_init__(self) -> None:
        make_repository(self.root, {"mappings/parts.yaml": MAPPING})
        self.sandbox = Sandbox(clock=self.time.date, seed="pace")
        self.sandbox.sleep = self.time.sleep
        seed.load(self.sandbox, parts(0))

    def fill(self, stock: int) -> None:
        """Give all records a value that they did not have, and commit them."""
        records = {
            f"state/records/parts/p{number:05d}.yaml": (
                f"title: Part {number}\n\nstock: {stock + number}\n"
            )
            for number in range(self.writes)
        }
        write(self.root, records)
        commit(self.root, "Records")

    def applied(self) -> tuple[float, int]:
        """Seconds from the first write to the answer of the last; and how many were put off."""
        transport = Watched(self.sandbox, self.time.now)
        clock = Clock(self.time.now, self.time.sleep)
        settings = replace(budget_settings({}), clock=clock)
        gateway = open_gateway(DEFAULT_TOKEN, transport=transport, settings=settings)
        find = self.sandbox.find_data_source
        connection = Connection(gateway, lambda m: find(m.name) or "", self.time.date)
        before = len(self.sandbox.log)
        workspace = open_workspace(self.root, sandbox=True)
        planned = make_plan(workspace, connection, PlanOptions())
        silent = Progress(lambda *_: None, lambda *_: None)
        result = carry_out(planned, connection, silent)
        assert len(result.outcomes) == self.writes, result.exit_code
        put_off = sum(1 for log in self.sandbox.log[before:] if log.status == 429)
        return max(transport.times) - min(transport.times), put_off


def main() -> int:
    """Measure all cases; 1 if one is missed."""
    writes = int(sys.argv[1]) if len(sys.argv) > 1 else WRITES
    print(f"{'':<8} budget  latency  writes    least      took  ratio  put off")
    good = True
    for budget, latency in ((180, 0.2), (180, 0.5), (600, 0.1), (600, 0.2)):
        simulated = SimulatedTime()
        threading.Thread(target=simulated.run, daemon=True).start()
        queried = partial(fresh.Queried, lock=SimulatedLock(simulated))
        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch(f"{fresh.__name__}.Queried", queried),
        ):
            bench = Bench(Path(folder) / "pace", writes, simulated)
            limits = (RateLimit(budget),)
            bench.sandbox.weather.set(Conditions(limits=limits, latency=latency))
            for stock, what in enumerate(("creates", "updates")):
                bench.fill(stock)
                took, put_off = bench.applied()
                least = WINDOW * (ceil(writes / budget) - 1) + latency
                ratio = took / least
                good &= ratio <= FLOOR and put_off <= 1
                print(
                    f"{what:<8} {budget:>6} {latency:>8} {writes:>7} {least:>8.1f} {took:>9.1f}"
                    f" {ratio:>6.3f} {put_off:>8}{'' if ratio <= FLOOR else '   MISSED'}"
                )
                simulated.sleep(120)  # the next one begins with windows of its own
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
