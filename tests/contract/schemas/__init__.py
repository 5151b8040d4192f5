"""What Zetkin's answers look like, written from the API's reference and not from the simulator.

Every key is required and no other is allowed, so a field too many or too few fails. Times are checked by form:
`Offset` says its offset, `Naive` has none, `Wall` is a wall-clock time dressed as UTC (API.md §2.6).
"""

from tests.contract.schemas.answers import *  # noqa: F403
from tests.contract.schemas.areas import *  # noqa: F403
from tests.contract.schemas.events import *  # noqa: F403
from tests.contract.schemas.forms import *  # noqa: F403
from tests.contract.schemas.lists import *  # noqa: F403
from tests.contract.schemas.outreach import *  # noqa: F403
from tests.contract.schemas.people import *  # noqa: F403
from tests.contract.schemas.protocol import *  # noqa: F403
