"""The watch over browser windows sees what it should: a fixture that finds nothing proves nothing."""

from __future__ import annotations

from tests.browser.conftest import Axe, Watch, Window, sideways


def test_axe_and_the_watch_find_what_is_wrong(window: Window, watch: Watch, axe: Axe) -> None:
    page = window(width=360)
    page.set_content(
        "<html><body><img src='http://picture.invalid/a.png'><p style='color:#eee;width:500px'>pale</p>"
        "<script>console.error('broken')</script></body></html>"
    )
    assert sideways(page) > 100
    found = {each.split(" ")[0] for each in axe(page)}
    assert {"html-has-lang", "image-alt", "color-contrast"} <= found
    seen = " ".join(watch.faults)
    assert "left this machine" in seen
    assert "console error: broken" in seen
    watch.faults.clear()


def test_windows_are_light_or_dark_and_know_no_other_window(window: Window) -> None:
    asked = "() => matchMedia('(prefers-color-scheme: dark)').matches"
    assert [window(dark=dark).evaluate(asked) for dark in (False, True)] == [False, True]


def test_a_window_without_javascript_runs_no_script(window: Window) -> None:
    page = window(javascript=False)
    page.set_content("<p id=a>still</p><script>document.getElementById('a').textContent = 'moved'</script>")
    assert page.text_content("#a") == "still"
