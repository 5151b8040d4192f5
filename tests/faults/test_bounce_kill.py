"""Kill -9 at every point of reading a mailbox: no bounce is lost, none counted twice."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import SQLModel

from connectors.maildir import Maildir
from tests.bounce_mails import report, row
from tests.bounce_world import NOW, World
from zetkin_sync.bounces.tokens import make_token, return_path
from zetkin_sync.configuration.bounces import BounceRules
from zetkin_sync.store.engine import Store

MAILS, BATCH = 9, 4
RULES = BounceRules.model_validate({"sending": {"domains": ["forening.example"]}, "batch": BATCH})


def world_at(folder: Path, *, move: bool) -> World:
    store = Store(f"sqlite:///{folder}/zetkin_sync.db")
    made = World(store, rules_file=RULES)
    made.mailboxes["mailbox"] = Maildir(folder / "mail", move_to="klart" if move else None)
    return made


def prepared(folder: Path, *, move: bool) -> None:
    """A database, nine members and nine bounces, each with a token: one is enough to be unreachable."""
    for part in ("new", "cur", "tmp"):
        (folder / "mail" / part).mkdir(parents=True)
    world = world_at(folder, move=move)
    SQLModel.metadata.create_all(world.store.engine)
    for n in range(MAILS):
        address = f"m{n}@exempel.example"
        world.member(address)
        token = make_token(b"k" * 40, delivery=1, recipient=world.hash(address), day=NOW.date())
        raw = report(row(address), identity=f"b{n}", to=return_path(token, domain="studs.forening.example"))
        path = folder / "mail" / "new" / f"{1_790_000_000 + n}.{n}.host"
        path.write_bytes(raw)
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    world.store.close()


def in_child(folder: Path, *, move: bool, die: Callable[[World], None]) -> bool:
    """Run the job in a process of its own that kills itself where `die` says. True when it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            world = world_at(folder, move=move)
            die(world)
            world.run()
        except BaseException:  # noqa: BLE001 - the parent sees that it did not end well
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, (
        "the job failed where it should have been killed"
    )
    return not os.WIFSIGNALED(status)


def at_statement(number: int, *, after: bool) -> Callable[[World], None]:
    """Die before or after the n-th statement that reaches the database."""

    def arrange(world: World) -> None:
        count = 0

        def strike(*_: Any) -> None:
            nonlocal count
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(world.store.engine, "after_cursor_execute" if after else "before_cursor_execute", strike)

    return arrange


def at_commit(number: int) -> Callable[[World], None]:
    """Die between a commit's wish and its doing."""

    def arrange(world: World) -> None:
        count = 0

        def strike(*_: Any) -> None:
            nonlocal count
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(world.store.engine, "commit", strike)

    return arrange


def at_settling(number: int, *, after: bool) -> Callable[[World], None]:
    """Die before or after the mails of a batch are moved."""

    def arrange(world: World) -> None:
        box = world.mailboxes["mailbox"]
        move, count = box.settle, 0

        def settle(places: Any) -> None:
            nonlocal count
            count += 1
            if count == number and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            move(places)
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

        box.settle = settle

    return arrange


def nothing(_world: World) -> None:
    """Let it run to its end."""


def holds(folder: Path, *, move: bool) -> None:
    """After all: every bounce once, every member judged, one case each."""
    world = world_at(folder, move=move)
    assert world.events() == MAILS
    assert sorted(s.state for s in world.states().values()) == ["unreachable"] * MAILS
    assert len(world.cases()) == MAILS
    world.store.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[..., Path]:
    """Copies of a prepared folder."""
    made = tmp_path / "made"
    made.mkdir()
    prepared(made, move=True)
    count = 0

    def copy() -> Path:
        nonlocal count
        count += 1
        folder = tmp_path / f"copy{count}"
        shutil.copytree(made, folder, copy_function=shutil.copy2)
        return folder

    return copy


@pytest.mark.parametrize("move", [False, True])
def test_killed_at_any_statement_nothing_is_lost_and_nothing_counted_twice(
    fresh: Callable[[], Path], request: pytest.FixtureRequest, move: bool
) -> None:
    """Every fifth statement, beginning elsewhere for each way; with --soak every one, before and after it."""
    soak = request.config.getoption("--soak")
    number, ended = (0 if soak else 1 + 2 * move), False
    while not ended:
        number += 1 if soak else 5
        for after in (False, True) if soak else (number % 2 == 0,):
            folder = fresh()
            ended = in_child(folder, move=move, die=at_statement(number, after=after))
            assert in_child(folder, move=move, die=nothing)
            holds(folder, move=move)
    assert number > 40  # it was killed all along the run


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_killed_between_a_commits_wish_and_its_doing(tmp_path: Path, number: int) -> None:
    prepared(tmp_path, move=True)
    in_child(tmp_path, move=True, die=at_commit(number))
    assert in_child(tmp_path, move=True, die=nothing)
    holds(tmp_path, move=True)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("after", [False, True])
def test_killed_around_the_moving_of_mails(tmp_path: Path, number: int, after: bool) -> None:
    prepared(tmp_path, move=True)
    assert not in_child(tmp_path, move=True, die=at_settling(number, after=after))
    assert in_child(tmp_path, move=True, die=nothing)
    holds(tmp_path, move=True)


def test_killed_again_and_again_it_still_comes_to_its_end(tmp_path: Path) -> None:
    prepared(tmp_path, move=False)
    for number in (25, 12, 30, 18, 40):
        in_child(tmp_path, move=False, die=at_statement(number, after=True))
    assert in_child(tmp_path, move=False, die=nothing)
    holds(tmp_path, move=False)
