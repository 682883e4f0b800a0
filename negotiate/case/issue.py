"""Issues: matters to settle, each an interval of levels in [0, 1] or a finite list of options."""

from __future__ import annotations

from pydantic import Field

from negotiate.case.quantity import Exact, Frozen


class Level(Frozen):
    """What a level of an issue means in the world: a line, a width, a date."""

    at: Exact = Field(description="level in [0, 1]")
    means: str = Field(description="the level in words, with its kilometres, dates or lines")


class Issue(Frozen):
    """A matter to settle.

    Attributes
    ----------
    levels
        What levels of an interval mean; at least its two ends should be described.
    options
        Ids of the options of a finite issue; empty for an interval.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)
    name: str
    unit: str = "level"
    levels: tuple[Level, ...] = ()
    options: tuple[str, ...] = ()
    note: str = ""
    source: tuple[str, ...] = ()

    @property
    def is_interval(self) -> bool:
        """Whether the issue is an interval of levels."""
        return not self.options
