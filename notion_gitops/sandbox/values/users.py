"""Users in answers, and the endpoints that list them."""

from __future__ import annotations

from notion_gitops.sandbox.basics.messages import ApiError, Code, Json, restricted
from notion_gitops.sandbox.basics.nouns import Capability, User, UserKind
from notion_gitops.sandbox.call import Call, checked_id, listing

_UPLOAD_LIMIT = "upload_limit"  # a setting of the file: bytes
_FREE_PLAN_LIMIT = 5 * 1024 * 1024  # bytes, as recorded


def upload_limit(call: Call) -> int:
    """The most bytes that a file of this workspace may have."""
    return int(call.store.meta(_UPLOAD_LIMIT) or _FREE_PLAN_LIMIT)


def set_upload_limit(call: Call, size: int) -> None:
    """Let files of this workspace have `size` bytes, as another plan of Notion's does."""
    call.store.set_meta(_UPLOAD_LIMIT, str(size))


def user_stub(identity: str) -> Json:
    """The form of a user of which nothing may be told."""
    return {"object": "user", "id": identity}


def shown_user(call: Call, user: User) -> Json:
    """A user as the token may see it; another integration says nothing of itself."""
    if Capability.USERS not in call.token.capabilities:
        return user_stub(user.id)
    shown: Json = {**user_stub(user.id), "name": user.name, "avatar_url": None}
    if user.kind is UserKind.BOT:
        return {**shown, "type": "bot", "bot": {}}
    person: Json = {}
    if Capability.EMAILS in call.token.capabilities and user.email is not None:
        person = {"email": user.email, "email_verified": True}
    return {**shown, "type": "person", "person": person}


def _own_bot(call: Call) -> Json:
    bot = call.token.bot
    return {
        **user_stub(bot.id),
        "name": bot.name,
        "avatar_url": None,
        "type": "bot",
        "bot": {
            "owner": {"type": "workspace", "workspace": True},
            "workspace_name": call.store.meta("workspace_name"),
            "workspace_id": call.store.meta("workspace_id"),
            "workspace_limits": {"max_file_upload_size_in_bytes": upload_limit(call)},
        },
    }


def retrieve_me(call: Call) -> Json:
    """GET users/me: works with any capability."""
    return _own_bot(call)


def retrieve_user(call: Call, user_id: str) -> Json:
    """GET users/{id}."""
    identity = checked_id(user_id, "path.user_id")
    known = call.world.users().get(identity)
    if known is None or Capability.USERS not in call.token.capabilities:
        raise ApiError(
            404,
            Code.OBJECT_NOT_FOUND,
            f"Could not find user with ID: {identity}. Make sure your integration has capabilities "
            "to read user information. With those capabilities, only members and guests in the "
            "integration's workspace are visible.",
        )
    return _own_bot(call) if identity == call.token.bot.id else shown_user(call, known)


def list_users(call: Call) -> Json:
    """GET users."""
    if Capability.USERS not in call.token.capabilities:
        raise restricted()
    call.only_parameters("start_cursor", "page_size")
    ids = list(call.world.users())
    window, following = call.window(ids)
    shown = [
        _own_bot(call) if i == call.token.bot.id else shown_user(call, call.world.user(i))
        for i in ids[window]
    ]
    return listing(shown, following, "user")
