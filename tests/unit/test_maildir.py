"""Mail in files is looked at, never lost, and never read twice for good."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from connectors import maildir
from connectors.maildir import Maildir, Mbox
from tests.bounce_mails import report, row
from zetkin_sync.errors import NeedsHuman, Temporary
from zetkin_sync.settings import Settings

T0 = 1_790_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    return tmp_path / "mail"


def put(folder: Path, name: str, raw: bytes = b"Subject: x\n\nhej\n", part: str = "new") -> Path:
    path = folder / part / name
    path.write_bytes(raw)
    return path


def names(box: Maildir | Mbox, after: str | None = None) -> list[str]:
    return [mail.place for mail in box.mails(after)]


def test_new_and_read_mails_are_found_oldest_first_and_stay_where_they_are(folder: Path) -> None:
    put(folder, f"{T0 + 5}.b.host")
    put(folder, f"{T0}.a.host:2,S", part="cur")
    assert names(Maildir(folder)) == [f"cur/{T0}.a.host:2,S", f"new/{T0 + 5}.b.host"]
    assert len(list((folder / "new").iterdir())) == 1


def test_what_was_taken_is_not_taken_again_even_when_a_mail_program_renames_it(folder: Path) -> None:
    path = put(folder, f"{T0}.a.host")
    box = Maildir(folder)
    assert names(box)
    after = box.position()
    path.rename(folder / "cur" / f"{path.name}:2,S")
    assert names(box, after) == []


def test_a_mail_that_was_finished_late_is_found(folder: Path) -> None:
    put(folder, f"{T0 + 1000}.b.host")
    box = Maildir(folder)
    names(box)
    after = box.position()
    put(folder, f"{T0}.late.host")
    assert names(box, after) == [f"new/{T0}.late.host"]


def test_mails_older_than_the_overlap_are_behind_the_position(folder: Path) -> None:
    for n in range(5):
        put(folder, f"{T0 + n * 86_400}.m{n}.host")
    box = Maildir(folder)
    names(box)
    after = box.position()
    assert after is not None
    assert after.count('",') <= 2  # only the last day's names are remembered
    assert names(box, after) == []


def test_a_position_in_the_middle_goes_on_from_there(folder: Path) -> None:
    for n in range(6):
        put(folder, f"{T0 + n}.m{n}.host")
    box = Maildir(folder)
    found = box.mails(None)
    first = [next(found).place for _ in range(3)]
    rest = names(Maildir(folder), box.position())
    assert len(first + rest) == 6
    assert len(set(first + rest)) == 6


def test_settled_mails_go_to_the_subfolder(folder: Path) -> None:
    put(folder, f"{T0}.a.host")
    box = Maildir(folder, move_to="klart")
    box.settle(names(box))
    assert [p.name for p in (folder / ".klart" / "cur").iterdir()] == [f"{T0}.a.host"]
    Maildir(folder).settle(["new/finns.inte"])


def test_a_large_file_is_read_from_its_beginning(folder: Path) -> None:
    put(folder, f"{T0}.a.host", b"Subject: x\n\n" + b"x" * 3_000_000)
    assert [len(m.raw) for m in Maildir(folder).mails(None)] == [1_000_001]


def test_a_folder_that_is_no_maildir_is_said(tmp_path: Path) -> None:
    with pytest.raises(NeedsHuman, match="Maildir"):
        names(Maildir(tmp_path))


# -- mbox

ONE = b"From MAILER-DAEMON Mon Jan  1 00:00:00 2026\n" + report(row()) + b"\n"


def test_an_mbox_is_read_mail_by_mail_and_on_from_where_it_ended(tmp_path: Path) -> None:
    file = tmp_path / "mbox"
    file.write_bytes(ONE * 3)
    box = Mbox(file)
    assert len(names(box)) == 3
    after = box.position()
    assert names(box, after) == []
    with file.open("ab") as opened:
        opened.write(ONE)
    assert len(names(box, after)) == 1


def test_an_mbox_that_was_rewritten_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "mbox"
    file.write_bytes(ONE * 3)
    box = Mbox(file)
    names(box)
    after = box.position()
    file.write_bytes(b"From annan Mon Jan  1 00:00:00 2026\nSubject: x\n\nhej\n")
    assert len(names(box, after)) == 1


def test_an_mbox_that_is_being_written_to_is_left_for_later(tmp_path: Path) -> None:
    file = tmp_path / "mbox"
    file.write_bytes(ONE)
    child = os.fork()
    if child == 0:
        with file.open("ab") as held:
            fcntl.lockf(held, fcntl.LOCK_EX)
            os.kill(os.getppid(), 0)
            (tmp_path / "locked").touch()
            while not (tmp_path / "done").exists():
                os.sched_yield()
        os._exit(0)
    while not (tmp_path / "locked").exists():
        os.sched_yield()
    try:
        with pytest.raises(Temporary, match="being written"):
            names(Mbox(file))
    finally:
        (tmp_path / "done").touch()
        os.waitpid(child, 0)


def test_an_mbox_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NeedsHuman):
        names(Mbox(tmp_path / "mbox"))


def test_a_folder_is_a_maildir_and_a_file_an_mbox(folder: Path) -> None:
    assert isinstance(maildir.connect(Settings(), path=str(folder)), Maildir)
    assert isinstance(maildir.connect(Settings(), path=str(folder / "mbox")), Mbox)
