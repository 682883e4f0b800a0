r"""What kind of game it is: monotone, superadditive, convex, balanced; dummies and vetoes.

* convex: what a player adds never falls as the coalition it joins grows,
  v(S + i) - v(S) <= v(T + i) - v(T) for S within T (Shapley 1971, International Journal of Game
  Theory 1:11-26); then the core is large and holds the Shapley value.
* superadditive: v(S) + v(T) <= v(S + T) for disjoint S, T.
* monotone: larger coalitions are worth no less. Essential: v(N) > sum of v(i).
* balanced: the core is not empty (Bondareva 1963; Shapley 1967); totally balanced: that of no
  subgame is.
* dummy: adds its own worth to every coalition; veto player: coalitions without it are worth
  nothing; symmetric players add the same to every coalition with neither.

Each question is answered by a test with the coalitions that refute it.

>>> from negotiate.coalitions.game import weighted_voting
>>> game = weighted_voting({"a": 1, "b": 1, "c": 1}, 2)
>>> is_convex(game).holds, is_superadditive(game).holds, is_balanced(game).holds
(False, True, False)
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.coalitions.arithmetic import subsets
from negotiate.coalitions.core import excess
from negotiate.coalitions.game import CoalitionalGame
from negotiate.errors import TooLargeError
from negotiate.solution import Evidence
from negotiate.tolerance import AGREEMENT

PAIR_PLAYERS = 14
"""Most players for whom all pairs of disjoint coalitions (3^n) are looked at."""
SUBGAME_PLAYERS = 10
"""Most players for whom the core of every subgame is looked at."""


def _slack(game: CoalitionalGame) -> float:
    return 0 if game.exact else AGREEMENT * float(np.max(game.scale))


def _number(game: CoalitionalGame, value: Any) -> Any:
    return Fraction(int(value), game.denominator) if game.exact else float(value)


def is_convex(game: CoalitionalGame) -> Evidence:
    """Convex: the least increase of a player's addition as another joins; the pair that refutes it.

    For a cost game: what a player adds to the cost never rises (concave costs).
    """
    table = game.whole()[0] if game.exact else game.signed
    n, worst = game.n, Evidence(True, 0, "least rise of a player's addition")
    best: Any = None
    for k in range(n):
        added = subsets.marginals(table, k)
        for j in range(n - 1):
            without, having = subsets.split(added, j)
            rise = having - without
            at = int(np.argmin(rise))
            low = rise[at]
            if best is None or low < best:
                best = low
                other = j if j < k else j + 1
                mask = _spread(_spread(at, j), k)
                here = _number(game, low)
                worst = Evidence(
                    bool(here >= -_slack(game)),
                    here,
                    "least rise of a player's addition",
                    ""
                    if here >= -_slack(game)
                    else f"{game.players[k]} adds less to {game.label(mask | 1 << other)} "
                    f"than to {game.label(mask)}",
                )
    return worst


def _spread(mask: int, position: int) -> int:
    """Insert an absent player at a position into the number of a coalition of the others."""
    low = mask & ((1 << position) - 1)
    return low | (mask >> position) << (position + 1)


def is_monotone(game: CoalitionalGame) -> Evidence:
    """Nobody's joining lowers the worth of a coalition."""
    table = game.whole()[0] if game.exact else game.signed
    for k in range(game.n):
        added = subsets.marginals(table, k)
        at = int(np.argmin(added))
        low = _number(game, added[at])
        if low < -_slack(game):
            return Evidence(
                False,
                low,
                "least addition of a player",
                f"{game.players[k]} joins {game.label(_spread(at, k))}",
            )
    return Evidence(True, 0, "least addition of a player")


def is_superadditive(game: CoalitionalGame) -> Evidence:
    """Two coalitions without a common member are worth no more apart than together."""
    n = game.n
    if n > PAIR_PLAYERS:
        raise TooLargeError(
            f"{3**n:,} pairs of coalitions",
            where="superadditivity",
            allowed=f"{PAIR_PLAYERS} players",
        )
    table = game.whole()[0] if game.exact else game.signed
    slack = _slack(game)
    for mask in range(1, 2**n):
        low = mask & -mask
        rest = mask ^ low
        parts = np.array([low | s for s in subsets.submasks(rest)], dtype=np.intp)
        gains = table[mask] - table[parts] - table[mask ^ parts]
        at = int(np.argmin(gains))
        gain = _number(game, gains[at])
        if gain < -slack:
            return Evidence(
                False,
                gain,
                "worth together less worth apart",
                f"{game.label(int(parts[at]))} and {game.label(mask ^ int(parts[at]))}",
            )
    return Evidence(True, 0, "worth together less worth apart")


def is_balanced(game: CoalitionalGame) -> Evidence:
    """The core is not empty: the least epsilon is not above zero."""
    least = excess(game)
    return Evidence(bool(least <= _slack(game)), least, "least epsilon of the core")


def is_totally_balanced(game: CoalitionalGame) -> Evidence:
    """No subgame has an empty core; the coalition whose subgame has one is the witness."""
    if game.n > SUBGAME_PLAYERS:
        raise TooLargeError(
            f"{2**game.n:,} subgames",
            where="total balancedness",
            allowed=f"{SUBGAME_PLAYERS} players",
        )
    for mask in sorted(range(1, 2**game.n), key=int.bit_count):
        if mask.bit_count() < 2:
            continue
        found = is_balanced(subgame(game, game.members(mask)))
        if not found.holds:
            return replace(found, witness=game.label(mask))
    return Evidence(True, 0, "least epsilon of the core of a subgame")


def subgame(game: CoalitionalGame, players: tuple[str, ...]) -> CoalitionalGame:
    """The game among some of the players."""
    positions = [game.players.index(p) for p in players]
    index = subsets.sums(np.array([1 << k for k in positions], dtype=np.intp))
    return replace(game, players=tuple(players), table=game.table[..., index])


def zero_normalised(game: CoalitionalGame) -> CoalitionalGame:
    """The same game with everybody's own worth taken out."""
    alone = game.table[..., [1 << k for k in range(game.n)]]
    return replace(game, table=game.table - subsets.sums(alone))


def dual(game: CoalitionalGame) -> CoalitionalGame:
    """v*(S) = v(N) - v(N - S): what the others cannot keep from a coalition."""
    return replace(game, table=game.table[..., -1:] - game.table[..., ::-1])


def dummies(game: CoalitionalGame) -> tuple[str, ...]:
    """Players that add their own worth to every coalition."""
    slack = _slack(game)
    table = game.whole()[0] if game.exact else game.signed
    return tuple(
        p
        for k, p in enumerate(game.players)
        if (np.abs(subsets.marginals(table, k) - table[1 << k]) <= slack).all()
    )


def veto_players(game: CoalitionalGame) -> tuple[str, ...]:
    """Players without whom no coalition is worth anything."""
    slack = _slack(game)
    return tuple(
        p
        for k, p in enumerate(game.players)
        if (np.abs(subsets.split(game.signed, k)[0]) <= slack).all()
    )


def symmetric(game: CoalitionalGame) -> tuple[tuple[str, ...], ...]:
    """Groups of players that add the same to every coalition with none of the two compared."""
    slack, groups = _slack(game), list[list[int]]()
    for k in range(game.n):
        for group in groups:
            j = group[0]
            having_k, having_j = _either(game, k, j)
            if (np.abs(having_k - having_j) <= slack).all():
                group.append(k)
                break
        else:
            groups.append([k])
    return tuple(tuple(game.players[k] for k in group) for group in groups)


def _either(game: CoalitionalGame, k: int, j: int) -> tuple[Any, Any]:
    masks = np.arange(2**game.n)
    neither = masks[(masks >> k & 1 == 0) & (masks >> j & 1 == 0)]
    return game.signed[neither | 1 << k], game.signed[neither | 1 << j]


def describe(game: CoalitionalGame) -> dict[str, Any]:
    """All of it at once, as far as the size allows: name to verdict or list."""
    out: dict[str, Any] = {
        "convex": is_convex(game).holds,
        "monotone": is_monotone(game).holds,
        "balanced": is_balanced(game).holds,
    }
    if game.n <= PAIR_PLAYERS:
        out["superadditive"] = is_superadditive(game).holds
    if game.n <= SUBGAME_PLAYERS // 2 + 1:
        out["totally_balanced"] = is_totally_balanced(game).holds
    out["dummies"] = list(dummies(game))
    out["veto_players"] = list(veto_players(game))
    return out
