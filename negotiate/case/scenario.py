"""Scenarios: named sets of interventions; groups: quantities that live together; claims.

An intervention maps a negotiation to a new negotiation and never touches a compiled game, so it
works for every game at once. ``remove`` and ``add`` take levers off and put them on the table;
``set``, ``scale`` and ``shift`` change values by path. A path may hold ``*`` to mean every name at
that place.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from negotiate.case.quantity import Exact, Frozen


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


class Claim(Frozen):
    """A conclusion to be tested over draws, scenarios and concepts."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)
    text: str
    metric: str
    condition: str = Field(description="such as '> 0', '<= 0.5' or '== \"none\"'")
