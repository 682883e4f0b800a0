import json

import numpy as np
import pytest

from negotiate.errors import InputError, NoSolutionError, TooLargeError
from negotiate.whatif.study.chunks import Outcome, evaluate_rows
from negotiate.whatif.study.design import Grid, OneAtATime, Random, Saltelli
from negotiate.whatif.study.marginal import uniform
from negotiate.whatif.study.run import run_study
from negotiate.whatif.study.space import Space

SPACE = Space(
    {"x": uniform(0.0, 1.0), "y": uniform(0.0, 1.0)}, units={"x": "stake"}, sources={"x": "F1"}
)


def touchy(values):
    if (values["x"] > 0.99).any():
        raise NoSolutionError("no bargaining zone")
    return {
        "z": values["x"] + values["y"],
        "label": np.where(values["x"] > 0.5, "high", "low"),
        "pair": np.stack([values["x"], values["y"]], -1),
    }


def test_a_study_of_nothing_uncertain_is_refused():
    with pytest.raises(InputError, match="no number has a range"):
        run_study(Space({}), touchy, Random(8, 1))


@pytest.mark.parametrize(
    ("chunk", "engine"), [(1, "serial"), (7, "serial"), (777, "threads"), (5000, "threads")]
)
def test_same_bytes_whatever_the_chunking(chunk, engine, tmp_path):
    rows = 300 if chunk < 10 else 5000
    one = run_study(SPACE, touchy, Random(rows, 1))
    two = run_study(SPACE, touchy, Random(rows, 1), chunk=chunk, engine=engine)
    assert one.dataset.identical(two.dataset)
    for name, write in (("p", "to_parquet"), ("n", "to_netcdf")):
        getattr(one, write)(tmp_path / f"1{name}")
        getattr(two, write)(tmp_path / f"2{name}")
        assert (tmp_path / f"1{name}").read_bytes() == (tmp_path / f"2{name}").read_bytes()


def test_failed_draws_are_kept_with_their_reason():
    study = run_study(SPACE, touchy, Random(5000, 1))
    x = study.inputs()["x"]
    failed = study.dataset["failure"].values > 0
    assert np.array_equal(failed, x > 0.99) and failed.any()
    assert np.isnan(study.metric("z")[failed]).all()
    assert (study.metric("label")[failed] == "").all()
    assert np.array_equal(study.metric("z")[~failed], (x + study.inputs()["y"])[~failed])
    assert study.failures() == {"no bargaining zone": int(failed.sum())}
    summary = study.summary()
    assert set(summary["failed"]) == {int(failed.sum())}
    mean = summary[summary["metric"] == "z"]["mean"].item()
    assert mean == pytest.approx(study.metric("z")[~failed].mean())
    assert "no bargaining zone" in study.sentence()
    assert "NaN" in study.dataset.attrs["nan_policy"]


def test_nan_without_a_reason_gets_one():
    study = run_study(SPACE, lambda v: {"z": np.sqrt(v["x"] - 0.5)}, Random(1000, 1))
    assert study.failures() == {"undefined (not a number)": int((study.inputs()["x"] < 0.5).sum())}


def test_outcome_names_failures():
    def half(values):
        bad = {int(i): "too small" for i in np.nonzero(values["x"] < 0.5)[0]}
        return Outcome({"z": values["x"]}, bad)

    study = run_study(SPACE, half, Random(100, 1), chunk=13)
    assert study.failures() == {"too small": int((study.inputs()["x"] < 0.5).sum())}


def test_all_draws_may_fail():
    def never(values):
        raise NoSolutionError("nothing to agree on")

    study = run_study(SPACE, {"base": lambda v: {"z": v["x"]}, "never": never}, Random(20, 1))
    assert np.isnan(study.dataset["z"].sel(scenario="never")).all()
    assert study.failures() == {"nothing to agree on": 20}


def test_a_mistake_is_not_a_failed_draw():
    with pytest.raises(KeyError):
        run_study(SPACE, lambda v: {"z": v["nope"]}, Random(10, 1))

    def huge(values):
        raise TooLargeError("too many states")

    with pytest.raises(TooLargeError):
        run_study(SPACE, huge, Random(10, 1))


def test_labels_units_sources_and_provenance():
    study = run_study(
        SPACE,
        {"base": touchy, "half": lambda v: touchy({**v, "x": v["x"] / 2})},
        Random(50, 4),
        units={"z": "stake"},
        provenance={"file_hash": "abc"},
    )
    data = study.dataset
    assert data["z"].dims == ("scenario", "draw") and data["pair"].dims[:2] == ("scenario", "draw")
    assert data["z"].attrs["unit"] == "stake" and data["x"].attrs == {
        "unit": "stake",
        "source": "F1",
    }
    assert data.attrs["file_hash"] == "abc" and data.attrs["seed"] == 4
    assert json.loads(data.attrs["versions"])["numpy"] == np.__version__
    frame = study.to_pandas()
    assert {"scenario", "draw", "x", "z", "failure"} <= set(frame.columns)
    json.dumps(study.to_dict())


def test_grid_and_one_at_a_time_dimensions():
    grid = run_study(SPACE, touchy, Grid({"x": [0.1, 0.2], "y": 3})).dataset
    assert grid["z"].dims == ("x", "y")
    assert float(grid["z"].sel(x=0.2).isel(y=0)) == pytest.approx(0.25)
    swing = run_study(SPACE, touchy, OneAtATime(3)).dataset
    assert swing["z"].dims == ("path", "level")
    assert swing["z"].sel(path="x").values == pytest.approx([0.55, 1.0, 1.45])
    assert run_study(SPACE, touchy, Saltelli(8)).dataset["z"].shape == (8, 4)


def test_identity_is_in_the_hash():
    one = run_study(SPACE, touchy, Random(10, 1)).dataset.attrs["study"]
    assert one == run_study(SPACE, touchy, Random(10, 1), chunk=3).dataset.attrs["study"]
    assert one != run_study(SPACE, touchy, Random(10, 2)).dataset.attrs["study"]
    other = run_study(SPACE, lambda v: touchy(v), Random(10, 1)).dataset.attrs["study"]
    assert one != other


def test_wrong_sizes():
    with pytest.raises(LookupError, match="metric z"):
        run_study(SPACE, lambda v: {"z": np.zeros(3)}, Random(10, 1))
    with pytest.raises(TooLargeError, match="confirmed_rows"):
        run_study(SPACE, touchy, Random(10**12, 1))
    with pytest.raises(InputError):
        run_study(SPACE, touchy, Random(10, 1), chunk=0)
    with pytest.raises(InputError, match="'x' names a metric and an input"):
        run_study(SPACE, lambda v: {"x": v["y"]}, Random(10, 1))


def test_halving_is_logarithmic():
    calls = [0]

    def count(values):
        calls[0] += 1
        if (values["x"] == 77).any():
            raise ArithmeticError("division")
        return {"z": values["x"]}

    found = evaluate_rows(count, {"x": np.arange(1024.0)})
    assert found.failures == {77: "division"} and calls[0] == 21


def test_views_escape_and_draw():
    space = Space({"<b>x": uniform(0.0, 1.0)})
    study = run_study(
        space, lambda v: {"<i>z": v["<b>x"], "l": np.full(len(v["<b>x"]), "<u>")}, Random(50, 1)
    )
    assert "<i>" not in study.html() and "&lt;i&gt;z" in study.html()
    figure = study.figure()
    assert figure.startswith("<svg") and "<i>z" not in figure and figure == study.figure()
    assert "50 evaluations" in study.text()


class Together:
    """Depends on the draws evaluated together, as an iteration over a batch may."""

    block = 64

    def __call__(self, values):
        return {"z": values["x"] + 1e-12 * len(values["x"]) * values["x"].mean()}

    def identity(self):
        return "together"


def test_blocks_make_bytes_independent_of_chunks():
    one = run_study(SPACE, Together(), Random(1000, 1))
    for chunk in (1, 100, 640):
        assert one.dataset.identical(
            run_study(SPACE, Together(), Random(1000, 1), chunk=chunk).dataset
        )
