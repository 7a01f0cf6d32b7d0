"""Mentions, links and equations of a rich text survive an edit in git."""

from tests.notion.notion_desk import Desk


def test_a_title_with_a_mention_is_not_written_over(desk: Desk) -> None:
    mention = {"type": "mention", "mention": {"type": "date", "date": {"start": "2026-06-01"}}}
    title = {"Name": {"title": [{"text": {"content": "due "}}, mention]}}
    desk.gateway.update_page(desk.page_id, title)
    assert "mention" in desk.refused({"title": "other"})


def test_an_edited_title_keeps_its_link(desk: Desk) -> None:
    link = {"url": "https://example.org/plan"}
    title = [{"text": {"content": "See "}}, {"text": {"content": "the plan", "link": link}}]
    desk.gateway.update_page(desk.page_id, {"Name": {"title": title}})
    page = desk.send({"title": "Look at the plan"})
    items = page["properties"]["Name"]["title"]
    assert "".join(item["plain_text"] for item in items) == "Look at the plan"
    assert [item["plain_text"] for item in items if item["href"]] == ["the plan"]


def test_mentions_and_equations_in_text_survive_an_edit_in_git(desk: Desk) -> None:
    items = [
        {"text": {"content": "ask "}, "annotations": {"color": "red", "underline": True}},
        {"type": "mention", "mention": {"user": {"id": desk.people.by_alias["ann"].user_id}}},
        {"type": "equation", "equation": {"expression": "x^2"}},
    ]
    desk.gateway.update_page(desk.page_id, {"Text": {"rich_text": items}})
    text = desk.read()["text"]
    assert isinstance(text, str)
    page = desk.send({"text": text + " now"})
    kinds = [item["type"] for item in page["properties"]["Text"]["rich_text"]]
    assert kinds == ["text", "mention", "equation", "text"]
    assert desk.read()["text"] == text + " now"
