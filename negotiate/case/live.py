"""What a negotiation's attributes are: its parties, levers, branches and deals at current values.

``case.levers["straits"].cost["russia"]`` is an `Amount`: the number as it stands now, after every
change, with the range, unit and source that the file gives it. It computes like its number.

>>> import negotiate as ng
>>> case = ng.load("idlib-2020").set("lever.straits.cost.russia", 0.9)
>>> cost = case.levers["straits"].cost["russia"]
>>> cost
<lever.straits.cost.russia: 0.9 stake, set>
>>> cost + 1, cost > 0.5, float(cost)
(Fraction(19, 10), True, 0.9)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from negotiate.case import lever as stated_lever
from negotiate.case.deal import Deal as StatedDeal
from negotiate.case.lever import Lever as StatedLever
from negotiate.case.party import Party as StatedParty
from negotiate.case.quantity import Distribution, Quantity
from negotiate.numbers.fractions import exact

if TYPE_CHECKING:
    import datetime

    from negotiate.case.negotiation import Negotiation


def shown(value: Any) -> str:
    """A value in a few characters: a decimal where it ends soon, a fraction, a mean of draws."""
    if hasattr(value, "dtype") and value.ndim:
        return f"mean {float(value.mean()):.4g} of {value.size:,} draws"
    if isinstance(value, Fraction):
        decimal = f"{float(value):.6g}"
        return (
            decimal
            if exact(decimal) == value
            else str(value)
            if value.denominator < 1000
            else (f"about {decimal}")
        )
    return f"{value:.6g}" if isinstance(value, float) else str(value)


class Amount:
    """A quantity of a negotiation at its current value; it computes like that value.

    Attributes
    ----------
    path
        Where it stands, such as ``lever.straits.cost.russia``.
    value
        The number now: a fraction, a float, an array over draws, or a symbol.
    stated
        The quantity as the file states it.
    is_set
        Whether the value was set, so that it is known and constant in draws.
    """

    __slots__ = ("is_set", "path", "stated", "value")
    __array_ufunc__ = None  # an array beside it hands the operation over

    def __init__(self, path: str, value: Any, stated: Quantity, is_set: bool) -> None:
        self.path, self.value, self.stated, self.is_set = path, value, stated, is_set

    @property
    def low(self) -> Fraction | None:
        """The 5 % point (lower bound with ``bounds``); None where it is known."""
        return self.stated.low

    @property
    def high(self) -> Fraction | None:
        """The 95 % point (upper bound with ``bounds``); None where it is known."""
        return self.stated.high

    @property
    def bounds(self) -> bool:
        """Whether low and high are the ends of the support."""
        return self.stated.bounds

    @property
    def distribution(self) -> Distribution | None:
        """Family, or family and parameters."""
        return self.stated.distribution

    @property
    def unit(self) -> str:
        """Unit as the file writes it."""
        return self.stated.unit

    @property
    def source(self) -> tuple[str, ...]:
        """Ids of the facts or sources of the stated number."""
        return self.stated.source

    @property
    def judgement(self) -> bool:
        """Whether the stated number is the analyst's judgement."""
        return self.stated.judgement

    @property
    def note(self) -> str:
        """Why the stated value."""
        return self.stated.note

    @property
    def is_expression(self) -> bool:
        """Whether it is computed from other quantities now."""
        return self.stated.is_expression and not self.is_set

    @property
    def is_uncertain(self) -> bool:
        """Whether a sweep draws it: a number that was set is known."""
        return self.stated.is_uncertain and not self.is_set

    def __repr__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        text = f"<{self.path}: {shown(self.value)}{unit}"
        if self.is_set:
            return f"{text}, set>"
        if self.low is not None and self.high is not None:
            text += f" ({shown(self.low)} to {shown(self.high)})"
        if self.source:
            text += f", source {', '.join(self.source)}"
        return f"{text}>"

    def __str__(self) -> str:
        return shown(self.value)

    def __format__(self, spec: str) -> str:
        return format(float(self.value), spec) if spec else str(self)

    def __float__(self) -> float:
        return float(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> Any:
        return self.value == _plain(other)

    def __lt__(self, other: Any) -> Any:
        return self.value < _plain(other)

    def __le__(self, other: Any) -> Any:
        return self.value <= _plain(other)

    def __gt__(self, other: Any) -> Any:
        return self.value > _plain(other)

    def __ge__(self, other: Any) -> Any:
        return self.value >= _plain(other)

    def __add__(self, other: Any) -> Any:
        return self.value + _plain(other)

    def __radd__(self, other: Any) -> Any:
        return other + self.value

    def __sub__(self, other: Any) -> Any:
        return self.value - _plain(other)

    def __rsub__(self, other: Any) -> Any:
        return other - self.value

    def __mul__(self, other: Any) -> Any:
        return self.value * _plain(other)

    def __rmul__(self, other: Any) -> Any:
        return other * self.value

    def __truediv__(self, other: Any) -> Any:
        return self.value / _plain(other)

    def __rtruediv__(self, other: Any) -> Any:
        return other / self.value

    def __pow__(self, other: Any) -> Any:
        return self.value ** _plain(other)

    def __neg__(self) -> Any:
        return -self.value

    def __abs__(self) -> Any:
        return abs(self.value)


def _plain(other: Any) -> Any:
    return other.value if isinstance(other, Amount) else other


class Amounts(Mapping[str, Any]):
    """Current amounts by name: read from the negotiation when asked, an option of an issue as text.

    ``head`` stands before each name in its path.
    """

    __slots__ = ("_head", "_names", "_of")

    def __init__(self, of: Negotiation, head: str, names: Mapping[str, Any]) -> None:
        self._of, self._head, self._names = of, head, names

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return self._of.amount(f"{self._head}{name}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __repr__(self) -> str:
        if len(self) > 12:
            return f"<{len(self)} amounts: {', '.join(list(self)[:6])}, ...>"
        return "{" + ", ".join(f"{k}: {self[k]}" for k in self) + "}"


@dataclass(frozen=True, repr=False)
class _Live:
    """A part of a negotiation: what the file states, read at current values."""

    of: Negotiation
    stated: Any

    @property
    def id(self) -> str:
        """Id in the file."""
        return str(self.stated.id)

    @property
    def name(self) -> str:
        """Name, for readers."""
        return str(self.stated.name)

    @property
    def note(self) -> str:
        """Remark of the file."""
        return str(self.stated.note)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}: {self.name}>"

    def _amount(self, path: str, stated: Any) -> Any:
        return None if stated is None else self.of.amount(path)


class PartyValue:
    """How a party values one issue, now."""

    __slots__ = ("_issue", "_of", "_party", "_stated")

    def __init__(self, of: Negotiation, party: str, issue: str, stated: Any) -> None:
        self._of, self._party, self._issue, self._stated = of, party, issue, stated

    def _read(self, name: str) -> Amount | None:
        stated = getattr(self._stated, name)
        path = f"{name}.{self._party}.{self._issue}"
        return None if stated is None else cast("Amount", self._of.amount(path))

    @property
    def form(self) -> str:
        """Shape of the value function."""
        return str(self._of.value(f"form.{self._party}.{self._issue}"))

    @property
    def ideal(self) -> Amount | None:
        """The level the party likes best."""
        return self._read("ideal")

    @property
    def scale(self) -> Amount | None:
        """Distance at which the whole value is lost."""
        return self._read("scale")

    @property
    def exponent(self) -> Amount | None:
        """Exponent of form power."""
        return self._read("exponent")

    @property
    def table(self) -> Mapping[str, Amount]:
        """Value of each option."""
        return Amounts(self._of, f"table.{self._party}.{self._issue}.", self._stated.table)

    def __repr__(self) -> str:
        parts = [self.form]
        parts += [f"{n} {a}" for n in ("ideal", "scale", "exponent") if (a := self._read(n))]
        return f"<value of {self._issue} to {self._party}: {', '.join(parts)}>"


class Party(_Live):
    """An actor, at current values."""

    stated: StatedParty

    @property
    def role(self) -> str:
        """``principal`` or ``third``."""
        return self.stated.role

    @property
    def outside_option(self) -> str:
        """What the party does without a deal, in words."""
        return self.stated.outside_option

    @property
    def discount(self) -> Amount | None:
        """Discount factor per period of the talks."""
        return cast(
            "Amount | None", self._amount(f"party.{self.id}.discount", self.stated.discount)
        )

    @property
    def foresight(self) -> Amount | None:
        """Discount factor per period of the deal's life."""
        path = f"party.{self.id}.foresight"
        return cast("Amount | None", self._amount(path, self.stated.foresight))

    @property
    def bargaining_weight(self) -> Amount | None:
        """Exponent in the weighted Nash product."""
        path = f"party.{self.id}.bargaining_weight"
        return cast("Amount | None", self._amount(path, self.stated.bargaining_weight))

    @property
    def weights(self) -> Mapping[str, Amount]:
        """Salience of each issue."""
        return Amounts(self.of, f"weight.{self.id}.", self.stated.weights)

    @property
    def values(self) -> Mapping[str, PartyValue]:
        """How it values each issue."""
        return {k: PartyValue(self.of, self.id, k, v) for k, v in self.stated.values.items()}


class Response(_Live):
    """The third party's answer to a lever, at current values."""

    stated: Any

    @property
    def party(self) -> str:
        """The third party that answers."""
        return str(self.stated.response.party)

    @property
    def concession(self) -> str:
        """What is conceded, in words."""
        return str(self.stated.response.concession)

    @property
    def concession_cost(self) -> Amount:
        """Cost of conceding to the third party."""
        return cast("Amount", self.of.amount(f"lever.{self.id}.concession_cost"))

    @property
    def worth(self) -> Mapping[str, Amount]:
        """Worth of the concession to each party."""
        return Amounts(self.of, f"lever.{self.id}.worth.", self.stated.response.worth)


class Lever(_Live):
    """An instrument, at current values."""

    stated: StatedLever

    @property
    def holder(self) -> str:
        """The party that can use it."""
        return self.stated.holder

    @property
    def enters(self) -> tuple[str, ...]:
        """Slots through which it enters models."""
        return self.stated.enters

    @property
    def targets(self) -> tuple[str, ...]:
        """Parties other than the holder that it costs something."""
        return self.stated.targets

    @property
    def facts(self) -> tuple[str, ...]:
        """Facts it stands for."""
        return self.stated.facts

    @property
    def available(self) -> Any:
        """Whether it is on the table now."""
        return self.of.value(f"lever.{self.id}.available")

    @property
    def cost(self) -> Mapping[str, Amount]:
        """Cost of its use to each target and to the holder."""
        return Amounts(self.of, f"lever.{self.id}.cost.", self.stated.cost)

    @property
    def announce(self) -> Amount | None:
        """Cost to the holder of announcing it."""
        return cast(
            "Amount | None", self._amount(f"lever.{self.id}.announce", self.stated.announce)
        )

    @property
    def win_probability(self) -> Amount | None:
        """What its use adds to the holder's chance of winning a war."""
        path = f"lever.{self.id}.win_probability"
        return cast("Amount | None", self._amount(path, self.stated.win_probability))

    @property
    def audience_cost(self) -> Amount | None:
        """What the holder loses by backing down after pledging it."""
        path = f"lever.{self.id}.audience_cost"
        return cast("Amount | None", self._amount(path, self.stated.audience_cost))

    @property
    def credibility(self) -> Mapping[str, Amount]:
        """P(carried out | that branch, threatened), by branch."""
        return Amounts(self.of, f"lever.{self.id}.credibility.", self.stated.credibility)

    @property
    def response(self) -> Response | None:
        """The third party's answer, where the file has one."""
        return None if self.stated.response is None else Response(self.of, self.stated)


class Branch(_Live):
    """One way in which there is no deal, at current values."""

    stated: stated_lever.Branch

    @property
    def facts(self) -> tuple[str, ...]:
        """Facts its costs stand for."""
        return self.stated.facts

    @property
    def probability(self) -> Amount:
        """P(branch | no deal)."""
        return cast("Amount", self.of.amount(f"branch.{self.id}.probability"))

    @property
    def terms(self) -> Mapping[str, Any]:
        """What each side then gets on the issues."""
        return Amounts(self.of, f"branch.{self.id}.terms.", self.stated.terms)

    @property
    def duration(self) -> Amount | None:
        """Periods over which costs per period are borne."""
        path = f"branch.{self.id}.duration"
        return cast("Amount | None", self._amount(path, self.stated.duration))

    @property
    def war_cost(self) -> Mapping[str, Amount]:
        """Cost borne once, by party."""
        return Amounts(self.of, f"branch.{self.id}.war_cost.", self.stated.war_cost)

    @property
    def war_cost_per_period(self) -> Mapping[str, Amount]:
        """Cost per period, by party."""
        head = f"branch.{self.id}.war_cost_per_period."
        return Amounts(self.of, head, self.stated.war_cost_per_period)


class Deal(_Live):
    """A deal, at current values."""

    stated: StatedDeal

    @property
    def signed(self) -> bool:
        """Whether this is the deal that was signed."""
        return self.stated.signed

    @property
    def date(self) -> datetime.date | None:
        """When it was signed."""
        return self.stated.date

    @property
    def signatories(self) -> tuple[str, ...]:
        """Parties that signed."""
        return self.stated.signatories

    @property
    def terms(self) -> Mapping[str, Any]:
        """Issue to level (or option)."""
        return Amounts(self.of, f"deal.{self.id}.", self.stated.terms)
