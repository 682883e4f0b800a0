r"""Alternating offers in fractions: one game, a polygonal frontier, no rounding.

The same equilibrium as `negotiate.dynamic.arithmetic.offers`, found another way. The gap
:math:`G(x) = \varphi(x) - R_2(\varphi(R_1(x)))` is piecewise linear and falls in :math:`x`; its
breakpoints are known in closed form (the vertices, their images through :math:`R_1`, and the
points where an outside option takes over), so the root lies between two neighbouring breakpoints
and is a quotient of rational numbers.

Source: Osborne and Rubinstein (1990), Bargaining and Markets, ch. 3, pp. 43-58.

>>> half = Fraction(1, 2)
>>> stationary(PIE, discount=(half, half)).payoffs[0]              # Rubinstein: 1 / (1 + d)
(Fraction(2, 3), Fraction(1, 3))
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from negotiate.errors import NoSolutionError

Pair = tuple[Fraction, Fraction]
Option = tuple[Fraction | None, Fraction | None]

PIE: tuple[Pair, ...] = ((Fraction(0), Fraction(1)), (Fraction(1), Fraction(0)))
"""The pie of size one: vertices (u1, u2), u1 rising."""

ZERO: Pair = (Fraction(0), Fraction(0))


class ExactOffers(NamedTuple):
    """``payoffs[i][j]``: party j when i proposes; ``rejection[i]``: what i gets by rejecting."""

    payoffs: tuple[Pair, Pair]
    rejection: Pair
    zone: Fraction
    binds: tuple[Fraction | None, Fraction | None]


def phi(frontier: Sequence[Pair], x: Fraction) -> Fraction:
    """Best u2 at u1 >= x, exactly; x above the frontier is the caller's mistake."""
    if x <= frontier[0][0]:
        return frontier[0][1]
    for (x0, y0), (x1, y1) in pairwise(frontier):
        if x <= x1 and x1 > x0:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return frontier[-1][1]


def psi(frontier: Sequence[Pair], y: Fraction) -> Fraction:
    """Best u1 at u2 >= y, exactly."""
    return phi([(b, a) for a, b in reversed(frontier)], y)


def terms(
    discount: Pair, breakdown: Fraction, breakdown_payoff: Pair, inside: Pair
) -> tuple[Pair, Pair]:
    """The pair (c, k): a rejection is worth max(o, c + k V)."""
    stay = 1 - breakdown
    c = tuple(breakdown * b + stay * s for b, s in zip(breakdown_payoff, inside, strict=True))
    return (c[0], c[1]), (stay * discount[0], stay * discount[1])


def stationary(
    frontier: Sequence[Pair],
    *,
    discount: Pair,
    breakdown: Fraction = Fraction(0),
    breakdown_payoff: Pair = ZERO,
    inside: Pair = ZERO,
    outside: Option = (None, None),
) -> ExactOffers:
    """Stationary equilibrium with agreement at once; ``outside`` None: may not walk out.

    Raises
    ------
    NoSolutionError
        Where waiting is free for both, or where no agreement pays both their fallbacks.
    """
    c, k = terms(discount, breakdown, breakdown_payoff, inside)
    if k[0] >= 1 and k[1] >= 1:
        raise NoSolutionError(
            "both discount factors are 1 and talks never break down: waiting is free, so every "
            "division is an equilibrium",
            where="alternating offers",
            remedy="give one party a discount factor below 1 or a breakdown risk",
        )
    low, high = frontier[0][0], frontier[-1][0]

    def reject(i: int, value: Fraction) -> Fraction:
        stay = c[i] + k[i] * value
        option = outside[i]
        return stay if option is None else max(option, stay)

    def fallback(i: int, least: Fraction) -> Fraction:
        candidates = [] if outside[i] is None else [outside[i]]
        if k[i] < 1:
            candidates.append(c[i] / (1 - k[i]))
        elif c[i] > 0:
            raise NoSolutionError(
                f"party {i + 1} is paid to wait and does not discount: it never agrees",
                where="alternating offers",
            )
        return max((value for value in candidates if value is not None), default=least)

    start, need = max(fallback(0, low), low), fallback(1, frontier[-1][1])
    zone = phi(frontier, start) - need if start <= high else high - start
    if zone < 0:
        raise NoSolutionError(
            "no agreement gives both parties their fallback", where="alternating offers"
        )

    def gap(x: Fraction) -> Fraction:
        return phi(frontier, x) - reject(1, phi(frontier, max(reject(0, x), low)))

    points = {start, high, *(vertex[0] for vertex in frontier)}
    if k[0] > 0:
        kinks = [vertex[0] for vertex in frontier]
        if outside[0] is not None:
            kinks.append(outside[0])
        if outside[1] is not None and k[1] > 0:
            kinks.append(psi(frontier, (outside[1] - c[1]) / k[1]))
        points |= {(x - c[0]) / k[0] for x in kinks}
    grid = sorted(x for x in points if start <= x <= high)
    a1 = grid[-1]
    if gap(a1) < 0:
        for left, right in pairwise(grid):
            at, after = gap(left), gap(right)
            if at >= 0 > after:
                a1 = left + at * (right - left) / (at - after)
                break
    a = (a1, phi(frontier, a1))
    b1 = max(reject(0, a1), low)
    b = (b1, phi(frontier, b1))
    binds = tuple(
        None if option is None else option - c[i] - k[i] * (a[0] if i == 0 else b[1])
        for i, option in enumerate(outside)
    )
    return ExactOffers((a, b), (reject(0, a[0]), reject(1, b[1])), zone, (binds[0], binds[1]))


def finite(
    frontier: Sequence[Pair],
    *,
    discount: Pair,
    periods: int,
    first: int = 0,
    deadline_payoff: Pair = ZERO,
    breakdown: Fraction = Fraction(0),
    breakdown_payoff: Pair = ZERO,
    inside: Pair = ZERO,
    outside: Option = (None, None),
) -> tuple[Pair, ...]:
    """Backward induction in fractions: payoffs of play from each period on.

    >>> d = Fraction(9, 10)
    >>> finite(PIE, discount=(d, d), periods=3)[0][0]              # 1 - d + d^2
    Fraction(91, 100)
    """
    c, k = terms(discount, breakdown, breakdown_payoff, inside)
    top = (frontier[-1][0], frontier[0][1])
    values: list[Pair] = []
    for t in range(periods - 1, -1, -1):
        i = (first + t) % 2
        j = 1 - i
        if values:
            stay = [c[m] + k[m] * values[-1][m] for m in (0, 1)]
        else:
            stay = list(deadline_payoff)
        option = outside[j]
        walks = option is not None and option > stay[j]
        ask = option if walks and option is not None else stay[j]
        mine = outside[i]
        refused = (Fraction(0) if mine is None else mine) if walks else stay[i]
        now = [Fraction(0), Fraction(0)]
        offer = None if ask > top[j] else (psi if i == 0 else phi)(frontier, ask)
        if offer is not None and offer >= refused:
            now[i] = offer
            now[j] = max(ask, (phi if i == 0 else psi)(frontier, offer))
        else:
            now[i], now[j] = refused, ask
        values.append((now[0], now[1]))
    return tuple(reversed(values))
