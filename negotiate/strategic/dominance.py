"""Dominance: what is left when dominated strategies are struck out, round by round.

A strategy s of player i is strictly dominated if some mixture x of i's strategies does better
whatever the others do, sum_t x_t u_i(t, s_-i) > u_i(s, s_-i) for every s_-i; weakly, if never worse
and somewhere better. In each round every dominated strategy of every player goes at once. Under
strict dominance the end does not depend on the order; under weak dominance it may, and the
solution says so (Osborne and Rubinstein 1994, sections 4.2 and 4.3, pp. 58-64). By default the
dominating strategy may be mixed, found by a linear programme in exact arithmetic.

B is dominated by half T, half M, though by neither alone (Row's payoffs in the example of Osborne
and Rubinstein, p. 61):

>>> game = StrategicGame.from_arrays(
...     [[[3, 0], [0, 3], [1, 1]], [[0, 0], [0, 0], [0, 0]]],
...     players=("1", "2"), strategies=[("T", "M", "B"), ("L", "R")])
>>> dominance(game)[0].facts["order"][0]
{'round': 1, 'player': '1', 'strategy': 'B', 'by': {'T': '1/2', 'M': '1/2'}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.declare import concept
from negotiate.errors import InputError
from negotiate.numbers.exact_lp import maximise
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic.game import StrategicGame

KINDS = ("strict", "weak")
BY = ("mixed", "pure")
WORK_BOUND = 2_000_000
"""Most payoff entries in which dominance is looked for, exactly."""

Kept = Mapping[str, Sequence[str]]


def advantage(game: StrategicGame, player: str) -> Any:
    """Payoffs of one player as a matrix, own strategies x profiles of the others."""
    table = game.table(player)
    return np.moveaxis(table, game.players.index(player), 0).reshape(
        len(game.strategies[player]), -1
    )


def dominator(
    rows: Any, weights: Sequence[Any], *, kind: str, by: str = "mixed", allowed: Sequence[int] = ()
) -> tuple[Fraction, ...] | None:
    """A mixture of ``rows`` (own strategies x opponents' profiles) that dominates another, or None.

    Parameters
    ----------
    rows
        Payoffs, fractions.
    weights
        The mixture to be dominated.
    kind
        "strict" or "weak".
    by
        "mixed", or "pure" to look among pure strategies only.
    allowed
        Strategies the dominating mixture may use; all where empty.
    """
    own = [sum((w * v for w, v in zip(weights, column) if w), Fraction(0)) for column in rows.T]
    use = list(allowed) or list(range(len(rows)))
    for t in use:  # a pure dominator is the clearest witness
        gains = [v - o for v, o in zip(rows[t], own)]
        if min(gains) > 0 or (kind == "weak" and min(gains) >= 0 and max(gains) > 0):
            return tuple(Fraction(int(k == t)) for k in range(len(rows)))
    if by == "pure" or len(use) < 2:
        return None
    gains = [[rows[t][j] - own[j] for t in use] for j in range(len(own))]
    if kind == "strict":  # the least gain over the opponents' profiles, made as large as possible
        constraints = [([-g for g in line] + [1], 0) for line in gains]
        best = maximise(
            [0] * len(use) + [1], at_most=constraints, equal=[([1] * len(use) + [0], 1)]
        )
    else:  # the total gain, none of its parts being negative
        constraints = [([-g for g in line], 0) for line in gains]
        total = [sum(line[k] for line in gains) for k in range(len(use))]
        best = maximise(total, at_most=constraints, equal=[([1] * len(use), 1)])
    if best is None or best.value <= 0:
        return None
    out = [Fraction(0)] * len(rows)
    for k, t in enumerate(use):
        out[t] = best.x[k]
    return tuple(out)


def dominated(
    form: StrategicGame, *, kind: str = "strict", by: str = "mixed"
) -> tuple[dict[str, Any], ...]:
    """Every dominated strategy of the game as it stands, with a dominating mixture."""
    game = shared.admit(form, "dominance").fractions()
    _options(kind, by)
    out = []
    for player in game.players:
        rows, labels = advantage(game, player), game.strategies[player]
        for s in range(len(labels)):
            weights = [int(k == s) for k in range(len(labels))]
            others = [t for t in range(len(labels)) if t != s]
            if not others or _is_best(rows, s, alone=kind == "weak"):
                continue
            found = dominator(rows, weights, kind=kind, by=by, allowed=others)
            if found is not None:
                mixture = {labels[t]: str(w) for t, w in enumerate(found) if w}
                out.append({"player": player, "strategy": labels[s], "by": mixture})
    return tuple(out)


def _is_best(rows: Any, s: int, *, alone: bool) -> bool:
    # A best reply to some profile cannot be strictly dominated; the only best reply, not weakly.
    if alone:
        rest = np.delete(rows, s, axis=0).max(axis=0)
        return bool(np.any(rows[s] > rest))
    return bool(np.any(rows[s] >= rows.max(axis=0)))


@concept(
    "dominance",
    title="Iterated elimination of dominated strategies",
    short="dominance",
    games=("strategic",),
    field="rational",
    axioms=("relabelling",),
)
def dominance(form: StrategicGame, *, kind: str = "strict", by: str = "mixed") -> Solution:
    """Iterated elimination of dominated strategies.

    Parameters
    ----------
    kind
        "strict" or "weak".
    by
        "mixed" (a dominating strategy may be mixed) or "pure".

    Returns
    -------
    Solution
        One point. ``facts["survivors"]`` holds what is left by player, ``facts["order"]`` one
        entry per elimination: round, player, strategy, dominating mixture. If one profile is
        left, the point has its strategies and payoffs and is marked "dominance solvable".
    """
    game = shared.admit(form, "dominance")
    _options(kind, by)
    shared.bounded(game.payoffs.size, WORK_BOUND, "payoffs", "dominance", "merge strategies first")
    left, order, round_ = game.fractions(), [], 0
    while found := dominated(left, kind=kind, by=by):
        round_ += 1
        order += [{"round": round_, **item} for item in found]
        gone = {(item["player"], item["strategy"]) for item in found}
        left = left.restricted(
            {p: [s for s in left.strategies[p] if (p, s) not in gone] for p in left.players}
        )
    facts = {"survivors": {p: left.strategies[p] for p in left.players}, "order": tuple(order)}
    notes = []
    if kind == "weak" and order:
        notes.append("Weak dominance: another order of elimination may leave other strategies.")
    if not order:
        notes.append("No strategy is dominated.")
    if all(size == 1 for size in left.shape):
        index = [game.strategies[p].index(left.strategies[p][0]) for p in game.players]
        found_point = shared.point(
            game, shared.pure(game, index), marks=("dominance solvable",), facts=facts
        )
    else:
        label = "; ".join(f"{p}: {', '.join(left.strategies[p])}" for p in left.players)
        found_point = Point(payoffs={}, label=label, facts=facts)
    return Solution(
        concept="dominance",
        players=game.players,
        points=(found_point,),
        complete=True,
        exact=game.exact,
        settings={"kind": kind, "by": by},
        notes=tuple(notes),
        form=form,
    )


@dominance.checked_by
def holds(
    form: StrategicGame, point: Point, *, kind: str = "strict", by: str = "mixed"
) -> Evidence:
    """Replay the order: every struck strategy is dominated when struck, and no survivor is."""
    game = shared.admit(form, "dominance").fractions()
    what = "strategies whose elimination or survival is not justified"
    left, order = game, point.facts["order"]
    for number in sorted({item["round"] for item in order}):
        gone = [item for item in order if item["round"] == number]
        for item in gone:
            player, labels = item["player"], left.strategies[item["player"]]
            rows = advantage(left, player)
            own = rows[labels.index(item["strategy"])]
            mixture = [Fraction(item["by"].get(s, 0)) for s in labels]
            gains = [sum(w * v for w, v in zip(mixture, c)) - o for c, o in zip(rows.T, own)]
            fine = min(gains) > 0 or (kind == "weak" and min(gains) >= 0 and max(gains) > 0)
            if not fine or sum(mixture) != 1 or min(mixture) < 0:
                return Evidence(False, 1, what, f"{player}: {item['strategy']} in round {number}")
        struck = {(item["player"], item["strategy"]) for item in gone}
        left = left.restricted(
            {p: [s for s in left.strategies[p] if (p, s) not in struck] for p in left.players}
        )
    named = {p: tuple(s) for p, s in point.facts["survivors"].items()}
    more = dominated(left, kind=kind, by=by)
    if named != dict(left.strategies) or more:
        witness = f"{more[0]['player']}: {more[0]['strategy']}" if more else "survivors differ"
        return Evidence(False, max(1, len(more)), what, witness)
    return Evidence(True, 0, what)


@dominance.explained_by
def explain(form: StrategicGame, *, kind: str = "strict", by: str = "mixed") -> str:
    """The elimination as a student would write it, in Markdown with TeX."""
    game = shared.admit(form, "dominance").fractions()
    answer = dominance(form, kind=kind, by=by)[0]
    sign, word = (">", "strictly") if kind == "strict" else (r"\ge", "weakly")
    lines = [f"**Iterated elimination of {word} dominated strategies.**", ""]
    left = game
    for number in sorted({item["round"] for item in answer.facts["order"]}):
        lines.append(f"Round {number}:")
        gone = [item for item in answer.facts["order"] if item["round"] == number]
        for item in gone:
            player, labels = item["player"], left.strategies[item["player"]]
            rows = advantage(left, player)
            own = rows[labels.index(item["strategy"])]
            mixture = {s: Fraction(w) for s, w in item["by"].items()}
            mixed = [
                sum((w * column[labels.index(s)] for s, w in mixture.items()), Fraction(0))
                for column in rows.T
            ]
            better = " + ".join(s if w == 1 else f"{w} {s}" for s, w in mixture.items())
            compared = ", ".join(f"{a} {sign} {b}" for a, b in zip(mixed[:8], own[:8]))
            more = " and so on" if len(own) > 8 else ""
            lines.append(
                f"- for {player}, *{item['strategy']}* is {word} dominated by *{better}*: "
                f"${compared}${more}."
            )
        struck = {(item["player"], item["strategy"]) for item in gone}
        left = left.restricted(
            {p: [s for s in left.strategies[p] if (p, s) not in struck] for p in left.players}
        )
        lines.append("")
    rest = "; ".join(f"{p}: {', '.join(s)}" for p, s in answer.facts["survivors"].items())
    lines.append(f"No further strategy is {word} dominated. What is left: {rest}.")
    return "\n".join(lines)


def _options(kind: str, by: str) -> None:
    for name, value, allowed in (("kind", kind, KINDS), ("by", by, BY)):
        if value not in allowed:
            raise InputError(f"{name} is {value!r}", where="dominance", allowed=", ".join(allowed))
