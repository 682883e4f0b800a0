"""``negotiate sweep``: a case over many draws, kept in a folder that can be resumed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negotiate.cli._options import CASE, JSON, SCENARIO, SEED, SET, load, print_json, write

DESIGNS = {"sobol": "Sobol", "lhs": "LatinHypercube", "random": "Random"}


def command(
    case: CASE,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="Metric to record; may be given again.")
    ] = None,
    draws: Annotated[int, typer.Option("--draws", help="Number of rows.")] = 1024,
    design: Annotated[str, typer.Option("--design", help="sobol, lhs or random.")] = "sobol",
    seed: SEED = 0,
    scenario: SCENARIO = None,
    changes: SET = None,
    scheduler: Annotated[
        str,
        typer.Option("--scheduler", help="serial, threads, processes, or tcp://... of Dask."),
    ] = "serial",
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Workers.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--resume", help="Folder of parts; an interrupted sweep goes on from there."),
    ] = None,
    confirm: Annotated[
        int, typer.Option("--confirm-rows", help="Say that this huge number of rows is meant.")
    ] = 0,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Rows as .csv, .parquet or .nc.")
    ] = None,
    as_json: JSON = False,
) -> None:
    """Draw everything uncertain in a case and record metrics; scenarios see the same draws."""
    from negotiate.errors import InputError, UnknownNameError
    from negotiate.whatif import design as designs
    from negotiate.whatif.case import study

    if design not in DESIGNS:
        raise UnknownNameError("design", design, DESIGNS)
    if out is not None and out.suffix not in (".csv", ".parquet", ".nc"):
        raise InputError(f"'{out.name}'", where="--out", allowed=".csv, .parquet, .nc")
    found = study(
        load(case, changes),
        metric or ["deal.margin.least"],
        getattr(designs, DESIGNS[design])(draws, seed),
        scenarios=tuple(scenario or ()),
        engine=scheduler,
        workers=workers,
        folder=folder,
        confirmed_rows=confirm,
    )
    if out is not None:
        if out.suffix == ".csv":
            write(out, found.to_pandas().to_csv())
        elif out.suffix == ".parquet":
            found.to_parquet(out)
        else:
            found.to_netcdf(out)
        typer.echo(str(out), err=True)
    if as_json:
        print_json(found.to_dict())
    else:
        typer.echo(found.text())
