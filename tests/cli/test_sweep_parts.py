"""Long sweeps: parts left in their folder, sums printed."""

import json

from typer.testing import CliRunner

import negotiate as ng
from negotiate.cli._program import app
from negotiate.whatif.study.design import Random


def test_parts_only_sums_what_a_collected_study_holds(tmp_path):
    base = ["sweep", "idlib-2020", "--draws", "20000", "--design", "random", "--metric",
            "deal.margin.least", "--metric", "threats.profile"]  # fmt: skip
    found = CliRunner().invoke(
        app(), [*base, "--parts-only", "--resume", str(tmp_path / "parts"), "--json"]
    )
    assert found.exit_code == 0, found.output
    ours = next(iter(json.loads(found.stdout).values()))
    study = ng.study("idlib-2020", ["deal.margin.least", "threats.profile"], Random(20_000, 0))
    margins = study.dataset["deal.margin.least"].values
    assert ours["rows"] == 20_000 and ours["failed"] == 0
    assert abs(ours["mean"]["deal.margin.least"] - margins.mean()) < 1e-12
    profiles = study.dataset["threats.profile"].values
    label, count = next(iter(ours["count"]["threats.profile"].items()))
    assert count == (profiles == label).sum()


def test_parts_need_a_folder():
    found = CliRunner().invoke(app(), ["sweep", "idlib-2020", "--parts-only"])
    assert found.exit_code != 0
