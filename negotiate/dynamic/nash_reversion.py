r"""Nash reversion: profiles sustained by the threat to play a stage equilibrium for ever.

Definition: play the profile a; after a deviation of player i, play i's worst Nash equilibrium e of
the stage for ever. It is subgame perfect if and only if no player gains by one deviation,
:math:`(1 - \delta_i) \hat u_i(a) + \delta_i u_i(e) \le u_i(a)` with :math:`\hat u_i(a)` the best
of its other strategies. Where e is worse for i than a, that is patience enough,
:math:`\delta_i \ge (\hat u_i(a) - u_i(a)) / (\hat u_i(a) - u_i(e))`; where e is better for i
than a, a patient player deviates in order to be "punished". One point per sustained pure profile.

Source: Friedman (1971), Review of Economic Studies 38:1-12, doi:10.2307/2296617.

>>> from fractions import Fraction
>>> from negotiate.dynamic.repeated import Repeated
>>> from negotiate.strategic.game import StrategicGame
>>> stage = StrategicGame.from_arrays([[[3, 0], [5, 1]], [[3, 5], [0, 1]]],
...     players=("a", "b"), strategies=[("keep", "break")] * 2)
>>> [point.label for point in nash_reversion(Repeated(stage, Fraction(1, 2)))]
['keep, keep', 'break, break']
"""

from __future__ import annotations

from typing import Any

from negotiate.declare import concept
from negotiate.dynamic.repeated import Repeated
from negotiate.errors import NotApplicableError, TooLargeError
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY

MAX_PROFILES = 10_000


@concept(
    "nash_reversion",
    title="Nash reversion",
    short="Nash reversion",
    games=("repeated",),
    field="rational",
    axioms=("no profitable deviation",),
)
def nash_reversion(form: Repeated) -> Solution:
    """All pure profiles sustained at the stated discount factors, each with its margins."""
    if not isinstance(form, Repeated):
        raise NotApplicableError(
            f"nash_reversion is not defined on {type(form).__name__}", allowed="the form repeated"
        )
    form.single()
    profiles = form.profiles()
    if len(profiles) > MAX_PROFILES:
        raise TooLargeError(
            f"{len(profiles):,} profiles", where="nash_reversion", allowed=f"{MAX_PROFILES:,}"
        )
    punish = form.stage_equilibria()
    points = []
    for profile in profiles:
        margin = margins(form, profile, punish)
        if all(value >= (0 if form.exact else -UTILITY) for value in margin.values()):
            point = Point(
                payoffs=form.stage.payoff(profile),
                strategies=profile,
                label=", ".join(profile.values()),
                facts={
                    "critical discount factor": form.reversion_factor(profile),
                    "margin": margin,
                },
            )
            points.append(point)
    notes = [] if punish else ["The stage has no pure equilibrium to revert to."]
    if len(form.players) > 2:
        notes.append("With more than two players only pure stage equilibria serve as punishment.")
    return Solution(
        concept="nash_reversion",
        players=form.players,
        points=tuple(points),
        complete=len(form.players) == 2,
        exact=form.exact,
        evidence=tuple(holds(form, point) for point in points),
        settings={"discount": dict(form.discount)},
        notes=tuple(notes),
        form=form,
    )


def margins(form: Repeated, profile: Any, punish: list[dict[str, Any]]) -> dict[str, Any]:
    """Average worth of keeping the profile minus that of the best single deviation, per player.

    Infinite for a player with one strategy, which cannot deviate.
    """
    paid = form.stage.payoff(profile)
    out = {}
    for player in form.players:
        d, own = form.discount[player], form.stage.strategies[player]
        others = [
            form.stage.payoff({**profile, player: strategy})[player]
            for strategy in own
            if strategy != profile[player]
        ]
        worst = min((e[player] for e in punish), default=paid[player])
        out[player] = paid[player] - (1 - d) * max(others) - d * worst if others else float("inf")
    return out


@nash_reversion.checked_by
def holds(form: Repeated, point: Point) -> Evidence:
    """Gain of the best one-shot deviation followed by reversion, each strategy tried."""
    punish = form.stage_equilibria()
    profile = dict(point.strategies)
    paid = form.stage.payoff(profile)
    best: Any = None
    who = ""
    for player in form.players:
        d = form.discount[player]
        worst = min((e[player] for e in punish), default=paid[player])
        for strategy in form.stage.strategies[player]:
            if strategy == profile[player]:
                continue
            now = form.stage.payoff({**profile, player: strategy})[player]
            gain = (1 - d) * now + d * worst - paid[player]
            # staying at a stage equilibrium for ever needs no threat
            if best is None or gain > best:
                best, who = gain, f"{player} plays {strategy}"
    value = 0 if best is None else max(best, 0 * best)
    good = value <= (0 if form.exact else UTILITY)
    return Evidence(
        holds=bool(good),
        value=value,
        what="gain of the best one-shot deviation, average payoff",
        witness="" if good else who,
    )
