"""What a failure that is not tried again is told as."""

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import (
    CannotReachNotion,
    NoBlocksLeft,
    NobodyListens,
    NotPermitted,
    NotShared,
    TokenRefused,
)
from notion_gitops.notion.calls import Call, Nature
from notion_gitops.notion.failures import (
    AmbiguousCreate,
    AmbiguousWrite,
    Failure,
    Kind,
    RejectedRequest,
    RejectedWrite,
)


def gave_up(about: str, why: str) -> CannotReachNotion:
    """There is no answer, and it is not asked for any more."""
    return CannotReachNotion(Diagnostic(
        f"Notion could not be asked about {about}: {why}",
        fix="Run the same command again later; nothing is lost.",
    ))  # fmt: skip


def final_error(failure: Failure, call: Call) -> Exception:
    """The error for a failure that is not tried again."""
    match failure.kind:
        case Kind.REJECTED:
            reading = call.nature is Nature.READ
            return (RejectedRequest if reading else RejectedWrite)(failure.message)
        case Kind.UNCLEAR | Kind.TOO_LARGE if call.nature is Nature.CREATE:
            return AmbiguousCreate(failure.message, failure.committed_id)
        case Kind.UNCLEAR | Kind.TOO_LARGE if call.nature is Nature.CHANGE:
            return AmbiguousWrite(failure.message)
        case Kind.NOBODY:
            return NobodyListens(Diagnostic(
                f"There is no Notion to ask: {failure.message}",
                fix="Is `notion-gitops sandbox serve` running, and is that the address that it "
                "printed? See --base-url and NOTION_GITOPS_BASE_URL.",
            ))  # fmt: skip
        case Kind.MISSING:
            return NotShared(Diagnostic(
                f"Notion does not show {call.about} to this connection",
                fix="Open it in Notion, choose ••• > Connections, and add the connection there. "
                "If it was deleted, take its id out of the mapping.",
                detail=failure.message,
            ))  # fmt: skip
        case Kind.DENIED:
            return TokenRefused(Diagnostic(
                "Notion does not accept the token",
                fix="Set NOTION_TOKEN to the secret of your connection "
                "(notion.so/profile/integrations); it may have been revoked or copied in part.",
                detail=failure.message,
            ))  # fmt: skip
        case Kind.NO_BLOCKS:
            return NoBlocksLeft(Diagnostic(
                "The workspace has reached its limit of blocks, so nothing can be added",
                fix="Pages can still be edited. Deleting does not free blocks: upgrade the "
                "workspace's plan in Notion, then run this again.",
                detail=failure.message,
            ))  # fmt: skip
        case Kind.FORBIDDEN:
            return NotPermitted(Diagnostic(
                f"The connection may not do this with {call.about}",
                fix="In notion.so/profile/integrations, give the connection the capability "
                "to read, insert or update content, or to read user information.",
                detail=failure.message,
            ))  # fmt: skip
        case _:
            return CannotReachNotion(_other(failure, call))


def _other(failure: Failure, call: Call) -> Diagnostic:
    match failure.kind:
        case Kind.REDIRECTED:
            return Diagnostic(
                f"Notion's answer about {call.about} leads to another address, "
                "and the token is not sent there",
                fix="Check the network: a proxy or a login page may answer instead of Notion.",
            )
        case Kind.BLOCKED:
            return Diagnostic(
                "Notion blocks the requests of this connection",
                fix="Wait, and ask Notion's support; trying again makes it worse.",
                detail=failure.message,
            )
        case _:
            return Diagnostic(
                f"Notion's answer about {call.about} cannot be used: {failure.message}",
                fix="Run the same command again later; nothing was written.",
            )
