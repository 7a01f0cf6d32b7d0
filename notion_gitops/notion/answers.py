"""Whether an answer is what was asked for: a list, or a page, and whole."""

from datetime import datetime

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import CannotReachNotion, InvalidInput
from notion_gitops.notion.failures import Json
from notion_gitops.notion.ids import checked_id


def as_list(answer: Json, about: str) -> Json:
    """The answer, which must be a list."""
    results = answer.get("results")
    if isinstance(results, list) and all(isinstance(item, dict) for item in results):
        return answer
    raise odd(about, "list")


def as_page(answer: Json, about: str) -> Json:
    """The answer, which must be a whole page."""
    if is_page(answer):
        return answer
    raise odd(about, "page")


def is_page(answer: Json) -> bool:
    """Whether the answer is a page with all that we read of one."""
    try:
        checked_id(answer["id"])
        datetime.fromisoformat(answer["created_time"])
        datetime.fromisoformat(answer["last_edited_time"])
        return all(isinstance(value, dict) for value in answer["properties"].values())
    except (KeyError, TypeError, ValueError, AttributeError, InvalidInput):
        return False


def odd(about: str, wanted: str) -> CannotReachNotion:
    """The error for an answer that is not what was asked for."""
    return CannotReachNotion(Diagnostic(
        f"Notion's answer about {about} is not the {wanted} that it should be",
        fix="Run the same command again later; nothing was written.",
    ))  # fmt: skip
