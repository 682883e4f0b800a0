"""Nash equilibrium: nobody gains by changing its own strategy alone.

A profile x of mixed strategies is a Nash equilibrium if for every player i and strategy s of i

    u_i(x) >= u_i(s, x_-i),

that is, if every player's regret max_s u_i(s, x_-i) - u_i(x) is zero (Nash 1950, PNAS 36, 48-49,
https://doi.org/10.1073/pnas.36.1.48; Nash 1951, Annals of Mathematics 54, 286-295).

Two players: all extreme equilibria in exact arithmetic, degenerate or not. Every equilibrium is a
convex combination of extreme ones inside a maximal Nash subset, and ``components`` groups the
extreme points whose subsets are connected (Avis, Rosenberg, Savani and von Stengel 2010, Economic
Theory 42, 9-37). More players: all pure equilibria and the mixed ones a search of supports finds;
``complete`` is True only where that was proved, and the notes say what was covered. Equilibria
that another one of the list Pareto dominates are marked.

The inspection game of Turocy and von Stengel (2001), "Game theory", LSE CDAM Research Report
2001-09, section 5, has one equilibrium: inspect with probability 1/10, cheat with 1/5.

>>> game = StrategicGame.from_arrays(
...     [[[0, -10], [-1, -6]], [[0, 10], [0, -90]]], players=("Inspector", "Inspectee"),
...     strategies=[("Trust", "Inspect"), ("Comply", "Cheat")])
>>> [point.label for point in nash(game)]
['{Trust: 9/10, Inspect: 1/10}, {Comply: 4/5, Cheat: 1/5}']
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.declare import concept
from negotiate.errors import TooLargeError
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _nash_steps
from negotiate.strategic import _shared as shared
from negotiate.strategic.arithmetic import expected
from negotiate.strategic.arithmetic._support_systems import Mixed
from negotiate.strategic.arithmetic.components import NashSubset, connected, nash_subsets
from negotiate.strategic.arithmetic.equilibria_exact import ExactEquilibria, extreme_equilibria
from negotiate.strategic.arithmetic.equilibria_nplayer import strictly_undominated, support_search
from negotiate.strategic.game import StrategicGame
from negotiate.tolerance import REGRET

REDUCIBLE = 64
"""Most strategies per player for which a game too large is tried again after strict dominance."""
MARKED = 400
"""Most equilibria among which Pareto dominance is looked for."""


@concept(
    "nash_equilibrium",
    title="Nash equilibrium",
    short="Nash equilibrium",
    games=("strategic",),
    field="rational",
    axioms=("no profitable deviation", "relabelling"),
)
def nash(form: StrategicGame) -> Solution:
    """All extreme Nash equilibria of a two-player game; pure and some mixed ones of others.

    Returns
    -------
    Solution
        Points carry probabilities (zeros included), payoffs, regret and ``facts``: the number of
        their component and, where it has more than one point, of their maximal Nash subsets.
        Payoffs given as floats are read as the decimals they show, and answers given as floats.

    Raises
    ------
    TooLargeError
        A two-player game that may have more bases than `kernels.equilibria_exact.LIMIT`, even
        after iterated strict dominance.
    """
    game = shared.admit(form, "nash_equilibrium")
    return _two_players(game) if len(game.players) == 2 else _more_players(game)


def _enumerated(payoffs: Any) -> tuple[ExactEquilibria, list[list[int]], list[str]]:
    """Extreme equilibria, the strategies they were looked for in, notes."""
    every = [list(range(size)) for size in payoffs.shape[1:]]
    try:
        return extreme_equilibria(payoffs[0], payoffs[1]), every, []
    except TooLargeError:
        if max(map(len, every)) > REDUCIBLE:
            raise
        kept = strictly_undominated(payoffs)
        left = payoffs[np.ix_(range(2), *kept)]
        if left.shape == payoffs.shape:
            raise
        answer = extreme_equilibria(left[0], left[1])
        sizes = " x ".join(str(len(labels)) for labels in kept)
        return answer, kept, [
            f"Iterated strict dominance left {sizes} strategies; no equilibrium is lost by it, "
            "but degeneracy of the whole game was not decided."
        ]  # fmt: skip


def _two_players(game: StrategicGame) -> Solution:
    payoffs = game.fractions().payoffs
    answer, kept, notes = _enumerated(payoffs)
    mixed = [
        tuple(_over(row, labels, size) for row, labels, size in zip(pair, kept, payoffs.shape[1:]))
        for pair in answer.points
    ]
    whole = not notes
    if not game.exact:
        notes.append("Payoffs given as floats were read as decimals and solved exactly.")
    if answer.degenerate:
        notes.append(
            "The game is degenerate: some mixed strategy has more pure best replies than its "
            "support has strategies. The points are the extreme equilibria."
        )
    components, facts, more = _sets(answer.pairs)
    return Solution(
        concept="nash_equilibrium",
        players=game.players,
        points=_points(game, mixed, facts),
        complete=True,
        exact=game.exact,
        degenerate=answer.degenerate if whole else None,
        components=components,
        evidence=(_evidence(game, answer.regrets),),
        notes=(*notes, *more),
        form=game,
    )


def _more_players(game: StrategicGame) -> Solution:
    payoffs = game.fractions().payoffs
    found = support_search(payoffs)
    order = sorted(range(len(found.points)), key=lambda k: _order(found.points[k]))
    mixed = [found.points[k] for k in order]
    components: tuple[tuple[int, ...], ...] = ()
    facts: list[dict[str, Any]] = [{} for _ in mixed]
    more: list[str] = []
    if found.pairs:
        components, facts, more = _sets([found.pairs[k] for k in order])
    points = _points(game, mixed, facts)
    irrational = sum(not _rational(point) for point in mixed)
    notes = list(found.notes)
    if irrational:
        notes.append(
            f"{irrational} of the points are floats: no rational profile with regret zero is near."
        )
    return Solution(
        concept="nash_equilibrium",
        players=game.players,
        points=points,
        complete=found.proved,
        exact=game.exact and not irrational,
        components=components,
        evidence=(_evidence(game, [point.regret for point in points]),),
        notes=(*notes, *more),
        form=game,
    )


def _over(row: Sequence[Any], labels: Sequence[int], size: int) -> tuple[Any, ...]:
    out: list[Any] = [Fraction(0)] * size
    for k, value in zip(labels, row):
        out[k] = value
    return tuple(out)


def _rational(point: Mixed) -> bool:
    return all(isinstance(value, Fraction) for row in point for value in row)


def _order(point: Mixed) -> tuple[Any, ...]:
    supports = tuple(tuple(k for k, v in enumerate(row) if v != 0) for row in point)
    sizes = sum(map(len, supports))
    return sizes, supports, tuple(tuple(-float(v) for v in row) for row in point)


def _sets(
    pairs: Sequence[tuple[int, int]],
) -> tuple[tuple[tuple[int, ...], ...], list[dict[str, Any]], list[str]]:
    """Components, facts per point, notes."""
    components = connected(pairs)
    subsets: tuple[NashSubset, ...] = ()
    notes = []
    try:
        subsets = nash_subsets(pairs)
    except TooLargeError as error:
        notes.append(f"Maximal Nash subsets were not listed: {error}.")
    facts: list[dict[str, Any]] = [{} for _ in pairs]
    continua = 0
    for number, component in enumerate(components):
        continua += len(component) > 1
        for k in component:
            facts[k]["component"] = number
            if len(component) > 1 and subsets:
                facts[k]["nash subsets"] = tuple(
                    s for s, subset in enumerate(subsets) if k in subset.points
                )
    if continua:
        wide = sum(len(subset.points) > 1 for subset in subsets)
        notes.append(
            f"Components that are continua: {continua} of {len(components)}, made of {wide} "
            "maximal Nash subsets; every product of mixtures of the extreme strategies of a subset "
            "is an equilibrium."
        )
    return components, facts, notes


def _points(
    game: StrategicGame, mixed: Sequence[Mixed], facts: Sequence[dict[str, Any]]
) -> tuple[Point, ...]:
    points = [
        shared.point(game, [_array(row) for row in profile], facts=fact)
        for profile, fact in zip(mixed, facts)
    ]
    if not 1 < len(points) <= MARKED:
        return tuple(points)
    values = [tuple(point.payoffs.values()) for point in points]
    return tuple(
        Point(
            payoffs=point.payoffs,
            strategies=point.strategies,
            regret=point.regret,
            label=point.label,
            marks=("pareto dominated",),
            facts=point.facts,
        )
        if any(other != own and all(o >= v for o, v in zip(other, own)) for other in values)
        else point
        for point, own in zip(points, values)
    )


def _array(row: Sequence[Any]) -> Any:
    if all(isinstance(value, Fraction) for value in row):
        return shared.row(row)
    return np.array([float(value) for value in row])


def _evidence(game: StrategicGame, regrets: Sequence[Any]) -> Evidence:
    worst = shared.as_given(game, max(regrets, default=Fraction(0)))
    return Evidence(True, worst, "largest regret of the points (payoff units)")


@nash.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """The largest gain of any player from a deviation, recomputed; zero in exact arithmetic.

    A point whose numbers are floats is held to `tolerance.REGRET` of each player's payoff range.
    """
    game = shared.admit(form, "nash_equilibrium")
    mixed = shared.mixed_of(game, point)
    gains = expected.regrets(game.payoffs, mixed).tolist()
    if game.exact and all(row.dtype == object for row in mixed):
        slack: list[float] = [0] * len(gains)
    else:
        spread = expected.spread(game.payoffs, len(game.players))
        slack = [REGRET * max(float(size), 1e-300) for size in spread]
    over = [k for k, (gain, room) in enumerate(zip(gains, slack)) if gain > room]
    worst = max(over or range(len(gains)), key=lambda k: gains[k])
    if not over:
        return Evidence(True, gains[worst], "largest regret (payoff units)")
    player = game.players[worst]
    replies = expected.against(game.payoffs, mixed, worst)
    better = game.strategies[player][int(np.argmax(replies))]
    return Evidence(
        False, gains[worst], "largest regret (payoff units)", f"{player} gains by playing {better}"
    )


@nash.explained_by
def explain(form: StrategicGame) -> str:
    """Worked steps: best replies, dominance, indifference, why supports fail; Markdown with TeX."""
    game = shared.admit(form, "nash_equilibrium")
    return _nash_steps.explain(game, nash(game))
