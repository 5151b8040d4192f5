"""Mails as a phone and a computer show them, light and dark: nothing hinders a reader, nothing is wider than the screen.

The pictures are in tests-out/browser/; people look at them whenever the template changes.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.browser.conftest import PAGE_ONLY, Axe, Picture, Window, sideways
from tests.mail_situations import READERS, ZONE, mails
from zetkin_sync.language import Language
from zetkin_sync.reports.readers import ASSOCIATION, OFFICE, TECHNICAL
from zetkin_sync.reports.render import render

SHOWN = {
    "weekly-office": ("usual", READERS.index(OFFICE)),
    "weekly-association": ("usual", READERS.index(ASSOCIATION)),
    "weekly-broken": ("broken", READERS.index(OFFICE)),
    "weekly-technical": ("broken", READERS.index(TECHNICAL)),
    "first": ("first", READERS.index(ASSOCIATION)),
    "zetkin-down": ("zetkin-down", READERS.index(OFFICE)),
    "quiet": ("quiet", READERS.index(ASSOCIATION)),
    "decision": ("occasions", 0),
    "stalled": ("occasions", 2),
    "well": ("occasions", 4),
    "monthly": ("occasions", 7),
    "after-meeting": ("occasions", 10),
    "day-after": ("occasions", 12),
}
HEAD_STYLES = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)


@cache
def html(name: str, code: str = "sv") -> str:
    """A mail as it is sent."""
    week, number = SHOWN[name]
    return render(mails(week, code)[number], Language(code, ZONE)).html


@pytest.mark.parametrize("name", SHOWN)
def test_a_mail_is_readable_on_a_phone_and_a_computer_light_and_dark(
    name: str, window: Window, axe: Axe, picture: Picture
) -> None:
    found: dict[str, list[str]] = {}
    for width in (600, 360):
        page = window(width=width)
        page.set_content(html(name))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            shown = f"mail-{name}-{width}-{scheme}"
            picture(page, shown)
            found[shown] = [f"{n} pixels too wide" for n in [sideways(page)] if n]
            if (width, scheme) in ((600, "light"), (360, "dark")):
                found[shown] += axe(page, without=PAGE_ONLY)
    page.set_content(html(name).replace("Arial, Helvetica, sans-serif", "'DejaVu Sans', Verdana"))
    found["in wider letters"] = [f"{n} pixels too wide" for n in [sideways(page)] if n]
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.parametrize("name", ["weekly-office", "monthly"])
def test_a_mail_without_its_head_styles_is_still_whole(
    name: str, window: Window, axe: Axe, picture: Picture
) -> None:
    """As Gmail shows it in another provider's account."""
    bare = HEAD_STYLES.sub("", html(name))
    assert "@media" in html(name)
    assert "@media" not in bare
    page = window(width=360)
    page.set_content(bare)
    picture(page, f"mail-{name}-360-nostyle")
    assert sideways(page) == 0
    assert axe(page, without=PAGE_ONLY) == []


def test_the_english_mail_is_the_same_page(window: Window, axe: Axe, picture: Picture) -> None:
    page = window(width=600)
    page.set_content(html("weekly-office", "en"))
    picture(page, "mail-weekly-office-600-english")
    assert page.locator("html").get_attribute("lang") == "en"
    assert axe(page, without=PAGE_ONLY) == []


def test_axe_would_find_a_mail_with_pale_text(window: Window, axe: Axe) -> None:
    page = window(width=600)
    page.set_content(html("quiet").replace("color: #4b5563", "color: #d0d4da"))
    assert any("color-contrast" in each for each in axe(page, without=PAGE_ONLY))
