"""Indifference equations inside one support profile of a game with three or more mixing players.

Each player that mixes is indifferent between the strategies of its support: as many multilinear
equations as unknown probabilities, player i's without i's own. For three players with two
strategies each, elimination leaves a quadratic in one probability, solved in fractions; larger
systems are given to Newton's method from many starts.

Source: McKelvey and McLennan (1996), Handbook of Computational Economics 1, 87-142, section 4.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate.strategic.arithmetic import expected
from negotiate.tolerance import PROBABILITY, REGRET

Array = npt.NDArray[Any]
Mixed = tuple[tuple[Any, ...], ...]
"""One row of probabilities per player, fractions or floats."""

STARTS = 48
STEPS = 40


def three_by_two(
    payoffs: Array, supports: Sequence[Sequence[int]], mixing: Sequence[int]
) -> tuple[list[Mixed], bool]:
    """Step 4: the interior solutions, and whether elimination settled that these are all."""
    n, shape = payoffs.ndim - 1, payoffs.shape[1:]
    index = [list(supports[k]) for k in range(n)]

    def bilinear(i: int, j: int, k: int) -> tuple[Any, Any, Any, Any]:
        # Gain of i's first strategy: const + s x_j + t x_k + u x_j x_k, x the first's probability.
        cube = payoffs[i][np.ix_(*index)]
        order = [i, j, k, *(h for h in range(n) if h not in (i, j, k))]
        d = np.transpose(cube, order).reshape(2, 2, 2)
        d = d[0] - d[1]
        return d[1, 1], d[0, 1] - d[1, 1], d[1, 0] - d[1, 1], d[0, 0] - d[0, 1] - d[1, 0] + d[1, 1]

    u, v, w = mixing
    a0, b0, c0, d0 = bilinear(u, v, w)
    a1, b1, c1, d1 = bilinear(v, u, w)
    a2, b2, c2, d2 = bilinear(w, u, v)
    equations = {u: (a0, b0, c0, d0), v: (a1, b1, c1, d1), w: (a2, b2, c2, d2)}
    candidates, sure = interior(equations, (u, v, w))
    points = []
    for chance, is_exact in candidates:
        rows: list[tuple[Any, ...]] = []
        for k in range(n):
            row: list[Any] = [Fraction(0)] * shape[k]
            if k in chance:
                row[supports[k][0]], row[supports[k][1]] = chance[k], 1 - chance[k]
            else:
                row[supports[k][0]] = Fraction(1)
            rows.append(tuple(row if is_exact else map(float, row)))
        points.append(tuple(rows))
    return points, sure


def interior(
    equations: dict[int, tuple[Any, Any, Any, Any]], names: tuple[int, int, int]
) -> tuple[list[tuple[dict[int, Any], bool]], bool]:
    """Solutions in the open cube of three bilinear equations, none in its own unknown.

    ``equations[i]`` is (a, b, c, d) of a + b x_j + c x_k + d x_j x_k = 0, where j, k are the other
    two ``names`` in order. Returns solutions with whether they are exact, and whether these are
    all.
    """
    u, v, w = names
    a0, b0, c0, d0 = equations[u]
    a1, b1, c1, d1 = equations[v]
    a2, b2, c2, d2 = equations[w]
    # w's equation gives q = -(a2 + b2 p)/(c2 + d2 p), v's gives r likewise; u's then reads
    # quad p^2 + lin p + const = 0. Values of p at which q or r is left open are tried as well.
    quad = a0 * d2 * d1 - b0 * b2 * d1 - c0 * d2 * b1 + d0 * b2 * b1
    lin = (
        a0 * (c2 * d1 + d2 * c1)
        - b0 * (a2 * d1 + b2 * c1)
        - c0 * (c2 * b1 + d2 * a1)
        + d0 * (a2 * b1 + b2 * a1)
    )
    const = a0 * c2 * c1 - b0 * a2 * c1 - c0 * c2 * a1 + d0 * a2 * a1
    sure = True
    values = dict(_roots(quad, lin, const))
    for a, b, c, d in ((a1, b1, c1, d1), (a2, b2, c2, d2)):
        if d != 0:
            if a * d == b * c:
                values[-c / d] = True
        elif c == 0:
            if b != 0:
                values = {-a / b: True}  # the equation is about p alone
                break
            if a != 0:
                return [], True  # one strategy always pays more
            sure = False  # always indifferent
    else:
        sure &= not quad == lin == const == 0
    found: list[tuple[dict[int, Any], bool]] = []
    for p, is_exact in values.items():
        if not 0 < p < 1:
            continue
        q, free_q = _linear(a2 + b2 * p, c2 + d2 * p)
        r, free_r = _linear(a1 + b1 * p, c1 + d1 * p)
        if free_q and not free_r and r is not None:
            q, free_q = _linear(a0 + c0 * r, b0 + d0 * r)
        elif free_r and not free_q and q is not None:
            r, free_r = _linear(a0 + b0 * q, c0 + d0 * q)
        if free_q or free_r:
            # Left open unless the other equation has no solution at this p.
            sure &= (free_q and r is None and not free_r) or (free_r and q is None and not free_q)
            continue
        if q is None or r is None or not (0 < q < 1 and 0 < r < 1):
            continue
        if is_exact and a0 + b0 * q + c0 * r + d0 * q * r != 0:
            continue
        found.append(({u: p, v: q, w: r}, is_exact))
    return found, sure


def _linear(constant: Any, slope: Any) -> tuple[Any, bool]:
    """Root of constant + slope z, or None; and whether every z is one."""
    if slope == 0:
        return None, bool(constant == 0)
    return -constant / slope, False


def _roots(quad: Any, lin: Any, const: Any) -> Iterator[tuple[Fraction, bool]]:
    """Real roots, with whether they are exact; irrational ones to some 60 digits."""
    if quad == 0:
        if lin != 0:
            yield Fraction(-const) / lin, True
        return
    square = Fraction(lin * lin - 4 * quad * const)
    if square < 0:
        return
    size = 10**60
    under = square.numerator * square.denominator
    whole = isqrt(under)
    is_exact = whole * whole == under
    root = (
        Fraction(whole, square.denominator)
        if is_exact
        else Fraction(isqrt(under * size * size), square.denominator * size)
    )
    yield (-lin + root) / (2 * quad), is_exact
    if root:
        yield (-lin - root) / (2 * quad), is_exact


def newton(floats: Array, supports: Sequence[Sequence[int]]) -> list[Mixed]:
    """Step 5: solutions of the indifference equations inside the supports, from many starts."""
    n, shape = floats.ndim - 1, floats.shape[1:]
    sizes = [len(s) for s in supports]
    inner = floats[np.ix_(range(n), *supports)]
    inner = inner / np.array([np.ptp(values) or 1.0 for values in floats]).reshape(-1, *[1] * n)
    unknowns = sum(size - 1 for size in sizes)
    rng = np.random.default_rng(unknowns)

    def rows(z: Array) -> list[Array]:
        out, at = [], 0
        for size in sizes:
            part = z[..., at : at + size - 1]
            out.append(np.concatenate([part, 1.0 - part.sum(axis=-1, keepdims=True)], axis=-1))
            at += size - 1
        return out

    def equations(z: Array) -> Array:
        mixed = rows(z)
        parts = []
        for i, size in enumerate(sizes):
            if size > 1:
                values = expected.against(inner, mixed, i)
                parts.append(values[..., :-1] - values[..., -1:])
        return np.concatenate(parts, axis=-1)

    starts = [rng.dirichlet(np.ones(size), STARTS)[:, :-1] for size in sizes]
    z = np.concatenate(starts, axis=1)
    z[0] = np.concatenate([np.full(size - 1, 1.0 / size) for size in sizes])
    for _ in range(STEPS):
        value, jacobian = equations(z), _slopes(inner, rows(z), sizes)
        move = np.einsum("...ij,...j->...i", np.linalg.pinv(jacobian, rcond=1e-12), value)
        length = np.abs(move).max(axis=1, keepdims=True)
        z = np.clip(z - move * np.minimum(1.0, 0.5 / np.maximum(length, 1e-300)), -1.0, 2.0)
    good = np.abs(equations(z)).max(axis=1) < PROBABILITY
    found: list[Mixed] = []
    for k in np.flatnonzero(good):
        parts = [row[k] for row in rows(z)]
        if min(part.min() for part in parts) < PROBABILITY:
            continue
        point = []
        for part, support, size in zip(parts, supports, shape):
            row = np.zeros(size)
            row[list(support)] = part / part.sum()
            point.append(tuple(row.tolist()))
        if not any(near(tuple(point), other) for other in found):
            found.append(tuple(point))
    return found


def _slopes(inner: Array, mixed: Sequence[Array], sizes: Sequence[int]) -> Array:
    """Jacobian of the indifference equations, ``(starts, equations, unknowns)``.

    Payoffs are linear in each player's probabilities: the slopes of i's in j's are the payoffs to
    i at each pair of strategies of i and j, the others mixing as they do.
    """
    movers = [i for i, size in enumerate(sizes) if size > 1]
    bands = []
    for i in movers:
        band = []
        for j in movers:
            if i == j:
                band.append(np.zeros((len(mixed[i]), sizes[i] - 1, sizes[i] - 1)))
                continue
            table = np.moveaxis(inner[i], (i, j), (-2, -1))[None]
            for k in (k for k in range(len(sizes)) if k not in (i, j)):
                weights = mixed[k].reshape(len(mixed[k]), -1, *[1] * (table.ndim - 2))
                table = (table * weights).sum(axis=1)
            table = table[:, :-1] - table[:, -1:]
            band.append(table[:, :, :-1] - table[:, :, -1:])
        bands.append(np.concatenate(band, axis=2))
    return np.concatenate(bands, axis=1)


def near(left: Mixed, right: Mixed) -> bool:
    return all(abs(float(a) - float(b)) < REGRET for x, y in zip(left, right) for a, b in zip(x, y))
