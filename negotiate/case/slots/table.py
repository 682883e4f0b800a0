"""The slots: through which numbers of a model a lever enters, one table.

A lever names its slots in ``enters``. The same cost through another slot has other comparative
statics, so the file chooses. A slot is declared on the function that reads it from a case, with its
unit and meaning; a file of one's own (``NEGOTIATE_PATH``) may declare more. Which games read a slot
is declared where they are compiled: ``@compiles("mediation", slots=("war_cost", ...))``.

Every function here has the same parameters: the case; ``used``, the levers that count (all of the
slot that are on the table if left out); and ``commitment``, how sure a threatened lever is to be
carried out (`negotiate.case.slots.expected`).

>>> import negotiate as ng
>>> inside_flow.unit
<Unit stake>
>>> [name for name, harm in inside_flow(ng.load("idlib-2020")).items() if harm]
['russia', 'turkey', 'syria']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from negotiate import declare
from negotiate.case.negotiation import Negotiation
from negotiate.case.slots.disagreement import effect
from negotiate.case.slots.expected import (
    costs_if_used,
    entering,
    expected_use,
    harms,
    shame,
    shift,
)
from negotiate.units import Unit, unit

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, repr=False)
class Slot(Generic[P, R]):
    """A declared slot: call it to read it from a case.

    Attributes
    ----------
    name
        What a lever writes in ``enters``.
    unit
        Unit of what the lever adds there.
    meaning
        What a lever of the slot does, a clause without a subject.
    cites
        Keys of the bibliography, or a reference in words.
    function
        How the slot is read from a case.
    """

    name: str
    unit: Unit
    meaning: str
    cites: tuple[str, ...]
    function: Callable[P, R]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Read the slot from a case, as the function declared does."""
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Slot {self.name}: {self.meaning}>"

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.function.__doc__

    @property
    def read_by(self) -> tuple[str, ...]:
        """Games that say they read the slot, sorted."""
        return declare.readers_of(self.name)


def slot(
    name: str, *, unit: str, meaning: str, cites: Sequence[str] = ()
) -> Callable[[Callable[P, R]], Slot[P, R]]:
    """Declare a slot on the function that reads it from a case.

    Parameters
    ----------
    name
        What a lever writes in ``enters``; unique. All arguments must be literals.
    unit, meaning, cites
        As in `Slot`; the unit by its name (`negotiate.units`).

    Returns
    -------
    Callable
        A decorator of the reading function.
    """
    of = _unit(unit)

    def decorate(function: Callable[P, R]) -> Slot[P, R]:
        return Slot(name, of, meaning, tuple(cites), function)

    return decorate


_unit = unit


def slot_named(name: str) -> Slot[..., Any]:
    """The slot with this name, of the package or of an added folder.

    Raises
    ------
    UnknownNameError
        With the nearest name that exists.

    Examples
    --------
    >>> slot_named("linkage").meaning
    'brings another issue to the table'
    """
    found: Slot[..., Any] = declare.load("slot", name)
    return found


# ---- the table ---------------------------------------------------------------------------------


@slot(
    "disagreement",
    unit="stake",
    meaning="lowers (or raises) the payoff of no deal",
    cites=("Nash 1953, Econometrica 21:128-140",),
)
def disagreement(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, dict[str, Any]]:
    """What each lever adds to the disagreement payoffs: ``{lever: {party: stakes}}``."""
    return {
        lever: {
            p: effect(negotiation, lever, p, commitment=commitment) for p in negotiation.parties
        }
        for lever in _counting(negotiation, "disagreement", used)
    }


@slot(
    "inside_flow",
    unit="stake",
    meaning="costs a party something in every period while talks go on",
    cites=("Muthoo 1999, ch. 6",),
)
def inside_flow(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, Any]:
    """Expected cost per period of talks, by party; it shifts the division at once."""
    return harms(negotiation, "inside_flow", used, commitment)


@slot(
    "outside_option",
    unit="stake",
    meaning="changes what a party can get by leaving the talks",
    cites=("Binmore, Shaked and Sutton 1989, QJE 104:753-770",),
)
def outside_option(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, Any]:
    """Expected fall of the outside option, by party; it matters only where the option binds."""
    return harms(negotiation, "outside_option", used, commitment)


@slot(
    "win_probability",
    unit="probability",
    meaning="shifts the probability of winning a war to its holder",
    cites=("Fearon 1995, IO 49:379-414",),
)
def win_probability(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, Any]:
    """Expected rise of the probability of winning, by holder: P(carried out) x shift.

    By how much is a number of its own, ``lever.<l>.win_probability``; what the lever costs anybody
    is no chance of winning.

    Raises
    ------
    MissingQuantityError
        Where a lever of the slot does not state its shift.
    """
    out: dict[str, Any] = dict.fromkeys(negotiation.parties, 0)
    for lever in _counting(negotiation, "win_probability", used):
        moved = expected_use(negotiation, lever, commitment) * shift(negotiation, lever)
        holder = negotiation.levers[lever].holder
        out[holder] = out[holder] + moved
    return out


@slot(
    "war_cost",
    unit="stake",
    meaning="adds to the cost of war",
    cites=("Fearon 1995, IO 49:379-414",),
)
def war_cost(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, Any]:
    """Expected addition to the cost of war, by party."""
    return harms(negotiation, "war_cost", used, commitment)


@slot(
    "audience_cost",
    unit="stake",
    meaning="is what its holder loses by backing down after threatening it",
    cites=("Fearon 1994, APSR 88:577-592, doi:10.2307/2944796",),
)
def audience_cost(
    negotiation: Negotiation, used: Iterable[str] | None = None, *, commitment: str = "stated"
) -> dict[str, Any]:
    """What backing down costs each party on account of its levers in the slot.

    A pledge, an ultimatum, a vote of parliament: ``lever.<l>.audience_cost`` is what the holder
    loses at home if it backs down. It is not carried out, so no commitment is read; it comes on
    top of ``quantity.audience_cost_<party>``.
    """
    out: dict[str, Any] = dict.fromkeys(negotiation.parties, 0)
    for lever in _counting(negotiation, "audience_cost", used):
        holder = negotiation.levers[lever].holder
        out[holder] = out[holder] + shame(negotiation, lever)
    return out


@slot(
    "punishment",
    unit="stake",
    meaning="punishes a violation of the deal",
    cites=("Friedman 1971, REStud 38:1-12", "Abreu 1988, Econometrica 56:383-396"),
)
def punishment(
    negotiation: Negotiation, used: Iterable[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Cost to each party of each punishment, once carried out: ``{lever: {party: stakes}}``."""
    return costs_if_used(negotiation, "punishment", used)


@slot(
    "monitoring",
    unit="stake",
    meaning="makes a violation of the deal more likely to be detected",
    cites=("Fortna 2003, IO 57:337-372",),
)
def monitoring(
    negotiation: Negotiation, used: Iterable[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Cost to each party of each device that watches: ``{lever: {party: stakes}}``."""
    return costs_if_used(negotiation, "monitoring", used)


@slot(
    "linkage",
    unit="stake",
    meaning="brings another issue to the table",
    cites=("Tollison and Willett 1979, IO 33:425-449",),
)
def linkage(
    negotiation: Negotiation, used: Iterable[str] | None = None
) -> dict[str, dict[str, Any]]:
    """What the linked issue costs each party: ``{lever: {party: stakes}}``."""
    return costs_if_used(negotiation, "linkage", used)


@slot(
    "side_payment",
    unit="stake",
    meaning="transfers value from its holder to its targets",
    cites=("Powell 2006, IO 60:169-203",),
)
def side_payment(
    negotiation: Negotiation, used: Iterable[str] | None = None
) -> dict[str, dict[str, Any]]:
    """What each payment costs its payer: ``{lever: {party: stakes}}``."""
    return costs_if_used(negotiation, "side_payment", used)


def _counting(negotiation: Negotiation, name: str, used: Iterable[str] | None) -> tuple[str, ...]:
    active = entering(negotiation, name)
    return active if used is None else tuple(lever for lever in used if lever in active)
