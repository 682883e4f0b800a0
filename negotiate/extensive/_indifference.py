r"""Mixed behaviour strategies on given supports: the equations of indifference, solved exactly.

On supports the unknowns are the probabilities at sets that mix, and beliefs at off-path sets that
mix. Whoever mixes is indifferent: for two actions a, b of the support of set h,

    sum over x in h of w(x) (V(x, a) - V(x, b)) = 0,

w(x) the probability that chance and the others lead to x from the nearest node that leads to the
set (the root on the path of play), or the unknown belief where no node does.
These are polynomials with rational coefficients. They are factored; an equation in one unknown
gives its rational roots, an equation linear in an unknown eliminates it, and cases are followed
where its coefficient may vanish. What remains free, if every condition is then of degree one, is a
polytope given by its corners. Supports whose equations do not yield to this are counted, so that
the answer can say that it may not be complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from negotiate.extensive._support_search import Support
from negotiate.extensive._tree_frame import Frame, Rows
from negotiate.numbers.exact_polytope import cut

CASES = 64
"""Cases followed for one profile of supports."""
FREE_BOUND = 9
"""Free mixtures and beliefs of a continuum whose corners are listed: a box has two to that power,
and cutting it looks at pairs of them."""
DEGREE = 12
"""Total degree of a polynomial that is still treated."""


@dataclass
class Solved:
    """Strategies on one profile of supports.

    Each family is one solution, or the corners and then the centre of a continuum; ``unsolved``
    says why the equations were not exhausted, if they were not.
    """

    families: list[list[Rows]] = field(default_factory=list)
    unsolved: str = ""


class _System:
    """Polynomials of one profile of supports."""

    def __init__(self, frame: Frame, chosen: Mapping[int, Support]) -> None:
        from sympy import QQ, ring

        self.frame, self.chosen = frame, chosen
        names: list[tuple[str, int, int]] = []
        for h, support in chosen.items():
            names += [("p", h, a) for a in support[:-1]]
        reached = self._reached()
        self.off = {h for h in frame.sets if not any(reached[x] for x in frame.members[h])}
        self.source = {h: self._source(h) for h in frame.sets if len(frame.members[h]) > 1}
        for h in sorted(self.off):
            if len(chosen[h]) > 1 and self.source.get(h, 0) < 0:
                names += [("m", h, x) for x in frame.members[h][:-1]]
        self.names = names
        self.ring, *symbols = ring([f"{k}_{h}_{a}" for k, h, a in names] or ["unused"], QQ)
        self.of = dict(zip(names, symbols))
        self.one = self.ring.one
        self.odds: dict[tuple[int, int], Any] = {}
        for h, support in chosen.items():
            rest = self.one
            for a in support[:-1]:
                self.odds[h, a] = self.of["p", h, a]
                rest = rest - self.of["p", h, a]
            self.odds[h, support[-1]] = rest
        self._values()
        self._weights()

    def _reached(self) -> list[bool]:
        out = [True]
        for node in range(1, len(self.frame.parent)):
            out.append(out[self.frame.parent[node]] and self._open(node))
        return out

    def _open(self, node: int) -> bool:
        """Whether the step to a node has positive probability."""
        frame = self.frame
        h = frame.set_of[frame.parent[node]]
        if frame.owner[h] >= 0:
            return frame.action[node] in self.chosen[h]
        return bool(frame.chance[node])

    def _source(self, h: int) -> int:
        """Nearest node above all of a set that leads there but for own moves; -1 for none.

        From there Bayes' rule gives the belief: between sets of one player only what the others
        and chance do counts, the own moves being the same for all nodes (perfect recall).
        """
        frame, who = self.frame, self.frame.owner[h]
        nodes = frame.members[h]
        z = nodes[0]
        while (z := frame.parent[z]) >= 0:
            if not all(z < x < frame.end[z] for x in nodes):
                continue
            for x in nodes:
                while x != z and (self._open(x) or frame.mover[frame.parent[x]] == who):
                    x = frame.parent[x]
                if x == z:
                    return z
        return -1

    def _number(self, value: Any) -> Any:
        from sympy import QQ

        fraction = Fraction(value)
        return self.ring.ground_new(QQ(fraction.numerator, fraction.denominator))

    def _step(self, node: int) -> Any:
        up = self.frame.parent[node]
        h = self.frame.set_of[up]
        if self.frame.owner[h] < 0:
            return self._number(self.frame.chance[node])
        return self.odds.get((h, self.frame.action[node]), self.ring.zero)

    def _values(self) -> None:
        frame = self.frame
        self.value = [[self._number(v) for v in row] for row in frame.pay]
        for node in range(len(frame.parent) - 1, 0, -1):
            step = self._step(node)
            if step:
                up = self.value[frame.parent[node]]
                for who, value in enumerate(self.value[node]):
                    up[who] = up[who] + step * value

    def _weights(self) -> None:
        """Weights of nodes: by chance and the others from a source, else unknown beliefs."""
        frame = self.frame
        self.weight: dict[int, dict[int, Any]] = {}
        for h in frame.sets:
            nodes, who = frame.members[h], frame.owner[h]
            if len(nodes) == 1:
                self.weight[h] = {nodes[0]: self.one}
            elif self.source[h] >= 0:
                self.weight[h] = {}
                for x in nodes:
                    product, node = self.one, x
                    while node != self.source[h]:
                        if frame.mover[frame.parent[node]] != who:
                            product = product * self._step(node)
                        node = frame.parent[node]
                    self.weight[h][x] = product
            elif len(self.chosen[h]) > 1:
                rest, row = self.one, {}
                for x in nodes[:-1]:
                    row[x] = self.of["m", h, x]
                    rest = rest - row[x]
                row[nodes[-1]] = rest
                self.weight[h] = row

    def gains(self) -> Iterator[tuple[Any, bool]]:
        """(polynomial, must vanish): what the first action of each support has over another."""
        frame = self.frame
        for h, weight in self.weight.items():
            who, support = frame.owner[h], self.chosen[h]
            for a in range(frame.size(h)):
                if a == support[0]:
                    continue
                total = self.ring.zero
                for x, w in weight.items():
                    children = frame.children[x]
                    total += w * (
                        self.value[children[support[0]]][who] - self.value[children[a]][who]
                    )
                yield total, a in support


def solve(frame: Frame, chosen: Mapping[int, Support]) -> Solved:
    """Candidates for strategies with exactly these supports (corners may have smaller ones)."""
    system = _System(frame, chosen)
    equations, conditions = [], []
    for polynomial, vanishes in system.gains():
        if vanishes:
            if polynomial:
                equations.append(polynomial)
        elif polynomial:
            conditions.append(polynomial)
    out = Solved()
    waiting: list[tuple[list[Any], list[tuple[int, Any, Any]]]] = [(equations, [])]
    cases = 0
    while waiting:
        left, solved = waiting.pop()
        cases += 1
        if cases > CASES:
            out.unsolved = "too many cases"
            break
        if not left:
            _finish(system, solved, conditions, out)
            continue
        step = _reduce(system, left)
        if step is None:
            continue
        if isinstance(step, str):
            out.unsolved = step
            continue
        waiting.extend((after, [*solved, *define]) for after, define in step)
    return out


_Case = tuple[list[Any], list[tuple[int, Any, Any]]]


def _reduce(system: _System, equations: list[Any]) -> list[_Case] | str | None:
    """One elimination: cases of (equations left, [(unknown, numerator, denominator)])."""
    parts: list[list[Any]] = []
    for equation in equations:
        if sum(max(m) for m in equation.monoms()) > 4 * DEGREE or len(equation.terms()) > 400:
            return "an equation of high degree"
        factors = [f for f, _ in equation.factor_list()[1] if not _never_zero(system, f)]
        if not factors:
            return None
        parts.append(factors)
    parts.sort(key=len)
    # An equation that is a product opens one case a factor.
    if len(parts[0]) > 1 or any(len(p) > 1 for p in parts):
        index = next(k for k, p in enumerate(parts) if len(p) > 1)
        rest = [p[0] if len(p) == 1 else _product(p) for k, p in enumerate(parts) if k != index]
        return [([factor, *rest], []) for factor in parts[index]]
    flat = [p[0] for p in parts]
    choice = _linear(flat)
    if choice is None:
        for equation in flat:
            used = [k for k, d in enumerate(equation.degrees()) if d > 0]
            if len(used) == 1:
                return "probabilities that are no fractions" if _root_inside(equation) else None
        return "equations of degree two and more in every unknown"
    equation, k = choice
    symbol = system.ring.gens[k]
    q = equation.diff(symbol)
    r = equation - q * symbol
    rest = [e for e in flat if e is not equation]
    cases: list[_Case] = []
    after = [e for e in (_substitute(system, e, k, -r, q) for e in rest) if e]
    cases.append((after, [(k, -r, q)]))
    if not q.is_ground:
        # The coefficient may vanish instead; then the rest must vanish too.
        cases.append(([e for e in (q, r, *rest) if e], []))
        if not r:
            cases.pop()
    return cases


def _product(factors: list[Any]) -> Any:
    out = factors[0]
    for factor in factors[1:]:
        out = out * factor
    return out


def _never_zero(system: _System, factor: Any) -> bool:
    """Whether a factor cannot vanish at probabilities inside their supports."""
    if factor.is_ground:
        return True
    used = [k for k, d in enumerate(factor.degrees()) if d > 0]
    if len(used) == 1 and factor.degrees()[used[0]] == 1:
        symbol = system.ring.gens[used[0]]
        q = factor.diff(symbol)
        root = _fraction(-(factor - q * symbol).LC if factor - q * symbol else 0) / _fraction(q.LC)
        name = system.names[used[0]]
        return not (0 < root < 1) if name[0] == "p" else not (0 <= root <= 1)
    # All coefficients of one sign in unknowns that are not negative.
    signs = {c > 0 for c in factor.coeffs()}
    constant = factor.coeff(1)
    return len(signs) == 1 and bool(constant)


def _linear(equations: list[Any]) -> tuple[Any, int] | None:
    """An equation and an unknown of degree one in it: the simplest."""
    best: tuple[tuple[int, int], Any, int] | None = None
    for equation in equations:
        for k, degree in enumerate(equation.degrees()):
            if degree != 1:
                continue
            q = equation.diff(equation.ring.gens[k])
            rank = (0 if q.is_ground else len(q.terms()), len(equation.terms()))
            if best is None or rank < best[0]:
                best = (rank, equation, k)
    return None if best is None else best[1:]


def _substitute(system: _System, polynomial: Any, k: int, top: Any, bottom: Any) -> Any:
    """``polynomial`` at unknown k = top / bottom, times the power of bottom that clears it."""
    degree = max(polynomial.degrees()[k], 0)
    if not degree:
        return polynomial
    out = system.ring.zero
    for monomial, coefficient in polynomial.terms():
        power = monomial[k]
        rest = tuple(0 if j == k else m for j, m in enumerate(monomial))
        term = system.ring.term_new(rest, coefficient)
        # SymPy refuses the zeroth power of the zero polynomial.
        term = term * top**power if power else term
        out += term * bottom ** (degree - power) if degree > power else term
    return out


def _root_inside(equation: Any) -> bool:
    """Whether a polynomial in one unknown has a root strictly between 0 and 1."""
    from sympy import Poly, Rational

    poly = Poly(equation.as_expr())
    inside = poly.count_roots(Rational(0), Rational(1))
    return bool(inside - (poly.eval(0) == 0) - (poly.eval(1) == 0) > 0)


def _finish(
    system: _System,
    solved: list[tuple[int, Any, Any]],
    conditions: list[Any],
    out: Solved,
) -> None:
    """Candidates of one case: unknowns eliminated in turn are read back in reverse."""
    names = system.names
    fixed = {k for k, _, _ in solved}
    free = [k for k in range(len(names)) if k not in fixed]
    expressions: dict[int, Any] = {k: system.ring.gens[k] for k in free}
    if not free:
        values = _back(system, solved, {})
        rows = None if values is None else _rows(system, values)
        if rows is not None:
            out.families.append([rows])
        return
    for k, top, bottom in reversed(solved):
        if not bottom.is_ground:
            out.unsolved = out.unsolved or "a continuum whose conditions are not of degree one"
            return
        expression = top.mul_ground(1 / bottom.LC)
        for j, known in expressions.items():
            if expression.degrees()[j] > 0 if expression else False:
                expression = _substitute(system, expression, j, known, system.one)
        expressions[k] = expression
    wanted = []
    for condition in conditions:
        for k, known in expressions.items():
            if k in fixed and condition and condition.degrees()[k] > 0:
                condition = _substitute(system, condition, k, known, system.one)
        wanted.append(condition)
    groups: dict[tuple[str, int], list[int]] = {}
    for k, (kind, h, _) in enumerate(names):
        groups.setdefault((kind, h), []).append(k)
    for members in groups.values():
        rest = system.one
        for k in members:
            wanted.append(expressions[k])
            rest = rest - expressions[k]
        wanted.append(rest)
    if any(w and max(sum(m) for m in w.monoms()) > 1 for w in wanted):
        out.unsolved = out.unsolved or "a continuum whose conditions are not of degree one"
        return
    if len(free) > FREE_BOUND:
        out.unsolved = out.unsolved or (
            f"a continuum over {len(free)} free numbers (at most {FREE_BOUND} are allowed)"
        )
        return
    corners = _corners(system, free, wanted)
    if not corners:
        return
    centre = tuple(sum(column) / len(corners) for column in zip(*corners))
    family: list[Rows] = []
    for point in (*corners, centre):
        at = dict(zip(free, point))
        values = {k: _evaluate(expressions[k], at) for k in range(len(names))}
        rows = _rows(system, values, closed=point != centre)
        if rows is None:  # the centre is on the border: nothing has exactly these supports
            return
        if rows not in family:
            family.append(rows)
    out.families.append(family)


def _corners(system: _System, free: list[int], wanted: list[Any]) -> tuple[Any, ...]:
    size = 2 * len(free)
    rows = []
    for w in wanted:
        row, constant = [Fraction(0)] * size, Fraction(0)
        for monomial, coefficient in w.terms() if w else ():
            k = next((j for j, m in enumerate(monomial) if m), None)
            if k is None:
                constant += _fraction(coefficient)
            else:
                row[2 * free.index(k)] += _fraction(coefficient)
        rows.append((row, constant))
    corners = cut([(2 * k, 2 * k + 1) for k in range(len(free))], size, equal=[], at_least=rows)
    return tuple(dict.fromkeys(tuple(c[2 * k] for k in range(len(free))) for c in corners))


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.numerator), int(value.denominator)) if value else Fraction(0)


def _evaluate(polynomial: Any, at: Mapping[int, Fraction]) -> Fraction:
    total = Fraction(0)
    for monomial, coefficient in polynomial.terms() if polynomial else ():
        term = _fraction(coefficient)
        for k, power in enumerate(monomial):
            if power:
                term *= at[k] ** power
        total += term
    return total


def _back(
    system: _System, solved: list[tuple[int, Any, Any]], values: dict[int, Fraction]
) -> dict[int, Fraction] | None:
    for k, top, bottom in reversed(solved):
        down = _evaluate(bottom, values)
        if not down:
            return None
        values[k] = _evaluate(top, values) / down
    return values


def _rows(system: _System, values: Mapping[int, Fraction], *, closed: bool = False) -> Rows | None:
    """Strategies whose probabilities are positive on the supports (not negative if closed)."""
    at = dict(zip(system.names, (values[k] for k in range(len(system.names)))))
    rows: Rows = {}
    for h, support in system.chosen.items():
        row = [Fraction(0)] * system.frame.size(h)
        for a in support[:-1]:
            row[a] = at["p", h, a]
        row[support[-1]] = 1 - sum(row, Fraction(0))
        if any((row[a] < 0) or (not closed and row[a] == 0) for a in support):
            return None
        rows[h] = tuple(row)
    return rows
