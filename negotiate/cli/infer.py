"""``negotiate infer``: what must have been true for the outcome to be the one predicted."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._answer import DRAWS, FIGURE, show
from negotiate.cli._options import CASE, DEAL, JSON, SEED, SET, load


def command(
    case: CASE,
    observed: Annotated[
        list[str] | None,
        typer.Option(
            "--observed",
            metavar="METRIC=VALUE",
            help="What was observed; the signed terms by default; may be given again.",
        ),
    ] = None,
    path: Annotated[
        str, typer.Option("--path", help="Only values of this quantity, the rest at base.")
    ] = "",
    tolerance: Annotated[
        float, typer.Option("--tolerance", help="With --path: how near counts as observed.")
    ] = 0.01,
    low: Annotated[float | None, typer.Option("--low", help="With --path: from here.")] = None,
    high: Annotated[float | None, typer.Option("--high", help="With --path: up to here.")] = None,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="Populations of falling tolerance.")
    ] = False,
    draws: DRAWS = 50_000,
    keep: Annotated[int, typer.Option("--keep", help="Nearest draws that are kept.")] = 500,
    seed: SEED = 0,
    changes: SET = None,
    deal: DEAL = "",
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Infer the quantities from what was agreed: a posterior, or the values of one quantity."""
    from negotiate.errors import InputError
    from negotiate.whatif.questions import ask

    read = load(case, changes, deal=deal)
    seen = dict(_observation(text) for text in observed or ())
    if path:
        value = next(iter(seen.values()), "")
        if len(seen) != 1 or isinstance(value, str):
            raise InputError(
                f"{len(seen)} observations",
                where="--path",
                allowed="one, a number",
                remedy="give --observed METRIC=VALUE",
            )
        answer = ask.match(
            read, path, next(iter(seen)), value, tolerance=tolerance, low=low, high=high
        )
        show(answer, as_json=as_json, figure=figure)
        return
    posterior = ask.infer(
        read, seen or None, sequential=sequential, draws=draws, keep=keep, seed=seed
    )
    show(posterior, as_json=as_json, figure=figure)


def _observation(text: str) -> tuple[str, float | str]:
    """Metric and value of ``METRIC=VALUE``; what is no number is a label."""
    from negotiate.errors import InputError

    metric, sign, value = text.partition("=")
    if not sign or not metric.strip() or not value.strip():
        raise InputError(f"'{text}'", where="--observed", allowed="METRIC=VALUE")
    try:
        return metric.strip(), float(value)
    except ValueError:
        return metric.strip(), value.strip()
