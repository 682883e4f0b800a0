"""``negotiate discover``: in which combinations of quantities something happens."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._answer import CLAIM, CONDITION, DRAWS, FIGURE, METRIC, UNDER, show
from negotiate.cli._options import CASE, DEAL, JSON, SEED, SET, load


def command(
    case: CASE,
    metric: METRIC = "",
    condition: CONDITION = "",
    claim: CLAIM = "",
    tree: Annotated[
        bool, typer.Option("--tree", help="A classification tree (CART) instead of a box (PRIM).")
    ] = False,
    draws: DRAWS = 2**14,
    seed: SEED = 0,
    scenario: UNDER = "",
    changes: SET = None,
    deal: DEAL = "",
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Find the box of quantities in which a condition holds most often, or a claim fails."""
    from negotiate.whatif.questions import ask

    question = ask.tree if tree else ask.discover
    answer = question(
        load(case, changes, deal=deal),
        metric,
        condition,
        claim=claim,
        draws=draws,
        seed=seed,
        scenario=scenario,
    )
    show(answer, as_json=as_json, figure=figure)
