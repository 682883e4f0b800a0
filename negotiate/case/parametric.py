"""Forms that are given by a handful of named numbers: ranges, metrics, view, answers.

Every number may be a fraction, a float, an array over draws or (where no comparison is needed) a
SymPy expression; `_arithmetic` computes with any of them. A form is a frozen dataclass that says,
once each, what its numbers are and how it is shown:

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Coin(ParametricForm):
...     heads: Probability
...     @property
...     def odds(self):
...         return self.heads / (1 - self.heads)
>>> Coin(Fraction(2, 3)).odds
Fraction(2, 1)
>>> Coin(2)
Traceback (most recent call last):
negotiate.errors.InputError: Coin: heads is 2; allowed: 0 to 1; mend the number, or the lever ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from functools import cache, partial
from typing import Annotated, Any, ClassVar, TypeAlias, get_type_hints

import numpy as np

from negotiate.declare import Metric, Playable
from negotiate.errors import InputError, UnknownNameError
from negotiate.numbers.arithmetic import Number, is_exact, is_symbolic
from negotiate.numbers.arithmetic import smaller as smaller  # read from here by enforcement
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import PROBABILITY, UTILITY


@dataclass(frozen=True)
class Range:
    """What a number may be: in words, and as a test of an array."""

    allowed: str
    test: Callable[[Any], Any]

    def check(self, form: Any, name: str) -> None:
        """Refuse a field of a form that is outside."""
        value = getattr(form, name)
        if is_symbolic(value):
            return
        array = np.asarray(value, dtype=float)
        good = np.isfinite(array) & self.test(array)
        if not np.all(good):
            raise InputError(
                f"{name} is {_first_wrong(value, good)}",
                where=type(form).__name__,
                allowed=self.allowed,
                remedy="mend the number, or the lever that moved it",
            )


class _UnitInterval(Range):
    def check(self, form: Any, name: str) -> None:
        value = getattr(form, name)
        if isinstance(value, (float, np.ndarray)):
            # Sums of drawn weights miss 0 and 1 by rounding; what is further off is refused.
            inside = np.clip(value, 0.0, 1.0)
            if np.all(np.abs(inside - value) <= PROBABILITY):
                object.__setattr__(form, name, _frozen(inside) if inside.ndim else float(inside))
        super().check(form, name)


Probability: TypeAlias = Annotated[Number, _UnitInterval("0 to 1", lambda x: (x >= 0) & (x <= 1))]
Positive: TypeAlias = Annotated[Number, Range("above 0", lambda x: x > 0)]
NotNegative: TypeAlias = Annotated[Number, Range("0 or more", lambda x: x >= 0)]


def _ranges(kind: type) -> tuple[tuple[str, Range], ...]:
    """Fields of a form that are annotated with a range, and the range."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        (name, mark)
        for name, hint in hints.items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, Range)
    )


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


class ParametricForm(Playable):
    """Base of games given by named numbers; subclasses are frozen dataclasses.

    Title, metrics and concepts are declared by `negotiate.declare.game` on the subclass. Class
    keywords: ``view`` names the module that draws it (default `negotiate.drawing.parametric_view`),
    ``counts`` the fields that are whole numbers. Fields annotated `Probability`, `Positive` or
    `NotNegative` are checked when the game is made, then what its own ``__post_init__`` asks for.
    """

    _view = "negotiate.drawing.parametric_view"
    _counts: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(
        cls,
        *,
        view: str = "negotiate.drawing.parametric_view",
        counts: tuple[str, ...] = (),
        **settings: Any,
    ) -> None:
        super().__init_subclass__(**settings)
        cls._view, cls._counts = view, counts
        check = cls.__dict__.get("__post_init__")
        ranges = cache(partial(_ranges, cls))  # read later: the annotations may not resolve yet

        def post_init(self: Any) -> None:
            _one_arithmetic(self)
            for name, allowed in ranges():
                allowed.check(self, name)
            if check is not None:
                check(self)

        cls.__post_init__ = post_init  # type: ignore[attr-defined]

    @property
    def title(self) -> str:
        """Title of the kind of game."""
        return self.declaration.title

    def numbers(self) -> dict[str, Any]:
        """Field name to value."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    def exactly(self) -> Any:
        """The same form with every number a fraction, floats read as decimals."""
        from negotiate.numbers.fractions import exact

        changes = {
            name: exact(value, where=f"{type(self).__name__}.{name}")
            for name, value in self.numbers().items()
            if not isinstance(value, (tuple, str)) and name not in self._counts
        }
        return replace(self, **changes)  # type: ignore[type-var]

    def _check_order(self, low: str, high: str, *, strict: bool = True) -> None:
        one, two = getattr(self, low), getattr(self, high)
        if is_symbolic(one, two):
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
        """Metrics by name (attributes of the game), arrays over draws where inputs are."""
        known = {m.name: m for m in self.declaration.metrics if m.name in self.metric_names()}
        wanted = tuple(known) if names is None else tuple(names)
        for name in wanted:
            if name not in known:
                raise UnknownNameError("metric", name, known, where=type(self).__name__)
        return {name: known[name].value(self, {}) for name in wanted}

    @classmethod
    def metric_names(cls) -> Mapping[str, str]:
        """Metric to meaning, as the declaration has them; parts of other games left out."""
        declared: tuple[Metric, ...] = cls.declaration.metrics if "declaration" in vars(cls) else ()
        return {m.name: m.meaning for m in declared if "." not in m.name and "<" not in m.name}


def answer(
    form: Any,
    points: Iterable[Point],
    *,
    concept: str = "perfect_bayesian",
    complete: bool = True,
    exact: bool | None = None,
    **facts: Any,
) -> Solution:
    """The solution of a form of named numbers; exact, unless stated, where each number is."""
    if exact is None:
        numbers = [x for value in form.numbers().values() for x in _leaves(value)]
        exact = is_exact(*(x for x in numbers if not isinstance(x, str)))
    return Solution(
        concept=concept,
        players=form.players,
        points=tuple(points),
        complete=complete,
        exact=exact,
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


def exact_verdict(gaps: Iterable[tuple[Fraction, str]]) -> Evidence:
    """Evidence from exact gains and who could make them: one above nothing at all refutes.

    >>> exact_verdict([(Fraction(-1), "A"), (Fraction(0), "B")])
    Evidence(holds=True, value=Fraction(0, 1), what='regret', witness='')
    """
    worst, witness = max([*gaps, (Fraction(0), "")])
    return Evidence(worst == 0, worst, "regret", witness if worst else "")


def _first_wrong(value: Any, good: Any) -> str:
    """The value itself; over draws the first that is refused, and how many are."""
    wrong = np.flatnonzero(~np.ravel(good))
    if np.ndim(value) == 0 or not wrong.size:
        return str(value)
    shown = np.ravel(np.broadcast_to(value, np.shape(good)))[wrong[0]]
    return f"{shown:.6g} in draw {wrong[0]} ({wrong.size} of {np.size(good)} draws)"
