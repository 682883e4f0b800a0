r"""Multinomial logit: the plain model that every strategic one is set beside.

    P(outcome j | x) = exp(x' b_j) / sum_k exp(x' b_k)

It knows the covariates and nothing of who moves when. With a prior on the slopes it is ridge
logit, which forecasts of rare events are hard put to beat. Without a prior the first outcome's
index is zero; with one all outcomes have an index, so that the penalty treats them alike, and the
first outcome's constant is held at zero.

Source: D. McFadden, "Conditional logit analysis of qualitative choice behavior", in P. Zarembka
(ed.), Frontiers in Econometrics (1974), 105-142.

>>> model = MultinomialLogit(("sq", "war"))
>>> jet = model.log_likelihood([np.array([0.0])], np.array([[0.0, 1.0]]))
>>> float(jet.value[0].round(6)), float(jet.second[0, 0][0])
(-0.693147, -0.25)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from negotiate.errors import InputError
from negotiate.estimation.arithmetic import jets
from negotiate.estimation.arithmetic.jets import Jet
from negotiate.estimation.outcomes import Labels, read_labels
from negotiate.estimation.problem import Prior, Problem

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MultinomialLogit:
    """The model.

    Attributes
    ----------
    outcomes
        Labels, the first being the base.
    every
        Whether every outcome has an index, which needs a prior.
    """

    outcomes: tuple[str, ...]
    every: bool = False
    title = "multinomial logit"

    @property
    def indices(self) -> tuple[str, ...]:
        """One an outcome, or one an outcome but the first."""
        return tuple(f"log-odds({name})" for name in self.outcomes[0 if self.every else 1 :])

    def read_outcome(self, columns: Mapping[str, NDArray[Any]]) -> tuple[MultinomialLogit, Array]:
        """One variable with labels, or one count an outcome."""
        if len(columns) == 1:
            (name,) = columns
            codes = read_labels(columns[name], self.outcomes, where=name)
            return self, np.asfortranarray(np.eye(len(self.outcomes))[codes])
        if len(columns) != len(self.outcomes):
            raise InputError(
                f"{len(columns)} outcome variables",
                where=self.title,
                allowed=f"one with labels, or {len(self.outcomes)} counts",
            )
        return replace(self, outcomes=tuple(columns)), Labels(self.title, ()).counts(columns)

    def write_outcome(self, outcome: Array, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """One column of labels, or one count an outcome."""
        if len(names) == 1:
            return {names[0]: np.array(self.outcomes)[outcome.argmax(axis=1)]}
        return {name: outcome[:, k].astype(int) for k, name in enumerate(names)}

    def counts(self, outcome: Array) -> Array:
        """The outcome itself."""
        return outcome

    def _logs(self, eta: Sequence[Any]) -> Array:
        columns = [np.asarray(jets.value(e), dtype=float) for e in eta]
        if not self.every:
            columns.insert(0, np.zeros(np.shape(columns[0])))
        stacked = np.stack(np.broadcast_arrays(*columns), axis=-1)
        return np.asarray(stacked - logsumexp(stacked, axis=-1, keepdims=True))

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        """Counts times log-shares."""
        logs = self._logs(eta)
        shares, total = np.exp(logs), outcome.sum(axis=1)
        first = 0 if self.every else 1
        k_range = range(len(eta))
        return Jet(
            np.where(outcome > 0, outcome * logs, 0.0).sum(axis=1),
            {k: outcome[:, k + first] - total * shares[:, k + first] for k in k_range},
            {
                (k, m): total * shares[:, k + first] * (shares[:, m + first] - (k == m))
                for k in k_range
                for m in range(k + 1)
            },
        )

    def events(self, eta: Sequence[Any]) -> dict[str, Any]:
        """Share of each outcome."""
        if isinstance(eta[0], Jet):
            indices = list(eta) if self.every else [0.0 * eta[0], *eta]
            top = np.max([jets.value(e) for e in indices], axis=0)
            parts = [jets.exp(e - top) for e in indices]
            total = sum(parts[1:], start=parts[0])
            return {name: part / total for name, part in zip(self.outcomes, parts)}
        shares = np.exp(self._logs(eta))
        return {name: shares[..., k] for k, name in enumerate(self.outcomes)}

    def simulate(self, eta: Sequence[Array], rng: np.random.Generator) -> Array:
        """One outcome a row."""
        shares = np.exp(self._logs(eta))
        cut = rng.random(len(shares))[:, None] > np.cumsum(shares, axis=1)[:, :-1]
        return np.asarray(np.eye(len(self.outcomes))[cut.sum(axis=1)])


def benchmark(
    outcomes: Sequence[str], regressors: Array, counts: Array, *, ridge: float | None = None
) -> Problem:
    """Multinomial logit of counts on standardised regressors, with or without a ridge.

    Parameters
    ----------
    outcomes
        Labels.
    regressors
        (rows, columns), without a constant.
    counts
        (rows, outcomes).
    ridge
        Standard deviation of the prior on standardised slopes; None for maximum likelihood.
    """
    design = np.column_stack([np.ones(len(regressors)), regressors])
    labels = ("constant", *(f"x{k}" for k in range(regressors.shape[1])))
    model = MultinomialLogit(tuple(outcomes), every=ridge is not None)
    count = len(model.indices)
    return Problem(
        model,
        (np.ascontiguousarray(design),) * count,
        (labels,) * count,
        np.asfortranarray(counts),
        fixed={0: 0.0} if ridge is not None else {},
        prior=None if ridge is None else Prior(scale=ridge),
    )
