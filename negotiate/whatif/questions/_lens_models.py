"""The models behind the lenses of `negotiate.whatif.questions.lenses`: one view of a case each.

A view holds the same few things whatever the model: predicted terms, a margin below which there is
no deal, payoffs. With a case over draws they are arrays with the draws in front.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from negotiate.bargaining.nash import nash
from negotiate.bargaining.problem import problem
from negotiate.case.negotiation import Negotiation
from negotiate.case.slots import disagreement
from negotiate.case.slots.table import outside_option
from negotiate.coalitions.core import core
from negotiate.coalitions.multilateral import from_case as multilateral
from negotiate.coalitions.secure import Dispute
from negotiate.coalitions.secure import from_case as coalitional
from negotiate.coalitions.shapley import shapley
from negotiate.crisis.crisis_bargaining import crisis_bargaining, hidden_cost
from negotiate.errors import NegotiateError, NotApplicableError
from negotiate.graphmodel.case import DEAL, graph
from negotiate.graphmodel.sequential_stability import sequential_stability
from negotiate.spatial.case import spatial
from negotiate.spatial.compromise import compromise
from negotiate.threats.game import game as threat_game
from negotiate.threats.rational import rational
from negotiate.whatif import metric as metrics

Terms = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class View:
    """What one lens sees: arrays with the draws in front, or one number each.

    Attributes
    ----------
    terms
        Issue to level, or option to share; empty where the lens predicts none.
    margin
        Below zero: no deal. None where the lens has no such thing.
    payoffs
        Party to payoff in ``unit``; may be empty.
    chance
        Chance of no deal inside the model, where the margin allows one.
    note
        What has to be known to read it.
    """

    terms: Terms = field(default_factory=dict)
    margin: Any = None
    payoffs: Mapping[str, Any] = field(default_factory=dict)
    chance: Any = None
    note: str = ""


@dataclass(frozen=True)
class Lens:
    """A model as a way of looking at a dispute.

    Attributes
    ----------
    name
        Its short name.
    asks
        The question it answers.
    assumes
        Dimension to what the lens takes for granted in it.
    reads
        Slots through which levers enter it.
    unit
        Unit of margin and payoffs.
    look
        From a case (one problem in floats, or draws) and a deal to what it sees.
    least
        Principals below which it sees what another lens sees, and is not shown unless named.
    slow
        Whether three and more principals cost it a convex programme for every draw.
    """

    name: str
    asks: str
    assumes: Mapping[str, str]
    reads: tuple[str, ...]
    unit: str
    look: Callable[[Negotiation, str], View] = field(repr=False)
    least: int = 2
    slow: bool = False


# ---- the lenses ----------------------------------------------------------------------------------


def _threats(case: Negotiation, deal: str) -> View:
    """Nash's threats, chosen; then the Nash bargaining solution."""
    _two(case, "threats", "what smaller groups secure against the rest: the lens 'smaller groups'")
    form = threat_game(case)
    found = rational(form)
    if not found.points:
        return View(margin=-np.inf, note="; ".join(found.notes))
    point = found[0]
    d = point.facts.get("disagreement", {})
    gains = [np.asarray(point.payoffs[p], float) - np.asarray(d[p], float) for p in d]
    margin = np.minimum.reduce(gains) if gains else None
    lost = _undefined(point.terms)
    if margin is not None and lost is not None:
        margin = np.where(lost, -np.inf, margin)
    return View(levels_of(point.terms), margin, _floats(point.payoffs))


def _outside(case: Negotiation, deal: str) -> View:
    """Nash bargaining over what each has elsewhere: no lever is used."""
    lost = outside_option(case)
    d = {p: disagreement.base(case, p) - lost[p] for p in case.principals}
    form = problem(case, levers_used=(), disagreement=d)
    return _bargained(form)


def _groups(case: Negotiation, deal: str) -> View:
    """Nash bargaining of all from what the smaller groups among them can secure."""
    if len(case.principals) < 3:
        raise NotApplicableError(
            f"{len(case.principals)} principals",
            where="smaller groups",
            allowed="three and more",
            remedy="with two there is no group between one and all: the lens 'threats'",
        )
    return _bargained(multilateral(case).problem)


def _bargained(form: Any) -> View:
    found = nash(form)
    many = bool(form.shape) and len(form.parties) > 2
    if not found.points:
        margin = np.full(form.shape, -np.inf) if many else np.asarray(form.zone(), float)
        return View(margin=margin, note="; ".join(found.notes))
    if many:  # the sign is what draws are read for, and a programme for each has been solved
        gains = [np.asarray(x, float) for x in found[0].facts["gains"].values()]
        margin = np.minimum.reduce(gains)
    else:
        margin = np.asarray(form.zone(), float)
    return View(levels_of(found[0].terms), margin, _floats(found[0].payoffs))


def _two(case: Negotiation, where: str, remedy: str) -> None:
    """Refuse a lens that knows two sides, with the nearest thing there is for more."""
    if len(case.principals) != 2:
        raise NotApplicableError(
            f"{len(case.principals)} principals", where=where, allowed="two", remedy=remedy
        )


def _patience(case: Negotiation, deal: str) -> View:
    """Offers and counter-offers; the first offer is taken."""
    _two(case, "patience", "offers of several parties under a rule of voting: baron_ferejohn")
    wanted = [f"alternating_offers.utility.{p}" for p in case.principals]
    read = metrics.evaluate(case, [*wanted, "alternating_offers.zone"])
    payoffs = {p: np.asarray(read[k], float) for p, k in zip(case.principals, wanted)}
    frontier = problem(case)
    if case.draws is not None:
        d = np.broadcast_to(np.asarray(frontier.disagreement, float), (case.draws, 2)).copy()
        frontier = frontier.with_disagreement(d)
    first = payoffs[frontier.parties[0]]
    margin = np.asarray(read["alternating_offers.zone"], float)
    if np.ndim(first) == 0 and not np.isfinite(first):
        return View(margin=margin, payoffs=payoffs, note="no agreement")
    safe = np.where(np.isfinite(first), first, 0.0)
    terms = levels_of(frontier.floats().terms_at(safe))
    if np.ndim(first):
        terms = {k: _blank(v, ~np.isfinite(first)) for k, v in terms.items()}
    return View(terms, margin, payoffs)


def _crisis(case: Negotiation, deal: str) -> View:
    """War as a costly lottery over the prize; the middle of the range, and the risk of war."""
    _two(case, "crisis bargaining", "name two sides as principals, the others role = 'third'")
    form = crisis_bargaining(case)
    a, b = form.players
    share = np.asarray(form.nash, float)
    margin = np.asarray(form.width, float)
    try:
        risk = np.asarray(hidden_cost(case).pr_war, float)
        note = ""
    except NegotiateError as error:
        risk, note = None, f"no chance of war: {error}"
    terms = _of_prize(case, a, share)
    return View(terms, margin, {a: share, b: 1 - share}, risk, note)


def _of_prize(case: Negotiation, party: str, share: Any) -> dict[str, Any]:
    """Level of the issue that is the prize at which a party has its share; by bisection."""
    demand = dict(case.setting("prize", "demand") or {})
    if len(demand) != 1 or case.has(f"quantity.prize_{party}"):
        return {}
    ((issue, asked),) = demand.items()
    if not case.issues[issue].is_interval:
        return {}
    branch = str(case.setting("prize", "otherwise", next(iter(case.branches), "")))
    there = (
        case.floats().value(f"branch.{branch}.terms.{issue}")
        if case.draws is None
        else (case.value(f"branch.{branch}.terms.{issue}"))
    )
    one, other = np.asarray(asked, float), np.asarray(there, float)

    def worth(level: Any) -> Any:
        return np.asarray(case.worth(party, issue, level), float)

    low, high = (
        np.where(worth(one) <= worth(other), one, other),
        np.where(worth(one) <= worth(other), other, one),
    )
    target = worth(low) + share * (worth(high) - worth(low))
    near, far = low * np.ones_like(target), high * np.ones_like(target)
    for _ in range(60):
        middle = (near + far) / 2
        less = worth(middle) <= target
        near, far = np.where(less, middle, near), np.where(less, far, middle)
    return {issue: np.where(np.isfinite(target), (near + far) / 2, np.nan)}


def _enforcement(case: Negotiation, deal: str) -> View:
    """The deal as a repeated game: does each side lose by breaking it?"""
    found = metrics.evaluate(case, ["enforcement.margin"])
    judged = f"judges '{case.signed_deal}'" if case.signed_deal else ""
    return View(margin=np.asarray(found["enforcement.margin"], float), note=judged)


def _graph(case: Negotiation, deal: str) -> View:
    """Moves and counter-moves: is the deal sequentially stable for both?"""
    found = sequential_stability(graph(case, deal=deal))
    table: Any = getattr(found, "table")  # noqa: B009  # of a Stability
    s = found.form.state(DEAL)
    if table.margins is None:
        raise NotApplicableError("preferences without numbers", where="graph model")
    margin = np.asarray(table.margins[..., s], float).min(axis=-1)
    return View(margin=margin, note=f"judges '{deal}'")


def _coalitions(case: Negotiation, deal: str) -> View:
    """All parties together, side payments at par: the best terms, and a division of them."""
    dispute = Dispute(case)
    everybody = 2 ** len(dispute.players) - 1
    form = coalitional(case)
    found = shapley(form)[0]
    least = next(m for m in core.metrics if m.name == "least_epsilon")
    assert least.read is not None
    margin = -np.asarray(least.read(core(form), {}), float)
    return View(levels_of(dispute.best(everybody)[0]), margin, _floats(found.payoffs))


def _spatial(case: Negotiation, deal: str) -> View:
    """The mean of what the parties want, weighted by capability and salience."""
    found = compromise(spatial(case))
    return View(levels_of(found[0].terms), note="has no such thing as no deal")


def levels_of(terms: Terms) -> dict[str, Any]:
    """Levels as floats; an option as its shares."""
    out: dict[str, Any] = {}
    for issue, term in terms.items():
        if isinstance(term, Mapping):
            out[issue] = {str(k): np.asarray(v, float) for k, v in term.items()}
        elif isinstance(term, str):
            out[issue] = {term: np.asarray(1.0)}
        else:
            array = np.asarray(term)
            if array.dtype.kind in "UO" and array.size and isinstance(array.flat[0], str):
                labels = np.unique(array.astype(str))
                out[issue] = {str(k): (array == k).astype(float) for k in labels}
            else:
                out[issue] = array.astype(float)
    return out


def _floats(payoffs: Mapping[str, Any]) -> dict[str, Any]:
    return {p: np.asarray(x, float) for p, x in payoffs.items()}


def _blank(term: Any, where: Any) -> Any:
    if isinstance(term, Mapping):
        return {k: np.where(where, np.nan, v) for k, v in term.items()}
    return np.where(where, np.nan, term)


def _undefined(terms: Terms) -> Any:
    for term in levels_of(terms).values():
        first = next(iter(term.values())) if isinstance(term, Mapping) else term
        return np.isnan(first)
    return None


COST, TIME, TABLE, RULE, KNOWN = (
    "what failing costs",
    "how time passes",
    "who takes part",
    "what decides",
    "what is known",
)
LENSES = (
    Lens("threats", "which levers are threatened, and what deal do they lead to?",
         {COST: "the levers chosen as threats, at their credibility", TIME: "once",
          TABLE: "principals", RULE: "the Nash product", KNOWN: "everything"},
         ("disagreement",), "stake", _threats),
    Lens("outside options", "what deal would they make if nobody could hurt anybody?",
         {COST: "what each has elsewhere, no lever used against it", TIME: "once",
          TABLE: "principals", RULE: "the Nash product", KNOWN: "everything"},
         ("outside_option",), "stake", _outside, slow=True),
    Lens("smaller groups", "what deal do all make if some of them could do without the others?",
         {COST: "what smaller groups secure against the rest", TIME: "once",
          TABLE: "principals", RULE: "the Nash product", KNOWN: "everything"},
         ("disagreement",), "stake", _groups, least=3, slow=True),
    Lens("patience", "what deal do offers and counter-offers lead to?",
         {COST: "every lever on the table, at its credibility", TIME: "offers, period by period",
          TABLE: "principals", RULE: "the first offer that is not worth refusing",
          KNOWN: "everything"},
         ("disagreement", "inside_flow", "outside_option"), "stake", _patience),
    Lens("crisis bargaining", "what division of the prize is better than war, and is there war?",
         {COST: "a war", TIME: "once", TABLE: "principals", RULE: "the middle of the range",
          KNOWN: "the other side's cost of war is its secret"},
         ("win_probability", "war_cost"), "share of the prize", _crisis),
    Lens("enforcement", "does it pay each side to keep the deal?",
         {COST: "punishment after a violation", TIME: "without end, period by period",
          TABLE: "principals", RULE: "no gain from one violation", KNOWN: "everything"},
         ("punishment", "monitoring"), "stake per period", _enforcement),
    Lens("graph model", "does anybody move away from the deal, given what follows?",
         {COST: "levers in use, for certain", TIME: "moves and counter-moves",
          TABLE: "principals", RULE: "sequential stability", KNOWN: "everything"},
         ("disagreement",), "stake", _graph),
    Lens("coalitions", "what can each group of parties secure, and can all be held together?",
         {COST: "what a group can secure by itself", TIME: "once", TABLE: "all parties",
          RULE: "the largest sum, with side payments", KNOWN: "everything"},
         ("disagreement",), "stake", _coalitions),
    Lens("spatial forecast", "where does the weight of what parties want lie?",
         {COST: "nothing", TIME: "once", TABLE: "those with a capability",
          RULE: "the mean weighted by capability and salience", KNOWN: "everything"},
         (), "level", _spatial),
)  # fmt: skip
"""The lenses, in the order in which they are shown."""
