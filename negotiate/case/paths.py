"""Paths: the dotted names of a case's numbers, with unit, domain and words, once.

Every number of a case stands under a path (``lever.sanctions.cost.turkey``). `PATHS` is the one
table of them: what each means, its unit, the values it may have, and how a reader is told of it.
The check of a file, changes, draws, sliders, thresholds and sentences all read it.

>>> entry("lever.sanctions.cost.turkey").unit, entry("scale.russia.hts").domain.text
('stake', 'above 0')
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from negotiate.case.quantity import Quantity
from negotiate.errors import UnknownNameError
from negotiate.units import unit

if TYPE_CHECKING:
    from negotiate.case.schema import Case

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Domain:
    """Values a number may have: from ``low`` to ``high``, the low end left out with ``open_low``.

    >>> Domain(0, 1).text, Domain(0, math.inf, open_low=True).holds(0.0)
    ('0 to 1', False)
    """

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False

    @property
    def text(self) -> str:
        """In words, as error messages say it."""
        if self.low == -math.inf and self.high == math.inf:
            return "any number"
        if self.high == math.inf:
            return f"above {self.low:g}" if self.open_low else f"{self.low:g} or more"
        if self.open_low:
            return f"above {self.low:g}, at most {self.high:g}"
        return f"{self.low:g} to {self.high:g}"

    @property
    def ends(self) -> tuple[float, float]:
        """Low and high."""
        return self.low, self.high

    def holds(self, value: Any) -> bool:
        """Whether a number, or every draw of an array, lies inside; a symbol always does."""
        if hasattr(value, "free_symbols"):
            return True
        low, high = (value.min(), value.max()) if hasattr(value, "dtype") else (value, value)
        inside = low > self.low if self.open_low else low >= self.low
        return bool(inside and high <= self.high)


UNIT = Domain(0, 1)
POSITIVE = Domain(0, math.inf, open_low=True)
NOT_NEGATIVE = Domain(0, math.inf)
ANY = Domain()
TRUTH, TEXT = Domain(0, 1), ANY


@dataclass(frozen=True)
class Path:
    """One kind of path.

    Attributes
    ----------
    pattern
        With a placeholder in angle brackets for each name.
    unit
        Of `negotiate.units`; that of ``quantity.<name>`` is written in the file.
    domain
        Values it may have.
    meaning
        What the number is, for the table of paths.
    words
        How a sentence calls it; ``{0}``, ``{1}`` are the names at the placeholders.
    """

    pattern: str
    unit: str
    domain: Domain
    meaning: str
    words: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The pattern, cut at its dots."""
        return tuple(self.pattern.split("."))

    def names(self, path: str) -> tuple[str, ...] | None:
        """Names at the placeholders; None where the path is of another kind."""
        steps = path.split(".")
        if len(steps) != len(self.parts):
            return None
        out = []
        for step, part in zip(steps, self.parts):
            if part.startswith("<"):
                out.append(step)
            elif step != part:
                return None
        return tuple(out)


PATHS = (
    Path("party.<p>.discount", "discount factor", UNIT,
         "discount factor per period of talks", "discount factor of {0}"),
    Path("party.<p>.foresight", "discount factor", UNIT,
         "discount factor per period of the deal's life", "foresight of {0}"),
    Path("party.<p>.bargaining_weight", "ratio", NOT_NEGATIVE,
         "exponent in the weighted Nash product", "bargaining weight of {0}"),
    Path("weight.<p>.<issue>", "weight", UNIT,
         "salience, summing to one over issues", "weight for {0} of {1}"),
    Path("form.<p>.<issue>", "label", TEXT,
         "linear, peaked, quadratic, power or table", "form of the value for {0} of {1}"),
    Path("ideal.<p>.<issue>", "level", UNIT,
         "level where the value is 1", "ideal of {0} on {1}"),
    Path("scale.<p>.<issue>", "scale", POSITIVE,
         "distance from the ideal at which the value is lost", "scale of the value for {0} of {1}"),
    Path("exponent.<p>.<issue>", "exponent", Domain(0, 1, open_low=True),
         "exponent of form power", "exponent of the value for {0} of {1}"),
    Path("table.<p>.<issue>.<option>", "share", UNIT,
         "value of an option", "value to {0} of {2} on {1}"),
    Path("lever.<l>.available", "yes or no", TRUTH,
         "whether the lever is on the table", "{0} on the table"),
    Path("lever.<l>.cost.<p>", "stake", ANY,
         "cost of its use, targets and holder", "cost to {1} of {0}"),
    Path("lever.<l>.announce", "stake", ANY,
         "cost to the holder of announcing it", "cost of announcing {0}"),
    Path("lever.<l>.win_probability", "difference of shares", Domain(-1, 1),
         "what its use adds to the holder's chance of winning a war",
         "chance of winning that {0} adds"),
    Path("lever.<l>.audience_cost", "stake", ANY,
         "what the holder loses by backing down after pledging it", "audience cost of {0}"),
    Path("lever.<l>.credibility.<branch>", "probability", UNIT,
         "P(carried out | branch, threatened)", "credibility under {1} of {0}"),
    Path("lever.<l>.concession_cost", "stake", ANY,
         "cost of conceding to the third party", "cost of conceding to {0}"),
    Path("lever.<l>.worth.<p>", "stake", ANY,
         "worth of the concession", "worth to {1} of the concession to {0}"),
    Path("branch.<b>.probability", "probability", UNIT,
         "P(branch | no deal)", "probability of {0}"),
    Path("branch.<b>.terms.<issue>", "level", UNIT,
         "level that each side then gets", "{1} if there is {0}"),
    Path("branch.<b>.duration", "period", NOT_NEGATIVE,
         "periods over which costs per period are borne", "duration of {0}"),
    Path("branch.<b>.war_cost.<p>", "stake", ANY,
         "cost borne once", "cost to {1} of {0}"),
    Path("branch.<b>.war_cost_per_period.<p>", "stake per period", ANY,
         "cost per period", "cost per period to {1} of {0}"),
    Path("deal.<d>.<issue>", "level", UNIT,
         "terms of a deal", "level of {1} in {0}"),
    Path("quantity.<name>", "number", ANY,
         "free quantities that models read", "{0}"),
)  # fmt: skip
"""Every kind of path there is."""


@cache
def entry(path: str) -> Path:
    """The kind of path that ``path`` is.

    Raises
    ------
    UnknownNameError
        Where no kind fits.
    """
    for item in PATHS:
        if item.names(path) is not None:
            return item
    raise UnknownNameError("kind of path", path, (item.pattern for item in PATHS))


def domain(path: str, quantity: Quantity | Any = None) -> Domain:
    """Values the number at ``path`` may have.

    Parameters
    ----------
    path
        A dotted path.
    quantity
        The quantity that stands there; its unit bounds what the path itself leaves open.

    Returns
    -------
    Domain

    Examples
    --------
    >>> domain("lever.straits.credibility.drift").text
    '0 to 1'
    >>> from negotiate.case.quantity import Quantity
    >>> domain("quantity.hazard", Quantity(value="0.1", unit="probability per month")).text
    '0 to 1'
    """
    try:
        own = entry(path).domain
    except UnknownNameError:
        own = ANY
    if own != ANY or quantity is None or not quantity.unit:
        return own
    try:
        return Domain(*unit(quantity.unit).domain)
    except UnknownNameError:
        return own  # the check has said so


def flatten(case: Case) -> Iterator[tuple[str, Any, Location]]:
    """Every path of a case with its quantity, flag or text, and its place in the file."""
    for i, party in enumerate(case.party):
        at: Location = ("party", i)
        for name in ("discount", "foresight", "bargaining_weight"):
            if (quantity := getattr(party, name)) is not None:
                yield f"party.{party.id}.{name}", quantity, (*at, name)
        for issue, quantity in party.weights.items():
            yield f"weight.{party.id}.{issue}", quantity, (*at, "weights", issue)
        for issue, value in party.values.items():
            here = (*at, "values", issue)
            yield f"form.{party.id}.{issue}", value.form, (*here, "form")
            for name in ("ideal", "scale", "exponent"):
                if (quantity := getattr(value, name)) is not None:
                    yield f"{name}.{party.id}.{issue}", quantity, (*here, name)
            for option, quantity in value.table.items():
                yield f"table.{party.id}.{issue}.{option}", quantity, (*here, "table", option)
    for i, branch in enumerate(case.branch):
        head, at = f"branch.{branch.id}", ("branch", i)
        yield f"{head}.probability", branch.probability, (*at, "probability")
        if branch.duration is not None:
            yield f"{head}.duration", branch.duration, (*at, "duration")
        for kind in ("terms", "war_cost", "war_cost_per_period"):
            for name, quantity in getattr(branch, kind).items():
                yield f"{head}.{kind}.{name}", quantity, (*at, kind, name)
    for i, lever in enumerate(case.lever):
        head, at = f"lever.{lever.id}", ("lever", i)
        yield f"{head}.available", lever.available, (*at, "available")
        for name, quantity in lever.cost.items():
            yield f"{head}.cost.{name}", quantity, (*at, "cost", name)
        if lever.announce is not None:
            yield f"{head}.announce", lever.announce, (*at, "announce")
        for name in ("win_probability", "audience_cost"):
            if (quantity := getattr(lever, name)) is not None:
                yield f"{head}.{name}", quantity, (*at, name)
        for name, quantity in lever.credibility.items():
            yield f"{head}.credibility.{name}", quantity, (*at, "credibility", name)
        if lever.response is not None:
            here = (*at, "response")
            cost = lever.response.concession_cost
            yield f"{head}.concession_cost", cost, (*here, "concession_cost")
            for name, quantity in lever.response.worth.items():
                yield f"{head}.worth.{name}", quantity, (*here, "worth", name)
    for i, deal in enumerate(case.deal):
        for issue, quantity in deal.terms.items():
            yield f"deal.{deal.id}.{issue}", quantity, ("deal", i, "terms", issue)
    for name, quantity in case.quantity.items():
        yield f"quantity.{name}", quantity, ("quantity", name)


def sums(case: Case) -> Iterator[tuple[str, ...]]:
    """Paths that sum to one by nature: weights of each party, probabilities of the branches."""
    for party in case.party:
        if party.weights:
            yield tuple(f"weight.{party.id}.{issue}" for issue in party.weights)
    if case.branch:
        yield tuple(f"branch.{branch.id}.probability" for branch in case.branch)


def rounded(numbers: Sequence[Any]) -> bool:
    """Whether numbers miss a sum of one by no more than the rounding of their decimals.

    With two decimals or more each; n numbers of k decimals may miss it by n 10^-k / 2.

    >>> third = Fraction("0.33")
    >>> rounded([third, third, third]), rounded([Fraction("0.5"), Fraction("0.3")])
    (True, False)
    """
    places = [_decimals(number) for number in numbers]
    if not places or min(places) < 0 or max(places) < 2:
        return False
    return bool(abs(1 - sum(numbers)) <= Fraction(len(numbers), 2 * 10 ** max(places)))


def _decimals(number: Any) -> int:
    """Decimals that write the number exactly; -1 where none do."""
    rest, places = Fraction(number).denominator, 0
    while rest != 1 and places < 60:
        rest, places = rest // math.gcd(rest, 10), places + 1
        if rest != 1 and math.gcd(rest, 10) == 1:
            return -1
    return places
