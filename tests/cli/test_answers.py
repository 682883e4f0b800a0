"""The commands that ask questions: answers on stdout, JSON that parses, bad input in one line."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

import negotiate as ng
from negotiate.cli import main
from negotiate.whatif import metric

CASE = "idlib-2020"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_sensitivity_names_a_driver_that_moves_the_metric(capsys) -> None:
    found = document(capsys, "sensitivity", CASE, "--draws", "10000")
    top = found["table"][0]
    assert top["total_low"] < top["total"] < top["total_high"]
    case = ng.load(CASE)
    low = case.with_value(top["factor"], case.quantities[top["factor"]].low)
    high = case.with_value(top["factor"], case.quantities[top["factor"]].high)
    name = "deal.margin.least"
    assert abs(metric.number(low, name) - metric.number(high, name)) > 0.1


@pytest.mark.parametrize("method", ["morris", "pawn"])
def test_other_methods(capsys, method: str) -> None:
    found = document(capsys, "sensitivity", CASE, "--method", method, "--draws", "3000")
    assert found["table"] and found["sentence"]


def test_attribution_sums(capsys) -> None:
    found = document(capsys, "attribute", CASE, "--draws", "8", "--lever", "force", "--lever",
                     "sanctions", "--lever", "nato")  # fmt: skip
    assert found["sum of shares"] == pytest.approx(found["all"] - found["none"], abs=1e-12)
    assert sum(row["share"] for row in found["table"]) == pytest.approx(found["sum of shares"])


def test_discover_box_is_what_it_says(capsys) -> None:
    found = document(capsys, "discover", CASE, "--claim", "air-power-used", "--draws", "3000")
    assert found["density"] > found["base rate"] and 0 < found["coverage"] <= 1
    assert found["trajectory"][0]["coverage"] == 1
    tree = document(
        capsys, "discover", CASE, "--claim", "air-power-used", "--draws", "3000", "--tree"
    )
    assert sum(leaf["support"] for leaf in tree["table"]) == pytest.approx(1.0)


def test_nothing_to_discover_is_no_solution(capsys) -> None:
    code, _, err = run(capsys, "discover", CASE, "--claim", "deal-stands", "--draws", "500")
    assert code == 3 and "in none of 500 draws" in err


def test_counterfactual(capsys) -> None:
    row = document(capsys, "counterfactual", CASE, "--without", "force", "--draws", "500")["table"]
    assert row[0]["share down"] == 1.0 and row[0]["draws"] == 500
    code, _, err = run(capsys, "counterfactual", CASE, "--draws", "500")
    assert code == 2 and "scenario" in err


def test_infer_and_match(capsys) -> None:
    found = document(capsys, "infer", CASE, "--draws", "2000", "--keep", "50")
    assert found["effective sample size"] == pytest.approx(50)
    assert set(found["hindsight"]) == set(found["observed"])
    path = "lever.force.cost.russia"
    found = document(capsys, "infer", CASE, "--path", path, "--observed",
                     "threats.term.front_line=0.6", "--tolerance", "0.005")  # fmt: skip
    assert found["table"]
    for row in found["table"]:
        for end in (row["from"], row["to"]):
            moved = ng.load(CASE).floats().with_value(path, end)
            miss = abs(metric.number(moved, "threats.term.front_line") - 0.6)
            assert miss == pytest.approx(0.005, abs=1e-6)


def test_information_and_robustness(capsys) -> None:
    found = document(capsys, "information", CASE, "--claim", "air-power-used", "--draws", "2000")
    assert "lever.air_power" in found["table"][0]["input"]
    found = document(capsys, "robustness", CASE, "--claim", "air-power-used", "--scenario",
                     "no-air-power", "--draws", "300")  # fmt: skip
    claim = found["claims"][0]
    assert claim["fails at the base values of"] == ["no-air-power"]
    path, (_, value) = next(iter(claim["nearest by one input"]["moved"].items()))
    moved = ng.load(CASE).floats().with_value(path, value)
    assert metric.number(moved, "threats.advantage.air_power") <= 1e-9


def test_threshold_over_draws_and_phase(capsys, tmp_path: Path) -> None:
    found = document(capsys, "threshold", CASE, "lever.sanctions.cost.turkey",
                     "threats.advantage.sanctions", "--draws", "64", "--low", "0", "--high",
                     "1")  # fmt: skip
    row = found["table"][0]
    assert row["q05"] <= row["median"] <= row["q95"] and row["draws"] == 64
    figure = tmp_path / "plane.svg"
    found = document(capsys, "phase", CASE, "lever.force.cost.russia", "lever.nato.cost.russia",
                     "--grid", "9", "--figure", str(figure))  # fmt: skip
    assert sum(item["share"] for item in found["labels"]) == pytest.approx(1.0)
    assert figure.read_text().startswith("<svg")


def test_every_command_prints_text(capsys) -> None:
    for arguments in (
        ("sensitivity", CASE, "--draws", "2000", "--method", "morris"),
        ("attribute", CASE, "--draws", "1", "--lever", "force", "--lever", "nato"),
        ("phase", CASE, "lever.force.cost.russia", "lever.nato.cost.russia", "--grid", "5"),
        ("whatif", CASE, "--spider", "deal.margin.least"),
    ):
        code, out, err = run(capsys, *arguments)
        assert code == 0 and len(out.splitlines()) > 2, err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("sensitivity", CASE, "--metric", "deal.margin.leest"), "did you mean"),
        (("sensitivity", CASE, "--method", "sobel"), "did you mean 'sobol'"),
        (("sensitivity", CASE, "--draws", "0"), "0 draws"),
        (("sensitivity", CASE, "--draws", "-5"), "-5 draws"),
        (("sensitivity", CASE, "--draws", "1000000000000"), "PiB"),
        (("sweep", CASE, "--draws", "0"), "0 draws"),
        (("sweep", CASE, "--draws", "1000000000000", "--design", "random"), "confirm"),
        (("sweep", CASE, "--metric", "bargaining.nahs"), "there is no metric"),
        (("sweep", CASE, "--design", "sobl"), "did you mean 'sobol'"),
        (("threshold", CASE, "lever.sanction.cost.turkey"), "did you mean"),
        (("phase", CASE, "lever.force.cost.rusia", "lever.nato.cost.russia"), "did you mean"),
        (("phase", CASE, "lever.nato.cost.russia", "lever.nato.cost.russia"), "twice"),
        (
            ("phase", CASE, "lever.force.cost.russia", "lever.nato.cost.russia", "--grid", "9999"),
            "9999",
        ),
        (("attribute", CASE, "--lever", "sanction"), "did you mean 'sanctions'"),
        (("discover", CASE), "a metric with a condition"),
        (("discover", CASE, "--claim", "deal-stand"), "did you mean 'deal-stands'"),
        (("discover", CASE, "--metric", "deal.margin.least", "--condition", "is nice"), "> 0"),
        (("counterfactual", CASE, "--without", "tanks"), "there is no lever"),
        (("counterfactual", CASE, "--scenario", "no-sanction"), "did you mean 'no-sanctions'"),
        (("robustness", CASE, "--metric", "deal.margin.least"), "--condition"),
        (("infer", CASE, "--observed", "0.5"), "METRIC=VALUE"),
        (("infer", CASE, "--draws", "10", "--keep", "20"), "keep 20 of 10"),
        (("information", CASE, "--act", "sign=deal.utility.turkey"), "two or more"),
    ],
)
def test_bad_input_says_what_to_do(capsys, arguments: tuple[str, ...], says: str) -> None:
    code, out, err = run(capsys, *arguments)
    assert code == 2 and out == "" and says in err


def _sweep(folder: Path, *more: str) -> tuple[str, ...]:
    return ("sweep", CASE, "--draws", "5000", "--resume", str(folder), "--json", *more)


def test_a_folder_of_another_study_is_refused(capsys, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    assert run(capsys, *_sweep(folder))[0] == 0
    code, out, err = run(capsys, *_sweep(folder, "--seed", "7"))
    assert code == 2 and out == "" and "design.seed" in err and "the folder holds study" in err


def test_a_corrupt_part_is_computed_again_and_said_so(capsys, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    _, first, _ = run(capsys, *_sweep(folder))
    part = sorted(folder.rglob("*.npz"))[0]
    part.write_bytes(part.read_bytes()[:100])
    code, out, err = run(capsys, *_sweep(folder))
    assert code == 0 and "computed again" in err
    assert json.loads(out)["summary"] == json.loads(first)["summary"]
    assert any("computed again" in note for note in json.loads(out)["notes"])


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser writes anywhere")
def test_a_read_only_folder(capsys, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0o500)
    code, _, err = run(capsys, *_sweep(folder))
    folder.chmod(0o700)
    assert code == 1 and "closed" in err


def test_a_folder_that_cannot_be_one(capsys, tmp_path: Path) -> None:
    """A file in the way: refused at once, for the superuser too."""
    place = tmp_path / "file"
    place.write_text("not a folder")
    code, out, err = run(capsys, *_sweep(place))
    assert code != 0 and out == "" and "file" in err and "Traceback" not in err
    assert place.read_text() == "not a folder"


def test_a_scheduler_that_is_not_there(capsys) -> None:
    pytest.importorskip("distributed")
    code, out, err = run(capsys, "sweep", CASE, "--draws", "64", "--scheduler", "tcp://127.0.0.1:9")
    assert code != 0 and out == "" and "tcp://127.0.0.1:9" in err


def test_a_correlation_matrix_that_is_none(capsys, tmp_path: Path) -> None:
    source = Path(ng.__file__).parents[1] / "games" / f"{CASE}.toml"
    copy = tmp_path / "case.toml"
    shutil.copy(source, copy)
    members = [f"lever.sanctions.cost.{p}" for p in ("turkey", "russia")] + [
        "lever.force.cost.turkey"
    ]
    copy.write_text(
        copy.read_text()
        + f"""
[[group]]
id = "costs"
kind = "correlated"
members = {json.dumps(members)}
correlation = [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
"""
    )
    code, out, err = run(capsys, "sweep", str(copy), "--draws", "64")
    assert code == 2 and out == "" and "positive definite" in err
