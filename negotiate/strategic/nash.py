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

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.declare import Metric, concept
from negotiate.errors import NotApplicableError, TooLargeError, UnknownNameError
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _nash_steps
from negotiate.strategic import _shared as shared
from negotiate.strategic.arithmetic import equilibria_batch, expected
from negotiate.strategic.arithmetic._support_systems import Mixed
from negotiate.strategic.arithmetic.components import NashSubset, connected, nash_subsets
from negotiate.strategic.arithmetic.equilibria_exact import (
    ExactEquilibria,
    check_size,
    extreme_equilibria,
)
from negotiate.strategic.arithmetic.equilibria_large import equilibria_large
from negotiate.strategic.arithmetic.equilibria_nplayer import strictly_undominated, support_search
from negotiate.strategic.arithmetic.equilibrium_one import one_equilibrium
from negotiate.strategic.game import StrategicGame, held_strategies
from negotiate.tolerance import REGRET, ROUNDING

REDUCIBLE = 64
"""Most strategies per player for which a game too large is tried again after strict dominance."""
ROUNDING_DIGITS = -12
"""Digits, from the first of the largest payoff on, that such payoffs are read to."""
MARKED = 400
"""Most equilibria among which Pareto dominance is looked for."""


LOOPED = 2_000
"""Most draws of a game of three and more players, which are solved one by one."""


@dataclass(frozen=True)
class Table:
    """Equilibria of every draw as arrays.

    Attributes
    ----------
    payoffs
        ``(..., K, n)``, NaN beyond the last equilibrium of a draw, and where it has no answer.
    plans
        ``(..., K, S1 + ... + Sn)`` probabilities of all players' strategies.
    """

    game: StrategicGame
    payoffs: Any
    plans: Any

    @property
    def there(self) -> Any:
        """``(..., K)``: whether the draw has a k-th equilibrium."""
        return ~np.isnan(self.payoffs[..., 0])

    @property
    def count(self) -> Any:
        """Number of extreme equilibria; NaN where they are not all known."""
        found = self.there.sum(axis=-1)
        return np.where(found == 0, np.nan, found)  # a finite game has one at least

    def pick(self, rule: str) -> Any:
        """Index of the equilibrium a rule picks, -1 where it picks none."""
        chosen = RULES[rule](self)
        return np.where(self.there.any(axis=-1), chosen, -1)

    def at(self, values: Any, rule: str) -> Any:
        """``values`` (..., K) at the equilibrium picked; NaN where none is."""
        chosen = self.pick(rule)
        found = np.take_along_axis(values, np.maximum(chosen, 0)[..., None], axis=-1)[..., 0]
        return np.where(chosen < 0, np.nan, found)

    def label(self, used: Any) -> str:
        """Strategies in use ``(S1 + ... + Sn,)`` as text: mixtures in braces."""
        parts, start = [], 0
        for labels in self.game.strategies.values():
            own = [s for s, on in zip(labels, used[start : start + len(labels)]) if on]
            parts.append(own[0] if len(own) == 1 else "{" + ", ".join(own) + "}")
            start += len(labels)
        return ", ".join(parts)

    def profile(self, rule: str) -> Any:
        """Label of the equilibrium a rule picks, ``none`` where it picks none."""
        chosen = self.pick(rule)
        at = np.maximum(chosen, 0)[..., None, None]
        used = np.take_along_axis(self.plans, at, axis=-2)[..., 0, :] > 0
        names = _labelled(used, self.label)
        return np.where(chosen < 0, "none", names)

    def equilibria(self) -> Any:
        """Which equilibria there are, by their supports, in one label."""
        most, width = self.plans.shape[-2:]
        used = (self.plans > 0).reshape(*self.plans.shape[:-2], most * width)

        def told(row: Any) -> str:
            rows = [part for part in row.reshape(most, width) if part.any()]
            return "; ".join(sorted(self.label(part) for part in rows)) or "not known"

        return _labelled(used, told)


def _labelled(rows: Any, told: Callable[[Any], str]) -> Any:
    """A label for each row of booleans along the last axis; equal rows are told once."""
    flat = rows.reshape(-1, rows.shape[-1])
    packed = np.packbits(flat, axis=1)
    _, first, at = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    labels = np.array([told(flat[k]) for k in first])
    return labels[at.reshape(-1)].reshape(rows.shape[:-1])


def table(solution: Solution) -> Table:
    """The points of an answer, of one game or of draws, as arrays."""
    game: StrategicGame = solution.form
    known = solution.points if solution.complete or game.draws else ()
    width = sum(game.shape)
    if not known:
        return Table(game, np.full((1, len(game.players)), np.nan), np.full((1, width), np.nan))
    payoffs = np.stack(
        [np.stack([np.asarray(v, float) for v in p.payoffs.values()], -1) for p in known], -2
    )
    plans = np.stack(
        [
            np.stack(
                [np.asarray(v, float) for row in p.strategies.values() for v in row.values()], -1
            )
            for p in known
        ],
        -2,
    )
    return Table(game, payoffs, plans)


def _welfare(found: Table) -> Any:
    return np.where(found.there, found.payoffs.sum(axis=-1), -np.inf).argmax(axis=-1)


def _payoff_dominant(found: Table) -> Any:
    u, there = found.payoffs, found.there
    spread = expected.spread(found.game.floats().payoffs, len(found.game.players))
    slack = REGRET * np.asarray(spread, dtype=float)
    chosen = np.full(there.shape[:-1], -1)
    for k in range(there.shape[-1]):
        above = (u[..., k : k + 1, :] > u + slack[..., None, :]).all(axis=-1) | ~there
        above[..., k] = there[..., k]
        chosen = np.where(above.all(axis=-1), k, chosen)
    return chosen


def _risk_dominant(found: Table) -> Any:
    if found.game.shape != (2, 2):
        raise NotApplicableError(
            f"the game is {' x '.join(map(str, found.game.shape))}",
            where="risk dominance",
            allowed="two players with two strategies each",
        )
    u = found.game.floats().payoffs
    a, b = u[..., 0, :, :], u[..., 1, :, :]
    loss_a = a - a[..., ::-1, :]
    loss_b = b - b[..., :, ::-1]
    strict = (loss_a > 0) & (loss_b > 0)
    gain = np.where(strict, loss_a * loss_b, -np.inf).reshape(*u.shape[:-3], 4)
    ranked = np.sort(gain, axis=-1)
    clear = np.isfinite(ranked[..., 2]) & (ranked[..., 3] > ranked[..., 2])
    cell = gain.argmax(axis=-1)
    x, y = found.plans[..., :, :2], found.plans[..., :, 2:]
    row = np.take_along_axis(x, (cell // 2)[..., None, None], axis=-1)[..., 0]
    column = np.take_along_axis(y, (cell % 2)[..., None, None], axis=-1)[..., 0]
    same = (row == 1) & (column == 1)
    return np.where(clear & same.any(axis=-1), same.argmax(axis=-1), -1)


RULES: dict[str, Callable[[Table], Any]] = {
    "welfare": _welfare,
    "payoff_dominant": _payoff_dominant,
    "risk_dominant": _risk_dominant,
}
"""How one equilibrium is picked among several, as in `negotiate.strategic.selection`."""

_MEANING = {
    "welfare": "the equilibrium with the greatest sum of payoffs, the first of several",
    "payoff_dominant": "the equilibrium that is better for every player than all others, where "
    "there is one",
    "risk_dominant": "the risk dominant one of two strict equilibria of a 2 x 2 game, where there "
    "is one",
}


def _plans_of(case: Any) -> Sequence[str]:
    return tuple(f"{p}.{s}" for p, labels in held_strategies(case).items() for s in labels)


def _probability(solution: Solution, name: str, rule: str) -> Any:
    found = table(solution)
    known = [f"{p}.{s}" for p, labels in found.game.strategies.items() for s in labels]
    if name not in known:
        raise UnknownNameError("player and strategy", name, known, where="probability")
    return found.at(found.plans[..., known.index(name)], rule)


def _payoff(solution: Solution, player: str, rule: str) -> Any:
    found = table(solution)
    return found.at(found.payoffs[..., found.game.players.index(player)], rule)


def _end(solution: Solution, player: str, end: Any) -> Any:
    found = table(solution)
    own = found.payoffs[..., found.game.players.index(player)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a draw without an answer stays NaN
        return end(own, axis=-1)


def _metrics_of(rule: str) -> tuple[Metric, ...]:
    return (
        Metric(
            f"{rule}.payoff.<party>",
            "payoff",
            f"payoff of the player at {_MEANING[rule]}",
            read=lambda found, names: _payoff(found, names["party"], rule),
        ),
        Metric(
            f"{rule}.profile",
            "label",
            f"strategies in use at {_MEANING[rule]}",
            read=lambda found, names: table(found).profile(rule),
        ),
        Metric(
            f"{rule}.probability.<name>",
            "probability",
            f"probability of a player's strategy at {_MEANING[rule]}",
            read=lambda found, names: _probability(found, names["name"], rule),
            choices=_plans_of,
        ),
    )


METRICS = (
    Metric(
        "count",
        "count",
        "number of extreme equilibria (of a continuum: its corners); undefined where more may "
        "exist than were found",
        read=lambda found, names: table(found).count,
    ),
    Metric(
        "equilibria",
        "label",
        "which equilibria there are, by the strategies in use; mixtures in braces",
        read=lambda found, names: table(found).equilibria(),
    ),
    Metric(
        "lowest.<party>",
        "payoff",
        "least payoff of the player in an equilibrium",
        read=lambda found, names: _end(found, names["party"], np.nanmin),
    ),
    Metric(
        "highest.<party>",
        "payoff",
        "greatest payoff of the player in an equilibrium",
        read=lambda found, names: _end(found, names["party"], np.nanmax),
    ),
    *(metric for rule in RULES for metric in _metrics_of(rule)),
)


@concept(
    "nash_equilibrium",
    title="Nash equilibrium",
    short="Nash equilibrium",
    games=("strategic", "extensive"),
    field="rational",
    axioms=("no profitable deviation", "relabelling"),
    metrics=METRICS,
)
def nash(form: Any, column: Any = None) -> Solution:
    """All extreme Nash equilibria of a two-player game; pure and some mixed ones of others.

    Parameters
    ----------
    form
        A strategic game (with draw axes, every draw is solved); a game tree, which is solved by
        its reduced strategic form; or the payoffs of the row player as a table ``(m, n)``.
    column
        With a table: the payoffs of the column player; without them the game is zero-sum.

    Returns
    -------
    Solution
        Points carry probabilities (zeros included), payoffs, regret and ``facts``: the number of
        their component and, where it has more than one point, of their maximal Nash subsets.
        Payoffs given as floats are read as the decimals they show, and answers given as floats.
        Over draws the k-th point holds the k-th equilibrium of every draw, NaN where a draw has
        fewer, or where not all of its equilibria could be found (the notes count those).
        Of a two-player game too large to enumerate (more bases than
        `arithmetic.equilibria_exact.LIMIT`, even after iterated strict dominance) one equilibrium
        is given, and ``complete`` is False.

    Raises
    ------
    NotConvergedError
        Where not even one equilibrium was found.

    Examples
    --------
    >>> [point.label for point in nash([[3, 0], [5, 1]], [[3, 5], [0, 1]])]
    ['2, 2']
    """
    game = shared.admit(form, "nash_equilibrium", draws=True, column=column)
    if game.draws:
        return _over_draws(game)
    return _two_players(game) if len(game.players) == 2 else _more_players(game)


def _over_draws(game: StrategicGame) -> Solution:
    """All equilibria of every draw, padded with NaN."""
    if len(game.players) == 2:
        x, y, payoffs, regret, solved, reasons = _batch_of_two(game)
        mixed = [x, y]
    else:
        mixed, payoffs, regret, solved, reasons = _batch_of_more(game)
    for part in (*mixed, payoffs, regret):
        part[~solved] = np.nan
    points = tuple(
        Point(
            payoffs={p: payoffs[..., k, i] for i, p in enumerate(game.players)},
            strategies={
                p: {s: mixed[i][..., k, j] for j, s in enumerate(game.strategies[p])}
                for i, p in enumerate(game.players)
            },
            regret=regret[..., k],
            label=f"equilibrium {k + 1}",
        )
        for k in range(payoffs.shape[-2])
    )
    left = int((~solved).sum())
    notes = (f"{left:,} of {solved.size:,} draws have no answer: {'; '.join(reasons)}.",)
    return Solution(
        concept="nash_equilibrium",
        players=game.players,
        points=points,
        complete=not left,
        exact=False,
        notes=notes if left else (),
        form=game,
    )


def _batch_of_two(game: StrategicGame) -> tuple[Any, ...]:
    values = game.floats().payoffs
    a, b = values[..., 0, :, :], values[..., 1, :, :]
    small = equilibria_batch.fits(*game.shape, compiled=False)
    found = (equilibria_batch.all_equilibria if small else equilibria_large)(a, b)
    reasons = [
        equilibria_batch.STATUS[code]
        for code in np.unique(found.status).tolist()
        if code > equilibria_batch.RESOLVED
    ]
    return found.x, found.y, found.payoffs, found.regret, found.complete, reasons


def _batch_of_more(game: StrategicGame) -> tuple[Any, ...]:
    draws, n = math.prod(game.draws), len(game.players)
    shared.bounded(
        draws,
        LOOPED,
        "draws of a game of more than two players",
        "nash_equilibrium",
        "ask for the margin of a pure profile, which needs no enumeration",
    )
    answers = [_more_players(game.draw(*at)) for at in np.ndindex(*game.draws)]
    most = max([1, *(len(answer) for answer in answers)])
    mixed = [np.full((draws, most, size), np.nan) for size in game.shape]
    payoffs = np.full((draws, most, n), np.nan)
    regret = np.full((draws, most), np.nan)
    for d, answer in enumerate(answers):
        for k, point in enumerate(answer):
            payoffs[d, k] = [float(v) for v in point.payoffs.values()]
            regret[d, k] = point.regret
            for row, plan in zip(mixed, point.strategies.values()):
                row[d, k] = [float(v) for v in plan.values()]
    solved = np.array([answer.complete for answer in answers]).reshape(game.draws)
    parts = [part.reshape(*game.draws, *part.shape[1:]) for part in (*mixed, payoffs, regret)]
    why = ["more equilibria may exist than those found"]
    return parts[:-2], parts[-2], parts[-1], solved, why


def _enumerated(payoffs: Any) -> tuple[ExactEquilibria, list[list[int]], list[str]]:
    """Extreme equilibria, the strategies they were looked for in, notes."""
    every = [list(range(size)) for size in payoffs.shape[1:]]
    try:
        check_size(*payoffs.shape[1:])
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
        return (
            answer,
            kept,
            [
                f"Iterated strict dominance left {sizes} strategies; no equilibrium is lost by it, "
                "but degeneracy of the whole game was not decided."
            ],
        )


def _two_players(game: StrategicGame) -> Solution:
    payoffs, notes = meant(game)
    try:
        answer, kept, more = _enumerated(payoffs)
    except TooLargeError as error:
        return _one(game, payoffs, error)
    notes = [*notes, *more]
    mixed = [
        tuple(_over(row, labels, size) for row, labels, size in zip(pair, kept, payoffs.shape[1:]))
        for pair in answer.points
    ]
    whole = not more
    if not game.exact:
        notes.append("Payoffs given as floats were read as decimals and solved exactly.")
    if answer.degenerate:
        notes.append(
            "The game is degenerate: some mixed strategy has more pure best replies than its "
            "support has strategies. The points are the extreme equilibria."
        )
    components, facts, told = _sets(answer.pairs)
    return Solution(
        concept="nash_equilibrium",
        players=game.players,
        points=_points(game, mixed, facts),
        complete=True,
        exact=game.exact,
        degenerate=answer.degenerate if whole else None,
        components=components,
        evidence=(_evidence(game, answer.regrets),),
        notes=(*notes, *told),
        form=game,
    )


def meant(game: StrategicGame) -> tuple[Any, list[str]]:
    """Payoffs in fractions, floats that differ by rounding only taken as equal, and a note.

    0.1 + 0.2 and 0.3 are different floats; whoever computed the one did not mean them to differ.
    Where two payoffs of a player against the same strategies of the others are apart by less than
    `ROUNDING` of the player's largest payoff, all payoffs are rounded to that distance.

    >>> game = StrategicGame.from_arrays([[[0.1 + 0.2, 0], [0.3, 1]], [[1, 0], [0, 1]]])
    >>> payoffs, notes = meant(game)
    >>> payoffs[0, 0, 0] == payoffs[0, 1, 0], len(notes)
    (True, 1)
    """
    exact = game.fractions().payoffs
    if game.exact:
        return exact, []
    out, near = exact.copy(), 0
    for i in range(len(game.players)):
        values = np.sort(game.payoffs[i].astype(float), axis=i)
        scale = float(np.abs(values).max())
        gaps = np.diff(values, axis=i)
        close = (gaps > 0) & (gaps <= ROUNDING * scale)
        if not close.any():
            continue
        near += int(close.sum())
        unit = Fraction(10) ** (math.floor(math.log10(scale)) + ROUNDING_DIGITS)
        out[i] = np.array([round(v / unit) * unit for v in exact[i].flat]).reshape(exact[i].shape)
    if not near:
        return exact, []
    return out, [
        f"{near} pair{'s' if near > 1 else ''} of payoffs differ in the last digits of a float "
        "only; they were taken as equal. If they are meant to differ, give payoffs as decimals in "
        "quotes or as fractions."
    ]


def _one(game: StrategicGame, payoffs: Any, reason: TooLargeError) -> Solution:
    """One equilibrium of a game too large to enumerate."""
    x, y, exact = one_equilibrium(payoffs[0], payoffs[1])
    mixed = (tuple(x), tuple(y))
    point = shared.point(game, [_array(row) for row in mixed])
    return Solution(
        concept="nash_equilibrium",
        players=game.players,
        points=(point,),
        complete=False,
        exact=exact and game.exact,
        evidence=(_evidence(game, [point.regret]),),
        notes=(
            f"One equilibrium of possibly several: all of them are too many to look for "
            f"({reason.what}; {reason.allowed} are allowed).",
            *(() if exact else ("Its probabilities are floats; the regret says how near.",)),
        ),
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
def holds(form: Any, point: Point) -> Evidence:
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
def explain(form: Any) -> str:
    """Worked steps: best replies, dominance, indifference, why supports fail; Markdown with TeX."""
    game = shared.admit(form, "nash_equilibrium")
    return _nash_steps.explain(game, nash(game))
