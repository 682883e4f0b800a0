"""Scenarios: named sets of interventions; groups: quantities that live together; claims.

An intervention maps a negotiation to a new negotiation and never touches a compiled game, so it
works for every game at once. ``remove`` and ``add`` take levers off and put them on the table;
``set``, ``scale`` and ``shift`` change values by path. A path may hold ``*`` to mean every name at
that place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field

from negotiate.case.paths import sums
from negotiate.case.quantity import Exact, Frozen, Quantity


class Expectation(Frozen):
    """Which metric a scenario should move, and in which direction."""

    metric: str
    direction: Literal["up", "down", "any"] = "any"
    why: str = ""


class Scenario(Frozen):
    """A named what-if."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)
    name: str
    note: str = ""
    remove: tuple[str, ...] = Field((), description="levers taken off the table")
    add: tuple[str, ...] = Field((), description="levers put on the table")
    set: dict[str, Exact | bool | str] = Field(default_factory=dict)
    scale: dict[str, Exact] = Field(default_factory=dict)
    shift: dict[str, Exact] = Field(default_factory=dict)
    expects: tuple[Expectation, ...] = ()
    source: tuple[str, ...] = ()
    hindsight: bool = Field(False, description="uses facts known only after the case's date")


class Group(Frozen):
    """Quantities that live together.

    ``dirichlet``: members sum to one; changing one rescales the others in proportion; drawn from
    a Dirichlet distribution with mean at the values and the stated concentration.
    ``ordered``: members keep their order. ``correlated``: drawn with the stated rank correlation.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)
    kind: Literal["dirichlet", "ordered", "correlated"]
    members: tuple[str, ...] = Field(description="paths; * stands for every name at that place")
    concentration: Exact | None = Field(None, description="sum of the Dirichlet parameters")
    correlation: tuple[tuple[Exact, ...], ...] = ()
    note: str = ""


class NaturalGroup(Group):
    """Numbers that sum to one by what they are, though the file has no group for them.

    ``concentration`` is fitted to their ranges; None where none has a range.
    """


def natural(
    case: Any, written: Iterable[Group], stated: Mapping[str, Quantity]
) -> dict[str, NaturalGroup]:
    """Groups by nature of a case, those that the file has as Dirichlet groups left out.

    The concentration s makes the variances of a Dirichlet distribution, m (1 - m) / (s + 1), add up
    to those of the ranges, ((high - low) / 3.29)^2 for 5 % and 95 % points.
    """
    taken = {m for group in written if group.kind == "dirichlet" for m in group.members}
    out = {}
    for members in sums(case):
        if len(members) < 2 or taken & set(members):
            continue
        head = members[0].split(".")
        name = f"weights.{head[1]}" if head[0] == "weight" else "branches"
        spread, room = Fraction(0), Fraction(0)
        for quantity in (stated[m] for m in members):
            if quantity.is_uncertain and not quantity.is_expression:
                assert quantity.low is not None and quantity.high is not None
                mean = Fraction(quantity.value)
                spread += ((quantity.high - quantity.low) / NINETY) ** 2
                room += mean * (1 - mean)
        strength = max(room / spread - 1, Fraction(1)) if spread else None
        out[name] = NaturalGroup.model_construct(
            id=name,
            kind="dirichlet",
            members=members,
            concentration=strength,
            correlation=(),
            note="sum to one by nature",
        )
    return out


NINETY = Fraction(329, 100)
"""Standard deviations between the 5 % and the 95 % point of a normal distribution."""


class Claim(Frozen):
    """A conclusion to be tested over draws, scenarios and concepts."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)
    text: str
    metric: str
    condition: str = Field(description="such as '> 0', '<= 0.5' or '== \"none\"'")
