"""A condition on a metric: ``> 0``, ``<= 0.5``, ``== "none"``, ``!= 'war'``, ``in [0.2, 0.4]``.

Read by a small grammar of its own, never by Python. A numeric condition has a signed margin,
positive where it holds; where a metric is a label the margin is 1 or -1.

>>> condition = read("<= 0.5")
>>> y = np.array([0.4, 0.6])
>>> condition.holds(y).tolist(), condition.margin(y).round(9).tolist()
([True, False], [0.1, -0.1])
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_COMPARE = re.compile(rf"\s*(<=|>=|<|>|==|!=)\s*({_NUMBER})\s*\Z")
_LABEL = re.compile(r"""\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z_][\w .-]*?))\s*\Z""")
_RANGE = re.compile(rf"\s*in\s*\[\s*({_NUMBER})\s*,\s*({_NUMBER})\s*\]\s*\Z")

ALLOWED = "such as '> 0', '<= 0.5', 'in [0.2, 0.4]', '== \"none\"'"

_HOLDS: dict[str, Callable[[Any, float], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_MARGIN: dict[str, Callable[[Any, float], Any]] = {
    "<": lambda y, c: c - y,
    "<=": lambda y, c: c - y,
    ">": lambda y, c: y - c,
    ">=": lambda y, c: y - c,
    "==": lambda y, c: -np.abs(y - c),
    "!=": lambda y, c: np.abs(y - c),
}


@dataclass(frozen=True)
class Condition:
    """A comparison with a number, a range or a label."""

    text: str
    sign: str
    number: float = 0.0
    upper: float = 0.0
    label: str | None = None

    def holds(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Where it holds; a failed draw (NaN or empty) never does."""
        values = self._fitting(values)
        if self.label is not None:
            same = values == self.label
            return np.asarray((same if self.sign == "==" else ~same) & (values != ""))
        if self.sign == "in":
            return np.asarray((values >= self.number) & (values <= self.upper))
        return np.asarray(_HOLDS[self.sign](values, self.number) & ~np.isnan(values))

    def _fitting(self, values: NDArray[Any]) -> NDArray[Any]:
        values = np.asarray(values)
        if (values.dtype.kind == "U") != (self.label is not None):
            kind = "labels" if values.dtype.kind == "U" else "numbers"
            raise InputError(f"condition '{self.text}' on a metric of {kind}", allowed=ALLOWED)
        return values

    def margin(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Distance to the edge of the condition, positive inside; NaN for a failed draw."""
        values = self._fitting(values)
        if self.label is not None:
            return np.where(values == "", np.nan, np.where(self.holds(values), 1.0, -1.0))
        if self.sign == "in":
            return np.asarray(np.minimum(values - self.number, self.upper - values))
        return np.asarray(_MARGIN[self.sign](values, self.number), float)


def read(text: str) -> Condition:
    """Read a condition."""
    if len(text) > 200:
        raise InputError(f"a condition of {len(text)} characters", allowed=ALLOWED)
    if found := _COMPARE.match(text):
        return Condition(text.strip(), found[1], float(found[2]))
    if found := _RANGE.match(text):
        low, high = float(found[1]), float(found[2])
        if low > high:
            raise InputError(f"condition '{text}'", allowed="low end first")
        return Condition(text.strip(), "in", low, high)
    if found := _LABEL.match(text):
        label = next(group for group in found.groups()[1:] if group is not None)
        return Condition(text.strip(), found[1], label=label)
    raise InputError(f"condition '{text}'", allowed=ALLOWED)
