"""The polytope of correlated (or coarse correlated) equilibria: best points and extreme points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from negotiate.errors import InputError, NotConvergedError, TooLargeError, UnknownNameError
from negotiate.numbers.exact_lp import maximise
from negotiate.numbers.exact_polytope import cut
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic import tex as _tex
from negotiate.strategic.game import StrategicGame
from negotiate.tolerance import PROBABILITY

EXACT_BOUND = 64
"""Most profiles for which the linear programme of an exact game is solved in fractions."""
PROFILE_BOUND = 100_000
"""Most profiles of any linear programme here."""

Constraints = Callable[..., Any]
Objective = str | Mapping[str, Any]


class Deviation(NamedTuple):
    """One player plays ``other`` instead: when told ``told``, or whatever it would be told (None).

    ``named`` says who deviates and how, ``ruled_out`` that it does not pay.
    """

    player: int
    told: int | None
    other: int
    named: str
    ruled_out: str

    def change(self, table: Any, profile: tuple[int, ...]) -> Any:
        """What the deviation adds to the player's payoff where ``profile`` is drawn."""
        if self.told is not None and profile[self.player] != self.told:
            return 0
        mine = self.player
        return table[(*profile[:mine], self.other, *profile[mine + 1 :])] - table[profile]


Deviations = Callable[[StrategicGame], Iterable[Deviation]]


def weights(game: StrategicGame, objective: Objective) -> tuple[Fraction, ...]:
    """Weight of each player's payoff in the objective."""
    if objective == "welfare":
        return (Fraction(1),) * len(game.players)
    if isinstance(objective, str):
        objective = {objective: 1}
    for name in objective:
        if name not in game.players:
            raise UnknownNameError(
                "objective", str(name), ("welfare", *game.players), where="correlated equilibrium"
            )
    return tuple(Fraction(objective.get(p, 0)) for p in game.players)


def solve(
    concept: str, form: Any, matrix: Constraints, objective: Objective | None, *, limit: int
) -> Solution:
    """All extreme points (no objective, up to ``limit`` profiles) or a best point for one."""
    game = shared.admit(form, concept)
    cells = len(shared.profiles(game)) if game.payoffs.size < 10**7 else PROFILE_BOUND + 1
    shared.bounded(cells, PROFILE_BOUND, "profiles", concept, "merge strategies first")
    notes: list[str] = []
    if objective is None and cells <= limit:
        try:
            return _extreme(concept, game, matrix)
        except TooLargeError as error:
            notes.append(f"Extreme points are not listed: {error.what}.")
    elif objective is None:
        notes.append(f"Extreme points are not listed: {cells} profiles, listed up to {limit}.")
    if objective is None:
        notes.append("A point of greatest welfare is given instead.")
    return _best(concept, game, matrix, "welfare" if objective is None else objective, notes)


def _extreme(concept: str, game: StrategicGame, matrix: Constraints) -> Solution:
    exact = game.fractions()
    rows = matrix(exact.payoffs, players=len(game.players))
    cells = rows.shape[-1]
    corners = cut(
        (tuple(range(cells)),), cells, equal=[], at_least=[(tuple(r), Fraction(0)) for r in rows]
    )
    points = tuple(_point(exact, game, corner) for corner in corners)
    return Solution(
        concept=concept,
        players=game.players,
        points=points,
        complete=True,
        exact=game.exact,
        components=(tuple(range(len(points))),),
        notes=("The set is the convex hull of these extreme points.",),
        form=game,
    )


def _best(
    concept: str,
    game: StrategicGame,
    matrix: Constraints,
    objective: Objective,
    notes: Sequence[str],
) -> Solution:
    n = len(game.players)
    share = weights(game, objective)
    cells = int(np.prod(game.shape))
    exact = game.exact and cells <= EXACT_BOUND
    value: Any
    if exact:
        totals = _objective(game.payoffs, share)
        rows = matrix(game.payoffs, players=n)
        best = maximise(
            totals.tolist(),
            at_most=[([-v for v in r], 0) for r in rows.tolist()],
            equal=[([1] * cells, 1)],
        )
        assert best is not None  # a Nash equilibrium is feasible
        point, value = _point(game, game, best.x), best.value
    else:
        floats = game.floats()
        totals = _objective(floats.payoffs, tuple(float(w) for w in share))
        distribution = _float_best(totals, matrix(floats.payoffs, players=n))
        point, value = _point(floats, floats, distribution.tolist()), float(totals @ distribution)
    return Solution(
        concept=concept,
        players=game.players,
        points=(point,),
        complete=False,
        exact=exact,
        settings={"objective": objective if isinstance(objective, str) else dict(objective)},
        evidence=(Evidence(True, value, "objective (payoff units)"),),
        notes=(*notes, "One point that maximises the objective; others may reach the same value."),
        form=game,
    )


def _objective(payoffs: Any, share: Sequence[Any]) -> Any:
    total = sum(w * payoffs[i].reshape(-1) for i, w in enumerate(share))
    return np.asarray(total)


def _float_best(totals: Any, rows: Any) -> Any:
    from scipy import sparse
    from scipy.optimize import linprog

    scale = np.abs(rows).max(axis=1, initial=0.0)
    kept = rows[scale > 0] / scale[scale > 0, None]
    result = linprog(
        -totals / (np.abs(totals).max() or 1.0),
        A_ub=-sparse.csr_matrix(kept) if len(kept) else None,
        b_ub=np.zeros(len(kept)) if len(kept) else None,
        A_eq=np.ones((1, len(totals))),
        b_eq=[1.0],
        method="highs",
    )
    if result.status != 0:
        raise NotConvergedError(
            f"the linear programme failed: {result.message}",
            residual=float("nan"),
            where="correlated equilibrium",
        )
    p = np.clip(result.x, 0.0, None)
    return p / p.sum()


def _point(exact: StrategicGame, game: StrategicGame, p: Sequence[Any]) -> Point:
    """The distribution as a point, in the arithmetic of ``game``."""
    array = shared.row(p) if exact.exact else np.asarray(p, float)
    payoffs = {
        player: (exact.payoffs[i].reshape(-1) * array).sum()
        for i, player in enumerate(exact.players)
    }
    labels = [shared.joined(shared.names(exact, index)) for index in shared.profiles(exact)]
    used = {label: w for label, w in zip(labels, p, strict=True) if w > 0}
    given = shared.as_given(game, {"distribution": used})
    label = (
        next(iter(used))
        if len(used) == 1
        else " + ".join(f"{shared._short(w)} ({name})" for name, w in used.items())
    )
    return Point(payoffs=shared.as_given(game, payoffs), label=label, facts=given)


def holds(concept: str, form: Any, point: Point, deviations: Deviations) -> Evidence:
    """Largest gain from a deviation, recomputed profile by profile from the payoffs."""
    game = shared.admit(form, concept)
    index = {shared.joined(shared.names(game, k)): k for k in shared.profiles(game)}
    given = point.facts["distribution"]
    unknown = set(given) - set(index)
    if unknown:
        raise InputError(
            f"'{sorted(unknown)[0]}' is not a profile",
            where=concept,
            allowed="profiles of the game",
        )
    slack = 0 if game.exact else PROBABILITY
    if min(given.values()) < -slack or abs(sum(given.values()) - 1) > slack:
        return Evidence(False, sum(given.values()), "total probability", "not a distribution")
    worst, witness = 0, ""
    for one in deviations(game):
        table = game.table(game.players[one.player])
        gain = sum(w * one.change(table, index[label]) for label, w in given.items())
        if gain > worst:
            worst, witness = gain, one.named
    good = bool(worst <= shared.unit(game))
    what = "largest gain from a deviation (payoff units)"
    return Evidence(good, worst, what, "" if good else witness)


SHOWN = 24
"""Most inequalities and extreme points written out."""


def explain(
    concept: str,
    form: Any,
    deviations: Deviations,
    solve: Callable[[StrategicGame], Solution],
    *,
    idea: str,
) -> str:
    """The linear programme with the game's numbers, and its answer, in Markdown with TeX."""
    game = shared.admit(form, concept)
    if game.payoffs[0].size <= EXACT_BOUND:
        game = game.fractions()
    inequalities = []
    for one in deviations(game):
        table = game.table(game.players[one.player])
        row = [-one.change(table, profile) for profile in shared.profiles(game)]
        inequalities.append((one.ruled_out, row))
    solution = solve(game)
    profiles = [shared.joined(shared.names(game, index)) for index in shared.profiles(game)]
    symbols = [f"p({_tex.name(profile)})" for profile in profiles]
    lines = ["**Probabilities of the profiles.**", "", idea, ""]
    lines.append(f"- $p \\ge 0$, and the {len(profiles)} probabilities sum to $1$;")
    for words, row in inequalities[:SHOWN]:
        lines.append(f"- {words}: ${_tex.weighted(row, symbols)} \\ge 0$;")
    if len(inequalities) > SHOWN:
        lines.append(f"- and {len(inequalities) - SHOWN} more conditions of the same kind.")
    welfare = game.payoffs.sum(axis=0).reshape(-1).tolist()  # last strategy varies fastest
    lines += ["", f"The sum of payoffs is ${_tex.weighted(welfare, symbols)}$.", ""]
    if solution.complete:
        lines.append(
            f"These conditions cut out a polytope with {len(solution)} "
            f"corner{'s' if len(solution) != 1 else ''}; every mixture of corners qualifies too:"
        )
    else:
        lines.append("A distribution with the greatest objective:")
    for point in solution.points[:SHOWN]:
        given = ", ".join(
            f"$p({_tex.name(profile)}) = {_tex.number(weight)}$"
            for profile, weight in point.facts["distribution"].items()
        )
        pays = ", ".join(f"{player} ${_tex.number(v)}$" for player, v in point.payoffs.items())
        lines.append(f"- {given}; payoffs: {pays}.")
    if len(solution) > SHOWN:
        lines.append(f"- and {len(solution) - SHOWN} more.")
    return "\n".join(lines)
