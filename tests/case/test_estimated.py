"""Estimates in a case file: cited like sources, and a warning outside the sample."""

from __future__ import annotations

from pathlib import Path

from negotiate.case import read

CASE = (Path(__file__).parents[2] / "games" / "jet-crisis-2015.toml").read_text(encoding="utf-8")
QUANTITY = """
[quantity.resist_estimated]
value = 0.7
low = 0.6
high = 0.8
unit = "probability"
source = ["E7"]
{judgement}
[estimate.E7]
model = "egame12, probit, agent errors"
formula = "x | 0 | 1 | z"
rows = 282
log_likelihood = -286.123755
row = {{ x = {x}, regime = "autoc" }}
range = {{ x = [0, 1] }}
"""


def messages(x: float, judgement: str = "") -> list[str]:
    text = CASE + QUANTITY.format(x=x, judgement=judgement)
    found, case = read.findings(text)
    assert case is not None, found
    return [str(finding) for finding in found if "E7" in str(finding)]


def test_a_row_inside_the_sample_is_quiet() -> None:
    assert messages(0.5) == [] and messages(1) == []


def test_a_row_outside_the_sample_is_a_warning() -> None:
    (one,) = messages(3)
    assert "estimate E7 predicts outside its sample in x" in one and "warning" in one


def test_judged_covariates_are_said_and_quiet() -> None:
    assert messages(3, "judgement = true") == []


def test_an_estimate_that_is_not_there() -> None:
    text = CASE + QUANTITY.format(x=0.5, judgement="").replace("[estimate.E7]", "[estimate.E8]")
    found, _ = read.findings(text)
    assert any("E7" in str(finding) for finding in found)
