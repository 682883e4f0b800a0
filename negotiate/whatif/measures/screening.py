"""Elementary effects: which factors matter at all, from few evaluations.

An elementary effect of factor k is (f(x + step e_k) - f(x)) / step along a trajectory. Over many
trajectories, mu is its mean, mu* the mean of its absolute value (importance), sigma its standard
deviation (interaction or curvature). Morris (1991), doi:10.1080/00401706.1991.10484804; mu* by
Campolongo, Cariboni and Saltelli (2007), doi:10.1016/j.envsoft.2006.10.004.

>>> y = np.array([[0.0, 2.0, 3.0]])          # first factor 0 moves, then factor 1
>>> elementary_effects(y, rank=np.array([[0, 1]]), signs=np.array([[1.0, -1.0]]), step=0.5).tolist()
[[4.0, -2.0]]
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Effects(NamedTuple):
    """Each ``(..., k)``; ``error`` is the standard error of mu*."""

    mu: Floats
    mu_star: Floats
    sigma: Floats
    error: Floats


def elementary_effects(y: Floats, *, rank: NDArray[np.int64], signs: Floats, step: float) -> Floats:
    """Effects ``(..., r, k)`` of outputs ``(..., r, k + 1)`` along r trajectories.

    ``rank (r, k)`` is the step at which each factor moves, ``signs (r, k)`` its direction.
    """
    change = np.diff(y, axis=-1)
    order = np.broadcast_to(rank, change.shape)
    return np.asarray(np.take_along_axis(change, order, -1) * signs / step)


def summary(effects: Floats) -> Effects:
    """Mean, mean absolute value, standard deviation of effects ``(..., r, k)``."""
    size = np.abs(effects)
    runs = effects.shape[-2]
    spread = effects.std(-2, ddof=1) if runs > 1 else np.full(effects.shape[-1:], np.nan)
    error = size.std(-2, ddof=1) / np.sqrt(runs) if runs > 1 else np.full(size.shape[-1:], np.nan)
    return Effects(effects.mean(-2), size.mean(-2), spread, error)
