"""Logs hold what happened and never whom it happened to."""

from __future__ import annotations

import json
import logging

import pytest

from zetkin_sync.log import logger, scrub, set_up


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_only_allowed_keys_get_through_and_the_rest_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(form="json")
    logger().info("run.finished", job="pull", name="Kanariefågel", email="k@example.org")
    [line] = lines(capsys)
    assert line["job"] == "pull" and line["dropped"] == 2
    assert "Kanarie" not in json.dumps(line) and "example.org" not in json.dumps(line)


def test_an_exception_is_its_kind_and_place_without_message_or_locals(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(form="json")
    secret = "kanarie@example.org"
    try:
        raise ValueError(secret)
    except ValueError:
        logger().exception("job.fault")
    text = capsys.readouterr().err
    assert "kanarie" not in text and "Traceback" not in text
    assert json.loads(text)["error"] == "ValueError"


def test_a_librarys_line_is_scrubbed(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(form="json")
    logging.getLogger("somelibrary").warning(
        "GET /people?filter=email==k@example.org for %s, +46 70 123 45 67", "k@example.org"
    )
    text = capsys.readouterr().err
    assert "example.org" not in text and "123 45" not in text


def test_a_librarys_exception_is_scrubbed_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(form="console")
    try:
        raise ValueError("kanarie@example.org")
    except ValueError:
        logging.getLogger("somelibrary").exception("failed")
    text = capsys.readouterr().err
    assert "kanarie" not in text and "failed" in text


def test_scrubbing() -> None:
    assert (
        scrub("mail to a.b@c.se, call 070-123 45 67, see http://x/y?token=1")
        == "mail to …@… call …, see http://x/y?…"
    )
