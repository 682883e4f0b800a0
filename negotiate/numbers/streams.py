"""Sums of discounted streams, in floats over draws, fractions and symbols.

A flow of 1 per period for T periods, discounted by delta, is worth
a(delta, T) = 1 + delta + ... + delta^(T-1) = (1 - delta^T) / (1 - delta), and T where delta = 1.

>>> from fractions import Fraction
>>> annuity(Fraction(1, 2), 3), annuity(Fraction(1), 3)
(Fraction(7, 4), Fraction(3, 1))
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from negotiate.errors import InputError

MAX_PERIODS = 2000


def annuity(delta: Any, periods: Any) -> Any:
    """a(delta, T); floats accept any T >= 0, exact arithmetic whole T.

    Parameters
    ----------
    delta
        Discount factor in [0, 1]: float array over draws, fraction or symbol.
    periods
        Number of periods T.
    """
    if hasattr(delta, "dtype") or hasattr(periods, "dtype") or isinstance(delta, float):
        import numpy as np

        delta, periods = np.asarray(delta, dtype=float), np.asarray(periods, dtype=float)
        one = delta == 1.0
        rest = np.where(one, 0.5, delta)
        return np.where(one, periods, (1 - rest**periods) / (1 - rest))
    if isinstance(periods, float):
        periods = Fraction(periods)
    if Fraction(periods).denominator != 1 or not 0 <= periods <= MAX_PERIODS:
        raise InputError(
            f"{periods} periods in exact arithmetic",
            where="annuity",
            allowed=f"a whole number from 0 to {MAX_PERIODS}",
        )
    total, power = Fraction(0), Fraction(1)
    for _ in range(int(periods)):
        total, power = total + power, power * delta
    return total


def holding_share(delta: Any, hazard: Any, periods: Any) -> Any:
    """Share of a stream's worth that is enjoyed while a deal with a constant hazard holds.

    omega = a(delta (1 - h), T) / a(delta, T): 1 without hazard, falling in h. The worth of a deal
    that lasts only as long as it holds is omega U(x) + (1 - omega) times what comes after.

    >>> from fractions import Fraction
    >>> holding_share(Fraction(1), Fraction(1, 2), 2)
    Fraction(3, 4)
    """
    return annuity(delta * (1 - hazard), periods) / annuity(delta, periods)
