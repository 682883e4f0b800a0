"""Maximin: what a player can secure whatever the others do, in pure and in mixed strategies.

The security level of player i is max over mixed x of min over s_-i of sum_s x_s u_i(s, s_-i), and
its maximin strategy one that reaches it (von Neumann and Morgenstern 1944, section 17; Osborne and
Rubinstein 1994, section 2.5, pp. 21-24). The linear programme is solved in exact arithmetic. In a
two-player game of constant sum the levels add up to the constant, and the maximin strategies are an
equilibrium.

Matching pennies secures nothing pure, and its value, 0, mixed:

>>> game = StrategicGame.from_arrays([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
>>> point = maximin(game)[0]
>>> point.facts["security level"]["Player 1"], point.facts["pure security level"]["Player 1"]
(Fraction(0, 1), Fraction(-1, 1))
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from negotiate.declare import concept
from negotiate.numbers.exact_lp import maximise
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic import tex as _tex
from negotiate.strategic.dominance import advantage
from negotiate.strategic.game import StrategicGame, is_zero_sum

SHOWN = 12
"""Most inequalities written out."""
WORK_BOUND = 40_000
"""Most payoff entries of one player: the linear programme is exact."""


def secured(rows: Any) -> tuple[tuple[Fraction, ...], Fraction]:
    """A maximin strategy and the level it secures; ``rows`` are own x opponents' profiles."""
    # Payoffs are shifted to be positive, so that the level is one more variable above zero.
    low = min(rows.flat)
    own, columns = rows.shape
    constraints = [([-(rows[t][j] - low) for t in range(own)] + [1], 0) for j in range(columns)]
    best = maximise([0] * own + [1], at_most=constraints, equal=[([1] * own + [0], 1)])
    assert best is not None  # any pure strategy is feasible
    return best.x[:own], best.value + low


@concept(
    "maximin",
    title="Maximin strategies and security levels",
    short="maximin",
    games=("strategic",),
    field="rational",
    axioms=("individual rationality",),
)
def maximin(form: StrategicGame) -> Solution:
    """A maximin strategy of every player and the levels secured.

    Returns
    -------
    Solution
        One point: each player's maximin strategy, the payoffs if all play it, and in ``facts``
        "security level", "pure security level" and "pure maximin" (strategies) by player; for
        constant-sum games also "value" (to the first player). ``complete`` is False: other
        strategies may secure as much.
    """
    game = shared.admit(form, "maximin")
    exact = game.fractions()
    shared.bounded(
        int(exact.payoffs[0].size), WORK_BOUND, "profiles", "maximin", "merge strategies first"
    )
    mixed, level, pure_level, pure = [], {}, {}, {}
    for player in game.players:
        rows, labels = advantage(exact, player), game.strategies[player]
        x, level[player] = secured(rows)
        mixed.append(shared.row(x))
        floors = [min(line) for line in rows]
        pure_level[player] = max(floors)
        pure[player] = tuple(s for s, f in zip(labels, floors) if f == pure_level[player])
    facts: dict[str, Any] = {
        "security level": level,
        "pure security level": pure_level,
        "pure maximin": pure,
    }
    marks: tuple[str, ...] = ()
    notes = ["Other maximin strategies may exist; the levels are unique."]
    if is_zero_sum(game):
        facts["value"] = level[game.players[0]]
        marks = ("equilibrium of a constant-sum game",)
        notes.append(
            "The sum of payoffs is constant, so the maximin strategies are an equilibrium."
        )
    return Solution(
        concept="maximin",
        players=game.players,
        points=(shared.point(game, mixed, marks=marks, facts=facts),),
        complete=False,
        exact=game.exact,
        notes=tuple(notes),
        form=form,
    )


@maximin.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """The strategy secures the level, and a belief of the others shows that no more is secured.

    By duality nobody secures more than the least, over distributions q of the others' profiles,
    of the best reply to q; that number is computed afresh.
    """
    game = shared.admit(form, "maximin").fractions()
    what, worst, witness = (
        "largest distance from the security level (payoff units)",
        Fraction(0),
        "",
    )
    for player in game.players:
        rows = advantage(game, player)
        x = [Fraction(point.strategies[player].get(s, 0)) for s in game.strategies[player]]
        floor = min(sum((w * v for w, v in zip(x, c)), Fraction(0)) for c in rows.T)
        gap = abs(_held_down(rows) - floor)
        if gap > worst:
            worst, witness = gap, player
    good = worst <= shared.unit(shared.admit(form, "maximin"))
    return Evidence(bool(good), worst, what, "" if good else witness)


def _held_down(rows: Any) -> Fraction:
    # min over q of max over s of (rows q)_s, as the maximum of its negative.
    high = max(rows.flat)
    own, columns = rows.shape
    constraints = [([rows[t][j] - high for j in range(columns)] + [1], 0) for t in range(own)]
    best = maximise([0] * columns + [1], at_most=constraints, equal=[([1] * columns + [0], 1)])
    assert best is not None
    return Fraction(high - best.value)


@maximin.explained_by
def explain(form: StrategicGame) -> str:
    """The levels, and how they are found, in Markdown with TeX."""
    game = shared.admit(form, "maximin").fractions()
    answer = maximin(game)[0]
    lines = ["**Maximin: what each player can secure.**", ""]
    for player in game.players:
        rows, labels = advantage(game, player), game.strategies[player]
        lines.append(f"For {player}, the worst that can happen is:")
        lines += [f"- with *{s}*: ${min(line)}$" for s, line in zip(labels, rows)]
        symbols = [f"x_{{{_tex.name(s)}}}" for s in labels]
        shown = [f"${_tex.weighted(column, symbols)} \\ge v$" for column in rows.T[:SHOWN]]
        more = " and so on" if rows.shape[1] > SHOWN else ""
        x = ", ".join(f"{s}: {w}" for s, w in answer.strategies[player].items() if w)
        lines.append(
            f"\nPure strategies secure ${answer.facts['pure security level'][player]}$. "
            f"With a mixture it is a linear programme: the largest $v$ with "
            f"{', '.join(shown)}{more}, ${' + '.join(symbols)} = 1$, $x \\ge 0$. "
            f"The mixture ({x}) secures ${answer.facts['security level'][player]}$.\n"
        )
    return "\n".join(lines)
