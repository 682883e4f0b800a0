"""A quantity: a number that knows its range, unit and source.

The range travels with the number, so a sweep needs no other input. ``low`` and ``high`` are the
5 % and 95 % points of what is known about the value, unless ``bounds = true`` says that they are
the ends of its support. Numbers are exact: a decimal in a file becomes a fraction.

>>> q = Quantity(value="0.2", low="0.08", high="0.4", unit="stake", source=("F16",))
>>> q.value, float(q.high)
(Fraction(1, 5), 0.4)
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from negotiate.errors import InputError
from negotiate.numbers.fractions import exact

Family = Literal[
    "point",
    "uniform",
    "triangular",
    "pert",
    "normal",
    "lognormal",
    "beta",
    "gamma",
    "dirichlet",
    "discrete",
]
FAMILIES: tuple[str, ...] = get_args(Family)


def _exact(value: Any) -> Fraction:
    try:
        return exact(value)
    except InputError as error:  # Pydantic adds the place; the rest of the message is said there
        raise ValueError(error.what) from None


Exact = Annotated[
    Fraction,
    BeforeValidator(_exact),
    PlainSerializer(lambda x: float(x), return_type=float),
    WithJsonSchema({"type": "number"}),
]
"""A number kept exactly."""


class Frozen(BaseModel):
    """Base of everything read from a file: unknown keys and mutation are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
    )

    def __repr__(self) -> str:
        name = next((str(v) for k in ("id", "value", "at") if (v := getattr(self, k, None))), "")
        return f"<{type(self).__name__}{' ' + name[:60] if name else ''}>"

    __str__ = __repr__


class Distribution(Frozen):
    """A probability distribution by family and parameters.

    Beta: ``alpha``, ``beta``; lognormal: ``mu``, ``sigma`` of the logarithm; gamma: ``shape``,
    ``rate``; discrete: ``values`` with ``weights``. A family without parameters is fitted to the
    quantity's value, low and high.
    """

    family: Family
    alpha: Exact | None = Field(None, description="first shape of a beta distribution")
    beta: Exact | None = Field(None, description="second shape of a beta distribution")
    mu: Exact | None = Field(None, description="mean of the logarithm (lognormal) or mean (normal)")
    sigma: Exact | None = Field(None, description="standard deviation matching mu")
    shape: Exact | None = Field(None, description="shape of a gamma distribution")
    rate: Exact | None = Field(None, description="rate of a gamma distribution")
    values: tuple[Exact, ...] = Field((), description="values of a discrete distribution")
    weights: tuple[Exact, ...] = Field((), description="weights of the values, in their order")


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Quantity(Frozen):
    """A number with its range, distribution, unit and source.

    Attributes
    ----------
    value
        The best single value, exact; or an expression over other quantities.
    low, high
        5 % and 95 % points (ends of the support with ``bounds``).
    distribution
        Family, or family with parameters; without one it is uniform between low and high.
    unit
        "stake" (1.0 is the party's whole stake), "probability", "month", "km" ...
    source
        Ids of facts or sources in the same file.
    judgement
        True where no source gives the number.
    note
        Why this value.
    """

    value: Exact | str = Field(description="best single value, or an expression over quantities")
    low: Exact | None = Field(None, description="5 % point, or lower bound with bounds = true")
    high: Exact | None = Field(None, description="95 % point, or upper bound with bounds = true")
    distribution: Distribution | None = Field(None, description="family, or family and parameters")
    bounds: bool = Field(False, description="low and high are the ends of the support")
    unit: str = Field("", description="unit of the number")
    source: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = Field(
        (), description="ids of the facts or sources behind the number"
    )
    judgement: bool = Field(False, description="no source gives it: the analyst's judgement")
    note: str = Field("", description="why this value")

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, data: Any) -> Any:
        if isinstance(data, (int, float, Decimal, Fraction)) and not isinstance(data, bool):
            return {"value": data}
        if isinstance(data, str):
            return {"value": _number_or_text(data)}
        if isinstance(data, dict):
            data = dict(data)
            if isinstance(data.get("value"), str):
                data["value"] = _number_or_text(data["value"])
            if isinstance(data.get("distribution"), str):
                data["distribution"] = {"family": data["distribution"]}
        return data

    @property
    def is_expression(self) -> bool:
        """Whether the value is computed from other quantities."""
        return isinstance(self.value, str)

    @property
    def is_uncertain(self) -> bool:
        """Whether a sweep should draw it."""
        if self.is_expression or (
            self.distribution is not None and self.distribution.family == "point"
        ):
            return False
        return self.low is not None and self.high is not None and self.low < self.high


def _number_or_text(text: str) -> Any:
    try:
        return exact(text)
    except ValueError:
        return text
