"""Mails made to exhaust a reader: each is read in its time and its memory, and says what it honestly says."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bounce_mails import mail, report, row
from tests.conftest import needs
from zetkin_sync.bounces.reader import read

SECONDS = 2.0
MEGABYTES = 150


def nested_parts(n: int) -> bytes:
    inner = "".join(f"--b{i}\nContent-Type: multipart/mixed; boundary=b{i + 1}\n\n" for i in range(n))
    return mail(
        f"Content-Type: multipart/mixed; boundary=b0\n\n{inner}--b{n}\nContent-Type: text/plain\n\nx\n"
    )


def nested_mails(n: int) -> bytes:
    inner = "Subject: x\nContent-Type: message/rfc822\n\n" * n
    return mail(f"Content-Type: message/rfc822\n\n{inner}end\n")


def huge_attachment() -> bytes:
    attachment = ("A" * 76 + "\n") * 540_000
    head, tail = report(row()).split(b"--B--")
    return head + b"--B\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" + attachment.encode() + b"--B--" + tail  # fmt: skip


def many_parts(n: int) -> bytes:
    return mail(
        "Content-Type: multipart/mixed; boundary=B\n\n"
        + "--B\nContent-Type: text/plain\n\nx\n" * n
        + "--B--\n"
    )


TRAPS: dict[str, Callable[[], bytes]] = {
    "1,500 nested parts": lambda: nested_parts(1500),
    "3,000 nested mails": lambda: nested_mails(3000),
    "40 MB attachment": huge_attachment,
    "100,000 recipients": lambda: report("".join(row(f"u{i}@exempel.example", said=None) for i in range(100_000))),
    "5 MB header line": lambda: mail(f"X-Junk: {'a' * 5_000_000}\n\nbody\n"),
    "words without end": lambda: mail("\n" + "a " * 200_000 + "\n" + "<" * 100_000 + "\n" + "a." * 100_000 + "@\n"),
    "at signs without end": lambda: mail("\n" + "a@" * 150_000 + "\nfailed\n"),
    "tags without end": lambda: mail("Content-Type: text/html\n\nfailed " + "<style" * 50_000 + "<a " * 50_000),
    "a million short lines": lambda: mail("\n" + "x\n" * 1_000_000),
    "50,000 parts": lambda: many_parts(50_000),
    "encoded words without end": lambda: mail("Subject: " + "=?utf-8?q?a?= " * 50_000 + "\n\nfailed\n"),
    "a failed-recipients header without end": lambda: mail("X-Failed-Recipients: " + "a@b.example, " * 100_000 + "\n\nfailed\n"),
    "brackets without end": lambda: mail("\n" + "(expanded from: <a@b.example>" * 20_000 + "\nfailed\n"),
}  # fmt: skip

CLASSIFY = """
import sys
from zetkin_sync.cli import app
app(["bounces", "classify", sys.argv[1], "--jsonl"], standalone_mode=False)
print(next(line.strip() for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_read_in_its_time(name: str) -> None:
    raw = TRAPS[name]()
    began = time.process_time()
    read(raw)
    assert time.process_time() - began < SECONDS


def test_the_traps_fit_in_memory_when_an_operator_asks_about_them(tmp_path: Path) -> None:
    needs("Linux (/proc)", Path("/proc/self/status").exists())
    for number, make in enumerate(TRAPS.values()):
        (tmp_path / f"{number:02}.eml").write_bytes(make())
    result = subprocess.run(
        [sys.executable, "-c", CLASSIFY, str(tmp_path)], stdout=subprocess.PIPE, text=True, check=True
    )
    *lines, peak = result.stdout.splitlines()
    assert [json.loads(line)["file"] for line in lines] == [f"{n:02}.eml" for n in range(len(TRAPS))]
    assert int(peak.split()[1]) / 1024 < MEGABYTES


def test_the_report_before_a_huge_attachment_is_read() -> None:
    reading = read(huge_attachment())
    assert [f.address for f in reading.failures] == ["anna@exempel.example"]
    assert reading.cut


def test_a_report_of_100_000_recipients_gives_the_first_thousand_and_says_that_it_was_cut() -> None:
    reading = read(TRAPS["100,000 recipients"]())
    assert len(reading.failures) == 1000
    assert reading.cut
