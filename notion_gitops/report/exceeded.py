"""The thresholds of a team that a plan is beyond, in words."""

from notion_gitops.model.plan import Exceeded
from notion_gitops.report.show import place_text
from notion_gitops.text.words import count, number


def exceeded_sentence(beyond: Exceeded) -> str:
    """One threshold, with what makes the command fail, and where that was said."""
    where = f" in {beyond.mapping}" if beyond.mapping else ""
    said = f"thresholds, {place_text(beyond.place)}" if beyond.place else "--fail-on"
    if beyond.what == "health":
        return f"Fails: the health{where} is {beyond.count}, below {beyond.limit} ({said})."
    one = {"conflicts": "open conflict"}.get(beyond.what, beyond.what.removesuffix("s"))
    allowed = number(beyond.limit) if beyond.limit else "none"
    return f"Fails: {count(beyond.count, one)}{where}, and {allowed} may be ({said})."
