"""``negotiate phase``: which answer holds where in the plane of two quantities."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._answer import CONDITION, FIGURE, METRIC, show
from negotiate.cli._options import CASE, JSON, SCENARIO, SET, load

RANGE = Annotated[
    tuple[float, float] | None, typer.Option(help="Ends of its range; the file's by default.")
]


def command(
    case: CASE,
    x: Annotated[str, typer.Argument(help="Quantity across, by its path.")],
    y: Annotated[str, typer.Argument(help="Quantity upwards, by its path.")],
    metric: METRIC = "threats.profile",
    condition: CONDITION = "",
    x_range: RANGE = None,
    y_range: RANGE = None,
    grid: Annotated[int, typer.Option("--grid", help="Grid points along each quantity.")] = 65,
    scenario: SCENARIO = None,
    changes: SET = None,
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Draw the phase diagram of a metric over two quantities, boundaries exact where possible."""
    from negotiate.whatif.phase import phase

    answer = phase(
        load(case, changes, scenario), x, y, metric, condition, x_range=x_range, y_range=y_range,
        grid=grid,
    )  # fmt: skip
    show(answer, as_json=as_json, figure=figure)
