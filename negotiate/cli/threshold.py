"""``negotiate threshold``: the values of one quantity at which the answer changes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negotiate.cli._answer import FIGURE, headline, show
from negotiate.cli._game import quantities, values
from negotiate.cli._options import CASE, DEAL, JSON, SCENARIO, SEED, SET, WITHOUT, load

DEFAULT = "deal.margin.least"
"""Metric asked about where none is named; a strategic game then answers with all equilibria."""


def command(
    case: CASE,
    path: Annotated[
        str, typer.Argument(help="Quantity to vary, such as lever.sanctions.cost.turkey.")
    ] = "",
    metric: Annotated[
        str, typer.Argument(help="Metric asked about; a label or a number.")
    ] = DEFAULT,
    quantity: Annotated[
        str, typer.Option("--quantity", help="The same as PATH; of a game, the name in its file.")
    ] = "",
    condition: Annotated[
        str, typer.Option("--condition", help="Condition on a number, such as '>= 0'.")
    ] = "",
    low: Annotated[float | None, typer.Option("--low", help="Start of the range.")] = None,
    high: Annotated[float | None, typer.Option("--high", help="End of the range.")] = None,
    points: Annotated[
        int, typer.Option("--points", min=2, max=100_000, help="Points of the scan.")
    ] = 257,
    draws: Annotated[
        int,
        typer.Option("--draws", help="Draws of everything else: the threshold's distribution."),
    ] = 1,
    seed: SEED = 0,
    figure: FIGURE = None,
    changes: SET = None,
    deal: DEAL = "",
    without: WITHOUT = None,
    scenario: SCENARIO = None,
    as_json: JSON = False,
) -> None:
    """Find where the answer changes along one quantity; exact where that is possible.

    Of a strategic game of two players, where no metric is named: all equilibria as formulas, cell
    by cell, exactly.
    """
    from negotiate.errors import InputError

    if quantity and path and quantity != path:
        if metric != DEFAULT:
            raise InputError(
                f"'{quantity}' and '{path}'", where="--quantity, PATH", allowed="one quantity"
            )
        path, metric = quantity, path  # with --quantity the first argument left is the metric
    path = path or quantity
    known = quantities(case, "threshold")
    if not path:
        raise InputError(
            "no quantity",
            where="threshold",
            allowed="PATH or --quantity",
            remedy=f"one of {', '.join(known)}" if known else "`negotiate show CASE` lists paths",
        )
    answer: Any
    if known is not None and metric == DEFAULT and not condition:
        from negotiate.strategic.maps.equilibrium_map import equilibrium_map

        if scenario:
            raise InputError(
                "a game has no scenarios",
                where="--scenario",
                remedy="--set NAME=VALUE changes another quantity",
            )
        path = path.removeprefix("quantity.")
        answer = equilibrium_map(case, path, low=low, high=high, values=values(changes))
    else:
        from negotiate.whatif.questions.cells import cells

        opened = load(case, changes, scenario, deal=deal, without=without)
        if metric == DEFAULT:
            metric = headline(opened)
        if not opened.has(path) and opened.has(f"quantity.{path}"):
            path = f"quantity.{path}"
        if draws != 1:
            from negotiate.whatif.questions import ask

            names = scenario or [""]
            if len(names) > 1:
                raise InputError(f"{len(names)} scenarios", where="--draws", allowed="one")
            spread = ask.threshold(
                load(case, changes, deal=deal, without=without), path, metric,
                condition or "> 0", low=low, high=high,
                draws=draws, seed=seed, scenario=names[0],
            )  # fmt: skip
            show(spread, as_json=as_json, figure=figure)
            return
        answer = cells(
            opened,
            path,
            metric,
            condition=condition,
            low=low,
            high=high,
            points=points,
        )
    show(answer, as_json=as_json, figure=figure)
