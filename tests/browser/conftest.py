"""A real browser for the mails and the page: windows of any width, light or dark, watched, looked through by axe.

`window(width=360, dark=True)` opens a window; at the end of the test it fails on any console error, broken
promise, CSP report or request that left this machine. `axe(page)` says what hinders readers. `picture(page, "name")`
puts a screenshot in tests-out/browser/.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.conftest import needs

AXE = Path(__file__).parent / "axe" / "axe.min.js"
PICTURES = Path(__file__).parents[2] / "tests-out" / "browser"
HERE = frozenset(("127.0.0.1", "localhost", "::1", ""))
PAGE_ONLY = ("region", "landmark-one-main")
"""axe's rules that make no sense for a mail: it is shown inside the mail program's own page."""


@dataclass
class Watch:
    """What went wrong in a window while nobody looked. A test that expects an error takes it off the list."""

    faults: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text}")

    def on_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob", "about", "file") and url.hostname not in HERE:
            self.faults.append(f"a request left this machine: {request.url}")


Window = Callable[..., Page]
Axe = Callable[..., list[str]]
Picture = Callable[[Page, str], Path]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless. Package scope: Playwright's event loop must not outlive these tests."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    needs("Chromium", path is not None)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=arguments)
        yield running
        running.close()


@pytest.fixture
def watch() -> Watch:
    """The faults of this test's windows."""
    return Watch()


@pytest.fixture
def window(browser: Browser, watch: Watch) -> Iterator[Window]:
    """Opens windows; each is a context of its own, so without cookies of another."""
    contexts: list[BrowserContext] = []

    def open_(
        *,
        width: int = 1200,
        height: int = 900,
        dark: bool = False,
        javascript: bool = True,
        locale: str = "sv-SE",
        **more: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale=locale,
            reduced_motion="reduce",
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", watch.on_console)
        page.on("pageerror", lambda error: watch.faults.append(f"script: {error}"))
        page.on("request", watch.on_request)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert watch.faults == []


@pytest.fixture
def axe() -> Axe:
    """Says what axe finds on a page, one line for each element; empty when nothing hinders anybody."""

    def look(page: Page, *, without: Sequence[str] = (), only: Sequence[str] | None = None) -> list[str]:
        if not page.evaluate("'axe' in window"):  # not a script tag: the page's CSP stays as it is
            page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "([without, only]) => axe.run(document, {"
            "rules: Object.fromEntries(without.map(r => [r, {enabled: false}])), runOnly: only ?? undefined})",
            [list(without), only and list(only)],
        )
        return [
            f"{violation['id']} ({violation['impact']}): {node['html'][:120]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return look


@pytest.fixture
def picture() -> Picture:
    """Puts a picture of the whole page in tests-out/browser/, for people to look at."""

    def take(page: Page, name: str) -> Path:
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    return take


def sideways(page: Page) -> int:
    """How many pixels the page is wider than its window; 0 when nobody has to scroll sideways."""
    return int(
        page.evaluate(
            "() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
        )
    )
