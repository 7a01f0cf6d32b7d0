"""Requests that fail: what is tried again, how long it waits, and what is left to the caller."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from notion_gitops.model.errors import CannotReachNotion, NotPermitted, NotShared, TokenRefused
from notion_gitops.notion.failures import AmbiguousCreate, AmbiguousWrite, RejectedWrite, TooLarge
from notion_gitops.notion.pacing import Clock, Pacer
from notion_gitops.sandbox.basics.nouns import Capability
from notion_gitops.sandbox.edits import trash_page
from notion_gitops.sandbox.weather.rules import Effect, RateLimit, Rule

if TYPE_CHECKING:
    from tests.notion.conftest import Notion

MISSING = "11111111-2222-4333-8444-555555555555"
TITLE = {"Name": {"title": [{"text": {"content": "New"}}]}}


def first_page(notion: "Notion") -> str:
    return str(notion.gateway().query(notion.source("projects")).pages[0]["id"])


def titles(notion: "Notion") -> list[str]:
    pages = notion.gateway().query(notion.source("projects")).pages
    return [page["properties"]["Name"]["title"][0]["plain_text"] for page in pages]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 529, 429, 409])
@pytest.mark.parametrize("path", ["users/me", "query"])
def test_reading_is_tried_again(notion: "Notion", status: int, path: str) -> None:
    """Holds F032, D3."""
    for nth in (1, 2):
        notion.sandbox.weather.add(Rule(Effect.ANSWER, path=path, nth=nth, status=status))
    gateway = notion.gateway()
    if path == "query":
        assert len(gateway.query(notion.source("projects")).pages) == 60
    else:
        assert gateway.me()["type"] == "bot"
    assert (gateway.counts.requests, gateway.counts.retries) == (3, 2)
    assert gateway.counts.seconds_waited == sum(notion.waits) > 0


@pytest.mark.parametrize("effect", [Effect.DROP_BEFORE, Effect.DROP_AFTER])
def test_a_broken_connection_is_tried_again_when_reading(notion: "Notion", effect: Effect) -> None:
    notion.sandbox.weather.add(Rule(effect, nth=1))
    assert notion.gateway().me()["type"] == "bot"


def test_html_in_place_of_an_answer_is_tried_again(notion: "Notion") -> None:
    """Holds F028, A01."""
    page = "<html>moment please</html>"
    notion.sandbox.weather.add(Rule(Effect.ANSWER, nth=1, status=200, body=page))
    notion.sandbox.weather.add(Rule(Effect.ANSWER, nth=2, status=502, body=page))
    assert notion.gateway().me()["type"] == "bot"


def test_reading_is_given_up_after_six_tries(notion: "Notion") -> None:
    notion.sandbox.weather.add(Rule(Effect.ANSWER, status=502, body="<html>"))
    with pytest.raises(CannotReachNotion, match="tried 6 times"):
        notion.gateway().me()
    assert notion.sandbox.requests == 6
    assert len(notion.waits) == 5
    assert max(notion.waits) <= 30


@pytest.mark.parametrize("effect", [Effect.DROP_BEFORE, Effect.DROP_AFTER, Effect.ANSWER_AFTER])
def test_an_unclear_create_is_never_sent_twice(notion: "Notion", effect: Effect) -> None:
    """Holds D3, F028."""
    notion.sandbox.weather.add(Rule(effect, method="POST", path="/pages$", status=502))
    with pytest.raises(AmbiguousCreate):
        notion.gateway().create_page(notion.source("projects"), TITLE)
    expected = 0 if effect is Effect.DROP_BEFORE else 1
    assert titles(notion).count("New") == expected
    assert (
        sum(log.method == "POST" and log.path.endswith("pages") for log in notion.sandbox.log) == 1
    )


def test_a_create_that_was_saved_names_its_page(notion: "Notion") -> None:
    notion.sandbox.weather.add(Rule(Effect.ANSWER_AFTER, path="/pages$", status=503))
    with pytest.raises(AmbiguousCreate) as caught:
        notion.gateway().create_page(notion.source("projects"), TITLE)
    assert caught.value.committed_id is not None
    page = notion.gateway().page(caught.value.committed_id)
    assert page["properties"]["Name"]["title"][0]["plain_text"] == "New"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 409])
def test_an_unclear_update_is_left_to_the_caller(notion: "Notion", status: int) -> None:
    """Holds F033, D3, F032."""
    page = first_page(notion)
    notion.sandbox.weather.add(Rule(Effect.ANSWER_AFTER, method="PATCH", status=status))
    gateway = notion.gateway()
    with pytest.raises(AmbiguousWrite):
        gateway.update_page(page, TITLE)
    assert gateway.counts.writes == 1


@pytest.mark.parametrize("status", [429, 529])
def test_a_create_that_was_put_off_is_sent_again(notion: "Notion", status: int) -> None:
    """Holds D3, F030."""
    notion.sandbox.weather.add(
        Rule(Effect.ANSWER, path="/pages$", nth=1, status=status, headers={"retry-after": "75"})
    )
    notion.gateway().create_page(notion.source("projects"), TITLE)
    assert titles(notion).count("New") == 1
    assert sum(notion.waits) == pytest.approx(
        75, abs=0.01
    )  # in full, although it is more than a minute


def test_a_pause_of_hours_ends_the_run(notion: "Notion") -> None:
    notion.sandbox.weather.add(Rule(Effect.ANSWER, status=429, headers={"retry-after": "7200"}))
    with pytest.raises(CannotReachNotion, match="wait 120 minutes"):
        notion.gateway().me()
    assert notion.waits == []


def test_blocked_requests_are_not_tried_again(notion: "Notion") -> None:
    body = {"code": "rate_limited", "message": "no",
            "additional_data": {"rate_limit_reason": "public_api_request_blocked"}}  # fmt: skip
    notion.sandbox.weather.add(Rule(Effect.ANSWER, status=429, body=body))
    with pytest.raises(CannotReachNotion, match="blocks"):
        notion.gateway().me()
    assert notion.sandbox.requests == 1


def test_no_429_is_self_inflicted_within_the_budget(notion: "Notion") -> None:
    notion.sandbox.weather.limit(RateLimit(20))
    gateway = notion.gateway(budget=20)
    for _ in range(55):
        gateway.me()
    assert [log.status for log in notion.sandbox.log] == [200] * 55
    assert sum(notion.waits) == pytest.approx(120, abs=0.01)  # two windows, and not a second more


def test_a_limit_that_others_use_too_slows_us_down(notion: "Notion") -> None:
    """Holds F034."""
    notion.sandbox.weather.limit(RateLimit(20))
    gateway = notion.gateway(budget=None)
    for _ in range(45):
        gateway.me()
    refused = [log for log in notion.sandbox.log if log.status == 429]
    assert len(refused) == 2


def test_a_refused_write_says_why_in_printable_words(notion: "Notion") -> None:
    """Holds A10."""
    said = "\x1b[31m::set-env name=X::" + "long " * 2000
    notion.sandbox.weather.add(
        Rule(Effect.ANSWER, status=400, body={"code": "validation_error", "message": said})
    )
    with pytest.raises(RejectedWrite) as caught:
        notion.gateway().update_page(MISSING, TITLE)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) == 300
    assert "long" in caught.value.message


def test_a_write_that_notion_refuses_is_told_apart(notion: "Notion") -> None:
    gateway = notion.gateway()
    with pytest.raises(RejectedWrite, match="is not a property"):
        gateway.update_page(first_page(notion), {"Nope": {"number": 1}})
    assert gateway.counts.retries == 0


def test_a_wrong_token_is_no_missing_database(notion: "Notion") -> None:
    with pytest.raises(NotPermitted) as caught:
        notion.gateway("wrong").me()
    assert "NOTION_TOKEN" in caught.value.diagnostics[0].fix


def test_what_is_not_shared_says_how_to_share_it(notion: "Notion") -> None:
    with pytest.raises(NotShared) as caught:
        notion.gateway().page(MISSING)
    assert "Connections" in caught.value.diagnostics[0].fix


def test_users_come_in_pages_and_may_be_forbidden(notion: "Notion") -> None:
    names = [user["name"] for user in notion.gateway().users()]
    assert len(names) == len(set(names)) >= 32
    notion.sandbox.add_token("blind", capabilities=frozenset({Capability.READ}))
    with pytest.raises(NotPermitted):
        notion.gateway("blind").users()


def test_trash_and_restore(notion: "Notion") -> None:
    page = first_page(notion)
    gateway = notion.gateway()
    assert gateway.trash_page(page)["in_trash"]
    assert gateway.page(page)["in_trash"]
    assert not gateway.restore_page(page)["in_trash"]
    assert gateway.counts.writes == 2


def test_a_listing_is_complete_ordered_and_without_trash(notion: "Notion") -> None:
    gone = trash_page(notion.sandbox, "projects", "Project 7", by="Ann Lee")
    listing = notion.gateway().query(notion.source("projects"))
    assert listing.complete
    assert len(listing.pages) == 59
    assert gone not in {page["id"] for page in listing.pages}


def test_only_the_wanted_properties_are_asked_for(notion: "Notion") -> None:
    schema = notion.schema("everything")
    wanted = [schema.properties[name].id for name in ("Key", "Multi", "Relation")]
    (page,) = notion.gateway().query(schema.data_source_id, property_ids=wanted).pages
    assert set(page["properties"]) == {"Key", "Multi", "Relation"}


def test_a_budget_that_shrank_grows_back(notion: "Notion") -> None:
    """One 429 slows the run down for minutes, not for good."""
    pace = Clock(lambda: notion.clock().timestamp(), lambda _: None)
    pacer = Pacer(100, pace)
    slot = pacer.turn()
    assert slot is not None
    pacer.slowed(slot, 30)
    assert pacer.budget == 75
    sizes = []
    for _ in range(5):
        notion.clock.advance(timedelta(seconds=91))
        pacer.turn()
        sizes.append(pacer.budget)
    assert sizes == [85, 95, 100, 100, 100]


def test_a_request_that_notion_would_not_take_is_not_sent(notion: "Notion") -> None:
    text = [{"text": {"content": "ä" * 2000}} for _ in range(100)]
    gateway, source = notion.gateway(), notion.source("Everything")
    before = notion.sandbox.requests
    with pytest.raises(TooLarge, match=r"8\d\d KB"):
        gateway.create_page(source, {"Name": {"title": text}, "Text": {"rich_text": text}})
    assert notion.sandbox.requests == before


def test_part_of_a_list_is_no_list(notion: "Notion") -> None:
    """A relation of which the rest cannot be found must not be taken for the whole of it."""
    body = {"object": "list", "results": [], "has_more": True, "next_cursor": None}
    notion.sandbox.weather.add(Rule(Effect.ANSWER, "GET", "/users$", status=200, body=body))
    with pytest.raises(CannotReachNotion, match="whole list"):
        notion.gateway().users()


def test_what_is_forbidden_is_no_refused_token(notion: "Notion") -> None:
    notion.sandbox.add_token("reader", capabilities=frozenset({Capability.READ}))
    page = notion.gateway().query(notion.source("Everything")).pages[0]["id"]
    with pytest.raises(NotPermitted) as forbidden:
        notion.gateway("reader").trash_page(page)
    assert not isinstance(forbidden.value, TokenRefused)
    with pytest.raises(TokenRefused):
        notion.gateway("nobody").me()
