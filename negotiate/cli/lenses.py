"""``negotiate lenses``: what each model says of one case, side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._answer import DRAWS, FIGURE, UNDER, show
from negotiate.cli._options import CASE, JSON, SEED, SET, load


def command(
    case: CASE,
    deal: Annotated[
        str, typer.Option("--deal", help="Deal to compare with; the signed one by default.")
    ] = "",
    lens: Annotated[
        list[str] | None, typer.Option("--lens", help="Only this lens; may be given again.")
    ] = None,
    draws: DRAWS = 1000,
    seed: SEED = 0,
    scenario: UNDER = "",
    changes: SET = None,
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Terms, chance of no deal and levers in every model of a case, and why they differ."""
    from negotiate.whatif.questions.lenses import lenses

    answer = lenses(
        load(case, changes),
        deal=deal,
        scenario=scenario,
        draws=draws,
        seed=seed,
        only=tuple(lens or ()),
    )
    show(answer, as_json=as_json, figure=figure)
