r"""Standard errors of maximum likelihood: Hessian, outer product, robust, clustered.

With H the Hessian of the objective at its maximum and s_r the gradient of observation r's
log-likelihood,

    hessian   (-H)^-1
    opg       (sum s_r s_r')^-1
    robust    (-H)^-1 (sum s_r s_r') (-H)^-1
    cluster   (-H)^-1 (G/(G-1) sum_g t_g t_g') (-H)^-1,     t_g = sum of s_r over cluster g.

The last two hold where the observations, or those within a cluster, are not independent, for as
long as the maximum itself is consistent.

Sources: H. White, Econometrica 50 (1982), 1-25; K.-Y. Liang and S. L. Zeger, Biometrika 73 (1986),
13-22.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NoSolutionError, UnknownNameError
from negotiate.estimation.maximise import Maximum
from negotiate.estimation.problem import Problem

Array = NDArray[np.float64]
Kind = Literal["hessian", "opg", "robust", "cluster"]

KINDS = ("hessian", "opg", "robust", "cluster")


def covariance(
    problem: Problem,
    maximum: Maximum,
    *,
    kind: Kind = "hessian",
    cluster: NDArray[Any] | None = None,
) -> Array:
    """Covariance matrix of the estimates.

    Parameters
    ----------
    problem, maximum
        What was maximised, and where.
    kind
        "hessian", "opg", "robust" or "cluster".
    cluster
        (rows,) labels of the clusters, for "cluster".

    Returns
    -------
    array
        (size, size); zero for parameters held fixed.

    Raises
    ------
    NoSolutionError
        The Hessian is singular: some direction is not identified.
    """
    if kind not in KINDS:
        raise UnknownNameError("kind of standard error", kind, KINDS)
    if (kind == "cluster") != (cluster is not None):
        raise InputError(
            "clusters and kind='cluster' go together",
            where="covariance",
            remedy="give both or none",
        )
    free = problem.free
    bread = inverse(-maximum.hessian[np.ix_(free, free)], problem.spreads[free])
    if kind != "hessian":
        scores = problem.scores(maximum.beta)[:, free]
        if kind == "cluster":
            sums, groups = by_cluster(scores, cluster)
            if groups < 2:
                raise InputError(f"{groups} cluster", where="covariance", allowed="two or more")
            meat = sums.T @ sums * (groups / (groups - 1.0))
        else:
            meat = scores.T @ scores
        bread = inverse(meat, problem.spreads[free]) if kind == "opg" else bread @ meat @ bread
    out = np.zeros((problem.size, problem.size))
    out[np.ix_(free, free)] = bread
    return out


def by_cluster(values: Array, cluster: NDArray[Any] | None) -> tuple[Array, int]:
    """Sums of rows over clusters, and the number of clusters; rows themselves where None."""
    if cluster is None:
        return values, len(values)
    if len(cluster) != len(values):
        raise InputError(f"{len(cluster)} cluster labels for {len(values)} rows", where="clusters")
    codes = np.unique(np.asarray(cluster), return_inverse=True)[1]
    sums = np.zeros((int(codes.max()) + 1, *values.shape[1:]))
    np.add.at(sums, codes, values)
    return sums, len(sums)


def inverse(matrix: Array, spreads: Array) -> Array:
    """Inverse of an information matrix, solved in units of the standardised regressors."""
    scaled = matrix / np.outer(spreads, spreads)
    try:
        out = np.linalg.inv(scaled)
    except np.linalg.LinAlgError:
        raise NoSolutionError(
            "the information matrix is singular",
            where="covariance",
            remedy="see the fit's flat directions",
        ) from None
    return np.asarray(out / np.outer(spreads, spreads))
