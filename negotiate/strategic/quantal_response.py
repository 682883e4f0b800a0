"""Logit quantal response equilibrium: better replies are likelier, mistakes are not excluded.

At precision lambda every player plays strategy s with a probability proportional to
exp(lambda u_i(s, x_-i)), against the others' probabilities (McKelvey and Palfrey 1995, Games and
Economic Behavior 10, 6-38). Lambda is in inverse payoff units: 0 is pure chance, large values
approach a Nash equilibrium. There may be several such points at one lambda; this is the one on the
principal branch, which starts at the centroid, and the first with that lambda (`kernels.logit`).

In the battle of the sexes with prizes 2 and 1, at lambda = 1, by the definition:

>>> game = StrategicGame.from_arrays([[[2, 0], [0, 1]], [[1, 0], [0, 2]]])
>>> x = quantal_response(game, precision=1.0)[0].strategies["Player 1"]["1"]
>>> import math
>>> y = 1 - x                                # by the game's symmetry
>>> abs(x - 1 / (1 + math.exp((1 - y) - 2 * y))) < 1e-9
True
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.declare import concept
from negotiate.errors import InputError, NotConvergedError
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic import tex as _tex
from negotiate.strategic.arithmetic import expected, logit
from negotiate.strategic.game import StrategicGame
from negotiate.tolerance import FIXED_POINT


@concept(
    "quantal_response",
    title="Quantal response equilibrium",
    short="QRE",
    games=("strategic",),
    field="transcendental",
    axioms=("relabelling",),
)
def quantal_response(form: StrategicGame, *, precision: Any = 1.0) -> Solution:
    """The logit equilibrium on the principal branch.

    Parameters
    ----------
    precision
        lambda >= 0, in inverse payoff units; an array is broadcast against the draw axes.

    Returns
    -------
    Solution
        One point in floats. With draw axes its probabilities and payoffs are arrays over them.
        ``complete`` is False: other branches may hold further logit equilibria.
    """
    game = shared.admit(form, "quantal_response", draws=True).floats()
    values = np.asarray(precision, dtype=float)
    if not np.isfinite(values).all() or (values < 0).any():
        raise InputError(
            f"precision is {precision}", where="quantal_response", allowed="finite numbers >= 0"
        )
    n = len(game.players)
    mixed, error = logit.principal_branch(game.payoffs, values, players=n)
    lost = int(np.isnan(error).sum())
    if lost and error.ndim == 0:
        raise NotConvergedError(
            "the branch was not followed to its end",
            residual=float("nan"),
            where="quantal_response",
            remedy="ask for a smaller precision",
        )
    payoffs = expected.expected(game.payoffs, mixed)
    regret = expected.regrets(game.payoffs, mixed).max(axis=-1)
    point = Point(
        payoffs={p: _plain(payoffs[..., i]) for i, p in enumerate(game.players)},
        strategies={
            p: {s: _plain(x[..., k]) for k, s in enumerate(game.strategies[p])}
            for p, x in zip(game.players, mixed, strict=True)
        },
        regret=_plain(regret),
        label=f"lambda = {precision:g}" if values.ndim == 0 else "lambda given per draw",
        facts={"precision": _plain(values)},
    )
    return Solution(
        concept="quantal_response",
        players=game.players,
        points=(point,),
        complete=False,
        exact=False,
        settings={"precision": _plain(values), "branch": "principal"},
        evidence=(
            Evidence(
                bool((error <= FIXED_POINT).all()),
                float(np.max(error[~np.isnan(error)], initial=0.0)),
                "largest distance from the logit replies (probability)",
                f"{lost} draws" if lost else "",
            ),
        ),
        notes=(
            "The principal branch, from the centroid; other branches may exist.",
            *([f"{lost} draws are undefined: their branch was not followed."] if lost else []),
        ),
        form=form,
    )


@quantal_response.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """Distance of the point from the logit replies to it, recomputed."""
    game = shared.admit(form, "quantal_response", draws=True).floats()
    mixed = [
        np.stack([np.asarray(point.strategies[p][s], float) for s in game.strategies[p]], axis=-1)
        for p in game.players
    ]
    error = logit.residual(game.payoffs, mixed, np.asarray(point.facts["precision"], float))
    error = np.where(np.isnan(error), np.inf, error)
    worst = float(np.max(error))
    good = worst <= FIXED_POINT
    return Evidence(
        good,
        worst,
        "largest distance from the logit replies (probability)",
        "" if good else f"draw {int(np.argmax(error))}" if error.ndim else "the profile",
    )


def _plain(values: Any) -> Any:
    array = np.asarray(values)
    return float(array) if array.ndim == 0 else array


@quantal_response.explained_by
def explain(form: StrategicGame, *, precision: float = 1.0) -> str:
    """The fixed point checked by hand: payoffs, their exponentials, the probabilities."""
    game = shared.admit(form, "quantal_response").floats()
    point = quantal_response(game, precision=precision)[0]
    mixed = shared.mixed_of(game, point)
    lines = [
        f"**Logit equilibrium at** $\\lambda = {_tex.number(precision)}$.",
        "",
        "Each player chooses strategy $s$ with probability $e^{\\lambda u(s)} / "
        "\\sum_t e^{\\lambda u(t)}$, $u(s)$ its payoff against the others' probabilities. At "
        "$\\lambda = 0$ all strategies are equally likely; from there the answer is followed as "
        "$\\lambda$ grows. It is a fixed point: the probabilities in the last column are the ones "
        "that the payoffs were computed with.",
    ]
    for k, player in enumerate(game.players):
        values = expected.against(game.payoffs, mixed, k)
        # The largest payoff is taken off, which changes no probability and avoids overflow.
        weights = np.exp(precision * (values - values.max()))
        rows = [
            (label, f"${u:.4f}$", f"${w:.4f}$", f"${w / weights.sum():.4f}$")
            for label, u, w in zip(game.strategies[player], values, weights, strict=True)
        ]
        head = ("$s$", "$u(s)$", "$e^{\\lambda (u(s) - \\max u)}$", "probability")
        lines += ["", f"{player}:", "", *_tex.plain_table(head, rows)]
    worst = _tex.number(point.regret)
    lines += [
        "",
        f"The largest regret is ${worst}$: mistakes remain, so it is no Nash equilibrium."
        if point.regret > shared.unit(game)
        else "Nobody has any regret.",
    ]
    return "\n".join(lines)
