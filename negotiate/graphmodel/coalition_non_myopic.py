r"""Coalition non-myopic stability: no coalition leaves, however far ahead it looks.

State s is coalition non-myopically stable for H if there is a horizon t such that s is :math:`L_h`
stable for H for every :math:`h \ge t`; see `negotiate.graphmodel.coalition_limited_move`. What
decision makers anticipate ends in a cycle of horizons (`negotiate.graphmodel.non_myopic`), and what
a coalition foresees is made of it, so a state is stable if it is so throughout that cycle.

Kilgour 1984, Theory and Decision 16:135-157, for decision makers; coalitions as in Kilgour, Hipel,
Fang and Peng 2001.

In chicken mutual swerving is left by nobody, alone or together:

>>> from negotiate.graphmodel.build import payoff_model
>>> chicken = payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]])
>>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
>>> [[p.label for p in coalition_non_myopic(g).points] for g in (chicken, dilemma)]
[['r1c1'], ['r1c1']]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from negotiate.declare import concept
from negotiate.graphmodel._coalitions import (
    Coalition,
    check_work,
    coalitions_of,
    evidence_for,
    joint_solution,
    name_of,
)
from negotiate.graphmodel._engine import Table
from negotiate.graphmodel.arithmetic.stability import limited_move_step
from negotiate.graphmodel.coalition_limited_move import ALONE, foreseen, stays
from negotiate.graphmodel.limited_move import CAUTION, Ends, check
from negotiate.graphmodel.model import GraphModel
from negotiate.graphmodel.non_myopic import horizons
from negotiate.solution import Evidence, Point, Solution


@concept(
    "coalition_non_myopic",
    title="Coalition non-myopic stability",
    short="coalition non-myopic",
    games=("graph",),
    field="rational",
    cites=("Kilgour1984", "KilgourHipelFangPeng2001"),
)
def coalition_non_myopic(
    model: GraphModel, *, coalitions: Iterable[Iterable[str]] | None = None
) -> Solution:
    """States that are non-myopically stable for every coalition asked about.

    Parameters
    ----------
    model
        With rankings throughout.
    coalitions
        Lists of decision makers; all coalitions if not given.

    Returns
    -------
    Solution
        One point for each equilibrium; ``settings["stable"]`` holds the stable states of each
        coalition.

    Raises
    ------
    NotApplicableError
        Where a preference is no ranking.
    NotConvergedError
        If anticipations do not repeat within the horizons that are followed.

    Examples
    --------
    >>> from negotiate.graphmodel.build import payoff_model
    >>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
    >>> coalition_non_myopic(dilemma, coalitions=[["Player 1", "Player 2"]]).settings["stable"]
    {'Player 1 + Player 2': ['r1c1', 'r1c2', 'r2c1']}
    """
    check(model, 1)
    asked = coalitions_of(model, coalitions)
    check_work(model, asked)
    return joint_solution(
        model,
        lambda one: Table(tuple(name_of(one, members) for members in asked), _stable(one, asked)),
        concept="coalition_non_myopic",
        settings={},
        judge=lambda point: holds(model, point, coalitions=coalitions),
        notes=(ALONE, CAUTION),
    )


def _stable(model: GraphModel, coalitions: Sequence[Coalition]) -> np.ndarray:
    begin, cycle, _ = horizons(model)
    before = foreseen(model, begin)
    out = np.ones((len(coalitions), len(model.states)), dtype=bool)
    for _ in range(cycle):
        out &= stays(model, coalitions, before)
        before, _stay = limited_move_step(model.ranks(), model.moves, before)
    return out


@coalition_non_myopic.checked_by
def holds(
    model: GraphModel, point: Point, *, coalitions: Iterable[Iterable[str]] | None = None
) -> Evidence:
    """Judge a state by the definition, at every horizon of the cycle.

    Parameters
    ----------
    model
        The model.
    point
        Its ``label`` names the state.
    coalitions
        Lists of decision makers; all coalitions if not given.

    Returns
    -------
    Evidence
        ``value`` is the number of moves that some coalition would make, over the horizons of the
        cycle.
    """
    begin, cycle, _ = horizons(model)
    ends = Ends(model)
    total, witness = 0, ""
    for h in range(begin + 1, begin + cycle + 1):
        found = evidence_for(
            model,
            point,
            lambda members, s, h=h: ends.group_verdict(members, s, h),  # type: ignore[misc]
            coalitions=coalitions,
            words=f"looking {h} moves ahead",
        )
        total += int(found.value)
        witness = witness or found.witness
    return Evidence(total == 0, total, "moves that some coalition would make", witness)
