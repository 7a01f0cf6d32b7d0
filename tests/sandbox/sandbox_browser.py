"""A real browser, driven by the WebDriver protocol (W3C) that Debian's chromedriver speaks."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")

CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
MISSING = "chromium and chromedriver are not here: apt-get install chromium chromium-driver"

PATIENCE = 30.0  # seconds that a busy machine may take until something is to be seen

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element (WebDriver, section 12)
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-default-apps", "--no-proxy-server",
]  # fmt: skip


class DriverError(Exception):
    """What the driver would not do, such as a click on what is not there."""


@dataclass(frozen=True)
class Browser:
    """One window. Elements are found by CSS selector, and waited for."""

    session: str  # address of the session at the driver
    http: httpx.Client

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """One command to the driver; its value."""
        sent = body if method == "POST" else None
        answer = self.http.request(method, f"{self.session}/{path}", json=sent)
        value = answer.json()["value"]
        if answer.status_code != 200:
            raise DriverError(value["message"].partition("\n")[0])
        return value

    def go(self, address: str) -> None:
        """Open an address."""
        self.ask("POST", "url", url=address)

    def run(self, script: str, *arguments: Any) -> Any:
        """What the body of a function returns in the page."""
        return self.ask("POST", "execute/sync", script=script, args=list(arguments))

    def devtools(self, command: str, **parameters: Any) -> Any:
        """A command of the browser's own protocol."""
        return self.ask("POST", "goog/cdp/execute", cmd=command, params=parameters)

    def until(self, what: str, look: Callable[[], T]) -> T:
        """What `look` gives once it gives something."""
        end = time.monotonic() + PATIENCE
        last = "nothing"
        while time.monotonic() < end:
            try:
                found = look()
            except DriverError as error:
                last = str(error)
            else:
                if found:
                    return found
            time.sleep(0.03)
        shown = self.run("return document.body.innerText.slice(0, 1500)")
        raise AssertionError(f"waited for {what}; {last}; the page says:\n{shown}")

    def _element(self, selector: str) -> str:
        found = self.ask("POST", "element", using="css selector", value=selector)
        # The driver takes what stands behind a column that stays for something to be seen.
        self.run("arguments[0].scrollIntoView({block: 'nearest', inline: 'nearest'})", found)
        return f"element/{found[_ELEMENT]}"

    def click(self, selector: str) -> None:
        """Click, as a person would: what is covered or not shown cannot be."""

        def click() -> bool:
            self.ask("POST", f"{self._element(selector)}/click")
            return True

        self.until(f"a click on {selector}", click)

    def type(self, selector: str, text: str) -> None:
        """Type into a field, which is emptied first."""

        def type_() -> bool:
            element = self._element(selector)
            self.ask("POST", f"{element}/clear")
            self.ask("POST", f"{element}/value", text=text)
            return True

        self.until(f"a field {selector}", type_)

    def keys(self, text: str) -> None:
        """Press keys, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": strokes}]
        self.ask("POST", "actions", actions=actions)

    def text(self, selector: str) -> str:
        """The text of an element, as it is seen; empty if it is not there."""
        script = "const e = document.querySelector(arguments[0]); return e ? e.innerText : ''"
        return str(self.run(script, selector))


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A new browser with an empty profile in that folder."""
    assert CHROMEDRIVER is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = subprocess.Popen(
        [CHROMEDRIVER, f"--port={port}", "--log-level=OFF"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(timeout=60, trust_env=False) as http:
            yield from _session(http, f"http://127.0.0.1:{port}", profile)
    finally:
        driver.terminate()
        driver.wait(20)


def _session(http: httpx.Client, driver: str, profile: Path) -> Iterator[Browser]:
    _wait_for(http, driver)
    options = {"args": [*_FLAGS, f"--user-data-dir={profile}"], "binary": CHROMIUM}
    wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
    made = http.post(f"{driver}/session", json=wanted)
    assert made.status_code == 200, made.text
    window = Browser(f"{driver}/session/{made.json()['value']['sessionId']}", http)
    try:
        yield window
    finally:
        http.delete(window.session)


def _wait_for(http: httpx.Client, driver: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            http.get(f"{driver}/status")
        except httpx.TransportError:
            assert time.monotonic() < end, "chromedriver does not answer"
            time.sleep(0.05)
        else:
            return
