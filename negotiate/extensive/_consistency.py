r"""Whether beliefs are consistent: Kreps and Wilson's limit of trembles, decided exactly.

An assessment is consistent if completely mixed strategies converge to the strategies and their
Bayesian beliefs to the beliefs. That is so exactly if each action a has an order k_a, zero where
it is played and at least one where it is not, and a factor c_a (its probability where it is
played), such that at every information set belief lies on the nodes of least total order, in the
ratios of the products of chance and of factors along their paths:

    mu(x) > 0  iff  K(x) = min over y in h of K(y),  K(x) = sum of k_a on the path to x,
    mu(x) / mu(y) = prod of factors to x / prod of factors to y   where both are positive.

The orders are a linear programme in fractions. The factors are linear equations in logarithms;
they have a solution exactly if every integer combination of the equations that cancels all free
factors also cancels the constants, a product of fractions compared with one.

Sources: Kreps and Wilson (1982), Econometrica 50:863-894, lemma A1; Kohlberg and Reny (1997),
Journal of Economic Theory 75:280-313, theorem 3.2; Perea, Jansen and Peters (1997), Games and
Economic Behavior 20:241-249.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from negotiate import tolerance
from negotiate.extensive._tree_frame import Beliefs, Frame, Rows
from negotiate.numbers.exact_lp import maximise

Tremble = tuple[int, int]
"""An action that is not played: information set and action."""


class Path(NamedTuple):
    """How a node is reached: the known factor, and the trembles on the way."""

    factor: Any
    trembles: frozenset[Tremble]


def paths(frame: Frame, rows: Rows) -> list[Path]:
    """(nodes,) factors and trembles; a factor of zero where chance never leads."""
    out = [Path(Fraction(1), frozenset())]
    for node in range(1, len(frame.parent)):
        up = frame.parent[node]
        index, action = frame.set_of[up], frame.action[node]
        factor, trembles = out[up]
        if frame.owner[index] < 0:
            out.append(Path(factor * frame.chance[node], trembles))
        elif rows[index][action]:
            out.append(Path(factor * rows[index][action], trembles))
        else:
            out.append(Path(factor, trembles | {(index, action)}))
    return out


def orders(
    ways: Sequence[Path], supports: Mapping[int, Sequence[int]], members: Sequence[Sequence[int]]
) -> dict[Tremble, int] | None:
    """Orders under which each set's nodes of least order are its support, or None."""
    variables = sorted({t for nodes in supports for x in members[nodes] for t in ways[x].trembles})
    column = {tremble: k for k, tremble in enumerate(variables)}
    below: list[tuple[list[int], int]] = []
    same: list[tuple[list[int], int]] = []

    def row(first: int, second: int) -> tuple[list[int], int]:
        """K(first) - K(second), every order written as one plus something not negative."""
        out, constant = [0] * len(variables), 0
        for node, sign in ((first, 1), (second, -1)):
            for tremble in ways[node].trembles:
                out[column[tremble]] += sign
                constant += sign
        return out, constant

    for index, support in supports.items():
        lead, held = support[0], set(support)
        for node in members[index]:
            if node == lead or not ways[node].factor:
                continue
            coefficients, constant = row(lead, node)
            if node in held:
                same.append((coefficients, -constant))
            else:
                below.append((coefficients, -constant - 1))
    # A homogeneous objective: the smallest orders that do.
    try:
        best = maximise([-1] * len(variables), at_most=below, equal=same)
    except ValueError:  # pragma: no cover - the objective is bounded by zero
        return None
    if best is None:
        return None
    scale = math.lcm(*(value.denominator for value in best.x)) if variables else 1
    return {tremble: int((1 + best.x[k]) * scale) for tremble, k in column.items()}


def consistent(frame: Frame, rows: Rows, beliefs: Beliefs) -> tuple[Any, str]:
    """Gap of the beliefs from consistency, zero if they are consistent, and what refutes them.

    The gap is the largest breach of Bayes' rule on the path, or one where no orders or factors
    exist; floats are compared within tolerances.
    """
    move = frame.move(rows)
    reach = frame.reach(move)
    exact = all(isinstance(p, (int, Fraction)) for row in rows.values() for p in row) and all(
        isinstance(p, (int, Fraction)) for row in beliefs.values() for p in row.values()
    )
    small = Fraction(0) if exact else tolerance.REGRET
    ways = paths(frame, rows)
    supports: dict[int, list[int]] = {}
    for index in frame.sets:
        nodes = frame.members[index]
        if len(nodes) < 2:
            continue
        told = frame.bayes(index, reach)
        if told is not None:
            gap = max(abs(told[x] - beliefs[index][x]) for x in nodes)
            if gap > small:
                return gap, f"the belief at '{frame.name(index)}' breaks Bayes' rule"
            continue
        if not any(ways[x].factor for x in nodes):
            continue  # chance never leads here: no tremble of a player says anything
        supports[index] = [x for x in nodes if beliefs[index][x] > small]
        if any(not ways[x].factor for x in supports[index]):
            return Fraction(1), f"'{frame.name(index)}' believes what chance rules out"
    if orders(ways, supports, frame.members) is None:
        names = ", ".join(f"'{frame.name(h)}'" for h in supports)
        return Fraction(1), f"no orders of trembles give the beliefs at {names}"
    return _factors(frame, ways, supports, beliefs, exact=exact)


def _factors(
    frame: Frame,
    ways: Sequence[Path],
    supports: Mapping[int, Sequence[int]],
    beliefs: Beliefs,
    *,
    exact: bool,
) -> tuple[Any, str]:
    """Whether factors exist that give the ratios of beliefs."""
    pivots: list[tuple[Tremble, dict[Tremble, int], Any]] = []
    for index, support in supports.items():
        for node in support[1:]:
            ratio = beliefs[index][node] / beliefs[index][support[0]]
            constant: Any = ratio * ways[support[0]].factor / ways[node].factor
            row = dict.fromkeys(ways[node].trembles - ways[support[0]].trembles, 1)
            row |= dict.fromkeys(ways[support[0]].trembles - ways[node].trembles, -1)
            # Every equation is prod c^row = constant; integer elimination keeps it multiplicative.
            for lead, other, value in pivots:
                a, b = row.get(lead, 0), other[lead]
                if not a:
                    continue
                down = math.gcd(a, b)
                p, q = b // down, a // down
                keys = row.keys() | other.keys()
                row = {k: v for k in keys if (v := p * row.get(k, 0) - q * other.get(k, 0))}
                constant = constant**p / value**q
            if row:
                pivots.append((next(iter(row)), row, constant))
            elif (exact and constant != 1) or (
                not exact and abs(float(constant) - 1) > tolerance.REGRET
            ):
                return abs(constant - 1), (
                    f"the ratio of beliefs at '{frame.name(index)}' is not one that trembles can "
                    "give together with the beliefs elsewhere"
                )
    return Fraction(0), ""
