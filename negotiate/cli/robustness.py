"""``negotiate robustness``: how sure the conclusions of a case are."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._answer import CONDITION, DRAWS, FIGURE, METRIC, show
from negotiate.cli._options import CASE, DEAL, JSON, SEED, SET, load


def command(
    case: CASE,
    claim: Annotated[
        list[str] | None, typer.Option("--claim", help="Only this claim; may be given again.")
    ] = None,
    metric: METRIC = "",
    condition: CONDITION = "",
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", help="Only this scenario besides the baseline; repeatable."),
    ] = None,
    draws: DRAWS = 4096,
    seed: SEED = 0,
    changes: SET = None,
    deal: DEAL = "",
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Share of draws, scenarios and concepts in which claims hold, and the nearest failure."""
    from negotiate.errors import InputError
    from negotiate.whatif.questions import ask

    read = load(case, changes, deal=deal)
    claims: list[object] = list(claim or ())
    if bool(metric) != bool(condition):
        raise InputError(
            "half a claim", where="robustness", allowed="--metric together with --condition"
        )
    if metric:
        claims.append(ask.make_claim(read, metric, condition))
    if not claims and not read.case.claim:
        raise InputError(
            f"{read.id} states no conclusion",
            where="robustness",
            allowed="[[claim]] in the file, or --metric with --condition",
        )
    answer = ask.robustness(
        read, *claims, draws=draws, seed=seed, scenarios=None if scenario is None else scenario
    )
    show(answer, as_json=as_json, figure=figure)
