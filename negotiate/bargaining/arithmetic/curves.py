"""Solutions that need the whole curve: equal area, Perles-Maschler, continuous Raiffa.

With gains x = u_1 - d_1, y = u_2 - d_2 along the frontier's individually rational part:

    equal area        the line from d to the point halves the area of {u in S : u >= d}. Along a
                      straight piece the triangle (d, P, Q) grows linearly, so the point is
                      rational on a polygon.
    Perles-Maschler   the point halves the length  integral sqrt(-du_1 du_2)  of the efficient
                      frontier between the two ideals of the individually rational part.
    Raiffa            d moves by  d'(s) = m(d) - d  until it meets the frontier; the path itself is
                      in `negotiate.bargaining.arithmetic.raiffa`.

Sources: Anbarci and Bigelow (1994), Mathematical Social Sciences 28:133-142 (area); Calvo and
Peters (2000), IJGT 29:81-92; Perles and Maschler (1981), IJGT 10:163-193, doi:10.1007/BF01755963;
Raiffa (1953), in Contributions to the Theory of Games II; Livne (1989), IJGT 18:383-394.

On the polygon (0, 1), (3/4, 3/4), (1, 0) the area is 3/8 on either side of the ray through the
middle vertex, and the two pieces have the same length sqrt(3)/4:

>>> import numpy as np
>>> line = (np.array([[0.0], [0.75], [1.0]]), np.array([[1.0], [0.75], [0.0]]))
>>> equal_area(line, np.zeros((2, 1))).round(12).ravel().tolist()
[0.75, 0.75]
>>> perles_maschler(line, np.zeros((2, 1))).round(12).ravel().tolist()
[0.75, 0.75]
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining.arithmetic import two_party as bargaining
from negotiate.bargaining.arithmetic.frontier import Array, Frontier, corners
from negotiate.bargaining.arithmetic.frontier_smooth import levels, utilities
from negotiate.bargaining.arithmetic.raiffa import end_of_path

_PATH_RESOLUTION = 192  # a path passes the corners one by one
_EVENINGS = 2
_KEPT = 0.05
_ENDS = 0.1

_CELLS = 1 << 21  # numbers in one traced line over all draws: 16 MB an array

Line = tuple[Array, Array]
"""Two ``(P, N)`` arrays: utilities at the corners of a line along the frontier."""

RESOLUTION = 512
"""Chords for each smooth arc; with one Richardson step the error falls as its fourth power."""


def trace(f: Frontier, resolution: int = RESOLUTION) -> Line:
    """Corners of the frontier; smooth arcs are cut into ``resolution`` chords each."""
    if f.smooth is None:
        return corners(f)
    return _line(f, _nodes(f, resolution))


def _nodes(f: Frontier, resolution: int) -> list[Array]:
    """For each arc, lambdas ``(resolution + 1, N)`` that cut it into short chords.

    Chords are shortest at both ends of an arc, where a slope may reach zero: the length
    sqrt(-dx dy) then grows as the power 3/2, which chords of like length meet at order 3/2 only
    and one Richardson step for order 2 does not mend. Levels may move on a small part of [0, 1]
    only, where even steps of lambda would miss them.
    """
    smooth = f.smooth
    assert smooth is not None
    number = f.start.shape[1]
    bounds = np.concatenate([np.zeros((1, number)), f.critical, np.ones((1, number))])
    even = np.linspace(0.0, 1.0, resolution + 1)[:, None]
    # sin^2 spacing to begin with: near an end a party's loss starts quadratically
    begin = np.sin(0.5 * np.pi * even) ** 2
    short = _short_ends(even)
    out = []
    for low, high in pairwise(bounds):
        lam = low + (high - low) * begin
        for _ in range(_EVENINGS):
            u = utilities(smooth, levels(smooth, lam))
            step = np.abs(np.diff(u, axis=1))
            reach = step.sum(axis=1, keepdims=True)
            share = (step / np.where(reach > 0, reach, 1.0)).sum(axis=0)
            # a little of the step in lambda keeps nodes apart where nothing moves
            share += _KEPT * np.diff(lam, axis=0) / np.where(high > low, high - low, 1.0)
            passed = np.concatenate([np.zeros((1, number)), np.cumsum(share, axis=0)])
            passed /= np.where(passed[-1] > 0, passed[-1], 1.0)
            lam = _inverse(passed, lam, short)
        out.append(lam)
    return out


def _short_ends(even: Array) -> Array:
    """Steps of like length, but for the first and last tenth, where they shrink to nothing."""
    near = np.minimum(even, 1.0 - even)
    half = np.where(near < _ENDS, near**2 / (2 * _ENDS), near - _ENDS / 2) / (1.0 - _ENDS)
    return np.where(even <= 0.5, half, 1.0 - half)


def _inverse(passed: Array, lam: Array, wanted: Array) -> Array:
    """Lambda at which each draw has ``passed`` the wanted share, by linear interpolation."""
    rows, number = passed.shape
    # one search for all draws: each draw's shares are moved to their own unit interval
    shift = 2.0 * np.arange(number)
    keys = (passed + shift).T.ravel()
    found = np.searchsorted(keys, (wanted + shift).T.ravel(), side="right") - 1
    index = found.reshape(number, len(wanted)).T - rows * np.arange(number)
    index = np.clip(index, 0, rows - 2)
    take = np.take_along_axis
    low, high = take(passed, index, 0), take(passed, index + 1, 0)
    width = np.where(high > low, high - low, 1.0)
    part = np.clip((wanted - low) / width, 0.0, 1.0)
    first, last = take(lam, index, 0), take(lam, index + 1, 0)
    out: Array = first + part * (last - first)
    out[0], out[-1] = lam[0], lam[-1]
    return out


def _halved(nodes: list[Array]) -> list[Array]:
    """The same arcs with each chord halved in lambda, so that errors fall by four."""
    out = []
    for lam in nodes:
        fine = np.empty((2 * len(lam) - 1, lam.shape[1]))
        fine[::2], fine[1::2] = lam, 0.5 * (lam[1:] + lam[:-1])
        out.append(fine)
    return out


def _line(f: Frontier, nodes: list[Array]) -> Line:
    smooth = f.smooth
    assert smooth is not None
    first, second = corners(f)
    ones, twos = [], []
    for j, lam in enumerate(nodes):
        u = utilities(smooth, levels(smooth, lam))
        ones.append(first[j] + u[0])
        twos.append(second[j] + u[1])
    return np.concatenate(ones), np.concatenate(twos)


def _rational_part(line: Line, d: Array) -> tuple[Array, Array, Array, Array]:
    """Corners in gains, and the part [t0, t1] of each piece on which no gain is negative."""
    x, y = line[0] - d[0], line[1] - d[1]
    a, b = np.diff(x, axis=0), -np.diff(y, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t0 = np.where(a > 0, np.clip(-x[:-1] / a, 0, 1), np.where(x[:-1] < 0, 1.0, 0.0))
        t1 = np.where(b > 0, np.clip(y[:-1] / b, 0, 1), np.where(y[:-1] < 0, 0.0, 1.0))
    return x, y, t0, np.maximum(t1, t0)


def _halve(line: Line, t0: Array, t1: Array, rate: Array, before: Array, after: Array) -> Array:
    """Point ``(2, N)`` where a measure, linear on each piece, reaches half of its total."""
    size = rate * (t1 - t0)
    passed = np.cumsum(size, axis=0)
    half = 0.5 * (before + passed[-1] + after) - before
    index = np.minimum((passed < half).sum(axis=0), len(size) - 1)
    take = np.take_along_axis
    here = index[None]
    left = half - (take(passed, here, 0) - take(size, here, 0))[0]
    speed = take(rate, here, 0)[0]
    start, end = take(t0, here, 0)[0], take(t1, here, 0)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(speed > 0, start + left / np.where(speed > 0, speed, 1.0), start)
    t = np.clip(t, start, end)
    out = []
    for row in line:
        low, high = take(row[:-1], here, 0)[0], take(row[1:], here, 0)[0]
        out.append(low + t * (high - low))
    return np.stack(out)


def equal_area(line: Line, d: Array) -> Array:
    """Equal-area point ``(2, N)``; weakly efficient where it falls on a free-disposal edge."""
    if len(line[0]) == 1:
        line = tuple(np.repeat(row, 2, axis=0) for row in line)  # type: ignore[assignment]
    x, y, t0, t1 = _rational_part(line, d)
    rate = x[1:] * y[:-1] - x[:-1] * y[1:]  # twice the triangle d, P_j, P_j+1
    # the edges of free disposal: from (d_1, top) to the first point, from the last down to d_2
    before = np.maximum(x[0], 0) * np.maximum(y[0], 0)
    after = np.maximum(x[-1], 0) * np.maximum(y[-1], 0)
    point = _halve(line, t0, t1, rate, before, after)
    total = before + (rate * (t1 - t0)).sum(axis=0) + after
    with np.errstate(divide="ignore", invalid="ignore"):
        on_top = np.where(y[0] > 0, 0.5 * total / np.where(y[0] > 0, y[0], 1), np.inf)
        on_side = np.where(x[-1] > 0, 0.5 * total / np.where(x[-1] > 0, x[-1], 1), np.inf)
    top, side = before > 0.5 * total, after > 0.5 * total
    point[0] = np.where(top, d[0] + on_top, np.where(side, line[0][-1], point[0]))
    point[1] = np.where(top, line[1][0], np.where(side, d[1] + on_side, point[1]))
    return point


def perles_maschler(line: Line, d: Array) -> Array:
    """Perles-Maschler point ``(2, N)`` of a polygonal line."""
    if len(line[0]) == 1:
        return np.stack([line[0][0], line[1][0]])
    x, y, t0, t1 = _rational_part(line, d)
    rate = np.sqrt(np.maximum(np.diff(x, axis=0), 0) * np.maximum(-np.diff(y, axis=0), 0))
    nothing = np.zeros(x.shape[1])
    return _halve(line, t0, t1, rate, nothing, nothing)


def extrapolated(
    f: Frontier, d: Any, rule: Any, resolution: int = RESOLUTION
) -> tuple[Array, Array]:
    """A rule on chords, with one Richardson step, put back on the frontier.

    Returns
    -------
    point, error
        ``(2, N)``, and ``(N,)`` the size of the correction: an estimate of the error that is
        pessimistic by two orders; zero on a polygon.
    """
    point = bargaining.flatten(f, d)
    number = f.start.shape[1]
    if f.smooth is None:
        return rule(trace(f), point), np.zeros(number)
    size = max(1, _CELLS // (2 * resolution * (len(f.critical) + 1)))
    if number > size:  # a line of a thousand corners a draw: memory is bounded by slices
        cuts = [slice(k, k + size) for k in range(0, number, size)]
        parts = [extrapolated(part_of(f, cut), point[:, cut].T, rule, resolution) for cut in cuts]
        return (
            np.concatenate([part[0] for part in parts], axis=1),
            np.concatenate([part[1] for part in parts]),
        )
    nodes = _nodes(f, resolution)
    coarse = rule(_line(f, nodes), point)
    fine = rule(_line(f, _halved(nodes)), point)
    better = fine + (fine - coarse) / 3.0
    on_curve = bargaining.best_given_first(f, better[0]).u
    inside = on_curve[0] > better[0] + tolerance.UTILITY  # a free-disposal edge: keep the point
    error = np.abs(fine - coarse).max(axis=0) / 3.0
    flat_top = better[1] >= on_curve[1] - 100 * error - tolerance.UTILITY
    return np.where(inside | ~flat_top, better, on_curve), error


def part_of(f: Frontier, draws: Any) -> Frontier:
    """The frontier of some of the draws."""
    smooth = f.smooth
    if smooth is not None:
        pairs: dict[str, Any] = {
            name: tuple(array[:, draws] for array in getattr(smooth, name))
            for name in ("weight", "ideal", "scale", "exponent", "slope", "bend")
        }
        ends = {name: getattr(smooth, name)[:, draws] for name in ("low", "high")}
        smooth = smooth._replace(**pairs, **ends)
    rows = {
        name: getattr(f, name)[:, draws]
        for name in ("start", "gain", "loss", "critical", "piece_gain", "piece_critical")
    }
    count = rows["start"].shape[1]
    return f._replace(**rows, smooth=smooth, shape=(count,))


def raiffa_continuous(f: Frontier, d: Any) -> tuple[Array, Array]:
    """End ``(2, N)`` of the path d' = m(d) - d and its error estimate (see `extrapolated`)."""
    return extrapolated(f, d, end_of_path, _PATH_RESOLUTION)
