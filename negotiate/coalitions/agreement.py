r"""Who gains by joining an agreement: internal and external stability of its signatories.

Let w_i(S) be what party i gets when exactly the parties of S have signed. An agreement S is

* internally stable if no signatory gains by leaving: w_i(S) >= w_i(S - i) for i in S;
* externally stable if no outsider gains by joining: w_j(S) >= w_j(S + j) for j not in S

(d'Aspremont, Jacquemin, Gabszewicz and Weymark 1983, Canadian Journal of Economics 16:17-25;
Barrett 1994, Oxford Economic Papers 46:878-894 for treaties). It is **potentially** internally
stable if side payments among the signatories can make it so: what they have together covers the sum
of what each would have by leaving alone,

.. math:: \sum_{i \in S} w_i(S) \ge \sum_{i \in S} w_i(S - i).

The worth of an outsider is part of the picture here (a free rider gains from an agreement it has
not signed), which a coalitional game leaves out.

Barrett's textbook case with linear costs: a signatory's effort costs 3 and brings every party 2;
signatories act only where together they gain, so two sign, or nobody: one alone does not act.

>>> def treaty(signed):
...     acts = len(signed) * 2 > 3
...     return {p: 2 * len(signed) * acts - 3 * acts * (p in signed) for p in "abcd"}
>>> answer = stable_agreements(Agreement(tuple("abcd"), treaty))
>>> [p.label for p in answer.points if p.marks == ("internally stable", "externally stable")][:3]
['{}', '{a, b}', '{a, c}']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from negotiate.coalitions.arithmetic import subsets
from negotiate.declare import Playable, concept, game
from negotiate.errors import InputError, TooLargeError
from negotiate.numbers.reading import check_labels
from negotiate.solution import Evidence, Point, Solution

MAX_PLAYERS = 14
"""Most parties: 2^n sets of signatories."""

Worths = Callable[[frozenset[str]], Mapping[str, Any]]


@game(
    "agreement",
    title="Who signs an agreement",
    short="agreement",
    default=("stable_agreements",),
    cites=("daspremont1983", "barrett1994"),
)
@dataclass(frozen=True, eq=False, repr=False)
class Agreement(Playable):
    """Parties, and what each gets when exactly some of them have signed.

    Attributes
    ----------
    players
        The parties.
    worths
        Function of the set of signatories: party to payoff, signatories and outsiders.
    title
        What is signed, for people.
    """

    players: tuple[str, ...]
    worths: Worths
    title: str = ""

    _view = "negotiate.coalitions.view"

    def __post_init__(self) -> None:
        names = tuple(self.players)
        check_labels(names, "parties", "agreement")
        if len(names) > MAX_PLAYERS:
            raise TooLargeError(
                f"{len(names)} parties have {2 ** len(names):,} sets of signatories",
                where="agreement",
                allowed=f"{MAX_PLAYERS} parties",
            )
        object.__setattr__(self, "players", names)

    def __repr__(self) -> str:
        return f"Agreement({len(self.players)} parties: {', '.join(self.players[:6])})"


@concept(
    "stable_agreements",
    title="Stable agreements",
    short="stable agreements",
    games=("agreement",),
    field="rational",
    cites=("daspremont1983", "barrett1994"),
)
def stable_agreements(game: Agreement) -> Solution:
    """Every set of signatories that is internally stable, with what holds of it.

    Parameters
    ----------
    game
        The parties and what each gets by who has signed.

    Returns
    -------
    Solution
        Points are the sets that are internally stable or could be with side payments;
        ``facts["gain_from_joining"]`` for each outsider and ``["loss_from_leaving"]`` for each
        signatory.
    """
    names = game.players
    table = [_asked(names, game.worths, mask) for mask in range(2 ** len(names))]
    points = []
    for mask in range(2 ** len(names)):
        if mask and table[mask] == table[0]:
            continue  # these sign nothing: the same as nobody
        loss, gain = margins(names, table, mask)
        together = sum(loss.values())
        marks = []
        if all(x >= 0 for x in loss.values()):
            marks.append("internally stable")
        elif together >= 0:
            marks.append("internally stable with side payments")
        else:
            continue
        if all(x <= 0 for x in gain.values()):
            marks.append("externally stable")
        points.append(
            Point(
                payoffs=table[mask],
                label="{" + ", ".join(names[k] for k in subsets.members(mask)) + "}",
                marks=tuple(marks),
                facts={
                    "signatories": [names[k] for k in subsets.members(mask)],
                    "loss_from_leaving": loss,
                    "gain_from_joining": gain,
                    "surplus_over_leaving": together,
                },
            )
        )
    exact = all(not isinstance(x, float) for row in table for x in row.values())
    return Solution(
        concept="stable_agreements",
        players=names,
        points=tuple(points),
        complete=True,
        exact=exact,
        evidence=tuple(holds(game, point) for point in points),
        form=game,
    )


def _asked(names: tuple[str, ...], worths: Worths, mask: int) -> dict[str, Any]:
    got = dict(worths(frozenset(names[k] for k in subsets.members(mask))))
    if set(got) != set(names):
        raise InputError(
            f"worths for {', '.join(map(str, got)) or 'nobody'}",
            where="agreement",
            allowed=f"exactly the parties: {', '.join(names)}",
        )
    return {p: got[p] for p in names}


def margins(
    names: tuple[str, ...], table: Sequence[Mapping[str, Any]], mask: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What each signatory loses by leaving, and what each outsider gains by joining."""
    here = table[mask]
    loss = {
        names[k]: here[names[k]] - table[mask ^ 1 << k][names[k]] for k in subsets.members(mask)
    }
    gain = {p: table[mask | 1 << k][p] - here[p] for k, p in enumerate(names) if not mask >> k & 1}
    return loss, gain


@stable_agreements.checked_by
def holds(game: Agreement, point: Point) -> Evidence:
    """Internal stability asked again, signatory by signatory; who would leave is the witness."""
    signed, worths = frozenset(point.facts["signatories"]), game.worths
    paid = "internally stable with side payments" in point.marks
    losses = {p: worths(signed)[p] - worths(signed - {p})[p] for p in game.players if p in signed}
    if paid:
        total = sum(losses.values())
        return Evidence(bool(total >= 0), total, "what signatories have above leaving, together")
    worst = min(losses, key=lambda p: losses[p], default=None)
    if worst is None:
        return Evidence(True, 0, "least loss from leaving")
    stays = bool(losses[worst] >= 0)
    return Evidence(stays, losses[worst], "least loss from leaving", "" if stays else worst)


@stable_agreements.explained_by
def explain(game: Agreement) -> str:
    """Worked steps in Markdown."""
    answer = stable_agreements(game)
    lines = [
        f"1. {2 ** len(answer.players)} sets of signatories are compared with one party less "
        "and one more."
    ]
    for number, point in enumerate(answer.points[:12], 2):
        lines.append(f"{number}. {point.label}: {', '.join(point.marks)}.")
    return "\n".join(lines)
