"""Simulated activists: they open letters, click, sign up, come or do not come, tire and leave.

`enliven` sets them free in a state; from then on they answer whatever reaches them, in simulated time, by
hidden probabilities that nobody outside can see, the same ones for the same seed. The assumptions are invented,
in the spirit of what is known of notified volunteers: some stop listening for weeks, some leave when written to
too often.
"""

from zetkin_sync.demo.activists.answering import enliven
from zetkin_sync.demo.activists.truth import Temper, chance_of_signing_up

__all__ = ["Temper", "chance_of_signing_up", "enliven"]
