"""Extreme points of a product of simplices cut by half-spaces, in exact arithmetic.

The sets met in incomplete-information games are all of one shape: mixed actions (a product of
simplices) on which some linear expressions must be zero or must not be negative. The double
description method keeps the extreme points while the half-spaces are added one at a time; a new
point appears on each edge that crosses the new hyperplane, and two points span an edge exactly
when no third point satisfies every constraint that both satisfy with equality.

Source: Motzkin, Raiffa, Thompson and Thrall (1953), "The double description method", in
Contributions to the Theory of Games II; Fukuda and Prodon (1996), LNCS 1120:91-111.

The square with the half-plane x <= 1/2 (two simplices, the coordinates are their two weights):

>>> cut(((0, 1), (2, 3)), 4, equal=[], at_least=[((0, 0, -1, 0), Fraction(1, 2))])[-1]
(Fraction(1, 1), Fraction(0, 1), Fraction(1, 2), Fraction(1, 2))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product

from negotiate.errors import TooLargeError

Vector = tuple[Fraction, ...]
Affine = tuple[Sequence[Fraction | int], Fraction | int]
"""Coefficients and a constant: the expression coefficients . x + constant."""

MAX_VERTICES = 20_000


def value(expression: Affine, point: Vector) -> Fraction:
    """Value of an affine expression at a point."""
    total = Fraction(expression[1])
    for coefficient, coordinate in zip(expression[0], point):
        if coefficient and coordinate:
            total += coefficient * coordinate
    return total


def cut(
    blocks: Sequence[Sequence[int]],
    size: int,
    *,
    equal: Iterable[Affine],
    at_least: Iterable[Affine],
) -> tuple[Vector, ...]:
    """Extreme points of {x in the product of simplices : equal = 0, at_least >= 0}, sorted.

    Parameters
    ----------
    blocks
        Coordinates of each simplex; coordinates in no block are zero.
    size
        Number of coordinates.
    equal, at_least
        Affine expressions.

    Returns
    -------
    tuple of vectors
        Empty where the set is empty.
    """
    count = 1
    for block in blocks:
        count *= len(block)
    if count > MAX_VERTICES:
        raise TooLargeError(
            f"a product of simplices with {count} corners",
            where="exact polytope",
            allowed=f"at most {MAX_VERTICES}",
            remedy="use fewer responses or messages",
        )
    points: list[tuple[Vector, frozenset[int]]] = []
    used = sorted(index for block in blocks for index in block)
    for corner in product(*blocks):
        chosen = set(corner)
        vector = tuple(Fraction(int(index in chosen)) for index in range(size))
        points.append((vector, frozenset(index for index in used if index not in chosen)))
    number = size
    for expression in equal:
        points = _half(points, expression, number, keep_positive=False)
        number += 1
    for expression in at_least:
        points = _half(points, expression, number, keep_positive=True)
        number += 1
    return tuple(sorted({point for point, _ in points}))


def _half(
    points: list[tuple[Vector, frozenset[int]]],
    expression: Affine,
    number: int,
    *,
    keep_positive: bool,
) -> list[tuple[Vector, frozenset[int]]]:
    """One step: intersect with expression >= 0, or with expression = 0."""
    above: list[tuple[Vector, frozenset[int], Fraction]] = []
    below: list[tuple[Vector, frozenset[int], Fraction]] = []
    kept: list[tuple[Vector, frozenset[int]]] = []
    for point, active in points:
        height = value(expression, point)
        if height > 0:
            above.append((point, active, height))
        elif height < 0:
            below.append((point, active, height))
        else:
            kept.append((point, active | {number}))
    on_plane = {point for point, _ in kept}
    for high, active_high, up in above:
        for low, active_low, down in below:
            common = active_high & active_low
            adjacent = not any(
                common <= active and point != high and point != low for point, active in points
            )
            if adjacent:
                share = up / (up - down)
                middle = tuple(h + share * (lo - h) for h, lo in zip(high, low))
                if middle not in on_plane:
                    on_plane.add(middle)
                    kept.append((middle, common | {number}))
    if keep_positive:
        kept.extend((point, active) for point, active, _ in above)
    if len(kept) > MAX_VERTICES:
        raise TooLargeError(
            f"a polytope with {len(kept)} corners",
            where="exact polytope",
            allowed=f"at most {MAX_VERTICES}",
        )
    return kept
