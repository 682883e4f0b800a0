"""The description of a case, as a parameter file holds it: the boundary between text and model."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from pydantic import Field

from negotiate.case.constraint import Constraint
from negotiate.case.deal import Aftermath, Deal, Fact, Observed, Source
from negotiate.case.estimated import Estimated
from negotiate.case.issue import Issue
from negotiate.case.lever import Branch, Lever
from negotiate.case.party import Party
from negotiate.case.quantity import Frozen, Quantity
from negotiate.case.scenario import Claim, Group, Scenario

MAX_PARTIES, MAX_ISSUES, MAX_LEVERS, MAX_BRANCHES = 12, 40, 15, 12


class Clock(Frozen):
    """Units of time: of a round of talks (``discount``) and of the deal's life (``foresight``)."""

    talks: str = "week"
    deal: str = "month"


class Case(Frozen):
    """One dispute, written down once.

    Everything a model reads stands here: parties, issues, levers, branches of no deal, deals,
    free quantities, groups, scenarios, claims; and, for readers, sources, facts and what came
    after. ``model.<form>`` holds settings of one game form that are not numbers.
    """

    format: Literal[1] = Field(description="version of the file format")
    kind: Literal["negotiation"] = Field(description="what the file describes")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)
    title: str
    as_of: datetime.date | None = Field(None, description="only facts known by this date inform it")
    summary: str = ""
    stake: str = Field("", description="what 1.0 means for each party, in words")
    clock: Clock = Clock()
    party: tuple[Party, ...] = Field(min_length=2, max_length=MAX_PARTIES)
    issue: tuple[Issue, ...] = Field(min_length=1, max_length=MAX_ISSUES)
    branch: tuple[Branch, ...] = Field((), max_length=MAX_BRANCHES)
    lever: tuple[Lever, ...] = Field((), max_length=MAX_LEVERS)
    deal: tuple[Deal, ...] = ()
    quantity: dict[str, Quantity] = Field(default_factory=dict)
    group: tuple[Group, ...] = ()
    constraint: tuple[Constraint, ...] = ()
    scenario: tuple[Scenario, ...] = ()
    claim: tuple[Claim, ...] = ()
    source: tuple[Source, ...] = ()
    estimate: dict[str, Estimated] = Field(
        default_factory=dict, description="fits of models to data that numbers rest on, by id"
    )
    fact: tuple[Fact, ...] = ()
    observed: tuple[Observed, ...] = Field(
        (), description="levers and moves that history used, for the scorecard of a report"
    )
    aftermath: tuple[Aftermath, ...] = ()
    model: dict[str, dict[str, Any]] = Field(default_factory=dict)


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the file format, written from the models."""
    out = Case.model_json_schema(by_alias=True)
    out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    out["title"] = "negotiate case file"
    return out
