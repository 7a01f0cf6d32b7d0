"""Opening the way to Notion: one host, one token, no redirects."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from notion_client import Client

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import TokenRefused, UsageError
from notion_gitops.notion.failures import LOOPBACK, printable
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pacing import DEFAULT_BUDGET, LARGE_BUDGET, Clock, Pacer
from notion_gitops.notion.sender import Sender, no_word
from notion_gitops.notion.server_time import ServerTime
from notion_gitops.notion.transport import BoundedTransport
from notion_gitops.notion.uploads import FileStore

API = "https://api.notion.com"
"""The host that tokens are for."""

VERSION = "2026-03-11"
"""The version of the API that is spoken."""

BASE_URL_VARIABLE = "NOTION_GITOPS_BASE_URL"
BUDGET_VARIABLE = "NOTION_GITOPS_BUDGET"
TOKEN_VARIABLE = "NOTION_TOKEN"  # noqa: S105  a name, not a secret

IN_FLIGHT = 60
"""Requests that are out at once, at most. So many were seen to be answered (a report from the
field), and it takes as many to spend the larger budget in a burst: benchmarks/pace_writes.py."""

_TIMEOUT_MS = 70_000  # Notion itself gives up after 60 s, and its answer should still be heard


@dataclass(frozen=True, slots=True)
class Settings:
    """How requests are paced; the defaults are for the real Notion."""

    budget: int | None = DEFAULT_BUDGET  # requests a minute; None for the sandbox
    most: int | None = None  # what the budget may turn out to be; None: it is what it is
    in_flight: int = 1  # requests that are out at once, at most
    clock: Clock = field(default_factory=Clock)
    on_wait: Callable[[float, str], None] = no_word  # told of each wait: seconds, and why


def open_gateway(
    token: str,
    *,
    transport: httpx.BaseTransport | None = None,
    base_url: str = API,
    settings: Settings | None = None,
) -> Gateway:
    """A gateway to Notion, or to what stands for it.

    Args:
        token: the secret of the connection; it is not in any repr, log or error.
        transport: another way than the network, such as the sandbox in process.
        base_url: as `allowed_base_url` gave it.
        settings: pacing, and who is told of waits.

    Raises:
        TokenRefused: the token is empty, or no token.
    """
    chosen = settings or Settings()
    for name in ("httpx", "httpcore"):  # they log addresses, and those hold ids
        logging.getLogger(name).setLevel(logging.WARNING)
    server_time = ServerTime(chosen.clock.monotonic)
    http = httpx.Client(
        transport=BoundedTransport(transport or _network(chosen.in_flight), server_time),
        trust_env=False,
        follow_redirects=False,
    )
    # Not with the client's own context manager: entering it replaces `http` by another one.
    client = Client(
        client=http,
        notion_version=VERSION,
        retry=False,
        timeout_ms=_TIMEOUT_MS,
        base_url=base_url.rstrip("/"),
        logger=_silent(),
    )
    # Given to httpx, which hides it in every repr, and not to the client's options, which do not.
    secret = _checked(token)
    http.headers["Authorization"] = f"Bearer {secret}"
    pacer = Pacer(chosen.budget, chosen.clock, chosen.most)

    def hide(text: str) -> str:  # a function, since its repr does not show what it hides
        return text.replace(secret, "***")

    sandboxed = transport is not None or urlsplit(base_url).hostname in LOOPBACK
    store = FileStore(transport or httpx.HTTPTransport(), local=sandboxed)
    sender = Sender(client, pacer, chosen.on_wait, hide=hide)
    return Gateway(sender, store, server_time, chosen.in_flight)


def budget_settings(environ: Mapping[str, str]) -> Settings:
    """How requests to Notion are paced, as the environment says.

    With `NOTION_GITOPS_BUDGET`, no more requests a minute than that, since others use the token
    too. Without, the budget that the connection has is found out.

    Raises:
        UsageError: the variable is no number of requests.
    """
    said = environ.get(BUDGET_VARIABLE, "").strip()
    if not said:
        return Settings(most=LARGE_BUDGET, in_flight=IN_FLIGHT)
    if not re.fullmatch(r"[1-9][0-9]{0,5}", said):
        raise UsageError(Diagnostic(
            f"{BUDGET_VARIABLE} is no number of requests a minute: {printable(said)}",
            fix=f"Give a whole number, such as {DEFAULT_BUDGET // 2}, or unset it.",
        ))  # fmt: skip
    return Settings(budget=int(said), in_flight=IN_FLIGHT)


def allowed_base_url(option: str | None, environ: Mapping[str, str]) -> str:
    """The address to send requests, and with them the token, to.

    Notion's own, unless another is asked for: a loopback address by the option or by the
    environment, any other by both, and never by a file (design decision 48).

    Raises:
        UsageError: the address may not be used, or is none.
    """
    variable = environ.get(BASE_URL_VARIABLE) or None
    wanted = option or variable
    if wanted is None or wanted.rstrip("/") == API:
        return API
    parts = urlsplit(wanted)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise UsageError(Diagnostic(
            "The base URL is not an http address",
            fix=f"Give something like {API} or http://127.0.0.1:8080.",
        ))  # fmt: skip
    if parts.hostname in LOOPBACK:
        return wanted
    if option is None or variable is None or option.rstrip("/") != variable.rstrip("/"):
        raise UsageError(Diagnostic(
            f"The token would be sent to {parts.hostname}, which is not Notion",
            fix=f"If that is meant, give the same address twice: with --base-url and in "
            f"{BASE_URL_VARIABLE}.",
        ))  # fmt: skip
    if parts.scheme != "https":
        raise UsageError(Diagnostic(
            f"The token would be sent to {parts.hostname} in the clear",
            fix="Use an https address.",
        ))  # fmt: skip
    return wanted


def _network(in_flight: int) -> httpx.BaseTransport:
    """Keeps as many connections open as requests are out at once."""
    return httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=in_flight))


def _checked(token: str) -> str:
    clean = token.strip()
    if re.fullmatch(r"[!-~]+", clean):
        return clean
    problem = "is not set" if not clean else "does not hold a token"
    raise TokenRefused(Diagnostic(
        f"{TOKEN_VARIABLE} {problem}",
        fix="Copy the secret of your connection from notion.so/profile/integrations, and "
        f"export {TOKEN_VARIABLE}=... Or try everything out with --sandbox.",
    ))  # fmt: skip


def _silent() -> logging.Logger:
    logger = logging.Logger("notion-client")  # noqa: LOG001  of its own, so that nobody can switch it on
    logger.addHandler(logging.NullHandler())
    return logger
