"""Sobol' indices from evaluations at A, B and A with one factor from B.

For Y = f(X) with independent factors, V = Var Y:

    S_k  = Var(E[Y | X_k]) / V       estimated by  mean(f_B (f_AB^k - f_A)) / V
    ST_k = E[Var(Y | X_-k)] / V      estimated by  mean((f_A - f_AB^k)^2) / (2 V)

with f centred at its mean (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018, table 2, rows b
and f). Both are ratios of means of rows, hence two intervals: ``delta`` (linearise the ratio; the
standard error is that of the mean of the influence values) and ``bootstrap`` (Poisson weights on
rows, streamed by blocks). Leading axes of all arrays are outputs; the last axis is the base rows.

Published value: Ishigami function, a = 7, b = 0.1: S = (0.3139, 0.4424, 0),
ST = (0.5576, 0.4424, 0.2437) (Saltelli et al. 2008, *Global Sensitivity Analysis*, p. 196).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from negotiate.numbers.sampling import BLOCK, bootstrap_counts

Floats = NDArray[np.float64]


class Indices(NamedTuple):
    """First-order and total indices with standard errors, each ``(..., k)``; variance ``(...)``.

    ``sum_error`` ``(...)`` is the standard error of the sum of the first-order indices: they are
    read off the same rows, so their errors do not add up like independent ones.
    """

    first: Floats
    total: Floats
    first_error: Floats
    total_error: Floats
    variance: Floats
    sum_error: Floats


def _parts(fa: Floats, fb: Floats, fab: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Numerators ``(..., k, n)`` of both indices, row variances ``(..., n)``, variance."""
    centre = 0.5 * (fa.mean(-1) + fb.mean(-1))
    a, b, ab = fa - centre[..., None], fb - centre[..., None], fab - centre[..., None, None]
    first = b[..., None, :] * (ab - a[..., None, :])
    total = 0.5 * (a[..., None, :] - ab) ** 2
    spread = 0.5 * (a * a + b * b)
    return first, total, spread, spread.mean(-1)


def _safe(variance: Floats) -> Floats:
    return np.where(variance > 0, variance, np.nan)


def delta(fa: Floats, fb: Floats, fab: Floats) -> Indices:
    """Indices with standard errors by linearising the ratio of means.

    Parameters
    ----------
    fa, fb
        Outputs at A and at B, ``(..., n)``.
    fab
        Outputs at A with factor k from B, ``(..., k, n)``.

    Notes
    -----
    The error of r = mean(p) / mean(v) is sd(p - r v) / (sqrt(n) mean(v)). Rows of a Sobol'
    sequence are better spread than independent rows, so the interval is on the safe side.
    """
    first, total, spread, variance = _parts(fa, fb, fab)
    safe = _safe(variance)[..., None]
    s, t = first.mean(-1) / safe, total.mean(-1) / safe
    root = np.sqrt(fa.shape[-1])
    errors = [
        (p - r[..., None] * spread[..., None, :]).std(-1) / (root * safe)
        for p, r in ((first, s), (total, t))
    ]
    together = first.sum(-2) - s.sum(-1)[..., None] * spread
    joint = together.std(-1) / (root * safe[..., 0])
    return Indices(s, t, errors[0], errors[1], variance, joint)


def bootstrap(fa: Floats, fb: Floats, fab: Floats, *, copies: int = 200, seed: int = 0) -> Indices:
    """Indices with standard errors by a Poisson bootstrap of the base rows."""
    first, total, spread, variance = _parts(fa, fb, fab)
    factors, rows = first.shape[-2], first.shape[-1]
    lead = spread.shape[:-1]
    mean = np.stack([fa, fb], -2) - (0.5 * (fa.mean(-1) + fb.mean(-1)))[..., None, None]
    table = np.concatenate(
        [first, total, spread[..., None, :], 0.5 * mean.sum(-2, keepdims=True)], -2
    )
    sums = np.zeros((*lead, copies, 2 * factors + 2))
    weight = np.zeros(copies)
    for block in range(-(-rows // BLOCK)):
        at = slice(block * BLOCK, min((block + 1) * BLOCK, rows))
        counts = bootstrap_counts(block, at.stop - at.start, copies, seed=seed)
        sums += counts @ np.swapaxes(table[..., at], -1, -2)
        weight += counts.sum(1)
    means = sums / weight[:, None]
    inner = _safe(means[..., 2 * factors] - means[..., 2 * factors + 1] ** 2)[..., None]
    safe = _safe(variance)[..., None]
    return Indices(
        first.mean(-1) / safe,
        total.mean(-1) / safe,
        (means[..., :factors] / inner).std(-2),
        (means[..., factors : 2 * factors] / inner).std(-2),
        variance,
        (means[..., :factors].sum(-1) / inner[..., 0]).std(-1),
    )
