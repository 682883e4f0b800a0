r"""Limited-move stability: looking h moves ahead, the mover would stay.

With h moves left and i to move at s, i compares staying with each move q, which leaves the others
h - 1 moves at q. The anticipated end :math:`G_h(i, s)` is found backwards from :math:`G_0(i, s) =
s`: i makes a move that leads to the best end for i, provided that this is better for i than s, and
stays otherwise. State s is :math:`L_h` stable for i if :math:`G_h(i, s) = s`. For h = 1 this is
Nash stability.

Kilgour 1985 and Kilgour, Hipel and Fang 1987, Automatica 23:41-55; Fang, Hipel and Kilgour 1993,
ch. 3; for 2x2 games Zagare 1984. Two things are left open there and are settled here by caution:
where two moves are equally good, and, with three decision makers or more, in which order the
others answer. Both make the anticipated end a *set*, and whoever chooses reckons with the worst end
in it for himself. (Other readings for three and more exist; for two with strict preferences all
agree.)

In chicken two moves ahead the daring driver wins; three moves ahead mutual swerving is stable:

>>> from negotiate.graphmodel.build import payoff_model
>>> chicken = payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]])
>>> [[p.label for p in limited_move(chicken, horizon=h).points] for h in (1, 2, 3)]
[['r1c2', 'r2c1'], [], ['r1c1']]
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from negotiate.declare import concept
from negotiate.errors import InputError, NotApplicableError
from negotiate.graphmodel._definition import Answer, Verdict, sequences
from negotiate.graphmodel._engine import BLOCK, Table, evidence_by, solution
from negotiate.graphmodel._metrics import STABILITY
from negotiate.graphmodel._narration import narrate
from negotiate.graphmodel.arithmetic.stability import limited_move_step
from negotiate.graphmodel.model import GraphModel
from negotiate.solution import Evidence, Point, Solution

MAX_HORIZON = 1000
"""Moves ahead."""

CAUTION = "among equally good moves, and where the order of those who answer is open, everybody \
reckons with the worst"


@concept(
    "limited_move",
    title="Limited-move stability",
    short="limited move",
    games=("graph",),
    field="rational",
    cites=(
        "KilgourHipelFang1987",
        "FangHipelKilgour1993",
    ),
    metrics=STABILITY,
)
def limited_move(model: GraphModel, *, horizon: int = 2) -> Solution:
    """States that are stable for everybody who looks ``horizon`` moves ahead.

    Parameters
    ----------
    model
        With rankings throughout.
    horizon
        Number of moves, 1 or more.

    Returns
    -------
    Solution
        One point for each equilibrium.

    Raises
    ------
    NotApplicableError
        Where a preference is no ranking.
    InputError
        If the horizon is not in range.

    Examples
    --------
    >>> from negotiate.graphmodel.build import payoff_model
    >>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
    >>> [point.label for point in limited_move(dilemma, horizon=4).points]
    ['r1c1', 'r2c2']
    """
    check(model, horizon)
    return solution(
        model,
        Table(model.players, _stays(model, horizon)),
        concept="limited_move",
        settings={"horizon": horizon},
        judge=lambda point: holds(model, point, horizon=horizon),
        notes=(CAUTION,),
    )


def _stays(model: GraphModel, horizon: int) -> np.ndarray:
    """Where everybody stays, looking ``horizon`` moves ahead; draws in blocks of bounded size."""
    values, slack = model.ranks()[None], 0.0
    if model.draws and model.utilities is not None:
        values, slack = model.utilities.reshape(-1, *model.utilities.shape[-2:]), model.slack
    most = max(1, max((len(arcs) for arcs in model.moves), default=1))
    step = max(1, BLOCK // most)
    out = np.ones(values.shape, dtype=bool)
    for low in range(0, len(values), step):
        part, before = values[low : low + step], None
        for _ in range(horizon):
            before, out[low : low + step] = limited_move_step(
                part, model.moves, before, slack=slack
            )
    return out.reshape(*model.draws, *values.shape[-2:])


@limited_move.checked_by
def holds(model: GraphModel, point: Point, *, horizon: int = 2) -> Evidence:
    """Judge a state by the definition, with the sets of anticipated ends.

    Parameters
    ----------
    model
        The model.
    point
        Its ``label`` names the state.
    horizon
        Number of moves.

    Returns
    -------
    Evidence
        ``value`` is the number of moves that somebody would make.
    """
    check(model, horizon)
    ends = Ends(model)
    return evidence_by(
        model,
        point.label,
        lambda i, s: ends.verdict(i, s, horizon),
        f"looking {horizon} moves ahead",
    )


@limited_move.explained_by
def explain(model: GraphModel, *, horizon: int = 2) -> str:
    """Say of every state why it is or is not stable, decision maker by decision maker.

    Parameters
    ----------
    model
        The model.
    horizon
        Number of moves.

    Returns
    -------
    str
        Markdown.
    """
    check(model, horizon)
    ends = Ends(model)
    return narrate(
        model, lambda i, s: ends.verdict(i, s, horizon), f"looking {horizon} moves ahead"
    )


def check(model: GraphModel, horizon: int) -> None:
    """Refuse relations and horizons out of range."""
    if not model.is_ranked:
        raise NotApplicableError(
            "a preference that is no ranking",
            where="limited_move",
            remedy="backward induction needs a best move; give rankings",
        )
    if not 1 <= horizon <= MAX_HORIZON:
        raise InputError(f"horizon {horizon}", where="limited_move", allowed=f"1 to {MAX_HORIZON}")


class Ends:
    """Sets of anticipated ends, by the definition, each found once."""

    def __init__(self, model: GraphModel) -> None:
        self.model = model
        self.known: dict[tuple[int, int, int], frozenset[int]] = {}

    def of(self, player: int, s: int, left: int) -> frozenset[int]:
        """Ends that must be reckoned with when a player is to move at s."""
        for h in range(left):  # shallow ones first, so that recursion stays one deep
            self._of(player, s, h)
        return self._of(player, s, left)

    def _of(self, player: int, s: int, left: int) -> frozenset[int]:
        if left == 0:
            return frozenset([s])
        key = (player, s, left)
        if key not in self.known:
            worth = self.model.preferences[player].rank
            assert worth is not None
            ends = {q: self.after(player, q, left - 1) for q in self._moves(player, s)}
            best = max((min(worth[e] for e in end) for end in ends.values()), default=worth[s])
            self.known[key] = (
                frozenset([s])
                if best <= worth[s]
                else frozenset().union(
                    *(end for end in ends.values() if min(worth[e] for e in end) == best)
                )
            )
        return self.known[key]

    def after(self, player: int, q: int, left: int) -> frozenset[int]:
        """Ends once a player has moved to q: anybody else may be next."""
        others = [j for j in range(len(self.model.players)) if j != player]
        if not others:
            return frozenset([q])
        return frozenset().union(*(self._of(j, q, left) for j in others))

    def _moves(self, player: int, s: int) -> Sequence[int]:
        return self.model.moves[player].of(s).tolist()  # type: ignore[no-any-return]

    def verdict(self, player: int, s: int, horizon: int) -> Verdict:
        """The moves that lead somewhere better at first sight, and where each would end."""
        return self.group_verdict((player,), s, horizon)

    def group_verdict(self, members: tuple[int, ...], s: int, horizon: int) -> Verdict:
        """As `verdict`, for members who move together once; then the others, each for itself.

        A move is met if, of the ends that must be reckoned with, the worst for some member is no
        better for it than staying.
        """
        everybody = range(len(self.model.players))
        worth = {i: self.model.preferences[i].rank for i in members}
        others = [j for j in everybody if j not in members]
        answers = []
        for q, _ in sequences(self.model, members, s, improving=False):
            ends = frozenset([q])
            if others:
                ends = frozenset().union(*(self.of(j, q, horizon - 1) for j in others))
            met: tuple[tuple[int, int], ...] = ()
            liked = True
            for i in members:
                mine = worth[i]
                assert mine is not None
                liked = liked and bool(mine[q] > mine[s])
                worst = min(ends, key=lambda e, mine=mine: (mine[e], e))  # type: ignore[misc]
                if not met and mine[worst] <= mine[s]:
                    met = ((others[0] if others else i, worst),)
            if liked or not met:
                answers.append(Answer(q, met))
        return Verdict(all(answer.sanction for answer in answers), tuple(answers))
