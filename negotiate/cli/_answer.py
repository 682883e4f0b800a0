"""Options and printing that the commands of answers share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from negotiate.cli._options import print_json, write

METRIC = Annotated[
    str, typer.Option("--metric", help="Metric asked about; an unknown one lists those there are.")
]
CONDITION = Annotated[
    str, typer.Option("--condition", help="Condition on a number, such as '> 0' or '<= 0.5'.")
]
CLAIM = Annotated[
    str, typer.Option("--claim", help="Instead of a metric: a conclusion of the file, by its id.")
]
DRAWS = Annotated[int, typer.Option("--draws", help="Draws of everything uncertain.")]
UNDER = Annotated[str, typer.Option("--scenario", help="A scenario of the file for every draw.")]
FIGURE = Annotated[
    Path | None, typer.Option("--figure", help="Also write the picture, as SVG.", metavar="FILE")
]


def headline(case: Any) -> str:
    """The metric asked about by default: does the deal stand, else what is predicted."""
    if case.judged_deal:
        return "deal.margin.least"
    return predicted(case)


def predicted(case: Any) -> str:
    """The first principal's utility by the threat game, which is of two, or by Nash bargaining."""
    game = "threats" if len(case.principals) == 2 else "bargaining.nash_bargaining"
    return f"{game}.utility.{case.principals[0]}"


def show(answer: Any, *, as_json: bool, figure: Path | None = None) -> None:
    """The answer as text or as one JSON document; its picture into a file."""
    if figure is not None:
        from negotiate.errors import InputError

        if figure.suffix != ".svg":
            raise InputError(f"'{figure.name}'", where="--figure", allowed=".svg")
        write(figure, answer.figure())
        typer.echo(str(figure), err=True)
    if as_json:
        print_json(answer.to_dict())
    else:
        typer.echo(answer.text())
