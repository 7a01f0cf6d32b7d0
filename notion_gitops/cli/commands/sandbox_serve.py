"""`sandbox serve`: the local Notion on a loopback port, for people and for scripts."""

import json
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from notion_gitops.cli.options import examples
from notion_gitops.cli.output import say, show_token
from notion_gitops.cli.sandbox_file import open_place, place_options
from notion_gitops.cli.strict import Command
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.sandbox.basics.sizes import bytes_of
from notion_gitops.sandbox.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.server import HOST, SandboxServer
from notion_gitops.sandbox.server import serve as bind
from notion_gitops.sandbox.values.users import set_upload_limit
from notion_gitops.text.escape import terminal


@dataclass(frozen=True)
class _Served:
    """What a client has to know."""

    tokens: tuple[str, ...]
    root_page: str | None  # id


def _size(_: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """The bytes that an option says."""
    if text is None:
        return None
    try:
        return bytes_of(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param=option) from None


@click.command(
    "serve",
    cls=Command,
    short_help="Serve it over HTTP on this machine.",
    epilog=examples(
        "notion-gitops sandbox serve",
        "notion-gitops sandbox serve --port 0 --token ntn_test --root-page Tests",
    ),
)
@place_options
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="0 takes a free one.",
)
@click.option("--host", default=HOST, show_default=True, help="An address of this machine alone.")
@click.option("--token", "tokens", multiple=True, help="Let this token in too; more than once.")
@click.option(
    "--root-page", metavar="TITLE",
    help="Serve an empty workspace with this one page, which the tokens may write to. It is kept "
    "in memory, or in --file.",
)  # fmt: skip
@click.option(
    "--upload-limit", metavar="SIZE", callback=_size,
    help="The most that an uploaded file may have, such as 20MB. It is kept.  [default: 5MB]",
)  # fmt: skip
def serve(  # noqa: PLR0917  one parameter an option
    start: Path,
    file: Path | None,
    port: int,
    host: str,
    tokens: tuple[str, ...],
    root_page: str | None,
    upload_limit: int | None,
) -> None:
    """Serve the sandbox on this machine, for other Notion clients and for --base-url.

    The first line on standard output is JSON: base_url, token, tokens, and with --root-page
    root_page_id. In a browser the same address shows the databases.
    """
    empty = root_page is not None and file is None
    sandbox = Sandbox() if empty else open_place(start, file, make=True)
    try:
        server = _bound(sandbox, port, host)
        try:
            if upload_limit is not None:
                with sandbox.acting() as call:
                    set_upload_limit(call, upload_limit)
            _tell(sandbox, server, _prepared(sandbox, tokens, root_page))
            _until_stopped(server)
        finally:
            server.server_close()
    finally:
        sandbox.close()
    say("Stopped.")


def _bound(sandbox: Sandbox, port: int, host: str) -> SandboxServer:
    try:
        return bind(sandbox, port, host)
    except ValueError:
        fix = "127.0.0.1, ::1 or localhost: others must not reach a sandbox"
        raise UsageError(
            Diagnostic(f"{host} is no address of this machine alone", fix=fix)
        ) from None
    except OSError as error:
        summary = f"port {port} cannot be had: {error.strerror}"
        raise UsageError(Diagnostic(summary, fix="--port 0 takes a free one")) from None


def _prepared(sandbox: Sandbox, tokens: tuple[str, ...], root_page: str | None) -> _Served:
    """Make the page and the connections that the options name."""
    root = None if root_page is None else _root(sandbox, root_page)
    known = {one.token for one in sandbox.connections()}
    for at, token in enumerate(dict.fromkeys(tokens)):
        if token not in known:
            name = f"Connection {at + 1}"
            sandbox.add_token(token, name=name, shared=None if root is None else [root])
    return _Served(tokens or (DEFAULT_TOKEN,), root)


def _root(sandbox: Sandbox, title: str) -> str:
    """The page of that title at the top of the workspace; made where there is none."""
    return sandbox.find_root_page(title) or sandbox.create_root_page(title)


def _tell(sandbox: Sandbox, server: SandboxServer, served: _Served) -> None:
    told = {"base_url": server.base_url, "token": served.tokens[0], "tokens": served.tokens}
    if served.root_page is not None:
        told["root_page_id"] = served.root_page
    show_token(json.dumps(told))
    known = ", ".join(terminal(one) for one in served.tokens)
    say(f"Serving on {server.base_url} with the token {known}")
    if served.root_page is not None:
        say(f"  the page to write to: {served.root_page}")
    for database in sandbox.databases():
        say(f"  {terminal(database.title):<24} {database.database_id}")
    say(f"To edit in a browser, open {server.base_url}/")
    say("Stop with Ctrl-C.")


def _until_stopped(server: SandboxServer) -> None:
    """Serve until Ctrl-C or SIGTERM."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # From another thread: shutdown waits for the loop that this one is in.
        threading.Thread(target=server.shutdown).start()

    before = {which: signal.signal(which, stop) for which in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
