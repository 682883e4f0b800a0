"""The threat game: which levers would each side use if talks failed, given that they then bargain?

Each principal picks a set of its levers (Nash 1953, Econometrica 21:128-140). The pair of sets
fixes the disagreement point d(A1, A2); the parties then reach the (weighted) Nash bargaining
solution. Two games are meant by this, and both are named:

``realised``
    The cells of the game hold the bargaining payoffs from d(A1, A2); mixing mixes payoffs.
``committed_mixture``
    Nash's own: a mixture is committed to, mixing mixes d, and they bargain from phi(p' D q).

They agree on a straight frontier and wherever the equilibrium is in pure strategies; with levers
whose effects on d add up it always is, as long as every cell leaves a bargaining zone (proved in
`negotiate.threats.arithmetic`). A cell without a zone pays d and is marked.

Under ``full`` commitment a threatened lever is certain to be carried out, under ``stated`` the
file's credibility counts.

Owen's transferable-utility example (Game Theory, 3rd ed., ch. VII): a pie of 4 shared after a
2 x 2 game of threats; the difference game has value -2, so the payoffs are (1, 3).

>>> from negotiate.bargaining.problem import divide
>>> game = from_points(divide(4, {"a": 0, "b": 0}), [[[1, 3], [-3, 0]], [[2, 1], [0, 2]]])
>>> [float(u) for u in game.committed()["utility"]]
[1.0, 3.0]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.bargaining._solving import in_units, unconstrained
from negotiate.bargaining.arithmetic import exact as bargaining_exact
from negotiate.bargaining.arithmetic import two_party
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.problem import problem as compile_bargaining
from negotiate.bargaining.values import stacked
from negotiate.case.slots import disagreement as slot
from negotiate.case.slots.expected import entering
from negotiate.declare import Metric, Playable, compiles
from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.numbers.fractions import exact as exact_number
from negotiate.strategic.game import StrategicGame
from negotiate.threats import arithmetic as threats

MAX_LEVERS = 10
"""Most levers of one side: 2^10 sets of levers each, a million cells."""


METRICS = (
    Metric(
        "zone",
        "stake",
        "room for agreement under the least harmful profile, stakes; negative: some pair of "
        "threats leaves no bargaining zone",
        words="room for agreement under the mildest threats",
        read=lambda game, names: game.saddle.zone.reshape(game.shape),
    ),
)
"""Metrics of the game itself; those of its solution are in `negotiate.threats.rational`."""


@declare.game(
    "threats",
    title="Threat game",
    short="threats",
    default=("rational_threats",),
    metrics=METRICS,
)
@dataclass(frozen=True, eq=False)
class ThreatGame(Playable):
    """A threat game on a two-party bargaining problem.

    Attributes
    ----------
    problem
        The bargaining problem; its own disagreement point is that with no lever used.
    levers
        For each party the labels of its levers, or () where the game is given by points.
    strategies
        For each party the labels of its threats.
    given
        ``(m, n, 2)`` disagreement point of each pair of threats where there are no levers.
    effects
        ``(L, ..., 2)`` what each lever adds to d, party 1's levers first; None for points.
    weights
        Bargaining weights ``(..., 2)``.
    commitment
        ``full`` or ``stated``.
    """

    problem: BargainingProblem
    levers: tuple[tuple[str, ...], tuple[str, ...]]
    strategies: tuple[tuple[str, ...], tuple[str, ...]]
    given: np.ndarray[Any, Any] | None
    effects: np.ndarray[Any, Any] | None
    weights: np.ndarray[Any, Any]
    commitment: str = "stated"

    _view = "negotiate.threats.view"

    @property
    def players(self) -> tuple[str, ...]:
        """The two parties."""
        return self.problem.parties

    @property
    def is_exact(self) -> bool:
        """Whether cells are fractions: a polygonal problem with exact numbers."""
        return self.problem.is_exact and self.points.dtype == object

    def lever_sets(self, party: int) -> tuple[tuple[str, ...], ...]:
        """The sets of levers of a party, in the order of its strategies."""
        names = self.levers[party]
        return tuple(
            tuple(name for bit, name in enumerate(names) if number >> bit & 1)
            for number in range(2 ** len(names))
        )

    # ---- cells -----------------------------------------------------------------------------

    @cached_property
    def cells(self) -> dict[str, np.ndarray[Any, Any]]:
        """Bargaining payoffs of every cell.

        ``payoffs`` ``(..., 2, m, n)``, fractions where exact; ``zone`` ``(..., m, n)`` whether
        there is a bargaining zone; where there is none the payoffs are d.
        """
        if self.is_exact:
            return self._exact_cells()
        frontier = self.problem.float_frontier
        payoffs, _, zone = threats.cells(frontier, self.points.astype(float), self._float_weights)
        m, n = self.points.shape[:2]
        shape = self.problem.shape
        return {"payoffs": payoffs.reshape(*shape, 2, m, n), "zone": zone.reshape(*shape, m, n)}

    def _exact_cells(self) -> dict[str, np.ndarray[Any, Any]]:
        vertices = self.problem.exact_frontier.vertices
        m, n = self.points.shape[:2]
        payoffs = np.empty((2, m, n), dtype=object)
        zone = np.empty((m, n), dtype=bool)
        for i in range(m):
            for j in range(n):
                d = tuple(self.points[i, j])
                zone[i, j] = bargaining_exact.zone(vertices, d) >= 0
                if zone[i, j]:
                    payoffs[:, i, j] = bargaining_exact.nash(vertices, d, tuple(self.weights))[:2]
                else:
                    payoffs[:, i, j] = d
        return {"payoffs": payoffs, "zone": zone}

    @property
    def _float_weights(self) -> np.ndarray[Any, Any]:
        # they sum to two: an advantage is counted in stakes where both weigh one
        weights = np.asarray(self.weights, dtype=float)
        return np.asarray(2 * weights / weights.sum(axis=-1, keepdims=True))

    def realised(self) -> StrategicGame:
        """The realised threat game: each cell pays what bargaining from its d gives."""
        return StrategicGame(
            players=self.players,
            strategies=dict(zip(self.players, self.strategies)),
            payoffs=self.cells["payoffs"],
            title=f"Threat game ({self.commitment} commitment)",
        )

    # ---- the solution ----------------------------------------------------------------------

    @cached_property
    def saddle(self) -> threats.Saddle:
        """Optimal threats over all draws, lever by lever, with no cell enumerated."""
        if self.effects is None:
            raise NotApplicableError(
                "this threat game is given by points, not by levers",
                where="threats",
                remedy="use realised() or committed()",
            )
        first = len(self.levers[0])
        holders = np.array([0] * first + [1] * len(self.levers[1]), dtype=np.intp)
        near, units = in_units(self.problem.floats(), common=True)
        unit = np.ones(2) if units is None else units
        found = threats.lever_saddle(
            near.float_frontier,
            self._base / unit,
            self.effects.astype(float) / unit,
            holders=holders,
            weights=self._float_weights,
        )
        if units is None:
            return found
        rows = two_party.flatten(near.float_frontier, unit)
        size = rows[0]
        return found._replace(
            d=found.d * rows,
            u=found.u * rows,
            deal=found.deal._replace(u=found.deal.u * rows),
            advantage=found.advantage * size,
            zone=found.zone * size,
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the draws; () for one game."""
        return self.problem.shape

    @property
    def _base(self) -> np.ndarray[Any, Any]:
        return self.problem.disagreement.astype(float)

    @cached_property
    def points(self) -> np.ndarray[Any, Any]:
        """``(m, n, ..., 2)`` disagreement point of each pair of threats, draws in the middle."""
        if self.given is not None:
            return self.given
        assert self.effects is not None
        holders = np.array([0] * len(self.levers[0]) + [1] * len(self.levers[1]), dtype=np.intp)
        base = self.problem.disagreement
        if self.effects.dtype != object:
            base = np.broadcast_to(base.astype(float), (*self.effects.shape[1:-1], 2))
        return threats.profile_points(base, self.effects, holders)

    def committed(self) -> dict[str, Any]:
        """Nash's own game for one problem: mixtures, d, utilities and supporting lambda."""
        if self.problem.shape:
            raise NotApplicableError(
                "a mixture over draws", where="committed", allowed="one problem"
            )
        lam, p, q, d, u = threats.committed_mixture(
            self.problem.floats().float_frontier, self.points.astype(float), self._float_weights
        )
        return {"lambda": lam, "mixtures": (p, q), "disagreement": d, "utility": u}


def label(levers: Sequence[str]) -> str:
    """Label of a set of levers: ``none``, or names joined by `` + ``."""
    return " + ".join(levers) if levers else "none"


def from_points(
    problem: BargainingProblem,
    points: Any = None,
    *,
    rows: Any = None,
    columns: Any = None,
    strategies: Any = None,
    weights: Any = None,
) -> ThreatGame:
    """Threat game with arbitrary disagreement points, by pair of threats.

    Parameters
    ----------
    problem
        The two-party bargaining problem; only its frontier counts.
    points
        ``(m, n, 2)`` a table of cells: ``points[i][j]`` is (payoff of the first party, payoff of
        the second) if talks fail after threat i of the first and j of the second.
    rows, columns
        Instead, one ``(m, n)`` table a party, as a strategic game is written.
    strategies
        Labels of either party's threats.
    weights
        Bargaining weights of the two; the problem's own if left out.

    Returns
    -------
    ThreatGame

    Raises
    ------
    InputError
        Both forms or neither, or tables that are not full.

    Examples
    --------
    >>> from negotiate.bargaining.problem import divide
    >>> pie = divide(6, {"a": 0, "b": 0})
    >>> game = from_points(pie, rows=[[3, 5], [0, 1]], columns=[[2, 1], [0, 4]])
    >>> game.committed()["utility"].round(9).tolist()
    [3.5, 2.5]
    """
    if (points is None) == (rows is None) or (rows is None) != (columns is None):
        raise InputError(
            "a threat game is given by cells, or by one table a party",
            where="threats",
            allowed="points=, or rows= and columns=",
        )
    if rows is not None:
        shapes = [np.shape(np.array(table, dtype=object)) for table in (rows, columns)]
        if shapes[0] != shapes[1] or len(shapes[0]) != 2:
            raise InputError(
                f"tables of shapes {shapes[0]} and {shapes[1]}",
                where="threats",
                allowed="two tables (m, n)",
            )
        points = [list(zip(*pair)) for pair in zip(rows, columns)]
    array = np.array(
        [[[exact_number(x) for x in cell] for cell in row] for row in points], dtype=object
    )
    if array.ndim != 3 or array.shape[2] != 2 or len(problem.parties) != 2:
        raise InputError(f"points of shape {array.shape}", where="threats", allowed="(m, n, 2)")
    m, n = array.shape[:2]
    names = strategies or (
        tuple(f"t{i + 1}" for i in range(m)),
        tuple(f"t{j + 1}" for j in range(n)),
    )
    if weights is not None:
        problem = replace(problem, bargaining_weights=stacked([exact_number(w) for w in weights]))
    return ThreatGame(problem, ((), ()), names, array, None, problem.bargaining_weights)


@compiles("threats", slots=("disagreement",))
def game(
    negotiation: Any, *, commitment: str = "stated", levers: Sequence[str] | None = None
) -> ThreatGame:
    """Threat game of a negotiation's two principals over the levers that enter ``disagreement``.

    Parameters
    ----------
    commitment
        ``full`` or ``stated``.
    levers
        Levers in the game; by default all on the table that a principal holds. Those of third
        parties are part of the background, in every cell alike.
    """
    parties = tuple(negotiation.principals)
    if len(parties) != 2:
        raise NotApplicableError(
            f"{len(parties)} principals", where="threats", allowed="two",
            remedy="mark the others role = \"third\"",
        )  # fmt: skip
    if negotiation.case.constraint:
        unconstrained(compile_bargaining(negotiation, levers_used=()))
    names = entering(negotiation, "disagreement") if levers is None else tuple(levers)
    held = (_held(negotiation, names, parties[0]), _held(negotiation, names, parties[1]))
    for party, own in zip(parties, held):
        if len(own) > MAX_LEVERS:
            raise TooLargeError(
                f"{len(own)} levers of {party}: {2 ** len(own):,} sets",
                where="threats",
                allowed=f"at most {MAX_LEVERS} levers a side",
            )  # fmt: skip
    problem = compile_bargaining(
        negotiation, levers_used=background(negotiation), commitment=commitment
    )
    order = (*held[0], *held[1])
    effects = _stack(
        [
            [slot.effect(negotiation, name, party, commitment=commitment) for party in parties]
            for name in order
        ],
        problem,
    )
    game = ThreatGame(
        problem, held, ((), ()), None, effects, problem.bargaining_weights, commitment
    )
    first, second = (tuple(label(chosen) for chosen in game.lever_sets(i)) for i in (0, 1))
    return replace(game, strategies=(first, second))


def background(negotiation: Any) -> tuple[str, ...]:
    """Levers that no principal holds: they lower no deal for whatever the principals choose."""
    return tuple(
        name
        for name in entering(negotiation, "disagreement")
        if negotiation.levers[name].holder not in negotiation.principals
    )


def _held(negotiation: Any, names: Sequence[str], party: str) -> tuple[str, ...]:
    return tuple(name for name in names if negotiation.levers[name].holder == party)


def _stack(rows: list[list[Any]], problem: BargainingProblem) -> np.ndarray[Any, Any]:
    """Rows of pairs as ``(L, ..., 2)``: fractions where all are exact, else floats over draws."""
    flat = [item for row in rows for item in row]
    if problem.disagreement.dtype == object and all(isinstance(x, (int, Fraction)) for x in flat):
        out = np.empty((len(rows), 2), dtype=object)
        for index, row in enumerate(rows):
            out[index] = [Fraction(item) for item in row]
        return out
    shape = np.broadcast_shapes(problem.shape, *(np.shape(item) for item in flat))
    array = np.empty((len(rows), *shape, 2))
    for index, row in enumerate(rows):
        for side, item in enumerate(row):
            array[index, ..., side] = np.asarray(item, dtype=float)
    return array
