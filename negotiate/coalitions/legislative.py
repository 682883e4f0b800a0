r"""Legislative bargaining with unequal recognition: who proposes how often, and what votes cost.

One unit is divided by n members. Each period member i is drawn to propose with chance p_i and
proposes a division; with q votes (its own included) it passes, else the next period comes with
discount factor d < 1 (Baron and Ferejohn 1989, APSR 83:1181-1206; unequal chances: Eraslan 2002,
Journal of Economic Theory 103:11-30, where stationary payoffs are shown to be unique).

In a stationary equilibrium a vote of member j costs d v_j; the proposer buys the q - 1 cheapest.
Members with equal p have equal values; a member more often drawn is worth no less. So there is a
price w with the cheap (L, always bought), the marginal (M, all of price w, some of them bought) and
the dear (H, never bought); payoffs solve two linear equations for each division of the members, and
the one whose inequalities hold is the equilibrium. Exact.

The symmetric case is `negotiate.dynamic.baron_ferejohn`. Three members, one of whom always
proposes:

>>> body = LegislativeGame({"chair": 1, "left": 0, "right": 0}, discount=Fraction(9, 10))
>>> [str(x) for x in legislative_equilibrium(body)[0].payoffs.values()]
['1', '0', '0']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from negotiate.declare import Playable, concept, game
from negotiate.errors import InputError, NoSolutionError
from negotiate.numbers.fractions import exact
from negotiate.numbers.reading import check_labels
from negotiate.solution import Evidence, Point, Solution

KIND = "legislative"


@game(
    "legislative",
    title="Legislative bargaining with unequal recognition",
    short="legislative",
    default=("legislative_equilibrium",),
    cites=("baron1989", "eraslan2002"),
)
@dataclass(frozen=True, eq=False)
class LegislativeGame(Playable):
    """Closed rule, one unit, one vote each.

    Attributes
    ----------
    recognition
        Member to its chance of being drawn; they sum to one.
    discount
        Common discount factor, from 0 to below 1.
    quota
        Votes needed, the proposer's included; 0 means a simple majority.
    """

    recognition: Mapping[str, Any]
    discount: Any
    quota: int = 0

    _view = "negotiate.coalitions.view"

    def __post_init__(self) -> None:
        check_labels(tuple(self.recognition), "members", "legislature")
        chances = {m: exact(p) for m, p in self.recognition.items()}
        delta = exact(self.discount)
        if any(p < 0 for p in chances.values()) or sum(chances.values()) != 1:
            raise InputError(
                f"chances of being drawn sum to {sum(chances.values())}",
                where="recognition",
                allowed="chances from 0 that sum to one",
            )
        if not 0 <= delta < 1:
            raise InputError(f"is {delta}", where="discount", allowed="from 0 to below 1")
        if not 0 <= self.quota <= len(chances):
            raise InputError(
                f"quota {self.quota}",
                where="quota",
                allowed=f"0 to {len(chances)}, 0 for a majority",
            )
        object.__setattr__(self, "recognition", chances)
        object.__setattr__(self, "discount", delta)
        object.__setattr__(self, "quota", self.quota or len(chances) // 2 + 1)

    @property
    def players(self) -> tuple[str, ...]:
        """The members."""
        return tuple(self.recognition)


@concept(
    "legislative_equilibrium",
    title="Stationary equilibrium of legislative bargaining",
    short="legislative equilibrium",
    games=("legislative",),
    field="rational",
    axioms=("efficiency",),
    cites=("baron1989", "eraslan2002"),
)
def legislative_equilibrium(game: LegislativeGame) -> Solution:
    """The stationary equilibrium payoffs, by the division into cheap, marginal and dear votes.

    Parameters
    ----------
    game
        The legislature.

    Returns
    -------
    Solution
        ``facts``: the price of every vote, who is bought always, sometimes and never, and how
        often a marginal vote is bought when its member does not propose.

    Examples
    --------
    >>> equal = LegislativeGame(dict.fromkeys("abc", Fraction(1, 3)), discount=Fraction(9, 10))
    >>> [str(x) for x in legislative_equilibrium(equal)[0].payoffs.values()]
    ['1/3', '1/3', '1/3']
    """
    delta, q, chances = game.discount, game.quota, game.recognition
    order = sorted(game.players, key=lambda m: chances[m])
    values = sorted(set(chances.values()))
    for low in range(len(values) + 1):
        for high in range(low, len(values) + 1):
            cheap = [m for m in order if chances[m] in values[:low]]
            marginal = [m for m in order if chances[m] in values[low:high]]
            dear = [m for m in order if chances[m] in values[high:]]
            found = _attempt(game, cheap, marginal, dear)
            if found is None:
                continue
            point = Point(
                payoffs={m: found[m] for m in game.players},
                label="stationary equilibrium",
                facts={
                    "price": {m: delta * found[m] for m in game.players},
                    "always_bought": cheap,
                    "sometimes_bought": marginal,
                    "never_bought": dear,
                },
            )
            evidence = holds(game, point)
            if not evidence.holds:
                continue
            return Solution(
                concept="legislative_equilibrium",
                players=game.players,
                points=(point,),
                complete=True,
                exact=True,
                evidence=(evidence,),
                settings={"quota": q},
                form=game,
                notes=(
                    "payoffs are unique among stationary equilibria (Eraslan 2002); whom a "
                    "proposer buys among votes of one price is free",
                ),
            )
    raise NoSolutionError(
        "no division into cheap, marginal and dear votes is consistent",
        where="legislative bargaining",
    )


def _attempt(
    game: LegislativeGame, cheap: list[str], marginal: list[str], dear: list[str]
) -> dict[str, Fraction] | None:
    """Payoffs if the votes divide so: with A = what a cheap proposer keeps above its own price.

    v_i (1 - d) = p_i A for the cheap, d v_i = w for the marginal, v_i = p_i (A + w) for the dear.
    """
    delta, q, p = game.discount, game.quota, game.recognition
    size = len(cheap)
    if delta == 0 and (marginal or dear):
        return None
    if (delta > 0 and size > q - (1 if marginal or dear else 0)) or (
        delta > 0 and not marginal and size not in (q, q - 1)
    ):
        return None
    if marginal and (size + len(marginal) < q or delta == 0):
        return None
    share = sum((p[m] for m in cheap), start=Fraction(0))
    rest = sum((p[m] for m in dear), start=Fraction(0))
    bought = q - size if marginal else 0
    # A (1 + d share / (1 - d)) + bought w = 1;  A share / (1 - d) + |M| w / d + rest (A + w) = 1
    a11, a12 = 1 + delta * share / (1 - delta), Fraction(bought)
    if not marginal:
        a = 1 / a11
        w = Fraction(0)
        found = {m: p[m] * a / (1 - delta) for m in cheap}
        # without marginal votes a dear proposer buys q - 1 cheap ones
        cost = sum((delta * found[m] for m in cheap), start=Fraction(0))
        if size == q - 1 or delta == 0:  # votes are free where nobody waits
            found |= {m: p[m] * (1 - cost) for m in dear}
        elif dear:
            return None
        return found if sum(found.values()) == 1 else None
    a21, a22 = share / (1 - delta) + rest, len(marginal) / delta + rest
    det = a11 * a22 - a12 * a21
    if det == 0:
        return None
    a, w = (a22 - a12) / det, (a11 - a21) / det
    found = {m: p[m] * a / (1 - delta) for m in cheap}
    found |= dict.fromkeys(marginal, w / delta)
    found |= {m: p[m] * (a + w) for m in dear}
    return found


@legislative_equilibrium.checked_by
def holds(game: LegislativeGame, point: Point) -> Evidence:
    """A stationary equilibrium, from its definition.

    Prices are d v_j; every proposer buys the q - 1 cheapest other votes; each member's value is
    what it keeps when drawn plus its price times the chance of being bought, and the chances of
    votes at the border price must lie between 0 and 1 and use up what is bought.
    """
    delta, q, p = game.discount, game.quota, game.recognition
    v = {m: Fraction(point.payoffs[m]) for m in game.players}
    if sum(v.values()) != 1:
        return Evidence(False, sum(v.values()) - 1, "sum of payoffs less one", "all members")
    if bad := next((m for m in v if v[m] < 0), None):
        return Evidence(False, v[bad], "payoff", bad)
    price = {m: delta * v[m] for m in v}
    kept, sure, border = {}, dict.fromkeys(v, Fraction(0)), dict.fromkeys(v, Fraction(0))
    open_seats: dict[Fraction, Fraction] = {}
    for i in v:
        ordered = sorted((price[j], j) for j in v if j != i)
        bought = ordered[: q - 1]
        kept[i] = 1 - sum(c for c, _ in bought)
        if not bought:
            continue
        edge = bought[-1][0]
        tied = [j for c, j in ordered if c == edge]
        seats = q - 1 - sum(c < edge for c, _ in ordered)
        for c, j in ordered:
            if c < edge:
                sure[j] += p[i]
        if seats == len(tied):
            for j in tied:
                sure[j] += p[i]
        else:
            for j in tied:
                border[j] += p[i]
            open_seats[edge] = open_seats.get(edge, Fraction(0)) + p[i] * seats
    left = dict(open_seats)
    for i in v:
        need = v[i] - p[i] * kept[i] - price[i] * sure[i]
        if border[i] == 0 or price[i] == 0:
            if need != 0:
                return Evidence(False, need, "value less what is earned", i)
            continue
        chance = need / price[i]
        if not 0 <= chance <= border[i]:
            return Evidence(False, chance, "chance of being bought at the border price", i)
        left[price[i]] = left.get(price[i], Fraction(0)) - chance
    for edge, remaining in left.items():
        if remaining != 0 and edge != 0:
            return Evidence(
                False, remaining, "seats at the border price not filled", f"price {edge}"
            )
    return Evidence(True, Fraction(0), "value less what is earned")


@legislative_equilibrium.explained_by
def explain(game: LegislativeGame) -> str:
    """Worked steps in Markdown."""
    point = legislative_equilibrium(game)[0]
    facts = point.facts
    names = {
        k: ", ".join(facts[k]) or "nobody"
        for k in ("always_bought", "sometimes_bought", "never_bought")
    }
    return (
        f"1. A proposer needs {game.quota - 1} other votes; each costs {game.discount} times its "
        "member's payoff.\n"
        f"2. Always bought: {names['always_bought']}; sometimes: {names['sometimes_bought']}; "
        f"never: {names['never_bought']}.\n"
        "3. Payoffs: " + ", ".join(f"{m} {x}" for m, x in point.payoffs.items()) + "."
    )
