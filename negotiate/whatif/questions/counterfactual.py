"""Counterfactuals: the same draws with one thing changed, and the difference draw by draw.

For a metric Y under two scenarios evaluated on common draws, D_i = Y_i(changed) - Y_i(base).
Pairing removes what both share: Var D = Var Y1 + Var Y0 - 2 Cov(Y0, Y1) (common random numbers;
Glasserman and Yao 1992, doi:10.1287/mnsc.38.6.884). For labels the answer is a table of
transitions.

>>> import numpy as np
>>> found = compare_arrays("y", np.array([1.0, -1.0, 2.0]), np.array([0.5, 1.0, 2.0]))
>>> found.difference.tolist(), found.flips
([-0.5, 2.0, 0.0], 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, UnknownNameError
from negotiate.whatif.questions.answer import Answer, Picture, percent, shown
from negotiate.whatif.study.run import Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counterfactual(Answer):
    """Paired difference of a numeric metric.

    Attributes
    ----------
    base, changed
        Names of the scenarios; difference is changed minus base.
    difference
        One number for each draw solved in both, ``(D,)``.
    flips
        Draws in which the metric itself changes sign.
    failed
        Draws left out: a scenario failed. ``only_base`` and ``only_changed`` count those in which
        just the other one failed (a deal that exists only with the lever is a finding).
    """

    metric: str
    base: str
    changed: str
    difference: Floats
    flips: int
    failed: int
    only_base: int
    only_changed: int
    unit: str = ""
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """One row."""
        d = self.difference
        low, middle, high = np.quantile(d, [0.05, 0.5, 0.95]) if d.size else (np.nan,) * 3
        size = max(d.size, 1)
        return [
            {
                "metric": self.metric,
                "base": self.base,
                "changed": self.changed,
                "mean": float(d.mean()) if d.size else np.nan,
                "error of mean": float(d.std(ddof=1) / np.sqrt(d.size)) if d.size > 1 else np.nan,
                "q05": float(low),
                "median": float(middle),
                "q95": float(high),
                "share up": float((d > 0).sum() / size),
                "share down": float((d < 0).sum() / size),
                "share unchanged": float((d == 0).sum() / size),
                "sign flips": self.flips / size,
                "draws": int(d.size),
                "failed": self.failed,
            }
        ]

    def sentence(self) -> str:
        """Direction, size and how often."""
        d = self.difference
        versus = _versus(self)
        if not d.size:
            return f"{self.metric} {versus}: no draw was solved in both."
        if not d.any():
            return f"{self.metric} is the same {versus} in all {d.size:,} draws."
        row = self.records()[0]
        unit = f" {self.unit}" if self.unit else ""
        word = "higher" if row["median"] > 0 else "lower" if row["median"] < 0 else "changed"
        size = f" by {shown(abs(row['median']))}{unit}" if row["median"] else ""
        text = (
            f"{self.metric} is {word}{size} in the median {versus} (5 % to 95 % of draws: "
            f"{shown(row['q05'])} to {shown(row['q95'])}); it rises in "
            f"{percent(row['share up'])} and falls in {percent(row['share down'])} of draws"
        )
        if self.flips:
            text += f", and its sign changes in {percent(row['sign flips'])}"
        if self.failed:
            text += f"; {self.failed:,} draws were left out because one of the two has no answer"
        return f"{text}."

    def picture(self) -> Picture:
        """Distribution of the difference."""
        return Picture(
            "histogram",
            ("difference",),
            (self.difference,),
            x_label=f"{self.word(self.metric)}: {self.word(self.changed)} minus {self.base}"
            + (f" ({self.unit})" if self.unit else ""),
            y_label="draws",
            marks=(0.0,),
            mark_words=("no change:",),
        )


@dataclass(frozen=True)
class Transitions(Answer):
    """Where labels go: ``counts[i, j]`` draws with label i in base and j when changed."""

    metric: str
    base: str
    changed: str
    labels: tuple[str, ...]
    counts: NDArray[np.int64]
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """One row for each transition that occurs, most frequent first."""
        total = max(int(self.counts.sum()), 1)
        rows = [
            {"from": a or "(failed)", "to": b or "(failed)", "draws": int(n), "share": n / total}
            for i, a in enumerate(self.labels)
            for j, b in enumerate(self.labels)
            if (n := self.counts[i, j])
        ]
        return sorted(rows, key=lambda row: (-int(row["draws"]), str(row["from"]), str(row["to"])))

    def sentence(self) -> str:
        """Share of draws whose label changes, and the most frequent change."""
        moved = [row for row in self.records() if row["from"] != row["to"]]
        versus = _versus(self)
        if not moved:
            return f"{self.metric} is the same {versus} in all {int(self.counts.sum()):,} draws."
        share = sum(row["share"] for row in moved)
        top = moved[0]
        return (
            f"{self.metric} changes in {percent(share)} of draws {versus}, most often from "
            f"'{top['from']}' to '{top['to']}' ({percent(top['share'])})."
        )

    def picture(self) -> Picture:
        """Shares of the transitions."""
        rows = self.records()[:12]
        return Picture(
            "bars",
            tuple(f"{row['from']} → {row['to']}" for row in rows),
            tuple(float(row["share"]) for row in rows),
            x_label="share of draws",
        )


def _versus(answer: Counterfactual | Transitions) -> str:
    """Under which change instead of what; a scenario's name in quotation marks."""
    changed = answer.word(answer.changed)
    changed = f"“{changed}”" if changed != answer.changed else changed
    return f"under {changed} instead of {'the ' if answer.base == 'baseline' else ''}{answer.base}"


def compare_arrays(
    metric: str,
    base: NDArray[Any],
    changed: NDArray[Any],
    *,
    names: tuple[str, str] = ("base", "changed"),
    unit: str = "",
) -> Counterfactual | Transitions:
    """Paired comparison of two arrays over the same draws; NaN or empty text is a failed draw."""
    base, changed = np.asarray(base).ravel(), np.asarray(changed).ravel()
    if base.shape != changed.shape:
        raise InputError(
            f"{len(base)} and {len(changed)} draws",
            where=f"counterfactual of {metric}",
            allowed="the same draws in both",
        )
    if base.dtype.kind == "U" or changed.dtype.kind == "U":
        labels, inverse = np.unique(np.concatenate([base, changed]), return_inverse=True)
        pairs = inverse[: len(base)] * len(labels) + inverse[len(base) :]
        counts = np.bincount(pairs, minlength=len(labels) ** 2).reshape(len(labels), -1)
        return Transitions(metric, *names, tuple(str(item) for item in labels), counts)
    one, two = ~np.isnan(base), ~np.isnan(changed)
    good = one & two
    flips = int((np.sign(base[good]) * np.sign(changed[good]) < 0).sum())
    return Counterfactual(
        metric,
        *names,
        changed[good] - base[good],
        flips,
        int((~good).sum()),
        int((one & ~two).sum()),
        int((two & ~one).sum()),
        unit,
    )


def compare(
    study: Study, metric: str, changed: str, *, base: str = ""
) -> Counterfactual | Transitions:
    """Paired comparison of two scenarios of a study; ``base`` is its first one unless named."""
    study.metric(metric)
    if "scenario" not in study.dataset.dims:
        raise InputError(
            "a study without scenarios",
            where="counterfactual",
            remedy="give run_study a mapping of scenario names to evaluations",
        )
    known = [str(name) for name in study.dataset["scenario"].values]
    base = base or known[0]
    for name in (base, changed):
        if name not in known:
            raise UnknownNameError("scenario", name, known, where="study")
    data = study.dataset[metric]
    return compare_arrays(
        metric,
        data.sel(scenario=base).values,
        data.sel(scenario=changed).values,
        names=(base, changed),
        unit=data.attrs.get("unit", ""),
    )
