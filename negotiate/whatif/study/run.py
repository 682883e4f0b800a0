"""A study: a design run through evaluations, as labelled, reproducible results.

``run_study`` needs a `Space`, a design and ``evaluate`` (one function, or one for each scenario);
it knows no game. Chunks go through an engine (`negotiate.whatif.study.engines`), optionally into a
folder from which an interrupted study goes on. The result's bytes depend on the space, the
design, its seed and ``evaluate`` only.

>>> from negotiate.whatif.study.design import Sobol
>>> from negotiate.whatif.study.marginal import uniform
>>> space = Space({"x": uniform(0.0, 1.0)})
>>> study = run_study(space, lambda v: {"y": 2 * v["x"]}, Sobol(64, seed=1))
>>> round(float(study.dataset["y"].mean()), 2)
1.0
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, MissingExtraError, UnknownNameError
from negotiate.view import Viewable
from negotiate.whatif.study import checkpoint, engines
from negotiate.whatif.study.chunks import Evaluate, Work, _empty
from negotiate.whatif.study.design import Design, check_size
from negotiate.whatif.study.progress import progress
from negotiate.whatif.study.space import Space

CHUNK = 2**15
"""Rows of a chunk: large enough that its overhead is below a hundredth, small in memory."""

NAN_POLICY = (
    "a failed draw is NaN (text: empty) in every metric and has a failure code above 0; "
    "summaries leave failed draws out and count them"
)


_WRITERS = {"h5netcdf": ("h5netcdf", "h5py"), "netcdf4": ("netCDF4",), "scipy": ("scipy",)}
"""NetCDF writers of xarray and the packages each needs, best first."""


@dataclass(frozen=True)
class Study(Viewable):
    """Labelled results of a study.

    Attributes
    ----------
    dataset
        xarray Dataset: one variable for each metric over ``scenario`` and the design's
        dimensions, inputs as coordinates, ``failure`` codes (0 is solved), units, sources and
        provenance in the attributes.
    reasons
        Reason of each failure code from 1 on.
    space, design
        What was varied, and how.
    notes
        What happened on the way: parts taken from a folder, parts redone.
    """

    dataset: Any
    reasons: tuple[str, ...]
    space: Space
    design: Design
    notes: tuple[str, ...] = ()

    _view = "negotiate.whatif.views.study"

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics."""
        return tuple(name for name in self.dataset.data_vars if name != "failure")

    def metric(self, name: str) -> NDArray[Any]:
        """Values of a metric."""
        if name not in self.metrics:
            raise UnknownNameError("metric", name, self.metrics, where="study")
        return np.asarray(self.dataset[name].values)

    def failures(self) -> dict[str, int]:
        """Reason to number of draws, most frequent first."""
        counts = np.bincount(self.dataset["failure"].values.ravel(), minlength=1)[1:]
        pairs = sorted(zip(self.reasons, counts.tolist()), key=lambda pair: (-pair[1], pair[0]))
        return dict(pairs)

    def inputs(self) -> dict[str, NDArray[Any]]:
        """Values of what varied, one row for each row of the design (scenarios apart)."""
        values = self.design.values(self.space, 0, self.design.size(self.space))
        return {path: v for path, v in values.items() if len(v) and (v != v[0]).any()}

    def to_pandas(self) -> Any:
        """DataFrame with one row for each scenario and draw; failures as text."""
        frame = self.dataset.to_dataframe().reset_index()
        names = ("", *self.reasons)
        frame["failure"] = [names[code] for code in frame["failure"]]
        return frame

    def to_parquet(self, path: str | Path) -> None:
        """Write the frame and the provenance as Parquet; the same study gives the same bytes."""
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            raise MissingExtraError("pyarrow", "files") from error
        table = pyarrow.Table.from_pandas(self.to_pandas(), preserve_index=False)
        text = {key: str(value) for key, value in self.dataset.attrs.items()}
        pyarrow.parquet.write_table(table.replace_schema_metadata(text), str(path))

    def to_netcdf(self, path: str | Path) -> None:
        """Write the Dataset as NetCDF 4, or as NetCDF 3 where no library for 4 is installed."""
        from importlib.util import find_spec

        available = [name for name, needs in _WRITERS.items() if all(map(find_spec, needs))]
        self.dataset.to_netcdf(str(path), engine=available[0])

    def summary(self) -> Any:
        """DataFrame: for numbers mean, standard deviation, quantiles; for labels their shares."""
        import pandas as pd

        rows = []
        for scenario, data in _scenarios(self.dataset):
            good = data["failure"].values == 0
            counts = {"draws": good.size, "failed": int((~good).sum())}
            for name in self.metrics:
                values = data[name].values[good]
                head = {"metric": name, "scenario": scenario, **counts}
                if values.ndim != 1:
                    continue
                if values.dtype.kind == "U":
                    labels, sizes = np.unique(values, return_counts=True)
                    rows += [
                        {**head, "label": str(label), "share": size / max(len(values), 1)}
                        for label, size in zip(labels, sizes)
                    ]
                elif len(values):
                    with np.errstate(invalid="ignore"):  # an answer may be infinite
                        points = np.quantile(values, [0.05, 0.5, 0.95])
                        spread = {"mean": values.mean(), "sd": values.std()}
                    rows.append({**head, **spread} | dict(zip(("q05", "median", "q95"), points)))
                else:
                    rows.append(head)
        return pd.DataFrame(rows)

    def sentence(self) -> str:
        """How many draws, how many failed and why."""
        codes = self.dataset["failure"].values
        failed = int((codes > 0).sum())
        text = f"{codes.size:,} evaluations"
        if "scenario" in self.dataset.dims:
            text += f" in {self.dataset.sizes['scenario']} scenarios"
        if not failed:
            return f"{text}, all solved."
        reason, count = next(iter(self.failures().items()))
        return (
            f"{text}, {failed:,} of them without an answer ({failed / codes.size:.1%}); "
            f"most often ({count:,} times): {reason}."
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready summary."""
        records = json.loads(self.summary().to_json(orient="records"))
        for record in records:
            for key in [key for key, value in record.items() if value is None]:
                del record[key]
        return {
            "study": self.dataset.attrs["study"],
            "sentence": self.sentence(),
            "summary": records,
            "failures": self.failures(),
            "notes": list(self.notes),
        }


def _scenarios(dataset: Any) -> Iterator[tuple[str, Any]]:
    if "scenario" not in dataset.dims:
        yield "", dataset
        return
    for name in dataset["scenario"].values:
        yield str(name), dataset.sel(scenario=name)


def identity(evaluate: Evaluate) -> str:
    """What names an evaluation in a study's hash: ``identity`` if it has one, else its code.

    Two functions with the same code and other closures look the same; give them an ``identity``.
    """
    own = getattr(evaluate, "identity", None)
    if own is not None:
        return str(own() if callable(own) else own)
    function = getattr(evaluate, "func", evaluate)
    name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"
    code = getattr(function, "__code__", None)
    if code is None:
        return name or repr(evaluate)
    constants = [c for c in code.co_consts if not hasattr(c, "co_code")]
    return f"{name}:{checkpoint.fingerprint([code.co_code.hex(), repr(constants)])[:16]}"


def _versions() -> dict[str, str]:
    import scipy

    import negotiate

    return {
        "negotiate": str(getattr(negotiate, "__version__", "")),
        "numpy": np.__version__,
        "scipy": str(scipy.__version__),
    }


@dataclass(frozen=True)
class _Plan:
    work: Work
    named: bool
    description: Mapping[str, Any]
    provenance: Mapping[str, str] = field(default_factory=dict)


def _plan(
    space: Space,
    evaluate: Evaluate | Mapping[str, Evaluate],
    design: Design,
    chunk: int,
    confirmed_rows: int,
    provenance: Mapping[str, str],
) -> _Plan:
    named = isinstance(evaluate, Mapping)
    evaluates: Mapping[str, Evaluate] = (
        evaluate if isinstance(evaluate, Mapping) else {"": evaluate}
    )
    if not evaluates:
        raise InputError("no scenario to evaluate", where="study", allowed="one or more")
    if not space.factors:
        raise InputError(
            "nothing is uncertain: no number has a range",
            where="study",
            allowed="one or more numbers with low and high",
            remedy="write low and high beside a value, or ask for the answer at the values",
        )
    if chunk < 1:
        raise InputError(f"chunks of {chunk} rows", where="study", allowed="1 or more")
    rows = design.size(space)
    check_size(rows * len(evaluates), columns=len(space.paths) + 1, confirmed_rows=confirmed_rows)
    description = {
        "space": space.describe(),
        "design": design.describe(),
        "evaluations": {name: identity(item) for name, item in evaluates.items()},
        "provenance": dict(provenance),
        "versions": _versions(),
    }
    block = max(int(getattr(item, "block", 1)) for item in evaluates.values())
    work = Work(space, design, evaluates, rows, -(-chunk // block) * block, block)
    return _Plan(work, named, description, provenance)


def _computed(
    plan: _Plan,
    folder: str | Path | None,
    engine: Any,
    workers: int | None,
    in_flight: int | None,
    notes: list[str],
) -> Iterator[tuple[int, dict[str, NDArray[Any]]]]:
    """Parts in order, from the folder where it has them, else computed (and kept there)."""
    work = plan.work
    total = work.rows * len(work.evaluates)
    if folder is None:
        with progress("study", total) as advance:
            parts = engines.run(
                work, range(work.parts), engine=engine, workers=workers, in_flight=in_flight
            )
            for part, arrays in enumerate(parts):
                _, start, stop = work.where(part)
                advance(stop - start)
                yield part, arrays
        return
    store = checkpoint.open_folder(folder, plan.description, rows=work.rows, chunk=work.chunk)
    store = replace(store, parts=work.parts)
    kept, redone = set(), []
    for part in store.done():
        try:
            store.read(part)
            kept.add(part)
        except InputError as error:
            redone.append(part)
            notes.append(f"{error}; its draws were computed again")
            print(notes[-1], file=sys.stderr)
    if kept:
        notes.append(f"{len(kept)} of {work.parts} parts were taken from {Path(folder).name}")
    missing = [part for part in range(work.parts) if part not in kept]
    with progress("study", total, done=sum(_rows(work, part) for part in kept)) as advance:
        results = engines.run(work, missing, engine=engine, workers=workers, in_flight=in_flight)
        for part in range(work.parts):
            if part in kept:
                yield part, store.read(part)
            else:
                arrays = next(results)
                store.write(part, arrays)
                advance(_rows(work, part))
                yield part, arrays


def _rows(work: Work, part: int) -> int:
    _, start, stop = work.where(part)
    return stop - start


def _resumed(plan: _Plan, folder: str | Path | None) -> _Plan:
    """The chunk of a study that a folder already holds stands."""
    if folder is None or not (Path(folder) / checkpoint.MANIFEST).exists():
        return plan
    store = checkpoint.open_folder(
        folder, plan.description, rows=plan.work.rows, chunk=plan.work.chunk
    )
    return replace(plan, work=replace(plan.work, chunk=store.chunk))


def stream(
    space: Space,
    evaluate: Evaluate | Mapping[str, Evaluate],
    design: Design,
    *,
    engine: Any = "serial",
    workers: int | None = None,
    in_flight: int | None = None,
    chunk: int = CHUNK,
    folder: str | Path | None = None,
    confirmed_rows: int = 0,
    provenance: Mapping[str, str] | None = None,
) -> Iterator[tuple[str, int, dict[str, NDArray[Any]]]]:
    """Scenario, first row and arrays of each part, in order; memory is bounded by the chunk.

    Arrays are ``metric/<name>``, ``failed`` (rows within the part) and ``reason``. For studies
    too large to hold; `run_study` collects the same parts. Parameters as there.
    """
    plan = _plan(space, evaluate, design, chunk, confirmed_rows, provenance or {})
    plan = _resumed(plan, folder)
    names = list(plan.work.evaluates)
    for part, arrays in _computed(plan, folder, engine, workers, in_flight, []):
        scenario, start, _ = plan.work.where(part)
        yield names[scenario], start, arrays


def run_study(
    space: Space,
    evaluate: Evaluate | Mapping[str, Evaluate],
    design: Design,
    *,
    engine: Any = "serial",
    workers: int | None = None,
    in_flight: int | None = None,
    chunk: int = CHUNK,
    folder: str | Path | None = None,
    confirmed_rows: int = 0,
    units: Mapping[str, str] | None = None,
    provenance: Mapping[str, str] | None = None,
) -> Study:
    """Run a design through an evaluation.

    Parameters
    ----------
    space
        What is uncertain.
    evaluate
        ``values -> metrics`` (see `negotiate.whatif.study.chunks`), or one for each scenario by
        name:
        scenarios become a dimension and see the same draws.
    design
        Which rows; see `negotiate.whatif.study.design`.
    engine, workers, in_flight
        Where chunks are computed; see `negotiate.whatif.study.engines.run`.
    chunk
        Rows of a chunk, rounded up to whole blocks of the evaluation; changes nothing in the
        result.
    folder
        Where parts are kept; a study that was interrupted goes on from there.
    confirmed_rows
        Says that a huge number of rows is meant.
    units
        Unit of each metric.
    provenance
        Facts that belong to the study's identity: the case's file hash, scenario texts.

    Returns
    -------
    Study
    """
    plan = _resumed(_plan(space, evaluate, design, chunk, confirmed_rows, provenance or {}), folder)
    work, notes = plan.work, list[str]()
    columns: dict[str, list[tuple[int, NDArray[Any]]]] = {}
    codes: dict[str, int] = {}
    failure = np.zeros(work.rows * len(work.evaluates), np.int32)
    for part, arrays in _computed(plan, folder, engine, workers, in_flight, notes):
        scenario, start, _ = work.where(part)
        at = scenario * work.rows + start
        for row, reason in zip(arrays["failed"].tolist(), arrays["reason"].tolist()):
            failure[at + row] = codes.setdefault(reason, len(codes) + 1)
        for name, array in arrays.items():
            if name.startswith("metric/"):
                columns.setdefault(name[7:], []).append((part, array))
    _check_names(space, columns)
    dataset = _dataset(plan, columns, failure, units or {}, tuple(codes))
    return Study(dataset, tuple(codes), space, design, tuple(notes))


def collect(
    space: Space, evaluate: Evaluate, design: Design, **options: Any
) -> tuple[dict[str, NDArray[Any]], NDArray[np.int64]]:
    """Metrics as flat arrays and a failure mark for each row, without labels: for answers.

    ``options`` are those of `stream`.
    """
    pieces: dict[str, list[NDArray[Any]]] = {}
    lengths: list[dict[str, Any]] = []
    rows = design.size(space)
    failure = np.zeros(rows, np.int64)
    starts = []
    for _, start, arrays in stream(space, evaluate, design, **options):
        failure[start + arrays["failed"]] = 1
        starts.append(start)
        lengths.append({k[7:]: v for k, v in arrays.items() if k.startswith("metric/")})
    sizes = np.diff([*starts, rows])
    templates = {name: array for part in lengths for name, array in part.items()}
    for part, size in zip(lengths, sizes):
        for name, template in templates.items():
            pieces.setdefault(name, []).append(part.get(name, _empty(template, int(size))))
    return {name: np.concatenate(found) for name, found in pieces.items()}, failure


def _dataset(
    plan: _Plan,
    columns: Mapping[str, list[tuple[int, NDArray[Any]]]],
    failure: NDArray[np.int32],
    units: Mapping[str, str],
    reasons: tuple[str, ...],
) -> Any:
    import xarray as xr

    work = plan.work
    shape = work.design.shape(work.space)
    coords: dict[str, Any] = {}
    if plan.named:
        coords["scenario"] = list(work.evaluates)
    coords |= shape
    dims, sizes = tuple(coords), [len(v) for v in coords.values()]
    inner, inner_sizes = tuple(shape), [len(v) for v in shape.values()]
    variables: dict[str, Any] = {}
    for name, pieces in columns.items():
        whole = dict(pieces)
        template = pieces[0][1]
        full = np.concatenate(
            [
                whole[part] if part in whole else _empty(template, _rows(work, part))
                for part in range(work.parts)
            ]
        )
        extra = tuple(f"{name}_axis{i}" for i in range(1, full.ndim))
        variables[name] = (
            (*dims, *extra),
            full.reshape(*sizes, *full.shape[1:]),
            {"unit": units.get(name, "")},
        )
    variables["failure"] = (
        dims,
        failure.reshape(sizes),
        {"meaning": json.dumps(["solved", *reasons])},
    )
    inputs = work.design.values(work.space, 0, work.rows)
    for path, value in inputs.items():
        if path not in coords and (value != value[:1]).any():
            attrs = {
                "unit": work.space.units.get(path, ""),
                "source": work.space.sources.get(path, ""),
            }
            coords[path] = (inner, value.reshape(inner_sizes), attrs)
    description = plan.description
    attrs = {
        "study": checkpoint.fingerprint(description),
        "design": json.dumps(description["design"], sort_keys=True),
        "space": json.dumps(description["space"], sort_keys=True, default=str),
        "seed": description["design"].get("seed", ""),
        "evaluations": json.dumps(description["evaluations"]),
        "versions": json.dumps(description["versions"]),
        "nan_policy": NAN_POLICY,
        **plan.provenance,
    }
    return xr.Dataset(variables, coords, attrs)


def _check_names(space: Space, metrics: Mapping[str, Any]) -> None:
    both = sorted(set(metrics) & {*space.paths, "failure", "scenario"})
    if both:
        raise InputError(
            f"'{both[0]}' names a metric and an input or a mark of the study",
            where="study",
            remedy="give the metric another name",
        )
