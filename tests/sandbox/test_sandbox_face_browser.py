"""A newcomer plays the colleague in Notion, in a real browser, and then looks at the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from notion_gitops.sandbox import DEFAULT_TOKEN
from tests.cli.cli_world import World, good_world
from tests.sandbox.sandbox_browser import CHROMEDRIVER, CHROMIUM, MISSING, Browser, browser

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
Place = tuple[World, Browser]

BO = "a91d2e47-5b60-4c8f-8e13-7d94c2f5a802"

pytestmark = pytest.mark.skipif(not (CHROMIUM and CHROMEDRIVER), reason=MISSING)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> World:
    return good_world(tmp_path_factory.mktemp("good"))


@pytest.fixture
def place(good: World, tmp_path: Any, window: Browser) -> Iterator[Place]:
    """A workspace in sync, its sandbox served, and the browser at the table of tasks."""
    with good.copied(tmp_path).served({}) as world:
        window.devtools("Network.clearBrowserCookies")
        window.go(world.tool.environment["NOTION_GITOPS_BASE_URL"])
        window.click(".databases li:nth-child(2) a")
        window.until("the table", lambda: window.text("h1") == "Tasks")
        yield world, window


def _rows(world: World) -> dict[str, Json]:
    """What the API says, by title: the properties' plain values, and who edited last."""
    tool = world.tool.environment
    headers = {"authorization": f"Bearer {DEFAULT_TOKEN}", "notion-version": "2026-03-11"}
    address = f"{tool['NOTION_GITOPS_BASE_URL']}/v1/search"
    told = {"filter": {"property": "object", "value": "page"}}
    found = httpx.post(address, headers=headers, json=told, trust_env=False).json()["results"]
    return {_title(page): page for page in found}


def _title(page: Json) -> str:
    runs = next(p["title"] for p in page["properties"].values() if p["type"] == "title")
    return "".join(run["plain_text"] for run in runs)


def _cell(window: Browser, title: str, column: str) -> str:
    """Marks the cell of a row, and gives the selector for it."""
    script = """
      const row = [...document.querySelectorAll('tbody tr')].find((tr) =>
        tr.querySelector('td.title .text').textContent === arguments[0]);
      for (const old of document.querySelectorAll('[data-test]')) delete old.dataset.test;
      const [label, kind] = [`td[data-label="${arguments[1]}"] .cell`, `td.${arguments[1]}`];
      const cell = row && row.querySelector(`${label}, ${kind}`);
      if (cell) cell.dataset.test = 'this';
      return Boolean(cell)
    """
    window.until(f"{column} of {title}", lambda: window.run(script, title, column))
    return "[data-test]"


def _saved(window: Browser) -> None:
    window.until("the window to close", lambda: not window.run(
        "return document.querySelector('dialog').open"
    ))  # fmt: skip


def test_a_colleague_edits_and_the_plan_shows_it(place: Place) -> None:
    world, window = place
    window.click(f"#person option[value='{BO}']")
    window.click(".person button")
    window.until("Bo", lambda: window.run("return document.querySelector('#person').value") == BO)

    window.click(_cell(window, "Order the beams", "Hours"))
    window.type("dialog #editor-text", "8.5\ue007")  # and Enter
    _saved(window)
    assert "8.5" in window.text(_cell(window, "Order the beams", "Hours"))

    window.click(_cell(window, "Paint the gate", "Project"))
    window.click("dialog .choice input:checked")  # no longer the depot gate
    window.type("dialog #editor-words", "hall")
    window.until("the search", lambda: window.text("dialog .choices").strip() == "Hall B")
    window.click("dialog .choice input")
    window.click("dialog [data-save]")
    _saved(window)

    window.click(_cell(window, "Paint the gate", "Urgent"))
    window.until(
        "the tick",
        lambda: window.run(
            "return document.activeElement.getAttribute('aria-checked')"
        ) == "true",
    )  # fmt: skip

    window.type("#new", "Buy nails")
    window.click(".add button")
    window.until("the new row", lambda: "4 rows" in window.text(".summary"))
    window.click(_cell(window, "Pour the slab", "do") + " button")
    window.until("the notice", lambda: "Moved to the trash" in window.text(".notice"))
    assert "Pour the slab" not in window.text("table")

    rows = _rows(world)
    assert rows["Order the beams"]["properties"]["Hours"]["number"] == 8.5
    assert rows["Order the beams"]["last_edited_by"]["id"] == BO
    hall = rows["Hall B"]["id"]
    assert rows["Paint the gate"]["properties"]["Project"]["relation"] == [{"id": hall}]
    assert rows["Paint the gate"]["properties"]["Urgent"]["checkbox"] is True
    assert rows["Buy nails"]["created_by"]["id"] == BO
    assert "Pour the slab" not in rows

    plan = " ".join(world.tool.run("plan", "--sandbox", "--full").expect(0).stdout.split())
    waits = "1 in Notion, not ready: taken in once filled in and unedited for 5 minutes Buy nails: "
    assert f"{waits}at rest from" in plan
    assert "order-beams from Notion to git hours 6 -> 8.5" in plan
    assert "project + hall-b - depot-gate urgent (empty) -> yes" in plan
    assert "- pour-slab in Notion's trash, file deleted in git" in plan


def test_what_is_wrong_is_told_beside_the_cell_and_escape_leaves_it(place: Place) -> None:
    world, window = place
    window.click(_cell(window, "Order the beams", "Hours"))
    window.type("dialog #editor-text", "many")
    window.click("dialog [data-save]")
    window.until("the error", lambda: "“many” is not a number" in window.text("dialog .error"))
    assert window.run("return document.activeElement.value") == "many"
    window.keys("\ue00c")  # Escape
    _saved(window)
    assert window.run("return document.activeElement.closest('td').dataset.label") == "Hours"
    assert _rows(world)["Order the beams"]["properties"]["Hours"]["number"] == 6


def test_the_keyboard_is_enough(place: Place) -> None:
    world, window = place
    assert _cell(window, "Order the beams", "Name") == "[data-test]"
    window.run("document.querySelector('[data-test]').focus()")
    window.keys("\ue014\ue014\ue012\ue007")  # right, right, left, Enter: the task's id
    window.until("the window", lambda: window.text("dialog h2").endswith("Task ID"))
    window.keys("-2\ue004\ue007")  # behind what is there, then Tab, and Enter on Save
    _saved(window)
    task = _rows(world)["Order the beams"]["properties"]["Task ID"]["rich_text"]
    assert [run["plain_text"] for run in task] == ["order-beams-2"]


def test_a_small_screen_scrolls_one_way_only(place: Place) -> None:
    _, window = place
    window.devtools(
        "Emulation.setDeviceMetricsOverride",
        width=400, height=800, deviceScaleFactor=1, mobile=True,
    )  # fmt: skip
    try:
        assert window.run("return document.documentElement.scrollWidth") == 400
        window.click(_cell(window, "Order the beams", "Due"))
        window.type("dialog [name=start_day]", "12052026")
        window.click("dialog [data-save]")
        _saved(window)
        assert "2026-12-05" in window.text(_cell(window, "Order the beams", "Due"))
    finally:
        window.devtools("Emulation.clearDeviceMetricsOverride")


def _box(window: Browser, script: str) -> Json:
    found: Json = window.run(f"return ({script}).getBoundingClientRect().toJSON()")
    return found


def test_what_has_the_focus_is_to_be_seen_beside_the_columns_that_stay(place: Place) -> None:
    _, window = place
    window.devtools(
        "Emulation.setDeviceMetricsOverride",
        width=900, height=800, deviceScaleFactor=1, mobile=False,
    )  # fmt: skip
    try:
        row = "document.activeElement.closest('tr')"
        _cell(window, "Order the beams", "Name")
        window.run(FOCUS)
        for keys in ("\ue014" * 9, "\ue012" * 7):  # to the right, and back but for one
            for key in keys:
                window.keys(key)
                if window.run("return document.activeElement.closest('td').cellIndex") == 0:
                    continue
                cell = _box(window, "document.activeElement")
                assert cell["left"] >= _box(window, f"{row}.cells[0]")["right"] - 1
                assert cell["right"] <= _box(window, f"[...{row}.cells].at(-1)")["left"] + 1
        assert _box(window, f"[...{row}.cells].at(-1)")["right"] <= 900
    finally:
        window.devtools("Emulation.clearDeviceMetricsOverride")


FOCUS = "document.querySelector('[data-test]').focus()"


def test_the_focus_stays_where_one_goes_on(place: Place) -> None:
    world, window = place
    window.click("#new")
    window.keys("\ue007")  # Enter, and nothing typed
    assert window.run("return document.activeElement.id") == "new"
    assert len(_rows(world)) == 5
    window.click(_cell(window, "Order the beams", "do") + " button")
    window.until("Undo", lambda: "Undo" in window.text(":focus"))
    window.keys("\ue007")
    script = "return document.activeElement.closest('tr')?.querySelector('.text').textContent"
    window.until("the row", lambda: window.run(script) == "Order the beams")
