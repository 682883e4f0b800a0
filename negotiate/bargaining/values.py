"""How a party values one issue of a bargaining problem, in whichever arithmetic it is given.

    linear      x or 1 - x: the better, the nearer to the end of [0, 1] that the ideal names
    peaked      1 - |x - ideal| / scale
    quadratic   1 - ((x - ideal) / scale)^2
    power       linear value to the power of the exponent, 0 < exponent <= 1 (risk aversion)
    table       a number for each option
    curve       any concave function on [0, 1], given as a vectorised callable

Sources: design by Raiffa (1982), The Art and Science of Negotiation, ch. 10-11 (additive
scoring); Davis, Hinich and Ordeshook (1970), APSR 64:426-448 (quadratic loss).

>>> from fractions import Fraction
>>> quadratic(Fraction(3, 4), Fraction(1, 2)).at(Fraction(1, 2))
Fraction(3, 4)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.errors import InputError
from negotiate.numbers.fractions import number as read

POLYGONAL = ("linear", "peaked", "table")
KINDS = (*POLYGONAL, "quadratic", "power", "curve")


@dataclass(frozen=True, eq=False)
class Value:
    """One party's value of one issue; numbers are fractions, floats or arrays over draws."""

    kind: str
    ideal: Any = Fraction(1)
    scale: Any = Fraction(1)
    exponent: Any = Fraction(1)
    table: tuple[Any, ...] = ()
    curve: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"value of kind '{self.kind}'", allowed=", ".join(KINDS))
        for name in ("ideal", "scale", "exponent"):
            object.__setattr__(self, name, number(getattr(self, name)))
        neutral = (
            self.kind == "power"
            and not hasattr(self.exponent, "free_symbols")
            and bool(np.all(floats(self.exponent) == 1))
        )
        if neutral:  # risk neutral: the value is linear, and so is the frontier
            object.__setattr__(self, "kind", "linear")
        object.__setattr__(self, "table", tuple(number(item) for item in self.table))
        for name in ("scale", "exponent"):
            given = getattr(self, name)
            if not hasattr(given, "free_symbols") and not np.all(np.asarray(given) > 0):
                raise InputError(f"{name} of a value is {given}", allowed="above 0")
        convex = (
            self.kind == "power"
            and not hasattr(self.exponent, "free_symbols")
            and not np.all(np.asarray(self.exponent) <= 1)
        )
        if convex:
            raise InputError(
                f"exponent {self.exponent} of a power value is not concave",
                allowed="above 0, at most 1",
                remedy="exchange the roles: a convex value has no interior compromise",
            )

    @property
    def target(self) -> Any:
        """The level liked best, in [0, 1]; linear and power values want an end."""
        if self.kind in ("linear", "power"):
            return _end(self.ideal)
        return _clip(self.ideal)

    @property
    def reach(self) -> Any:
        """Distance from the target at which the value is 0."""
        return Fraction(1) if self.kind in ("linear", "power") else self.scale

    def at(self, level: Any) -> Any:
        """v(level): a level in [0, 1]; for a table an option's index or shares of the options."""
        if self.kind == "table":
            if isinstance(level, (int, np.integer)):
                return self.table[level]
            pairs = (_alike(share, worth) for share, worth in zip(level, self.table, strict=True))
            return sum(share * worth for share, worth in pairs)
        if self.kind == "curve":
            assert self.curve is not None
            return self.curve(level)
        ideal = self.target if self.kind in ("linear", "power") else self.ideal
        level, ideal, reach = _alike(level, ideal, self.reach)
        distance = abs(level - ideal) / reach
        if self.kind == "quadratic":
            return 1 - distance * distance
        if self.kind == "power":
            return _power(1 - distance, self.exponent)
        return 1 - distance

    def spread(self) -> Any:
        """Largest less smallest value over all levels or options."""
        if self.kind == "table":
            arrays = np.broadcast_arrays(*(floats(item) for item in self.table))
            return np.max(arrays, axis=0) - np.min(arrays, axis=0)
        if self.kind in ("linear", "power"):
            return 1.0
        if self.kind == "curve":  # concave: smallest at an end
            assert self.curve is not None
            worth = floats(self.curve(np.array([0.0, float(self.target), 1.0])))
            return float(worth.max() - worth.min())
        ends = [floats(self.at(floats(level))) for level in (0.0, 1.0)]
        return floats(self.at(floats(self.target))) - np.minimum(*ends)

    def numbers(self) -> tuple[Any, ...]:
        """Every number the value reads."""
        if self.kind == "table":
            return self.table
        return {
            "linear": (self.ideal,),
            "peaked": (self.ideal, self.scale),
            "quadratic": (self.ideal, self.scale),
            "power": (self.ideal, self.exponent),
            "curve": (0.5,),
        }[self.kind]


def _alike(*numbers: Any) -> tuple[Any, ...]:
    """Floats for fractions beside an array of floats: NumPy would go on element by element."""
    if any(isinstance(item, np.ndarray) and item.dtype.kind == "f" for item in numbers):
        return tuple(float(n) if isinstance(n, (int, Fraction)) else n for n in numbers)
    return numbers


def linear(ideal: Any) -> Value:
    """Worth 1 at the end of [0, 1] nearer to ``ideal``, 0 at the other."""
    return Value("linear", ideal)


def peaked(ideal: Any, scale: Any = Fraction(1)) -> Value:
    """Falls in a straight line on both sides of ``ideal``."""
    return Value("peaked", ideal, scale)


def quadratic(ideal: Any, scale: Any = Fraction(1)) -> Value:
    """Quadratic loss around ``ideal``; 0 at distance ``scale``."""
    return Value("quadratic", ideal, scale)


def power(ideal: Any, exponent: Any) -> Value:
    """Linear value to a power in (0, 1]."""
    return Value("power", ideal, Fraction(1), exponent)


def table(worth: Sequence[Any]) -> Value:
    """A number for each option."""
    return Value("table", table=tuple(worth))


def number(value: Any) -> Any:
    """A fraction where the number is given exactly, a float where it is one; arrays of draws."""
    if isinstance(value, (float, np.floating)):
        return float(value)
    return value if isinstance(value, np.ndarray) else read(value)


def is_exact(values: Any) -> bool:
    """Whether every number is a fraction."""
    return all(isinstance(item, Fraction) for item in values)


def stacked(nested: Any) -> np.ndarray[Any, Any]:
    """Nested lists of numbers as one array, draws leading: fractions stay, floats broadcast.

    An array given as a whole keeps its shape.
    """
    if isinstance(nested, np.ndarray):
        if nested.dtype == object and not any(
            isinstance(item, (float, np.ndarray)) for item in nested.ravel()
        ):
            flat = [number(item) for item in nested.ravel()]
            return _objects(flat, nested.shape)
        return np.array(nested, dtype=np.float64)
    shape, flat = _flat(nested)
    flat = [number(item) for item in flat]
    if any(hasattr(item, "free_symbols") for item in flat) or is_exact(flat):
        return _objects(flat, shape)
    arrays = np.broadcast_arrays(*(np.asarray(item, dtype=np.float64) for item in flat))
    return np.stack(arrays, axis=-1).reshape(*arrays[0].shape, *shape) if flat else np.zeros(shape)


def _objects(flat: Sequence[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    out = np.empty(len(flat), dtype=object)
    out[:] = flat
    return out.reshape(shape)


def _flat(nested: Any) -> tuple[tuple[int, ...], list[Any]]:
    if not isinstance(nested, (list, tuple)):
        return (), [nested]
    parts = [_flat(item) for item in nested]
    shapes = {shape for shape, _ in parts}
    if len(shapes) > 1:
        raise InputError(f"rows of different length {sorted(shapes)}", allowed="a full table")
    inner = shapes.pop() if shapes else ()
    return (len(nested), *inner), [item for _, flat in parts for item in flat]


def floats(value: Any) -> np.ndarray[Any, Any]:
    """A number, or a list or array of numbers, as float64."""
    return np.asarray(value, dtype=np.float64)


def _end(ideal: Any) -> Any:
    if isinstance(ideal, np.ndarray):
        return np.where(ideal > 0.5, 1.0, 0.0)
    return Fraction(1) if ideal > Fraction(1, 2) else Fraction(0)


def _clip(ideal: Any) -> Any:
    if isinstance(ideal, (np.ndarray, float)):
        return np.clip(ideal, 0.0, 1.0)
    return min(max(ideal, Fraction(0)), Fraction(1))


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(exponent, Fraction) and exponent == 1:
        return base
    return floats(base) ** floats(exponent)
