"""What attacks a declared concept: random games of its kinds, and one attack an axiom.

The table `AXIOMS` is closed: a word that no attack stands beside may not be declared for a kind of
game that `GAMES` can make. For the other kinds `ELSEWHERE` names the test file that attacks it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from negotiate.bargaining.problem import from_polygon
from negotiate.coalitions.claims import ClaimsProblem
from negotiate.coalitions.game import from_worths
from negotiate.strategic.game import StrategicGame

NEAR = 1e-6
"""How near floats must agree, relative to the size of the problem."""


# ---- games ---------------------------------------------------------------------------------------


def bargaining(rng: random.Random) -> Any:
    """A polygon with a zone: corners on a random concave staircase, d below some of them."""
    steps = sorted({Fraction(rng.randint(1, 12), rng.randint(1, 6)) for _ in range(3)})
    height, corners, x = sum(steps), [], Fraction(0)
    corners.append((x, height))
    for slope in steps:  # flatter pieces first: concave
        run = Fraction(rng.randint(1, 9), 3)
        x, height = x + run, height - slope
        corners.append((x, height))
    d = (Fraction(rng.randint(0, 3), 10) * x, Fraction(rng.randint(-3, 3), 10))
    scale = Fraction(10) ** rng.choice((-6, -1, 0, 0, 1, 6))
    return from_polygon(
        [(u * scale, v * scale) for u, v in corners], tuple(value * scale for value in d)
    )


def strategic(rng: random.Random) -> StrategicGame:
    """Two players, up to three strategies, small integers: ties are common."""
    m, n = rng.randint(1, 3), rng.randint(1, 3)
    scale = Fraction(10) ** rng.choice((-6, 0, 0, 0, 6))
    tables = [
        [[Fraction(rng.randint(-2, 3)) * scale for _ in range(n)] for _ in range(m)]
        for _ in range(2)
    ]
    return StrategicGame.from_arrays(tables)


def coalitional(rng: random.Random) -> Any:
    """Three players, superadditive worths with ties."""
    names = ("A", "B", "C")
    single = {name: Fraction(rng.randint(0, 2)) for name in names}
    worths: dict[Any, Any] = {(name,): value for name, value in single.items()}
    for pair in (("A", "B"), ("A", "C"), ("B", "C")):
        worths[pair] = sum(single[p] for p in pair) + rng.randint(0, 3)
    least = max(
        worths[pair] + single[(set(names) - set(pair)).pop()]
        for pair in (("A", "B"), ("A", "C"), ("B", "C"))
    )
    worths[names] = least + rng.randint(0, 4)
    return from_worths(worths, players=names)


def claims(rng: random.Random) -> ClaimsProblem:
    """Three claims on less than their sum."""
    wanted = {name: Fraction(rng.randint(0, 9)) for name in ("A", "B", "C")}
    wanted["C"] += 1
    estate = Fraction(rng.randint(0, 6), 6) * sum(wanted.values())
    return ClaimsProblem(estate=estate, claims=wanted)


GAMES: dict[str, Callable[[random.Random], Any]] = {
    "bargaining": bargaining,
    "strategic": strategic,
    "coalitional": coalitional,
    "claims": claims,
}


# ---- attacks: each returns what refutes the axiom, or an empty text ----------------------


def payoffs(answer: Any) -> list[tuple[float, ...]]:
    """Payoffs of every point, sorted."""
    return sorted(tuple(float(v) for v in point.payoffs.values()) for point in answer.points)


def size(problem: Any) -> float:
    """Scale of a bargaining problem."""
    return max(abs(float(x)) for v in problem.frontier() for x in v) or 1.0


def _apart(one: Sequence[Any], other: Sequence[Any], scale: float) -> bool:
    if len(one) != len(other):
        return True
    gap = np.abs(np.array(one, dtype=float) - np.array(other, dtype=float))
    return bool(gap.size and gap.max() > NEAR * scale)


def pareto(concept: Any, problem: Any, rng: random.Random) -> str:
    """No corner of the frontier, and no chord between two, is better for both."""
    corners = [tuple(map(float, v)) for v in problem.frontier()]
    xs, ys = zip(*corners)
    for u, v in payoffs(concept(problem)):
        if not xs[0] - NEAR * size(problem) <= u <= xs[-1] + NEAR * size(problem):
            return f"({u}, {v}) is off the frontier"
        if abs(v - float(np.interp(u, xs, ys))) > NEAR * size(problem):
            return f"({u}, {v}) is off the frontier"
    return ""


def symmetry(concept: Any, problem: Any, rng: random.Random) -> str:
    """The parties' names do not matter."""
    turned = problem.reordered(problem.parties[::-1])
    swapped = sorted((v, u) for u, v in payoffs(concept(turned)))
    moved = _apart(swapped, payoffs(concept(problem)), size(problem))
    return f"renamed, {swapped}" if moved else ""


def scale_invariance(concept: Any, problem: Any, rng: random.Random) -> str:
    """One party's units do not matter."""
    first, factor = problem.parties[0], Fraction(rng.randint(1, 9), 2)
    other = concept(problem.rescaled({first: factor}, {}))
    expected = [(u * float(factor), v) for u, v in payoffs(concept(problem))]
    moved = _apart(payoffs(other), sorted(expected), size(problem) * float(factor))
    return f"times {factor}, {payoffs(other)}" if moved else ""


def translation_invariance(concept: Any, problem: Any, rng: random.Random) -> str:
    """One party's zero does not matter."""
    first, shift = problem.parties[0], Fraction(rng.randint(-4, 4))
    other = concept(problem.rescaled({}, {first: shift}))
    expected = [(u + float(shift), v) for u, v in payoffs(concept(problem))]
    moved = _apart(payoffs(other), sorted(expected), size(problem) + abs(float(shift)))
    return f"shifted by {shift}, {payoffs(other)}" if moved else ""


def individual_rationality(concept: Any, problem: Any, rng: random.Random) -> str:
    """Nobody gets less than no deal (bargaining), or than it can secure alone."""
    if isinstance(problem, StrategicGame):
        return ""  # maximin's own levels; its definition is its check
    if hasattr(problem, "worth"):
        for point in concept(problem).points:
            for name, value in point.payoffs.items():
                if float(value) < float(problem.worth((name,))) - NEAR:
                    return f"{name} gets {value}"
        return ""
    d = [float(x) for x in problem.disagreement]
    for point in payoffs(concept(problem)):
        if any(u < low - NEAR * size(problem) for u, low in zip(point, d)):
            return f"{point} is below {d}"
    return ""


def irrelevant_alternatives(concept: Any, problem: Any, rng: random.Random) -> str:
    """Without some corners that were not chosen, the choice stays."""
    chosen = payoffs(concept(problem))
    exact = [tuple(point.payoffs.values()) for point in concept(problem).points]
    kept = [v for v in problem.frontier() if rng.random() < 0.5]
    fewer = from_polygon([*kept, *exact], tuple(problem.disagreement))
    moved = _apart(payoffs(concept(fewer)), chosen, size(problem))
    return f"of fewer, {payoffs(concept(fewer))}" if moved else ""


def individual_monotonicity(concept: Any, problem: Any, rng: random.Random) -> str:
    """More outcomes that leave party 2's best alone do not harm party 1."""
    a, b = problem.parties
    best = problem.ideal()
    extra = (best[a] + Fraction(rng.randint(1, 4)), Fraction(rng.randint(0, 9), 10) * best[b])
    more = from_polygon([*problem.frontier(), extra], tuple(problem.disagreement))
    if more.ideal()[b] != best[b]:
        return ""
    before, after = concept(problem)[0].payoffs[a], concept(more)[0].payoffs[a]
    lower = float(after) < float(before) - NEAR * size(more)
    return f"{a} falls from {before} to {after}" if lower else ""


def no_profitable_deviation(concept: Any, game: StrategicGame, rng: random.Random) -> str:
    """No pure strategy of one player pays more than the point does."""
    scale = max(float(np.max(np.abs(game.payoffs.astype(float)))), 1e-300)
    for point in concept(game).points:
        mixes = (
            [
                [float(point.strategies[p].get(s, 0)) for s in game.strategies[p]]
                for p in game.players
            ]
            if all(p in point.strategies for p in game.players)
            else []
        )
        if not mixes or any(
            not set(point.strategies[p]) <= set(game.strategies[p]) for p in game.players
        ):
            continue  # correlated: judged by its own check and its own tests
        tables = game.payoffs.astype(float)
        now = [float(np.einsum("i,j,ij", *mixes, tables[k])) for k in (0, 1)]
        best = [
            float(np.max(tables[0] @ np.array(mixes[1]))),
            float(np.max(np.array(mixes[0]) @ tables[1])),
        ]
        for player, gain in zip(game.players, np.array(best) - np.array(now)):
            if gain > NEAR * scale:
                return f"{player} gains {gain} at {point.label}"
    return ""


def relabelling(concept: Any, game: StrategicGame, rng: random.Random) -> str:
    """The order of strategies does not matter."""
    order = [list(range(len(game.strategies[p]))) for p in game.players]
    for part in order:
        rng.shuffle(part)
    tables = [game.payoffs[k][np.ix_(*order)].tolist() for k in range(2)]
    names = [[game.strategies[p][i] for i in part] for p, part in zip(game.players, order)]
    turned = StrategicGame.from_arrays(tables, players=game.players, strategies=names)
    scale = max(float(np.max(np.abs(game.payoffs.astype(float)))), 1e-300)
    moved = _apart(payoffs(concept(turned)), payoffs(concept(game)), scale)
    return f"in another order, {payoffs(concept(turned))}" if moved else ""


def efficiency(concept: Any, problem: Any, rng: random.Random) -> str:
    """Everything is given out, no more and no less."""
    whole = problem.estate if hasattr(problem, "estate") else problem.worth(problem.players)
    for point in concept(problem).points:
        total = sum(Fraction(v) for v in point.payoffs.values())
        if abs(total - Fraction(whole)) > NEAR * max(1, abs(whole)):
            return f"{total} of {whole} is given out"
    return ""


def anonymity(concept: Any, game: Any, rng: random.Random) -> str:
    """Players that are alike in every coalition get the same."""
    for point in concept(game).points:
        for a, b in (("A", "B"), ("A", "C"), ("B", "C")):
            third = ({"A", "B", "C"} - {a, b}).pop()
            alike = game.worth((a,)) == game.worth((b,)) and game.worth((a, third)) == game.worth(
                (b, third)
            )
            if alike and abs(float(point.payoffs[a]) - float(point.payoffs[b])) > NEAR:
                return f"{a} and {b} are alike and get {point.payoffs}"
    return ""


def dummy_player(concept: Any, game: Any, rng: random.Random) -> str:
    """Who adds only its own worth to every coalition gets that."""
    for name in ("A", "B", "C"):
        others = [p for p in ("A", "B", "C") if p != name]
        coalitions = [(), *((p,) for p in others), tuple(others)]
        adds = {
            Fraction(game.worth((*c, name))) - Fraction(game.worth(c) if c else 0)
            for c in coalitions
        }
        if adds == {Fraction(game.worth((name,)))}:
            for point in concept(game).points:
                if abs(float(point.payoffs[name]) - float(game.worth((name,)))) > NEAR:
                    return f"{name} is a dummy and gets {point.payoffs[name]}"
    return ""


def equal_treatment(concept: Any, problem: Any, rng: random.Random) -> str:
    """Equal claims get the same."""
    for point in concept(problem).points:
        for a, b in product(problem.players, repeat=2):
            same = problem.claims[a] == problem.claims[b]
            if same and abs(float(point.payoffs[a]) - float(point.payoffs[b])) > NEAR:
                return f"{a} and {b} claim the same and get {point.payoffs}"
    return ""


def claims_boundedness(concept: Any, problem: Any, rng: random.Random) -> str:
    """Nobody gets less than nothing or more than it claims."""
    for point in concept(problem).points:
        for name, value in point.payoffs.items():
            if not -NEAR <= float(value) <= float(problem.claims[name]) + NEAR:
                return f"{name} gets {value} of {problem.claims[name]}"
    return ""


Attack = Callable[[Any, Any, random.Random], str]
AXIOMS: dict[tuple[str, str], Attack] = {
    ("bargaining", "pareto"): pareto,
    ("bargaining", "symmetry"): symmetry,
    ("bargaining", "scale invariance"): scale_invariance,
    ("bargaining", "translation invariance"): translation_invariance,
    ("bargaining", "individual rationality"): individual_rationality,
    ("bargaining", "independence of irrelevant alternatives"): irrelevant_alternatives,
    ("bargaining", "individual monotonicity"): individual_monotonicity,
    ("strategic", "no profitable deviation"): no_profitable_deviation,
    ("strategic", "relabelling"): relabelling,
    ("strategic", "individual rationality"): individual_rationality,
    ("coalitional", "efficiency"): efficiency,
    ("coalitional", "symmetry"): anonymity,
    ("coalitional", "dummy player"): dummy_player,
    ("coalitional", "individual rationality"): individual_rationality,
    ("claims", "efficiency"): efficiency,
    ("claims", "equal treatment"): equal_treatment,
    ("claims", "claims boundedness"): claims_boundedness,
}
"""Kind of game and axiom to what attacks it."""

ELSEWHERE = {
    ("coalitional", "additivity"): "tests/coalitions",
    ("coalitional", "no blocking coalition"): "tests/coalitions",
    ("coalitional", "fairness of links"): "tests/coalitions",
}
"""Axioms of these kinds of game that need two games or a network: where they are attacked."""
