"""``negotiate attribute``: what each lever contributed to a metric."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._answer import DRAWS, FIGURE, METRIC, UNDER, predicted, show
from negotiate.cli._options import CASE, DEAL, JSON, SEED, SET, load


def command(
    case: CASE,
    metric: METRIC = "",
    lever: Annotated[
        list[str] | None, typer.Option("--lever", help="Only this lever; may be given again.")
    ] = None,
    draws: DRAWS = 256,
    seed: SEED = 0,
    scenario: UNDER = "",
    changes: SET = None,
    deal: DEAL = "",
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Shapley share of each lever: games solved again for every set of levers on the table."""
    from negotiate.whatif.questions import ask

    read = load(case, changes, deal=deal)
    answer = ask.attribute(
        read, metric or predicted(read), levers=tuple(lever or ()),
        draws=draws, seed=seed, scenario=scenario,
    )  # fmt: skip
    show(answer, as_json=as_json, figure=figure)
