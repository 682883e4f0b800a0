r"""A number out of a fit: an expression of payoffs and probabilities at a row, with its interval.

Only what the data identify should be carried into a case: probabilities, and differences or ratios
of payoffs. A single payoff of a crisis game may have an interval that holds no news; then the
answer says "not identified" rather than giving a middle.

Expressions are read by the toolkit's own small grammar: numbers, + - * / and powers, min and max,
indices by their names (``u1(war)``, ``W_A``), events as ``P(resist | challenge)``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.case import expression as grammar
from negotiate.errors import NoSolutionError
from negotiate.estimation.draws import Draws
from negotiate.estimation.prediction import events_at, known
from negotiate.estimation.problem import Problem

Array = NDArray[np.float64]

_EVENT = re.compile(r"\b[PE]\(([^()]*)\)")


@dataclass(frozen=True)
class Estimate:
    """An estimated number.

    Attributes
    ----------
    expression
        What was asked.
    value
        At the estimates.
    median, low, high
        Over the draws.
    level
        Level of the interval.
    kind
        Of the draws.
    effective
        Draws that count.
    unit
        "probability", "ratio" or "error" (standard deviations of the errors).
    outside
        Variables of the row outside the sample, with both.
    sign_known
        Whether the interval excludes zero (always for a probability).
    """

    expression: str
    value: float
    median: float
    low: float
    high: float
    level: float
    kind: str
    effective: float
    unit: str
    outside: Mapping[str, str]
    sign_known: bool

    def __repr__(self) -> str:
        return f"Estimate({self.expression} = {self.value:.3g} [{self.low:.3g}, {self.high:.3g}])"

    def lines(self, name: str, *, source: str = "E1", note: str = "", judged: bool = False) -> str:
        """The quantity as a case file holds it.

        Parameters
        ----------
        name
            Id of the quantity.
        source
            Id of the estimate it cites.
        note
            Why this value; what was extrapolated is added.
        judged
            Whether covariates of the row were judged.

        Raises
        ------
        NoSolutionError
            The interval holds no news: not identified.
        """
        if not self.identified:
            raise NoSolutionError(
                f"{self.expression} is not identified: [{self.low:.3g}, {self.high:.3g}]",
                where="estimate",
                remedy="keep the judged range, or ask for a ratio or a probability",
            )
        words = [note] if note else []
        words += [f"{key}: {value}" for key, value in self.outside.items()]
        unit = {"error": "payoff", "amount": "number"}.get(self.unit, self.unit)
        rounded = [f"{x:.4g}" for x in (self.value, self.low, self.high)]
        out = [
            f"[quantity.{name}]",
            f"value = {rounded[0]}",
            f"low = {rounded[1]}",
            f"high = {rounded[2]}",
            f'unit = "{unit}"',
            f'source = ["{source}"]',
        ]
        if judged:
            out.append("judgement = true")
        if words:
            out.append(f"note = {quoted('; '.join(words))}")
        return "\n".join(out) + "\n"

    @property
    def identified(self) -> bool:
        """Whether the interval is narrow enough to carry news."""
        if self.unit == "probability":
            return self.high - self.low < 0.9
        return bool(self.sign_known and np.isfinite(self.high - self.low))


def quoted(text: str) -> str:
    """A TOML basic string.

    >>> print(quoted("one line"))
    "one line"
    """
    return json.dumps(text, ensure_ascii=False)


def evaluate(
    expression: str,
    problem: Problem,
    beta: Array,
    designs: Sequence[Array],
    draws: Draws,
    *,
    level: float,
    outside: Mapping[str, str],
) -> Estimate:
    """Value of an expression at one row, and its interval over draws.

    Raises
    ------
    UnknownNameError
        An event or index that the model does not have.
    NoSolutionError
        The expression is not finite at the estimates.
    """
    here = [x[:1] for x in designs]
    text, events, indices = _names(expression, problem, beta, here)
    parsed = grammar.parse(text)
    value = float(np.ravel(parsed.evaluate(_values(problem, beta[None], here, events, indices)))[0])
    if not np.isfinite(value):
        raise NoSolutionError(f"{expression} is {value}", where="estimate")
    every = np.ravel(parsed.evaluate(_values(problem, draws.beta, here, events, indices)))
    if len(every) == 1:
        every = np.full(len(draws.beta), every[0])
    median, low, high = draws.interval(every, level=level)
    probability = _EVENT.fullmatch(expression.strip()) is not None
    unit = "probability" if probability else ("ratio" if "/" in text else "error")
    if probability and not 0.0 <= value <= 1.0:
        unit = "amount"
    return Estimate(
        expression,
        value,
        median,
        low,
        high,
        level,
        draws.kind,
        draws.effective,
        unit,
        dict(outside),
        bool(probability or low > 0 or high < 0),
    )


def _names(
    expression: str, problem: Problem, beta: Array, here: Sequence[Array]
) -> tuple[str, dict[str, str], dict[str, int]]:
    """The expression in plain names, and what those names stand for."""
    events: dict[str, str] = {}
    indices: dict[str, int] = {}
    available = events_at(problem, beta, here)

    def event(match: re.Match[str]) -> str:
        name = f"event{len(events)}"
        events[name] = known(match[1], available)
        return name

    text = _EVENT.sub(event, expression)
    order = sorted(enumerate(problem.model.indices), key=lambda item: -len(item[1]))
    for k, index in order:
        if re.fullmatch(r"[A-Za-z_]\w*", index):
            if re.search(rf"\b{index}\b", text):
                indices[index] = k
        elif index in text:
            text = text.replace(index, f"index{k}")
            indices[f"index{k}"] = k
    return text, events, indices


def _values(
    problem: Problem,
    beta: Array,
    here: Sequence[Array],
    events: Mapping[str, str],
    indices: Mapping[str, int],
) -> dict[str, Any]:
    """Values of the plain names at every draw, ``{name: (draws,)}``."""
    columns = [beta[:, s] @ x[0] for x, s in zip(here, problem.slices)]
    out: dict[str, Any] = {name: columns[k] for name, k in indices.items()}
    if events:
        with np.errstate(all="ignore"):
            found = problem.model.events(columns)
        for name, event in events.items():
            out[name] = np.broadcast_to(np.asarray(found[event]), (len(beta),))
    return out
