"""``negotiate threshold``: the values of one quantity at which the answer changes."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._options import CASE, JSON, SCENARIO, SET, load, print_json


def command(
    case: CASE,
    path: Annotated[
        str, typer.Argument(help="Quantity to vary, such as lever.sanctions.cost.turkey.")
    ],
    metric: Annotated[
        str, typer.Argument(help="Metric asked about; a label or a number.")
    ] = "deal.margin.least",
    condition: Annotated[
        str, typer.Option("--condition", help="Condition on a number, such as '>= 0'.")
    ] = "",
    low: Annotated[float | None, typer.Option("--low", help="Start of the range.")] = None,
    high: Annotated[float | None, typer.Option("--high", help="End of the range.")] = None,
    points: Annotated[
        int, typer.Option("--points", min=2, max=100_000, help="Points of the scan.")
    ] = 257,
    changes: SET = None,
    scenario: SCENARIO = None,
    as_json: JSON = False,
) -> None:
    """Find where the answer changes along one quantity; exact where that is possible."""
    from negotiate.whatif.cells import cells

    answer = cells(
        load(case, changes, scenario), path, metric, condition=condition, low=low, high=high,
        points=points,
    )  # fmt: skip
    if as_json:
        print_json(answer.to_dict())
    else:
        typer.echo(answer.text())
