r"""Non-myopic stability: stable however far ahead one looks, from some horizon on.

State s is non-myopically stable (NM) for i if there is a horizon t such that s is :math:`L_h`
stable for i for every :math:`h \ge t` (see `limited_move`). What everybody anticipates with h + 1
moves depends only on what everybody anticipates with h, and there are finitely many anticipations,
so the sequence of horizons ends in a cycle: it is followed until it repeats, and a state is stable
if it is so throughout the cycle. Nothing is cut off.

Kilgour 1984, Theory and Decision 16:135-157, and 1985; Brams and Wittman 1981, Conflict Management
and Peace Science 6:39-62; Fang, Hipel and Kilgour 1993, ch. 3.

In chicken only mutual swerving is non-myopically stable, in the prisoners' dilemma both mutual
co-operation and mutual defection are:

>>> from negotiate.graphmodel.build import payoff_model
>>> chicken = payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]])
>>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
>>> [[p.label for p in non_myopic(g).points] for g in (chicken, dilemma)]
[['r1c1'], ['r1c1', 'r2c2']]
"""

from __future__ import annotations

import numpy as np

from negotiate.declare import concept
from negotiate.errors import NotConvergedError
from negotiate.graphmodel._engine import Table, each_draw, evidence_by, solution
from negotiate.graphmodel.arithmetic.stability import limited_move_step
from negotiate.graphmodel.limited_move import CAUTION, MAX_HORIZON, Ends, check
from negotiate.graphmodel.model import GraphModel
from negotiate.solution import Evidence, Point, Solution

MAX_WORK = 1_000_000_000
"""Moves ahead times moves of the model times decision makers."""


@concept(
    "non_myopic",
    title="Non-myopic stability",
    short="non-myopic",
    games=("graph",),
    field="rational",
    cites=(
        "Kilgour1984",
        "BramsWittman1981",
    ),
)
def non_myopic(model: GraphModel) -> Solution:
    """States that are non-myopically stable for everybody.

    Parameters
    ----------
    model
        With rankings throughout.

    Returns
    -------
    Solution
        One point for each equilibrium; ``settings`` tell the horizon at which anticipations begin
        to repeat and the length of the cycle.

    Raises
    ------
    NotConvergedError
        If they do not repeat within `negotiate.graphmodel.limited_move.MAX_HORIZON` moves, or
        within fewer in a model so large that `MAX_WORK` is reached.

    Examples
    --------
    >>> from negotiate.graphmodel.build import payoff_model
    >>> found = non_myopic(payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]]))
    >>> found.settings["from_horizon"], found.settings["cycle"]
    (3, 1)
    """
    begin, cycle, stable = (0, 0, np.empty(0)) if model.draws else horizons(model)
    found = each_draw(model, lambda one: Table(one.players, horizons(one)[2]))
    return solution(
        model,
        found if model.draws else Table(model.players, stable),
        concept="non_myopic",
        settings={"from_horizon": begin, "cycle": cycle},
        judge=lambda point: holds(model, point),
        notes=(CAUTION, f"anticipations repeat every {cycle} moves from {begin} moves ahead on"),
    )


def horizons(model: GraphModel) -> tuple[int, int, np.ndarray]:
    """Horizon at which anticipations begin to repeat, length of the cycle, stable throughout it.

    Parameters
    ----------
    model
        With rankings throughout.

    Returns
    -------
    tuple
        ``(begin, cycle, stable)``, the last boolean of shape ``(players, states)``.
    """
    check(model, 1)
    ranks = model.ranks()
    seen: dict[bytes, int] = {}
    stays: list[np.ndarray] = []
    before: np.ndarray | None = None
    arcs = sum(len(own) for own in model.moves) * len(model.players)
    most = min(MAX_HORIZON, max(20, MAX_WORK // max(arcs, 1)))
    for h in range(1, most + 1):
        before, stay = limited_move_step(ranks, model.moves, before)
        stays.append(stay)
        key = before.tobytes()
        if key in seen:
            begin = seen[key]
            return begin, h - begin, np.all(stays[begin:], axis=0)
        seen[key] = h
    raise NotConvergedError(
        f"anticipations do not repeat within {most} moves",
        residual=float(most),
        where="non_myopic",
        remedy="ask for limited_move with a horizon",
    )


@non_myopic.checked_by
def holds(model: GraphModel, point: Point) -> Evidence:
    """Judge a state by the definition, at every horizon of the cycle.

    Parameters
    ----------
    model
        The model.
    point
        Its ``label`` names the state.

    Returns
    -------
    Evidence
        ``value`` is the number of moves that somebody would make, over the horizons of the cycle.
    """
    begin, cycle, _ = horizons(model)
    ends = Ends(model)
    total, witness = 0, ""
    for h in range(begin + 1, begin + cycle + 1):
        found = evidence_by(
            model,
            point.label,
            lambda i, s, h=h: ends.verdict(i, s, h),  # type: ignore[misc]
            f"looking {h} moves ahead",
        )
        total += int(found.value)
        witness = witness or found.witness
    return Evidence(total == 0, total, "moves that somebody would make", witness)
