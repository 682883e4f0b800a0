"""``negotiate sweep``: a case over many draws, kept in a folder that can be resumed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from negotiate.cli._answer import headline
from negotiate.cli._options import (
    CASE,
    DEAL,
    JSON,
    SCENARIO,
    SEED,
    SET,
    WITHOUT,
    load,
    print_json,
    write,
)

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
    deal: DEAL = "",
    without: WITHOUT = None,
    scheduler: Annotated[
        str,
        typer.Option("--scheduler", help="serial, threads, processes, or tcp://... of Dask."),
    ] = "serial",
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Workers.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--resume", help="Folder of parts; an interrupted sweep goes on from there."),
    ] = None,
    chunk: Annotated[
        int | None, typer.Option("--chunk", min=1, help="Rows of a part, for very long sweeps.")
    ] = None,
    parts_only: Annotated[
        bool,
        typer.Option("--parts-only", help="Leave the rows in the folder; print means and counts."),
    ] = False,
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
    from negotiate.whatif.study import design as designs
    from negotiate.whatif.study.case import parts, study

    if design not in DESIGNS:
        raise UnknownNameError("design", design, DESIGNS)
    if out is not None and out.suffix not in (".csv", ".parquet", ".nc"):
        raise InputError(f"'{out.name}'", where="--out", allowed=".csv, .parquet, .nc")
    if parts_only and (folder is None or out is not None):
        raise InputError(
            "no folder for the parts" if folder is None else f"rows for {out}",
            where="--parts-only",
            allowed="--resume FOLDER and no --out",
        )
    rows = getattr(designs, DESIGNS[design])(draws, seed)
    options: dict[str, Any] = {
        "engine": scheduler,
        "workers": workers,
        "folder": folder,
        "confirmed_rows": confirm,
    }
    if chunk is not None:
        options["chunk"] = chunk
    read = load(case, changes, deal=deal, without=without)
    asked = (read, metric or [headline(read)], rows)
    if parts_only:
        _tell(parts(*asked, scenarios=tuple(scenario or ()), **options), as_json)
        return
    found = study(*asked, scenarios=tuple(scenario or ()), **options)
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


def _tell(parts: Iterable[tuple[str, int, dict[str, Any]]], as_json: bool) -> None:
    """Rows, failures and means, summed part by part, so that memory does not grow."""
    import numpy as np

    totals: dict[str, dict[str, Any]] = {}
    for scenario, _, arrays in parts:
        here = totals.setdefault(scenario, {"rows": 0, "failed": 0, "mean": {}, "count": {}})
        metrics = {n.removeprefix("metric/"): a for n, a in arrays.items() if n[:7] == "metric/"}
        here["rows"] += len(next(iter(metrics.values())))
        here["failed"] += len(arrays["failed"])
        for name, values in metrics.items():
            if values.dtype.kind == "U":
                labels = here["count"].setdefault(name, {})
                for label, count in zip(*np.unique(values, return_counts=True), strict=True):
                    labels[str(label)] = labels.get(str(label), 0) + int(count)
            elif values.ndim == 1:
                known = values[~np.isnan(values)]
                old = here["mean"].get(name, (0.0, 0))
                here["mean"][name] = (old[0] + float(known.sum()), old[1] + len(known))
    for here in totals.values():
        here["mean"] = {
            n: total / count if count else None for n, (total, count) in here["mean"].items()
        }
    if as_json:
        print_json(totals)
        return
    for scenario, here in totals.items():
        typer.echo(f"{scenario or 'baseline'}: {here['rows']:,} rows, {here['failed']:,} failed")
        for name, mean in here["mean"].items():
            typer.echo(f"  {name}: mean {'not defined' if mean is None else f'{mean:.6g}'}")
        for name, labels in here["count"].items():
            typer.echo(f"  {name}:")
            for label, count in sorted(labels.items(), key=lambda item: -item[1])[:12]:
                typer.echo(f"    {count:>12,}  {label}")
