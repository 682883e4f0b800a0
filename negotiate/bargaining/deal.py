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
from typing import Any

import numpy as np

from negotiate.bargaining.arithmetic import judge as bargaining_judge
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.problem import problem as compile_bargaining
from negotiate.declare import Metric, Playable, assessment, compiles
from negotiate.errors import NotApplicableError

KIND = "deal"


METRICS = (
    Metric(
        "margin.<party>",
        "stake",
        "worth of the signed deal less the payoff of no deal, stakes",
        words="margin of {party} in the signed deal",
    ),
    Metric(
        "margin.least",
        "stake",
        "the smaller of the two margins, stakes: the deal stands where it is above 0",
        words="smaller margin of the signed deal",
    ),
    Metric(
        "utility.<party>",
        "stake",
        "worth of the signed deal, stakes",
        words="worth of the signed deal to {party}",
    ),
    Metric(
        "loss",
        "stake",
        "stakes both could have gained at once: what was left on the table",
        words="what the signed deal left on the table",
    ),
    Metric(
        "weight.low",
        "weight",
        "least bargaining weight of the first party that explains the deal",
        words="least bargaining weight that explains the signed deal",
    ),
    Metric(
        "weight.high",
        "weight",
        "largest such weight",
        words="largest bargaining weight that explains the signed deal",
    ),
    Metric(
        "stands",
        "yes or no",
        "1 where no party is below its disagreement payoff",
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
    """A deal against a bargaining problem of two parties, over draws.

    Attributes
    ----------
    problem
        The bargaining problem it is judged in.
    name
        Id of the deal.
    terms
        Issue to level.
    utility, margins
        ``(..., 2)`` worth of the deal; worth less disagreement payoff.
    loss
        ``(...)`` stakes left on the table.
    nearest
        ``(..., 2)`` the efficient point above the deal.
    weights
        ``(..., 2)`` least and largest bargaining weight of party 1 for that point; NaN where a
        party would not gain there.
    """

    problem: BargainingProblem
    name: str
    terms: Mapping[str, Any]
    utility: np.ndarray[Any, Any]
    margins: np.ndarray[Any, Any]
    loss: np.ndarray[Any, Any]
    nearest: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any]

    _view = "negotiate.bargaining.views.deal"

    @property
    def players(self) -> tuple[str, ...]:
        """The two parties."""
        return self.problem.parties

    @property
    def acceptable(self) -> Any:
        """Whether no party is below its disagreement payoff, by draw."""
        return (self.margins >= 0).all(axis=-1)


def judge(
    problem: BargainingProblem, terms: Mapping[str, Any], *, name: str = "deal"
) -> JudgedDeal:
    """Judge ``terms`` in a two-party ``problem``.

    Raises
    ------
    NotApplicableError
        The problem does not have two parties.
    """
    if len(problem.parties) != 2:
        raise NotApplicableError(f"{len(problem.parties)} parties", where="deal", allowed="two")
    u, d = _worth(problem, terms)
    shape = u.shape[:-1]
    floats = problem.floats().with_disagreement(d)
    found = bargaining_judge.judge(floats.float_frontier, floats.disagreement, u)
    return JudgedDeal(
        problem=problem,
        name=name,
        terms=dict(terms),
        utility=u,
        margins=found.margins.T.reshape(*shape, 2),
        loss=found.loss.reshape(shape),
        nearest=found.nearest.T.reshape(*shape, 2),
        weights=np.stack([found.weight_low, found.weight_high], axis=-1).reshape(*shape, 2),
    )


def _worth(problem: BargainingProblem, terms: Mapping[str, Any]) -> tuple[Any, Any]:
    """Utilities of the terms and disagreement payoffs, ``(..., 2)`` each."""
    floats = problem.floats()
    worth = floats.utilities(terms)
    u = np.stack(
        np.broadcast_arrays(*(np.asarray(worth[p], dtype=float) for p in problem.parties)), axis=-1
    )
    # terms may be drawn where S is not
    shape = np.broadcast_shapes(problem.shape, u.shape[:-1])
    return np.broadcast_to(u, (*shape, 2)), np.broadcast_to(floats.disagreement, (*shape, 2)).copy()


@compiles("deal")
def from_case(
    negotiation: Any,
    *,
    deal: str | None = None,
    levers_used: Sequence[str] | None = None,
    commitment: str = "stated",
) -> JudgedDeal:
    """The signed deal (or another deal of the file) judged with the levers used."""
    problem, terms = _problem(negotiation, deal, levers_used, commitment)
    return judge(problem, terms, name=deal or negotiation.signed_deal or "deal")


def _problem(
    negotiation: Any, deal: str | None, levers_used: Sequence[str] | None, commitment: str
) -> tuple[BargainingProblem, dict[str, Any]]:
    name = deal or negotiation.signed_deal
    if name is None:
        raise NotApplicableError(
            "the file has no signed deal", where=negotiation.id, remedy="add [[deal]] signed = true"
        )
    problem = compile_bargaining(negotiation, levers_used=levers_used, commitment=commitment)
    return problem, negotiation.terms(name)


def evaluate(
    negotiation: Any, names: Sequence[str] = (), *, levers_used: Sequence[str] | None = None
) -> dict[str, np.ndarray[Any, Any]]:
    """Metrics of the signed deal over the negotiation's draws; names as in `METRICS`."""
    out: dict[str, np.ndarray[Any, Any]] = {}
    if names and not {name.split(".")[0] for name in names} & {"loss", "weight"}:
        # how far the deal is from the frontier was not asked: no frontier is made
        problem, terms = _problem(negotiation, None, levers_used, "stated")
        u, d = _worth(problem, terms)
        margins, players = u - d, problem.parties
    else:
        found = from_case(negotiation, levers_used=levers_used)
        u, margins, players = found.utility, found.margins, found.players
        out |= {"loss": found.loss}
        out |= {"weight.low": found.weights[..., 0], "weight.high": found.weights[..., 1]}
    out["margin.least"] = margins.min(axis=-1)
    out["stands"] = np.asarray((margins >= 0).all(axis=-1), dtype=float)
    for side, party in enumerate(players):
        out[f"margin.{party}"] = margins[..., side]
        out[f"utility.{party}"] = u[..., side]
    return {name: out[name] for name in names} if names else out


def exact(negotiation: Any, name: str) -> Any:
    """A margin of the signed deal in fractions: polynomial or rational in every quantity.

    Parameters
    ----------
    name
        ``margin.<party>``, ``margin.least`` or ``utility.<party>``.
    """
    deal = negotiation.signed_deal
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
