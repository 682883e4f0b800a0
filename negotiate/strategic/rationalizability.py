"""Rationalizability: strategies that survive common knowledge of rationality.

A set of strategies for each player has the best-response property if every strategy in it is a
best reply, among all the player's strategies, to some belief over the others' strategies in their
sets. The largest such sets are the rationalizable strategies. With beliefs that may correlate the
opponents they are what iterated strict dominance by mixed strategies leaves (Pearce 1984,
Econometrica 52, 1029-1050; Osborne and Rubinstein 1994, Proposition 61.2). With three and more
players independent beliefs can leave fewer; the solution says so. Each survivor is given with a
belief to which it is a best reply.

Bernheim's example (1984, Econometrica 52, p. 1012; also Osborne and Rubinstein 1994, Figure 57.1):
the fourth strategy of the second player is dominated by a mixture, then the first player's.

>>> game = StrategicGame.from_arrays([
...     [[0, 2, 7, 0], [5, 3, 5, 0], [7, 2, 0, 0], [0, 0, 0, 10]],
...     [[7, 5, 0, 1], [2, 3, 2, 1], [0, 5, 7, 1], [0, -2, 0, -1]]])
>>> rationalizability(game)[0].facts["survivors"]
{'Player 1': ('1', '2', '3'), 'Player 2': ('1', '2', '3')}
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from negotiate.declare import concept
from negotiate.numbers.exact_lp import maximise
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic import tex as _tex
from negotiate.strategic.dominance import advantage, dominance
from negotiate.strategic.game import StrategicGame
from negotiate.tolerance import WEIGHT_SUM


def belief(rows: Any, s: int) -> tuple[Fraction, ...] | None:
    """A belief over columns to which row ``s`` is a best reply, or None if there is none."""
    columns = rows.shape[1]
    constraints = [
        ([rows[t][j] - rows[s][j] for j in range(columns)], 0) for t in range(len(rows)) if t != s
    ]
    best = maximise([0] * columns, at_most=constraints, equal=[([1] * columns, 1)])
    return None if best is None else best.x


@concept(
    "rationalizability",
    title="Rationalizable strategies",
    short="rationalizable",
    games=("strategic",),
    field="rational",
    axioms=("relabelling",),
)
def rationalizability(form: StrategicGame) -> Solution:
    """The rationalizable strategies of every player, each with a belief that supports it.

    Returns
    -------
    Solution
        One point: ``facts["survivors"]`` by player, ``facts["beliefs"]`` by player and strategy
        (the others' profile, joined by commas, to its probability), ``facts["order"]`` the
        eliminations.
    """
    game = shared.admit(form, "rationalizability")
    found = dominance(game, kind="strict", by="mixed")[0]
    survivors = found.facts["survivors"]
    exact = game.fractions()
    beliefs: dict[str, dict[str, dict[str, Any]]] = {}
    for player in game.players:
        left = exact.restricted({p: survivors[p] for p in game.players if p != player})
        rows, labels = advantage(left, player), game.strategies[player]
        columns = _columns(left, player)
        beliefs[player] = {}
        for s in survivors[player]:
            weights = belief(rows, labels.index(s))
            assert weights is not None  # the theorem: undominated means a best reply
            beliefs[player][s] = {
                ", ".join(column): w for column, w in zip(columns, weights, strict=True) if w
            }
    notes: tuple[str, ...] = ()
    if len(game.players) > 2:
        notes = (
            "Beliefs may correlate the opponents; independent beliefs can leave fewer strategies.",
        )
    facts = {
        "survivors": survivors,
        "beliefs": shared.as_given(game, beliefs),
        "order": found.facts["order"],
    }
    return Solution(
        concept="rationalizability",
        players=game.players,
        points=(
            Point(
                payoffs=found.payoffs,
                strategies=found.strategies,
                regret=found.regret,
                label=found.label,
                facts=facts,
            ),
        ),
        complete=True,
        exact=game.exact,
        notes=notes,
        form=form,
    )


@rationalizability.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """The survivors have the best-response property, and nothing outside could be added.

    Every survivor is a best reply among all strategies to its belief, which puts weight on
    survivors only; and the eliminations replay (`dominance.holds`).
    """
    game = shared.admit(form, "rationalizability")
    what = "largest gain over a rationalizable strategy against its belief (payoff units)"
    worst: Any = Fraction(0)
    witness = ""
    survivors = point.facts["survivors"]
    for player in game.players:
        left = game.restricted({p: survivors[p] for p in game.players if p != player})
        rows, labels = advantage(left, player), game.strategies[player]
        columns = [", ".join(column) for column in _columns(left, player)]
        for s in survivors[player]:
            given = point.facts["beliefs"][player][s]
            if set(given) - set(columns) or abs(sum(given.values()) - 1) > WEIGHT_SUM:
                return Evidence(False, 1, what, f"{player}: the belief for {s}")
            weights = [given.get(column, 0) for column in columns]
            values = [sum(w * v for w, v in zip(weights, line)) for line in rows]
            gain = max(values) - values[labels.index(s)]
            if gain > worst:
                worst, witness = gain, f"{player}: {s}"
    if worst > shared.unit(game):
        return Evidence(False, worst, what, witness)
    replay = dominance.holds(game, point)
    return Evidence(replay.holds, worst, what, replay.witness)


def _columns(game: StrategicGame, player: str) -> Sequence[tuple[str, ...]]:
    return list(product(*(game.strategies[p] for p in game.players if p != player)))


@rationalizability.explained_by
def explain(form: StrategicGame) -> str:
    """Which strategies go, and the belief that keeps each of the others, in Markdown with TeX."""
    game = shared.admit(form, "rationalizability").fractions()
    facts = rationalizability(game)[0].facts
    lines = ["**Rationalizable strategies.**", ""]
    lines.append(
        "A strategy is kept if it is a best reply to some belief about strategies that are kept; "
        "a strategy is no best reply to any belief exactly if a mixture dominates it strictly."
    )
    lines += ["", dominance.explain(game), ""]
    for player in game.players:
        left = game.restricted({p: facts["survivors"][p] for p in game.players if p != player})
        rows, labels = advantage(left, player), game.strategies[player]
        columns = [", ".join(column) for column in _columns(left, player)]
        lines.append(f"For {player}:")
        for s in facts["survivors"][player]:
            given = facts["beliefs"][player][s]
            weights = [given.get(column, Fraction(0)) for column in columns]
            pays = [sum((w * v for w, v in zip(weights, line)), Fraction(0)) for line in rows]
            shown = ", ".join(f"{t}: ${_tex.number(v)}$" for t, v in zip(labels, pays))
            lines.append(
                f"- *{s}* is a best reply to the belief {_tex.mixture(given)}; "
                f"against it the strategies pay {shown}."
            )
        lines.append("")
    return "\n".join(lines).rstrip()
