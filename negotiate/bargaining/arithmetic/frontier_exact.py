"""The two-party frontier of polygonal issues in exact arithmetic, with its terms.

The construction of `negotiate.bargaining.arithmetic.frontier` on fractions: each issue's Pareto
part, then all
pieces laid end to end by slope, slopes compared by cross products.

Tollison and Willett (1979), weights 60, 30, 10 against 10, 30, 60:

>>> issues = [[(0, b), (a, 0)] for a, b in [(60, 10), (30, 30), (10, 60)]]
>>> [tuple(map(int, v)) for v in polygon(issues).vertices]
[(0, 100), (60, 90), (90, 60), (100, 0)]
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from functools import cmp_to_key
from typing import Any, NamedTuple

from negotiate.bargaining.arithmetic.exact import ExactPoint, Vertex


class Piece(NamedTuple):
    """One segment of an issue's Pareto part, between two of its options; its place on the path."""

    gain: Any
    loss: Any
    issue: int
    start: int
    end: int
    order: int


class Polygon(NamedTuple):
    """Vertices from party 2's end to party 1's; pieces in order; each issue's first option."""

    vertices: tuple[Vertex, ...]
    pieces: tuple[Piece, ...]
    first: tuple[int, ...]


def pareto_path(points: Sequence[Vertex]) -> list[int]:
    """Indices along the concave Pareto part of option points, from best for party 2.

    Collinear options stay on the path, so that each of them needs no mixing.
    """
    order = sorted(range(len(points)), key=lambda i: (-points[i][1], -points[i][0], i))
    path: list[int] = []
    for i in order:
        if path and points[i][0] <= points[path[-1]][0]:
            continue  # no better for party 1 and no better for party 2
        while len(path) > 1 and _turn(points[path[-2]], points[path[-1]], points[i]) > 0:
            path.pop()
        path.append(i)
    return path


def _turn(p: Vertex, q: Vertex, r: Vertex) -> Any:
    """Positive where q lies below the line from p to r."""
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def polygon(issues: Sequence[Sequence[Vertex]], base: Vertex = (0, 0)) -> Polygon:
    """Frontier of issues given by the weighted worth (to party 1, to party 2) of their options."""
    x, y = Fraction(base[0]), Fraction(base[1])
    pieces: list[Piece] = []
    firsts = []
    for k, points in enumerate(issues):
        path = pareto_path(points)
        firsts.append(path[0])
        x, y = x + points[path[0]][0], y + points[path[0]][1]
        for place, (i, j) in enumerate(itertools.pairwise(path)):
            gain, loss = points[j][0] - points[i][0], points[i][1] - points[j][1]
            pieces.append(Piece(gain, loss, k, i, j, place))
    # cheapest for party 2 first: loss/gain compared without a division
    pieces.sort(key=cmp_to_key(_dearer))
    corners = [(x, y)]
    last: Piece | None = None
    for piece in pieces:
        x, y = x + piece.gain, y - piece.loss
        if last is not None and last.loss * piece.gain == piece.loss * last.gain:
            corners[-1] = (x, y)  # the same slope: one straight piece
        else:
            corners.append((x, y))
        last = piece
    return Polygon(tuple(corners), tuple(pieces), tuple(firsts))


def _dearer(s: Piece, t: Piece) -> int:
    value = s.loss * t.gain - t.loss * s.gain
    return int(value > 0) - int(value < 0)


def shares(frontier: Polygon, point: ExactPoint) -> tuple[list[Any], bool]:
    """How far each piece is taken at a frontier point, and whether that is unique."""
    lam = (point.low + point.high) / 2
    weights = [piece.loss / (piece.gain + piece.loss) for piece in frontier.pieces]
    same = [point.flat and weight == lam for weight in weights]
    passed = frontier.vertices[0][0] + sum(
        piece.gain for piece, weight in zip(frontier.pieces, weights) if weight < lam
    )
    width = sum(piece.gain for piece, tied in zip(frontier.pieces, same) if tied)
    share = (point.u1 - passed) / width if width else Fraction(0)
    out = [Fraction(int(weight < lam)) for weight in weights]
    # tied issues are split alike; collinear options of one issue are passed one after the other
    for issue in {piece.issue for piece, tied in zip(frontier.pieces, same) if tied}:
        run = [j for j, p in enumerate(frontier.pieces) if same[j] and p.issue == issue]
        run.sort(key=lambda j: (frontier.pieces[j].order, j))
        left = share * sum(frontier.pieces[j].gain for j in run)
        for j in run:
            gain = frontier.pieces[j].gain
            out[j] = min(left / gain, Fraction(1))
            left -= out[j] * gain
    return out, not (sum(same) > 1 and 0 < share < 1)
