r"""Quantal response from counts: precision and payoffs of strategic games from what was played.

In a logit quantal response equilibrium player i chooses s with probability

    x_i(s) = exp(lambda u_i(s, x_-i)) / sum_t exp(lambda u_i(t, x_-i)),

and the log-likelihood of counts c is sum c_i(s) log x_i(s). One precision may serve many games
(pooled), vary with what is known of them, and stand beside parameters of the payoffs:

    u = (payoff + sum_k theta_k D_k)^(1 - r),

with known directions D_k (what a lever adds to which cell) and a curvature r. The equilibrium is
the principal branch's. Each side may instead be taken to answer the frequencies that were
*observed* (`answers="observed"`): a concave logit that is quick, and not the estimate of an
equilibrium.

Derivatives are exact: the log-probabilities solve F(x, theta) = 0, and Newton's step with the
Jacobian at the solution, taken twice on jets, gives first and second derivatives of x.

For games in tree form with errors at every move, use `strategic_tree` with fixed utilities and one
scale: lambda = 1/(sqrt 2 sigma).

Sources: R. D. McKelvey and T. R. Palfrey, Games and Economic Behavior 10 (1995), 6-38; T. Turocy,
Games and Economic Behavior 51 (2005), 243-263; J. Ochs, Games and Economic Behavior 10 (1995),
202-217; R. Selten and T. Chmura, American Economic Review 98 (2008), 938-966.

Ochs's matching pennies with a prize of 9, choices as in McKelvey and Palfrey (1995):

>>> game = [[[1.1141, 0.0], [0.0, 0.2785]], [[0.0, 1.1141], [1.1141, 0.0]]]
>>> model = QuantalCounts.of([game])
>>> counts = [128 * share for share in (0.527, 0.473, 0.366, 0.634)]
>>> _, best = fit_counts(model, [counts])
>>> round(float(best.beta[0]), 4), round(best.value, 4)
(1.8456, -174.7645)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.estimation.arithmetic import jets
from negotiate.estimation.arithmetic.jets import Jet
from negotiate.estimation.maximise import Maximum, maximise
from negotiate.estimation.problem import Problem
from negotiate.strategic.arithmetic import logit

Array = NDArray[np.float64]
Answers = Literal["equilibrium", "observed"]

CELL_BOUND = 10_000
"""Cells of a game: each is a product of probabilities in every derivative."""


@dataclass(frozen=True, eq=False)
class QuantalCounts:
    """Games of one shape whose counts are fitted.

    Attributes
    ----------
    payoffs
        (games, n, S1, ..., Sn).
    directions
        Payoff parameter to (games, n, S1, ..., Sn) or (n, S1, ..., Sn): what one unit of it adds.
    power
        Whether payoffs are raised to 1 - r, with r an index; payoffs are then at least zero.
    answers
        "equilibrium", or "observed": replies to the observed frequencies.
    """

    payoffs: Array
    directions: Mapping[str, Array] = field(default_factory=dict)
    power: bool = False
    answers: Answers = "equilibrium"
    title = "quantal response from counts"

    def __post_init__(self) -> None:
        if self.answers not in ("equilibrium", "observed"):
            raise UnknownNameError("kind of answers", self.answers, ("equilibrium", "observed"))
        if self.payoffs[0].size > CELL_BOUND * self.payoffs.shape[1]:
            raise TooLargeError(
                f"{self.payoffs[0, 0].size} cells", where=self.title, allowed=f"{CELL_BOUND}"
            )
        if self.power and (self.payoffs < 0).any():
            raise InputError(
                "a payoff is negative",
                where=self.title,
                allowed="0 and more",
                remedy="a power of it is not defined: shift the payoffs",
            )

    @classmethod
    def of(
        cls,
        games: Sequence[Any],
        *,
        directions: Mapping[str, Any] | None = None,
        power: bool = False,
        answers: Answers = "equilibrium",
    ) -> QuantalCounts:
        """Games of one shape, each (n, S1, ..., Sn) payoffs.

        Raises
        ------
        InputError
            Games of different shapes.
        """
        arrays = [np.asarray(game, dtype=float) for game in games]
        shapes = {array.shape for array in arrays}
        if len(shapes) != 1:
            raise InputError(
                f"games of {len(shapes)} shapes", where=cls.title, remedy="pool games of one shape"
            )
        if arrays[0].ndim - 1 != arrays[0].shape[0]:
            raise InputError(
                f"an array of shape {arrays[0].shape}",
                where=cls.title,
                allowed="(players, strategies of player 1, ..., of player n)",
            )
        extra = {k: np.asarray(v, dtype=float) for k, v in (directions or {}).items()}
        return cls(np.stack(arrays), extra, power, answers)

    @property
    def indices(self) -> tuple[str, ...]:
        """The precision, payoff parameters, the curvature."""
        return ("lambda", *self.directions, *(("r",) if self.power else ()))

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Strategies of each player."""
        return self.payoffs.shape[2:]

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """``player:strategy``, counted from 1."""
        return tuple(f"{i + 1}:{s + 1}" for i, size in enumerate(self.sizes) for s in range(size))

    def read_outcome(self, columns: Mapping[str, NDArray[Any]]) -> tuple[QuantalCounts, Array]:
        """One column of counts a strategy, players one after the other; one row a game."""
        counts = np.column_stack([np.asarray(c, dtype=float) for c in columns.values()])
        return self, self._checked(counts)

    def _checked(self, counts: Array) -> Array:
        if counts.shape != (len(self.payoffs), sum(self.sizes)):
            raise InputError(
                f"counts of shape {counts.shape}",
                where=self.title,
                allowed=f"({len(self.payoffs)} games, {sum(self.sizes)} strategies)",
            )
        if not (np.isfinite(counts).all() and (counts >= 0).all()):
            raise InputError("a count is negative or no number", where=self.title)
        return np.column_stack([counts, np.arange(len(counts), dtype=float)])

    def write_outcome(self, outcome: Array, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Counts."""
        return {name: outcome[:, k] for k, name in enumerate(names)}

    def counts(self, outcome: Array) -> Array:
        """Counts."""
        return outcome[:, : sum(self.sizes)]

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        """Counts times log-probabilities of the equilibrium."""
        width = sum(self.sizes)
        counts = outcome[:, :width]
        number = (
            outcome[:, width].astype(int) if outcome.shape[1] > width else np.arange(len(counts))
        )
        seeds = jets.seeds(eta)
        if np.any(np.asarray(eta[0]) < 0):
            return Jet(np.full(len(counts), -np.inf), {}, {})
        cells = self._cells(seeds, number)
        if self.answers == "observed":
            shares = [
                part / np.maximum(part.sum(axis=1, keepdims=True), 1.0)
                for part in np.split(counts, np.cumsum(self.sizes)[:-1], axis=1)
            ]
            logs = _replies(cells, shares, seeds[0])
        else:
            logs = self._equilibrium(cells, seeds[0])
        total: Any = Jet(np.zeros(len(counts)), {}, {})
        for k, log_share in enumerate(logs):
            total = total + log_share * counts[:, k]
        out: Jet = total
        return out

    def events(self, eta: Sequence[Any]) -> dict[str, Any]:
        """Probability of every strategy; one row a game."""
        rows = np.arange(np.size(jets.value(eta[0]))) % len(self.payoffs)
        columns = [np.atleast_1d(np.asarray(jets.value(e), dtype=float)) for e in eta]
        logs = self._equilibrium(self._cells(jets.seeds(columns), rows), jets.seeds(columns)[0])
        return {name: np.exp(x.value) for name, x in zip(self.outcomes, logs)}

    def simulate(
        self, eta: Sequence[Array], rng: np.random.Generator, *, plays: int = 100
    ) -> Array:
        """Counts of ``plays`` independent choices of each player in each game."""
        shares = self.events(eta)
        place, columns = 0, []
        for size in self.sizes:
            p = np.column_stack([shares[name] for name in self.outcomes[place : place + size]])
            columns.append([rng.multinomial(plays, row / row.sum()) for row in p])
            place += size
        return self._checked(np.column_stack([np.array(c, dtype=float) for c in columns]))

    def _cells(self, seeds: Sequence[Jet], rows: NDArray[np.int64]) -> dict[tuple[int, ...], Any]:
        """Utility of player i in each cell, a jet or a column: {(i, s1, ..., sn): (rows,)}."""
        out: dict[tuple[int, ...], Any] = {}
        for place in np.ndindex(*self.payoffs.shape[1:]):
            u: Any = self.payoffs[(rows, *place)]
            for k, direction in enumerate(self.directions.values()):
                full = np.broadcast_to(direction, self.payoffs.shape)[(rows, *place)]
                if np.any(full):
                    u = u + seeds[1 + k] * full
            if self.power:
                base = jets.value(u)
                positive = np.maximum(base, np.finfo(float).tiny)
                log_u = jets.log(u) if isinstance(u, Jet) else np.log(positive)
                u = jets.exp((1.0 - seeds[-1]) * log_u) * (base > 0).astype(float)
            out[place] = u
        return out

    def _equilibrium(self, cells: Mapping[tuple[int, ...], Any], precision: Jet) -> list[Any]:
        """Log-probabilities of all strategies as jets, at the principal branch's equilibrium."""
        rows = len(precision.value)
        values: Any = np.empty((rows, *self.payoffs.shape[1:]))
        for place, u in cells.items():
            values[(slice(None), *map(int, place))] = jets.value(u)
        mixed, _ = logit.principal_branch(values, precision.value, players=len(self.sizes))
        with np.errstate(divide="ignore"):
            x: list[Any] = [np.log(p[:, s]) for p in mixed for s in range(p.shape[1])]
        frozen = {place: jets.value(u) for place, u in cells.items()}
        for _ in range(2):  # polish the values
            x = self._newton(x, frozen, precision.value, self._jacobian(x, frozen, precision.value))
        inverse = self._jacobian(x, frozen, precision.value)
        for _ in range(2):  # each round makes one more order of derivatives exact
            x = self._newton(x, cells, precision, inverse)
        return x

    def _newton(
        self, x: list[Any], cells: Mapping[tuple[int, ...], Any], precision: Any, inverse: Array
    ) -> list[Any]:
        shares = [jets.exp(log) for log in x]
        grouped, place = [], 0
        for size in self.sizes:
            grouped.append(shares[place : place + size])
            place += size
        wanted = _replies(cells, grouped, precision)
        gaps = [log - reply for log, reply in zip(x, wanted)]
        out = []
        for k in range(len(x)):
            step: Any = sum((gaps[m] * inverse[:, k, m] for m in range(len(x))), start=0.0)
            out.append(x[k] - step)
        return out

    def _jacobian(self, x: list[Array], cells: Mapping[tuple[int, ...], Any], lam: Array) -> Array:
        """(rows, K, K) inverse Jacobian of x - log reply(x), by jets in x."""
        seeds = jets.seeds(x)
        shares = [jets.exp(s) for s in seeds]
        grouped, place = [], 0
        for size in self.sizes:
            grouped.append(shares[place : place + size])
            place += size
        wanted = _replies(cells, grouped, lam)
        rows, width = len(x[0]), len(x)
        matrix = np.zeros((rows, width, width))
        for k, reply in enumerate(wanted):
            matrix[:, k, k] = 1.0
            for m, column in reply.first.items():
                matrix[:, k, m] -= column
        return np.asarray(np.linalg.inv(matrix))


def _replies(
    cells: Mapping[tuple[int, ...], Any], shares: Sequence[Any], precision: Any
) -> list[Any]:
    """Log of the logit reply of every player, strategies one after the other."""
    sizes = [s.shape[1] if isinstance(s, np.ndarray) else len(s) for s in shares]
    columns = [
        [s[:, k] for k in range(s.shape[1])] if isinstance(s, np.ndarray) else list(s)
        for s in shares
    ]
    out: list[Any] = []
    for i, size in enumerate(sizes):
        values: list[Any] = [0.0] * size
        for place in np.ndindex(*sizes):
            weight: Any = cells[(i, *place)]
            for j, s in enumerate(place):
                if j != i:
                    weight = weight * columns[j][s]
            values[place[i]] = values[place[i]] + weight
        scaled = [precision * v for v in values]
        top = np.max([np.asarray(jets.value(v)) for v in scaled], axis=0)
        shifted = [v - top for v in scaled]
        total: Any = sum((jets.exp(v) for v in shifted[1:]), start=jets.exp(shifted[0]))
        log_total = jets.log(total)
        out.extend(v - log_total for v in shifted)
    return out


def fit_counts(
    model: QuantalCounts, counts: Any, *, own: bool = False, starts: int = 4, seed: int = 0
) -> tuple[Problem, Maximum]:
    """Maximum likelihood of counts: one precision for all games, or each its own.

    Parameters
    ----------
    model
        The games.
    counts
        (games, strategies of all players one after the other).
    own
        Whether each game has its own precision.
    starts, seed
        Starts of Newton's method, the first from the observed answers' precision.

    Examples
    --------
    Matching pennies played 60 to 40: no precision pulls play off the even mix.

    >>> pennies = QuantalCounts.of([[[[1, 0], [0, 1]], [[0, 1], [1, 0]]]], answers="observed")
    >>> _, best = fit_counts(pennies, [[60, 40, 50, 50]], starts=1)
    >>> round(best.value, 4)
    -138.6294
    """
    table = np.atleast_2d(np.asarray(counts, dtype=float))
    games = len(model.payoffs)
    one = np.ones((games, 1))
    first = np.eye(games) if own else one
    labels: tuple[str, ...] = tuple(f"game {k + 1}" for k in range(games)) if own else ("",)
    rest = len(model.indices) - 1
    problem = Problem(
        model,
        (first, *(one,) * rest),
        (labels, *(("",),) * rest),
        model._checked(table),
    )
    spread = float(np.ptp(model.payoffs, axis=tuple(range(1, model.payoffs.ndim))).max())
    points = [
        np.concatenate([np.full(first.shape[1], scale / max(spread, 1e-12)), np.zeros(rest)])
        for scale in (1.0, 4.0, 12.0, 0.2)
    ]
    return problem, maximise(
        problem,
        starts=max(1, starts),
        first=points[: max(1, starts)],
        rng=np.random.default_rng(seed),
    )
