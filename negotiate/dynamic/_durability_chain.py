r"""The absorbing chain of a deal: expected time, survival, hazard, beside base rates.

With Q the moves among states that have not collapsed, the expected time solves (I - Q) m = 1 and
the survival curve is e Q^t 1, see `negotiate.dynamic.arithmetic.markov`. A period is a month.

Sources: Kemeny and Snell (1976), ch. 3; base rates `BASE_RATES` computed from the UCDP Peace
Agreement Dataset v22.1 (Pettersson, Hogbladh and Oberg 2019, doi:10.1177/0022343319856046).

>>> step = matrix([[Fraction(19, 20), Fraction(1, 20)], [0, 1]])
>>> Chain(("peace", "war"), step).expected_time()
Fraction(20, 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.dynamic.arithmetic import markov
from negotiate.errors import InputError, UnknownNameError

KIND = "durability"
Array = NDArray[Any]
MAX_PERIODS = 100_000
DAYS_A_MONTH = 365.25 / 12

AGREEMENTS = 176
"""UCDP agreements with a ceasefire clause behind `BASE_RATES`."""

BASE_RATES: tuple[tuple[str, float, float], ...] = (
    (f"UCDP agreements with a ceasefire clause, n = {AGREEMENTS}: ended in 90 days", 90.0, 0.153),
    ("the same: ended in 1 year (se 3.3 points)", 365.25, 0.267),
    ("the same: ended in 2 years", 730.5, 0.319),
    ("the same: ended in 5 years", 1826.25, 0.369),
)
"""What, days, share ended by then (Kaplan-Meier)."""


@dataclass(frozen=True, eq=False)
class Chain:
    """An absorbing chain (..., S, S) with labels; a period is a month.

    Attributes
    ----------
    states
        Labels.
    step
        Transition chances (..., S, S), rows summing to one; fractions (object) or floats.
    collapse
        Labels of the absorbing states.
    start
        Label of the state at signature.
    """

    states: tuple[str, ...]
    step: Array
    collapse: tuple[str, ...] = ("war",)
    start: str = "peace"

    def __post_init__(self) -> None:
        step = np.asarray(self.step)
        if step.shape[-2:] != (len(self.states),) * 2:
            raise InputError(
                f"chances of shape {step.shape}", where="durability", allowed="(..., S, S)"
            )
        for label in (*self.collapse, self.start):
            if label not in self.states:
                raise UnknownNameError("state", label, self.states, where="durability")
        rough = step.astype(float)
        if not ((rough >= -tolerance.TIE) & (rough <= 1 + tolerance.TIE)).all():
            raise InputError("a chance outside 0 to 1", where="durability", allowed="0 to 1")
        if np.abs(rough.sum(-1) - 1).max() > tolerance.WEIGHT_SUM:
            raise InputError("a row does not sum to 1", where="durability", allowed="rows sum to 1")
        step = np.array(step)
        step.setflags(write=False)
        object.__setattr__(self, "step", step)

    @property
    def exact(self) -> bool:
        """Whether the chances are fractions."""
        return self.step.dtype == object

    @property
    def absorbing(self) -> list[int]:
        """Positions of the collapse states."""
        return [self.states.index(s) for s in self.collapse]

    def expected_time(self) -> Any:
        """Expected periods to collapse from the start; a fraction where the chain is exact."""
        at = self.states.index(self.start)
        if self.exact:
            return markov.expected_time_exact(self.step.tolist(), self.absorbing)[at]
        return markov.expected_time(self.step, self.absorbing)[..., at]

    def survival(self, periods: int) -> Array:
        """Chance of holding after 0, ..., ``periods`` periods (..., periods + 1)."""
        if not 0 <= periods <= MAX_PERIODS:
            raise InputError(
                f"{periods} periods", where="survival", allowed=f"0 to {MAX_PERIODS:,}"
            )
        return markov.survival(
            self.step.astype(float), self.absorbing, periods, self.states.index(self.start)
        )

    def long_run_hazard(self) -> Array:
        """1 minus the largest eigenvalue of the moves among states that have not collapsed."""
        inner = [s for s in range(len(self.states)) if s not in self.absorbing]
        q = self.step.astype(float)[..., inner, :][..., inner]
        return np.asarray(1 - np.abs(np.linalg.eigvals(q)).max(-1))

    def median_time(self) -> Array:
        """First period after which the chance of holding is below one half; may be infinite.

        By powers of the chain in doubling steps, up to `MAX_PERIODS`.
        """
        inner = [s for s in range(len(self.states)) if s not in self.absorbing]
        at = np.zeros((*self.step.shape[:-2], 1, len(inner)))
        at[..., 0, inner.index(self.states.index(self.start))] = 1.0
        powers = [self.step.astype(float)[..., inner, :][..., inner]]
        while 2 ** len(powers) <= MAX_PERIODS:
            powers.append(powers[-1] @ powers[-1])
        passed = np.zeros(self.step.shape[:-2])
        for k in reversed(range(len(powers))):
            ahead = at @ powers[k]
            holds = ahead.sum((-1, -2)) >= 0.5
            at = np.where(holds[..., None, None], ahead, at)
            passed = passed + np.where(holds, 2.0**k, 0.0)
        return np.asarray(np.where(passed + 1 >= 2 ** len(powers), np.inf, passed + 1))

    def beside_base_rates(self) -> list[tuple[str, float, Any]]:
        """Rows (what, base rate, the model's share ended by then)."""
        rows = []
        for words, days, share in BASE_RATES:
            rows.append((words, share, 1 - self.survives_days(days)))
        return rows

    def survives_days(self, days: float) -> Array:
        """Chance of holding that many days, log-linear between months."""
        months = days / DAYS_A_MONTH
        whole = int(months)
        curve = self.survival(whole + 1)
        part = months - whole
        return np.asarray(curve[..., whole] ** (1 - part) * curve[..., whole + 1] ** part)


def worth_of(with_device: Chain, without: Chain) -> Any:
    """Months that a device is worth: expected time with it minus without, draw by draw.

    Two deals that may both never collapse differ by 0.
    """
    long, short = with_device.expected_time(), without.expected_time()
    with np.errstate(invalid="ignore"):
        gap = long - short
    return (
        np.where(np.isinf(long) & np.isinf(short), 0.0, gap)
        if np.ndim(gap)
        else (0 if long == short else gap)
    )


def chance_of(value: Any, where: str) -> Any:
    """A chance in its arithmetic, checked to lie in 0 to 1."""
    if isinstance(value, (int, Fraction)):
        out: Any = Fraction(value)
        good = 0 <= out <= 1
    else:
        out = np.asarray(value, float)
        good = bool(((out >= 0) & (out <= 1)).all())
    if not good:
        raise InputError(f"{where} is not a chance", where="durability", allowed="0 to 1")
    return out


def matrix(rows: list[list[Any]]) -> Array:
    """Chances (..., S, S) from cells: fractions where each is rational, else floats over draws."""
    cells = [cell for row in rows for cell in row]
    if all(isinstance(cell, (int, Fraction)) for cell in cells):
        out = np.empty((len(rows), len(rows)), dtype=object)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                out[i, j] = Fraction(cell)
        return out
    arrays = np.broadcast_arrays(*(np.asarray(cell, float) for cell in cells))
    stacked = np.stack(arrays, -1)
    return stacked.reshape(*stacked.shape[:-1], len(rows), len(rows))
