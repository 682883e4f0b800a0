"""Quantities that live together: a joint distribution and a move rule.

A group turns columns of the unit cube into the joint values of its members in two steps,
``latent`` (the dependent variables) and ``values``; ``redraw`` replaces some members given the
others, which Shapley effects need; ``move`` says what happens to the others when one member is
set by hand. Three kinds:

- `Dirichlet`: shares that sum to one. x_k = g_k / sum g with g_k gamma distributed of shape
  alpha_k; moving one member rescales the others in proportion (Devroye 1986, p. 594).
- `Ordered`: the members' independent draws put in increasing order. For equal marginals this is
  their distribution given the order; moving one pushes those it would overtake.
- `Correlated`: given rank correlations, by a Gaussian copula with Pearson correlation
  2 sin(pi rho / 6) (Iman and Conover 1982, doi:10.1080/03610918208812265, reorder a finished
  sample instead; the copula needs no finished sample, so draws can be made in chunks).

>>> group = Dirichlet(("a", "b"), (1.0, 1.0))
>>> group.move({"a": 0.5, "b": 0.5}, "a", 0.8)["b"].__round__(9)
0.2
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError
from negotiate.numbers.quantile import gamma_quantile
from negotiate.tolerance import PROBABILITY
from negotiate.whatif.study.marginal import Marginal

Floats = NDArray[np.float64]


class Group(Protocol):
    """What a joint distribution offers a design."""

    @property
    def members(self) -> tuple[str, ...]:
        """Paths of the members, in order."""

    def latent(self, u: Floats) -> Floats:
        """Dependent variables ``(D, c)`` from uniform columns ``(D, c)``."""

    def values(self, latent: Floats) -> dict[str, NDArray[Any]]:
        """Members' values from the dependent variables."""

    def redraw(self, latent: Floats, known: Sequence[bool], u: Floats) -> Floats:
        """Dependent variables with the members not ``known`` drawn again given the others."""

    def move(self, values: Mapping[str, Any], member: str, x: Any) -> dict[str, Any]:
        """The members after one is set to ``x``."""

    def centre(self) -> dict[str, Any]:
        """Base values of the members, jointly consistent."""

    def describe(self) -> dict[str, Any]:
        """JSON-ready description."""


@dataclass(frozen=True)
class Dirichlet:
    """Shares that sum to one, with concentrations ``alpha`` (``concentration * mean``).

    ``total`` is less than one where members left out are known and keep the rest.
    """

    members: tuple[str, ...]
    alpha: tuple[float, ...]
    total: float = 1.0

    def __post_init__(self) -> None:
        if len(self.members) != len(self.alpha) or len(self.members) < 2:
            raise InputError(
                f"{len(self.members)} members with {len(self.alpha)} concentrations",
                where="Dirichlet group",
                allowed="two or more members, one concentration each",
            )
        if not all(value > 0 for value in self.alpha):
            raise InputError(
                f"concentrations {self.alpha}",
                where="Dirichlet group",
                allowed="above zero",
                remedy="leave members that are always zero out of the group",
            )

    def latent(self, u: Floats) -> Floats:
        """Shares, by gamma quantiles that are normalised, so that any design works.

        A floor under each keeps the sum of a row positive.
        """
        columns = [gamma_quantile(u[:, k], alpha) for k, alpha in enumerate(self.alpha)]
        drawn = np.maximum(np.stack(columns), np.finfo(float).tiny)
        return np.asarray(drawn / drawn.sum(0)).T  # a member's draws lie together

    def values(self, latent: Floats) -> dict[str, NDArray[Any]]:
        """The shares by member."""
        scaled = latent if self.total == 1.0 else latent * self.total
        return {name: scaled[:, index] for index, name in enumerate(self.members)}

    def redraw(self, latent: Floats, known: Sequence[bool], u: Floats) -> Floats:
        """What is left after the known shares is divided anew (Dirichlet is neutral)."""
        free = ~np.asarray(known, bool)
        out = latent.copy()
        if not free.any():
            return out
        columns = [gamma_quantile(u[:, k], self.alpha[k]) for k in np.nonzero(free)[0]]
        drawn = np.maximum(np.stack(columns, -1), np.finfo(float).tiny)
        rest = latent[:, free].sum(-1, keepdims=True) if not free.all() else 1.0
        out[:, free] = rest * drawn / drawn.sum(-1, keepdims=True)
        return out

    def move(self, values: Mapping[str, Any], member: str, x: Any) -> dict[str, Any]:
        """Others keep their proportions and share what x leaves."""
        rest = sum(values[name] for name in self.members if name != member)
        left = self.total - x
        others = len(self.members) - 1
        positive = np.asarray(rest) > 0
        return {
            name: x
            if name == member
            else np.where(
                positive, values[name] * left / np.where(positive, rest, 1.0), left / others
            )
            if np.ndim(rest) or np.ndim(x)
            else (values[name] * left / rest if rest > 0 else left / others)
            for name in self.members
        }

    def centre(self) -> dict[str, Any]:
        """The means, alpha / sum alpha."""
        return {name: self.total * a / sum(self.alpha) for name, a in zip(self.members, self.alpha)}

    def describe(self) -> dict[str, Any]:
        """JSON-ready description."""
        out = {"kind": "dirichlet", "members": list(self.members), "alpha": list(self.alpha)}
        return out if self.total == 1.0 else {**out, "total": self.total}


@dataclass(frozen=True)
class Ordered:
    """Members in increasing order, each with its own marginal before ordering."""

    members: tuple[str, ...]
    marginals: tuple[Marginal, ...]

    def latent(self, u: Floats) -> Floats:
        """Independent draws, sorted along the members."""
        drawn = [np.asarray(m.ppf(u[:, i]), float) for i, m in enumerate(self.marginals)]
        return np.sort(np.stack(drawn, -1), axis=-1)

    def values(self, latent: Floats) -> dict[str, NDArray[Any]]:
        """The sorted draws by member."""
        return {name: latent[:, index] for index, name in enumerate(self.members)}

    def redraw(self, latent: Floats, known: Sequence[bool], u: Floats) -> Floats:
        """All or none: the order ties every member to every other."""
        if all(known):
            return latent.copy()
        if any(known):
            raise InputError(
                "an ordered group cannot be redrawn in part",
                where=", ".join(self.members),
                remedy="treat the group as one factor",
            )
        return self.latent(u)

    def move(self, values: Mapping[str, Any], member: str, x: Any) -> dict[str, Any]:
        """Members below are pushed down to x, members above up to x."""
        place = self.members.index(member)
        return {
            name: x
            if index == place
            else (np.minimum(values[name], x) if index < place else np.maximum(values[name], x))
            for index, name in enumerate(self.members)
        }

    def centre(self) -> dict[str, Any]:
        """The marginals' centres, in order."""
        return dict(zip(self.members, sorted(m.centre() for m in self.marginals)))

    def describe(self) -> dict[str, Any]:
        """JSON-ready description."""
        inner = [m.describe() for m in self.marginals]
        return {"kind": "ordered", "members": list(self.members), "marginals": inner}


def _check_definite(matrix: Floats, what: str, members: Sequence[str]) -> None:
    lowest = float(np.linalg.eigvalsh(matrix)[0])
    if lowest <= PROBABILITY:
        raise InputError(
            f"{what} is not positive definite: its smallest eigenvalue is {lowest:.4g}",
            where=f"correlation of {', '.join(members)}",
            allowed="all eigenvalues above zero",
            remedy="bring the correlations closer to zero or drop one of the members",
        )


@dataclass(frozen=True)
class Correlated:
    """Members with given marginals and a matrix of rank correlations."""

    members: tuple[str, ...]
    marginals: tuple[Marginal, ...]
    rank_correlation: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        matrix, size = np.asarray(self.rank_correlation, float), len(self.members)
        where = f"correlation of {', '.join(self.members)}"
        if matrix.shape != (size, size):
            raise InputError(
                f"a matrix of shape {matrix.shape} for {size} members",
                where=where,
                allowed=f"({size}, {size})",
            )
        if not np.allclose(matrix, matrix.T, atol=PROBABILITY, rtol=0) or not np.allclose(
            np.diag(matrix), 1.0, atol=PROBABILITY, rtol=0
        ):
            raise InputError(
                "the matrix is not a correlation matrix",
                where=where,
                allowed="symmetric with ones on the diagonal",
            )
        if np.abs(matrix).max() > 1 + PROBABILITY:
            raise InputError("a correlation beyond one", where=where, allowed="-1 to 1")
        _check_definite(matrix, "the rank correlation matrix", self.members)
        _check_definite(self._pearson(), "its Gaussian counterpart", self.members)

    def _pearson(self) -> Floats:
        matrix = 2 * np.sin(math.pi / 6 * np.asarray(self.rank_correlation, float))
        np.fill_diagonal(matrix, 1.0)
        return matrix

    def latent(self, u: Floats) -> Floats:
        """Correlated standard normals, by the Cholesky factor."""
        import scipy.special

        return _times(scipy.special.ndtri(u), np.linalg.cholesky(self._pearson()).T)

    def values(self, latent: Floats) -> dict[str, NDArray[Any]]:
        """Members through their own quantile functions."""
        import scipy.special

        u = scipy.special.ndtr(latent)
        return {
            name: marginal.ppf(u[:, index])
            for index, (name, marginal) in enumerate(zip(self.members, self.marginals))
        }

    def redraw(self, latent: Floats, known: Sequence[bool], u: Floats) -> Floats:
        """Conditional normal: mean S21 S11^-1 z, covariance the Schur complement."""
        import scipy.special

        held = np.asarray(known, bool)
        matrix = self._pearson()
        out = latent.copy()
        if held.all():
            return out
        schur, mean = matrix[np.ix_(~held, ~held)], np.zeros((len(latent), int((~held).sum())))
        if held.any():
            weights = np.linalg.solve(matrix[np.ix_(held, held)], matrix[np.ix_(held, ~held)])
            mean = _times(latent[:, held], weights)
            schur = schur - matrix[np.ix_(~held, held)] @ weights
        fresh = _times(scipy.special.ndtri(u[:, ~held]), np.linalg.cholesky(schur).T)
        out[:, ~held] = mean + fresh
        return out

    def move(self, values: Mapping[str, Any], member: str, x: Any) -> dict[str, Any]:
        """Correlation is about what is believed, not about what is done: others stay."""
        return {**{name: values[name] for name in self.members}, member: x}

    def centre(self) -> dict[str, Any]:
        """The marginals' centres."""
        return {name: m.centre() for name, m in zip(self.members, self.marginals)}

    def describe(self) -> dict[str, Any]:
        """JSON-ready description."""
        return {
            "kind": "correlated",
            "members": list(self.members),
            "marginals": [m.describe() for m in self.marginals],
            "rank_correlation": [list(row) for row in self.rank_correlation],
        }


def _times(rows: Floats, matrix: NDArray[Any]) -> Floats:
    """Rows times a small matrix, each row by itself.

    A library product rounds differently for two rows than for a thousand, and then the bytes of a
    study would depend on how it was cut into chunks.
    """
    out = np.zeros((len(rows), matrix.shape[1]))
    for k, line in enumerate(matrix):
        out += rows[:, k, None] * line
    return out
