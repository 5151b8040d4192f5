"""Pictures of every page for docs/pictures, of a demo that is left running: python -m tests.browser.pictures ADDRESS.

`make demo KEEP=1` prints the address. People look at the pictures whenever a page changes.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
MENU = {
    "overview": "/",
    "proposals": "/plans",
    "goals": "/goals",
    "goal": "/goals/regular-geographic",
    "calendar": "/calendar",
    "areas": "/areas",
    "callouts": "/callouts",
    "reach": "/reach",
    "priorities": "/priorities",
    "registers": "/registers",
    "confirm": "/confirm",
    "question": "/confirm/education-plan",
    "runs": "/runs",
    "jobs": "/jobs",
    "mails": "/mails",
    "log": "/log",
    "settings": "/settings",
}
FIRST = {  # the first link of a page that leads to one of these
    "proposal": ("/plans", r"/plans/\d+$"),
    "audience": ("", r"/plans/\d+/people"),
    "area": ("/areas", r"/areas/.+"),
    "run": ("/runs", r"/runs/\d+$"),
    "mail": ("/mails", r"/mails/\d+$"),
}
HEIGHT = 800
TALLEST = 1400  # pixels; what is below looks like what is above


def take(page: Page, name: str, width: int) -> None:
    """The window is made as high as the page: a frame is drawn only where it is seen."""
    tall = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
    page.set_viewport_size({"width": width, "height": max(tall, HEIGHT)})
    for frame in page.locator("iframe:visible").all()[:1]:
        frame.content_frame.locator("body *").first.wait_for()
    page.wait_for_timeout(100)
    page.screenshot(path=FOLDER / f"page-{name}-{width}.png", animations="disabled")
    page.set_viewport_size({"width": width, "height": HEIGHT})


def walk(page: Page, address: str, width: int) -> None:
    page.goto(f"{address}/login")
    take(page, "login", width)
    page.get_by_role("button", name="Logga in utan lösenord").click()
    page.wait_for_url(f"{address}/")
    for name, path in MENU.items():
        page.goto(address + path)
        take(page, name, width)
    for name, (path, pattern) in FIRST.items():
        if path:
            page.goto(address + path)
        links = page.locator("main :not(svg) > a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        page.goto(address + next(link for link in links if re.search(pattern, link)))
        take(page, name, width)


def main() -> None:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        for width in (1200, 360):
            page = running.new_page(viewport={"width": width, "height": HEIGHT}, locale="sv-SE")
            walk(page, sys.argv[1].rstrip("/"), width)
        running.close()


if __name__ == "__main__":
    main()
