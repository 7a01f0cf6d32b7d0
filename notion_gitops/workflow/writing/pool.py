"""Several requests in flight: tasks done by a few threads, their results in the order of the tasks.

A task returns what became of it and changes nothing that others read. Whatever follows from the
results is done by the caller, in the main thread.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Generic, TypeVar

Result = TypeVar("Result")

PATIENCE = 3.0
"""Seconds for which requests that are out are waited for when the run is stopped: a runner that
cancels a job kills it after 7.5 (GitHub's documentation, "Canceling a workflow")."""


@dataclass
class Pool(Generic[Result]):
    """Does tasks; no more than `threads` at once."""

    threads: int
    stop: Callable[[], None]  # let nothing go out any more: the run is being stopped

    def results(
        self, tasks: Sequence[Callable[[], Result]], go_on: Callable[[Result], bool]
    ) -> list[Result | None]:
        """What became of each task; None for those that were not begun.

        Args:
            tasks: independent of each other.
            go_on: told of each result as it comes, in this thread; if it says no, what is out
                comes to its end, and nothing more is begun.

        Raises:
            BaseException: what a task raised, or a signal that came meanwhile. Nothing goes out
                any more then.
        """
        if self.threads <= 1 or len(tasks) <= 1:
            return _one_by_one(tasks, go_on)
        work = _Work(tasks)
        workers = [
            threading.Thread(target=work.work, daemon=True)
            for _ in range(min(self.threads, len(tasks)))
        ]
        try:
            for worker in workers:
                worker.start()
            return work.collected(len(workers), go_on)
        except BaseException:
            work.halted.set()
            self.stop()
            _wait_for(workers)
            raise


@dataclass
class _Work(Generic[Result]):
    """The tasks of one call, shared by its threads."""

    tasks: Sequence[Callable[[], Result]]
    halted: threading.Event = field(default_factory=threading.Event)
    _next: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _done: "SimpleQueue[tuple[int, Result] | BaseException | None]" = field(
        default_factory=SimpleQueue
    )

    def work(self) -> None:
        """Do tasks until there are no more; what one raises is raised by `collected`."""
        try:
            while (number := self._take()) is not None:
                self._done.put((number, self.tasks[number]()))
        except BaseException as error:  # noqa: BLE001  raised again in the main thread
            self._done.put(error)
        else:
            self._done.put(None)

    def collected(self, workers: int, go_on: Callable[[Result], bool]) -> list[Result | None]:
        results: list[Result | None] = [None] * len(self.tasks)
        while workers:
            match self._done.get():
                case None:
                    workers -= 1
                case BaseException() as error:
                    raise error
                case number, result:
                    results[number] = result
                    if not go_on(result):
                        self.halted.set()
        return results

    def _take(self) -> int | None:
        with self._lock:
            if self.halted.is_set() or self._next >= len(self.tasks):
                return None
            self._next += 1
            return self._next - 1


def _one_by_one(
    tasks: Sequence[Callable[[], Result]], go_on: Callable[[Result], bool]
) -> list[Result | None]:
    results: list[Result | None] = [None] * len(tasks)
    for number, task in enumerate(tasks):
        result = task()
        results[number] = result
        if not go_on(result):
            break
    return results


def _wait_for(workers: Sequence[threading.Thread]) -> None:
    end = time.monotonic() + PATIENCE
    for worker in workers:
        if worker.is_alive():
            worker.join(max(0.0, end - time.monotonic()))
