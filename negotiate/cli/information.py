"""``negotiate information``: which quantity, if known, would change the conclusion most."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._answer import CLAIM, CONDITION, DRAWS, FIGURE, METRIC, UNDER, headline, show
from negotiate.cli._options import CASE, DEAL, JSON, SEED, SET, load


def command(
    case: CASE,
    metric: METRIC = "",
    condition: CONDITION = "",
    claim: CLAIM = "",
    act: Annotated[
        list[str] | None,
        typer.Option(
            "--act",
            metavar="ACT=METRIC",
            help="Instead of a conclusion a choice: an act and the metric that is its worth.",
        ),
    ] = None,
    draws: DRAWS = 2**14,
    seed: SEED = 0,
    scenario: UNDER = "",
    changes: SET = None,
    deal: DEAL = "",
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Value of information: what knowing one quantity is worth for a conclusion or a choice."""
    from negotiate.errors import InputError
    from negotiate.whatif.questions import ask

    read = load(case, changes, deal=deal)
    acts: dict[str, str] = {}
    for text in act or ():
        name, sign, worth = text.partition("=")
        if not sign or not name.strip() or not worth.strip():
            raise InputError(f"'{text}'", where="--act", allowed="ACT=METRIC")
        acts[name.strip()] = worth.strip()
    if len(acts) == 1:
        raise InputError("one act", where="--act", allowed="two or more")
    if claim:
        stated = ask.stated_claim(read, claim)
        metric, condition = stated.metric, stated.condition
    answer = ask.information(
        read,
        metric or headline(read),
        condition,
        acts=acts or None,
        draws=draws,
        seed=seed,
        scenario=scenario,
    )
    show(answer, as_json=as_json, figure=figure)
