"""Parties and how they value the levels of an issue.

Party i values a level x of issue k by v_ik(x) in [0, 1] and weighs the issue by w_ik >= 0 with
sum_k w_ik = 1. A deal x is worth U_i(x) = sum_k w_ik v_ik(x_k): 1.0 is the party's whole stake.

=============  ==============================================================
form           v(x)
=============  ==============================================================
``linear``     x where the ideal is above 1/2, else 1 - x
``peaked``     1 - abs(x - ideal) / scale
``quadratic``  1 - ((x - ideal) / scale)^2
``power``      x^exponent where the ideal is above 1/2, else (1 - x)^exponent
``table``      the value written for each option
=============  ==============================================================

The form is an assumption like any other: stated, sourced, varied (Keeney and Raiffa 1976, ch. 3,
for additive values; Enelow and Hinich 1984, p. 16, for quadratic loss around an ideal point).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from negotiate.case.quantity import Frozen, Quantity

VALUE_FORMS = ("linear", "peaked", "quadratic", "power", "table")


class Value(Frozen):
    """How a party values one issue."""

    form: Literal["linear", "peaked", "quadratic", "power", "table"] = Field(
        "linear", description="shape of the value function"
    )
    ideal: Quantity | None = Field(None, description="the level the party likes best, in [0, 1]")
    scale: Quantity | None = Field(None, description="distance at which the whole value is lost")
    exponent: Quantity | None = Field(None, description="exponent of form power, in (0, 1]")
    table: dict[str, Quantity] = Field(
        default_factory=dict, description="value in [0, 1] of each option"
    )


class Party(Frozen):
    """An actor in the model.

    Attributes
    ----------
    role
        ``principal`` bargains over the deal; ``third`` is a target, a beneficiary or a spoiler.
    weights
        Salience of each issue; they sum to one.
    discount
        Discount factor per period of the talks.
    foresight
        Discount factor per period of the deal's life (``clock.deal``); it values streams.
    bargaining_weight
        Exponent in the weighted Nash product, up to a common factor.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)
    name: str
    role: Literal["principal", "third"] = "principal"
    outside_option: str = Field("", description="what the party does without a deal, in words")
    note: str = ""
    discount: Quantity | None = None
    foresight: Quantity | None = None
    bargaining_weight: Quantity | None = None
    weights: dict[str, Quantity] = Field(default_factory=dict)
    values: dict[str, Value] = Field(default_factory=dict)


def worth(form: str, level: Any, ideal: Any, scale: Any, exponent: Any) -> Any:
    """v(level) for the interval forms; broadcasts over draws and works in all three arithmetics.

    >>> from fractions import Fraction
    >>> worth("quadratic", Fraction(1, 2), Fraction(1), Fraction(1), None)
    Fraction(3, 4)
    """
    return _FORMS[form](level, ideal, scale, exponent)


def _linear(level: Any, ideal: Any, scale: Any, exponent: Any) -> Any:
    return _choose(ideal, level, 1 - level)


def _peaked(level: Any, ideal: Any, scale: Any, exponent: Any) -> Any:
    distance = (level - ideal) / scale
    return 1 - abs(distance)


def _quadratic(level: Any, ideal: Any, scale: Any, exponent: Any) -> Any:
    distance = (level - ideal) / scale
    return 1 - distance * distance


def _power(level: Any, ideal: Any, scale: Any, exponent: Any) -> Any:
    base = _linear(level, ideal, scale, None)
    if hasattr(exponent, "denominator") and exponent.denominator == 1:
        return base ** int(exponent)
    if hasattr(base, "free_symbols"):
        return base**exponent
    if hasattr(base, "dtype") or hasattr(exponent, "dtype"):  # a fixed level, a drawn exponent
        return (base if hasattr(base, "dtype") else float(base)) ** exponent
    return float(base) ** float(exponent)


def _choose(ideal: Any, if_high: Any, if_low: Any) -> Any:
    if hasattr(ideal, "dtype"):
        import numpy as np

        return np.where(ideal > 0.5, if_high, if_low)
    return if_high if ideal > 1 / 2 else if_low


_FORMS = {"linear": _linear, "peaked": _peaked, "quadratic": _quadratic, "power": _power}
