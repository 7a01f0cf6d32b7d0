"""Bursts inside a budget that nobody tells, one pause for all, and no load after a 429."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from notion_gitops.model.errors import CannotReachNotion, UsageError
from notion_gitops.notion.connect import IN_FLIGHT, Settings, budget_settings, open_gateway
from notion_gitops.notion.failures import TooLate
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pacing import LARGE_BUDGET, Clock, Pacer, Slot, Stopped
from notion_gitops.sandbox import DEFAULT_TOKEN, SandboxTransport
from notion_gitops.sandbox.weather.rules import Effect, RateLimit, Rule, Scope

if TYPE_CHECKING:
    from tests.notion.conftest import Notion

PAGE = "11111111-2222-4333-8444-555555555555"


class Hand:
    """A clock that only moves by hand, or by the waits of one thread."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds

    def clock(self) -> Clock:
        return Clock(self.now, self.sleep)


def learning(notion: "Notion", budget: int, most: int | None) -> Gateway:
    def sleep(seconds: float) -> None:
        notion.waits.append(seconds)
        notion.clock.advance(timedelta(seconds=seconds))

    clock = Clock(lambda: notion.clock().timestamp(), sleep)
    settings = Settings(budget=budget, most=most, clock=clock)
    transport = SandboxTransport(notion.sandbox)
    return open_gateway(DEFAULT_TOKEN, transport=transport, settings=settings)


def refused(notion: "Notion") -> int:
    return sum(1 for log in notion.sandbox.log if log.status == 429)


def test_the_large_budget_is_found_without_a_429(notion: "Notion") -> None:
    notion.sandbox.weather.limit(RateLimit(60))
    gateway = learning(notion, 18, 60)
    for _ in range(60):
        gateway.me()
    assert notion.waits == []
    for _ in range(60):
        gateway.me()
    assert refused(notion) == 0
    assert sum(notion.waits) == pytest.approx(60, abs=0.1)


def test_the_small_budget_costs_one_429_and_no_time(notion: "Notion") -> None:
    """The pause that it asks for is the one that had to be made anyway."""
    notion.sandbox.weather.limit(RateLimit(18))
    gateway = learning(notion, 18, 60)
    for _ in range(90):
        gateway.me()
    assert refused(notion) == 1
    assert 240 <= sum(notion.waits) <= 245  # four windows; `Retry-After` is in whole seconds


def test_a_probe_that_fails_otherwise_teaches_nothing(notion: "Notion") -> None:
    notion.sandbox.weather.add(Rule(Effect.ANSWER, nth=19, status=503))
    notion.sandbox.weather.limit(RateLimit(18))
    gateway = learning(notion, 18, 60)
    for _ in range(40):
        gateway.me()
    assert refused(notion) == 1


def test_a_budget_that_is_given_is_never_exceeded(notion: "Notion") -> None:
    notion.sandbox.weather.limit(RateLimit(60))
    gateway = learning(notion, 10, None)
    times = []
    for _ in range(35):
        gateway.me()
        times.append(notion.clock())
    for first, eleventh in zip(times, times[10:], strict=False):
        assert (eleventh - first).total_seconds() >= 60
    assert refused(notion) == 0


def test_a_request_counts_until_a_window_after_its_answer() -> None:
    """Notion may have counted it at any moment in between."""
    hand = Hand()
    pacer = Pacer(2, hand.clock())
    slots = [pacer.turn(), pacer.turn()]
    hand.at = 10.0
    for slot in slots:
        assert slot is not None
        pacer.ended(slot, answered=True)
    pacer.turn()
    assert hand.at == pytest.approx(70.0, abs=0.01)


def test_one_pause_holds_all_and_shrinks_the_budget_once() -> None:
    hand = Hand()
    pacer = Pacer(100, hand.clock())
    slots = [slot for _ in range(8) if (slot := pacer.turn())]
    for seconds, slot in zip((30, 30, 45, 30, 10, 0, 30, 30), slots, strict=True):
        pacer.slowed(slot, seconds)
    assert pacer.budget == 75
    pacer.turn()
    assert hand.at == 45  # the longest, in full
    late = Slot(hand.at)
    pacer.slowed(late, 5)
    assert pacer.budget == 56


def test_a_write_that_cannot_go_out_in_time_is_not_sent(notion: "Notion") -> None:
    gateway = learning(notion, 5, None)
    for _ in range(4):
        gateway.me()
    page = gateway.query(notion.source("projects")).pages[0]["id"]
    until = gateway.moment() + 5
    before = notion.sandbox.requests
    with pytest.raises(TooLate):
        gateway.trash_page(page, until)
    assert notion.sandbox.requests == before
    assert gateway.ready() > until
    assert gateway.trash_page(page, gateway.moment() + 5)["in_trash"]


def test_a_page_is_read_when_there_is_room_to_write_it_too(notion: "Notion") -> None:
    """With one request left, the reading would have grown old before the write."""
    gateway = learning(notion, 5, None)
    for _ in range(4):
        gateway.me()
    gateway.ready()
    assert sum(notion.waits) == pytest.approx(60, abs=0.01)


@pytest.mark.parametrize("asked", [901, 7200])
def test_f034_nothing_is_sent_while_a_long_pause_lasts(notion: "Notion", asked: int) -> None:
    """It is neither waited for nor undercut: the run ends without asking again."""
    headers = {"retry-after": str(asked)}
    notion.sandbox.weather.add(Rule(Effect.ANSWER, nth=1, status=429, headers=headers))
    gateway = notion.gateway()
    for _ in range(3):
        with pytest.raises(CannotReachNotion, match="wait"):
            gateway.me()
    assert notion.sandbox.requests == 1


def test_a_retry_after_of_nothing_is_no_invitation(notion: "Notion") -> None:
    headers = {"retry-after": "0"}
    notion.sandbox.weather.add(Rule(Effect.ANSWER, status=429, headers=headers))
    with pytest.raises(CannotReachNotion, match="tried 6 times"):
        notion.gateway().me()
    assert sum(notion.waits) >= 0.5 + 1 + 2 + 4 + 8


def test_f034_blocked_means_that_nothing_is_asked_any_more(notion: "Notion") -> None:
    body = {"code": "rate_limited", "message": "no",
            "additional_data": {"rate_limit_reason": "public_api_request_blocked"}}  # fmt: skip
    notion.sandbox.weather.add(Rule(Effect.ANSWER, nth=1, status=429, body=body))
    gateway = notion.gateway()
    for _ in range(3):
        with pytest.raises(CannotReachNotion, match="blocks"):
            gateway.me()
    assert notion.sandbox.requests == 1


def together(threads: int, task: Callable[[], object], times: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(task) for _ in range(times)]:
            done.result()


@pytest.mark.parametrize("most", [None, LARGE_BUDGET])
def test_threads_keep_the_budget_together(most: int | None) -> None:
    """Real threads on a real clock, whose seconds are short."""
    sent: list[float] = []
    lock = threading.Lock()
    pacer = Pacer(20, Clock(lambda: time.monotonic() * 200, lambda s: time.sleep(s / 200)), most)

    def request() -> None:
        slot = pacer.turn()
        assert slot is not None
        with lock:
            sent.append(slot.sent)
        time.sleep(0.001)
        if slot.probe:
            pacer.slowed(slot, 60)
        else:
            pacer.ended(slot, answered=True)

    together(8, request, 50)
    sent.sort()
    probes = 0 if most is None else 1
    for first, later in zip(sent, sent[20 + probes :], strict=False):
        assert later - first >= 60


def test_f060_whoever_waits_for_a_turn_is_woken_by_a_stop() -> None:
    pacer = Pacer(1)
    assert pacer.turn() is not None
    ended: list[type[BaseException]] = []

    def waits() -> None:
        try:
            pacer.turn()
        except Stopped as stopped:
            ended.append(type(stopped))

    threads = [threading.Thread(target=waits) for _ in range(3)]
    for thread in threads:
        thread.start()
    pacer.stop()
    for thread in threads:
        thread.join(5)
    assert ended == [Stopped] * 3


def test_the_budget_can_be_capped_for_others_who_use_the_token() -> None:
    free, capped = budget_settings({}), budget_settings({"NOTION_GITOPS_BUDGET": "90"})
    assert (free.budget, free.most, free.in_flight) == (180, 600, IN_FLIGHT)
    assert (capped.budget, capped.most, capped.in_flight) == (90, None, IN_FLIGHT)
    for wrong in ("0", "-1", "many", "1.5", "9999999"):
        with pytest.raises(UsageError, match="NOTION_GITOPS_BUDGET"):
            budget_settings({"NOTION_GITOPS_BUDGET": wrong})


def test_f034_a_limit_of_the_whole_workspace_slows_us_down(notion: "Notion") -> None:
    """Others spend it too: we slow down at the first 429, and try nothing against it."""
    notion.sandbox.weather.limit(RateLimit(30, scope=Scope.WORKSPACE))
    gateway = learning(notion, 60, None)
    for _ in range(90):
        gateway.me()
    assert refused(notion) <= 3  # one for each step down to what is left
