"""How a mapping is kept: deletions, limits, time zone."""

from dataclasses import replace
from zoneinfo import ZoneInfo, available_timezones

from notion_gitops.formats.nodes import Scalar, Table
from notion_gitops.mapping.view import View
from notion_gitops.model.mapping import Carry, Limit, Safety, Thresholds
from notion_gitops.model.nearest import nearest

_DEFAULT_ZONE = "UTC"


def read_carry(section: View, key: str) -> Carry:
    """What a deletion does to the other side: `trash` and `delete` both carry it over."""
    match section.text(key):
        case "keep":
            return Carry.KEEP
        case "ask":
            return Carry.ASK
        case _:
            return Carry.DELETE


def read_safety(section: View) -> Safety:
    """The limits; what is not said has its default."""
    usual = Safety()
    return Safety(
        deletes=_limit(section, "deletes", usual.deletes),
        updates=_limit(section, "updates", usual.updates),
    )


def read_thresholds(section: View) -> Thresholds:
    """How much may be wrong before a plan fails; what is not said may be as it is."""
    names = ("errors", "warnings", "conflicts", "health")
    given = {name: section.value(name) for name in names}
    place = section.table.place if section.table is not None else None
    return Thresholds(place=place, **given)


def _limit(section: View, key: str, usual: Limit) -> Limit:
    """A limit as written. A stated number is meant, so the floor is never above it."""
    node = section.node(key)
    match node:
        case Table():
            table = View(node, section.problems)
            share, count = table.text("share"), table.value("count")
            limit = replace(usual, place=node.place)
            if share is not None:
                limit = replace(limit, share=_share(share), count=None)
            if count is not None:
                limit = replace(limit, count=count, share=limit.share if share else 1.0)
        case Scalar(text=text) if text.endswith("%"):
            limit = replace(usual, share=_share(text), place=node.place)
        case Scalar(text=text):
            limit = replace(usual, share=1.0, count=int(float(text)), place=node.place)
        case _:
            return usual
    least = 0 if limit.share == 0 else limit.floor
    return replace(limit, floor=least if limit.count is None else min(least, limit.count))


def _share(text: str) -> float:
    return float(text.rstrip("% ")) / 100


def read_timezone(root: View) -> str:
    """The name of the time zone, which the time zone database must know."""
    zone = root.scalar("timezone")
    if zone is None:
        return _DEFAULT_ZONE
    try:
        ZoneInfo(zone.text)
    except (KeyError, ValueError, OSError):  # not found, not a name, or a folder of the database
        near = nearest(zone.text, available_timezones())
        fix = f'did you mean "{near}"?' if near else "write a name such as Europe/Paris, or UTC"
        root.problems.at(zone, f'unknown time zone "{zone.text}"', fix)
        return _DEFAULT_ZONE
    return zone.text
