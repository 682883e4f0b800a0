"""``negotiate counterfactual``: the same draws with a lever or under a scenario changed."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._answer import DRAWS, FIGURE, METRIC, UNDER, headline, show
from negotiate.cli._options import CASE, DEAL, JSON, SEED, SET, load


def command(
    case: CASE,
    metric: METRIC = "",
    without: Annotated[str, typer.Option("--without", help="A lever taken off the table.")] = "",
    scenario: UNDER = "",
    draws: DRAWS = 2**14,
    seed: SEED = 0,
    changes: SET = None,
    deal: DEAL = "",
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Compare draw by draw: how a metric differs without a lever, or under a scenario."""
    from negotiate.whatif.questions import ask

    read = load(case, changes, deal=deal)
    answer = ask.counterfactual(
        read, metric or headline(read), without=without, scenario=scenario, draws=draws, seed=seed
    )
    show(answer, as_json=as_json, figure=figure)
