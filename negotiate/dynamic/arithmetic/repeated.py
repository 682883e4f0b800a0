r"""Enforcement of a deal by suspension after an alarm: critical discount factors and margins.

A deal has clauses; party i gains :math:`t_{ik}` in the period in which it violates clause k, and
loses :math:`l_{ik}` per period while clause k is suspended. Monitors raise an alarm about (i, k)
with probability :math:`q_{ik}` after a violation and :math:`f_{ik}` without one (a false alarm);
an alarm costs i a sanction :math:`s_{ik}` at once and, in public, starts a suspension of n periods
(n may be infinite: grim). Write :math:`\bar f` for the chance of any alarm when all comply,
:math:`\bar q_M` when i violates the set M of clauses, :math:`g_M = \sum_M t - (q-f)s` for the net
temptation and :math:`L = \sum l - f s` for what cooperation is worth. One-shot deviations do not
pay exactly when

.. math:: K_M\,(\delta + \delta^2 + \dots + \delta^n) \ge 1, \qquad
          K_M = \frac{(\bar q_M - \bar f)\,L}{g_M} - \bar f ,

so one number, the deterrence K, decides: the critical discount factor solves
:math:`K \sum_{m=1}^n \delta^m = 1`; it is 1/K for n = 1, 1/(1+K) for grim, algebraic between.
With one clause, q = 1 and no false alarm, K = (R-P)/(T-R) and grim gives Friedman's
(T-R)/(T-P).

Sources: Friedman (1971), Review of Economic Studies 38:1-12, doi:10.2307/2296617; Green and Porter
(1984), Econometrica 52:87-100, doi:10.2307/1911462 (false alarms); Fortna (2003), International
Organization 57:337-372, doi:10.1017/S0020818303572046 (monitoring of ceasefires).

>>> k = deterrence(gain=Fraction(2), loss=Fraction(2), caught=Fraction(1), noise=Fraction(0))
>>> critical(k, None)                                      # T, R, P = 5, 3, 1
Fraction(1, 2)
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.errors import TooLargeError

MAX_CLAUSES = 10
"""Sets of clauses violated together are all tried: 1,023 at ten clauses."""
MAX_PERIODS = 10_000
EXACT_PERIODS = 24
"""Longest finite suspension whose critical discount factor is given as an exact root."""
_NEWTON = 200


def deterrence(*, gain: Any, loss: Any, caught: Any, noise: Any) -> Any:
    """K of the module's docstring; broadcasting arithmetic, for a positive ``gain``.

    Parameters
    ----------
    gain
        Net temptation g_M > 0.
    loss
        L, what a period of suspension costs.
    caught
        q_M - f, by how much violating raises the chance of an alarm.
    noise
        f, the chance of an alarm when all comply.
    """
    return caught * loss / gain - noise


def subsets(clauses: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """All non-empty sets of clauses as rows of a mask (2^C - 1, C), single clauses first."""
    if clauses > MAX_CLAUSES:
        raise TooLargeError(
            f"{clauses} clauses, {2**clauses - 1:,} sets of violations",
            where="enforcement",
            allowed=f"{MAX_CLAUSES} clauses",
            remedy="merge clauses that are watched together",
        )
    codes = sorted(range(1, 2**clauses), key=lambda m: (m.bit_count(), m))
    return np.array([[bool(m >> k & 1) for k in range(clauses)] for m in codes])


def product(values: Any, axis: Any) -> Any:
    """Product along axes; for object arrays of fractions too."""
    return np.asarray(np.prod(values, axis=axis))


def critical(k: Any, periods: int | None) -> Any:
    """Discount factor from which suspensions of ``periods`` (None: for ever) deter.

    Floats of any shape give floats; infinity where no patience is enough. A fraction gives a
    fraction where the root is rational, otherwise the exact algebraic number as a SymPy root.
    A value of 1 or more says that patience below 1 is never enough, and by how much.
    """
    if isinstance(k, Fraction):
        return critical_exact(k, periods)
    power = np.asarray(k, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if periods is None:
            return np.where(power > 0, np.where(np.isinf(power), 0.0, 1 / (1 + power)), np.inf)
        first = np.where(power > 0, 1 / power, np.inf)
    if periods == 1:
        return np.where(np.isinf(power) & (power > 0), 0.0, first)
    return _root(first, periods)


def _root(target: np.ndarray[Any, Any], periods: int) -> np.ndarray[Any, Any]:
    """Solve d + ... + d^n = target: Newton from the right of a convex rising function."""
    flat = np.atleast_1d(target).astype(float).ravel()
    out = np.full(flat.shape, np.inf)
    out[flat <= 0] = 0.0
    rows = np.flatnonzero(np.isfinite(flat) & (flat > 0))
    goal = flat[rows]
    # a root of d + ... + d^n = g lies below both g and the n-th root of g, or below 1
    at = np.where(goal >= periods, goal ** (1.0 / periods), np.minimum(goal, 1.0))
    for _ in range(_NEWTON):
        if not rows.size:
            break
        total, slope = np.zeros_like(at), np.zeros_like(at)
        if periods <= 64:
            for _ in range(periods):  # Horner, value and derivative together
                slope = slope * at + total + 1
                total = (total + 1) * at
        else:
            total, slope = _long_sum(at, periods)
        step = (total - goal) / slope
        nxt = at - step
        out[rows] = nxt
        go = np.abs(step) > tolerance.SPACING * np.maximum(1.0, at)
        rows, goal, at = rows[go], goal[go], nxt[go]
    return out.reshape(np.shape(target))


def _long_sum(d: np.ndarray[Any, Any], n: int) -> tuple[Any, Any]:
    """Value and derivative of d + ... + d^n by the geometric formula, by series near d = 1."""
    near = np.abs(1 - d) < 1e-4 / n
    safe = np.where(near, 0.5, d)
    power = safe**n
    total = safe * (1 - power) / (1 - safe)
    slope = (1 - (n + 1) * power) / (1 - safe) + safe * (1 - power) / (1 - safe) ** 2
    half = n * (n + 1) / 2
    gap = d - 1
    cubes = (n - 1) * n * (n + 1) / 3
    return (
        np.where(near, n + half * gap, total),
        np.where(near, half + cubes * gap, slope),
    )


def critical_exact(k: Fraction, periods: int | None) -> Any:
    """Exact critical discount factor of one deterrence K (see `critical`).

    >>> critical_exact(Fraction(2, 3), 2)                  # d + d^2 = 3/2
    CRootOf(2*x**2 + 2*x - 3, 1)
    >>> critical_exact(Fraction(4, 3), 2)
    Fraction(1, 2)
    """
    if k <= 0:
        return float("inf")
    if periods is None:
        return 1 / (1 + k)
    if periods == 1:
        return 1 / k
    if periods > EXACT_PERIODS:
        return float(critical(float(k), periods))
    import sympy

    x = sympy.Symbol("x")
    poly = sympy.Poly([k.numerator] * periods + [-k.denominator], x, domain=sympy.ZZ)
    rational = [r for r in poly.ground_roots() if r > 0]
    if rational:
        return Fraction(int(rational[0].p), int(rational[0].q))
    count = poly.count_roots()
    return sympy.CRootOf(poly, count - 1, radicals=False)


def values(*, worth: Any, suspended: Any, noise: Any, discount: Any, periods: int | None) -> Any:
    r"""Average values (V, W) of complying and at the start of a suspension.

    V = (1-d) worth + d[(1-f)V + f W] and W = (1-d^n) suspended + d^n V, per period, solved:
    V - P = (1-d)(worth - P) / (1 - d + d f (1 - d^n)).
    """
    power = 0 * discount if periods is None else discount**periods
    left = 1 - discount + discount * noise * (1 - power)
    lift = (1 - discount) * (worth - suspended) / left
    peace = suspended + lift
    return peace, suspended + power * lift


def margin(
    *, gain: Any, loss: Any, caught: Any, noise: Any, discount: Any, periods: int | None
) -> Any:
    """Average worth of complying minus that of one violation, stakes per period; signed.

    (1-d)(-g) + d (q - f)(V - W) with V - W from `values`; positive where the deal enforces itself.
    """
    power = 0 * discount if periods is None else discount**periods
    left = 1 - discount + discount * noise * (1 - power)
    drop = (1 - power) * (1 - discount) * loss / left
    return discount * caught * drop - (1 - discount) * gain
