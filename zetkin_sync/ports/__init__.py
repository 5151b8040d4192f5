"""What the core needs of the outside world, as protocols. Connectors fulfil them; tests and the demo too."""

from zetkin_sync.ports.login import (
    LoggedIn,
    Login,
)
from zetkin_sync.ports.mail import (
    MAIL_BYTES,
    DeliveryEvent,
    FoundMail,
    Greeting,
    Heartbeat,
    Mailbox,
    Mailer,
    Malformed,
    NotOurs,
    Refused,
    TooOld,
    Webhook,
    WrongSignature,
)
from zetkin_sync.ports.progress import (
    Progress,
)
from zetkin_sync.ports.zetkin import (
    BulkPreview,
    EmailCounts,
    EmailState,
    EventState,
    Observation,
    TaskState,
    Zetkin,
    ZetkinReader,
    ZetkinWriter,
)

__all__ = [
    "MAIL_BYTES",
    "BulkPreview",
    "DeliveryEvent",
    "EmailCounts",
    "EmailState",
    "EventState",
    "FoundMail",
    "Greeting",
    "Heartbeat",
    "LoggedIn",
    "Login",
    "Mailbox",
    "Mailer",
    "Malformed",
    "NotOurs",
    "Observation",
    "Progress",
    "Refused",
    "TaskState",
    "TooOld",
    "Webhook",
    "WrongSignature",
    "Zetkin",
    "ZetkinReader",
    "ZetkinWriter",
]
