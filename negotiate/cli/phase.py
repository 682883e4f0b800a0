"""``negotiate phase``: which answer holds where in the plane of two quantities."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negotiate.cli._answer import CONDITION, FIGURE, METRIC, show
from negotiate.cli._game import quantities, values
from negotiate.cli._options import CASE, DEAL, JSON, SCENARIO, SET, load
from negotiate.errors import InputError

METRIC_OF_A_CASE = "threats.profile"
RANGE = Annotated[
    tuple[float, float] | None, typer.Option(help="Ends of its range; the file's by default.")
]


def command(
    case: CASE,
    x: Annotated[str, typer.Argument(help="Quantity across, by its path.")],
    y: Annotated[str, typer.Argument(help="Quantity upwards, by its path.")],
    metric: METRIC = METRIC_OF_A_CASE,
    condition: CONDITION = "",
    x_range: RANGE = None,
    y_range: RANGE = None,
    grid: Annotated[int, typer.Option("--grid", help="Grid points along each quantity.")] = 65,
    scenario: SCENARIO = None,
    changes: SET = None,
    deal: DEAL = "",
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Draw the phase diagram of a metric over two quantities, boundaries exact where possible.

    Of a strategic game of two players, where no metric is named: which equilibria it has, with
    exact boundary curves.
    """
    answer: Any
    if quantities(case, "phase") is None or metric != METRIC_OF_A_CASE or condition:
        from negotiate.whatif.questions.phase import phase

        opened = load(case, changes, scenario, deal=deal)
        x, y = (
            f"quantity.{path}" if not opened.has(path) and opened.has(f"quantity.{path}") else path
            for path in (x, y)
        )
        answer = phase(opened, x, y, metric, condition, x_range=x_range, y_range=y_range, grid=grid)
    else:
        from negotiate.strategic.maps.phase_diagram import phase_diagram

        if scenario:
            raise InputError(
                "a game has no scenarios",
                where="--scenario",
                allowed="the two quantities, their ranges, --grid, --set",
            )
        answer = phase_diagram(
            case,
            x.removeprefix("quantity."),
            y.removeprefix("quantity."),
            x_range=x_range,
            y_range=y_range,
            values=values(changes),
            points=grid,
        )
    show(answer, as_json=as_json, figure=figure)
