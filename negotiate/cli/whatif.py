"""``negotiate whatif``: scenarios and changed values against the baseline."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negotiate.cli._options import CASE, JSON, SCENARIO, SET, load, print_json


def command(
    case: CASE,
    changes: SET = None,
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
    from negotiate.whatif.questions import oneway, scenarios

    answer: Any
    baseline = load(case)
    if spider:
        answer = oneway.spider(load(case, changes, scenario), spider)
    elif tornado or curve:
        changed = load(case, changes, scenario)
        answer = (
            oneway.tornado(changed, tornado)
            if tornado
            else oneway.curve(changed, curve, metric or ["deal.margin.least"], low=low, high=high)
        )
    elif changes:
        answer = scenarios.against(
            baseline, load(case, changes, scenario), label=" ".join(changes), metrics=metric
        )
    else:
        answer = scenarios.compare(baseline, scenarios=scenario or None, metrics=metric)
    if as_json:
        print_json(answer.to_dict())
    else:
        typer.echo(answer.text())
