"""A bargaining problem: parties, issues, disagreement point, and the frontier of two parties."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.drawing import figures, tables
from negotiate.drawing.text import clean, escape, number


def _rows(problem: Any) -> list[list[Any]]:
    weights = np.asarray(problem.weights, dtype=float)
    return [
        [issue, *(number(float(weights[i, k]), 3) for i in range(len(problem.parties)))]
        for k, issue in enumerate(problem.issues)
    ]


def _sentence(problem: Any) -> str:
    d = np.asarray(problem.disagreement, dtype=float)
    points = ", ".join(f"{clean(p)} {number(float(x))}" for p, x in zip(problem.parties, d))
    room = float(problem.zone())
    zone = (
        f"all could gain {number(room)} at once"
        if room > 0
        else f"there is no bargaining zone, by {number(-room)}"
    )
    title = f"{clean(problem.title)}: " if problem.title else ""
    return f"{title}bargaining problem; no deal is worth {points}; {zone}."


def text(problem: Any) -> str:
    """A sentence and the weights of the issues; draws are only counted."""
    if problem.shape:
        return f"Bargaining problem over draws {problem.shape}, {len(problem.issues)} issues"
    return _sentence(problem) + "\n" + tables.text(["issue", *problem.parties], _rows(problem))


def html(problem: Any) -> str:
    """Sentence, weights, and the frontier where there are two parties."""
    if problem.shape:
        return f"<p>{escape(text(problem))}</p>"
    table = tables.html(["issue", *problem.parties], _rows(problem), caption="Weights")
    drawn = figure(problem) if len(problem.parties) == 2 else ""
    return f"<p>{escape(_sentence(problem))}</p>{table}{drawn}"


def figure(problem: Any) -> str:
    """The frontier of two parties with Nash and Kalai-Smorodinsky, as SVG."""
    from negotiate import declare

    line = np.asarray(problem.floats().frontier(), dtype=float).tolist()
    points = {}
    for name in ("nash_bargaining", "kalai_smorodinsky"):
        found = declare.concept_named(name)(problem)
        if len(found):
            points[name.replace("_", " ")] = [float(u) for u in found[0].payoffs.values()]
    first, second = problem.parties
    d = np.asarray(problem.disagreement, dtype=float).tolist()
    return figures.frontier(line, d, parties=(first, second), solutions=points)
