"""Trembling-hand perfect equilibria of two-player games: those in undominated strategies.

An equilibrium is perfect if it is a limit of completely mixed profiles to which it is a best reply
all along (Selten 1975, International Journal of Game Theory 4, 25-55). With two players it is
perfect exactly if neither mixed strategy is weakly dominated (van Damme 1991, Stability and
Perfection of Nash Equilibria, Theorem 3.2.2); with more, undominated is not enough. Whether
a mixture is dominated depends on its support alone, so the perfect set is a union of faces of the
maximal Nash subsets: its extreme points are the perfect extreme equilibria.

Selten's point in its smallest form: (B, R) is an equilibrium, but T weakly dominates B.

>>> game = StrategicGame.from_arrays([[[1, 0], [0, 0]], [[1, 0], [0, 0]]],
...                                  strategies=[("T", "B"), ("L", "R")])
>>> [point.label for point in trembling_hand(game)]
['T, L']
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from negotiate.declare import concept
from negotiate.numbers.exact_lp import maximise
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic import tex as _tex
from negotiate.strategic.arithmetic.equilibria_exact import extreme_equilibria
from negotiate.strategic.dominance import advantage, dominator
from negotiate.strategic.game import StrategicGame

SHOWN = 24
"""Most equilibria worked out in full."""


@concept(
    "trembling_hand",
    title="Trembling-hand perfect equilibrium",
    short="perfect",
    games=("strategic",),
    field="rational",
    axioms=("no profitable deviation", "relabelling"),
)
def trembling_hand(form: StrategicGame) -> Solution:
    """All extreme perfect equilibria, and which of them are connected.

    Returns
    -------
    Solution
        ``components`` are the connected components of the perfect set. What `nash_equilibrium`
        finds beyond these points uses a dominated strategy; the note counts them.
    """
    game = shared.admit(form, "trembling_hand", players=2)
    exact = game.fractions()
    first, second = exact.payoffs[0], exact.payoffs[1].T
    nash = extreme_equilibria(exact.payoffs[0].tolist(), exact.payoffs[1].tolist())
    sides = ((first, nash.row_strategies), (second, nash.column_strategies))
    fine = [[_undominated(rows, x) for x in strategies] for rows, strategies in sides]
    pairs = [(r, c) for r, c in nash.pairs if fine[0][r] and fine[1][c]]
    points = tuple(
        shared.point(
            game, [shared.row(nash.row_strategies[r]), shared.row(nash.column_strategies[c])]
        )
        for r, c in pairs
    )
    dropped = len(nash.pairs) - len(pairs)
    notes = (f"{dropped} of {len(nash.pairs)} extreme Nash equilibria use a dominated strategy.",)
    return Solution(
        concept="trembling_hand",
        players=game.players,
        points=points,
        complete=True,
        exact=game.exact,
        degenerate=nash.degenerate,
        components=_components(pairs, sides),
        notes=notes,
        form=form,
    )


@trembling_hand.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """Regret zero, and each strategy a best reply to some completely mixed strategy of the other.

    The value is the regret, or -1 with the player whose strategy is dominated.
    """
    game = shared.admit(form, "trembling_hand", players=2)
    evidence = shared.nash_evidence(game, point)
    what = "largest regret (payoff units), or -1 where a strategy is dominated"
    if not evidence.holds:
        return Evidence(False, evidence.value, what, evidence.witness)
    exact = game.fractions()
    for player in game.players:
        rows = advantage(exact, player)
        support = [k for k, w in enumerate(point.strategies[player].values()) if w > 0]
        if not _supported(rows, support):
            return Evidence(False, -1, what, f"{player}'s strategy is weakly dominated")
    return Evidence(True, evidence.value, what)


def _undominated(rows: Any, x: Sequence[Fraction]) -> bool:
    return dominator(rows, x, kind="weak") is None


def _supported(rows: Any, support: Sequence[int]) -> bool:
    """Whether all of ``support`` are best replies to one completely mixed belief."""
    return _belief(rows, support) is not None


def _belief(rows: Any, support: Sequence[int]) -> tuple[Fraction, ...] | None:
    """A completely mixed belief to which all of ``support`` are best replies, or None."""
    columns = rows.shape[1]
    # belief q = t + y with y >= 0 and t, the least probability, as large as possible
    lead = rows[support[0]]

    def line(row: Any) -> list[Fraction]:
        gains = [v - w for v, w in zip(row, lead)]
        return [*gains, sum(gains, Fraction(0))]

    others = [k for k in range(len(rows)) if k not in support]
    best = maximise(
        [0] * columns + [1],
        at_most=[(line(rows[k]), 0) for k in others],
        equal=[*((line(rows[k]), 0) for k in support[1:]), ([1] * columns + [columns], 1)],
    )
    if best is None or best.value <= 0:
        return None
    return tuple(best.value + y for y in best.x[:columns])


def _components(
    pairs: Sequence[tuple[int, int]], sides: Sequence[tuple[Any, Sequence[Any]]]
) -> tuple[tuple[int, ...], ...]:
    """Connected components of the perfect set, as indices into ``pairs``.

    Two extreme points that differ in one player's strategy are joined by a segment of equilibria;
    it is perfect if the midpoint is undominated.
    """
    known: dict[tuple[int, int, int], bool] = {}

    def joined(side: int, i: int, j: int) -> bool:
        key = (side, min(i, j), max(i, j))
        if key not in known:
            rows, strategies = sides[side]
            middle = [(a + b) / 2 for a, b in zip(strategies[i], strategies[j])]
            known[key] = _undominated(rows, middle)
        return known[key]

    group = list(range(len(pairs)))

    def root(k: int) -> int:
        while group[k] != k:
            k = group[k]
        return k

    for k, (r, c) in enumerate(pairs):
        for m in range(k):
            r2, c2 = pairs[m]
            if (c == c2 and joined(0, r, r2)) or (r == r2 and joined(1, c, c2)):
                group[max(root(k), root(m))] = min(root(k), root(m))
    found: dict[int, list[int]] = {}
    for k in range(len(pairs)):
        found.setdefault(root(k), []).append(k)
    return tuple(tuple(v) for v in found.values())


@trembling_hand.explained_by
def explain(form: StrategicGame) -> str:
    """For each extreme Nash equilibrium: who uses a dominated strategy, or the belief behind it."""
    game = shared.admit(form, "trembling_hand", players=2).fractions()
    nash = extreme_equilibria(game.payoffs[0].tolist(), game.payoffs[1].tolist())
    lines = [
        "**Trembling-hand perfect equilibria.**",
        "",
        "With two players an equilibrium is perfect exactly if neither mixed strategy is weakly "
        "dominated, that is, if each is a best reply to some belief that excludes nothing.",
    ]
    for profile in nash.points[:SHOWN]:
        mixed = [shared.row(weights) for weights in profile]
        lines += ["", f"**{shared.label_of(game, mixed)}**", ""]
        perfect = True
        for k, player in enumerate(game.players):
            rows, own = advantage(game, player), game.strategies[player]
            other = game.strategies[game.players[1 - k]]
            better = dominator(rows, profile[k], kind="weak")
            if better is not None:
                perfect = False
                lines.append(
                    f"- {player} could play {_tex.mixture(dict(zip(own, better)))} instead: "
                    f"against {', '.join(other)} that pays {_row(rows, better)} rather than "
                    f"{_row(rows, profile[k])}, never less and somewhere more."
                )
                continue
            support = [i for i, w in enumerate(profile[k]) if w]
            belief = _belief(rows, support)
            assert belief is not None  # undominated: there is one
            lines.append(
                f"- {player}'s strategy is undominated: it is a best reply to the belief "
                f"{_tex.mixture(dict(zip(other, belief)))}."
            )
        lines.append("\nSo it is **perfect**." if perfect else "\nSo it is not perfect.")
    if len(nash) > SHOWN:
        lines += ["", f"The other {len(nash) - SHOWN:,} equilibria go the same way."]
    return "\n".join(lines)


def _row(rows: Any, weights: Sequence[Fraction]) -> str:
    pays = [sum((w * v for w, v in zip(weights, column)), Fraction(0)) for column in rows.T]
    return ", ".join(f"${_tex.number(v)}$" for v in pays)
