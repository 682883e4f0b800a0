r"""Bargaining among n parties with coalitions in the disagreement: hyperplane games.

What a coalition can do is not always a sum to be shared at par. In a hyperplane game it can reach
every utility vector with

.. math:: \sum_{i \in S} \lambda^S_i x_i \le v(S), \qquad \lambda^S > 0,

so each coalition has its own rates of exchange (Maschler and Owen 1989, International Journal of
Game Theory 18:389-407). For one player :math:`x_i = v(i)/\lambda_i`. Two solutions, each the
Shapley value where all rates are one and Nash's solution where only all together can do anything
(sub-coalitions worth what their members have alone):

``consistent``
    The consistent Shapley value: marginal contributions averaged over all orders, each measured by
    what is left to the last comer when the others are paid the value of the smaller game. By
    induction on S, for i in S, s = |S|,

    .. math:: x_i(S) = \frac{1}{s\,\lambda^S_i}\Bigl[ v(S) - \sum_{j \ne i} \lambda^S_j x_j(S - i)
              + \sum_{j \ne i} \lambda^S_i\, x_i(S - j) \Bigr].

``harsanyi``
    Every coalition hands its members a dividend that is worth the same to each at the rates of the
    grand coalition; x_i is the sum of its dividends and is feasible for all (Harsanyi 1963,
    International Economic Review 4:194-220).

Two parties, frontier 2 x + y <= 12, no deal (1, 2): both are Nash's (3, 6).

>>> game = HyperplaneGame(("a", "b"), {"a": 1, "b": 2, "a+b": 12}, {"a+b": {"a": 2, "b": 1}})
>>> both = consistent_value(game), harsanyi_value(game)
>>> [[str(x) for x in answer[0].payoffs.values()] for answer in both]
[['3', '6'], ['3', '6']]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import Any

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import subsets
from negotiate.coalitions.game import CoalitionalGame, from_worths
from negotiate.declare import Playable, concept, game
from negotiate.errors import InputError, TooLargeError
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import AGREEMENT

KIND = "hyperplane"
MAX_PLAYERS = 12
"""Most players: 2^n coalitions in turn."""


@game(
    "hyperplane",
    title="Hyperplane game",
    short="hyperplane",
    default=("consistent_value", "harsanyi_value"),
    cites=("maschler1989",),
)
@dataclass(frozen=True, eq=False, repr=False)
class HyperplaneGame(Playable):
    """What each coalition can reach, at its own rates of exchange.

    Attributes
    ----------
    players
        Labels, in order.
    worths
        Coalition (members joined by ``+``, or a tuple) to v(S); all of them.
    rates
        Coalition to player to rate; a coalition or a player left out has rate one.
    """

    players: tuple[str, ...]
    worths: Mapping[Any, Any]
    rates: Mapping[Any, Mapping[str, Any]]

    _view = "negotiate.coalitions.view"

    def __post_init__(self) -> None:
        if len(self.players) > MAX_PLAYERS:
            raise TooLargeError(
                f"{len(self.players)} players", where="hyperplane game", allowed=f"{MAX_PLAYERS}"
            )
        table = from_worths(self.worths, players=self.players)
        object.__setattr__(self, "_game", table)
        rates: dict[int, list[Any]] = {}
        for key, given in self.rates.items():
            members = (
                [part.strip() for part in key.split("+")] if isinstance(key, str) else list(key)
            )
            mask = table.coalition(members)
            table.coalition(given)  # unknown players
            row = [exact(given.get(p, 1)) for p in self.players]
            for p, rate in zip(self.players, row):
                if rate <= 0:
                    raise InputError(
                        f"the rate of {p} is {rate}",
                        where=f"coalition {table.label(mask)}",
                        allowed="above 0",
                    )
            rates[mask] = row
        object.__setattr__(self, "_rates", rates)

    def __repr__(self) -> str:
        return f"HyperplaneGame({len(self.players)} players: {', '.join(self.players[:6])})"

    @property
    def table(self) -> CoalitionalGame:
        """The worths as a game."""
        return self._game  # type: ignore[attr-defined, no-any-return]

    @property
    def exact(self) -> bool:
        """Whether all worths are fractions."""
        return self.table.exact

    def rate(self, mask: int) -> list[Any]:
        """Rates of a coalition."""
        found: list[Any] = self._rates.get(  # type: ignore[attr-defined]
            mask, [Fraction(1)] * len(self.players)
        )
        return found if self.exact else [float(r) for r in found]

    def feasible(self, mask: int, x: Mapping[int, Any]) -> Any:
        """v(S) less what x costs S at its rates; zero on its frontier."""
        rate = self.rate(mask)
        return self.table.number(mask) - sum(rate[k] * x[k] for k in subsets.members(mask))


@concept(
    "consistent_value",
    title="Consistent Shapley value",
    short="consistent value",
    games=("hyperplane",),
    field="rational",
    axioms=("efficiency",),
    cites=("maschler1989",),
)
def consistent_value(game: HyperplaneGame) -> Solution:
    """Maschler and Owen's consistent value.

    >>> game = HyperplaneGame(("a", "b"), {"a": 0, "b": 0, "a+b": 1}, {})
    >>> consistent_value(game)[0].payoffs["a"]
    Fraction(1, 2)
    """
    values: list[dict[int, Any]] = [{}]
    for mask in range(1, 2 ** len(game.players)):
        members, rate, worth = subsets.members(mask), game.rate(mask), game.table.number(mask)
        found = {}
        for i in members:
            others = [j for j in members if j != i]
            without = sum(rate[j] * values[mask ^ 1 << i][j] for j in others)
            kept = sum(rate[i] * values[mask ^ 1 << j][i] for j in others)
            found[i] = (worth - without + kept) / (len(members) * rate[i])
        values.append(found)
    return _answer(game, "consistent_value", values[-1])


@consistent_value.checked_by
def _holds_consistent_value(game: HyperplaneGame, point: Point) -> Evidence:
    return holds(game, point, name="consistent_value")


@concept(
    "harsanyi_value",
    title="Harsanyi solution",
    short="Harsanyi",
    games=("hyperplane",),
    field="rational",
    axioms=("efficiency",),
    cites=("harsanyi1963",),
)
def harsanyi_value(game: HyperplaneGame) -> Solution:
    """Harsanyi's solution: equal dividends at the rates of the grand coalition.

    >>> game = HyperplaneGame(("a", "b"), {"a": 0, "b": 0, "a+b": 1}, {})
    >>> harsanyi_value(game)[0].payoffs["a"]
    Fraction(1, 2)
    """
    whole = game.rate(2 ** len(game.players) - 1)
    dividends: list[Any] = [0]
    for mask in range(1, 2 ** len(game.players)):
        members, rate = subsets.members(mask), game.rate(mask)
        got = {
            i: sum(dividends[sub] for sub in subsets.submasks(mask) if sub != mask and sub >> i & 1)
            / whole[i]
            for i in members
        }
        price = sum(rate[i] / whole[i] for i in members)
        dividends.append(game.feasible(mask, got) / price)
    x = {
        i: sum(d for mask, d in enumerate(dividends) if mask >> i & 1) / whole[i]
        for i in range(len(game.players))
    }
    return _answer(game, "harsanyi_value", x)


@harsanyi_value.checked_by
def _holds_harsanyi_value(game: HyperplaneGame, point: Point) -> Evidence:
    return holds(game, point, name="harsanyi_value")


def _answer(game: HyperplaneGame, name: str, x: Mapping[int, Any]) -> Solution:
    point = Point(
        payoffs={p: x[k] for k, p in enumerate(game.players)}, label=name.replace("_", " ")
    )
    judged = (holds(game, point, name=name),)
    return shared.single(game, name, point, exact=game.exact, evidence=judged)


ORDER_PLAYERS = 6


def holds(game: HyperplaneGame, point: Point, *, name: str) -> Evidence:
    """By the definitions: the mean over orders of what is left to each comer; equal dividends.

    The consistent value is recomputed as a mean over all orders up to 6 players: in order, each
    comer gets what is left of its coalition's frontier when those before keep the mean of the
    smaller game. For Harsanyi's, feasibility and the balance of what any two could threaten at the
    grand rates (equal differences on leaving) are recomputed by coalition.
    """
    n = len(game.players)
    x = [point.payoffs[p] for p in game.players]
    slack = 0 if game.exact else AGREEMENT * float(abs(game.table.scale))
    gap = game.feasible(2**n - 1, dict(enumerate(x)))
    if abs(gap) > slack:
        return Evidence(False, gap, "distance from the frontier", "the grand coalition")
    if name == "consistent_value":
        if n > ORDER_PLAYERS:
            return Evidence(True, gap, "distance from the frontier")
        right = _over_orders(game, 2**n - 1)
        what = "distance from the mean over orders"
    else:
        right = _by_equal_losses(game)
        what = "distance from equal dividends"
    for k, p in enumerate(game.players):
        if abs(x[k] - right[k]) > slack:
            return Evidence(False, x[k] - right[k], what, p)
    return Evidence(True, gap, what)


def _over_orders(game: HyperplaneGame, mask: int) -> dict[int, Any]:
    """Maschler and Owen's procedure, literally: for each order, then the mean.

    In an order the last comer takes what the rest leave when they split as they would without it;
    the rest are paid as in the orders of the smaller coalition.
    """
    members = subsets.members(mask)
    rate, worth = game.rate(mask), game.table.number(mask)
    total = dict.fromkeys(members, 0 * worth)
    orders = list(permutations(members))
    smaller: dict[int, dict[int, Any]] = {}
    for order in orders:
        last = order[-1]
        if last not in smaller:
            smaller[last] = _over_orders(game, mask ^ 1 << last) if len(members) > 1 else {}
        rest = smaller[last]
        for k in order[:-1]:
            total[k] += rest[k]
        total[last] += (worth - sum(rate[k] * rest[k] for k in order[:-1])) / rate[last]
    return {k: t / len(orders) for k, t in total.items()}


def _by_equal_losses(game: HyperplaneGame) -> dict[int, Any]:
    """Harsanyi by balanced threats: in every S, leaving costs any two the same at the grand rates.

    w_i [x_i(S) - x_i(S - j)] = w_j [x_j(S) - x_j(S - i)], and x(S) on the frontier of S.
    """
    n = len(game.players)
    whole = game.rate(2**n - 1)
    values: list[dict[int, Any]] = [{}]
    for mask in range(1, 2**n):
        members, rate = subsets.members(mask), game.rate(mask)
        first = members[0]
        # x_j(S) = (w_1 x_1(S) + c_j) / w_j with c_j from the smaller games
        shift = {first: 0 * game.table.number(mask)}
        for j in members[1:]:
            shift[j] = (
                whole[j] * values[mask ^ 1 << first][j]
                - whole[first] * values[mask ^ 1 << j][first]
            )
        fixed = sum(rate[j] * shift[j] / whole[j] for j in members)
        slope = sum(rate[j] / whole[j] for j in members)
        level = (game.table.number(mask) - fixed) / slope
        values.append({j: (level + shift[j]) / whole[j] for j in members})
    return values[-1]


@consistent_value.explained_by
def explain(game: HyperplaneGame) -> str:
    """Worked steps in Markdown."""
    first, second = consistent_value(game)[0].payoffs, harsanyi_value(game)[0].payoffs

    def listed(x: Mapping[str, Any]) -> str:
        return ", ".join(f"{p} {a}" for p, a in x.items())

    return (
        "1. Every coalition can trade utility at its own rates, up to its worth.\n"
        f"2. Averaging over orders of arrival (consistent value): {listed(first)}.\n"
        f"3. Equal dividends at the rates of all (Harsanyi): {listed(second)}."
    )
