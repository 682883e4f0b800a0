r"""All extreme equilibria of a two-player game along one quantity, exactly.

Payoffs are polynomials in theta over the rationals. The extreme equilibria at a value of theta are
the pairs of vertices of the two best-reply polyhedra whose labels together are all strategies
(`negotiate.strategic.arithmetic.equilibria_exact`), and which labels occur depends only on the
signs of the
minors of `negotiate.strategic.maps.parametric_minors`. So the structure can change only at roots
of these
minors. The real roots of all of them are isolated; between two neighbouring roots every sign, hence
the structure, is constant; at a root the minors that vanish are known, since each root belongs to
one irreducible polynomial and a minor vanishes there exactly if that polynomial divides it. The
structure at an irrational root is therefore decided without any approximation. Passing a root turns
the sign of a minor if the root's multiplicity in it is odd, so the whole line is swept with exact
signs after one evaluation at the start, and only bases that use a vanishing minor are looked at.

A root at which the equilibria, their supports and their best replies are the same before, at and
after it is no critical value; neighbouring intervals are then joined. Within a cell a vertex is the
only solution of its tight constraints, so its formula is one rational function of theta; it stays
bounded on the cell, and at a joined root it is the limit from both sides.

Reference for the definition: von Stengel (2002), Handbook of Game Theory 3, 1723-1759, sections
2.3-2.6. Sweeping a parameter by the roots of sign-deciding polynomials is the one-variable case of
cylindrical decomposition (Collins 1975, LNCS 33, 134-183, https://doi.org/10.1007/3-540-07407-4_17).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

from negotiate.errors import TooLargeError
from negotiate.strategic.maps import parametric_polynomials as poly
from negotiate.strategic.maps.parametric_field import Algebraic
from negotiate.strategic.maps.parametric_minors import Polyhedron, count
from negotiate.strategic.maps.parametric_polynomials import Poly
from negotiate.strategic.maps.parametric_roots import RealRoot, between, real_roots, sharpen

LIMIT = 50_000
"""Most minors times their highest degree: 6 x 6 strategies with payoffs of degree 5."""

Structure = frozenset[tuple[int, int]]
"""Label masks of the row and the column vertex of every extreme equilibrium."""
State = tuple[Structure, bool]
"""A structure, and whether the game is degenerate."""


@dataclass(frozen=True)
class Piece:
    """A cell (open interval) or a single value, with the structure that holds on it.

    Attributes
    ----------
    low, high
        Ends, `RealRoot`, a fraction, or None for infinity; equal for a single value.
    structure
        The extreme equilibria by their labels: row strategies unplayed or best replies are bits
        0 .. m - 1, column strategies bits m .. m + n - 1.
    degenerate
        Whether the game is degenerate: at all values (True), at none (False), at some (None).
    """

    low: Any
    high: Any
    structure: Structure
    degenerate: bool | None

    @property
    def single(self) -> bool:
        """Whether this is one value."""
        return self.low is not None and self.low is self.high

    @property
    def sample(self) -> Fraction | RealRoot:
        """The value itself, or the simplest rational inside the cell."""
        if self.single:
            found: Fraction | RealRoot = self.low
            return found
        low, high = self.low, self.high
        if low is None and high is None:
            return Fraction(0)
        if low is None:
            return Fraction(-(-_below(high).numerator // _below(high).denominator) - 1)
        if high is None:
            return Fraction(_above(low).numerator // _above(low).denominator + 1)
        while not _above(low) < _below(high):
            for end in (low, high):
                if isinstance(end, RealRoot) and end.degree > 1:
                    end.halve()
        return between(_above(low), _below(high))


def _below(end: Any) -> Fraction:
    """A rational not above the end."""
    return end.bounds[0] if isinstance(end, RealRoot) else end


def _above(end: Any) -> Fraction:
    return end.bounds[1] if isinstance(end, RealRoot) else end


class ParametricGame:
    """A two-player game with polynomial payoffs, its minors computed once.

    Parameters
    ----------
    a, b
        Payoffs of row and column player: m x n tables of coefficient sequences in fractions,
        lowest degree first.
    arithmetic
        ``python``, ``flint`` or ``auto``; the answers do not depend on it.
    limit
        Bound on minors times degree, checked before work starts.

    Raises
    ------
    TooLargeError
        Above ``limit``.
    """

    def __init__(
        self,
        a: Sequence[Sequence[Any]],
        b: Sequence[Sequence[Any]],
        *,
        arithmetic: str = "auto",
        limit: int = LIMIT,
    ) -> None:
        self.a, self.b = a, b
        self.m, self.n = len(a), len(a[0])
        table_a, _ = poly.integers(a)
        table_b, _ = poly.integers(b)
        degree = max(len(p) for table in (table_a, table_b) for row in table for p in row) - 1
        check_size(self.m, self.n, degree, limit)
        self.ring = poly.ring(arithmetic)
        self.rows = Polyhedron(table_b, self.ring)
        self.columns = Polyhedron([list(column) for column in zip(*table_a)], self.ring)

    # -- labels of the two polyhedra in one numbering ----------------------------------------

    def _global(self, side: int, labels: int) -> int:
        if side == 0:
            return labels
        own, best = labels & ((1 << self.n) - 1), labels >> self.n
        return own << self.m | best

    def _local(self, side: int, labels: int) -> int:
        if side == 0:
            return labels
        return labels >> self.m | (labels & ((1 << self.m) - 1)) << self.n

    # -- the sweep ----------------------------------------------------------------------------

    def pieces(self, low: Fraction | None, high: Fraction | None) -> list[Piece]:
        """Cells and critical values of [low, high], in order; None is infinite.

        The list alternates: a cell between any two single values. A single value at an end of the
        range is listed only where its structure differs from that of the cell next to it.
        """
        sides = (self.rows, self.columns)
        events, lines = self._events(low, high)
        start = _start(low, high, events)
        signs: list[Any] = [{}, {}]
        for side, minor, p in lines:
            signs[side][minor] = poly.sign(p, start)
        status = [
            {base: side.labels(base, signs[k]) for base in side.bases}
            for k, side in enumerate(sides)
        ]
        now = self._structure(status)
        inside = [event for event in events if low is None or event[0] > low]
        ends = [event for event in events if low is not None and event[0] == low]
        found: list[Piece] = []
        if low is not None:
            at = self._at(now, status, signs, ends[0][1]) if ends else now
            found.append(Piece(low, low, *at))
        left: Any = low
        for root, vanishing in inside:
            at = self._at(now, status, signs, vanishing)
            if high is not None and root == high:
                break
            found.append(Piece(left, root, *now))
            found.append(Piece(root, root, *at))
            now = self._pass(now, status, signs, vanishing)
            left = root
        else:
            at = now
        found.append(Piece(left, high, *now))
        if high is not None:
            found.append(Piece(high, high, *at))
        return _joined(found)

    def _events(self, low: Fraction | None, high: Fraction | None) -> tuple[list[Any], list[Any]]:
        """Roots in the range with the minors that vanish there; all minors."""
        lines = [
            (k, minor, p)
            for k, side in enumerate((self.rows, self.columns))
            for minor, p in side.minors.items()
        ]
        distinct: dict[Poly, list[tuple[int, int]]] = {}
        for k, minor, p in lines:
            if len(p) > 1:
                distinct.setdefault(poly.primitive(p), []).append((k, minor))
        users: dict[Poly, list[tuple[int, int, int]]] = {}
        for p, places in distinct.items():
            for factor, times in self.ring.factor(p):
                users.setdefault(factor, []).extend((k, minor, times) for k, minor in places)
        events = [
            (root, vanishing)
            for factor, vanishing in users.items()
            for root in real_roots(factor)
            if (low is None or root >= low) and (high is None or root <= high)
        ]
        for root, _ in events:
            sharpen(root)
        events.sort(key=cmp_to_key(_by_root))
        return events, lines

    def _at(self, now: State, status: list[Any], signs: list[Any], vanishing: Any) -> State:
        """Structure at a root: the signs of the vanishing minors are zero there."""
        there = [dict(signs[0]), dict(signs[1])]
        for k, minor, _ in vanishing:
            there[k][minor] = 0
        moved = self._moved(status, there, vanishing)
        if not moved:
            return now
        return self._structure([{**old, **moved.get(k, {})} for k, old in enumerate(status)])

    def _pass(self, now: State, status: list[Any], signs: list[Any], vanishing: Any) -> State:
        """Structure beyond a root; changes signs and status."""
        for k, minor, times in vanishing:
            if times % 2:
                signs[k][minor] = -signs[k][minor]
        moved = self._moved(status, signs, vanishing)
        if not moved:
            return now
        for k, part in moved.items():
            status[k].update(part)
        return self._structure(status)

    def _moved(self, status: list[Any], signs: list[Any], vanishing: Any) -> dict[int, Any]:
        """Bases whose vertex, or its labels, differ from ``status``: only users of the minors."""
        sides = (self.rows, self.columns)
        out: dict[int, Any] = {}
        for k, minor, _ in vanishing:
            for base in sides[k].touched(minor):
                new = sides[k].labels(base, signs[k])
                if new != status[k][base]:
                    out.setdefault(k, {})[base] = new
        return out

    def _structure(self, status: list[Any]) -> State:
        """Extreme equilibria by labels, and the verdict on degeneracy."""
        left = {v for v in status[0].values() if v is not None}
        right = {self._global(1, v) for v in status[1].values() if v is not None}
        every = (1 << (self.m + self.n)) - 1
        pairs = frozenset((p, q) for p in left for q in right if p | q == every)
        degenerate = any(p.bit_count() > self.m for p in left) or any(
            q.bit_count() > self.n for q in right
        )
        return pairs, degenerate

    # -- formulas -----------------------------------------------------------------------------

    def weights(self, side: int, labels: int) -> tuple[Poly, ...]:
        """Weights of a vertex on a cell, up to their sum: integer polynomials."""
        polyhedron = (self.rows, self.columns)[side]
        local = self._local(side, labels)
        return polyhedron.formula(local, polyhedron.bases)

    def probabilities(self, side: int, labels: int, root: RealRoot | Fraction) -> list[Any]:
        """Probabilities of a vertex at one value: fractions, or numbers of its field."""
        polyhedron = (self.rows, self.columns)[side]
        local = self._local(side, labels)
        if isinstance(root, RealRoot) and root.rational is not None:
            root = root.rational
        for base in polyhedron.bases:
            if local & base != base:
                continue
            found: list[Any] = [Fraction(0)] * polyhedron.own
            for c, p in polyhedron.weights(base):
                found[c] = at(p, root)
            if any(found):
                total = sum(found, Fraction(0))
                inverse = 1 / total
                return [x * inverse for x in found]
        raise AssertionError("a vertex has a regular basis")


def at(p: Sequence[Any], x: RealRoot | Fraction) -> Any:
    """A polynomial at a fraction or a real root, exactly."""
    if isinstance(x, RealRoot):
        if x.rational is None:
            return Algebraic.of(p, x)
        x = x.rational
    total = Fraction(0)
    for c in reversed(p):
        total = total * x + c
    return total


def check_size(m: int, n: int, degree: int, limit: int = LIMIT) -> int:
    """Minors of an m x n game times their highest degree; raises `TooLargeError` above the limit.

    >>> check_size(4, 4, 1)
    448
    """
    work = (count(m, n) + count(n, m)) * min(m, n) * max(degree, 1)
    if work > limit:
        raise TooLargeError(
            f"{count(m, n) + count(n, m):,} minors of degree up to {min(m, n) * max(degree, 1)}",
            where=f"map of equilibria of a game of {m} x {n} strategies",
            allowed=f"minors times degree at most {limit:,}",
            remedy="remove strategies that are dominated over the whole range, or enumerate the "
            "equilibria at chosen values (nash_equilibrium)",
        )
    return work


def _start(low: Fraction | None, high: Fraction | None, events: list[Any]) -> Fraction:
    """A rational inside the first interval between roots."""
    first = next((root for root, _ in events if low is None or root > low), None)
    end = high if first is None else first
    return Fraction(Piece(low, end, frozenset(), None).sample)  # type: ignore[arg-type]


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Pieces with single values that change nothing joined to their neighbours."""
    out: list[Piece] = []
    for k, piece in enumerate(pieces):
        if piece.single and piece.low is not None:
            around = [pieces[i].structure for i in (k - 1, k + 1) if 0 <= i < len(pieces)]
            if all(structure == piece.structure for structure in around):
                if out:  # remembered for the verdict on degeneracy only
                    out[-1] = _with(out[-1], piece.degenerate)
                continue
        elif out and not out[-1].single:
            before = out[-1]
            merged = before.degenerate if before.degenerate == piece.degenerate else None
            out[-1] = Piece(before.low, piece.high, piece.structure, merged)
            continue
        out.append(piece)
    return out


def _with(piece: Piece, degenerate: bool | None) -> Piece:
    verdict = piece.degenerate if piece.degenerate == degenerate else None
    return Piece(piece.low, piece.high, piece.structure, verdict)


def _by_root(one: Any, two: Any) -> int:
    found: int = one[0].against(two[0])
    return found
