r"""The one protocol of estimation: indices in, log-likelihood with exact derivatives out.

A **model** knows a few indices of every observation, eta_1 ... eta_K: utilities, logarithms of
scales, reservation values. It gives the log-likelihood of each observation as a jet in them. A
**problem** joins a model to data: index k is linear in its own regressors,

    eta_k = X_k beta_k,       l(beta) = sum_r w_r l_r(eta_r) + log prior(beta),

so that the score rows, gradient and Hessian of all parameters are K^2 small matrix products,

    dl/d beta_k = X_k' l_k,       d^2 l/d beta_k d beta_m = X_k' diag(l_km) X_m.

A new model is its probabilities in one file; Newton's method, standard errors, profiles,
bootstraps and posteriors come with it.

Sources: C. S. Signorino, American Political Science Review 93 (1999), 279-297, and Political
Analysis 11 (2003), 316-344 (strategic probit: utilities as indices); K. Train, Discrete Choice
Methods with Simulation (2009), chapter 8 (numerical maximisation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, UnknownNameError
from negotiate.estimation.arithmetic.jets import Jet

Array = NDArray[np.float64]

CHUNK = 8192
"""Rows evaluated at a time: the columns of a chunk stay in the processor's cache."""


class Model(Protocol):
    """What every strategic model offers; rows are observations, the last axis where there is one.

    Attributes
    ----------
    title
        Name for people.
    indices
        Labels of the indices, in the order of a formula's parts.
    outcomes
        Labels of the outcomes an observation can have.
    """

    @property
    def title(self) -> str:
        """Name for people."""

    @property
    def indices(self) -> tuple[str, ...]:
        """Labels of the indices."""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Labels of the outcomes."""

    def read_outcome(self, columns: Mapping[str, NDArray[Any]]) -> tuple[Model, Array]:
        """The model with its labels taken from the data, and outcomes as numbers ``(rows, ...)``.

        Raises
        ------
        InputError
            Outcomes that the model does not have, or codes it cannot read.
        """

    def write_outcome(self, outcome: Array, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Inverse of `read_outcome`: columns for a data frame."""

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        """Log-likelihood of each row with its derivatives in the indices."""

    def counts(self, outcome: Array) -> Array:
        """How often each outcome was seen, ``(rows, outcomes)``."""

    def events(self, eta: Sequence[Any]) -> Mapping[str, Any]:
        """Named probabilities and amounts of each row, jets where the indices are jets."""

    def simulate(self, eta: Sequence[Array], rng: np.random.Generator) -> Array:
        """Outcomes drawn from the model, one a row, as `read_outcome` gives them."""


@dataclass(frozen=True)
class Prior:
    """Independent normal prior, in units of the parameter times the spread of its regressor.

    The prior is on beta_j x rms(x_j), the parameter of the standardised regressor, so that a unit
    of measurement does not change it. Constants get ``constant``.

    Attributes
    ----------
    scale
        Standard deviation for slopes; infinity for none.
    constant
        Standard deviation for constants and scales.
    """

    scale: float = 1.0
    constant: float = float("inf")

    def __post_init__(self) -> None:
        for name in ("scale", "constant"):
            if not getattr(self, name) > 0:
                raise InputError(
                    f"{name} of the prior is {getattr(self, name)}", allowed="above zero"
                )


class Evaluation(NamedTuple):
    """Objective (log-likelihood plus log prior) and its derivatives at a point."""

    value: float
    gradient: Array
    hessian: Array

    @property
    def finite(self) -> bool:
        """Whether a step to here may be taken."""
        return bool(
            np.isfinite(self.value)
            and np.isfinite(self.gradient).all()
            and np.isfinite(self.hessian).all()
        )


@dataclass(frozen=True, eq=False)
class Problem:
    """A model with data: what is maximised.

    Attributes
    ----------
    model
        The model.
    designs
        One matrix (rows, columns) an index; no column where the index is zero throughout.
    labels
        Labels of the columns; "" stands for an index that is one number.
    outcome
        (rows, ...), as the model reads it.
    fixed
        Number of the parameter to the value it is held at.
    weights
        (rows,) weights of the observations, or None for one each.
    prior
        A prior, or None for maximum likelihood.
    """

    model: Model
    designs: tuple[Array, ...]
    labels: tuple[tuple[str, ...], ...]
    outcome: Array
    fixed: Mapping[int, float] = field(default_factory=dict)
    weights: Array | None = None
    prior: Prior | None = None

    def __post_init__(self) -> None:
        if len(self.designs) != len(self.model.indices):
            raise InputError(
                f"{len(self.designs)} parts for {len(self.model.indices)} indices",
                where=self.model.title,
                allowed=", ".join(self.model.indices),
                remedy="write one part an index, 0 for a utility of zero",
            )

    def __repr__(self) -> str:
        return f"Problem({self.model.title}: {self.rows} rows, {self.free.sum()} free parameters)"

    @property
    def rows(self) -> int:
        """Number of observations."""
        return len(self.outcome)

    @property
    def size(self) -> int:
        """Number of parameters, the fixed ones included."""
        return sum(x.shape[1] for x in self.designs)

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """Where each index finds its parameters."""
        ends = np.cumsum([x.shape[1] for x in self.designs])
        return tuple(slice(int(e - x.shape[1]), int(e)) for e, x in zip(ends, self.designs))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, ``index:column``."""
        return tuple(
            f"{index}:{label}" if label else index
            for index, labels in zip(self.model.indices, self.labels)
            for label in labels
        )

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """(size,) whether the parameter is estimated."""
        free = np.ones(self.size, dtype=bool)
        free[list(self.fixed)] = False
        return free

    @cached_property
    def spreads(self) -> Array:
        """(size,) root mean square of each parameter's column; 1 where the column is zero."""
        if not self.size:
            return np.ones(0)
        rms = np.concatenate([np.sqrt((x * x).mean(axis=0)) for x in self.designs])
        return np.where(rms > 0, rms, 1.0)

    @cached_property
    def _precision(self) -> Array | None:
        """(size,) prior precision of each parameter."""
        if self.prior is None:
            return None
        plain = np.array([label in ("", "constant") for part in self.labels for label in part])
        sd = np.where(plain, self.prior.constant, self.prior.scale)
        return np.where(self.free, (self.spreads / sd) ** 2, 0.0)

    def number(self, name: str) -> int:
        """Position of a parameter by its name."""
        if name not in self.names:
            raise UnknownNameError("parameter", name, self.names, where=self.model.title)
        return self.names.index(name)

    def at(self, free: Array) -> Array:
        """All parameters, given the free ones or all of them."""
        beta = np.zeros(self.size)
        beta[self.free] = free[self.free] if len(free) == self.size else free
        for position, number in self.fixed.items():
            beta[position] = number
        return beta

    def indices_at(self, beta: Array, rows: slice | NDArray[Any] = slice(None)) -> list[Array]:
        """Indices eta_k of some rows."""
        return [x[rows] @ beta[s] for x, s in zip(self.designs, self.slices)]

    def jets(self, beta: Array) -> Iterator[tuple[slice, Jet]]:
        """Log-likelihood of each row with derivatives in the indices, a chunk at a time."""
        for begin in range(0, self.rows, CHUNK):
            rows = slice(begin, min(begin + CHUNK, self.rows))
            yield (
                rows,
                self.model.log_likelihood(self.indices_at(beta, rows), self.outcome[rows]),
            )

    def evaluate(self, beta: Array) -> Evaluation:
        """Objective, gradient and Hessian in all parameters, ``(size,)`` and ``(size, size)``."""
        total, gradient = 0.0, np.zeros(self.size)
        hessian = np.zeros((self.size, self.size))
        with np.errstate(all="ignore"):  # a step too far is refused by its value
            for rows, jet in self.jets(beta):
                w = 1.0 if self.weights is None else self.weights[rows]
                total += float(np.sum(w * jet.value))
                if not np.isfinite(total):
                    return Evaluation(-np.inf, gradient, hessian)
                for k, (x, s) in enumerate(zip(self.designs, self.slices)):
                    if not x.shape[1] or k not in jet.first:
                        continue
                    part, shape = x[rows], rows.stop - rows.start
                    gradient[s] += np.broadcast_to(w * jet.first[k], (shape,)) @ part
                    for m in range(k + 1):
                        if self.designs[m].shape[1] and (k, m) in jet.second:
                            bend = np.broadcast_to(w * jet.second[k, m], (shape,))
                            block = (part * bend[:, None]).T @ self.designs[m][rows]
                            hessian[s, self.slices[m]] += block
        lower = np.tril_indices(self.size, -1)
        hessian.T[lower] = hessian[lower]
        precision = self._precision
        if precision is not None:
            total -= 0.5 * float(precision @ beta**2)
            gradient = gradient - precision * beta
            hessian = hessian - np.diag(precision)
        return Evaluation(total, gradient, hessian)

    def log_likelihood(self, beta: Array) -> float:
        """Log-likelihood without the prior."""
        return float(self.row_values(beta).sum())

    def row_values(self, beta: Array) -> Array:
        """(rows,) weighted log-likelihood of each observation."""
        out = np.empty(self.rows)
        with np.errstate(all="ignore"):
            for rows, jet in self.jets(beta):
                out[rows] = jet.value
        return out if self.weights is None else out * self.weights

    def scores(self, beta: Array) -> Array:
        """(rows, size) gradient of each observation's log-likelihood, without the prior."""
        out = np.zeros((self.rows, self.size))
        with np.errstate(all="ignore"):
            for rows, jet in self.jets(beta):
                w = 1.0 if self.weights is None else self.weights[rows]
                for k, (x, s) in enumerate(zip(self.designs, self.slices)):
                    if x.shape[1] and k in jet.first:
                        column = np.broadcast_to(w * jet.first[k], (rows.stop - rows.start,))
                        out[rows, s] = x[rows] * column[:, None]
        return out

    def some(self, rows: NDArray[Any]) -> Problem:
        """The problem on some of the rows, in their order; rows may repeat."""
        return replace(
            self,
            designs=tuple(np.ascontiguousarray(x[rows]) for x in self.designs),
            outcome=np.asfortranarray(self.outcome[rows]),
            weights=None if self.weights is None else self.weights[rows],
        )

    def holding(self, fixed: Mapping[int, float]) -> Problem:
        """The problem with further parameters held fixed."""
        return replace(self, fixed={**self.fixed, **fixed})

    def weighted(self, weights: Array) -> Problem:
        """The problem with the weights multiplied by ``weights``."""
        return replace(self, weights=weights if self.weights is None else self.weights * weights)
