"""Several tasks at once: results in the order of the tasks, and a stop that is prompt."""

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from notion_gitops.workflow.writing.pool import Pool


def always(_: int) -> bool:
    return True


def no_stop() -> None:
    """Nothing waits."""


def numbered(count: int, seconds: float = 0.0) -> list[Callable[[], int]]:
    def task(number: int) -> Callable[[], int]:
        def done() -> int:
            time.sleep(seconds * (count - number) / count)  # the last are the first to end
            return number

        return done

    return [task(n) for n in range(count)]


@pytest.mark.parametrize("threads", [1, 2, 8, 100])
def test_results_come_in_the_order_of_the_tasks(threads: int) -> None:
    seen: list[int] = []

    def go_on(number: int) -> bool:
        seen.append(number)
        return True

    pool: Pool[int] = Pool(threads, no_stop)
    assert pool.results(numbered(20, 0.02), go_on) == list(range(20))
    assert sorted(seen) == list(range(20))


def test_tasks_overlap_and_no_more_than_asked_for() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def task() -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        return 0

    pool: Pool[int] = Pool(4, no_stop)
    pool.results([task] * 12, always)
    assert most == 4


@pytest.mark.parametrize("threads", [1, 4])
def test_nothing_is_begun_after_a_no(threads: int) -> None:
    begun: list[int] = []
    gate = threading.Event()

    def task(number: int) -> Callable[[], int]:
        def done() -> int:
            begun.append(number)
            if number >= threads:
                gate.wait(5)
            return number

        return done

    def go_on(number: int) -> bool:
        gate.set()
        return False

    pool: Pool[int] = Pool(threads, no_stop)
    results = pool.results([task(n) for n in range(50)], go_on)
    assert len(begun) <= 2 * threads  # what was out, and what took the places of the first
    assert [n for n in results if n is not None] == sorted(begun)
    assert results.count(None) == 50 - len(begun)


def test_what_a_task_raises_is_raised_and_stops_the_others() -> None:
    stopped = threading.Event()

    def bad() -> int:
        raise ZeroDivisionError

    def waits() -> int:
        stopped.wait(10)
        return 1

    pool: Pool[int] = Pool(3, stopped.set)
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        pool.results([waits, bad, waits, waits], always)
    assert time.monotonic() - began < 5
    assert stopped.is_set()


def test_f060_a_signal_stops_it_though_a_request_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notion_gitops.workflow.writing.pool.PATIENCE", 0.2)
    stopped = threading.Event()
    # A shell's job in the background ignores it from the start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def hangs() -> int:
        time.sleep(3)
        return 0

    def interrupts() -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return 0

    pool: Pool[int] = Pool(2, stopped.set)
    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            pool.results([hangs, interrupts, hangs, hangs], always)
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.is_set()
    assert time.monotonic() - began < 2
