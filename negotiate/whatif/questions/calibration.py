"""Do credible intervals keep their promise? A check on simulated truth.

Truths are drawn from the prior, their metrics are observed without error, and the posterior by
rejection is asked for an interval; over many truths an interval of level L must hold about a share
L of them (Cook, Gelman and Rubin 2006, doi:10.1198/106186006X136976; for approximate posteriors
Prangle et al. 2014, doi:10.1002/sta4.39). The prior draws are shared by all truths.

>>> from negotiate.whatif.study.marginal import uniform
>>> space = Space({"x": uniform(0.0, 1.0), "e": uniform(-0.1, 0.1)})
>>> found = coverage(space, lambda v: {"y": v["x"] + v["e"]}, ("y",), truths=300)
>>> abs(found.share["x"] - 0.9) < 0.06
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from negotiate.errors import InputError, NoSolutionError
from negotiate.numbers.sampling import generator, sobol_points
from negotiate.whatif.questions.answer import Answer, Picture, percent
from negotiate.whatif.questions.inverse import _distance, _prior, _scales, _table
from negotiate.whatif.study.chunks import Evaluate, evaluate_rows
from negotiate.whatif.study.space import Space


@dataclass(frozen=True)
class Coverage(Answer):
    """How often credible intervals hold the truth, over truths drawn from the prior."""

    level: float
    truths: int
    share: Mapping[str, float]
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """One row for each input."""
        error = float(np.sqrt(self.level * (1 - self.level) / self.truths))
        return [
            {"input": path, "covered": share, "level": self.level, "sampling error": error}
            for path, share in self.share.items()
        ]

    def sentence(self) -> str:
        """Range of the coverage."""
        low, high = min(self.share.values()), max(self.share.values())
        return (
            f"Over {self.truths:,} simulated truths, intervals said to hold {percent(self.level)} "
            f"hold between {percent(low)} and {percent(high)} of them."
        )

    def picture(self) -> Picture:
        """Coverage of each input."""
        return Picture(
            "bars",
            tuple(self.share),
            tuple(self.share.values()),
            marks=(self.level,),
            x_label="share of simulated truths inside the interval",
        )


def coverage(
    space: Space,
    evaluate: Evaluate,
    metrics: tuple[str, ...],
    *,
    truths: int = 200,
    draws: int = 20_000,
    keep: int = 200,
    level: float = 0.9,
    seed: int = 0,
) -> Coverage:
    """Check of rejection on simulated truth: draw a truth, observe its metrics, cover it?

    All truths share one table of prior draws; a truth is not in its own table.
    """
    if not metrics:
        raise InputError("no metric", where="coverage", allowed="one or more")
    u = sobol_points(0, draws, max(space.dimension, 1), seed=seed)
    own = generator(seed, 8).random((truths, max(space.dimension, 1)))
    probe = evaluate_rows(evaluate, space.values(own[:1]))
    kinds = {
        name: "" if name in probe.metrics and probe.metrics[name].dtype.kind == "U" else 0.0
        for name in metrics
    }
    table = _table(space, evaluate, u, kinds)
    truth_metrics = _table(space, evaluate, own, kinds)
    scales = _scales(table, kinds, {})
    values, truth_values = space.values(u), space.values(own)
    paths = list(_prior(space, values))
    hits = dict.fromkeys(paths, 0)
    counted = 0
    for index in range(truths):
        seen: dict[str, Any] = {}
        for name, kind in kinds.items():
            value = truth_metrics[name][index]
            seen[name] = str(value) if isinstance(kind, str) else float(value)
        if any(v == "" or v != v for v in seen.values()):
            continue
        counted += 1
        far = _distance(table, seen, scales)
        near = np.argpartition(far, keep)[:keep]
        for path in paths:
            inner = values[path][near].astype(float)
            low, high = np.quantile(inner, [(1 - level) / 2, (1 + level) / 2])
            hits[path] += bool(low <= truth_values[path][index] <= high)
    if not counted:
        raise NoSolutionError("no simulated truth has an answer", where="coverage")
    return Coverage(level, counted, {path: hit / counted for path, hit in hits.items()})
