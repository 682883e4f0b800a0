"""A deal judged: acceptable, efficient, and what it says about bargaining weight.

For a deal x with utilities u and a disagreement point d:

- *margins* u_i - d_i: acceptable where none is negative;
- *loss*: the largest t with u + (t, t) in S, the least maximum loss to the frontier in stakes:
  what was left on the table;
- *bargaining weights* of party 1 that make the deal's nearest efficient point the weighted Nash
  solution: an interval at a vertex, one value on a smooth arc or inside a flat piece
  (Kalai 1977, IJGT 6:129-133, for weighted Nash solutions).

A baseline deal of the file (the midpoint of every issue) is judged beside it: a prediction that
does not come nearer to the signed terms than the midpoint has explained nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from negotiate.bargaining.arithmetic import judge as arithmetic
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.problem import problem as compile_bargaining
from negotiate.declare import Metric, Playable, assessment, compiles
from negotiate.errors import NotApplicableError

METRICS = (
    Metric(
        "margin.<party>",
        "stake",
        "worth of the deal less the payoff of no deal, stakes",
        words="margin of {party} in the deal",
        read=lambda deal, names: deal.of(deal.margins, names["party"]),
    ),
    Metric(
        "margin.least",
        "stake",
        "the smallest margin, stakes: the deal stands where it is above 0",
        words="smallest margin of the deal",
        read=lambda deal, names: deal.margins.min(axis=-1),
    ),
    Metric(
        "utility.<party>",
        "stake",
        "worth of the deal, stakes",
        words="worth of the deal to {party}",
        read=lambda deal, names: deal.of(deal.utility, names["party"]),
    ),
    Metric(
        "loss",
        "stake",
        "stakes both could have gained at once: what was left on the table",
        words="what the deal left on the table",
    ),
    Metric(
        "weight.low",
        "weight",
        "least bargaining weight of the first party that explains the deal",
        words="least bargaining weight that explains the deal",
        read=lambda deal, names: deal.weights[..., 0],
    ),
    Metric(
        "weight.high",
        "weight",
        "largest such weight",
        words="largest bargaining weight that explains the deal",
        read=lambda deal, names: deal.weights[..., 1],
    ),
    Metric(
        "stands",
        "yes or no",
        "1 where no party is below its disagreement payoff",
        read=lambda deal, names: np.asarray(deal.acceptable, dtype=float),
    ),
)


@assessment(
    "deal",
    title="A deal judged",
    short="deal",
    metrics=METRICS,
)
@dataclass(frozen=True, eq=False)
class JudgedDeal(Playable):
    """A deal against a bargaining problem, over draws.

    Attributes
    ----------
    problem
        The bargaining problem it is judged in.
    name
        Id of the deal.
    terms
        Issue to level.
    utility, disagreement
        ``(..., n)`` worth of the deal, and of no deal.
    """

    problem: BargainingProblem
    name: str
    terms: Mapping[str, Any]
    utility: np.ndarray[Any, Any]
    disagreement: np.ndarray[Any, Any]

    _view = "negotiate.bargaining.views.deal"

    @property
    def players(self) -> tuple[str, ...]:
        """The parties."""
        return self.problem.parties

    def of(self, array: np.ndarray[Any, Any], party: str) -> np.ndarray[Any, Any]:
        """The party's entry of ``(..., n)``."""
        return np.asarray(array[..., self.players.index(party)])

    @property
    def margins(self) -> np.ndarray[Any, Any]:
        """``(..., n)`` worth less disagreement payoff."""
        return np.asarray(self.utility - self.disagreement)

    @property
    def acceptable(self) -> Any:
        """Whether no party is below its disagreement payoff, by draw."""
        return (self.margins >= 0).all(axis=-1)

    @cached_property
    def _two(self) -> arithmetic.Judgement:
        moved = self.problem.floats().with_disagreement(self.disagreement.copy())
        return arithmetic.judge(moved.float_frontier, moved.disagreement, self.utility)

    @cached_property
    def loss(self) -> Any:
        """``(...)`` stakes left on the table: the largest t with u + (t, ..., t) in S."""
        if len(self.players) == 2:
            return self._two.loss.reshape(self.utility.shape[:-1])
        return np.asarray(self.problem.loss(dict(zip(self.players, self._by_party()))))

    def _by_party(self) -> np.ndarray[Any, Any]:
        return np.moveaxis(self.utility, -1, 0)

    @property
    def nearest(self) -> np.ndarray[Any, Any]:
        """``(..., n)`` the weakly efficient point above the deal."""
        if len(self.players) == 2:
            return self._two.nearest.T.reshape(self.utility.shape)
        return np.asarray(self.utility + self.loss[..., None])

    @property
    def weights(self) -> np.ndarray[Any, Any]:
        """``(..., 2)`` least and largest bargaining weight of party 1 for the nearest point.

        NaN where a party would not gain there, and for three or more parties.
        """
        shape = (*self.utility.shape[:-1], 2)
        if len(self.players) != 2:
            return np.full(shape, np.nan)
        return np.stack([self._two.weight_low, self._two.weight_high], axis=-1).reshape(shape)


def judged(
    problem: BargainingProblem, terms: Mapping[str, Any], *, name: str = "deal"
) -> JudgedDeal:
    """Judge ``terms`` in a bargaining problem.

    Parameters
    ----------
    problem
        The problem, of two or more parties, over draws or not.
    terms
        Issue to level, option, or shares of options; every issue.
    name
        What the deal is called.

    Returns
    -------
    JudgedDeal
        Margins at once; what it left on the table and the weights that explain it when asked.

    Examples
    --------
    >>> from negotiate.bargaining.problem import divide
    >>> deal = judged(divide(100, {"a": 20, "b": 10}), {"pie": "0.6"})
    >>> deal.margins.tolist(), deal.loss.item()
    ([40.0, 30.0], 0.0)
    """
    u, d = _worth(problem, terms)
    return JudgedDeal(problem, name, dict(terms), u, d)


def _worth(problem: BargainingProblem, terms: Mapping[str, Any]) -> tuple[Any, Any]:
    """Utilities of the terms and disagreement payoffs, ``(..., n)`` each."""
    worth = problem.floats().utilities(terms)
    u = np.stack(
        np.broadcast_arrays(*(np.asarray(worth[p], dtype=float) for p in problem.parties)), axis=-1
    )
    # terms may be drawn where S is not
    shape = (*np.broadcast_shapes(problem.shape, u.shape[:-1]), len(problem.parties))
    d = np.asarray(problem.disagreement, dtype=float)
    return np.broadcast_to(u, shape), np.broadcast_to(d, shape)


@compiles("deal", slots=("disagreement",))
def from_case(
    negotiation: Any,
    *,
    deal: str | None = None,
    levers_used: Sequence[str] | None = None,
    commitment: str = "stated",
) -> JudgedDeal:
    """A deal judged with the levers used: the one named, signed, or first on the table."""
    problem, terms = _problem(negotiation, deal, levers_used, commitment)
    return judged(problem, terms, name=deal or negotiation.judged_deal or "deal")


def _problem(
    negotiation: Any, deal: str | None, levers_used: Sequence[str] | None, commitment: str
) -> tuple[BargainingProblem, dict[str, Any]]:
    name = deal or negotiation.judged_deal
    if name is None:
        raise NotApplicableError(
            "the file has no deal to judge", where=negotiation.id,
            allowed="a deal signed, on the table or made up",
            remedy="add a [[deal]]; on the command line: --deal 'ISSUE=LEVEL, ...'",
        )  # fmt: skip
    problem = compile_bargaining(negotiation, levers_used=levers_used, commitment=commitment)
    return problem, negotiation.terms(name)


def exact(negotiation: Any, name: str) -> Any:
    """A margin of the judged deal in fractions: polynomial or rational in every quantity.

    Parameters
    ----------
    name
        ``margin.<party>``, ``margin.least`` or ``utility.<party>``.
    """
    deal = negotiation.judged_deal
    problem = compile_bargaining(negotiation)
    worth = problem.utilities(negotiation.terms(deal))
    kind, _, which = name.partition(".")
    margins = {p: worth[p] - d for p, d in zip(problem.parties, problem.disagreement)}
    if kind == "utility" and which in worth:
        return worth[which]
    if kind == "margin" and which in margins:
        return margins[which]
    if name == "margin.least":
        return min(margins.values())
    raise NotApplicableError(
        f"{name} has no exact form", where="deal", allowed="margins, utilities"
    )
