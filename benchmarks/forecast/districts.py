"""Invented districts month by month: associations with a habit each, a season, and events that are called off.

Nothing of how the forecast reasons goes in: activity comes from habits (now and then, a rota), not from a chance
per month drawn for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MONTHS = 11  # July does not count
NEED = 9
CALLED_OFF = 0.12
_SEASON = np.array((0.8, 1.0, 1.15, 1.1, 1.1, 0.7, 0.85, 1.35, 1.15, 1.0, 0.55))  # without July
_RATES = (0.3, 0.7, 1.0, 2.0, 3.0)  # events a month, at random
_ROTAS = (1, 2, 4)  # events a month, planned

Active = NDArray[np.bool_]


def year(dice: np.random.Generator, *, associations: int, shock: float = 0.0) -> Active:
    """One district's year: for each association and countable month whether anything took place.

    Districts differ in which habits are common. `shock` is how much all associations' months go up and down
    together (the standard deviation of the logarithm).
    """
    habits = len(_RATES) + len(_ROTAS)
    shares = dice.dirichlet(np.full(habits, 3.0))
    habit = dice.choice(habits, size=associations, p=shares)
    common = np.exp(dice.normal(0, shock, MONTHS)) if shock else np.ones(MONTHS)
    counts = np.empty((associations, MONTHS), int)
    for i, which in enumerate(habit):
        if which < len(_RATES):
            counts[i] = dice.poisson(_RATES[which] * _SEASON * common * (1 - CALLED_OFF))
        else:
            kept = np.clip((1 - CALLED_OFF) * np.minimum(common, 1.0), 0, 1)
            counts[i] = dice.binomial(_ROTAS[which - len(_RATES)], kept)
    found: Active = counts > 0
    return found
