r"""Durability: how long a signed deal lasts, as an absorbing chain, beside base rates.

States: peace, incident (a violation), retaliation, war. In a period of peace a signatory violates
with chance v, or a spoiler who did not sign attacks: with chance s it starts an incident, with
chance a an offensive that is war at once. An incident is contained with chance c (monitoring:
joint patrols), else it brings retaliation; retaliation calms down with chance e (a tripwire force)
and else is war, which ends the deal. `from_hazard` is the chain with one constant hazard. Devices
are compared on the same draws (`worth_of`).

Sources: Kemeny and Snell (1976), ch. 3; Fortna (2003), International Organization 57:337-372,
doi:10.1017/S0020818303572046; base rates `BASE_RATES` computed from the UCDP Peace Agreement
Dataset v22.1 (Pettersson, Hogbladh and Oberg 2019, doi:10.1177/0022343319856046).

>>> game = from_hazard(0.05)
>>> round(float(game.expected_time()), 6), round(float(game.survival(12)[12]), 3)
(20.0, 0.54)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError, UnknownNameError
from negotiate.kernels import markov
from negotiate.view import Viewable

KIND = "durability"
Array = NDArray[Any]
MAX_PERIODS = 100_000
DAYS_A_MONTH = 365.25 / 12

BASE_RATES: tuple[tuple[str, float, float], ...] = (
    ("UCDP agreements with a ceasefire clause, n = 176: ended in 90 days", 90.0, 0.153),
    ("the same: ended in 1 year (se 3.3 points)", 365.25, 0.267),
    ("the same: ended in 2 years", 730.5, 0.319),
    ("the same: ended in 5 years", 1826.25, 0.369),
)
"""What, days, share ended by then (Kaplan-Meier)."""
IDLIB_DAYS = 1727
"""6 March 2020 to 27 November 2024, when a non-signatory broke the line."""

METRICS: dict[str, str] = {
    "expected_time": "expected periods (months) to collapse; infinite: may never collapse",
    "median_time": "periods after which half of such deals have collapsed",
    "hazard": "chance of collapse per period in the long run of a deal that still holds",
    "survival.<n>": "chance that the deal still holds after n periods",
    "ended_1_year_vs_ucdp": "share ended in 12 months minus the UCDP base rate 0.267",
    "idlib_survival": "chance of holding at least 1,727 days",
}


@dataclass(frozen=True, eq=False)
class Durability(Viewable):
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

    _view = "durability"

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


def from_hazard(hazard: Any, spoiler: Any = 0) -> Durability:
    """One constant hazard per period, and a spoiler's beside it (competing risks)."""
    ends = 1 - (1 - _number(hazard, "hazard")) * (1 - _number(spoiler, "spoiler"))
    return Durability(("peace", "war"), _matrix([[1 - ends, ends], [0, 1]]))


def from_stages(
    *,
    violation: Any,
    spoiler: Any = 0,
    offensive: Any = 0,
    containment: Any = 0,
    calming: Any = 0,
) -> Durability:
    """The chain of the module's docstring; numbers, fractions or arrays over draws.

    >>> game = from_stages(violation=Fraction(1, 5), containment=Fraction(1, 2))
    >>> print(game.expected_time())                            # 2 cycles of 5 + 1 + 1/2
    13
    """
    v, s, a, c, e = (
        _number(value, name)
        for value, name in (
            (violation, "violation"),
            (spoiler, "spoiler"),
            (offensive, "offensive"),
            (containment, "containment"),
            (calming, "calming"),
        )
    )
    incident = (1 - a) * (1 - (1 - v) * (1 - s))
    return Durability(
        ("peace", "incident", "retaliation", "war"),
        _matrix(
            [
                [1 - a - incident, incident, 0, a],
                [c, 0, 1 - c, 0],
                [e, 0, 0, 1 - e],
                [0, 0, 0, 1],
            ]
        ),
    )


def worth_of(with_device: Durability, without: Durability) -> Any:
    """Months that a device is worth: expected time with it minus without, draw by draw."""
    return with_device.expected_time() - without.expected_time()


def _number(value: Any, where: str) -> Any:
    if isinstance(value, (int, Fraction)):
        out: Any = Fraction(value)
        good = 0 <= out <= 1
    else:
        out = np.asarray(value, float)
        good = bool(((out >= 0) & (out <= 1)).all())
    if not good:
        raise InputError(f"{where} is not a chance", where="durability", allowed="0 to 1")
    return out


def _matrix(rows: list[list[Any]]) -> Array:
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


def compile(negotiation: Any, *, tripwire: bool = True) -> Durability:
    """The chain of a case: `quantity.hazard` per month, or the stages where the case has them.

    Stages are read from ``quantity.violation_rate``, ``spoiler_rate``, ``offensive_rate``,
    ``containment`` and ``calming``; otherwise the chain has the constant ``quantity.hazard``
    (``quantity.hazard_without_patrols`` if ``tripwire`` is false). A stated hazard of collapse is
    of all causes, so a spoiler's rate is not added to it: every harm enters once.
    """

    def get(name: str) -> Any:
        return negotiation.get(f"quantity.{name}", 0)

    if negotiation.has("quantity.violation_rate"):
        return from_stages(
            violation=get("violation_rate"),
            spoiler=get("spoiler_rate"),
            offensive=get("offensive_rate"),
            containment=get("containment"),
            calming=get("calming"),
        )
    name = "hazard" if tripwire else "hazard_without_patrols"
    return from_hazard(negotiation.value(f"quantity.{name}"))


def evaluate_game(game: Durability, names: Iterable[str] = ()) -> dict[str, Array]:
    """Metrics over draws; without names all of them, survival at 12, 24 and 60 periods."""

    def median() -> Array:
        curve = game.survival(1200)
        below = curve < 0.5
        return np.where(below.any(-1), below.argmax(-1), np.inf)

    table: dict[str, Any] = {
        "expected_time": lambda: np.asarray(game.expected_time(), float),
        "median_time": median,
        "hazard": game.long_run_hazard,
        "ended_1_year_vs_ucdp": lambda: 1 - game.survival(12)[..., 12] - 0.267,
        "idlib_survival": lambda: game.survives_days(IDLIB_DAYS),
    }
    wanted = list(names) or [*table, "survival.12", "survival.24", "survival.60"]
    out = {}
    for name in wanted:
        head, _, tail = name.partition(".")
        if head == "survival" and tail.isdigit():
            out[name] = game.survival(int(tail))[..., int(tail)]
        elif name in table:
            out[name] = table[name]()
        else:
            raise UnknownNameError("metric", name, [*table, "survival.12"], where=KIND)
    return out


def evaluate(negotiation: Any, names: Iterable[str] = ()) -> dict[str, Array]:
    """Metrics of the compiled chain over the draws of the negotiation."""
    return evaluate_game(compile(negotiation.floats()), names)
