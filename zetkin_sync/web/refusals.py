"""What the page answers when something is not done: a status, what is wrong, and what to do."""

from __future__ import annotations

from zetkin_sync.errors import (
    ConfigError,
    NeedsHuman,
    OutcomeUnknown,
    Permanent,
    Temporary,
    Trouble,
    UnsafePlan,
)
from zetkin_sync.language import Message, say


class Refusal(Trouble):
    """Not done, with an HTTP status of its own."""

    def __init__(self, status: int, what: Message, do: Message | None = None) -> None:
        super().__init__(what, do)
        self.status = status


class NotLoggedIn(Exception):  # noqa: N818 - a turn to the login page, not a fault
    """Nobody is logged in, or the login is over; `elsewhere` when it was ended because its cookie came from elsewhere."""

    def __init__(self, *, elsewhere: bool = False) -> None:
        super().__init__()
        self.elsewhere = elsewhere


def forbidden() -> Refusal:
    """Logged in, and not allowed to."""
    return Refusal(
        403,
        say("You may not do this with your role."),
        say("Whoever runs the page for the district can say who may, and change it."),
    )


def not_found() -> Refusal:
    """Nothing here, or nothing that this viewer may know of."""
    return Refusal(404, say("There is no such page."), say("Go back and choose from the list."))


def status_of(trouble: Trouble) -> int:
    """The status that says what kind of trouble it is."""
    match trouble:
        case Refusal():
            return trouble.status
        case NeedsHuman() | UnsafePlan():
            return 409
        case Temporary() | OutcomeUnknown():
            return 503
        case Permanent():
            return 400
        case ConfigError():
            return 500
        case _:
            return 500


BY_STATUS: dict[int, tuple[Message, Message]] = {
    400: (say("That could not be understood."), say("Go back, load the page anew and try again.")),
    404: (not_found().what, not_found().do),
    405: (say("That cannot be done at this address."), say("Go back and choose from the list.")),
    413: (say("That is larger than the page takes; nothing was stored."), say("Send a smaller file.")),
    421: (say("The page has another address."), say("Use the address in the mails.")),
    422: (
        say("Something in the form is missing or cannot be right."),
        say("Go back and look at each field."),
    ),
    500: (
        say("A fault in the program; nothing more was done."),
        say("The log says where; tell the technical contact."),
    ),
}
