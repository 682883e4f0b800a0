r"""Does it predict? Log and Brier scores on rows that were held out.

The data are cut into folds, whole clusters together; a model fitted on the other folds forecasts
each. For an observation with counts c_j of the outcomes, N in all, and forecast p,

    log score = sum c_j log p_j,
    Brier score = sum_j c_j (sum_k (p_k - [k = j])^2),

so a higher log score and a lower Brier score are better. The model is set beside three that know
nothing of strategy: the base rates, multinomial logit, and ridge logit on all the covariates. The
standard error of a difference treats clusters, not rows, as independent.

Sources: G. W. Brier, Monthly Weather Review 78 (1950), 1-3; T. Gneiting and A. E. Raftery,
Journal of the American Statistical Association 102 (2007), 359-378.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NegotiateError, NotApplicableError
from negotiate.estimation.covariance import by_cluster
from negotiate.estimation.maximise import climb
from negotiate.estimation.multinomial import benchmark
from negotiate.estimation.problem import Problem

Array = NDArray[np.float64]

_LEAST = 1e-12
"""Forecasts are kept this far above zero, so that one surprise has a finite price."""


@dataclass(frozen=True)
class Score:
    """Held-out scores of one model.

    Attributes
    ----------
    model
        Its name.
    log, brier
        Means over all observations.
    total
        Log score of all observations together.
    against_base, against_base_se
        Total log score above the base rates', and the standard error of that difference.
    failed
        Folds that could not be fitted; they take the base rates' forecast.
    """

    model: str
    log: float
    brier: float
    total: float
    against_base: float
    against_base_se: float
    failed: int


@dataclass(frozen=True)
class Scores:
    """Scores of the models side by side, the one asked about first.

    Attributes
    ----------
    table
        One score a model.
    folds, clusters, observations
        How the data were cut, and how many there are.
    seed
        Of the cut.
    """

    table: tuple[Score, ...]
    folds: int
    clusters: int
    observations: int
    seed: int

    def __repr__(self) -> str:
        first, base = self.table[0], self.table[1]
        return f"Scores({first.model}: {first.log:.4f}, base rate {base.log:.4f})"

    @property
    def words(self) -> str:
        """The finding in a sentence."""
        first = self.table[0]
        gap, se = first.against_base, first.against_base_se
        if abs(gap) <= 2.0 * se:
            said = "does not differ from the base rate beyond its error"
        else:
            said = "beats the base rate" if gap > 0 else "is beaten by the base rate"
        rival = max(self.table[1:], key=lambda score: score.log)
        ahead = "ahead of" if first.log > rival.log else "behind"
        return (
            f"On held-out data the model {said} ({gap:+.1f} log points, se {se:.1f});"
            f" it is {ahead} {rival.model} ({first.log:.4f} against {rival.log:.4f})."
        )


def cross_validate(
    problem: Problem,
    start: Array,
    regressors: Array,
    *,
    folds: int = 10,
    cluster: NDArray[Any] | None = None,
    seed: int = 0,
) -> Scores:
    """Held-out scores of a model and of three plain ones.

    Parameters
    ----------
    problem, start
        The model with all data, and where its climbs begin.
    regressors
        (rows, columns) what the plain models may use: every covariate once, without a constant.
    folds
        Into how many parts the data are cut.
    cluster
        (rows,) labels: whole clusters are held out.
    seed
        Of the cut.

    Raises
    ------
    NotApplicableError
        The outcome is not one of finitely many.
    InputError
        Fewer clusters than folds.
    """
    if getattr(problem.model, "continuous", False):
        raise NotApplicableError(
            "scores are for outcomes that are one of a list", where=problem.model.title
        )
    counts = problem.model.counts(problem.outcome)
    labels = np.arange(problem.rows) if cluster is None else np.asarray(cluster)
    codes = np.unique(labels, return_inverse=True)[1]
    groups = int(codes.max()) + 1
    if not 2 <= folds <= groups:
        raise InputError(f"{folds} folds", where="scores", allowed=f"2 to {groups}")
    fold = np.random.default_rng(seed).permutation(groups)[codes] % folds
    center, spread = regressors.mean(axis=0), regressors.std(axis=0)
    kept = spread > 0
    standard = (regressors[:, kept] - center[kept]) / spread[kept]
    outcomes = problem.model.outcomes
    plain = benchmark(outcomes, standard, counts)
    ridge = benchmark(outcomes, standard, counts, ridge=1.0)
    rivals: dict[str, Callable[[NDArray[np.bool_]], Array]] = {
        problem.model.title: _forecaster(problem, start),
        "base rate": lambda train: np.tile(_rates(counts[train]), (problem.rows, 1)),
        "multinomial logit": _forecaster(plain, np.zeros(plain.size)),
        "ridge multinomial logit": _forecaster(ridge, np.zeros(ridge.size)),
    }
    logs: dict[str, Array] = {}
    briers: dict[str, float] = {}
    failures: dict[str, int] = dict.fromkeys(rivals, 0)
    total = counts.sum()
    for name, forecast in rivals.items():
        forecasts = np.empty_like(counts)
        for part in range(folds):
            train = fold != part
            try:
                answer = forecast(train)
            except (NegotiateError, np.linalg.LinAlgError):
                answer, failures[name] = np.full_like(counts, np.nan), failures[name] + 1
            base = _rates(counts[train])
            sound = np.asarray(np.isfinite(answer).all(axis=1))
            answer = np.where(sound[:, None], answer, base)
            forecasts[~train] = answer[~train]
        forecasts = np.maximum(forecasts, _LEAST)
        logs[name] = (counts * np.log(forecasts)).sum(axis=1)
        square = (forecasts**2).sum(axis=1, keepdims=True) - 2.0 * forecasts + 1.0
        briers[name] = float((counts * square).sum() / total)
    table = []
    for name, rows in logs.items():
        gap = rows - logs["base rate"]
        sums, _ = by_cluster(gap, codes)
        se = float(np.sqrt(groups / (groups - 1.0) * ((sums - sums.mean()) ** 2).sum()))
        table.append(
            Score(
                name,
                float(rows.sum() / total),
                briers[name],
                float(rows.sum()),
                float(gap.sum()),
                se,
                failures[name],
            )
        )
    return Scores(tuple(table), folds, groups, int(total), seed)


def _rates(counts: Array) -> Array:
    rates = counts.sum(axis=0)
    return np.asarray(rates / rates.sum())


def _forecaster(problem: Problem, start: Array) -> Callable[[NDArray[np.bool_]], Array]:
    def forecast(train: NDArray[np.bool_]) -> Array:
        part = problem.some(np.flatnonzero(train))
        run = climb(part, start)
        if not np.isfinite(run.at.value):
            run = climb(part, np.zeros(part.size))
        events: Mapping[str, Any] = problem.model.events(problem.indices_at(run.beta))
        return np.column_stack(
            [np.broadcast_to(events[name], (problem.rows,)) for name in problem.model.outcomes]
        )

    return forecast
