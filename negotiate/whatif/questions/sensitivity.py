"""Sensitivity: which uncertain quantities drive a metric.

`sobol` (variance-based, first-order and total with intervals), `morris` (screening), `borgonovo`
and `pawn` (moment-free, from the draws of any study). A group of quantities is one factor. A label
metric is asked through the indicator of each of its labels, and all labels together weighted by
their variances (Gamboa, Janon, Klein and Lagnoux 2014, doi:10.1214/14-EJS895). A metric that does
not vary is answered in words.

>>> import numpy as np
>>> from negotiate.whatif.study.marginal import uniform
>>> from negotiate.whatif.study.space import Space
>>> space = Space({name: uniform(-np.pi, np.pi) for name in ("x1", "x2", "x3")})
>>> def ishigami(v):
...     x1, x2, x3 = v["x1"], v["x2"], v["x3"]
...     return {"y": np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)}
>>> answer = sobol(space, ishigami, 2**14, seed=1)["y"]
>>> answer.column("first").round(2).tolist()      # 0.3139, 0.4424, 0: Saltelli et al. 2008, p. 196
[0.31, 0.44, 0.0]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NoSolutionError, UnknownNameError
from negotiate.whatif.measures import moment_free, screening, sobol_indices
from negotiate.whatif.questions.answer import Answer, Picture, listed, percent, shown
from negotiate.whatif.study.chunks import Evaluate
from negotiate.whatif.study.design import Morris, Saltelli
from negotiate.whatif.study.run import Study, collect
from negotiate.whatif.study.space import Space

Floats = NDArray[np.float64]

ALL_LABELS = "(all labels)"
"""Name under which the variance-weighted indices of a label metric stand."""


_AXIS = {
    "total": "total Sobol' index, share of the variance",
    "effect": "Shapley effect, share of the variance",
    "mu_star": "mean absolute elementary effect, in units",
    "delta": "Borgonovo's delta, from 0 to 1, on the distribution",
    "median": "PAWN distance, from 0 to 1, on the distribution",
}


FEW = 128
"""Base rows below which the intervals of Sobol' indices are not what they say: that of the sum of
forty indices held the truth in 71 % of 24 seeds with 64 rows, 92 % with 128, all with 512."""


GAPS = 0.02
"""Share of draws without a value above which shares of variance are refused: rows in which every
exchanged draw has a value are then no sample of the ranges, and inputs are dependent there."""

HEAVY = 0.1
"""Share of the sum of squares that one draw may hold: beyond it the variance is not estimated, and
perhaps not finite."""


@dataclass(frozen=True)
class Sensitivity(Answer):
    """Measures of one metric by factor.

    Attributes
    ----------
    metric, label
        What was explained; the label if it is the indicator of one.
    method
        ``sobol``, ``morris``, ``borgonovo``, ``pawn`` or ``shapley``.
    factors
        Names of the factors.
    measures
        Measure name to array ``(factors,)``; ``<name>_low`` and ``<name>_high`` are interval ends.
    main
        The measure that ranks.
    constant
        The value of a metric that did not vary, else None.
    used, failed
        Rows used, rows left out because a draw of theirs failed.
    interactions
        Share of the variance that no factor explains alone, with its interval; Sobol' indices only.
    undefined
        Share of the draws that have no value; the measures are of the others.
    refused
        Why no measures are given (they are NaN), or empty.
    conditional
        Number of factors held at their base values: shares are of the rest of the variance.
    """

    metric: str
    method: str
    factors: tuple[str, ...]
    measures: Mapping[str, Floats]
    main: str
    label: str = ""
    constant: Any = None
    used: int = 0
    failed: int = 0
    notes: tuple[str, ...] = ()
    interactions: tuple[float, float, float] | None = None
    undefined: float = 0.0
    refused: str = ""
    conditional: int = 0

    def column(self, measure: str) -> Floats:
        """Values of a measure, in the order of the factors."""
        if measure not in self.measures:
            raise UnknownNameError("measure", measure, self.measures, where=self.method)
        return self.measures[measure]

    def order(self) -> list[int]:
        """Factors by decreasing main measure."""
        return [int(i) for i in np.argsort(-np.nan_to_num(self.column(self.main)), kind="stable")]

    def records(self) -> list[dict[str, Any]]:
        """One row for each factor, most important first."""
        return [
            {"factor": self.factors[i]}
            | {name: float(values[i]) for name, values in self.measures.items()}
            for i in self.order()
        ]

    @property
    def subject(self) -> str:
        """The metric in words."""
        name = self.word(self.metric)
        return f"{name} being '{self.label}'" if self.label else name

    def sentence(self) -> str:
        """Which factors matter most, and by how much; draws without a value are counted."""
        if self.refused:
            return f"No sensitivity of {self.subject}: {self.refused}."
        held = f" These are shares of what varies with {self.conditional} other factors held at "
        held += "their base values, not of all variance."
        return (
            self._drivers()
            + (held if self.conditional else "")
            + (
                f" {percent(self.undefined)} of the draws have no value; this is about the others."
                if self.undefined > 0
                else ""
            )
        )

    def _drivers(self) -> str:
        if self.constant is not None:
            return (
                f"{self.subject} is {self.constant} in all {self.used:,} draws: within the stated "
                "ranges nothing moves it, so it has no sensitivity to share out."
            )
        values, order = self.column(self.main), self.order()
        top = [i for i in order[:3] if values[i] > 0.01 * max(values[order[0]], 0)]
        if not top:
            return f"Of {len(self.factors)} factors none is seen to drive {self.subject}."
        what = {
            "sobol": "shares of the variance that goes through each, alone or with others",
            "shapley": "shares of the variance due to each",
            "morris": "mean absolute elementary effects",
            "borgonovo": "Borgonovo's delta",
            "pawn": "PAWN distances",
        }[self.method]
        shares = self.method in ("sobol", "shapley")

        def one(i: int) -> str:
            value = percent(max(float(values[i]), 0.0)) if shares else shown(float(values[i]))
            low = self.measures.get(f"{self.main}_low")
            name = self.word(self.factors[i])
            if low is None:
                return f"{name} ({value})"
            ends = [max(float(low[i]), 0.0), float(self.measures[f"{self.main}_high"][i])]
            ends = [min(end, 1.0) for end in ends] if shares else ends
            first, last = map(percent if shares else shown, ends)
            return f"{name} ({value}, interval {first} to {last})"

        text = f"{self.subject} is driven most by {listed([one(i) for i in top])}; {what}."
        if self.interactions is not None and self.interactions[1] > 0.01:
            middle, low, high = (min(share, 1.0) for share in self.interactions)
            text += (
                f" About {percent(middle)} of its variance comes from interactions "
                f"(interval {percent(low)} to {percent(high)})."
            )
        return text

    def picture(self) -> Picture:
        """Bars with intervals."""
        order = self.order()
        low, high = self.measures.get(f"{self.main}_low"), self.measures.get(f"{self.main}_high")
        return Picture(
            "bars",
            tuple(self.factors[i] for i in order),
            tuple(float(np.nan_to_num(self.column(self.main)[i])) for i in order),
            () if low is None else tuple(float(np.nan_to_num(low[i])) for i in order),
            () if high is None else tuple(float(np.nan_to_num(high[i])) for i in order),
            x_label=f"{_AXIS[self.main]} of {self.subject}",
        )


def _reach(confidence: float) -> float:
    from scipy.special import ndtri

    if not 0 < confidence < 1:
        raise InputError(f"confidence {confidence}", allowed="between 0 and 1")
    return float(ndtri(0.5 + confidence / 2))


def targets(values: NDArray[Any]) -> dict[str, Floats]:
    """A numeric metric as it is; a label metric as the indicator of each label."""
    if values.dtype.kind != "U":
        return {"": values}
    return {str(label): (values == label).astype(float) for label in np.unique(values)}


def _constant(values: NDArray[Any]) -> Any:
    """The one value of a metric that does not vary, else None."""
    if values.size and (values == values.ravel()[0]).all():
        first = values.ravel()[0]
        return str(first) if values.dtype.kind == "U" else shown(float(first))
    return None


def _still(metric: str, method: str, factors: tuple[str, ...], value: Any, used: int, failed: int,
           names: tuple[str, ...]) -> Sensitivity:  # fmt: skip
    nothing = {name: np.full(len(factors), np.nan) for name in names}
    return Sensitivity(
        metric, method, factors, nothing, names[0], constant=value, used=used, failed=failed
    )


def too_many_gaps(share: float, what: str) -> str:
    """Why a measure is refused where this share of the draws has no value, or nothing."""
    if share <= GAPS:
        return ""
    return (
        f"{percent(share)} of the draws have no value, and {what} are not defined by the others "
        f"(at most {percent(GAPS)} may be left out); narrow the ranges to where it has a value, or "
        "ask where it has none"
    )


def _unstable(y: Floats, found: sobol_indices.Indices, reach: float) -> str:
    """Why estimates cannot be believed, by the draws and by what indices can be; or nothing."""
    deviations = (y[:, :2] - y[:, :2].mean()) ** 2
    whole = float(deviations.sum())
    if whole > 0 and len(np.unique(y[:, 0])) > 2:
        largest = float(deviations.max()) / whole
        if largest > HEAVY:
            return (
                f"one draw of {deviations.size:,} holds {percent(largest)} of the variation, so "
                "the variance is not estimated and may be infinite"
            )
    first, total = found.first, found.total
    low, slack = first - reach * found.first_error, reach * found.total_error
    if bool((low > 1).any()) or bool((low > total + slack).any()):
        return (
            "an index above one, or above its total, was found, which cannot be: the variance is "
            "not estimated and may be infinite"
        )
    return ""


def _blocks(
    space: Space, evaluate: Evaluate, design: Any, n: int, options: Mapping[str, Any]
) -> tuple[dict[str, NDArray[Any]], int, float]:
    """Metrics as ``(n, rows of a block)`` without the blocks in which a draw failed."""
    if not space.factors:
        raise InputError("nothing is uncertain", where="sensitivity", remedy="give ranges")
    metrics, failure = collect(space, evaluate, design, **options)
    good = (failure.reshape(n, -1) == 0).all(1)
    if good.sum() < 2:
        raise NoSolutionError(
            f"only {int(good.sum())} of {n:,} blocks of draws were solved", where="sensitivity",
            remedy="narrow the ranges to where the model has an answer",
        )  # fmt: skip
    kept = {
        name: values.reshape(n, -1)[good] for name, values in metrics.items() if values.ndim == 1
    }
    return kept, int((~good).sum()), float((failure != 0).mean())


def sobol(
    space: Space,
    evaluate: Evaluate,
    n: int,
    *,
    seed: int = 0,
    confidence: float = 0.95,
    intervals: Callable[..., sobol_indices.Indices] = sobol_indices.delta,
    **options: Any,
) -> dict[str, Sensitivity]:
    """First-order and total Sobol' indices of every scalar metric.

    Parameters
    ----------
    space, evaluate
        The seam; factors must be independent of one another (members of a group need not be).
    n
        Base rows; n (factors + 2) evaluations. A power of two is best.
    intervals
        `sobol_indices.delta` or `sobol_indices.bootstrap`.
    options
        Of `negotiate.whatif.study.run.run_study`: engine, workers, chunk, folder ...

    Returns
    -------
    dict
        Metric to answer; ``metric == label`` and ``metric (all labels)`` for label metrics.
    """
    factors, reach = space.factors, _reach(confidence)
    kept, failed, gaps = _blocks(space, evaluate, Saltelli(n, seed), n, options)
    note: tuple[str, ...] = ()
    if failed:
        note += (f"{failed:,} of {n:,} base rows left out: a draw failed",)
    if n < FEW:
        note += (f"{n:,} base rows: below {FEW} the intervals are too narrow; take more draws",)
    out: dict[str, Sensitivity] = {}
    names = ("total", "first")
    refused = too_many_gaps(gaps, "shares of variance")
    for metric, table in kept.items():
        if refused:
            nothing = _still(metric, "sobol", factors, None, table.size, failed, names)
            out[metric] = replace(nothing, refused=refused, undefined=gaps, notes=(refused,))
            continue
        value = _constant(table)
        if value is not None:
            out[metric] = _still(metric, "sobol", factors, value, table.size, failed, names)
            continue
        each: list[sobol_indices.Indices] = []
        for label, y in targets(table).items():
            found = intervals(y[:, 0].copy(), y[:, 1].copy(), np.ascontiguousarray(y[:, 2:].T))
            each.append(found)
            key = f"{metric} == {label}" if label else metric
            measures: dict[str, Floats] = {}
            for name in names:
                middle, error = getattr(found, name), getattr(found, f"{name}_error")
                measures |= {
                    name: middle,
                    f"{name}_low": middle - reach * error,
                    f"{name}_high": middle + reach * error,
                }
            rest, wide = 1 - float(found.first.sum()), reach * float(found.sum_error)
            why = "" if label or n < FEW else _unstable(y, found, reach)
            out[key] = Sensitivity(
                metric, "sobol", factors,
                {name: np.full(len(factors), np.nan) for name in measures} if why else measures,
                "total", label, None, table.size, failed, note + ((why,) if why else ()),
                None if why else (rest, rest - wide, rest + wide), gaps, why,
            )  # fmt: skip
        if len(each) > 1:
            # a label that occurs in exchanged rows only has no variance, so no weight either
            weighed = [item for item in each if item.variance > 0]
            whole = sum(item.variance for item in weighed)
            joint = {
                n: np.asarray(sum(item.variance / whole * getattr(item, n) for item in weighed))
                for n in names
            }
            out[f"{metric} {ALL_LABELS}"] = Sensitivity(
                metric, "sobol", factors, joint, "total", "", None, table.size, failed, note,
                undefined=gaps,
            )  # fmt: skip
    return out


def morris(
    space: Space,
    evaluate: Evaluate,
    n: int,
    *,
    seed: int = 0,
    levels: int = 8,
    edge: float = 0.005,
    confidence: float = 0.95,
    **options: Any,
) -> dict[str, Sensitivity]:
    """Elementary effects of every scalar metric over ``n`` trajectories.

    Effects are per unit of the quantity's probability scale (from its 0.5 % to its 99.5 % point
    by default), so factors of different units compare.
    """
    factors, reach = space.factors, _reach(confidence)
    design = Morris(n, seed, levels, edge)
    metrics, failure = collect(space, evaluate, design, **options)
    good = (failure.reshape(n, -1) == 0).all(1)
    rank, _ = design.order(space, 0, n)
    signs = design.signs(space, 0, n)
    failed, gaps = int((~good).sum()), float((failure != 0).mean())
    refused = too_many_gaps(gaps, "elementary effects")
    out: dict[str, Sensitivity] = {}
    for metric, column in metrics.items():
        if column.ndim > 1:
            continue
        table = column.reshape(n, -1)[good]
        if refused:
            blank = _still(
                metric, "morris", factors, None, table.size, failed, ("mu_star", "mu", "sigma")
            )
            out[metric] = replace(blank, refused=refused, undefined=gaps, notes=(refused,))
            continue
        value = _constant(table)
        if value is not None:
            names = ("mu_star", "mu", "sigma")
            out[metric] = _still(metric, "morris", factors, value, table.size, failed, names)
            continue
        for label, y in targets(table).items():
            effects = screening.elementary_effects(
                y, rank=rank[good], signs=signs[good], step=design.step
            )
            found = screening.summary(effects)
            measures = {
                "mu_star": found.mu_star,
                "mu_star_low": found.mu_star - reach * found.error,
                "mu_star_high": found.mu_star + reach * found.error,
                "mu": found.mu,
                "sigma": found.sigma,
            }
            key = f"{metric} == {label}" if label else metric
            out[key] = Sensitivity(
                metric,
                "morris",
                factors,
                measures,
                "mu_star",
                label,
                None,
                table.size,
                failed,
                undefined=gaps,
            )
    return out


def _given(
    study: Study, metric: str, only: Sequence[str]
) -> tuple[dict[str, NDArray[Any]], NDArray[Any], int]:
    """Inputs and outputs of the solved draws of a study without scenarios."""
    if "scenario" in study.dataset.dims:
        raise InputError(
            "a study with scenarios", where="sensitivity", allowed="one scenario",
            remedy="run the study for the scenario you mean",
        )  # fmt: skip
    values = study.metric(metric)
    good = study.dataset["failure"].values.ravel() == 0
    inputs = {
        path: column[good] for path, column in study.inputs().items() if not only or path in only
    }
    return inputs, values.ravel()[good], int((~good).sum())


def borgonovo(
    study: Study, metric: str, *, only: Sequence[str] = (), copies: int = 100, seed: int = 0,
    confidence: float = 0.95,
) -> dict[str, Sensitivity]:  # fmt: skip
    """Borgonovo's delta of each input on a metric, from a study's draws.

    Inputs may be correlated; members of a group are listed one by one. ``only`` names the inputs
    wanted, all if it is empty.
    """
    inputs, y, failed = _given(study, metric, only)
    factors, reach = tuple(inputs), _reach(confidence)
    value = _constant(y)
    if value is not None:
        names = ("delta",)
        return {metric: _still(metric, "borgonovo", factors, value, len(y), failed, names)}
    out = {}
    for label, target in targets(y).items():
        found = np.array(
            [moment_free.borgonovo(x, target, copies=copies, seed=seed) for x in inputs.values()]
        )
        measures = {
            "delta": found[:, 0],
            "delta_low": np.maximum(found[:, 0] - reach * found[:, 1], 0),
            "delta_high": found[:, 0] + reach * found[:, 1],
        }
        key = f"{metric} == {label}" if label else metric
        out[key] = Sensitivity(
            metric,
            "borgonovo",
            factors,
            measures,
            "delta",
            label,
            None,
            len(y),
            failed,
            undefined=failed / max(failed + len(y), 1),
        )
    return out


def pawn(
    study: Study, metric: str, *, only: Sequence[str] = (), classes: int = 10
) -> dict[str, Sensitivity]:
    """PAWN distances (median and largest over classes) of each input, from a study's draws."""
    inputs, y, failed = _given(study, metric, only)
    factors = tuple(inputs)
    value = _constant(y)
    if value is not None:
        names = ("median", "largest")
        return {metric: _still(metric, "pawn", factors, value, len(y), failed, names)}
    noise = moment_free.pawn_noise(len(y), classes=classes)
    out = {}
    for label, target in targets(y).items():
        found = np.array([moment_free.pawn(x, target, classes=classes) for x in inputs.values()])
        measures = {"median": found[:, 0], "largest": found[:, 1]}
        key = f"{metric} == {label}" if label else metric
        out[key] = Sensitivity(
            metric, "pawn", factors, measures, "median", label, None, len(y), failed,
            (f"a factor without influence shows distances up to {shown(noise)}",),
            undefined=failed / max(failed + len(y), 1),
        )  # fmt: skip
    return out
