"""The bodies of pages as Notion's Markdown tells them, and the requests that change them.

What is told here comes from Notion's documentation ("Working with Markdown content", "Enhanced
Markdown"), recorded answers and reports from the field: a reading can be cut short or hold blocks
that it cannot show, and some blocks read as something else although the answer says that it is
whole. Whatever would be lost by writing such a text back is not written.
"""

import json
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from notion_gitops.formats.yaml_text import has_markers
from notion_gitops.model.values import Unknown, Value, canonical_body
from notion_gitops.notion.failures import Json
from notion_gitops.notion.gateway import Gateway
from notion_gitops.text.bodies import in_common

MOST_BYTES = 500_000  # of a request (Notion's documentation, "Request limits")
MOST_CHARACTERS = 2_000  # of the text of one block (same place)
MOST_BLOCKS = 1_000  # of one request (same place)
MOST_HUNKS = 100  # edits of one request, as of all lists in a request
MOST_LISTS = 30  # requests that looking through the blocks of one page may take

_ROUND_TRIP = frozenset(
    {
        "paragraph", "heading_1", "heading_2", "heading_3", "heading_4", "bulleted_list_item",
        "numbered_list_item", "to_do", "quote", "toggle", "code", "callout", "divider", "equation",
        "table", "table_row", "column_list", "column",
    }
)  # fmt: skip
_MEDIA = frozenset({"image", "video", "audio", "file", "pdf"})  # if Notion does not host them
HOSTED = "a file that Notion hosts"
_NAMES = {
    "child_page": "a page inside of it",
    "child_database": "a database inside of it",
    "synced_block": "a synced block",
    "table_of_contents": "a table of contents",
    "unsupported": "a block that the API does not show",
}
_SIGNED = re.compile(
    r"(https?://[^\s?()<>\"]+)\?[^\s()<>\"]*(?:X-Amz-Signature|signature)=[^\s()<>\"]*"
)
_SIGNS = {
    "<unknown": "a block that Markdown cannot show",
    "<page": "a page inside of it",
    "<database": "a database inside of it",
    "<synced_block": "a synced block",
    "<table_of_contents": "a table of contents",
    "<meeting-notes": "meeting notes",
    "[TOC]": "a table of contents",
}


@dataclass(frozen=True, slots=True)
class Hunk:
    """One piece of a body that is replaced, with enough around it to be there once."""

    old: str
    new: str


def body_of(answer: Json) -> Value:
    """The text of a page from an answer; `Unknown` if it is not all of it, None if it is empty.

    A text that no file could hold counts as well. Addresses of files that Notion hosts come without
    their signature, which is another at every reading.
    """
    text, unknown = answer.get("markdown"), answer.get("unknown_block_ids")
    if not isinstance(text, str):
        return Unknown("Notion's answer is not the Markdown of a page")
    if answer.get("truncated"):
        return Unknown("Notion shows only a part of this text, since the page is too long")
    if unknown:
        blocks = f"{len(unknown)} block{'s' if len(unknown) != 1 else ''}"
        return Unknown(f"{blocks} in it cannot be shown as Markdown (an embed, a bookmark, ...)")
    body = canonical_body(_SIGNED.sub(r"\1", text))
    if body is not None and has_markers(body):  # in code; elsewhere they are escaped
        return Unknown("a line of it would be taken for a merge conflict of git (<<<<<<<, >>>>>>>)")
    return body


def signs_of_loss(text: str, answer: str) -> str:
    """What in a body would be lost if it were written, as far as its text tells; "" if nothing.

    Args:
        text: the body as `body_of` gave it.
        answer: the same as Notion sent it.
    """
    if _SIGNED.search(answer):
        return HOSTED
    lines = [line.strip() for line in text.splitlines()]
    return next(
        (what for line in lines for sign, what in _SIGNS.items() if line.startswith(sign)), ""
    )


def blocks_that_are_lost(gateway: Gateway, page_id: str) -> str:
    """What in a page would be lost if its Markdown were written, by its blocks; "" if nothing.

    Costs a request for the page and for each block that has others inside, `MOST_LISTS` at most.

    Raises:
        CannotReachNotion: the blocks cannot be read.
    """
    todo, asked = [page_id], 0
    while todo:
        if asked >= MOST_LISTS:
            return f"more than {MOST_LISTS} blocks with others inside, too many to look through"
        asked += 1
        for block in gateway.children(todo.pop(0)):
            kind = str(block.get("type"))
            content = block.get(kind)
            if kind in _MEDIA and isinstance(content, dict) and content.get("type") != "external":
                return HOSTED
            if kind not in _ROUND_TRIP | _MEDIA:
                return _NAMES.get(kind, f"a block of the type {kind}")
            if block.get("has_children"):
                todo.append(str(block["id"]))
    return ""


def too_large(text: str) -> str:
    """Why Notion would not take a body; "" if it would."""
    size = len(json.dumps(text).encode())
    if size > MOST_BYTES:
        return f"it has {size:,} bytes, where Notion takes {MOST_BYTES:,} in a request"
    lines = text.split("\n")  # not splitlines(): other line breaks (U+2028) end no block
    longest = max(range(len(lines)), key=lambda at: len(lines[at]), default=0)
    if lines and len(lines[longest]) > MOST_CHARACTERS:
        return (
            f"line {longest + 1} of the text has {len(lines[longest]):,} characters, "
            f"where Notion takes {MOST_CHARACTERS:,} in a block"
        )
    blocks = sum(1 for line in lines if line.strip())
    if blocks > MOST_BLOCKS:
        return f"it has {blocks:,} lines, where Notion takes {MOST_BLOCKS:,} blocks in a request"
    return ""


@dataclass(frozen=True, slots=True)
class Command:
    """A request that turns one body into another."""

    after: str  # what it is to be
    hunks: tuple[Hunk, ...]  # none: it is replaced as a whole

    @property
    def body(self) -> Json:
        """What is sent. Nothing ever allows to delete pages and databases inside."""
        if not self.hunks:
            return {"type": "replace_content", "replace_content": {"new_str": self.after}}
        updates = [{"old_str": h.old, "new_str": h.new} for h in self.hunks]
        return {"type": "update_content", "update_content": {"content_updates": updates}}

    def happened(self, before: str, answer: Value) -> bool:
        """Whether an answer to this request, which reads otherwise, is the whole of it.

        Notion normalises what it is sent, so the answer may differ. But of several pieces some
        can be passed over without an error (reports from the field).

        Args:
            before: what the page said when this was sent.
            answer: what it says now.
        """
        if isinstance(answer, Unknown):
            return False
        text = answer if isinstance(answer, str) else ""
        return all(_took_place(hunk, before, text) for hunk in self.hunks)


def replacing(before: str, after: str) -> Command:
    """The request that turns one body into another: by pieces if possible, else as a whole.

    Pieces leave all other blocks as they are, with their ids and their comments.
    """
    return Command(after, hunks_of(before, after))


def _took_place(hunk: Hunk, before: str, text: str) -> bool:
    """Whether a piece was carried out, in whatever spelling: what it changes did not stay."""
    if hunk.old not in text or (hunk.new in text and hunk.new not in before):
        return True
    # A line that only marks the place is in the text either way: look where the change is.
    old, new = hunk.old.split("\n"), hunk.new.split("\n")
    head = in_common(old, new)
    tail = in_common(old[head:][::-1], new[head:][::-1])
    start = before[: before.index(hunk.old)].count("\n")
    first, last = start + head, start + len(old) - tail
    matcher = SequenceMatcher(None, before.split("\n"), text.split("\n"), autojunk=False)
    return any(
        what != "equal" and begin <= last and end >= first
        for what, begin, end, _, _ in matcher.get_opcodes()
    )


def hunks_of(before: str, after: str) -> tuple[Hunk, ...]:
    """The pieces that turn one body into another; none if it is better replaced as a whole.

    Each one's old text stands in the body once, also after those before it were carried out.
    """
    old, new = before.split("\n"), after.split("\n")
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    spans = [_Span(*at) for what, *at in matcher.get_opcodes() if what != "equal"]
    kept = len(old) - sum(s.old_end - s.old for s in spans)
    if not before or not after or not kept or not spans:
        return ()
    apart = _unique(old, [_with_anchor(s, old) for s in spans])
    together = _Span(apart[0].old, apart[-1].old_end, apart[0].new, apart[-1].new_end)
    for choice in (apart, _unique(old, [together])):
        hunks = tuple(
            Hunk("\n".join(old[s.old : s.old_end]), "\n".join(new[s.new : s.new_end]))
            for s in choice
        )
        if len(hunks) <= MOST_HUNKS and carried_out(before, hunks) == after:
            return hunks
    return ()


def carried_out(before: str, hunks: tuple[Hunk, ...]) -> str | None:
    """The body after all pieces; None if one of them is not there exactly once."""
    for hunk in hunks:
        if _count(before, hunk.old) != 1:
            return None
        before = before.replace(hunk.old, hunk.new)
    return before


class _Span(NamedTuple):
    """Lines that are replaced by others."""

    old: int
    old_end: int
    new: int
    new_end: int


def _with_anchor(span: _Span, old: list[str]) -> _Span:
    """The span with a line that stays, where it would else be empty on one side."""
    if span.old < span.old_end and span.new < span.new_end:
        return span
    return _wider(span, old, upwards=span.old > 0)


def _wider(span: _Span, old: list[str], *, upwards: bool) -> _Span:
    if upwards and span.old > 0:
        return span._replace(old=span.old - 1, new=span.new - 1)
    if span.old_end < len(old):
        return span._replace(old_end=span.old_end + 1, new_end=span.new_end + 1)
    return span._replace(old=max(0, span.old - 1), new=max(0, span.new - 1))


def _unique(old: list[str], spans: list[_Span]) -> list[_Span]:
    """Spans with so many lines around them that each text is there once; those that meet join."""
    text = "\n".join(old)
    found: list[_Span] = []
    for each in spans:
        span, upwards = each, True
        while _count(text, "\n".join(old[span.old : span.old_end])) > 1 and (
            span.old > 0 or span.old_end < len(old)
        ):
            span, upwards = _wider(span, old, upwards=upwards), not upwards
        while found and span.old <= found[-1].old_end:
            last = found.pop()
            old_start, new_start = min(last.old, span.old), min(last.new, span.new)
            span = _Span(old_start, span.old_end, new_start, span.new_end)
        found.append(span)
    return found


def _count(text: str, part: str) -> int:
    """How often a text stands in another, also where it overlaps with itself."""
    if not part:
        return len(text) + 1
    return len(re.findall(f"(?={re.escape(part)})", text))
