"""What a number that was estimated rests on: the fit, its data, the row it was predicted for.

A quantity cites the id of an estimate as it cites a source. The record is written by
``fit.quantity`` of the room `estimation`; it names the data by their hash, so that the number can
be made again, and holds the range of the sample, so that `check` can say where a prediction left
it.
"""

from __future__ import annotations

from pydantic import Field

from negotiate.case.quantity import Exact, Frozen


class Estimated(Frozen):
    """A fit of a model to data.

    Attributes
    ----------
    model, formula
        What was fitted.
    data, data_hash
        The table in words, and the SHA-256 of the columns used.
    rows
        Observations used.
    log_likelihood
        At the estimates.
    starts
        How many starts of the search agree.
    interval
        Level and kind of the intervals.
    row
        Values of the covariates at which numbers were predicted.
    range
        Least and largest value of each covariate in the sample.
    source
        Where the data come from.
    note
        What was extrapolated, and what is not identified.
    """

    model: str
    formula: str = ""
    data: str = ""
    data_hash: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    rows: int = Field(0, ge=0)
    log_likelihood: Exact | None = None
    starts: str = ""
    interval: str = ""
    row: dict[str, Exact | str] = Field(default_factory=dict)
    range: dict[str, tuple[Exact, Exact]] = Field(default_factory=dict)
    source: tuple[str, ...] = ()
    note: str = ""
