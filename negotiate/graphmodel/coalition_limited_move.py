r"""Coalition limited-move stability: a coalition looks h moves ahead before it moves together.

A coalition H leaves s for a state q that legal sequences of its members reach; that counts as one
move. Then everybody acts alone, an outsider first: whoever of the others is next foresees the ends
:math:`G_{h-1}(j, q)` of `negotiate.graphmodel.limited_move`. State s is :math:`L_h` stable for H if
at every such q some member finds the worst of the ends that must be reckoned with,

.. math:: \bigcup_{j \notin H} G_{h-1}(j, q) \quad (\text{q itself for } h = 1 \text{ or } H = N),

no better than s. For h = 1 this is coalition Nash stability, for a coalition of one it is
limited-move stability; both identities are tested.

The literature defines limited moves for decision makers (Kilgour, Hipel and Fang 1987, Automatica
23:41-55) and coalitions for the other concepts (Kilgour, Hipel, Fang and Peng 2001); this joins the
two in the cautious way: a coalition trusts in no other coalition to come, nor in its own to last.

In the prisoners' dilemma both together leave mutual defection, however far they look:

>>> from negotiate.graphmodel.build import payoff_model
>>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
>>> [[p.label for p in coalition_limited_move(dilemma, horizon=h).points] for h in (1, 2, 4)]
[[], ['r1c1'], ['r1c1']]
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
    tell,
)
from negotiate.graphmodel._engine import Table
from negotiate.graphmodel.arithmetic.reach import reached_sets, unpack
from negotiate.graphmodel.arithmetic.stability import limited_move_step
from negotiate.graphmodel.limited_move import CAUTION, Ends, check
from negotiate.graphmodel.model import GraphModel
from negotiate.solution import Evidence, Point, Solution

ALONE = "after a coalition's move everybody acts alone, an outsider first"


@concept(
    "coalition_limited_move",
    title="Coalition limited-move stability",
    short="coalition limited move",
    games=("graph",),
    field="rational",
    cites=("KilgourHipelFang1987", "KilgourHipelFangPeng2001"),
)
def coalition_limited_move(
    model: GraphModel, *, horizon: int = 2, coalitions: Iterable[Iterable[str]] | None = None
) -> Solution:
    """States that no coalition leaves which looks ``horizon`` moves ahead.

    Parameters
    ----------
    model
        With rankings throughout.
    horizon
        Number of moves, 1 or more; the coalition's own is the first.
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
    InputError
        If the horizon is not in range.

    Examples
    --------
    >>> from negotiate.graphmodel.build import payoff_model
    >>> chicken = payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]])
    >>> [p.label for p in coalition_limited_move(chicken, horizon=3).points]
    ['r1c1']
    """
    check(model, horizon)
    asked = coalitions_of(model, coalitions)
    check_work(model, asked)

    def table(one: GraphModel) -> Table:
        before = foreseen(one, horizon - 1)
        return Table(tuple(name_of(one, members) for members in asked), stays(one, asked, before))

    return joint_solution(
        model,
        table,
        concept="coalition_limited_move",
        settings={"horizon": horizon},
        judge=lambda point: holds(model, point, horizon=horizon, coalitions=coalitions),
        notes=(ALONE, CAUTION),
    )


def foreseen(model: GraphModel, moves: int) -> np.ndarray | None:
    """What each decision maker must reckon with, with some moves left; None with none.

    Parameters
    ----------
    model
        With rankings throughout.
    moves
        Number of moves left.

    Returns
    -------
    numpy.ndarray or None
        As ``before`` of `negotiate.graphmodel.arithmetic.stability.limited_move_step`.
    """
    before: np.ndarray | None = None
    for _ in range(moves):
        before, _stay = limited_move_step(model.ranks(), model.moves, before)
    return before


def stays(
    model: GraphModel, coalitions: Sequence[Coalition], before: np.ndarray | None
) -> np.ndarray:
    """Where each coalition stays, given what everybody foresees after its move.

    Parameters
    ----------
    model
        With rankings throughout.
    coalitions
        Tuples of indices.
    before
        As `foreseen` returns it.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(coalitions, states)``.
    """
    ranks, size = model.ranks(), len(model.states)
    out = np.empty((len(coalitions), size), dtype=bool)
    for row, members in enumerate(coalitions):
        leaves = unpack(reached_sets([model.moves[i] for i in members], states=size), size)
        others = [j for j in range(len(model.players)) if j not in members]
        after = ranks if before is None or not others else before[others].min(axis=0)
        for i in members:
            leaves &= after[i][None, :] > ranks[i][:, None]
        out[row] = ~leaves.any(axis=1)
    return out


@coalition_limited_move.checked_by
def holds(
    model: GraphModel,
    point: Point,
    *,
    horizon: int = 2,
    coalitions: Iterable[Iterable[str]] | None = None,
) -> Evidence:
    """Judge a state by the definition, with the sets of anticipated ends.

    Parameters
    ----------
    model
        The model.
    point
        Its ``label`` names the state.
    horizon
        Number of moves.
    coalitions
        Lists of decision makers; all coalitions if not given.

    Returns
    -------
    Evidence
        ``value`` is the number of moves that some coalition would make.
    """
    check(model, horizon)
    ends = Ends(model)
    return evidence_for(
        model,
        point,
        lambda members, s: ends.group_verdict(members, s, horizon),
        coalitions=coalitions,
        words=f"looking {horizon} moves ahead",
    )


@coalition_limited_move.explained_by
def explain(
    model: GraphModel, *, horizon: int = 2, coalitions: Iterable[Iterable[str]] | None = None
) -> str:
    """Say of every state which coalitions would leave it, and where that would end.

    Parameters
    ----------
    model
        The model.
    horizon
        Number of moves.
    coalitions
        Lists of decision makers; all coalitions if not given.

    Returns
    -------
    str
        Markdown.
    """
    check(model, horizon)
    ends = Ends(model)
    return tell(
        model,
        lambda members, s: ends.group_verdict(members, s, horizon),
        coalitions=coalitions,
        words=f"looking {horizon} moves ahead",
    )
