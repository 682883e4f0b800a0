r"""Bargaining among several parties, with what their coalitions can secure behind them.

With two parties no deal means that each stands alone. With three and more, what fails is the deal
of all: smaller groups can still do what they can do. Harsanyi's account of it: every coalition S
hands each member a dividend, and what a party brings to the table of all is the sum of its
dividends from the smaller coalitions,

.. math:: d_i = \sum_{S \ni i,\ S \ne N} \frac{\Delta_v(S)}{|S|}, \qquad
          \Delta_v(S) = \sum_{T \subseteq S} (-1)^{|S| - |T|} v(T).

The deal of all is then the Nash bargaining solution over the case's own frontier from that d. Two
special cases tie it down: with two parties d_i = v(i), so it is Nash's; with utility that can be
handed over at par the last dividend is shared equally, so it is the Shapley value of v (Harsanyi
1963, International Economic Review 4:194-220; Shapley 1953).

Worths are those of `negotiate.coalitions.secure` among the principals, third parties outside; the
assumption about outsiders is a setting. Inside a smaller coalition stakes count at par, as there:
only the deal of all has its own rates of exchange. Whether d can be improved on by all is asked
again: where it cannot, no deal of all is made and the answer has no point.

Three parties share 12; two of them alone can secure 6, nobody else anything: dividends 6 for the
pair, 6 for all, so d = (3, 3, 0) and the Shapley value (5, 5, 2):

>>> from negotiate.bargaining.problem import from_points
>>> from negotiate.coalitions.game import from_worths
>>> worths = from_worths({"a+b": 6, "a+b+c": 12}, players=("a", "b", "c"), unlisted="zero")
>>> corners = {"all to a": (12, 0, 0), "all to b": (0, 12, 0), "all to c": (0, 0, 12)}
>>> pie = from_points(corners, {"a": 0, "b": 0, "c": 0}, parties=("a", "b", "c"))
>>> game = Multilateral(pie, worths)
>>> {p: str(x) for p, x in game.disagreement().items()}
{'a': '3', 'b': '3', 'c': '0'}
>>> {p: round(float(x), 6) for p, x in coalitional_bargaining(game)[0].payoffs.items()}
{'a': 5.0, 'b': 5.0, 'c': 2.0}
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from math import factorial
from typing import Any

import numpy as np

from negotiate.bargaining.nash import nash
from negotiate.bargaining.problem import BargainingProblem, problem
from negotiate.case.negotiation import Negotiation
from negotiate.coalitions.arithmetic import subsets
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.properties import subgame
from negotiate.coalitions.secure import from_case as coalitional
from negotiate.declare import Metric, Playable, compiles, concept, game
from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import AGREEMENT, UTILITY

KIND = "multilateral"
MAX_PARTIES = 8
"""Most principals: the check goes through all orders of them."""


def _applies(case: Any) -> bool:
    return bool(case.issues) and len(case.principals) >= 2


@game(
    "multilateral",
    title="Bargaining with coalitions behind it",
    short="multilateral bargaining",
    default=("coalitional_bargaining",),
    metrics=(
        Metric(
            "disagreement.<party>",
            "stake",
            "what a party brings to the deal of all: its dividends from smaller coalitions",
            words="what smaller coalitions give {party}",
            read=lambda thing, names: thing.disagreement()[names["party"]],
        ),
        Metric(
            "zone",
            "stake",
            "room for the deal of all: largest equal gain over what smaller coalitions give",
            words="room for the deal of all",
            read=lambda thing, names: thing.problem.zone(),
        ),
    ),
    cites=("harsanyi1963",),
    applies=_applies,
)
@dataclass(frozen=True, eq=False, repr=False)
class Multilateral(Playable):
    """What all can reach together, and what each coalition can secure.

    Attributes
    ----------
    frontier
        The bargaining problem of all; its own disagreement point is not used.
    worths
        A coalitional game with the same players, in the same unit.
    """

    frontier: BargainingProblem
    worths: CoalitionalGame

    _view = "negotiate.coalitions.view"

    def __post_init__(self) -> None:
        if tuple(self.worths.players) != tuple(self.frontier.parties):
            raise InputError(
                f"coalitions of {', '.join(self.worths.players)}",
                where=KIND,
                allowed=f"exactly the parties: {', '.join(self.frontier.parties)}",
            )
        if len(self.players) > MAX_PARTIES:
            raise TooLargeError(
                f"{len(self.players)} parties in {factorial(len(self.players)):,} orders",
                where=KIND,
                allowed=f"{MAX_PARTIES} parties",
            )
        if self.worths.cost:
            raise InputError("costs", where=KIND, allowed="worths")

    def __repr__(self) -> str:
        return f"Multilateral({len(self.players)} parties: {', '.join(self.players)})"

    @property
    def players(self) -> tuple[str, ...]:
        """The parties."""
        return tuple(self.frontier.parties)

    @cached_property
    def _given(self) -> dict[str, Any]:
        worths = self.worths
        table = np.asarray(worths.table)
        exact = worths.denominator != 0
        if exact:
            table = np.array([worths.number(m) for m in range(2**worths.n)], dtype=object)
        shares = subsets.dividends(table)
        out: dict[str, Any] = {}
        for k, party in enumerate(worths.players):
            total: Any = 0
            for mask in range(1, worths.grand):
                if mask >> k & 1:
                    total = total + shares[..., mask] / mask.bit_count()
            out[party] = total
        return out

    def disagreement(self) -> dict[str, Any]:
        """Party to the sum of its dividends from all coalitions smaller than that of all."""
        return dict(self._given)

    @cached_property
    def problem(self) -> BargainingProblem:
        """The bargaining problem from that disagreement point."""
        d = self.disagreement()
        row = [d[p] for p in self.players]
        if any(isinstance(x, (float, np.ndarray, np.floating)) for x in row):
            stacked = np.stack(np.broadcast_arrays(*(np.asarray(x, float) for x in row)), axis=-1)
            return self.frontier.floats().with_disagreement(stacked)
        return self.frontier.with_disagreement(np.array(row, dtype=object))

    def listing(self) -> dict[str, Any]:
        """JSON-ready form: worths and what smaller coalitions give."""
        shown = {
            p: str(x) if not np.ndim(x) and not isinstance(x, float) else np.asarray(x).tolist()
            for p, x in self.disagreement().items()
        }
        return self.worths.listing() | {"disagreement": shown}


@concept(
    "coalitional_bargaining",
    title="Nash bargaining from what coalitions secure",
    short="coalitional bargaining",
    games=("multilateral",),
    field="algebraic",
    axioms=("efficiency",),
    cites=("harsanyi1963", "nash1950"),
    metrics=nash.metrics,
)
def coalitional_bargaining(game: Multilateral) -> Solution:
    """The deal of all from what smaller coalitions secure.

    Parameters
    ----------
    game
        Parties, their frontier and the worths of their coalitions.

    Returns
    -------
    Solution
        One point with payoffs and terms, none where smaller coalitions together want more than all
        can have.
    """
    found = nash(game.problem)
    given = game.disagreement()
    points = tuple(
        replace(point, facts={"smaller coalitions give": given, **point.facts})
        for point in found.points
    )
    notes = found.notes
    if game.worths.outsiders:
        notes = (*notes, f"outsiders of a coalition: {game.worths.outsiders}")
    return replace(
        found,
        concept="coalitional_bargaining",
        points=points,
        settings={**found.settings, "outsiders": game.worths.outsiders or "as given"},
        notes=notes,
    )


@coalitional_bargaining.checked_by
def holds(game: Multilateral, point: Point) -> Evidence:
    """The disagreement point anew, over orders of the parties, then Nash's own condition.

    d is the Shapley value of the game in which the coalition of all brings no dividend of its own:
    marginal contributions are averaged over every order.
    """
    n, worths = len(game.players), game.worths
    whole = worths.grand
    if not worths.draws:
        small = {m: float(worths.number(m)) for m in range(whole)}
        lost = sum((-1) ** (n - m.bit_count() + 1) * small[m] for m in range(whole))
        small[whole] = lost  # v(N) at which the dividend of N is zero
        anew = np.zeros(n)
        for order in permutations(range(n)):
            mask = 0
            for k in order:
                anew[k] += small[mask | 1 << k] - small[mask]
                mask |= 1 << k
        anew /= factorial(n)
        used = np.array([float(x) for x in game.disagreement().values()])
        scale = max(1.0, float(np.abs(anew).max()))
        gap = float(np.abs(anew - used).max())
        if gap > AGREEMENT * scale + UTILITY:
            return Evidence(False, gap, "distance of d from the mean over orders, stakes")
    return nash.holds(game.problem, point)


@coalitional_bargaining.explained_by
def explain(game: Multilateral) -> str:
    """Worked steps in Markdown."""
    worths = game.worths
    if worths.draws:
        raise NotApplicableError("a game over draws", where="explain", allowed="one game")
    shares = subsets.dividends(
        np.array([worths.number(m) for m in range(2**worths.n)], dtype=object)
    )
    lines = [
        "1. Dividends: "
        + "; ".join(f"{worths.label(m)} {float(shares[m]):.3f}" for m in range(1, 2**worths.n))
        + "."
    ]
    d = game.disagreement()
    lines.append(
        "2. Each party's share of those of the smaller coalitions: "
        + ", ".join(f"{p} {float(x):.3f}" for p, x in d.items())
        + "."
    )
    answer = coalitional_bargaining(game)
    if not answer.points:
        lines.append("3. All together cannot give everybody as much: no deal of all.")
    else:
        lines.append(
            "3. The Nash bargaining solution from there: "
            + ", ".join(f"{p} {float(x):.3f}" for p, x in answer[0].payoffs.items())
            + "."
        )
    return "\n".join(lines)


@compiles("multilateral", slots=("disagreement",))
def from_case(
    negotiation: Negotiation, *, outsiders: str = "", commitment: str = "stated"
) -> Multilateral:
    """The principals of a case, their frontier, and what each group of them can secure.

    Parameters
    ----------
    negotiation
        With exact numbers, floats or draws, and two or more principals.
    outsiders
        The assumption about those outside a coalition; by default what ``[model.coalitional]``
        says, else ``alpha``.
    commitment
        How sure levers are to be used.

    Returns
    -------
    Multilateral

    Examples
    --------
    >>> import negotiate as ng
    >>> from_case(ng.load("idlib-2020"))
    Multilateral(2 parties: russia, turkey)
    """
    if not _applies(negotiation):
        raise NotApplicableError(
            "a case without issues or a second principal", where=f"case {negotiation.id}, {KIND}"
        )
    worths = coalitional(negotiation, outsiders=outsiders, commitment=commitment)
    own = subgame(worths, tuple(negotiation.principals))
    return Multilateral(problem(negotiation), own)
