"""Boundary curves of a phase diagram: traced on a mesh, kept where the equilibria change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.strategic.maps.parametric_plane import Factor, PlaneGame

Span = tuple[Fraction, Fraction]
_STEPS = 3  # Newton steps that put the points of a trace on the curve
_BESIDE = 1 / 64  # how far from the curve, in boxes, the two sides are looked at


def traced(plane: PlaneGame, spans: Sequence[Span], mesh: int) -> list[Any]:
    """Per factor that bounds regions: its number, lines, pairs of structures beside it, on it.

    Each box of the mesh with a sign change holds a segment of the curve. The equilibria on both
    sides of its middle are decided exactly at two points, and on the curve by setting the
    factor's sign to zero; a segment is kept where the three differ.
    """
    lows = [float(low) for low, _ in spans]
    steps = np.array([float(high - low) / mesh for low, high in spans])
    every = [_segments(factor, lows, steps, mesh) for factor in plane.factors]
    owner = np.repeat(np.arange(len(every)), [len(segments) for segments in every])
    if not len(owner):
        return []
    # all curves together: few large array steps instead of many small ones
    middle = np.concatenate(every).mean(axis=1)
    normal = np.concatenate(
        [
            np.stack(factor.gradient(*segments.mean(axis=1).T), -1) * steps
            for factor, segments in zip(plane.factors, every)
        ]
    )
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = normal / np.where(length > 0, length, 1) * steps * _BESIDE
    one, two = (plane.signs(*(middle + sign * normal).T.tolist()) for sign in (-1, 1))
    at = np.arange(len(owner))
    # a point whose two sides have one sign lies at a corner of the curve: neighbours decide
    clear = (one[owner, at] == -two[owner, at]) & (one[owner, at] != 0)
    # where another curve passes between the two points, the pair says nothing of this one
    alone = (one != two).sum(axis=0) == clear
    on_it = one.copy()
    on_it[owner, at] = 0
    states = [plane.structures(signs) for signs in (one, two, on_it)]
    kept: dict[int, tuple[list[int], set[Any], set[Any]]] = {}
    first = np.cumsum([0, *(len(segments) for segments in every)])
    for s in np.flatnonzero(clear).tolist():
        left, right, here = (column[s][0] for column in states)
        if left == right and (here == left or not alone[s]):
            continue
        k = int(owner[s])
        places, sides, on = kept.setdefault(k, ([], set(), set()))
        places.append(s - int(first[k]))
        if alone[s]:
            sides.add((left, right))
            on.add(here)
    out = [(k, _chained(every[k][places]), sides, on) for k, (places, sides, on) in kept.items()]
    return sorted(out, key=lambda item: -sum(len(line) for line in item[1]))


def _segments(factor: Factor, lows: Sequence[float], steps: Any, mesh: int) -> Any:
    """Segments ``(S, 2, 2)`` of f = 0, one or two a box, moved onto the curve."""
    # the mesh is shifted by an irrational part of a box, so that no simple curve runs along it
    shift = 0.5 * (5**0.5 - 2)
    x = lows[0] + steps[0] * (np.arange(mesh + 2) - shift)
    y = lows[1] + steps[1] * (np.arange(mesh + 2) - shift)
    gx, gy = np.meshgrid(x, y, indexing="ij")
    f = factor.values(gx, gy)
    up = f > 0
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    n = mesh + 1
    inside = [up[i : i + n, j : j + n] for i, j in corners]
    mixed = ~((inside[0] == inside[1]) & (inside[1] == inside[2]) & (inside[2] == inside[3]))
    out = []
    for i, j in np.argwhere(mixed):
        crossings = []
        for (a, b), (c, d) in zip(corners, [*corners[1:], corners[0]]):
            one, two = f[i + a, j + b], f[i + c, j + d]
            if (one > 0) != (two > 0):
                share = one / (one - two)
                crossings.append(
                    (
                        x[i + a] + share * (x[i + c] - x[i + a]),
                        y[j + b] + share * (y[j + d] - y[j + b]),
                    )
                )
        out += [crossings[k : k + 2] for k in range(0, len(crossings), 2)]
    if not out:
        return np.zeros((0, 2, 2))
    points = np.array(out).reshape(-1, 2)
    scale = steps
    for _ in range(_STEPS):
        value = factor.values(points[:, 0], points[:, 1])[:, None]
        gradient = np.stack(factor.gradient(points[:, 0], points[:, 1]), -1) * scale
        size = (gradient**2).sum(axis=1, keepdims=True)
        move = np.where(size > 0, -value * gradient / np.where(size > 0, size, 1), 0)
        points = points + np.clip(move, -0.5, 0.5) * scale  # in boxes, never far
    segments = points.reshape(-1, 2, 2)
    low, high = np.array(lows), np.array(lows) + mesh * steps
    middle = segments.mean(axis=1)
    keep = ((middle >= low) & (middle <= high)).all(axis=1)
    return np.clip(segments[keep], low, high)


def _chained(segments: Any) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Segments joined into lines where their ends meet."""
    ends: dict[tuple[float, float], list[int]] = {}
    keys = [[_key(point) for point in pair] for pair in segments]
    for s, pair in enumerate(keys):
        for end in pair:
            ends.setdefault(end, []).append(s)
    left = set(range(len(segments)))
    lines = []
    starts = [s for s in range(len(segments)) if any(len(ends[e]) == 1 for e in keys[s])]
    for start in [*starts, *range(len(segments))]:
        if start not in left:
            continue
        left.discard(start)
        first = 1 if len(ends[keys[start][0]]) == 1 else 0
        order = (1 - first, first) if first else (1, 0)
        line = [tuple(segments[start][order[0]]), tuple(segments[start][order[1]])]
        if len(ends[keys[start][order[0]]]) > 1 and len(ends[keys[start][order[1]]]) == 1:
            line.reverse()
        while True:
            here = _key(line[-1])
            following = next((s for s in ends.get(here, ()) if s in left), None)
            if following is None:
                break
            left.discard(following)
            other = 1 if keys[following][0] == here else 0
            line.append(tuple(segments[following][other]))
        lines.append(tuple((float(a), float(b)) for a, b in line))
    return tuple(lines)


def _key(point: Any) -> tuple[float, float]:
    return float(f"{point[0]:.10g}"), float(f"{point[1]:.10g}")


def written(terms: Mapping[tuple[int, int], int], names: Sequence[str]) -> str:
    """A polynomial in two quantities as text, highest total degree first.

    >>> written({(1, 0): 1, (0, 1): -2, (2, 1): 3}, ("v", "c"))
    '3*v**2*c + v - 2*c'
    """
    out = ""
    for powers in sorted(terms, key=lambda e: (-sum(e), -e[0])):
        c = terms[powers]
        parts = [
            name if power == 1 else f"{name}**{power}"
            for name, power in zip(names, powers)
            if power
        ]
        size = [str(abs(c))] if abs(c) != 1 or not parts else []
        body = "*".join([*size, *parts])
        out += (f" {'-' if c < 0 else '+'} " if out else "-" if c < 0 else "") + body
    return out
