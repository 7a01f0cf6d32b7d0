"""One request of an apply, and what its failure makes of the record that it was for."""

from collections.abc import Callable
from typing import TypeVar

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import (
    CannotReachNotion,
    NoBlocksLeft,
    NotPermitted,
    NotShared,
    TokenRefused,
)
from notion_gitops.model.outcomes import Status
from notion_gitops.notion.failures import RejectedRequest, TooLarge

Answer = TypeVar("Answer")
Found = TypeVar("Found")

LOOK_UPS = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds between look-ups after a create without an answer


class NotWritten(Exception):  # noqa: N818  it is caught where records are written
    """A step that could not be done, and what that makes of its record."""

    def __init__(
        self,
        status: Status,
        why: str,
        *,
        unreachable: bool = False,
        refused: bool = False,
        no_blocks: bool = False,
        denied: Diagnostic | None = None,
    ) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.unreachable = unreachable
        self.refused = refused  # Notion does not take the request as it is
        self.no_blocks = no_blocks  # nothing can be added to the workspace
        self.denied = denied  # what the connection may not do, if that is why


def asked(request: Callable[[], Answer]) -> Answer:
    """The answer to a request, or what its failure makes of the record.

    Raises:
        TokenRefused: the token itself is refused: no other request has a chance.
        AmbiguousCreate, AmbiguousWrite: the caller knows how to find out.
    """
    try:
        return sent(request)
    except TooLarge as large:
        why = f"not sent: {large.message}"
        raise NotWritten(Status.FAILED, why, refused=True) from large
    except RejectedRequest as refused:
        why = f"Notion refused it: {refused.message}"
        raise NotWritten(Status.FAILED, why, refused=True) from refused


def sent(request: Callable[[], Answer]) -> Answer:
    """As `asked`, for a request whose refusal leaves the rest of the record as it is.

    Raises:
        RejectedRequest: Notion does not take it.
    """
    try:
        return request()
    except NoBlocksLeft as full:
        why = full.diagnostics[0].summary
        raise NotWritten(Status.PENDING, why, no_blocks=True) from full
    except NotShared as missing:
        raise NotWritten(Status.FAILED, missing.diagnostics[0].summary) from missing
    except TokenRefused:
        raise
    except NotPermitted as denied:
        told = denied.diagnostics[0]
        raise NotWritten(Status.FAILED, _in_full(denied), denied=told) from denied
    except CannotReachNotion as silent:
        why = silent.diagnostics[0].summary
        raise NotWritten(Status.PENDING, why, unreachable=True) from silent


def looked_for(look: Callable[[], Found | None], pause: Callable[[float], None]) -> Found | None:
    """What a create without an answer made: looked for at once, and again for half a minute.

    Args:
        look: one look-up; None if it found nothing.
        pause: waits for so many seconds.
    """
    for seconds in LOOK_UPS:
        found = look()
        if found is not None:
            return found
        pause(seconds)
    return look()


def _in_full(denied: NotPermitted) -> str:
    """What is not permitted, with Notion's own words: the limits of a plan are told so as well."""
    told = denied.diagnostics[0]
    return f"{told.summary} ({told.detail})" if told.detail else told.summary
