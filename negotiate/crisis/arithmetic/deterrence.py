"""All equilibria of a game of two sides, two types each, two actions, exactly.

The gain of the second action over the first is, for each type of a side, affine in the other
side's chances of that action by type. Fix for each type whether it takes the first action, the
second, or may mix: a side's own states restrict its square [0, 1]^2 to a face, and the other
side's states put half-planes (or lines, where a type of the other side mixes) on it. So the
equilibria with given states are a product of two polygons; their corners are returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from negotiate.numbers.exact_polytope import Affine, Vector, cut

Gain = tuple[tuple[Fraction, Fraction], Fraction]
"""Coefficients on the other side's chances by type, and a constant."""


@dataclass(frozen=True)
class Bayesian:
    """``gains[side][type]``: gain of the second action."""

    gains: tuple[tuple[Gain, ...], ...]


Profile = tuple[Vector, Vector]
FIRST, SECOND, EITHER = 0, 1, 2


def equilibria(
    game: Bayesian, live: tuple[tuple[bool, bool], tuple[bool, bool]]
) -> tuple[tuple[Profile, ...], tuple[tuple[int, ...], ...]]:
    """Corners of all equilibrium sets, and which of them form connected continua.

    ``live[side][type]`` says whether the type can occur; one that cannot takes its first action
    and is not asked for a best reply.
    """
    pieces: set[frozenset[Profile]] = set()
    choices = [(FIRST, SECOND, EITHER) if alive else (FIRST,) for side in live for alive in side]
    for states in product(*choices):
        mine, theirs = states[:2], states[2:]
        left = _polygon(mine, game.gains[1], theirs, live[1])
        if not left:
            continue
        right = _polygon(theirs, game.gains[0], mine, live[0])
        if right:
            pieces.add(frozenset(product(left, right)))
    maximal = [p for p in pieces if not any(p < q for q in pieces)]
    corners = tuple(sorted(set().union(*maximal) if maximal else set()))
    place = {corner: k for k, corner in enumerate(corners)}
    merged: list[set[int]] = []
    for piece in maximal:
        now = {place[corner] for corner in piece}
        apart = []
        for other in merged:
            if other & now:
                now |= other
            else:
                apart.append(other)
        merged = [*apart, now]
    return corners, tuple(sorted(tuple(sorted(g)) for g in merged if len(g) > 1))


def _polygon(
    own: tuple[int, ...],
    gains: tuple[Gain, ...],
    states: tuple[int, ...],
    live: tuple[bool, bool],
) -> tuple[Vector, ...]:
    """Corners of the set of own chances consistent with own and the other side's states."""
    # Coordinates: chance of the second action of each type, and of the first action.
    blocks = [
        {FIRST: (2 * k + 1,), SECOND: (2 * k,), EITHER: (2 * k, 2 * k + 1)}[state]
        for k, state in enumerate(own)
    ]
    equal: list[Affine] = []
    at_least: list[Affine] = []
    for ((on_first, on_second), constant), state, alive in zip(gains, states, live):
        if not alive:
            continue
        row = (on_first, Fraction(0), on_second, Fraction(0))
        if state == EITHER:
            equal.append((row, constant))
        elif state == SECOND:
            at_least.append((row, constant))
        else:
            at_least.append((tuple(-x for x in row), -constant))
    corners = cut(blocks, 4, equal=equal, at_least=at_least)
    return tuple(sorted({(c[0], c[2]) for c in corners}))
