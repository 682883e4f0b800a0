r"""Corners of a core: payoff vectors at which as many coalitions as players are just satisfied.

With ``x_i = v(i) + W y_i / y(N)``, W what is left of v(N) when everybody has its own worth, the
core is a cone in y >= 0 cut by one half-space a coalition, all through the origin. The double
description method adds the half-spaces one at a time; two rays span a face exactly when no third
satisfies with equality all that both do (Motzkin, Raiffa, Thompson and Thrall 1953; Fukuda and
Prodon 1996, LNCS 1120:91-111). Rays are vectors of integers.

Three players, v of a pair 1/2 and of all 1 (here times 2): a triangle.

>>> corners([0, 0, 0, 1, 0, 1, 1, 2])
[(Fraction(0, 1), Fraction(1, 1), Fraction(1, 1)), (Fraction(1, 1), Fraction(0, 1), Fraction(1, 1)),
 (Fraction(1, 1), Fraction(1, 1), Fraction(0, 1))]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np

from negotiate.coalitions.arithmetic import subsets
from negotiate.errors import TooLargeError

MAX_CORNERS = 20_000

Vector = tuple[Fraction, ...]


def corners(worths: Sequence[int], *, slack: int | Fraction = 0) -> list[Vector]:
    """Corners of {x : x(N) = v(N), x(S) >= v(S) - slack}, sorted; empty where the set is.

    Raises
    ------
    TooLargeError
        More than `MAX_CORNERS` on the way.
    """
    n = subsets.count(len(worths))
    shift = Fraction(slack)
    v = [Fraction(int(w)) - shift for w in worths]
    v[0], v[-1] = Fraction(0), Fraction(int(worths[-1]))
    alone = [v[1 << k] for k in range(n)] if n > 1 else [v[-1]]
    room = v[-1] - sum(alone, start=Fraction(0))
    if room < 0:
        return []
    base = [sum((alone[k] for k in subsets.members(m)), start=Fraction(0)) for m in range(2**n)]
    if room == 0:
        return [tuple(alone)] if all(b >= w for b, w in zip(base, v)) else []
    order = sorted((m for m in range(1, 2**n - 1) if m & (m - 1)), key=lambda m: base[m] - v[m])
    rays = [tuple(int(i == k) for i in range(n)) for k in range(n)]
    active = [((1 << n) - 1) ^ (1 << k) for k in range(n)]
    for number, mask in enumerate(order, n):
        lift = v[mask] - base[mask]
        scale = math.lcm(room.denominator, lift.denominator)
        inside, whole = int(room * scale), int(lift * scale)
        normal = [inside * (mask >> k & 1) - whole for k in range(n)]
        rays, active = _cut(rays, active, normal, number, n)
        if not rays:
            return []
    out = []
    for ray in rays:
        total = sum(ray)
        out.append(tuple(alone[k] + room * Fraction(ray[k], total) for k in range(n)))
    return sorted(set(out))


def marginal_vectors(worths: Sequence[int]) -> list[Vector]:
    """What each player adds in every order of arrival; the corners of a convex game's core."""
    n = subsets.count(len(worths))
    if math.factorial(n) > MAX_CORNERS:
        raise TooLargeError(
            f"{n}! = {math.factorial(n):,} orders", where="corners", allowed=f"{MAX_CORNERS:,}"
        )
    found = set()
    for order in permutations(range(n)):
        x, mask = [Fraction(0)] * n, 0
        for k in order:
            x[k] = Fraction(int(worths[mask | 1 << k]) - int(worths[mask]))
            mask |= 1 << k
        found.add(tuple(x))
    return sorted(found)


def _cut(
    rays: list[tuple[int, ...]], active: list[int], normal: Sequence[int], number: int, n: int
) -> tuple[list[tuple[int, ...]], list[int]]:
    heights = [sum(a * r for a, r in zip(normal, ray)) for ray in rays]
    bit = 1 << number
    if all(h >= 0 for h in heights):
        return rays, [a | bit if h == 0 else a for a, h in zip(active, heights)]
    new_rays = [r for r, h in zip(rays, heights) if h >= 0]
    new_active = [a | bit if h == 0 else a for a, h in zip(active, heights) if h >= 0]
    words = _words(active, number)
    above = [k for k, h in enumerate(heights) if h > 0]
    below = [k for k, h in enumerate(heights) if h < 0]
    for up in above:
        for down in below:
            common = active[up] & active[down]
            if common.bit_count() < n - 2:
                continue
            shared = words[up] & words[down]
            if int(((words & shared) == shared).all(axis=1).sum()) != 2:
                continue
            hu, hd = heights[up], -heights[down]
            ray = [hd * a + hu * b for a, b in zip(rays[up], rays[down])]
            common_factor = math.gcd(*ray)
            new_rays.append(tuple(a // common_factor for a in ray))
            new_active.append(common | bit)
            if len(new_rays) > MAX_CORNERS:
                raise TooLargeError(
                    f"more than {MAX_CORNERS:,} corners",
                    where="core",
                    allowed=f"{MAX_CORNERS:,}",
                    remedy="ask for the least core or the nucleolus",
                )
    return new_rays, new_active


def _words(active: Sequence[int], bits: int) -> np.ndarray[Any, Any]:
    width = bits // 64 + 1
    out = np.zeros((len(active), width), dtype=np.uint64)
    for i, mask in enumerate(active):
        for w in range(width):
            out[i, w] = mask >> (64 * w) & 0xFFFFFFFFFFFFFFFF
    return out
