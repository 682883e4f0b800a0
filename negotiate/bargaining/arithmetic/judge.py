"""A given deal judged against a two-party frontier: margins, loss, bargaining weights, kinks.

For a deal worth u, disagreement d and frontier of S:

    margins      u_i - d_i; acceptable to party i where not negative
    loss         the smallest t with u + (t, t) weakly efficient: what each side could have had
                 more, in stakes, at the least maximum over the two ("nearest")
    weights      the deal (or its nearest efficient point) is the weighted Nash solution for
                 alpha_1 = lambda g_1 / (lambda g_1 + (1 - lambda) g_2), lambda running over the
                 slopes that support it: an interval at a vertex, a point elsewhere
    kink         at a vertex supported by [l, h], d may move until the Nash condition
                 lambda alpha_2 g_1 = (1 - lambda) alpha_1 g_2 holds at lambda = l or h

Sources: Nash (1950); Kalai (1977), IJGT 6:129-133 (weights); Chun and Thomson (1990),
Mathematical Social Sciences 20:205-211 (bargaining with uncertain disagreement points: at a kink
whole sets of them give the same agreement).

>>> weight_interval(0.5, 0.75, 1.0, 1.0)
(0.5, 0.75)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from negotiate import tolerance
from negotiate.bargaining.arithmetic import exact as bargaining_exact
from negotiate.bargaining.arithmetic import two_party as bargaining
from negotiate.bargaining.arithmetic.frontier import Array, Frontier, Located


class Kink(NamedTuple):
    """How far the disagreement point may move before a vertex stops being the Nash solution.

    Attributes
    ----------
    radius
        Largest move of both coordinates, in any direction, that surely leaves the deal.
    first, second
        (lowest, highest) disagreement payoff of each party, the other's held, that leaves it;
        infinite where nothing bounds it.
    """

    radius: Any
    first: tuple[Any, Any]
    second: tuple[Any, Any]


def weight_interval(low: Any, high: Any, g1: Any, g2: Any) -> tuple[Any, Any]:
    """Weights of party 1 that make a point with gains g and support [low, high] Nash's.

    Broadcasts; exact on fractions.
    """
    first, last = (lam * g1 / (lam * g1 + (1 - lam) * g2) for lam in (low, high))
    return first, last


def kink(low: Any, high: Any, d: Any, u: Any, weights: Any = (1, 1), units: Any = (1, 1)) -> Kink:
    """Room of the disagreement point at a vertex ``u``; exact on fractions, for one problem.

    ``units``: what one of each party's utility stands for in the answer.
    """
    a1, a2 = weights
    s1, s2 = units
    g1, g2 = u[0] - d[0], u[1] - d[1]
    inf = float("inf")
    # l a2 g1 <= (1 - l) a1 g2 and h a2 g1 >= (1 - h) a1 g2, and no gain may turn negative
    slack = [
        ((1 - low) * a1 * g2 - low * a2 * g1) / (low * a2 / s1 + (1 - low) * a1 / s2),
        (high * a2 * g1 - (1 - high) * a1 * g2) / (high * a2 / s1 + (1 - high) * a1 / s2),
        g1 * s1,
        g2 * s2,
    ]
    g1_high = (1 - low) * a1 * g2 / (low * a2) if low > 0 else inf
    g1_low = (1 - high) * a1 * g2 / (high * a2)
    g2_high = high * a2 * g1 / ((1 - high) * a1) if high < 1 else inf
    g2_low = low * a2 * g1 / ((1 - low) * a1)
    return Kink(
        min(slack),
        ((u[0] - g1_high) * s1, (u[0] - g1_low) * s1),
        ((u[1] - g2_high) * s2, (u[1] - g2_low) * s2),
    )


class Judgement(NamedTuple):
    """A deal against the frontier, arrays over ``(N,)`` draws.

    Attributes
    ----------
    margins
        ``(2, N)`` u - d.
    loss
        ``(N,)`` least maximum loss to the frontier, in stakes.
    nearest
        ``(2, N)`` the efficient point u + (loss, loss), or the frontier's end above it.
    weight_low, weight_high
        ``(N,)`` weights of party 1 that make the nearest point the Nash solution; NaN where a
        party gains nothing there or loses.
    """

    margins: Array
    loss: Array
    nearest: Array
    weight_low: Array
    weight_high: Array


def judge(f: Frontier, d: Any, u: Any) -> Judgement:
    """Margins, loss, nearest efficient point and its bargaining weights, for ``u`` ``(..., 2)``."""
    point, deal = bargaining.flatten(f, d), bargaining.flatten(f, u)
    near = widened(f, bargaining.egalitarian(f, u))
    loss = (near.u - deal).min(axis=0)
    gains = near.u - point
    fair = (gains >= -tolerance.UTILITY).all(axis=0) & (gains.max(axis=0) > tolerance.UTILITY)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = weight_interval(near.low, near.high, *np.maximum(gains, 0.0))
    return Judgement(
        deal - point, loss, near.u, np.where(fair, low, np.nan), np.where(fair, high, np.nan)
    )


def widened(f: Frontier, point: Located) -> Located:
    """A point that floats put a hair away from a vertex, given the vertex's whole range."""
    if not len(f.critical):
        return point
    near = tolerance.UTILITY
    before = bargaining.locate(f, (1.0, 0.0), (1.0, 0.0), (point.u[0] - point.u[1] - near, 0.0))
    after = bargaining.locate(f, (1.0, 0.0), (1.0, 0.0), (point.u[0] - point.u[1] + near, 0.0))
    return Located(
        point.u, before.low, after.high, before.flat & after.flat & (before.low == after.high)
    )


def judge_exact(
    vertices: bargaining_exact.Vertices, d: Any, u: Any
) -> tuple[Any, bargaining_exact.ExactPoint, tuple[Any, Any] | None]:
    """Loss, nearest point and its interval of weights in fractions.

    None for the weights where a party would gain less than nothing, or neither gains.
    """
    near = bargaining_exact.egalitarian(vertices, u)
    loss = min(near.u1 - u[0], near.u2 - u[1])
    g1, g2 = near.u1 - d[0], near.u2 - d[1]
    if min(g1, g2) < 0 or max(g1, g2) == 0:
        return loss, near, None
    ends = []
    for lam in (near.low, near.high):
        total = lam * g1 + (1 - lam) * g2
        ends.append(lam * g1 / total if total else lam)
    return loss, near, (ends[0], ends[1])
