"""Looking for what a create without an answer may have made."""

from notion_gitops.workflow.writing.asking import LOOK_UPS, looked_for


def test_what_shows_up_in_the_last_pause_is_still_found() -> None:
    """A look-up that ended with a pause would take a page for missing that is there."""
    waited: list[float] = []
    found = looked_for(lambda: "page" if len(waited) == len(LOOK_UPS) else None, waited.append)
    assert (found, waited) == ("page", list(LOOK_UPS))


def test_what_is_there_is_found_without_a_pause() -> None:
    waited: list[float] = []
    assert looked_for(lambda: "page", waited.append) == "page"
    assert waited == []


def test_what_never_shows_up_is_looked_for_half_a_minute() -> None:
    waited: list[float] = []
    assert looked_for(lambda: None, waited.append) is None
    assert sum(waited) == 30
