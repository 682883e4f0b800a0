r"""Legislative bargaining: who gets what when a proposal needs q of n votes.

Each period one of n members is drawn with equal chance and proposes a division of one unit under a
closed rule; if q members (the proposer included) accept, it passes, else the game goes on with
discount factor delta. In the symmetric stationary equilibrium a member's value of going on is
delta/n; the proposer buys the q - 1 votes it needs at that price, drawing partners at random:

    proposer 1 - delta (q - 1)/n,   partner delta/n,   others 0.

It passes at once. With q = n the proposer keeps 1 - delta (n - 1)/n; with q = 1 everything.
(For a ratifying council or a coalition: q is the quorum, n the number of equal members.)

Source: Baron and Ferejohn (1989), APSR 83:1181-1206, proposition 3 and p. 1189.

>>> council = BaronFerejohn(members=3, discount=1)
>>> council.proposer, council.partner
(Fraction(2, 3), Fraction(1, 3))
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import ParametricForm, Probability, answer, single, verdict
from negotiate.declare import Metric, compiles, concept, game
from negotiate.errors import InputError
from negotiate.numbers.arithmetic import Number, is_exact
from negotiate.solution import Evidence, Point, Solution

KIND = "baron_ferejohn"
METRICS = (
    Metric(
        "proposer",
        "share",
        "share of the proposer",
    ),
    Metric(
        "partner",
        "share",
        "share of each partner in the coalition",
    ),
    Metric(
        "ex_ante",
        "share",
        "expected share before a proposer is drawn",
    ),
    Metric(
        "proposal_margin",
        "difference of shares",
        "proposer's gain over letting the proposal fail",
    ),
)


@game(
    "baron_ferejohn",
    title="Legislative bargaining",
    short="Baron-Ferejohn",
    solved_by=("stationary_subgame_perfect",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class BaronFerejohn(ParametricForm, counts=("members", "quota")):
    """Closed rule, equal recognition; ``quota`` 0 means a simple majority."""

    members: int
    discount: Probability
    quota: int = 0
    players: tuple[str, str] = ("proposer", "partner")

    def __post_init__(self) -> None:
        if self.members < 1 or not 0 <= self.quota <= self.members:
            raise InputError(
                f"{self.members} members and quota {self.quota}",
                where="BaronFerejohn",
                allowed="one member or more, quota up to the number of members",
            )

    @property
    def votes(self) -> int:
        """Votes needed, the proposer's included: the quota, or a simple majority."""
        return self.quota or self.members // 2 + 1

    @property
    def partner(self) -> Number:
        """Price of a vote: delta / n."""
        if is_exact(self.discount):
            return Fraction(self.discount) / self.members
        return self.discount / self.members

    @property
    def proposer(self) -> Number:
        """1 - delta (q - 1)/n."""
        return 1 - (self.votes - 1) * self.partner

    @property
    def ex_ante(self) -> Number:
        """1/n."""
        return Fraction(1, self.members)

    @property
    def proposal_margin(self) -> Number:
        """Proposer's share less delta/n."""
        return self.proposer - self.partner

    def equilibria(self) -> Solution:
        """The symmetric stationary subgame perfect equilibrium."""
        single(self)
        chance = Fraction(self.votes - 1, self.members - 1) if self.members > 1 else Fraction(0)
        point = Point(
            payoffs={"proposer": self.proposer, "partner": self.partner, "others": 0},
            terms={"votes bought": self.votes - 1},
            regret=0,
            label="stationary",
            facts={"ex_ante": self.ex_ante, "pr_partner_if_not_proposing": chance},
        )
        return answer(
            self,
            (point,),
            concept="stationary_subgame_perfect",
            complete=False,
            notes=(
                "Values are unique among stationary equilibria (Eraslan 2002, JET 103:11-30); "
                "whom the proposer includes is free as long as each is included equally often. "
                "Without stationarity almost any division can be supported for n >= 5 and "
                "patient members (Baron and Ferejohn, proposition 2).",
            ),
        )

    def holds(self, point: Point) -> Evidence:
        """Continuation values recomputed from the shares; votes and the proposal are best."""
        n, delta, q = self.members, self.discount, self.votes
        mine, theirs = point.payoffs["proposer"], point.payoffs["partner"]
        inv = Fraction(1, n)
        value = inv * mine + inv * (q - 1) * theirs
        return verdict(
            {
                "partner should reject": delta * value - theirs if q > 1 else 0,
                "proposer overpays": theirs - delta * value if q > 1 else 0,
                "proposer should wait": delta * value - mine,
                "shares exceed the unit": mine + (q - 1) * theirs - 1,
                "shares fall short of the unit": 1 - mine - (q - 1) * theirs,
            }
        )


@concept(
    "stationary_subgame_perfect",
    title="Stationary subgame perfect equilibrium",
    games=(),
    field="rational",
    axioms=("no profitable deviation",),
)
def stationary_subgame_perfect(game: BaronFerejohn) -> Solution:
    """The answer of the game itself; see `BaronFerejohn.equilibria`."""
    return game.equilibria()


@compiles("baron_ferejohn")
def baron_ferejohn(negotiation: Negotiation) -> BaronFerejohn:
    """Members, quota and discount: quantities of these names, or ``[model.baron_ferejohn]``."""
    return BaronFerejohn(
        members=case.count(negotiation, KIND, "members"),
        discount=case.number(negotiation, KIND, "discount", "quantity.discount"),
        quota=case.count(negotiation, KIND, "quota", default=0),
    )
