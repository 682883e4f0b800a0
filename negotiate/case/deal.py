"""Deals: a level or an option for every issue; and what came after, kept apart."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from negotiate.case.quantity import Frozen, Quantity


class Deal(Frozen):
    """A deal on all issues, such as the one that was signed.

    Attributes
    ----------
    signed
        Whether this is the deal actually signed; at most one is.
    terms
        Issue to level (or option).
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)
    name: str
    signed: bool = False
    date: datetime.date | None = None
    signatories: tuple[str, ...] = ()
    terms: dict[str, Quantity | str]
    note: str = ""


class Source(Frozen):
    """A publication or record, cited by id."""

    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=60)
    text: str
    url: str = ""
    note: str = ""


class Fact(Frozen):
    """A statement about the world with its sources; ``known`` says whether it was known in time.

    A fact that became known only after ``as_of`` may score a prediction, never inform it.
    """

    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=60)
    text: str
    known: bool = Field(True, description="knowable on the case's as_of date")
    source: tuple[str, ...] = ()
    note: str = ""


class Aftermath(Frozen):
    """What happened after the case's date: for scoring and for the report's last page."""

    date: str
    text: str
    source: tuple[str, ...] = ()


class Observed(Frozen):
    """What history did with a lever, or a move that is no lever; reports read it, models never do.

    Attributes
    ----------
    lever, move
        The lever by its id, or the move in words: one of the two.
    use
        Whether it was carried out, only threatened, or neither.
    """

    lever: str = ""
    move: str = ""
    use: Literal["used", "threatened", "not used"] = "used"
    date: str = ""
    text: str = ""
    source: tuple[str, ...] = ()
