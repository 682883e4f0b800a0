r"""Inequalities between monomials in free positive numbers, exactly where that can be done.

Beliefs on fixed supports are weights q t^e with a known fraction q, whole exponents e and free
numbers t > 0. Sets that share free numbers form a cluster. A cluster is solved

- as a polytope, if a shift of exponents (a common factor of one set's weights) makes every weight
  q or q t_j: then "sum of g w >= 0" is linear in (t_0, t), where t_0 stands for 1;
- in logarithms, if every set has two nodes: g_1 q t^e >= -g_0 is a bound on one monomial, and
  variables are eliminated by multiplying powers (Fourier and Motzkin's method, written
  multiplicatively, so that every constant stays a fraction);
- at random points otherwise, which can confirm but not refute.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from negotiate.errors import TooLargeError
from negotiate.numbers.exact_polytope import cut

TRIES = 400
"""Random points tried where no exact method applies."""

ROWS_BOUND = 2_000
"""Inequalities kept while variables are eliminated."""

Answer = tuple[tuple[Fraction, ...], tuple[tuple[Fraction, ...], ...]]
"""A point inside, and the corners; both over (t_0, t_1, ..., t_k)."""


@dataclass(frozen=True)
class Monomial:
    """q t^e; ``slot`` is the place of its only factor once a cluster is of degree one."""

    factor: Fraction
    powers: tuple[int, ...]
    slot: int = 0

    def at(self, t: Sequence[Fraction]) -> Fraction:
        """Value at (t_0, t_1, ...), with t_0 scaled to one."""
        out = self.factor
        for power, base in zip(self.powers, t[1:]):
            if power:
                out *= (base / t[0]) ** power
        return out

    def linear(self, t: Sequence[Fraction]) -> Fraction:
        """Value of the form of degree one."""
        return self.factor * t[self.slot]


@dataclass(frozen=True)
class Cluster:
    """Information sets that share free numbers, and whether degree one was reached."""

    sets: tuple[int, ...]
    free: tuple[int, ...]
    degree_one: bool


@dataclass
class Weights:
    """Weights of the nodes in the support of each set."""

    of: dict[int, dict[int, Monomial]]
    count: int

    def clusters(self) -> list[Cluster]:
        """Sets joined by shared free numbers."""
        groups: list[tuple[set[int], set[int]]] = []
        for index, row in self.of.items():
            sets = {index}
            free = {k for w in row.values() for k, power in enumerate(w.powers) if power}
            apart = []
            for other in groups:
                if other[1] & free:
                    sets |= other[0]
                    free |= other[1]
                else:
                    apart.append(other)
            groups = [*apart, (sets, free)]
        out = []
        for sets, free in groups:
            done = all(self._lower(index, free) for index in sets)
            out.append(Cluster(tuple(sorted(sets)), tuple(sorted(free)), done))
        return out

    def _lower(self, index: int, free: Iterable[int]) -> bool:
        """Bring a set's weights to degree one by a common factor, if there is one."""
        row = self.of[index]
        unit = {tuple(int(k == j) for k in range(self.count)): j + 1 for j in free}
        unit[(0,) * self.count] = 0
        first = next(iter(row.values())).powers
        for target in unit:
            shift = tuple(a - b for a, b in zip(target, first))
            slots = {
                x: unit.get(tuple(p + s for p, s in zip(w.powers, shift))) for x, w in row.items()
            }
            if all(slot is not None for slot in slots.values()):
                self.of[index] = {
                    x: Monomial(w.factor, w.powers, slots[x] or 0) for x, w in row.items()
                }
                return True
        return False


def parametrise(
    supports: Mapping[int, tuple[int, ...]],
    rows: Iterable[tuple[int, int, Fraction, dict[Any, int]]],
) -> Weights | None:
    """Weights from ratios to the first node of each support, ``(set, node, factor, powers)``.

    As few free numbers as possible: ratios that are independent are themselves the free numbers,
    the others powers of them. None where a power would not be whole.
    """
    listed = [row for row in rows if row[0] >= 0]
    basis: list[tuple[dict[Any, Fraction], dict[int, Fraction]]] = []  # reduced row, in basis rows
    exponents: list[dict[int, Fraction]] = []
    for _, _, _, powers in listed:
        left = {k: Fraction(v) for k, v in powers.items()}
        made: dict[int, Fraction] = {}
        for other, combination in basis:
            lead = next(iter(other))
            if not left.get(lead):
                continue
            share = left[lead] / other[lead]
            keys = left.keys() | other.keys()
            left = {k: v for k in keys if (v := left.get(k, 0) - share * other.get(k, 0))}
            for k, v in combination.items():
                made[k] = made.get(k, Fraction(0)) + share * v
        if left:
            number = len(basis)
            # The reduced row is the new free number less what was taken off.
            basis.append((left, {**{k: -v for k, v in made.items()}, number: Fraction(1)}))
            exponents.append({number: Fraction(1)})
        else:
            exponents.append({k: v for k, v in made.items() if v})
    if any(v.denominator != 1 for row in exponents for v in row.values()):
        return None
    count = len(basis)
    of = {
        index: {nodes[0]: Monomial(Fraction(1), (0,) * count)} for index, nodes in supports.items()
    }
    for (index, node, factor, _), row in zip(listed, exponents):
        of[index][node] = Monomial(factor, tuple(int(row.get(k, 0)) for k in range(count)))
    return Weights(of, count)


Terms = list[tuple[Fraction, Monomial]]


def solve_cluster(
    cluster: Cluster, needs: Sequence[tuple[Terms, bool]], weights: Weights
) -> Answer | Literal["undecided"] | None:
    """Positive numbers that meet every need, or None, or "undecided"."""
    # Weights were re-slotted when clusters were made, so they are read again here.
    if cluster.degree_one:
        return _polytope(cluster, needs, weights.count)
    if all(len(terms) == 2 for terms, _ in needs):
        return _logarithms(cluster, needs, weights.count)
    return _at_random(cluster, needs, weights.count)


def _polytope(cluster: Cluster, needs: Sequence[tuple[Terms, bool]], count: int) -> Answer | None:
    used = sorted({w.slot for terms, _ in needs for _, w in terms} | {j + 1 for j in cluster.free})
    used = used or [0]
    size = count + 1
    equal: list[Any] = []
    at_least: list[Any] = []
    for terms, exactly in needs:
        row = [Fraction(0)] * size
        for gain, weight in terms:
            row[weight.slot] += gain * weight.factor
        (equal if exactly else at_least).append((row, 0))
    corners = cut([used], size, equal=equal, at_least=at_least)
    if not corners:
        return None
    inside = [sum(column) / len(corners) for column in zip(*corners)]
    if any(not inside[k] for k in used):
        return None
    for k in range(size):
        inside[k] = inside[k] or Fraction(1)
    return tuple(inside), corners


def _logarithms(
    cluster: Cluster, needs: Sequence[tuple[Terms, bool]], count: int
) -> Answer | Literal["undecided"] | None:
    rows: list[tuple[tuple[int, ...], Fraction]] = []  # t^e <= r
    for terms, exactly in needs:
        (g0, w0), (g1, w1) = terms
        for sign in (1, -1) if exactly else (1,):
            a, b = sign * g1 * w1.factor, sign * g0 * w0.factor
            powers = tuple(p - q for p, q in zip(w1.powers, w0.powers))
            if a > 0 and b < 0:  # t^e >= -b / a
                rows.append((tuple(-p for p in powers), a / -b))
            elif a < 0 and b > 0:
                rows.append((powers, b / -a))
            elif (a < 0 or b < 0) and not (a > 0 or b > 0):
                return None
    stages: list[tuple[int, list[tuple[tuple[int, ...], Fraction]]]] = []
    for j in cluster.free:
        stages.append((j, [row for row in rows if row[0][j]]))
        up = [row for row in rows if row[0][j] > 0]
        down = [row for row in rows if row[0][j] < 0]
        rows = [row for row in rows if not row[0][j]]
        if len(up) * len(down) + len(rows) > ROWS_BOUND:
            raise TooLargeError(f"{len(up) * len(down)} bounds on beliefs", allowed=str(ROWS_BOUND))
        for e, r in up:
            for f, s in down:
                p, q = -f[j], e[j]
                common = math.gcd(p, q)
                p, q = p // common, q // common
                rows.append((tuple(p * x + q * y for x, y in zip(e, f)), r**p * s**q))
        rows = list(dict.fromkeys(rows))
    if any(bound < 1 for _, bound in rows):
        return None
    t = [Fraction(1)] * (count + 1)
    for j, bounds in reversed(stages):
        low, high = Fraction(0), None
        for e, r in bounds:
            rest = r
            for k, power in enumerate(e):
                if power and k != j:
                    rest = rest / t[k + 1] ** power
            root = _root(rest if e[j] > 0 else 1 / rest, abs(e[j]))
            if root is None:
                return "undecided"
            if e[j] > 0:
                high = root if high is None else min(high, root)
            else:
                low = max(low, root)
        if high is not None and low > high:
            return "undecided"  # a rounded root; the elimination says there is a solution
        t[j + 1] = (low + high) / 2 if high is not None else low + 1
    point = tuple(t)
    if not _meets(needs, point):
        return "undecided"
    return point, (point,)


def _root(number: Fraction, degree: int) -> Fraction | None:
    """A root that is a fraction, or a fraction near it."""
    if degree == 1:
        return number
    try:
        near = Fraction(float(number) ** (1 / degree)).limit_denominator(10**6)
    except (OverflowError, ValueError):
        return None
    return near or None


def _at_random(
    cluster: Cluster, needs: Sequence[tuple[Terms, bool]], count: int
) -> Answer | Literal["undecided"]:
    # Seeded: the same game gives the same answer.
    rng = random.Random(1)
    for attempt in range(TRIES):
        t = [Fraction(1)] * (count + 1)
        for j in cluster.free:
            power = rng.gauss(0, 0.5 + 4 * attempt / TRIES)
            t[j + 1] = Fraction(math.exp(power)).limit_denominator(1000) or Fraction(1, 1000)
        if _meets(needs, t):
            return tuple(t), (tuple(t),)
    return "undecided"


def _meets(needs: Sequence[tuple[Terms, bool]], t: Sequence[Fraction]) -> bool:
    for terms, exactly in needs:
        total = sum((gain * weight.at(t) for gain, weight in terms), Fraction(0))
        if total < 0 or (exactly and total):
            return False
    return True
