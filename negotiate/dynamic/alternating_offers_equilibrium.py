r"""Equilibrium of alternating offers: subgame perfect, stationary where there is no deadline.

Definition: no party gains by a one-shot deviation (offering other terms, accepting or rejecting
otherwise, walking out) after any history. Without a deadline, with room for agreement and where
nobody gains by being left, it is the only subgame perfect equilibrium: on a pie of size one, who
proposes first gets :math:`(1-\delta_2)/(1-\delta_1\delta_2)`.

Source: Rubinstein (1982), Econometrica 50:97-109, doi:10.2307/1912531.

>>> from fractions import Fraction
>>> from negotiate.dynamic.alternating_offers import alternating_offers
>>> d = Fraction(9, 10)
>>> game = alternating_offers(("a", "b"), discount=(d, d))
>>> print(alternating_offers_equilibrium(game)[0].payoffs["a"])
10/19
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from negotiate.declare import concept
from negotiate.dynamic.alternating_offers import AlternatingOffers, nash_limit
from negotiate.dynamic.arithmetic import offers as kernel
from negotiate.dynamic.arithmetic import offers_exact
from negotiate.errors import NoSolutionError, NotApplicableError
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import REGRET


@concept(
    "alternating_offers_equilibrium",
    title="Subgame perfect equilibrium of alternating offers",
    short="offers",
    games=("alternating_offers",),
    field="rational",
    axioms=("no profitable deviation",),
)
def alternating_offers_equilibrium(form: AlternatingOffers) -> Solution:
    """The equilibrium for the stated first proposer, and for the other one beside it.

    Games with draw axes are swept by `negotiate.dynamic.alternating_offers.evaluate_game`.
    """
    if not isinstance(form, AlternatingOffers):
        raise NotApplicableError(
            f"alternating_offers_equilibrium is not defined on {type(form).__name__}",
            allowed="the form alternating_offers",
        )
    offers = form.offers()
    if offers.zone.ndim:
        raise NotApplicableError(
            f"the game has draw axes {offers.zone.shape}",
            where="alternating_offers_equilibrium",
            remedy="use evaluate for metrics over draws",
        )
    agreed = bool((offers.outcome == kernel.AGREE).all())
    points, exact, notes = _deadline(form) if form.periods else _stationary(form, offers)
    evidence = tuple(holds(form, point) for point in points)
    return Solution(
        concept="alternating_offers_equilibrium",
        players=form.players,
        points=points,
        complete=form.periods is not None or bool(offers.zone > 0 and agreed),
        exact=exact,
        evidence=evidence,
        settings={"first": form.first, "periods": form.periods},
        notes=notes,
        form=form,
    )


def _named(form: AlternatingOffers, pair: Any) -> dict[str, Any]:
    return dict(zip(form.players, (_number(v) for v in pair), strict=True))


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, np.generic) else value


def _stationary(
    form: AlternatingOffers, offers: kernel.Offers
) -> tuple[tuple[Point, ...], bool, tuple[str, ...]]:
    agreed = bool((offers.outcome == kernel.AGREE).all()) and bool(offers.zone >= 0)
    exact = form.exact is not None and agreed
    values: Any = offers.payoffs
    reject: Any = offers.rejection
    if exact and form.exact is not None:
        numbers = {k: v for k, v in form.exact.items() if k not in {"left", "deadline_payoff"}}
        try:
            result = offers_exact.stationary(**numbers)
        except NoSolutionError:
            exact = False
        else:
            values, reject = result.payoffs, result.rejection
    limit = nash_limit(form)
    order = (form.first, *(p for p in form.players if p != form.first))
    points = []
    for proposer in order:
        i = form.players.index(proposer)
        kind = int(offers.outcome[i])
        if kind == kernel.UNSOLVED:
            continue
        marks = (
            kernel.OUTCOMES[kind],
            *(
                f"outside option of {p} binds"
                for m, p in enumerate(form.players)
                if offers.binds[m] > 0
            ),
        )
        points.append(
            Point(
                payoffs=_named(form, values[i]),
                label=f"{proposer} proposes first",
                strategies={
                    p: {"offers": _named(form, values[m]), "accepts at least": _number(reject[m])}
                    for m, p in enumerate(form.players)
                },
                marks=marks,
                facts={
                    "limit as periods shrink": _named(form, limit),
                    "room for agreement": float(offers.zone),
                },
            )
        )
    if agreed:
        notes: tuple[str, ...] = ("The only subgame perfect equilibrium: agreement at once.",)
    elif points:
        notes = (
            "No agreement at once gives both parties what they get by waiting, walking out or "
            "being left; what is shown is a stationary equilibrium, others are not excluded.",
        )
    else:
        notes = ("No stationary equilibrium in pure strategies was found.",)
    return tuple(points), exact, notes


def _deadline(form: AlternatingOffers) -> tuple[tuple[Point, ...], bool, tuple[str, ...]]:
    exact = form.exact is not None
    path: Any
    if form.exact is not None and form.periods is not None:
        numbers = {k: v for k, v in form.exact.items() if k != "left"}
        path = offers_exact.finite(
            periods=form.periods, first=form.players.index(form.first), **numbers
        )
        # A stated payoff of being left is not part of the exact path.
        default = tuple(o or 0 for o in form.exact["outside"])
        if tuple(form.exact["left"]) != default:
            exact, path = False, form.path()
    else:
        path = form.path()
    point = Point(
        payoffs=_named(form, path[0]),
        label=f"{form.first} proposes first, {form.periods} offers to the deadline",
        strategies={"path": tuple(_named(form, row) for row in path)},
        facts={"payoffs by period": tuple(_named(form, row) for row in path)},
    )
    return (point,), exact, ("Backward induction from the deadline.",)


@alternating_offers_equilibrium.checked_by
def holds(form: AlternatingOffers, point: Point) -> Evidence:
    """Best gain from a one-shot deviation, recomputed from the rules of the game.

    In fractions, and then exactly zero at an equilibrium, where the game and the point are exact.
    """
    rules = _rules(form, point)
    if "path" in point.strategies:
        gain, who = _regret_finite(form, point, rules)
    else:
        gain, who = _regret_stationary(form, point, rules)
    bad = gain > 0 if rules["exact"] else gain > REGRET
    return Evidence(
        holds=not bad,
        value=gain,
        what="best gain from a one-shot deviation, stakes",
        witness=who if bad else "",
    )


def _rules(form: AlternatingOffers, point: Point) -> dict[str, Any]:
    """The numbers of the game in the arithmetic of the point."""
    exact = form.exact is not None and all(isinstance(v, Fraction) for v in point.payoffs.values())
    if exact and form.exact is not None:
        rules = dict(form.exact)
        low = min(Fraction(0), *(v for row in rules["frontier"] for v in row)) - 1
        worst = low - sum(abs(v) for key in ("inside", "breakdown_payoff") for v in rules[key])
        # a party that cannot walk out: an option below everything else is never used
        rules["outside"] = tuple(worst * 1000 if v is None else v for v in rules["outside"])
        return {**rules, "exact": True, "slack": Fraction(0)}
    names = ("discount", "breakdown_payoff", "inside", "outside", "left", "deadline_payoff")
    rules = {name: tuple(float(v) for v in getattr(form, name)) for name in names}
    frontier = tuple((float(a), float(b)) for a, b in form.frontier)
    return {
        **rules,
        "breakdown": float(form.breakdown),
        "frontier": frontier,
        "exact": False,
        "slack": REGRET,
    }


def _stay(rules: Mapping[str, Any], party: int, later: Any) -> Any:
    """Worth of rejecting and staying when the party then gets ``later`` a period on."""
    p = rules["breakdown"]
    return p * rules["breakdown_payoff"][party] + (1 - p) * (
        rules["inside"][party] + rules["discount"][party] * later
    )


def _keep(rules: Mapping[str, Any], proposer: int, ask: Any) -> Any:
    """Most a proposer can keep when the responder must get ``ask``; None if nothing is enough."""
    corners = [(row[proposer], row[1 - proposer]) for row in rules["frontier"]]
    best = None
    for (x0, y0), (x1, y1) in pairwise(corners):
        for x, y in ((x0, y0), (x1, y1)):
            if y >= ask - rules["slack"] / 1000 and (best is None or x > best):
                best = x
        if min(y0, y1) <= ask <= max(y0, y1) and y0 != y1:
            x = x0 + (x1 - x0) * (ask - y0) / (y1 - y0)
            best = x if best is None else max(best, x)
    return best


def _top(*values: Any) -> Any:
    return max(v for v in values if v is not None)


def _regret_stationary(
    form: AlternatingOffers, point: Point, rules: Mapping[str, Any]
) -> tuple[Any, str]:
    names = form.players
    slack = rules["slack"]
    v = [[point.strategies[p]["offers"][q] for q in names] for p in names]
    found: list[tuple[Any, str]] = [(0 * v[0][0], "")]
    for i in (0, 1):
        j = 1 - i
        out, stay = rules["outside"][j], [_stay(rules, m, v[j][m]) for m in (0, 1)]
        ask = max(out, stay[j])
        found.append((ask - v[i][j], f"{names[j]} refuses what {names[i]} proposes"))
        refused = [rules["left"][i]] if out >= stay[j] - slack else []
        refused += [stay[i]] if out <= stay[j] + slack else []
        keep = _keep(rules, i, ask)
        found.append((_top(keep, min(refused)) - v[i][i], f"{names[i]} proposes otherwise"))
        # and what is claimed must be possible
        possible = _top(_keep(rules, i, v[i][j]), max(refused))
        found.append((v[i][i] - possible, f"payoffs when {names[i]} proposes are not feasible"))
    return max(found, key=lambda item: item[0])


def _regret_finite(
    form: AlternatingOffers, point: Point, rules: Mapping[str, Any]
) -> tuple[Any, str]:
    names = form.players
    path = [[row[q] for q in names] for row in point.strategies["path"]]
    first = names.index(form.first)
    found: list[tuple[Any, str]] = [(0 * path[0][0], "")]
    for t, paid in enumerate(path):
        i = (first + t) % 2
        j = 1 - i
        if t + 1 < len(path):
            stay = [_stay(rules, m, path[t + 1][m]) for m in (0, 1)]
        else:
            stay = list(rules["deadline_payoff"])
        out = rules["outside"][j]
        refused = rules["left"][i] if out > stay[j] else stay[i]
        best = _top(_keep(rules, i, max(out, stay[j])), refused)
        when = f"in period {t + 1}"
        found += [
            (best - paid[i], f"{names[i]} proposes otherwise {when}"),
            (max(out, stay[j]) - paid[j], f"{names[j]} refuses {when}"),
            (paid[i] - best, f"{names[i]} is promised too much {when}"),
        ]
    return max(found, key=lambda item: item[0])
