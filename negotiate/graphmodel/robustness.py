r"""How robust an equilibrium is: its tally over small changes of the rankings.

The ranking of a decision maker is a judgement of the analyst. Two neighbours in it are the
likeliest to stand the wrong way round, so the tally takes, for every decision maker and every pair
of neighbouring groups, the ranking in which the two are exchanged and the one in which they are
tied, and counts in how many of these each state is an equilibrium. Where groups are ties, splitting
them is not part of it. All rankings are solved at once, as draws.

With ``swaps`` above one, ``draws`` rankings are made by that many random exchanges of neighbours in
the rankings of decision makers chosen at random.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.graphmodel._definition import Rules
from negotiate.graphmodel._engine import margins_over
from negotiate.graphmodel.inverse import CONCEPTS
from negotiate.graphmodel.model import GraphModel

MAX_CELLS = 200_000_000
"""Rankings times moves."""


@dataclass(frozen=True, eq=False)
class Robustness:
    """Tally of equilibria over changed rankings.

    Attributes
    ----------
    states
        Labels.
    concepts
        Concepts asked about.
    now
        Whether each state is an equilibrium with the rankings given, shape ``(concepts, states)``.
    share
        Share of the changed rankings in which it is one, same shape.
    count
        Number of changed rankings.
    swaps
        Exchanges of neighbours in each.
    """

    states: tuple[str, ...]
    concepts: tuple[str, ...]
    now: np.ndarray
    share: np.ndarray
    count: int
    swaps: int

    def __repr__(self) -> str:
        return f"<Robustness of {len(self.states)} states over {self.count} changed rankings>"

    def rows(self) -> list[dict[str, object]]:
        """One row for each state and concept where it is or becomes an equilibrium."""
        return [
            {
                "state": self.states[s],
                "concept": concept,
                "equilibrium": bool(self.now[c, s]),
                "share": float(self.share[c, s]),
            }
            for c, concept in enumerate(self.concepts)
            for s in range(len(self.states))
            if self.now[c, s] or self.share[c, s] > 0
        ]


def robustness(
    model: GraphModel,
    *,
    concepts: Iterable[str] = ("nash_stability", "sequential_stability"),
    swaps: int = 1,
    draws: int = 1000,
    rng: np.random.Generator | None = None,
) -> Robustness:
    """Tally every state over changed rankings.

    Parameters
    ----------
    model
        With rankings throughout.
    concepts
        Names of concepts, of `negotiate.graphmodel.inverse.CONCEPTS`.
    swaps
        Exchanges of neighbours in each changed ranking; with 1 all of them are taken, and all ties
        of neighbours.
    draws
        Number of random changes with more than one swap.
    rng
        Source of randomness, needed with more than one swap.

    Returns
    -------
    Robustness
        Shares of the changed rankings.

    Examples
    --------
    In the prisoners' dilemma mutual defection survives ten of the twelve changes: all but those
    that make somebody prefer to be exploited:

    >>> from negotiate.graphmodel.build import payoff_model
    >>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
    >>> found = robustness(dilemma, concepts=["nash_stability"])
    >>> found.count, [(row["state"], round(row["share"], 2)) for row in found.rows()]
    (12, [('r1c2', 0.17), ('r2c1', 0.17), ('r2c2', 0.83)])
    """
    if not model.is_ranked:
        raise NotApplicableError(
            "a preference that is no ranking",
            where="robustness",
            allowed="rankings, with ties",
            remedy="solve under the four attitudes to unknown pairs: unknown = 'a' to 'd'",
        )
    names = tuple(concepts)
    for name in names:
        if name not in CONCEPTS:
            raise InputError(f"concept '{name}'", where="robustness", allowed=", ".join(CONCEPTS))
    ranks = model.ranks()
    if swaps == 1:
        changed = _neighbours(ranks)
    else:
        if rng is None or swaps < 1:
            raise InputError(
                "more than one swap without rng" if swaps > 1 else f"{swaps} swaps",
                where="robustness",
                remedy="pass rng=numpy.random.default_rng(seed)",
            )
        changed = _random(ranks, swaps, draws, rng)
    cells = len(changed) * sum(len(arcs) for arcs in model.moves)
    if cells > MAX_CELLS:
        raise TooLargeError(
            f"{len(changed):,} rankings of {len(model.states):,} states",
            where="robustness",
            allowed=f"up to {MAX_CELLS:,} rankings times moves",
            remedy="ask for fewer draws with swaps=2",
        )
    now = np.array([equilibria_over(ranks, model, CONCEPTS[name]) for name in names])
    if not len(changed):
        return Robustness(model.states, names, now, now.astype(float), 0, swaps)
    share = np.array(
        [equilibria_over(changed, model, CONCEPTS[name]).mean(axis=0) for name in names]
    )
    return Robustness(model.states, names, now, share, len(changed), swaps)


def equilibria_over(
    values: np.ndarray, model: GraphModel, rules: Rules, *, slack: float = 0.0
) -> np.ndarray:
    """Which states are equilibria, over draws of ranks or utilities.

    Parameters
    ----------
    values
        Shape ``(..., players, states)``.
    model
        For its moves.
    rules
        The definition.
    slack
        Differences up to this are a tie.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(..., states)``.
    """
    return np.asarray(margins_over(values, model, rules, slack=slack).min(axis=-2) >= -slack)


def _neighbours(ranks: np.ndarray) -> np.ndarray:
    """Every exchange and every tie of two neighbouring groups of one decision maker."""
    out = []
    for i, mine in enumerate(ranks):
        levels = np.unique(mine)
        for low, high in pairwise(levels.tolist()):
            for up, down in ((high, low), (low, low)):
                new = ranks.copy()
                new[i, mine == low] = up
                new[i, mine == high] = down
                out.append(new)
    return np.array(out).reshape(-1, *ranks.shape)


def _random(ranks: np.ndarray, swaps: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    out = np.repeat(ranks[None], draws, axis=0)
    for new in out:
        for _ in range(swaps):
            i = int(rng.integers(len(ranks)))
            levels = np.unique(new[i])
            if len(levels) < 2:
                continue
            k = int(rng.integers(len(levels) - 1))
            low, high = new[i] == levels[k], new[i] == levels[k + 1]
            new[i, low], new[i, high] = levels[k + 1], levels[k]
    return out
