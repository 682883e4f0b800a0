"""Forms that are given by a handful of named numbers: checks, arithmetic, metrics, view.

Every number may be a fraction, a float, an array over draws or (where no comparison is needed) a
SymPy expression; the helpers choose the arithmetic, so that a formula is written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from negotiate.errors import InputError, UnknownNameError
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import PROBABILITY, UTILITY
from negotiate.view import Viewable

Number = Any


def is_exact(*numbers: Number) -> bool:
    """Are all numbers fractions or integers?"""
    return all(isinstance(x, (int, Fraction)) and not isinstance(x, bool) for x in numbers)


def _symbolic(*numbers: Number) -> bool:
    return any(hasattr(x, "free_symbols") for x in numbers)


def larger(*numbers: Number) -> Number:
    """Elementwise maximum in whichever arithmetic the numbers carry."""
    if is_exact(*numbers):
        return max(Fraction(x) for x in numbers)
    if _symbolic(*numbers):
        import sympy

        return sympy.Max(*numbers)
    out = numbers[0]
    for x in numbers[1:]:
        out = np.maximum(np.asarray(out, dtype=float), np.asarray(x, dtype=float))
    return _plain(out)


def smaller(*numbers: Number) -> Number:
    """Elementwise minimum."""
    if is_exact(*numbers):
        return min(Fraction(x) for x in numbers)
    if _symbolic(*numbers):
        import sympy

        return sympy.Min(*numbers)
    out = numbers[0]
    for x in numbers[1:]:
        out = np.minimum(np.asarray(out, dtype=float), np.asarray(x, dtype=float))
    return _plain(out)


def clip(x: Number, low: Number, high: Number) -> Number:
    """``x`` moved into [low, high]."""
    return smaller(larger(x, low), high)


def choose(condition: Number, yes: Number, no: Number) -> Number:
    """``yes`` where the condition holds."""
    if isinstance(condition, (bool, np.bool_)):
        return yes if condition else no
    return _plain(np.where(condition, np.asarray(yes, dtype=float), np.asarray(no, dtype=float)))


def ratio(top: Number, bottom: Number, *, empty: Number) -> Number:
    """``top / bottom``, and ``empty`` where the bottom is zero."""
    if is_exact(top, bottom):
        return Fraction(top) / Fraction(bottom) if bottom else empty
    if _symbolic(top, bottom):
        return top / bottom
    top, bottom = np.broadcast_arrays(np.asarray(top, dtype=float), np.asarray(bottom, dtype=float))
    out = np.full(top.shape, empty, dtype=float)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return _plain(out)


def over(top: Number, bottom: Number) -> Number:
    """``top / bottom`` where the bottom is known not to be zero; exact for exact numbers."""
    return Fraction(top) / Fraction(bottom) if is_exact(top, bottom) else top / bottom


def _plain(x: Number) -> Number:
    return float(x) if isinstance(x, np.ndarray) and x.ndim == 0 else x


def single(form: Any) -> None:
    """Refuse arrays where one problem is meant."""
    for field in fields(form):
        value = getattr(form, field.name)
        if isinstance(value, np.ndarray) and value.ndim:
            raise InputError(
                f"{field.name} is an array of shape {value.shape}",
                where=type(form).__name__,
                allowed="one number",
                remedy="use `metrics` for sweeps, or solve one draw at a time",
            )


def _one_arithmetic(form: Any) -> None:
    """Beside an array over draws, make fractions floats: NumPy would fall back on objects."""
    values = {f.name: getattr(form, f.name) for f in fields(form) if f.name not in form._counts}
    flat = [x for value in values.values() for x in _leaves(value)]
    if any(isinstance(x, np.ndarray) for x in flat):
        for name, value in values.items():
            object.__setattr__(form, name, _floated(value))


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [x for item in value for x in _leaves(item)]
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, f.name) for f in fields(value)]
    return [value]


def _floated(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_floated(item) for item in value)
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, np.ndarray):
        return _frozen(value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _floated(getattr(value, f.name)) for f in fields(value)})
    return value


def _frozen(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    copy = np.array(array, dtype=float)
    copy.setflags(write=False)
    return copy


class ParametricForm(Viewable):
    """Base of forms given by named numbers; subclasses are frozen dataclasses."""

    _view = "parametric"
    title: ClassVar[str] = ""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        check = cls.__dict__.get("__post_init__")

        def post_init(self: Any) -> None:
            _one_arithmetic(self)
            if check is not None:
                check(self)

        cls.__post_init__ = post_init  # type: ignore[attr-defined]

    def numbers(self) -> dict[str, Any]:
        """Field name to value."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    def exactly(self) -> Any:
        """The same form with every number a fraction, floats read as decimals."""
        from negotiate.forms.signalling import exact

        changes = {
            name: exact(value, where=f"{type(self).__name__}.{name}")
            for name, value in self.numbers().items()
            if not isinstance(value, (tuple, str)) and name not in self._counts
        }
        return replace(self, **changes)  # type: ignore[type-var]

    def _check_probability(self, *names: str) -> None:
        for name in names:
            value = getattr(self, name)
            if isinstance(value, (float, np.ndarray)):
                # Sums of drawn weights miss 0 and 1 by rounding; what is further off is refused.
                inside = np.clip(value, 0.0, 1.0)
                if np.all(np.abs(inside - value) <= PROBABILITY):
                    object.__setattr__(
                        self, name, _frozen(inside) if inside.ndim else float(inside)
                    )
        self._check(names, "0 to 1", lambda x: (x >= 0) & (x <= 1))

    def _check_positive(self, *names: str) -> None:
        self._check(names, "above 0", lambda x: x > 0)

    def _check_not_negative(self, *names: str) -> None:
        self._check(names, "0 or more", lambda x: x >= 0)

    def _check(self, names: Iterable[str], allowed: str, test: Any) -> None:
        for name in names:
            value = getattr(self, name)
            if _symbolic(value):
                continue
            array = np.asarray(value, dtype=float)
            good = np.isfinite(array) & test(array)
            if not np.all(good):
                raise InputError(
                    f"{name} is {_first_wrong(value, good)}",
                    where=type(self).__name__,
                    allowed=allowed,
                    remedy="mend the number, or the lever that moved it",
                )

    def _check_order(self, low: str, high: str, *, strict: bool = True) -> None:
        one, two = getattr(self, low), getattr(self, high)
        if _symbolic(one, two):
            return
        gap = np.asarray(two, dtype=float) - np.asarray(one, dtype=float)
        good = gap > 0 if strict else gap >= 0
        if not np.all(good):
            raise InputError(
                f"{low} is {_first_wrong(one, good)} and {high} is {_first_wrong(two, good)}",
                where=type(self).__name__,
                allowed=f"{low} {'below' if strict else 'at most'} {high}",
            )

    def metrics(self, names: Iterable[str] | None = None) -> dict[str, Any]:
        """Metrics by name (attributes of the form), arrays over draws where inputs are."""
        return measure(self, self.metric_names(), names)

    @classmethod
    def metric_names(cls) -> Mapping[str, str]:
        """Metric to meaning: the properties declared in ``_metrics``."""
        return cls._metrics

    _metrics: ClassVar[Mapping[str, str]] = {}
    _counts: ClassVar[tuple[str, ...]] = ()


def answer(
    form: Any,
    points: Iterable[Point],
    *,
    concept: str = "perfect_bayesian",
    complete: bool = True,
    **facts: Any,
) -> Solution:
    """The solution of a form of named numbers; exact where each of its numbers is."""
    numbers = [x for value in form.numbers().values() for x in _leaves(value)]
    return Solution(
        concept=concept,
        players=form.players,
        points=tuple(points),
        complete=complete,
        exact=is_exact(*(x for x in numbers if not isinstance(x, str))),
        form=form,
        **facts,
    )


def verdict(gaps: Mapping[str, Number]) -> Evidence:
    """Evidence from what each deviation would gain: the largest gain decides, and is the witness.

    >>> verdict({"A": Fraction(0), "B": Fraction(1, 4)})
    Evidence(holds=False, value=Fraction(1, 4), what='regret', witness='B')
    """
    who = max(gaps, key=lambda name: gaps[name])
    worst = max(gaps[who], 0 * gaps[who])
    fine = bool(worst <= UTILITY)
    return Evidence(fine, worst, "regret", "" if fine else who)


def _first_wrong(value: Any, good: Any) -> str:
    """The value itself; over draws the first that is refused, and how many are."""
    wrong = np.flatnonzero(~np.ravel(good))
    if np.ndim(value) == 0 or not wrong.size:
        return str(value)
    shown = np.ravel(np.broadcast_to(value, np.shape(good)))[wrong[0]]
    return f"{shown:.6g} in draw {wrong[0]} ({wrong.size} of {np.size(good)} draws)"


def measure(
    form: Any, known: Mapping[str, str], names: Iterable[str] | None = None
) -> dict[str, Any]:
    """Read metrics off a form."""
    wanted = tuple(known) if names is None else tuple(names)
    for name in wanted:
        if name not in known:
            raise UnknownNameError("metric", name, known, where=type(form).__name__)
    return {name: getattr(form, name) for name in wanted}
