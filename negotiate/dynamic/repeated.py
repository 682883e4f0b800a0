r"""Repeated games: a stage game played for ever, everything seen, payoffs as averages.

The stage is a `StrategicGame`; player i discounts by :math:`\delta_i` and earns
:math:`(1-\delta_i)\sum_t \delta_i^t u_i(a^t)`. Minmax payoffs bound what anybody can be held to;
reversion to an equilibrium of the stage is the simplest credible punishment, and the payoffs of
all equilibria are found by `negotiate.dynamic.sustainable_payoffs`. For deals with clauses,
monitors and levers see `negotiate.dynamic.enforcement`.

`from_case` makes the stage of a signed deal: each side honours it or violates all of it, everything
is seen, no lever is used. Both honouring brings the deal's surplus per period, a violation what
there is to take (and takes it from the other), both violating is no deal, worth 0.

Sources: Friedman (1971), doi:10.2307/2296617; Fudenberg and Maskin (1986), Econometrica
54:533-554, doi:10.2307/1911307 (minmax and the folk theorem); Axelrod (1984), The Evolution of
Cooperation, pp. 207-208 (tit for tat).

>>> from negotiate.strategic.game import StrategicGame
>>> stage = StrategicGame.from_arrays([[[3, 0], [5, 1]], [[3, 5], [0, 1]]],
...     players=("a", "b"), strategies=[("keep", "break")] * 2)
>>> game = Repeated(stage, Fraction(2, 3))
>>> print(game.tit_for_tat()["a"], game.pure_minmax()["a"])
2/3 1
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np

from negotiate.case.negotiation import Negotiation
from negotiate.declare import Metric, Playable, compiles, game
from negotiate.dynamic import _deal_in_time as deal_in_time
from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.numbers import exact_lp
from negotiate.strategic.arithmetic import equilibria_exact
from negotiate.strategic.arithmetic.pure import pure_equilibria
from negotiate.strategic.game import StrategicGame

KIND = "repeated"
INFINITE = float("inf")
HONOUR, VIOLATE = "honour", "violate"

METRICS = (
    Metric(
        "reward.<party>",
        "stake per period",
        "worth of the deal kept by both per period, stakes (R)",
    ),
    Metric(
        "temptation.<party>",
        "stake per period",
        "worth of a period in which only the party violates, stakes (T)",
    ),
    Metric(
        "victim.<party>",
        "stake per period",
        "worth of a period in which only the other side violates, stakes (S)",
    ),
    Metric(
        "dilemma",
        "yes or no",
        "1 where T > R > 0 > S for both: a prisoners' dilemma, 0 where not",
    ),
    Metric(
        "critical_discount.<party>",
        "discount factor",
        "least discount factor with all seen and no deal for ever after",
    ),
    Metric(
        "critical_discount",
        "discount factor",
        "the larger of them",
    ),
    Metric(
        "patience.<party>",
        "difference of discount factors",
        "the party's discount factor minus its critical one; signed",
    ),
    Metric(
        "patience",
        "difference of discount factors",
        "the smaller of them; positive: the deal needs no lever and no monitor",
    ),
)
"""Names of metrics: the benchmark without levers, missed violations and false alarms."""


@game(
    "repeated",
    title="Repeated game",
    short="repeated",
    default=("nash_reversion",),
    metrics=METRICS,
)
@dataclass(frozen=True, eq=False)
class Repeated(Playable):
    """A repeated game with perfect monitoring.

    Attributes
    ----------
    stage
        The stage game; a single game (no draw axes).
    discount
        Discount factor per period: one number, or a mapping by player; above 0 and below 1.
    """

    stage: StrategicGame
    discount: Any

    _view = "negotiate.dynamic.views.repeated"

    def __post_init__(self) -> None:
        if self.stage.symbolic:
            raise InputError(
                "the stage game has symbols",
                where="repeated game",
                allowed="a game in numbers",
                remedy="give every quantity a value",
            )
        given = self.discount
        if not isinstance(given, Mapping):
            given = dict.fromkeys(self.players, given)
        if set(given) != set(self.players):
            raise InputError(
                f"discount factors for {', '.join(map(str, given))}",
                where="repeated game",
                allowed=f"exactly the players: {', '.join(self.players)}",
            )
        factors = {p: given[p] for p in self.players}
        for player, factor in factors.items():
            if not np.all((np.asarray(factor, float) > 0) & (np.asarray(factor, float) < 1)):
                raise InputError(
                    f"discount factor {factor} of {player}",
                    where="repeated game",
                    allowed="above 0 and below 1",
                    remedy="at 0 only the stage game counts: solve that; at 1 averages have no "
                    "limit to compare: read the critical discount factors",
                )
        object.__setattr__(self, "discount", MappingProxyType(factors))

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the players."""
        return self.stage.players

    def single(self) -> None:
        """Refuse draws where one game is meant.

        Raises
        ------
        NotApplicableError
            Where the stage or a discount factor has draw axes.
        """
        if self.stage.draws or any(np.ndim(d) for d in self.discount.values()):
            raise NotApplicableError(
                f"a game with draw axes {self.stage.draws}",
                where="repeated game",
                allowed="one game",
                remedy="read metrics over draws, or take one case",
            )

    def measure(self, name: str) -> Any:
        """A metric of a 2 x 2 stage by its full name, over draws; see `METRICS`.

        The first strategy of each player keeps the deal, the second breaks it; payoffs are counted
        from both breaking it.
        """
        known = self._measured
        if name not in known:
            raise UnknownNameError("metric", name, known, where=KIND)
        return known[name]

    @cached_property
    def _measured(self) -> dict[str, Any]:
        if self.stage.shape != (2, 2):
            raise NotApplicableError(
                f"metrics of a stage of shape {self.stage.shape}", where=KIND, allowed="2 x 2"
            )
        tables = [np.asarray(self.stage.table(p), dtype=float) for p in self.players]
        tables[1] = tables[1].swapaxes(-1, -2)  # own strategy first
        none = {p: t[..., 1, 1] for p, t in zip(self.players, tables, strict=True)}
        R, T, S = (
            {p: t[..., i, j] - none[p] for p, t in zip(self.players, tables, strict=True)}
            for i, j in ((0, 0), (1, 0), (0, 1))
        )
        worst = _worst_equilibrium(self.players, R, T, S)
        known: dict[str, Any] = {}
        true = np.asarray(True)
        for party in self.players:
            r, t, s, held = R[party], T[party], S[party], worst[party]
            gain = t - r
            with np.errstate(divide="ignore", invalid="ignore"):
                tempted = np.where(held < r, gain / (t - held), INFINITE)
                better = np.isfinite(held) & (held > r)
                factor = np.where((gain <= 0) & ~better, 0.0, tempted)
            factor = np.where(np.isnan(gain), np.nan, factor)
            known[f"reward.{party}"], known[f"temptation.{party}"] = r, t
            known[f"victim.{party}"] = s
            known[f"critical_discount.{party}"] = factor
            known[f"patience.{party}"] = np.asarray(self.discount[party], float) - factor
            true = true & (t > r) & (r > 0) & (s < 0)
        known["dilemma"] = true.astype(float)
        known["critical_discount"] = np.maximum(
            *(known[f"critical_discount.{p}"] for p in self.players)
        )
        known["patience"] = np.minimum(*(known[f"patience.{p}"] for p in self.players))
        return known

    @property
    def exact(self) -> bool:
        """Whether payoffs and discount factors are rational."""
        return self.stage.exact and all(
            isinstance(d, (int, Fraction)) for d in self.discount.values()
        )

    def pure_minmax(self) -> dict[str, Any]:
        """Least payoff to which pure strategies of the others can hold each player."""
        n, out = len(self.players), {}
        for i, player in enumerate(self.players):
            best = self.stage.table(player).max(axis=i - n)
            out[player] = best.min()
        return out

    def mixed_minmax(self) -> dict[str, Any]:
        """Minmax payoff in mixed strategies, in exact arithmetic; two players.

        By von Neumann's theorem it is the value of the zero-sum game in the player's own payoffs.
        """
        if len(self.players) != 2:
            raise NotApplicableError(
                f"mixed minmax of {len(self.players)} players",
                allowed="two players (with more, mixing opponents make it no linear programme)",
                remedy="use pure_minmax",
            )
        exact = self.stage.fractions()
        return {
            player: zero_sum_value(exact.table(player) if i == 0 else exact.table(player).T)
            for i, player in enumerate(self.players)
        }

    def stage_equilibria(self) -> list[dict[str, Any]]:
        """Payoffs of the stage's Nash equilibria: all extreme ones of two players, else pure."""
        exact = self.stage.fractions()
        if len(self.players) == 2:
            found = equilibria_exact.extreme_equilibria(*(exact.table(p) for p in self.players))
            return [dict(zip(self.players, pair, strict=True)) for pair in found.payoffs]
        mask = pure_equilibria(exact.payoffs, players=len(self.players))
        return [
            {p: exact.table(p)[tuple(index)] for p in self.players} for index in np.argwhere(mask)
        ]

    def profiles(self) -> list[dict[str, str]]:
        """All pure profiles of the stage."""
        sets = [self.stage.strategies[p] for p in self.players]
        return [dict(zip(self.players, cell, strict=True)) for cell in product(*sets)]

    def deviation(self, profile: Mapping[str, str]) -> dict[str, Any]:
        """Payoff of each player from its best reply to ``profile``."""
        paid, gain = self.stage.payoff(profile), self.stage.regrets(profile)
        return {p: paid[p] + gain[p] for p in self.players}

    def reversion_factor(self, profile: Mapping[str, str]) -> dict[str, Any]:
        """Critical discount factor per player under reversion to its worst stage equilibrium.

        (best deviation - payoff) / (best deviation - equilibrium payoff): from here on the profile
        is kept. 0 without temptation; infinity where the equilibrium is better than the profile,
        or as good under temptation (a patient player then deviates to be "punished").
        """
        punish = self.stage_equilibria()
        paid, best = self.stage.payoff(profile), self.deviation(profile)
        out: dict[str, Any] = {}
        for player in self.players:
            worst = min((e[player] for e in punish), default=None)
            gain = best[player] - paid[player]
            if len(self.stage.strategies[player]) == 1:
                out[player] = 0 * gain
            elif worst is not None and worst > paid[player]:
                out[player] = INFINITE
            elif gain <= 0:
                out[player] = 0 * gain
            elif worst is None or worst == paid[player]:
                out[player] = INFINITE
            else:
                out[player] = gain / (best[player] - worst)
        return out

    def tit_for_tat(self) -> dict[str, Any]:
        """Critical discount factor of tit for tat in a 2 x 2 dilemma, per player.

        max[(T-R)/(T-P), (T-R)/(R-S)]: neither defecting for ever nor alternating pays against it
        (Axelrod 1984, p. 208). The first strategy of each player is the one that keeps the deal.
        A Nash equilibrium, in general not a subgame perfect one.
        """
        if self.stage.shape != (2, 2):
            raise NotApplicableError(
                f"tit for tat in a game of shape {self.stage.shape}", allowed="2 x 2"
            )
        out: dict[str, Any] = {}
        for i, player in enumerate(self.players):
            table = self.stage.table(player) if i == 0 else self.stage.table(player).T
            (R, S), (T, P) = table
            if not T > R > P > S:
                raise NotApplicableError(
                    f"payoffs of {player}: T={T}, R={R}, P={P}, S={S}",
                    where="tit for tat",
                    allowed="T > R > P > S, first strategy the one that keeps the deal",
                )
            out[player] = max((T - R) / (T - P), (T - R) / (R - S))
        return out


def at_common_discount(game: Repeated) -> Repeated:
    """The same game with the lowest of the discount factors for all: the cautious reading.

    `negotiate.dynamic.sustainable_payoffs` is defined for a common factor only.
    """
    return Repeated(game.stage, min(game.discount.values()))


@compiles("repeated")
def from_case(negotiation: Negotiation, *, deal: str | None = None) -> Repeated:
    """The signed deal of a case as a repeated 2 x 2 game in which everything is seen.

    Reads what `negotiate.dynamic._deal_in_time` reads; levers and monitors do not enter.

    Parameters
    ----------
    negotiation
        The case, over draws too.
    deal
        A deal of the file; by default ``[model.repeated] deal``, else the one signed.

    Returns
    -------
    Repeated
    """
    numbers = deal_in_time.read(negotiation, KIND, deal=deal, commitment="stated")
    first, second = numbers.parties
    R, T, S = _stage(numbers)
    cells = [R[first], S[first], T[first], 0 * R[first]]
    cells += [R[second], T[second], S[second], 0 * R[second]]
    table: Any = [[cells[0:2], cells[2:4]], [cells[4:6], cells[6:8]]]
    if any(np.ndim(cell) for cell in cells):
        columns = np.broadcast_arrays(*(np.asarray(cell, float) for cell in cells))
        whole = np.stack(columns, -1).reshape(*columns[0].shape, 2, 2, 2)
        table = {p: whole[..., k, :, :] for k, p in enumerate(numbers.parties)}
    stage = StrategicGame.from_arrays(
        table,
        players=numbers.parties,
        strategies=[(HONOUR, VIOLATE)] * 2
        if not isinstance(table, dict)
        else dict.fromkeys(numbers.parties, (HONOUR, VIOLATE)),
        title="A period of the deal",
    )
    return Repeated(stage, dict(numbers.discount))


def _stage(numbers: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """R, T and S by party; both violating is worth 0."""
    reward = {p: numbers.flow(p) for p in numbers.parties}
    tempt = {p: reward[p] + numbers.gain(p) for p in numbers.parties}
    victim = {p: reward[p] - numbers.harm[numbers.other(p)] for p in numbers.parties}
    return reward, tempt, victim


def _worst_equilibrium(
    parties: tuple[str, ...], R: dict[str, Any], T: dict[str, Any], S: dict[str, Any]
) -> dict[str, Any]:
    """Payoff of each party in its worst equilibrium of the stage, over draws; P = 0.

    The four cells and the mix that makes both indifferent are all that a 2 x 2 game has, ties
    apart.
    """
    first, second = parties
    out = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        # the chance of honouring that makes the other indifferent: q R + (1 - q) S = q T
        even = {p: S[p] / (T[p] - R[p] + S[p]) for p in parties}
    inner = [(e > 0) & (e < 1) for e in even.values()]
    both = inner[0] & inner[1]
    for i, j in ((first, second), (second, first)):
        cells = [
            ((T[i] <= R[i]) & (T[j] <= R[j]), R[i]),
            ((S[i] <= 0) & (S[j] <= 0), 0 * R[i]),
            ((S[i] >= 0) & (T[j] >= R[j]), S[i]),
            ((S[j] >= 0) & (T[i] >= R[i]), T[i]),
            (both, even[i] * T[i]),
        ]
        worst: Any = np.asarray(INFINITE)
        for holds, paid in cells:
            worst = np.minimum(worst, np.where(holds, paid, INFINITE))
        out[i] = worst
    return out


def zero_sum_value(table: Any) -> Fraction:
    """Value of a zero-sum game to the row player, exactly.

    >>> zero_sum_value([[1, -1], [-1, 1]])
    Fraction(0, 1)
    """
    rows = [[Fraction(v) for v in row] for row in table]
    low = min(min(row) for row in rows) - 1  # shifted: every payoff positive, so the value is
    # column player: minimise v, sum y = 1, A y <= v; scaled z = y / v: maximise sum z, A z <= 1
    best = exact_lp.maximise(
        [1] * len(rows[0]), at_most=[([v - low for v in row], 1) for row in rows]
    )
    assert best is not None
    return 1 / best.value + low
