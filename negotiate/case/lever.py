"""Levers: instruments a party can use on another, and the branches of no deal they work in.

With lever set A threatened, party i's disagreement payoff is

    d_i(A) = sum_b P(b) [ U_i(terms_b) - war costs_i(b) - sum_{l in A} credibility_l(b) cost_l,i ]
             - sum_{l in A held by i} announcing cost_l + responses of third parties

over branches b (design: Nash 1953, Econometrica 21:128-140, with threats that are carried out
with a stated probability). A lever enters a model only through the slots it names in ``enters``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import PydanticCustomError

from negotiate import declare
from negotiate.case.quantity import Frozen, Quantity


def _declared(name: str) -> str:
    if name not in declare.names("slot"):
        known = ", ".join(declare.names("slot"))
        raise PydanticCustomError(
            "literal_error", "a slot is one of {expected}", {"expected": known}
        )
    return name


class _SlotNames:
    """The slots declared, named in the JSON schema when it is written."""

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> Any:
        return {**handler(core), "enum": list(declare.names("slot"))}


SlotName = Annotated[str, AfterValidator(_declared), _SlotNames()]


class Response(Frozen):
    """Second move of a two-move stage: the third party concedes or bears the lever.

    It concedes where conceding costs it no more than the lever is expected to; the concession is
    then worth ``worth`` to each party named, and the lever's costs to the target are not paid.
    """

    party: str = Field(description="the third party that answers")
    concession_cost: Quantity = Field(description="cost of conceding to the third party, in stakes")
    worth: dict[str, Quantity] = Field(description="worth of the concession to each party")
    concession: str = Field("", description="what is conceded, in words")


class Lever(Frozen):
    """An instrument: holder, cost to each target and to the holder, credibility, slots."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)
    name: str
    holder: str
    enters: tuple[SlotName, ...] = ("disagreement",)
    available: bool = Field(True, description="on the table in the base case")
    cost: dict[str, Quantity] = Field(
        description="cost of its use to each target and to the holder, in the payer's stakes"
    )
    announce: Quantity | None = Field(None, description="cost to the holder of announcing it")
    win_probability: Quantity | None = Field(
        None, description="what its use adds to its holder's chance of winning a war"
    )
    audience_cost: Quantity | None = Field(
        None, description="what its holder loses by backing down after pledging it, in stakes"
    )
    credibility: dict[str, Quantity] = Field(
        default_factory=dict,
        description="P(carried out | that branch, threatened), by branch",
    )
    response: Response | None = None
    facts: tuple[str, ...] = Field((), description="facts the lever stands for (double counting)")
    note: str = ""

    @model_validator(mode="after")
    def _states_its_shift(self) -> Lever:
        for slot in ("win_probability", "audience_cost"):
            if slot in self.enters and getattr(self, slot) is None:
                raise ValueError(
                    f"lever '{self.id}' enters {slot} and does not say by how much: add "
                    f"{slot} = {{ value = ..., low = ..., high = ... }} to it; a cost is no such "
                    "number"
                )
        return self

    @property
    def targets(self) -> tuple[str, ...]:
        """Parties other than the holder that the lever costs something."""
        return tuple(party for party in self.cost if party != self.holder)


class Branch(Frozen):
    """One way in which there is no deal.

    Attributes
    ----------
    probability
        P(branch | no deal); the probabilities of all branches sum to one.
    terms
        What each side then gets on the issues (same levels as a deal).
    duration
        Periods (of the deal's clock) over which costs per period are borne.
    war_cost
        Cost borne once, by party, in stakes.
    war_cost_per_period
        Cost per period, by party; it is summed, discounted by foresight, over the duration.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)
    name: str
    probability: Quantity
    terms: dict[str, Quantity | str] = Field(default_factory=dict)
    duration: Quantity | None = None
    war_cost: dict[str, Quantity] = Field(default_factory=dict)
    war_cost_per_period: dict[str, Quantity] = Field(default_factory=dict)
    facts: tuple[str, ...] = Field((), description="facts its costs stand for (double counting)")
    note: str = ""
