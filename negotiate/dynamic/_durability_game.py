"""The stochastic game behind a deal's durability, and its most lasting equilibrium, draw by draw.

States, moves and payoffs are those of `negotiate.dynamic.durability`'s docstring.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.dynamic import _deal_in_time as deal_in_time
from negotiate.dynamic._durability_chain import KIND, Array, Durability, chance_of
from negotiate.dynamic.arithmetic import markov, stochastic_draws
from negotiate.dynamic.arithmetic import stochastic as kernel
from negotiate.dynamic.stochastic import StochasticGame, build
from negotiate.errors import NoSolutionError

HONOUR, VIOLATE = "honour", "violate"
RETALIATE, PASS = "retaliate", "let pass"
ASKED = {
    "detection": "quantity.detection",
    "spoiler_rate": "quantity.spoiler_rate",
    "calming": "quantity.calming",
    "escalation": "quantity.escalation",
}


def violation(party: str) -> str:
    """Label of the state in which a violation by ``party`` stands."""
    return f"violation by {party}"


def game(
    negotiation: Negotiation, *, deal: str | None = None, commitment: str | None = None
) -> StochasticGame:
    """The stochastic game of the module's docstring, compiled from a case.

    Reads, besides what `negotiate.dynamic._deal_in_time` reads, ``quantity.spoiler_rate``,
    ``calming`` and ``escalation`` per period, ``retaliation`` (that a false alarm is answered on
    the spot, by default 1), ``tripwire_holds`` (by default 0) and ``audience_cost_<party>``.

    Parameters
    ----------
    deal
        A deal of the file; by default the one signed.
    commitment
        How sure punishments are to be used once a side retaliates: ``full``, ``stated``
        (default) or ``derived``.
    """
    case.require(negotiation, KIND, ASKED)
    trust = case.commitment(negotiation, KIND, commitment)
    deal_numbers = deal_in_time.read(negotiation, KIND, deal=deal, commitment=trust)
    parties = deal_numbers.parties

    def chance(name: str, default: Any = case.MISSING) -> Any:
        return chance_of(
            case.number(negotiation, KIND, name, f"quantity.{name}", default=default), name
        )

    answered = chance("retaliation", 1)
    holds = chance("tripwire_holds", 0)
    calm = chance("calming")
    seen = chance_of(deal_numbers.detection, "detection")
    noise = chance_of(deal_numbers.false_alarm, "false_alarm")
    broken = chance("spoiler_rate") * (1 - holds)
    lost = 1 - (1 - chance("escalation") * (1 - holds)) * (1 - broken)
    flow = {p: deal_numbers.flow(p) for p in parties}
    gain = {p: deal_numbers.gain(p) for p in parties}
    shame = {p: case.audience_cost(negotiation, KIND, p) for p in parties}
    standing = {violation(p): p for p in parties}

    def outcome(state: str, action: Mapping[str, str]) -> tuple[dict[str, Any], Any]:
        if state == "war":
            return {}, "war"
        if state == "retaliation":
            back = (1 - lost) * calm
            return {}, {"peace": back, "war": lost, "retaliation": (1 - lost) * (1 - calm)}
        if state in standing:
            violator = standing[state]
            victim = deal_numbers.other(violator)
            if action[victim] == RETALIATE:
                paid = {victim: -deal_numbers.cost[victim], violator: -deal_numbers.loss[violator]}
                return paid, {"retaliation": 1 - broken, "war": broken}
            paid = {
                violator: flow[violator] + gain[violator],
                victim: flow[victim] - deal_numbers.harm[violator] - calm * shame[victim],
            }
            return paid, {
                "peace": (1 - broken) * calm, state: (1 - broken) * (1 - calm), "war": broken
            }  # fmt: skip
        bad = {p: action[p] == VIOLATE for p in parties}
        paid = {p: flow[p] + (gain[p] if bad[p] else 0) for p in parties}
        for party in parties:
            if bad[party]:
                other = deal_numbers.other(party)
                paid[other] = paid[other] - deal_numbers.harm[party]
        return paid, _after_peace(parties, bad, seen, noise, answered, broken)

    sets = {"peace": {p: [HONOUR, VIOLATE] for p in parties}}
    sets |= {violation(p): {deal_numbers.other(p): [RETALIATE, PASS]} for p in parties}
    return build(
        parties,
        states=["peace", *standing, "retaliation", "war"],
        actions=sets,
        outcome=outcome,
        discount=deal_numbers.discount,
        start="peace",
        title="Whether the deal holds",
    )


def _after_peace(
    parties: tuple[str, str],
    bad: Mapping[str, bool],
    seen: Any,
    noise: Any,
    answered: Any,
    broken: Any,
) -> dict[str, Any]:
    """Where a month of peace leads: two violations established, or two alarms, count as one."""
    first, second = (seen if bad[p] else 0 for p in parties)
    quiet = (1 - first) * (1 - second)
    alarms = [0 if bad[p] else noise for p in parties]
    alarm = 1 - (1 - alarms[0]) * (1 - alarms[1])
    fight = quiet * alarm * answered
    half = Fraction(1, 2) if isinstance(seen, (int, Fraction)) else 0.5
    going = 1 - broken
    return {
        violation(parties[0]): going * (first * (1 - second) + half * first * second),
        violation(parties[1]): going * (second * (1 - first) + half * first * second),
        "retaliation": going * fight,
        "peace": going * (quiet - fight),
        "war": broken,
    }  # fmt: skip


def lasting_play(form: StochasticGame) -> Durability:
    """The chain under the most lasting Markov perfect equilibrium, draw by draw.

    Of all equilibria in pure plans the one with the longest expected time; where a draw has none,
    an equilibrium in mixed plans, the first found with the fewest choices mixed. A draw in which
    neither is found has NaN; a single game then raises `NoSolutionError`.
    """
    reward, move, discount = form.arrays
    plans, margins = kernel.margins_over_draws(reward, move, form.rules, discount)
    good = margins >= -tolerance.TIE
    count = np.asarray(good.sum(-1))
    war = [form.states.index("war")]
    start = form.states.index(form.start)
    _, steps = kernel.chain(reward, move, plans)
    times = markov.expected_time(steps, war)[..., start]
    chosen = np.where(good, times, -np.inf).argmax(-1)
    joint = plans[chosen]
    own = np.stack([form.rules.own[s][:, joint[..., s]] for s in range(len(form.states))])
    own = np.moveaxis(own, (0, 1), (-2, -1))  # (..., S, N)
    mixed = (own[..., None] == np.arange(form.rules.counts.max())).astype(float)
    solved = count > 0
    if not solved.all():
        size = int(np.prod(form.draws))
        flat = [
            np.broadcast_to(a, (*form.draws, *a.shape[a.ndim - k :])).reshape(size, *a.shape[-k:])
            for a, k in ((reward, 3), (move, 3), (discount, 1))
        ]
        rows = np.flatnonzero(~solved.reshape(-1))
        found, done = stochastic_draws.mixed_over_draws(flat[0][rows], flat[1][rows], form.rules,
                                              flat[2][rows])  # fmt: skip
        flat_mixed, flat_solved = mixed.reshape(size, *mixed.shape[-3:]), solved.reshape(-1).copy()
        flat_mixed[rows[done]], flat_solved[rows[done]] = found[done], True
        mixed, solved = flat_mixed.reshape(mixed.shape), flat_solved.reshape(solved.shape)
    if not form.draws and not solved:
        raise NoSolutionError(
            "no Markov perfect equilibrium was found",
            where="durability",
            remedy="solve the game with markov_perfect: it follows a path to one",
        )
    return _chain_of(form, mixed, count, solved)


def _chain_of(form: StochasticGame, mixed: Array, count: Array, solved: Array) -> Durability:
    """The chain of a plan (..., S, N, A), with what each side does and its margins."""
    reward, move, discount = form.arrays
    lack = np.where(solved, 0.0, np.nan)
    _, each = kernel.action_values(reward, move, form.rules, mixed, discount)
    play: dict[str, Any] = {"equilibria": count, "mixed": (count == 0) + lack}
    start = form.states.index(form.start)
    for i, party in enumerate(form.players):
        other = next(p for p in form.players if p != party)
        there = form.states.index(violation(other))
        for name, share, state in (
            ("honour_margin", "honours", start), ("retaliation_margin", "retaliates", there)
        ):  # fmt: skip
            play[f"{share}.{party}"] = mixed[..., state, i, 0] + lack
            play[f"{name}.{party}"] = each[..., state, i, 0] - each[..., state, i, 1] + lack
    pure = ((mixed == 0) | (mixed == 1)).all()
    if form.exact and pure:
        step = form.chain(
            {
                p: {
                    state: form.actions[state][p][int(mixed[s, i].argmax())]
                    for s, state in enumerate(form.states)
                }
                for i, p in enumerate(form.players)
            }
        )
    else:
        step = (move * kernel.spread(form.rules, mixed)[..., None]).sum(-2)
        step[~solved] = np.eye(len(form.states))
    return Durability(form.states, step, game=form, play=play)
