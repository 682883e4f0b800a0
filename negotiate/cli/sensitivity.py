"""``negotiate sensitivity``: which uncertain quantities drive a metric."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._answer import DRAWS, FIGURE, METRIC, UNDER, headline, show
from negotiate.cli._options import CASE, DEAL, JSON, SEED, SET, load


def command(
    case: CASE,
    metric: METRIC = "",
    method: Annotated[
        str, typer.Option("--method", help="sobol, morris, borgonovo, pawn or shapley.")
    ] = "sobol",
    label: Annotated[str, typer.Option("--label", help="One label of a metric of labels.")] = "",
    draws: DRAWS = 2**17,
    seed: SEED = 0,
    scenario: UNDER = "",
    changes: SET = None,
    deal: DEAL = "",
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Share out the variation of a metric among the quantities that are uncertain."""
    from negotiate.whatif.questions import ask

    read = load(case, changes, deal=deal)
    answer = ask.sensitivity(
        read,
        metric or headline(read),
        method=method,
        label=label,
        draws=draws,
        seed=seed,
        scenario=scenario,
    )
    show(answer, as_json=as_json, figure=figure)
