r"""The statistical ultimatum game: an offer, taken or left, with reservation values estimated.

Player 1 offers y out of ``most``; player 2 accepts if y - R_2 + e_2 > 0. Player 1's payoff from an
accepted offer is most - y, from a rejected one R_1 + e_1. With logistic errors of scales s_1 and
s_2, the best offer without its error solves

    y* = most - R_1 - s_2 (1 + exp((y* - R_2)/s_2)),

and the offer's distribution function is Lambda(q(y)),

    q(y) = (y - most + R_1 + s_2 (1 + exp((y - R_2)/s_2))) / s_1,

with masses at ``least`` and ``most``, where offers are cut off. Acceptance has probability
Lambda((y - R_2)/s_2). Indices: R_1, R_2, log s_1, log s_2.

Where most offers are accepted the likelihood is nearly flat in (R_2, s_2): hold log s_2 fixed, and
look at the profile.

Source: K. W. Ramsay and C. S. Signorino, "A statistical model of the ultimatum game" (2009,
unpublished; the model of ``ultimatum`` in the R package games).

>>> game = Ultimatum(most=1.0)
>>> even = [np.array([x]) for x in (0.0, 0.0, -2.0, -2.0)]
>>> {name: float(x[0].round(3)) for name, x in game.events(even).items()}
{'best offer': 0.213, 'accept | best offer': 0.828}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError
from negotiate.estimation.arithmetic import jets
from negotiate.estimation.arithmetic.jets import Jet
from negotiate.estimation.arithmetic.links import log_logistic, logistic
from negotiate.estimation.outcomes import Labels

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ultimatum:
    """The game as a statistical model.

    Attributes
    ----------
    most, least
        The largest and least offer, in the units of the data.
    """

    most: float
    least: float = 0.0
    indices = ("R1", "R2", "log(s1)", "log(s2)")
    outcomes = ("rejected", "accepted")
    title = "ultimatum"
    continuous = True

    def __post_init__(self) -> None:
        if not self.most > self.least:
            raise InputError(
                f"offers from {self.least:g} to {self.most:g}",
                where="ultimatum game",
                allowed="least below most",
            )

    def read_outcome(self, columns: Mapping[str, NDArray[Any]]) -> tuple[Ultimatum, Array]:
        """Two variables: the offer, and whether it was accepted (1) or rejected (0)."""
        if len(columns) != 2:
            raise InputError(
                f"{len(columns)} outcome variables",
                where="ultimatum game",
                allowed="the offer and the acceptance",
            )
        (name, offer), (accepted, answer) = columns.items()
        numbers = np.asarray(offer, dtype=float)
        outside = (numbers < self.least) | (numbers > self.most)
        if outside.any():
            raise InputError(
                f"{int(outside.sum())} offers are outside (first: {numbers[outside][0]:g})",
                where=name,
                allowed=f"{self.least:g} to {self.most:g}",
            )
        bits = Labels.indicator(answer, where=accepted)
        return self, np.asfortranarray(np.column_stack([numbers, bits]))

    def write_outcome(self, outcome: Array, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """The two variables."""
        return {names[0]: outcome[:, 0], names[1]: outcome[:, 1].astype(int)}

    def counts(self, outcome: Array) -> Array:
        """Rejected, accepted."""
        return np.column_stack([1.0 - outcome[:, 1], outcome[:, 1]])

    def _position(self, y: Any, r1: Any, r2: Any, s1: Any, s2: Any) -> tuple[Any, Any]:
        bent = jets.exp((y - r2) / s2)
        return (y - self.most + r1 + s2 * (bent + 1.0)) / s1, bent

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        """Density of the offer, or its mass at an end, and the chance of the answer."""
        r1, r2, log_s1, log_s2 = jets.seeds(eta)
        s1, s2 = jets.exp(log_s1), jets.exp(log_s2)
        offer, accepted = outcome[:, 0], outcome[:, 1]
        slack = tolerance.UTILITY * (self.most - self.least)
        low, high = offer <= self.least + slack, offer >= self.most - slack
        q, bent = self._position(offer, r1, r2, s1, s2)
        density = log_logistic(q) + log_logistic(-q) - log_s1 + jets.log(bent + 1.0)
        total = density * (~(low | high)).astype(float)
        if low.any():
            total = total + log_logistic(q) * low.astype(float)
        if high.any():
            total = total + log_logistic(-q) * high.astype(float)
        total = total + log_logistic(((offer - r2) / s2) * np.where(accepted == 1.0, 1.0, -1.0))
        out: Jet = total
        return out

    def events(self, eta: Sequence[Any]) -> dict[str, Any]:
        """The best offer before its error, within the ends, and its chance of acceptance."""
        r1, r2, _, log_s2 = (np.asarray(jets.value(e), dtype=float) for e in eta)
        s2 = np.exp(log_s2)
        ceiling = self.most - r1 - s2
        y: Any = np.minimum(ceiling, r2)
        for _ in range(100):  # y + s2 exp((y - R2)/s2) is convex and rising: Newton from any side
            bent = np.exp(np.minimum((y - r2) / s2, 50.0))
            step = (y - ceiling + s2 * bent) / (1.0 + bent)
            y = y - step
            if float(np.abs(step).max(initial=0.0)) < tolerance.ROOT * self.most:
                break
        if isinstance(eta[0], Jet):
            scale = jets.exp(eta[3])
            for _ in range(2):  # each round makes one more order of derivatives exact
                bent = jets.exp((y - eta[1]) / scale)
                rest = y - self.most + eta[0] + scale * (bent + 1.0)
                y = y - rest / (1.0 + jets.value(bent))
            inside = (jets.value(y) > self.least) & (jets.value(y) < self.most)
            clipped = np.clip(jets.value(y), self.least, self.most)
            y = y.through(clipped, inside.astype(float), 0.0)
        else:
            y = np.clip(y, self.least, self.most)
        chance = logistic((y - eta[1]) / jets.exp(eta[3]))
        return {"best offer": y, "accept | best offer": chance}

    def simulate(self, eta: Sequence[Array], rng: np.random.Generator) -> Array:
        """Offers and answers."""
        r1, r2, s1, s2 = eta[0], eta[1], np.exp(eta[2]), np.exp(eta[3])
        u = rng.logistic(size=len(r1))
        low = np.full(len(r1), self.least)
        high = np.full(len(r1), self.most)
        for _ in range(60):  # invert the offer's distribution function by halving
            middle = 0.5 * (low + high)
            with np.errstate(over="ignore"):
                under = self._position(middle, r1, r2, s1, s2)[0] < u
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        offer = 0.5 * (low + high)
        span = self.most - self.least
        offer = np.where(offer - self.least < tolerance.UTILITY * span, self.least, offer)
        offer = np.where(self.most - offer < tolerance.UTILITY * span, self.most, offer)
        accepted = rng.random(len(r1)) < logistic((offer - r2) / s2)
        return np.column_stack([offer, accepted])
