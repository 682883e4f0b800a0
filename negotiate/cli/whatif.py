"""``negotiate whatif``: scenarios and changed values against the baseline."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negotiate.cli._answer import headline
from negotiate.cli._options import CASE, DEAL, JSON, SCENARIO, SET, WITHOUT, load, print_json


def command(
    case: CASE,
    changes: SET = None,
    deal: DEAL = "",
    without: WITHOUT = None,
    scenario: SCENARIO = None,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", help="Metric to compare; may be given again."),
    ] = None,
    tornado: Annotated[
        str, typer.Option("--tornado", help="One-way ranges of this metric instead.")
    ] = "",
    curve: Annotated[
        str, typer.Option("--curve", help="Metrics along this path instead.", metavar="PATH")
    ] = "",
    spider: Annotated[
        str, typer.Option("--spider", help="This metric along its widest quantities instead.")
    ] = "",
    low: Annotated[float | None, typer.Option("--low", help="Start of the curve.")] = None,
    high: Annotated[float | None, typer.Option("--high", help="End of the curve.")] = None,
    as_json: JSON = False,
) -> None:
    """Compare scenarios, or the case with --set, with the baseline; or vary one quantity."""
    from negotiate.errors import InputError
    from negotiate.whatif.questions import oneway, scenarios

    answer: Any
    baseline = load(case, deal=deal)
    if spider:
        answer = oneway.spider(load(case, changes, scenario, deal=deal, without=without), spider)
    elif tornado or curve:
        changed = load(case, changes, scenario, deal=deal, without=without)
        answer = (
            oneway.tornado(changed, tornado)
            if tornado
            else oneway.curve(changed, curve, metric or [headline(changed)], low=low, high=high)
        )
    elif changes or without or not (scenario or baseline.scenarios):
        if not (changes or without):
            raise InputError(
                f"{baseline.id} has no scenarios", where="whatif",
                allowed="--set PATH=VALUE, --without LEVER, or [[scenario]] in the file",
                remedy="`negotiate show CASE` lists paths",
            )  # fmt: skip
        label = " ".join([*(changes or ()), *(f"without {name}" for name in without or ())])
        changed = load(case, changes, scenario, deal=deal, without=without)
        answer = scenarios.against(baseline, changed, label=label, metrics=metric)
    else:
        answer = scenarios.compare(baseline, scenarios=scenario or None, metrics=metric)
    if as_json:
        print_json(answer.to_dict())
    else:
        typer.echo(answer.text())
