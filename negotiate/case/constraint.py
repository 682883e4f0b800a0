"""Constraints between issues: what cannot stand in one deal.

A *forbidden combination* names levels or options of two or more issues that exclude one another
("rotation, but no treaty"). A *budget* gives each option, or each unit of a level, a cost, and the
costs of a deal may not pass a limit. Utilities stay additive over issues; only the set of deals
shrinks.

>>> from fractions import Fraction
>>> rule = Constraint(id="pair", forbid={"rotation": "yes", "treaty": "no"})
>>> [rule.broken({"rotation": own, "treaty": "no"}) for own in ("yes", "no")]
[True, False]
>>> purse = Constraint(id="purse", budget={"roads": 3, "port": {"new": 2, "old": 0}}, limit=4)
>>> purse.broken({"roads": Fraction(1), "port": "new"})
True
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pydantic import Field, model_validator

from negotiate.case.quantity import Exact, Frozen


class Constraint(Frozen):
    """A forbidden combination, or a budget; one of the two.

    Attributes
    ----------
    forbid
        Issue to an option, a list of options, a level, or the two ends of a range of levels: a
        deal that is inside at every issue named is no deal.
    budget
        Issue to the cost of each option, or to the cost of the whole of an interval issue.
    limit
        Most that a deal may cost.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)
    name: str = ""
    forbid: dict[str, str | Exact | tuple[str, ...] | tuple[Exact, Exact]] = Field(
        default_factory=dict, description="issue to options or levels that exclude one another"
    )
    budget: dict[str, Exact | dict[str, Exact]] = Field(
        default_factory=dict, description="issue to its cost, or to the cost of each option"
    )
    limit: Exact | None = Field(None, description="most that a deal may cost")
    note: str = ""
    source: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_kind(self) -> Constraint:
        if bool(self.forbid) == bool(self.budget):
            raise ValueError(
                f"constraint '{self.id}' needs either forbid or budget: "
                "forbid = { issue = 'option', other = 'option' }, or budget and limit"
            )
        if self.budget and self.limit is None:
            raise ValueError(
                f"constraint '{self.id}' has a budget without a limit: add limit = ..."
            )
        return self

    @property
    def issues(self) -> tuple[str, ...]:
        """Issues that it speaks of."""
        return tuple(self.forbid or self.budget)

    def cost(self, issue: str, level: Any) -> Fraction:
        """What an option or level of ``issue`` takes of the budget."""
        given = self.budget.get(issue, Fraction(0))
        if isinstance(given, dict):
            return given.get(str(level), Fraction(0))
        return given * Fraction(level)

    def inside(self, issue: str, level: Any) -> bool:
        """Whether an option or level is one that the combination names."""
        given = self.forbid[issue]
        if isinstance(given, tuple):
            if given and isinstance(given[0], str):
                return level in given
            return not isinstance(level, str) and given[0] <= level <= given[-1]
        return bool(level == given)

    def broken(self, terms: Mapping[str, Any]) -> bool:
        """Whether the terms (no lotteries) break it."""
        if self.forbid:
            return all(self.inside(issue, terms[issue]) for issue in self.forbid)
        assert self.limit is not None
        return sum(self.cost(issue, terms[issue]) for issue in self.budget) > self.limit
